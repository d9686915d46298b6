"""A number -> a document made to cost its reader time, memory or secrets: each small to send, dear to read."""

from __future__ import annotations

from retrieval.sources.types import Fetched

ADDRESS = "https://lindhaven.example/news"
FEED = b"""<rss version="2.0"><channel><title>Ferries of Lindhaven</title><item><title>First boat</title>
<guid>boat-1</guid><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><description>It sails.</description></item>
</channel></rss>"""


def feed(content: bytes = FEED) -> Fetched:
    return Fetched(ADDRESS, content, "application/xml")


def page(content: bytes) -> Fetched:
    return Fetched(ADDRESS, content, "text/html", "utf-8")


def crowded_channel(attributes: int) -> Fetched:
    """The attributes of one element, which some readers go through once for each of them."""
    return feed(b'<rss version="2.0"><channel %s><title>Many</title></channel></rss>' % _attributes(attributes))


def crowded_body(attributes: int) -> Fetched:
    return page(b"<html><body %s><p>%s</p></body></html>" % (_attributes(attributes), b"The ferry sails. " * 40))


def laughter(levels: int) -> Fetched:
    """Entities of ten entities each: ten to the power of `levels` words."""
    names = [b'<!ENTITY l0 "laughter ">']
    names += [b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, levels + 1)]
    doctype = b"<!DOCTYPE rss [%s]>" % b"".join(names)
    return feed(doctype + FEED.replace(b"It sails.", b"&l%d;" % levels))


def many_items(items: int) -> Fetched:
    item = b"<item><title>Boat %d</title><guid>%d</guid><description>&lt;p&gt;It sails.&lt;/p&gt;</description></item>"
    every = b"".join(item % (number, number) for number in range(items))
    return feed(b'<rss version="2.0"><channel><title>All boats</title>%s</channel></rss>' % every)


def many_lists(lists: int) -> Fetched:
    """Three bytes of JSON each, and sixty-four of memory."""
    return Fetched(ADDRESS, b'{"version": "1", "items": [%s[]]}' % (b"[]," * lists), "application/json")


def deep_page(levels: int) -> Fetched:
    return page(b"<html><body>" + b"<div>" * levels + b"The ferry sails. " * 40 + b"</body></html>")


def nosy_feed(address: str) -> Fetched:
    """A feed that asks its reader to put in what lies at another address, in three ways."""
    doctype = b"""<!DOCTYPE rss SYSTEM "%s" [<!ENTITY said SYSTEM "%s"><!ENTITY %% more SYSTEM "%s"> %%more;]>""" % (
        (address.encode(),) * 3
    )
    return feed(b'<?xml version="1.0"?>' + doctype + FEED.replace(b"It sails.", b"It says &said;."))


def nosy_page(address: str) -> Fetched:
    place = address.encode()
    return Fetched(
        ADDRESS,
        b"""<?xml version="1.0"?><!DOCTYPE html [<!ENTITY said SYSTEM "%s">]><html xmlns="http://www.w3.org/1999/xhtml"
        xmlns:xi="http://www.w3.org/2001/XInclude"><head><link rel="stylesheet" href="%s"/><title>Ferry</title></head>
        <body><article><p>%s</p><p>It says &said; and <xi:include href="%s" parse="text"/>.</p><img src="%s"/></article>
        </body></html>"""
        % (place, place, b"The ferry sails at nine. " * 20, place, place),
        "application/xhtml+xml",
    )


def _attributes(number: int) -> bytes:
    return b" ".join(b'a%d="x"' % at for at in range(number))
