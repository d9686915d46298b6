"""Which addresses are public: every special range, its edges, and IPv4 addresses in IPv6 clothes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.addresses import AddressPolicy, is_public

SPECIAL = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
::/128 ::1/128 ::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/32 2001:2::/48 2001:10::/28
2001:20::/28 2001:db8::/32 2002::/16 3ffe::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 128.0.0.0 168.63.129.15 168.63.129.17 172.15.255.255
172.32.0.0 192.0.1.0 192.88.98.255 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001::1 3ffd::1 ::ffff:8.8.8.8 64:ff9b::808:808
"""

IPV4_INSIDE = {
    "mapped": lambda inner: IPv6Address(0xFFFF << 32 | inner),
    "compatible": IPv6Address,
    "translated": lambda inner: IPv6Address(0xFFFF << 48 | inner),
    "NAT64": lambda inner: IPv6Address((0x64FF9B << 96) | inner),
    "local NAT64": lambda inner: IPv6Address((0x64FF9B0001 << 80) | inner),
    "6to4": lambda inner: IPv6Address((0x2002 << 112) | (inner << 80)),
    "Teredo": lambda inner: IPv6Address((0x20010000 << 96) | (inner ^ 0xFFFFFFFF)),
    "ISATAP": lambda inner: IPv6Address((0x2A001450 << 96) | (0x5EFE << 32) | inner),
    "universal ISATAP": lambda inner: IPv6Address((0x2A001450 << 96) | (0x2005EFE << 32) | inner),
}


@pytest.mark.parametrize("network", SPECIAL.split())
def test_no_address_of_a_special_network_is_public(network: str) -> None:
    there = ip_network(network)

    assert not is_public(there[0])
    assert not is_public(there[-1])
    assert not is_public(there[there.num_addresses // 2])


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("wrap", IPV4_INSIDE.values(), ids=IPV4_INSIDE.keys())
@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "168.63.129.16"])
def test_an_ipv4_address_does_not_become_public_inside_an_ipv6_one(wrap: type[IPv6Address], inner: str) -> None:
    assert not is_public(wrap(int(IPv4Address(inner))))


@given(st.ip_addresses())
def test_what_python_knows_to_be_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(address) and not (isinstance(address, IPv6Address) and address.ipv4_mapped):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_the_one_inside(address: IPv4Address) -> None:
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)


def test_without_own_networks_only_public_addresses_are_permitted() -> None:
    policy = AddressPolicy()

    assert policy.permits(IPv4Address("8.8.8.8"))
    assert not policy.permits(IPv4Address("10.0.0.1"))


def test_an_own_network_is_permitted_and_nothing_beside_it() -> None:
    policy = AddressPolicy((IPv4Network("10.1.0.0/16"), IPv6Network("fd00:1::/32")))

    assert policy.owns(IPv4Address("10.1.2.3"))
    assert policy.owns(IPv6Address("::ffff:10.1.2.3"))
    assert policy.permits(IPv6Address("fd00:1::5"))
    assert not policy.permits(IPv4Address("10.2.0.1"))
    assert not policy.permits(IPv6Address("fd00:2::5"))


def test_a_public_address_is_nobodys_own_even_in_an_allowed_network() -> None:
    policy = AddressPolicy((IPv4Network("0.0.0.0/0"),))

    assert policy.permits(IPv4Address("8.8.8.8"))
    assert not policy.owns(IPv4Address("8.8.8.8"))
