"""The names in a byline: told apart, and without what stands around them (prefixes, mail addresses, roles,
degrees, initials, credits, days)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import regex

from syndicator.text.clean import fold, plain

#: Characters of a byline, and of a name in it; whatever is longer is a text.
MAX_BYLINE_CHARS, MAX_NAME_CHARS = 500, 100

#: Words in front of the names. Those of the second row may begin a name as well ("Di Stefano", "Von Trapp").
PREFIX = regex.compile(
    r"(?:(?:(?:text|story|words|written|posted|reported|published|created|article|news)\s+)?by|author|authors|autor"
    r"|autorin|auteur|autore|författare|kirjoittaja|yazar|автор|texte?|texto|testo|tekst|teksti|words"
    r"|(?:redaktion|rédaction|redacción|redazione|redactie|redação)(?=\s*[:：])"
    r"|(?:escrito|publicado)\s+por|(?:écrit\s+)?par|(?:geschrieben|verfasst|erstellt|veröffentlicht)\s+von|(?:scritto|pubblicato)\s+da"
    r"|oleh|bởi|作者|文|撰文|記者|记者|本报记者|通讯员|ໂດຍ|ຂຽນໂດຍ|โดย|เขียนโดย|ដោយ)\s*(?:[:：/／]\s*|\s+)"
    r"|(?:(?:an?\s+)?(?:interview|analysis|opinion|commentary|review|column|essay|report)\s+by"
    r"|(?:eine?\s+)?(?:kommentar|analyse|gastbeitrag|gastkommentar|bericht|reportage|interview|essay|kolumne|kritik"
    r"|rezension|porträt|glosse|leitartikel|pressemitteilung)\s+von"
    r"|(?:une?\s+)?(?:entretien|reportage|analyse|chronique|tribune|enquête|propos\s+recueillis)\s+(?:de|par)"
    r"|(?:una?\s+)?(?:entrevista|análisis|crónica|reportaje|columna|opinión)\s+(?:de|por)"
    r"|por|von|par|door|di|av|af)\s+(?=(?-i:\p{Lu})\S*\s+\S)"
    r"|(?:作者|文|撰文|記者|记者|本报记者|通讯员|ໂດຍ|โดย)(?=[\p{Han}\p{Lao}\p{Thai}]{2})",
    regex.IGNORECASE,
)

#: Between names, whatever the language.
HARD_SEPARATOR = re.compile(r"\s*[\n;、，•|]\s*|\s+[/·+]\s+|(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})")

#: Words between two names, in the languages of the region, of Europe and their relatives; the short ones also
#: stand inside of names ("Ortega y Gasset"), and so does "&" ("Smith & Sons").
AND = regex.compile(
    r"\s+(?:and|und|og|och|oraz|et|ja|ve|và|dan|με|και|и|та|și|és|ແລະ|และ|និង|နှင့်|과|와)\s+"
    r"|(?P<weak>\s+(?:y|e|en|i|a|&|\+)\s+)"
    r"|(?<=\p{Han}{2})(?P<inner>[和与與])(?=\p{Han}{2})|(?<=\p{Lao}{3})ແລະ(?=\p{Lao}{3})|(?<=\p{Thai}{4})และ(?=\p{Thai}{4})",
)
LEADING_AND = re.compile(r"(?:and|und|og|och|oraz|et|y|e|en|i|ja|ve|và|dan|и|та|&)(?:\s+|$)")

#: What is in the names of offices and companies, which have conjunctions, too.
OFFICE = re.compile(
    r"\b(?:ministry|department|institute|university|bureau|office|council|association|agency|centre|center|committee"
    r"|board|society|union|company|group|embassy|commission|foundation|ministerium|universität|institut|verband"
    r"|ministère|université|ministerio|universidad|asociación|instituto)\b",
    re.IGNORECASE,
)

MAIL = re.compile(
    r"[<(\[]?(?:mailto:)?[^\s<>()\[\],;:]+@[^\s<>()\[\],;]*[>)\]]?|(?<!\S)@\w+"
    r"|[\w.+-]{1,60} ?[\[({](?:at|@|ät|arroba)[\])}] ?[\w.-]{1,60}",
    re.IGNORECASE,
)
MAIL_WITH_NAME = re.compile(r"(?:mailto:)?\S+@\S+\s*\((?P<name>[^()@]+)\)")
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S*|\S*(?:facebook|twitter|linkedin|instagram)\.com\S*", re.IGNORECASE
)

#: A bracket at the end: initials, an agency, a credit ("(obe)", "(Image: Getty)"); elsewhere, only a credit.
LAST_BRACKET = re.compile(r"(?<=\S)\s*[(\[（【][^()\[\]（）【】]*[)\]）】]\s*$")
CREDIT = re.compile(
    r"[\s(\[]*(?:image|photo|foto|picture|pic|bild|video|graphic|illustration|infographic|immagine|imagen|ภาพ|ພາບ|图|圖|写真)"
    r"s?\s*(?:by|credits?|courtesy|:|/|©)|\W*©|.*\bgetty\s+images\b",
    re.IGNORECASE,
)

#: What follows a name behind a dash, and a day or a time behind it.
BEHIND_DASH = re.compile(r"\s+[-–—]+\s+.*$")
DAY = re.compile(
    r"[\s,(]+(?:(?:on|am|le|el|il|at|um)\s+)?(?=\d+[.:/年-]?\d*[.:/月-]?\d)(?=.{3})\d[\d\s.,:/年月日-]{2,}.*$"
)
PLACE = regex.compile(r"(?<=\S\s+\S+)\s+in\s+\p{Lu}[\w-]+(?:\s\p{Lu}[\w-]+)?$")

#: What people are, in the languages in which it is written beside their names.
ROLE = regex.compile(
    r"\b(?:reporters?|correspondents?|editors?|writers?|columnists?|journalists?|producers?|contributors?|anchor"
    r"|photographers?|analysts?|experts?|director|manager|founder|professor|lecturer|fellow|intern|ceo|staff|desk"
    r"|redakteur(?:in)?|redaktor(?:in)?|redaktionsleiter(?:in)?|korrespondent(?:in|en)?|reporterin|journalistin"
    r"|volontär(?:in)?|chefredakt\w+|redaktör|journalist[ea]|correspondante?s?|rédact(?:eur|rice)s?|envoyée?"
    r"|spéciale?|grand reporter|periodistas?|redactora?|corresponsal(?:es)?|editora|enviad[oa]|colaborador"
    r"|jornalista|repórter|correspondente|giornalista|inviat[oa]|corrispondente|redattore|dziennikar\w+"
    r"|redakcj\w+|redacteur|verslaggever|toimittaja|корреспондент\w*|журналист\w*|обозреватель|редактор"
    r"|кореспондент\w*|muhabiri?|editörü?|yazarı?|wartawan|pewarta|phóng viên|biên tập viên)\b"
    r"|기자|특파원|논설위원|记者|記者|编辑|編輯|ผู้สื่อข่าว|ນັກຂ່າວ",
    regex.IGNORECASE,
)
LAST_ROLE = regex.compile(
    r"(?<=\S)\s*(?:(?:인턴|선임|객원|전문)?기자|특파원|논설위원|記者|记者|编辑|編輯)$"
    r"|(?<=\S\s+\S+)\s+(?:(?:staff|senior|political|chief|special|foreign|business|sports?|news|guest|contributing)\s+)*"
    r"(?:writer|reporter|correspondent|editor|columnist)$",
    regex.IGNORECASE,
)
DEGREE = re.compile(
    r"(?:Ph\.?\s?D|Psy\.?D|Ed\.?D|M\.?D|M\.?S|M\.?A|B\.?A|B\.?Sc|M\.?Sc|MBA|MPH|R\.?D|RDN|R\.?N|LDN|CDN|CPA|CFP|CFA|JD|Esq|DDS"
    r"|DO|DVM|LCSW|LMFT|FAND|CSSD|PMP|(?:E-)?RYT(?:\s\d+)?|Jr|Sr|I{2,3}|IV)\.?"
)
INITIAL = regex.compile(r"\p{Lu}\.")
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)

#: Accounts that are nobody.
NOBODY = {
    *(
        "admin",
        "administrator",
        "wpadmin",
        "webmaster",
        "root",
        "user",
        "guest",
        "unknown",
        "anonymous",
        "null",
    ),
    *("none", "undefined", "author", "by", "n/a", "[object object]", "link"),
}


def names(text: str, *, is_inverted: bool = False) -> tuple[str, ...]:
    """The names in one string, in their order; lines are told apart, too. ``is_inverted``: a family name may
    stand first ("Doe, Jane": Dublin Core, Highwire Press)."""
    if len(text) > MAX_BYLINE_CHARS or CREDIT.match(text):
        return ()
    text = "\n".join(filter(None, map(plain, text.split("\n"))))
    mail_with_name = MAIL_WITH_NAME.fullmatch(text)
    text = ADDRESS.sub(" ", MAIL.sub(" ", mail_with_name["name"] if mail_with_name else text))
    first, *others = HARD_SEPARATOR.split(text)
    others = [_without_and(other) for other in others if not re.search(r"\d", other)]  # those are days
    parts = [part for each in (first, *others) for part in _parts(each, is_inverted)]
    parts = [part for part in parts if not _is_role(part)] or parts
    return tuple(dict.fromkeys(filter(None, map(_name, parts))))


def told_apart(texts: Iterable[str], *, is_inverted: bool = False) -> tuple[str, ...]:
    """The names in several strings, each once."""
    found = [name for text in texts for name in names(text, is_inverted=is_inverted)]
    return tuple({name.casefold(): name for name in reversed(found)}.values())[::-1]


def _parts(text: str, is_inverted: bool) -> list[str]:
    """What commas and conjunctions part, where what they part are names."""
    text = BEHIND_DASH.sub("", _without_prefix(text))
    comma_parts = [part.strip() for part in text.split(",")]
    if is_inverted and len(comma_parts) == 2 and all(re.fullmatch(r"[^\W\d]\S*", p) for p in comma_parts):
        return [" ".join(reversed(comma_parts))]
    parts: list[str] = []
    for comma_part in comma_parts:
        part = _without_and(comma_part) if parts else comma_part
        if parts and DEGREE.fullmatch(part):
            continue
        parts += _conjoined(part)
    return parts


def _conjoined(text: str) -> list[str]:
    """The names on both sides of conjunctions. No conjunction stands between a whole name and a single word
    ("Van der Berg and Sons", "José Ortega y Gasset", "Anna und Peter Müller"), nor in an office's name."""
    match = None if OFFICE.search(text) else AND.search(text)
    while match:
        left, right = text[: match.start()], text[match.end() :]
        is_list = _are_alike(left, AND.split(right)[0] or right, is_weak=bool(match["weak"]))
        if is_list or match["inner"]:
            return [left, *_conjoined(right)]
        match = AND.search(text, match.end())
    return [text]


def _are_alike(left: str, right: str, *, is_weak: bool) -> bool:
    left_words, right_words = len(left.split()), len(right.split())
    if left_words > 1 and right_words > 1:
        return True
    return left_words == right_words == 1 and not is_weak


def _is_role(text: str) -> bool:
    """Whether a part says what somebody is, or where they write; "A. Writer" is a name all the same."""
    return bool(DOMAIN.fullmatch(text) or (ROLE.search(text) and not INITIAL.match(text)))


def _without_and(text: str) -> str:
    match = LEADING_AND.match(text)
    return text[match.end() :] if match else text


def _name(text: str) -> str:
    """A name alone; "" where it is none."""
    text = LAST_BRACKET.sub("", _without_prefix(text.strip())).strip(' \t-–—|:;,/*•·"“”«»()[]（）')
    text = fold(DAY.sub("", PLACE.sub("", LAST_ROLE.sub("", text))))
    letters, digits = len(regex.findall(r"\p{L}", text)), len(regex.findall(r"\p{N}", text))
    is_name = letters > digits and len(text) <= MAX_NAME_CHARS and text.casefold() not in NOBODY
    return text.strip(" ,") if is_name and not CREDIT.match(text) else ""


def _without_prefix(text: str) -> str:
    for _ in range(3):
        match = PREFIX.match(text)
        if not match:
            break
        text = text[match.end() :].lstrip()
    return text
