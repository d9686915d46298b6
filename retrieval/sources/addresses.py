"""IP address -> whether we may connect to it: public, or inside a network that the operator calls his own.

`ipaddress.is_global` is not enough: it lets through multicast, 6to4, local NAT64, a cloud's own addresses and more.
Sources of the tables: the IANA special purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a carrier's NAT; also cloud metadata at 100.100.100.200
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's platform channel, in public space but answered by the host
            "169.254.0.0/16",  # link local: most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; also cloud metadata at 192.0.0.192
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, deprecated
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and the broadcast address
        ),
    )
)

# All that was ever given out for hosts to have (RFC 4291). What lies outside needs no rows of its own: ::1, the
# IPv4-compatible and IPv4-translated forms, local NAT64 (64:ff9b:1::/48), discard-only (100::/64), segment routing
# (5f00::/16), unique local (fc00::/7), link local (fe80::/10), site local (fec0::/10), multicast (ff00::/8).
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")

_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, anycast
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: any IPv4 address in disguise
            "3ffe::/16",  # the 6bone, given back
            "3fff::/20",  # documentation
        ),
    )
)

# The well known prefix through which an IPv6-only host reaches every IPv4 server (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")

# Bits 32..63 of an ISATAP address, whatever its prefix, before the IPv4 address (RFC 5214): local or universal.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)

_LOW_32 = 0xFFFF_FFFF


def is_public(address: Address) -> bool:
    """Whether it is a host on the open internet. An IPv4 address inside an IPv6 one is judged for itself."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    inner = IPv4Address(int(address) & _LOW_32)
    if address in _NAT64:
        return is_public(inner)
    if (int(address) >> 32) & _LOW_32 in _ISATAP and not is_public(inner):
        return False
    return address in _GLOBAL_UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses we connect to: the public ones, and those in `allowed`, the operator's own networks."""

    allowed: tuple[Network, ...] = ()

    def owns(self, address: Address) -> bool:
        """Whether it is not public but in a network that the operator allowed."""
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        plain = mapped or address
        return not is_public(plain) and any(plain in network for network in self.allowed)

    def permits(self, address: Address) -> bool:
        """Whether we may open a connection to it."""
        return is_public(address) or self.owns(address)
