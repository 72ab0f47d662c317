"""feedparser's own parser and ours give the same, whatever a text is and says of itself."""

from __future__ import annotations

import copy
from io import BytesIO

import feedparser
import pytest

import syndicator.sources.feeds.feed_document  # noqa: F401 - has feedparser use ours
from syndicator.sources.feeds.lean_parser import LeanParser

THEIRS = LeanParser.__mro__[1]

RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="lo">
<channel><title>Harbour &amp; tide</title><link>https://tide.example/</link>
<description>What the &lt;b&gt;sea&lt;/b&gt; does</description><image><url>/logo.png</url>
<title>Logo</title></image>
<item><guid isPermaLink="false">t-1</guid><link>https://tide.example/1?a=1&amp;b=2</link>
<title>High water</title>
<description>&lt;p&gt;Two metres&lt;/p&gt;</description><content:encoded><![CDATA[<p>Two <i>metres</i>
</p>]]></content:encoded>
<dc:creator>Noy</dc:creator><pubDate>Mon, 06 Jul 2026 08:00:00 GMT</pubDate></item>
<item><title xml:lang="fr">Basse mer</title><description>Plain, 3 &lt; 4</description></item></channel>
</rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tide.example/a/" xml:lang="en_GB">
<title type="html">Tide &lt;em&gt;tables&lt;/em&gt;</title><id>urn:tide</id>
<updated>2026-07-06T08:00:00Z</updated>
<rights type="text">The harbour</rights><subtitle type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml">A <b>b</b></div></subtitle>
<entry xml:base="b/"><id>urn:tide:2</id><title type="text">1 &lt; 2</title><link href="2.html"/>
<summary type="html">&lt;a href="x"&gt;x&lt;/a&gt;</summary><content type="xhtml" xml:lang="de"><div
 xmlns="http://www.w3.org/1999/xhtml"><p>Ebbe <svg xmlns="http://www.w3.org/2000/svg"><title>t</title>
</svg></p></div></content>
<updated>2026-07-06T08:00:00Z</updated></entry>
<entry><id>urn:tide:3</id><title>Picture</title><content type="image/png">iVBORw0KGgo=</content></entry>
<entry><id>urn:tide:4</id><title>Elsewhere</title><content type="text/html" src="c.html"/></entry></feed>"""

OLD_ATOM = """<feed version="0.3" xmlns="http://purl.org/atom/ns#">
<title mode="escaped">Old &lt;i&gt;tide&lt;/i&gt;</title>
<entry><title mode="base64">VGlkZQ==</title>
<content type="application/octet-stream" mode="base64">AAEC</content>
<summary type="text/html" mode="escaped">&lt;p&gt;s&lt;/p&gt;</summary></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://tide.example/">
<title>Tide</title></channel>
<item rdf:about="https://tide.example/5"><title>Neap</title>
<dc:description>Low &amp;amp; slow</dc:description></item></rdf:RDF>"""

BROKEN = "<rss version='2.0'><channel><title>Cut</title><item><title>Half <b>a title</title></item>"


def read(document: str, *, is_bare: bool) -> feedparser.FeedParserDict:
    options = {} if is_bare else {"sanitize_html": False, "resolve_relative_uris": False}
    return feedparser.parse(BytesIO(document.encode()), **options)


@pytest.mark.parametrize("is_bare", [False, True])
@pytest.mark.parametrize("document", [RSS, ATOM, OLD_ATOM, RDF, BROKEN])
def test_what_is_read_is_what_feedparser_reads(
    document: str, is_bare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert feedparser.api.StrictFeedParser is LeanParser
    ours = read(document, is_bare=is_bare)
    monkeypatch.setattr(feedparser.api, "StrictFeedParser", THEIRS)
    theirs = read(document, is_bare=is_bare)

    assert (ours.feed, ours.entries, ours.version) == (theirs.feed, theirs.entries, theirs.version)
    assert types_in(ours.feed, ours.entries) == types_in(theirs.feed, theirs.entries)


def test_what_an_entry_says_of_its_text_is_a_dictionary_of_feedparsers() -> None:
    detail = read(RSS, is_bare=False).entries[0].summary_detail

    assert type(detail) is feedparser.FeedParserDict
    assert copy.deepcopy(detail) == detail


def types_in(*values: object) -> list[object]:
    found: list[object] = []
    for value in values:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found += [type(value), types_in(*inner)]
    return found
