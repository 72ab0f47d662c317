"""Bytes are read as what they are, a broken one costs one letter, and whatever was guessed is told."""

from __future__ import annotations

import codecs

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.encodings import decode, utf8_document

LAO = "ຂ່າວຈາກແຄມຂອງ"


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (LAO.encode(), "text/html; charset=iso-8859-1", LAO),  # UTF-8 whatever it says
        ("ข่าว".encode("cp874"), "text/html; charset=windows-874", "ข่าว"),
        (b"<meta charset=tis-620>" + "ข่าว".encode("cp874"), "text/html", "<meta charset=tis-620>ข่าว"),
        ("“Đà”".encode("utf-16"), "text/html", "“Đà”"),
        ("“café”".encode("cp1252"), "", "“café”"),
        ("\ufeffnews".encode(), "", "news"),
        (b"caf\xe9", "text/html; charset=unicode_escape", "café"),  # no encoding of the web
        (b"caf\xe9", "text/html; charset=utf-99", "café"),
    ],
)
def test_pages_are_read_in_their_encoding(content: bytes, content_type: str, expected: str) -> None:
    assert decode(content, content_type).text == expected


@pytest.mark.parametrize(
    ("label", "letters", "content"),
    [
        ("euc-kr", "똠방각하, 펲시", "똠방각하, 펲시".encode("cp949")),
        ("ks_c_5601-1987", "강가의 시장", "강가의 시장".encode("cp949")),
        ("windows-949", "쀍", "쀍".encode("cp949")),
        ("shift_jis", "①髙橋～", "①髙橋～".encode("cp932")),
        ("x-sjis", "川の渡し船", "川の渡し船".encode("cp932")),
        ("euc-jp", "①川の㈱", b"\xad\xa1" + "川の".encode("euc-jp") + b"\xad\xea"),
        ("iso-2022-jp", "川の渡し船", "川の渡し船".encode("iso-2022-jp")),
        ("big5", "河邊嘅市場", "河邊嘅市場".encode("big5hkscs")),
        ("big5-hkscs", "喺度啲嘢", "喺度啲嘢".encode("big5hkscs")),
        ("x-gbk", "河边的市场", "河边的市场".encode("gbk")),
        ("gb2312", "镕基—€", "镕基—€".encode("gb18030")),
        ("ISO8859-1", "The mayor’s “new” café", "The mayor’s “new” café".encode("cp1252")),
        ("us-ascii", "“café” €5", "“café” €5".encode("cp1252")),
        ("latin-1", "déjà", "déjà".encode("latin-1")),
        ("iso-8859-9", "İstanbul’da şehir", "İstanbul’da şehir".encode("cp1254")),
        ("iso-8859-11", "ข่าว…", "ข่าว…".encode("cp874")),
        ("tis-620", "ข่าว“ใหม่”", "ข่าว“ใหม่”".encode("cp874")),
        ("koi8-u", "Україна, ў", "Україна, ".encode("koi8-u") + b"\xae"),
        ("cp850", "déjà", "déjà".encode("cp850")),
        ("utf-16le", "ຂ່າວ and news", "ຂ່າວ and news".encode("utf-16-le")),
    ],
)
@pytest.mark.parametrize("kind", ["header", "xml", "meta", "http-equiv"])
def test_a_label_means_what_browsers_take_it_for(label: str, letters: str, content: bytes, kind: str) -> None:
    if kind != "header" and label.startswith("utf-16"):
        pytest.skip("who can read the declaration has no UTF-16 before him")
    head = {
        "header": "<p>",
        "xml": f"<?xml version='1.0' encoding='{label}'?><p>",
        "meta": f"<!doctype html><meta charset={label}><p>",
        "http-equiv": f'<meta content="text/html; charset={label}" http-equiv="Content-Type"><p>',
    }[kind]
    start = head.encode("utf-16-le" if label == "utf-16le" else "ascii")
    content_type = f'text/html; charset="{label}"' if kind == "header" else ""

    decoded = decode(start + content, content_type, is_unicode=kind == "xml")

    assert decoded.text == head + letters
    assert decoded.problems == ()


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-be"])
@pytest.mark.parametrize(
    "document", ['{"title": "ຂ່າວ"}', "<?xml version='1.0' encoding='UTF-16'?><rss>ຂ່າວ</rss>"]
)
def test_unicode_is_known_by_its_marks_and_by_its_zeros(codec: str, document: str) -> None:
    decoded = decode(document.encode(codec), "application/xml; charset=iso-8859-1", is_unicode=True)

    assert decoded.text == document
    assert decoded.problems == ()


@pytest.mark.parametrize(
    ("content", "is_unicode", "expected", "name"),
    [
        # cut by a CMS that counts bytes: in a word of three bytes a letter, and in an English text
        (f"<p>{LAO}".encode()[:-1] + b"</p>", False, f"<p>{LAO[:-1]}\ufffd</p>", "utf-8"),
        (b"<title>The caf\xc3</title>", True, "<title>The caf\ufffd</title>", "utf-8"),
        (b"<?xml version='1.0' encoding='utf-8'?><t>It\xe2\x80</t>", True, "…<t>It\ufffd</t>", "utf-8"),
        (b"<meta charset=utf-8>na\xc3", False, "…na\ufffd", "utf-8"),
        ("<meta charset=euc-kr>강가의 ".encode("cp949") + b"\xb0 x", False, "…강가의 \ufffd x", "euc-kr"),
        ("<meta charset=gbk>河边".encode("gbk") + b"\xba", False, "…河边\ufffd", "gbk"),
        (b'\xef\xbb\xbf{"title": "caf\xc3"}', True, '{"title": "caf\ufffd"}', "utf-8"),
    ],
)
def test_a_broken_byte_costs_one_letter_and_is_told(
    content: bytes, is_unicode: bool, expected: str, name: str
) -> None:
    decoded = decode(content, is_unicode=is_unicode)

    assert decoded.text.endswith(expected.lstrip("…"))
    assert decoded.encoding == name
    assert decoded.problems == (f"1 letter could not be read as {name}: shown as U+FFFD",)


def test_a_broken_byte_in_utf8_is_no_reason_to_believe_the_servers_default() -> None:
    decoded = decode(f"<p>{LAO}".encode() + b"\xe0", "text/html; charset=iso-8859-1")

    assert decoded.text == f"<p>{LAO}\ufffd"


def test_what_says_utf8_and_is_western_is_read_as_that_and_told() -> None:
    decoded = decode("<t>Café — “déjà vu”</t>".encode("cp1252"), "text/xml; charset=utf-8", is_unicode=True)

    assert decoded.text == "<t>Café — “déjà vu”</t>"
    assert decoded.problems == ("its encoding is declared as utf-8, and is not: read as windows-1252",)


def test_what_is_utf8_although_it_says_otherwise_is_told() -> None:
    decoded = decode("<meta charset=windows-1251>Новости".encode())

    assert decoded.text.endswith("Новости")
    assert decoded.problems == ("its encoding is declared as windows-1251, and is utf-8: read as that",)


@pytest.mark.parametrize(
    "label",
    [
        "utf-7",
        "utf7",
        "cp65000",
        "unicode_escape",
        "idna",
        "punycode",
        "hz-gb-2312",
        "cp037",
        "x-none",
        "rot13",
        "iso-2022-kr",
    ],
)
def test_encodings_that_no_browser_reads_are_passed_over_and_told(label: str) -> None:
    decoded = decode(b"<p>+ADw-script+AD4- caf\xe9", f"text/html; charset={label}")

    assert decoded.text == "<p>+ADw-script+AD4- café"
    assert decoded.problems == (f"its encoding {label!r} is none that browsers read: read as windows-1252",)


def test_the_header_is_believed_before_the_document_and_the_document_where_the_header_is_nonsense() -> None:
    content = b"<meta charset=windows-1251>" + "Новости".encode("cp1251")

    assert "Новости" not in decode(content, "text/html; charset=koi8-r").text
    assert decode(content, "text/html; charset=none").text.endswith("Новости")
    assert decode(b"<!-- <meta charset=koi8-r> -->" + content).text.endswith("Новости")
    assert decode(b'<meta name=description content="charset=koi8-r">' + content).text.endswith("Новости")
    assert decode(b"<meta charset=bogus>" + content).text.endswith("Новости")


def test_an_ordinary_document_gives_no_problem() -> None:
    assert decode(b"<html><p>plain", "text/html; charset=iso-8859-1").problems == ()
    assert decode("a \ufffd b".encode(), "text/html; charset=utf-8").problems == ()
    assert decode("“café”".encode("cp1252")).problems == ()


@given(st.binary(max_size=200), st.sampled_from(sorted(set(webencodings.LABELS))), st.booleans())
def test_whatever_comes_in_text_comes_out(content: bytes, label: str, is_unicode: bool) -> None:
    decoded = decode(content, f"text/html; charset={label}", is_unicode=is_unicode)

    assert utf8_document(decoded.text).decode() is not None
    assert all("\n" not in line for line in decoded.problems)


@pytest.mark.slow
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\ufeff")), st.integers(0, 1000))
def test_one_broken_byte_leaves_all_other_letters(text: str, position: int) -> None:
    around = LAO * 3
    content = f"<p>{text}{around}".encode()
    at = len("<p>") + position % (len(content) - 3 - len(around.encode()) + 1)
    while at < len(content) and content[at] & 0xC0 == 0x80:  # between two letters
        at += 1

    decoded = decode(content[:at] + b"\xff" + content[at:])

    assert decoded.text.replace("\ufffd", "", 1) == content.decode() or "\ufffd" in text
    assert decoded.encoding == "utf-8"


def test_an_xml_document_says_that_it_is_utf8() -> None:
    assert utf8_document('\ufeff\ufeff<?xml version="1.0" encoding="EUC-KR" standalone="yes"?><a/>') == (
        b'<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>'
    )
    assert utf8_document("<?xml version='1.0'?><a/>") == b"<?xml version='1.0'?><a/>"
    assert utf8_document("<a encoding='euc-kr'/>") == b"<a encoding='euc-kr'/>"


@pytest.mark.parametrize("bomb", ["<meta ", '<meta "', "<!--", "<meta charset=", "<?xml "])
def test_a_prologue_made_to_last_does_not(bomb: str) -> None:
    content = bomb.encode() * 100_000

    assert decode(content).encoding == "utf-8"
    assert codecs.lookup("utf-8")
