"""The guarded fetcher against a server with a certificate: whom it believes to be who he says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from retrieval.errors import AddressRefused, FetchFailed
from retrieval.sources.limits import Limits
from retrieval.sources.types import Fetched
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.pages import Site, certificate, serving

LOOPBACK = (ip_network("127.0.0.0/8"),)
LIMITS = Limits(connect=5.0, read=0.4, total=10.0)


@pytest.fixture(scope="module")
def secure_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path]]:
    """A server with a certificate for news.lindhaven.example, and where the certificate lies."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(certificate(folder, "news.lindhaven.example"), check=True, capture_output=True)  # noqa: S603
    tls = SSLContext(PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with serving(tls=tls) as running:
        yield running, folder / "cert.pem"


def test_the_certificate_must_be_the_names(secure_site: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    site, trusted = secure_site
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: ["127.0.0.1"], limits=LIMITS)

    assert isinstance(fetch(f"https://news.lindhaven.example:{site.port}/ok"), Fetched)
    assert site.asked[-1][1]["Host"] == f"news.lindhaven.example:{site.port}"
    with pytest.raises(FetchFailed, match="tls"):
        fetch(f"https://post.lindhaven.example:{site.port}/ok")
    with pytest.raises(AddressRefused, match="insecure redirect"):
        fetch(f"https://news.lindhaven.example:{site.port}/to-http")


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_site: tuple[Site, Path]) -> None:
    site, _ = secure_site
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: ["127.0.0.1"], limits=LIMITS)

    with pytest.raises(FetchFailed, match="tls"):
        fetch(f"https://news.lindhaven.example:{site.port}/ok")
