"""Bytes from outside as text, whatever encoding they came in: pages, XML feeds and JSON feeds alike.

Labels mean what browsers take them for (the Encoding Standard, https://encoding.spec.whatwg.org/, by
``webencodings``). A byte that cannot be read costs one letter, and never the rest of the document.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import webencodings

#: Byte order marks, the longer ones first: that of UTF-16 begins that of UTF-32.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)

#: Which of the first four bytes are zero in documents that begin with ASCII, as markup and JSON do
#: (https://www.w3.org/TR/xml/#sec-guessing-no-ext-info, RFC 4627 section 3).
ZEROS: dict[tuple[bool, ...], str] = {
    (True, True, True, False): "utf-32be",
    (False, True, True, True): "utf-32le",
    (True, False, True, False): "utf-16be",
    (False, True, False, True): "utf-16le",
}

#: Bytes of a document in which it may name its encoding (scripts may come first); how often, and characters
#: of one ``<meta>``.
MAX_PROLOGUE_BYTES, MAX_METAS, MAX_META_CHARS = 16_384, 3, 1000

CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]{2,40})""", re.IGNORECASE)
XML_ENCODING = re.compile(r"""\s*<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']\s*([^\s"'>]{2,40})""")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
META_START = re.compile(r"<meta[\s/]", re.IGNORECASE)
META = re.compile(r"""(?:"[^"]*"|'[^']*'|[^>"'])*+>|[^>]*>""")
ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)

#: An XML declaration, and what names an encoding in it.
XML_DECLARATION = re.compile(r"<\?xml\s[^<>]{0,300}\?>")
DECLARED_ENCODING = re.compile(r"""(?<=\s)encoding\s*=\s*(?:"[^"]*"|'[^']*')""")

#: Labels outside the standard that Python knows, of encodings of text: it has others that take for ever, and
#: UTF-7, in which harmless letters become markup.
PYTHON_LABEL = re.compile(
    r"(?:cp|ibm|mac|windows|iso-?8859|latin|koi8|euc|gb|big5|shift|s?jis|utf[-_]?(?:8|16|32))[\w.:-]*",
    re.IGNORECASE,
)

#: GBK is read as GB 18030, which it is part of (https://encoding.spec.whatwg.org/#gbk-decoder).
CODECS = {"gbk": "gb18030"}

#: The Belarusian letter in KOI8-U, for which Python has the lines of a table
#: (https://encoding.spec.whatwg.org/index-koi8-u.txt).
LETTERS = {"koi8-u": str.maketrans({"\u255d": "ў", "\u256c": "Ў"})}

#: Encodings that need no byte beyond ASCII, with a byte that shows that they are meant.
ASCII_ONLY = {"iso-2022-jp": b"\x1b", "utf-16le": b"\0", "utf-16be": b"\0"}

#: The encoding of pages that name none.
WESTERN = "windows-1252"

#: Letters of several bytes for each one that is broken, which prove that it is UTF-8, whatever is declared.
MIN_PROOF = 10

#: Bytes that begin a letter of UTF-8 and are cut off, rather than being Western European letters: a capital
#: after a small letter, a circumflex that ends a word, an accent before a sign that stands nowhere.
CUT_LETTER = re.compile(
    rb"(?<=[a-z])[\xc2-\xde](?![a-z])|\xe2(?![A-Za-z])|[\xe0-\xf4](?=[\x80-\xbf])(?![\x85\x91-\x97\xa0\xab\xb4\xbb])"
)

#: The first byte of letters in EUC-JP, as lead and as trail.
EUC_FIRST = 0xA1

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as text. ``encoding``: its name; ``problems``: what an operator should know, a line each."""

    text: str
    encoding: str
    problems: tuple[str, ...] = ()


def decode(content: bytes, content_type: str = "", *, is_unicode: bool = False) -> Decoded:
    """A document as text, without its byte order mark: by the mark, else by what the header
    (``content_type``), else the document itself names, unless it proves to be UTF-8. ``is_unicode``: it is
    XML or JSON, which are UTF-8 where they name nothing (RFC 3629 section 8, RFC 8259 section 8.1)."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], name)
    if name := ZEROS.get(tuple(byte == 0 for byte in content[:4]), ""):
        return _decoded(content, name)
    labels = dict.fromkeys(_labels(content, content_type, is_unicode=is_unicode))
    names = [name for label in labels if (name := _name(label))] or (["utf-8"] if is_unicode else [])
    if b"\0" not in content:  # what can be read so far is no UTF-16, whatever it says
        names = ["utf-8" if name.startswith("utf-") else name for name in names]
    legacy = next((name for name in names if name != "utf-8"), WESTERN)
    if _is_utf8(content, names):
        problems = _strangers(labels, "utf-8")
        if "utf-8" not in names and names and not content.isascii():
            problems.append(f"its encoding is declared as {legacy}, and is utf-8: read as that")
        return _decoded(content, "utf-8", problems)
    problems = _strangers(labels, legacy)
    if "utf-8" in names:
        problems.append(f"its encoding is declared as utf-8, and is not: read as {legacy}")
    return _decoded(content, legacy, problems)


def utf8_document(text: str) -> bytes:
    """XML or JSON as UTF-8; an XML declaration says so, if there is one."""
    text = text.lstrip("\ufeff")
    if declaration := XML_DECLARATION.match(text):
        text = DECLARED_ENCODING.sub('encoding="utf-8"', declaration[0]) + text[declaration.end() :]
    return text.encode()


def _vendor_letter(error: UnicodeError) -> tuple[str, int]:
    """What vendors added to the JIS table, such as circled figures, in EUC-JP: Python has it in Shift_JIS
    alone (https://encoding.spec.whatwg.org/#index-jis0208). An error handler of codecs."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    row, cell = (*error.object[error.start : error.start + 2], 0, 0)[:2]
    if row >= EUC_FIRST and cell >= EUC_FIRST:
        lead, trail = divmod((row - EUC_FIRST) * 94 + cell - EUC_FIRST, 188)
        pair = bytes([lead + (0x81 if lead < 0x1F else 0xC1), trail + (0x40 if trail < 0x3F else 0x41)])
        if (letter := pair.decode("cp932", "ignore")) and len(letter) == 1:
            return letter, error.start + 2
    return REPLACEMENT, error.start + 1


codecs.register_error("syndicator.vendor_letter", _vendor_letter)


def _decoded(content: bytes, name: str, problems: list[str] | None = None) -> Decoded:
    codec = _codec(name)
    on_error = "syndicator.vendor_letter" if name == "euc-jp" else "replace"
    text = content.decode(codec, on_error)
    if name in LETTERS:  # a table of none takes as long as one of all letters
        text = text.translate(LETTERS[name])
    replaced = text.count(REPLACEMENT)
    if replaced and name.startswith(("utf", "gb")):  # they have the sign itself, too
        replaced -= content.count(REPLACEMENT.encode(codec))
    lines = list(problems or ())
    if replaced > 0:
        count = "1 letter" if replaced == 1 else f"{replaced:,} letters"
        lines.append(f"{count} could not be read as {name}: shown as U+FFFD")
    return Decoded(text, name, tuple(lines))


def _labels(content: bytes, content_type: str, *, is_unicode: bool) -> list[str]:
    """The labels of encodings that the header and the document name, the strongest first."""
    prologue = content[:MAX_PROLOGUE_BYTES].decode("latin-1")
    header = CHARSET.search(content_type)
    declaration = XML_ENCODING.match(prologue)
    labels = [header[1] if header else "", *([] if is_unicode else islice(_meta_labels(prologue), MAX_METAS))]
    return [label for label in (*labels, declaration[1] if declaration else "") if label]


def _meta_labels(prologue: str) -> Iterator[str]:
    """The labels that a page's ``<meta>`` elements name
    (https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding)."""
    markup = COMMENT.sub("", prologue)
    for start in META_START.finditer(markup):
        meta = META.match(markup[start.end() : start.end() + MAX_META_CHARS])
        attributes = {
            name.lower(): "".join(values) for name, *values in ATTRIBUTE.findall(meta[0] if meta else "")
        }
        if label := attributes.get("charset", "").strip():
            yield label[:40]
        is_type = attributes.get("http-equiv", "").strip().lower() == "content-type"
        if is_type and (charset := CHARSET.search(attributes.get("content", ""))):
            yield charset[1]


def _name(label: str) -> str:
    """The name of the encoding that a label means; "" for none that is read."""
    known = webencodings.lookup(label)
    if known is None and PYTHON_LABEL.fullmatch(label):
        try:
            python_name = codecs.lookup(label).name
        except LookupError:
            return ""
        known = webencodings.lookup(python_name.replace("_", "-"))
        if known is None:  # EBCDIC would hide markup from those who look at the bytes
            return python_name if b"<".decode(python_name, "replace") == "<" else ""
    # "replacement" stands for encodings that nobody should read
    return "" if known is None or known.name in ("replacement", "x-user-defined") else known.name


def _codec(name: str) -> str:
    known = webencodings.lookup(name)
    return CODECS.get(name) or (known.codec_info.name if known else name)


def _is_utf8(content: bytes, names: list[str]) -> bool:
    """Whether a document is UTF-8, ``names`` being those of the encodings that are declared. Texts in others
    are never valid UTF-8 by accident: letters of several bytes prove it, against some broken ones too."""
    declared = next(iter(names), "")
    if declared in ASCII_ONLY and ASCII_ONLY[declared] in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
    else:
        return True
    broken = text.count(REPLACEMENT) - content.count(REPLACEMENT.encode())
    whole = len(text) - len(text.encode("ascii", "ignore")) - text.count(REPLACEMENT)
    if "utf-8" in names:
        return whole >= broken or len(CUT_LETTER.findall(content)) >= broken
    return whole >= broken * (MIN_PROOF if names else 1)


def _strangers(labels: dict[str, None], name: str) -> list[str]:
    return [
        f"its encoding {label!r} is none that browsers read: read as {name}"
        for label in labels
        if not _name(label)
    ]
