"""How many feeds of real OPML lists are read, most of which are not well-formed XML.

python -m tests.benchmarks.opml DATA      # folder with opml.tar.xz

"in the files": distinct values of xmlUrl="...", taken with one regular expression and unescaped, which asks nothing of
the markup around them. Beside the reader: what a strict XML parser reads, and what lxml recovers. An address counts if
it is read exactly as the file has it: a recovering parser also makes up some ("?a=1=2").
"""

from __future__ import annotations

import argparse
import html
import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from retrieval.errors import NotAFeed
from retrieval.sources.opml import read_opml
from retrieval.sources.types import Fetched

_ADDRESS = re.compile(r'xmlUrl="([^"]*)"')

Reader = Callable[[bytes], set[str]]


def in_the_file(content: bytes) -> set[str]:
    return {html.unescape(address).strip() for address in _ADDRESS.findall(content.decode())}


def ours(content: bytes) -> set[str]:
    try:
        return {link.url for link in read_opml(Fetched("https://lists.example/feeds.opml", content, "text/xml"))}
    except NotAFeed:
        return set()


def xml_reader(recover: bool) -> Reader:
    from lxml import etree

    def read(content: bytes) -> set[str]:
        parser = etree.XMLParser(recover=recover, resolve_entities=False, no_network=True)
        try:
            root: Any = etree.fromstring(content, parser)
        except etree.XMLSyntaxError:
            return set()
        return {outline.get("xmlUrl").strip() for outline in root.iter("outline") if outline.get("xmlUrl")}

    return read


def contents(data: Path) -> Mapping[str, bytes]:
    if data.is_dir():
        return {str(path): path.read_bytes() for path in sorted(data.rglob("*.opml"))}
    with tempfile.TemporaryDirectory() as folder, tarfile.open(data) as archive:
        archive.extractall(folder, filter="data")
        return contents(Path(folder))


def read_all(read: Reader, files: Mapping[str, bytes]) -> set[str]:
    return {url for content in files.values() for url in read(content)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    files = contents(parser.parse_args().data / "opml.tar.xz")
    strict = xml_reader(recover=False)
    expected = read_all(in_the_file, files)
    broken = sum(bool(in_the_file(content)) and not strict(content) for content in files.values())
    print(f"{len(files)} files, {broken} not well-formed, {len(expected)} feeds in the files")
    for name, reader in (("ours", ours), ("strict XML", strict), ("lxml, recovering", xml_reader(recover=True))):
        found = read_all(reader, files)
        print(f"{name:18}{len(found & expected):5} read, {len(found - expected)} that no file has")


if __name__ == "__main__":
    main()
