"""Shortcodes that a content management system has left in a text as they were written: ``[caption]``,
``[gallery]``, ``[embed]`` and those of plugins that are gone
(https://codex.wordpress.org/Shortcode_API). What they enclose stays, as what it is: a caption is its
picture's, an address to be embedded is embedded.

Brackets are common in prose, too ("[sic]", "[…]", "[video]"): only what has the form of a shortcode is one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from syndicator.text.clean import fold

#: Shortcodes of WordPress itself and of plugins in wide use; the prefixes of page builders'.
CAPTIONS = {"caption", "wp_caption"}
PLAYERS = {
    *(
        "embed",
        "audio",
        "video",
        "playlist",
        "wpvideo",
        "youtube",
        "vimeo",
        "soundcloud",
        "instagram",
        "tweet",
    ),
    *("twitter", "facebook", "dailymotion", "ted", "tiktok", "iframe"),
}
OTHERS = {
    *(
        "gallery",
        "contact-form",
        "contact-form-7",
        "wpforms",
        "gravityform",
        "ninja_form",
        "mc4wp_form",
        "table",
    ),
    *(
        "rev_slider",
        "metaslider",
        "smartslider3",
        "nggallery",
        "ngg",
        "googlemaps",
        "pullquote",
        "dropcap",
        "adrotate",
    ),
}
KNOWN = CAPTIONS | PLAYERS | OTHERS
PREFIXES = (
    "vc_",
    "et_pb_",
    "su_",
    "fusion_",
    "av_",
    "tve_",
    "wpv-",
    "mk_",
    "elementor-",
    "siteorigin_",
    "wpcf7",
)

#: Those that are whole without attributes and an end.
BARE = {"gallery", "playlist"}

#: Characters of a shortcode, shortcodes of one text, and names that are told.
MAX_CHARS, MAX_CODES, MAX_NAMED = 1000, 500, 3

#: A shortcode, or the begin or end of what is shown as it is written.
CODE = re.compile(
    rf"\[(?P<end>/?)(?P<name>[a-z][a-z0-9_-]{{1,40}})(?P<rest>(?:\s[^\[\]<>]{{0,{MAX_CHARS}}}|/)?)\]"
)
SCAN = re.compile(
    rf"<(?P<zone_end>/?)(?P<zone>script|style|pre|code|textarea|kbd|samp)\b[^<>]{{0,{MAX_CHARS}}}>|{CODE.pattern}"
)

#: What stands for a quotation mark where a system has taken it for typography.
QUOTE = r"""(?:"|'|“|”|″|&quot;|&\#0?3[49];|&\#82[12]\d;|&\#8243;|&[lr]dquo;)"""
QUOTED = re.compile(rf"\s[a-z][\w-]{{0,40}}={QUOTE}", re.IGNORECASE)
ATTRIBUTE = re.compile(r"\s[a-z][\w-]{0,40}=", re.IGNORECASE)
CAPTION_ATTRIBUTE = re.compile(rf"\scaption={QUOTE}(?P<text>.{{1,{MAX_CHARS}}}?){QUOTE}(?:\s|/?$)")
ADDRESS = re.compile(r"https?://[^\s\"'<>\[\]”“″]{1,900}")

#: An excerpt that was cut within a shortcode.
CUT = re.compile(rf"\[(?P<name>[a-z][a-z0-9_-]{{1,40}})\s[^\[\]<>]{{0,{MAX_CHARS}}}$")

#: What a caption's shortcode encloses: a picture, in a link or not, and the words on it.
CAPTIONED = re.compile(
    r"\s*(?P<shown>(?:<a\b[^<>]{0,2000}>\s*)?<img\b[^<>]{0,4000}>(?:\s*</a>)?)(?P<words>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Shortcode:
    """A shortcode from ``start`` to ``stop``: its name, what stands behind that, whether it is an end."""

    start: int
    stop: int
    name: str
    rest: str
    is_end: bool


def without_shortcodes(text: str, *, is_markup: bool = True) -> tuple[str, Sequence[str]]:
    """A text without the shortcodes in it, and their names, each once. In plain text, where no picture is,
    captions go, too."""
    if "[" not in text:
        return text, ()
    codes = list(_codes(text))
    parts: list[str] = []
    at = index = 0
    while index < len(codes):
        code = codes[index]
        parts.append(text[at : code.start])
        behind = index + 1
        is_closed = behind < len(codes) and codes[behind].is_end and codes[behind].name == code.name
        enclosed = text[code.stop : codes[behind].start] if is_closed and not code.is_end else None
        replacement = _replacement(code, enclosed, is_markup=is_markup)
        if replacement is None:
            at, index = code.stop, behind
        else:
            parts.append(replacement)
            at, index = (codes[behind].stop, behind + 1) if enclosed is not None else (code.stop, behind)
    rest, names = text[at:], [code.name for code in codes]
    cut = None if is_markup else CUT.search(rest[-MAX_CHARS:])
    if cut and _is_known(cut["name"]):
        rest, names = rest[: -len(cut[0])], [*names, cut["name"]]
    made = "".join((*parts, rest))
    if names and not is_markup:
        made = fold(made)
    return made, tuple(dict.fromkeys(names))


def named_shortcodes(names: Sequence[str]) -> str:
    """Shortcodes as operators know them, the first ones of many."""
    more = f" and {len(names) - MAX_NAMED} others" if len(names) > MAX_NAMED else ""
    return ", ".join(f"[{name}]" for name in names[:MAX_NAMED]) + more


def _codes(text: str) -> Iterator[Shortcode]:
    """The shortcodes of a text, the first ones of very many."""
    alike = [_shortcode(match) for match in islice(CODE.finditer(text), MAX_CODES)]
    if len(alike) < MAX_CODES and not any(_shortcodes(alike)):
        return iter(())  # zones could only take some away, and it takes far longer to find them
    found: list[Shortcode] = []
    zone = ""
    for match in SCAN.finditer(text):
        if tag := match["zone"]:
            zone = (
                tag if not (zone or match["zone_end"]) else "" if match["zone_end"] and zone == tag else zone
            )
        elif not zone and not _is_escaped(match, text):
            found.append(_shortcode(match))
            if len(found) == MAX_CODES:
                break
    return _shortcodes(found)


def _shortcode(match: re.Match[str]) -> Shortcode:
    return Shortcode(match.start(), match.end(), match["name"], match["rest"], is_end=bool(match["end"]))


def _shortcodes(found: Sequence[Shortcode]) -> Iterator[Shortcode]:
    """What among that which looks like shortcodes is one."""
    begun = {code.name for code in found if not code.is_end}
    ended = {code.name for code in found if code.is_end}
    return (code for code in found if _is_shortcode(code, begun & ended))


def _is_escaped(match: re.Match[str], text: str) -> bool:
    """Whether it is written about: ``[[gallery]]``."""
    return text[match.start() - 1 : match.start()] == "[" and text[match.end() : match.end() + 1] == "]"


def _is_shortcode(code: Shortcode, pairs: set[str]) -> bool:
    if code.name in pairs or code.name.startswith(PREFIXES):
        return True
    if _is_known(code.name):
        is_addressed = code.name in PLAYERS and ADDRESS.search(code.rest)
        is_bare = code.name in BARE and not code.rest.strip(" /")
        return code.is_end or is_bare or bool(ATTRIBUTE.search(code.rest) or is_addressed)
    return QUOTED.search(code.rest) is not None


def _is_known(name: str) -> bool:
    return name in KNOWN or name.startswith(PREFIXES)


def _replacement(code: Shortcode, enclosed: str | None, *, is_markup: bool) -> str | None:
    """What stands in place of a shortcode and what it encloses; ``None``: the latter, as it is."""
    if code.is_end:
        return None
    if code.name in CAPTIONS and enclosed is not None:
        return _figure(code, enclosed) if is_markup else " "
    if code.name in PLAYERS and is_markup:
        address = ADDRESS.fullmatch((enclosed or "").strip()) or ADDRESS.search(html.unescape(code.rest))
        return f'<iframe src="{html.escape(html.unescape(address[0]))}"></iframe>' if address else None
    return None


def _figure(code: Shortcode, enclosed: str) -> str | None:
    captioned = CAPTIONED.match(enclosed)
    if captioned is None or "<img" in captioned["words"]:
        return None
    attribute = CAPTION_ATTRIBUTE.search(code.rest)
    words = captioned["words"].strip() or (attribute["text"] if attribute else "")
    return f"<figure>{captioned['shown']}<figcaption>{words}</figcaption></figure>"
