"""What content management systems leave around an excerpt: a button to read on, the site's name, the
dateline, the byline, and the headline once more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

import regex

from syndicator.text.clean import fold
from syndicator.text.datelines import without_place_and_agency
from syndicator.text.sentences import sentence_ends

#: Characters at the end of a text that are looked at, and leftovers that are taken off one after another.
MAX_TAIL_CHARS, MAX_TAILS = 400, 4

#: The end of a sentence or of an excerpt.
STOP = r"[.…\])»”\"'།\p{Sentence_Break=STerm}]"

#: What sets the parts of a feed's name apart: "City – The River Times".
SITE_MARK = re.compile(r"\s+[|»›·•–—-]\s+")

#: Labels of links that lead on, where the links are gone.
READ_ON_LABELS = (
    *("Read more", "Read the full story", "Read the full article", "Read the full post"),
    *("Continue reading", "Keep reading", "Weiterlesen", "Mehr lesen", "Lire la suite"),
    *("Lire plus", "Leer más", "Seguir leyendo", "Sigue leyendo", "Leggi tutto"),
    *("Continua a leggere", "Leia mais", "Continue lendo", "Continuar lendo", "Ler mais"),
    *("Lees verder", "Lees meer", "Verder lezen", "Читать далее", "Читать дальше", "Читати далі"),
    *("Czytaj dalej", "Czytaj więcej", "Läs mer", "Læs mere", "Les mer", "Lue lisää", "Číst dále"),
    *("Číst více", "Devamını oku", "Olvass tovább", "Tovább olvasom", "Citește mai mult"),
    *("Διαβάστε περισσότερα", "اقرأ المزيد", "ادامه مطلب", "קרא עוד", "और पढ़ें", "ອ່ານຕໍ່"),
    *("ອ່ານເພີ່ມເຕີມ", "อ่านต่อ", "อ่านเพิ่มเติม", "អានបន្ត", "ဆက်ဖတ်ရန်", "Xem thêm", "Đọc tiếp"),
    *(
        "Baca selengkapnya",
        "Selengkapnya",
        "Baca lagi",
        "続きを読む",
        "阅读全文",
        "阅读更多",
        "继续阅读",
        "閱讀全文",
    ),
    *("閱讀更多", "繼續閱讀", "더 보기", "계속 읽기"),
    *("Click here to read the full story", "Click here to read the full article", "Click here to read more"),
    *("Click here for more", "Click to read more", "Read the full story here", "Read the full article here"),
    *("Read more here", "Read here", "Read it here", "Hier weiterlesen", "Jetzt weiterlesen"),
    *("Cliquez ici pour lire la suite", "Lire l’article complet", "Haga clic aquí para leer más"),
    *("Clique aqui para ler mais", "Klik di sini untuk membaca selengkapnya", "Đọc thêm", "点击阅读全文"),
    *(
        "點擊閱讀全文",
        "続きはこちら",
        "자세히 보기",
        "إقرأ المزيد",
        "لقراءة المزيد",
        "بیشتر بخوانید",
        "مزید پڑھیں",
    ),
    *("להמשך קריאה", "לכתבה המלאה", "ອ່ານຕໍ່ທີ່ນີ້", "ອ່ານລາຍລະອຽດເພີ່ມເຕີມ", "ອ່ານລາຍລະອຽດ", "คลิกอ่านต่อ"),
    *("คลิกอ่านเพิ่มเติม", "อ่านต่อที่นี่", "อ่านเพิ่มเติมที่นี่", "อ่านรายละเอียดเพิ่มเติม", "អានបន្ថែម", "អានបន្តទៀត"),
    *("مزید پڑھیں", "ဆက်လက်ဖတ်ရှုရန်", "ဆက်လက်ဖတ်ရှုပါ"),
)
#: The longest first, which say all of it.
ALTERNATIVES = "|".join(sorted(map(re.escape, READ_ON_LABELS), key=len, reverse=True))
LOWER_LABELS = sorted(dict.fromkeys(label.lower() for label in READ_ON_LABELS), key=len)
ANY_READ_ON_LABEL = tuple(
    label for at, label in enumerate(LOWER_LABELS) if not any(map(label.__contains__, LOWER_LABELS[:at]))
)
READ_ON = regex.compile(rf"(?<={STOP})\s*[\[(]?\s*(?:{ALTERNATIVES})(?P<rest>.{{0,300}})$", regex.IGNORECASE)

#: The same behind a text that is cut without a mark, where an arrow shows that it is a button; or alone.
BUTTON = re.compile(
    rf"(?:\s+[\[(]?(?:{ALTERNATIVES})\s*(?:[»›→>]+|\[?(?:…|\.\.\.)\]?)"
    rf"|^[\[(]?(?:{ALTERNATIVES})\W*)\s*[\])]?$",
    re.IGNORECASE,
)

#: The same behind a sentence of Thai, Lao or Khmer, whose end is a space; not behind what needs a verb.
BEHIND_SPACE = regex.compile(
    rf"(?<=[\p{{Thai}}\p{{Lao}}\p{{Khmer}}])(?<!ສາມາດ|ໃຫ້|ກະລຸນາ|ເພື່ອ|ไป|ให้|สามารถ|กรุณา|โปรด|เพื่อ|อาจ|ควร|ต้อง|អាច|ដើម្បី)"
    rf"\s+(?:{ALTERNATIVES})[^\p{{L}}\p{{M}}\p{{N}}]*$"
)

#: Signs in front of a label.
POINTING = regex.compile(r"^[^\p{L}\p{M}\p{N}]+")

#: An ellipsis in brackets, and arrows at the end.
BRACKETED = re.compile(r"\s*(?:\[\s*(?:…|\.{3}|&hellip;)\s*\]|\(\s*(?:…|\.{3})\s*\))\s*$")
ARROWS = re.compile(r"(?<=\S)\s*[»›→]+$")
BRACKETS, ARROW = ("]", ")"), ("»", "›", "→")

#: A sentence that is nothing but a byline: "By Peter Halloway, Staff Writer."
BY = (
    *("By", "BY", "Von", "Par", "Por", "Di", "Door", "Av", "Af", "Oleh", "Autor:", "Autorin:"),
    *("Text:", "Foto:", "Photo:", "โดย", "ໂດຍ"),
)
BYLINE = regex.compile(
    rf"""(?:(?<={STOP})\s+|\s+[|–—-]\s+|^)
        (?:{"|".join(BY)})\s*
        \p{{Lu}}[\p{{L}}\p{{M}}.'’-]*(?:\s+(?:de|da|do|dos|du|di|del|la|las|los|le|van|von|der|den|bin|al|and|und|et|y|e|\p{{Lu}}[\p{{L}}\p{{M}}.'’-]*)){{1,5}}
        (?:\s*[,|/]\s*[\p{{L}}\p{{M}}][\p{{L}}\p{{M}} -]{{1,40}})?\.?$""",
    regex.VERBOSE,
)

#: Where a text appeared first, as systems write it behind one whose links are gone: the article's headline
#: and the site's name stand in it as they please.
SIGN_OFF = regex.compile(
    rf"""(?:(?<={STOP})|^)\s*(?:
        (?:The|This)\ (?:post|article|story|entry)MIDDLE(?:appeared\ first|first\ appeared)\ (?:on|in|at)
      | Der\ (?:Beitrag|Artikel)MIDDLEerschien\ zuerst\ (?:auf|bei|in)
      | L[’'](?:article|entrée)MIDDLEest\ apparue?\ (?:en\ premier|d[’']abord)\ sur
      | (?:La\ entrada|El\ artículo)MIDDLE(?:se\ publicó|apareció|aparece)\ primero\ en
      | L[’']articoloMIDDLE(?:proviene\ da|è\ apparso\ per\ primo\ su|sembra\ essere\ il\ primo\ su)
      | O\ (?:post|artigo)MIDDLEapareceu\ primeiro\ em
      | Het\ (?:bericht|artikel)MIDDLEverscheen\ eerst\ op
      | (?:Запись|Сообщение)MIDDLE(?:впервые\ появи\w+|появи\w+\ сначала)\ (?:на|в)
      | ໂພສMIDDLEປາກົດຄັ້ງທຳອິດໃນ
    )\ (?:(?!\.\s).){{1,90}}$
    | 投稿\ .{{1,300}}?\ ?は\ ?.{{1,90}}\ ?に最初に表示されました。?$""".replace(
        "MIDDLE", r"(?:\ (?:(?!\.\s).){1,300}?)?\ "
    ),
    regex.VERBOSE | regex.IGNORECASE,
)
SIGN_OFF_WORDS = (
    "first",
    "zuerst",
    "apparu",
    "primero",
    "articolo",
    "primeiro",
    "eerst",
    "появи",
    "ປາກົດ",
    "表示",
)

WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]+")

#: What stands between a headline and what follows it.
BETWEEN = regex.compile(
    r"[^\p{L}\p{M}\p{N}\p{Ps}\p{Pi}\"'¿¡#@$€£]*[\"'”’»]?[^\p{L}\p{M}\p{N}\p{Ps}\p{Pi}\"'¿¡#@$€£]*"
)

#: What stands behind a site's name that is no part of a sentence.
BEHIND_NAME = regex.compile(r"\s*(?:[.:|·•。]|[–—-](?=\s))\s*")

#: What closes a quotation of the headline, or a comma, where its sentence goes on; where letters have no case
#: nothing but the mark may stand there.
SENTENCE_GOES_ON = regex.compile(
    r"(?:\s?[,?!.…]{0,3}\s?[\p{Pe}\p{Pf}\"'“«»][,\s]*|,\s)(?=\p{Ll})|(?<quote>[\p{Pf}\"'“」』]\s*)(?=\p{Lo})"
)

#: A label in front of a headline, and of a text that repeats it: "BREAKING: ...", "Opinion | ...".
LABEL = regex.compile(
    r"(?P<label>[\p{L}\p{M}\p{N}’'-]+(?:\s[\p{L}\p{M}\p{N}’'-]+){0,2}+)\s?(?::\s|：|\s?[|–—]\s|\s-\s)\s*"
)

#: Words of a headline (characters, where no spaces are written) from which on it may be known by itself, with
#: no mark behind it.
MIN_HEADLINE_WORDS, MIN_HEADLINE_CHARS = 4, 12


def without_leftovers(text: str, title: str = "", site_title: str = "", language: str = "") -> str:
    """What an excerpt says, in one line, without what its system and the headline have left in it; nothing
    where nothing is left. ``title``: the article's, ``site_title``: the site's or the feed's name,
    ``language``: the text's (BCP 47)."""
    text, title = " ".join(text.split()), without_site_name(" ".join(title.split()), site_title)
    for _ in range(MAX_TAILS):
        shorter = _without_tail(text, title, site_title, language)
        if shorter == text:
            break
        text = shorter
    text = without_place_and_agency(text, language)
    left = without_headline(text, title, language)
    if left == text and (label := LABEL.match(title)):
        left = without_headline(
            _without_label(text, label["label"], language), title[label.end() :], language
        )
    return left if left == text else _without_site_in_front(left, site_title)


def without_site_name(text: str, site_title: str) -> str:
    """A title or summary without the site's name in front or behind: "Market reopens | The River Times"."""
    marks = list(SITE_MARK.finditer(text))
    if not marks:
        return text
    names = set(map(_bare, _names(site_title))) - {""}
    if _bare(text[marks[-1].end() :]) in names:
        return text[: marks[-1].start()]
    if _bare(text[: marks[0].start()]) in names:
        return text[marks[0].end() :]
    return text


def _names(site_title: str) -> tuple[str, ...]:
    return (site_title, *SITE_MARK.split(site_title))


def _without_site_in_front(text: str, site_title: str) -> str:
    """What stood behind a headline without the site's name before it, which is no sentence's beginning."""
    for name in map(_words, _names(site_title)):
        if name and _first_words(text, len(name)) == name:
            found = BEHIND_NAME.match(text, _end_of_word(text, len(name)))
            return text[found.end() :] if found else text
    return text


def without_headline(text: str, title: str, language: str = "") -> str:
    """What a text says besides the headline; nothing where it only repeats it, or a part of it. Where its
    first sentence goes on from the headline's words it stays whole (``goes_on_from``)."""
    headline = _words(title)
    words = _first_words(text, len(headline) + 2)  # more than a cut repetition has
    if not headline or not words:
        return text
    if words == headline[: len(words)] or (_is_cut(text) and words[:-1] == headline[: len(words) - 1] != []):
        return ""
    if words[: len(headline)] != headline or goes_on_from(text, title):
        return text
    return _as_sentence(text[_behind(text, len(headline)) :], language)


def _without_label(text: str, label: str, language: str) -> str:
    """What stands behind a headline's label that a text repeats."""
    found = LABEL.match(text)
    if found is None or _words(found["label"]) != _words(label):
        return text
    return _as_sentence(text[found.end() :], language)


def _as_sentence(text: str, language: str) -> str:
    """A text that begins as sentences do."""
    if text[:1].islower() and not text[1:2].isupper():
        is_dotted = text[0] == "i" and language[:2] in ("tr", "az")
        return ("İ" if is_dotted else text[0].upper()) + text[1:]
    return text


def goes_on_from(text: str, title: str) -> bool:
    """Whether the first sentence of a text begins with the whole headline and goes on, so that the headline
    says nothing beside it."""
    headline = _words(title)
    if not headline or _first_words(text, len(headline)) != headline:
        return False
    last = _end_of_word(text, len(headline))
    if (found := SENTENCE_GOES_ON.match(text, last)) and not (found["quote"] and WORDS.match(text)):
        return True
    between = text[last : _behind(text, len(headline))]
    if between.strip():
        return False
    behind = text[last + len(between) :][:1]
    is_cased = title[:1].lower() != title[:1].upper()
    is_long = len(headline) >= MIN_HEADLINE_WORDS or (not is_cased and len(title) >= MIN_HEADLINE_CHARS)
    return behind != "" and (behind.islower() or not is_long)


def without_sign_off(text: str) -> str:
    """A text without the sentence behind it that says where it appeared first, as far as others stand before
    it."""
    tail = text[-MAX_TAIL_CHARS:]
    found = SIGN_OFF.search(tail) if _has_any(SIGN_OFF_WORDS, tail.lower()) else None
    return text[: len(text) - len(tail) + found.start()].rstrip() if found else text


def without_section(title: str, section: str) -> str:
    """A headline without the article's own section in front or behind: "Sport | Eagles win"."""
    first, mark, rest = title.partition(" | ")
    if not (section and mark):
        return title
    head, _, last = title.rpartition(" | ")
    if _bare(first) == _bare(section):
        return rest
    return head if _bare(last) == _bare(section) else title


def without_read_on(text: str, title: str = "") -> str:
    """A text without the label of a link to read on behind it, which may name the article."""
    tail = text[-MAX_TAIL_CHARS:]
    found = READ_ON.search(tail) if _has_any(ANY_READ_ON_LABEL, tail.lower()) else None
    if found and not _bare(found["rest"].replace(title, "", 1)):
        return text[: len(text) - len(tail) + found.start()].rstrip()
    return text


def is_read_on(text: str) -> bool:
    """Whether a text is nothing but a label of a link, or signs that point to one."""
    return not WORDS.search(BUTTON.sub("", POINTING.sub("", text)))


def _without_tail(text: str, title: str, site_title: str, language: str) -> str:
    text = without_site_name(without_read_on(without_sign_off(text), title), site_title)
    head, tail = text[:-MAX_TAIL_CHARS], text[-MAX_TAIL_CHARS:]
    if _has_any(ANY_READ_ON_LABEL, tail.lower()):
        tail = BUTTON.sub("", BEHIND_SPACE.sub("", tail))
    if tail.endswith(BRACKETS):
        tail = _without_brackets(tail, language)
    if tail.endswith(ARROW) and "«" not in text:
        tail = ARROWS.sub("", tail)
    if _has_any(BY, tail):
        tail = BYLINE.sub("", tail)
    return (head + tail).rstrip(" |")


def _without_brackets(text: str, language: str) -> str:
    """A text without an ellipsis in brackets: where a sentence ends before it, nothing else is broken off."""
    left = BRACKETED.sub("", text)
    if left in ("", text) or sentence_ends(left, language)[-1:] == [len(left)]:
        return left
    return left.rstrip(" .…") + "…"


def _behind(text: str, count: int) -> int:
    """Where a text goes on behind its first words and the marks that follow them."""
    end = _end_of_word(text, count)
    found = BETWEEN.match(text, end)
    return found.end() if found else end


def _is_cut(text: str) -> bool:
    return text.rstrip().endswith(("…", "..."))


def _has_any(needles: Iterable[str], text: str) -> bool:
    return any(map(text.__contains__, needles))


def _words(text: str) -> list[str]:
    return WORDS.findall(fold(text).casefold())


def _first_words(text: str, count: int) -> list[str]:
    """The first words of a text, or all that it has."""
    return [found.group().casefold() for found in islice(WORDS.finditer(fold(text)), count)]


def _end_of_word(text: str, count: int) -> int:
    """Where the last of so many first words of a text ends."""
    return next(islice(WORDS.finditer(text), count - 1, None)).end()


def _bare(text: str) -> str:
    return " ".join(_words(text))
