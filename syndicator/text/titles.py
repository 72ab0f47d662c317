"""What only leads to the name or number behind it: titles, initials, "No.". A cut behind one leaves it alone.

"by Dr. Anders" and "by Mme Vong" are held together, and so are "J. R. Holm", "order No. 17" and "ທ່ານ ສົມສັກ".
"""

from __future__ import annotations

import regex

#: Titles and the like as they are abbreviated, by language (BCP 47's first subtag): in lower case, without
#: the last stop, apart by spaces.
BY_LANGUAGE = {
    "en": "mr mrs ms mx messrs dr prof rev fr sen rep gov hon pres amb min capt cmdr col gen lt maj sgt cpl "
    "pvt adm insp supt det st mt ft vs rt brig msgr pte pfc spc lcpl atty ste mmes treas cllr comdr cdr cpt "
    "abp",
    "de": "dr prof hr fr frl ing dipl mag st bzw vgl sog gem msgr hptm obst maj kpt uffz pfr kard ebf adm",
    "fr": "m mm mme mmes mlle mlles dr pr me mgr st ste bd av msgr cdt gal gén lt cne adj capt amb sgt",
    "es": "sr sra srta sres dr dra d dña prof profa lic ing arq gral cnel tte cap sta sto av avda apdo mons "
    "fr sgto cmdte alm pbro rvdo lcdo lcda abog pdte excmo ilmo hno hna cnl subtte mtro",
    "it": "sig sigg sigra dott dottssa prof profssa avv ing arch geom on sen gen col cap s ss mons ten magg "
    "serg brig card amm rag cav",
    "pt": "sr sra srs sras dr dra drs d prof profa eng gen cel cap av ten maj sgt cb alm brig pe fr mons",
    "nl": "dhr mevr mw dr drs mr ir ing prof st bijv mgr msgr kol kpt lt sgt kard adv",
    "ru": "г гг гр им ул пр просп пл пер акад проф доц ген полк кап лейт зам нач св подп подполк серж адм "
    "митр архиеп архим еп прот свящ иером кард адв",
    "uk": "м вул просп пл ім акад проф доц ген св полк підполк серж адм митр архиєп архім прот свящ кард адв",
    "pl": "al ul pl os prof dr hab inż mgr gen płk ks św im np tzw woj kpt mjr ppłk por ppor sierż kpr bp "
    "abp kard mec adw prok",
    "cs": "p pí sl ing mgr dr doc prof sv ul nám např tzv gen plk pplk mjr kpt npor prap kard mons judr mudr",
    "da": "hr fr frk dr prof skt st kapt adv",
    "nb": "hr fr frk dr prof st kapt adv",
    "sv": "hr fr frk dr prof st kapt adv",
    "fi": "hra rva nti tri prof pyhän",
    "hu": "dr id ifj özv prof szt alez őrgy szds msgr",
    "ro": "dl d-l dna d-na dra d-ra dr prof ing gen col sf str lt cpt plt mons av",
    "tr": "dr prof doç av sn op org korg tümg tuğg alb yb bnb yzb ütğm tğm ord",
    "id": "dr drs ir prof h hj tn ny jl jend letjen mayjen brigjen komjen irjen kol letkol kapt kombes ust "
    "pdt",
    "vi": "ts ths gs pgs ks bs tp tx lm gm ls",
    "th": "ดร ศ รศ ผศ นพ พญ พล น.ส ม.ร.ว อ",
    "lo": "ດຣ ປອ ສຈ ຮສ ທ ນ",
    "el": "κ κα κος δρ καθ αρ οδ αντγος στγος ταξχος μητρ αρχιμ",
    "ar": "د أ م",
    "hi": "डॉ प्रो श्री श्रीमती कु पं",
}

#: Titles that are whole words of scripts in which any word may follow at once, or behind a space.
WHOLE_TITLES = ("ທ່ານ", "ທ້າວ", "ນາງ", "ສະຫາຍ", "นาย", "นาง", "นางสาว", "ท่าน", "คุณ", "លោក", "លោកស្រី", "អ្នកស្រី")

#: What leads to a number in languages that write Latin or Cyrillic letters.
BEFORE_NUMBERS = frozenset(
    {
        "no",
        "nos",
        "nr",
        "núm",
        "nro",
        "n",
        "nº",
        "p",
        "pp",
        "pág",
        "págs",
        "pag",
        "s",
        "fig",
        "vol",
        "art",
        "ch",
    }
    | {
        "chap",
        "cap",
        "sec",
        "sect",
        "ziff",
        "abs",
        "ca",
        "approx",
        "č",
        "čp",
        "стр",
        "рис",
        "табл",
        "ст",
        "п",
    }
)

ALL = frozenset(word for words in BY_LANGUAGE.values() for word in words.split())

_OF = {language: frozenset(words.split()) for language, words in BY_LANGUAGE.items()}

#: A short word with its stop, or without one before a capital letter, a letter that knows none, or a digit.
SHORT_WORD = regex.compile(
    r"""(?<![\p{L}\p{M}\p{N}])(?P<word>\p{L}[\p{L}\p{M}º-]{0,7}+)(?:
        (?P<stop>[.．])\s*+(?=(?P<letter>\p{L})|\p{Nd}) | \s++(?=(?P<letter>[\p{Lu}\p{Lo}])|\p{Nd}))""",
    regex.VERBOSE,
)

#: Characters around a place in which all of that stands.
NEAR_CHARS = 24

INITIAL = regex.compile(r"\p{Lu}")
WHOLE_TITLE = regex.compile(rf"(?:{'|'.join(sorted(WHOLE_TITLES, key=len, reverse=True))})\s*+(?=\p{{Lo}})")


def titles(language: str) -> frozenset[str]:
    """The abbreviated titles of a language (BCP 47), and English ones, since names travel; all of them where
    we have none of it."""
    own = _OF.get(language.partition("-")[0].lower())
    return own | _OF["en"] if own is not None else ALL


def leads_on(text: str, end: int, language: str = "") -> bool:
    """Whether a text cut there would end behind what leads to the name or number behind it, or within it."""
    begin, behind = max(0, end - NEAR_CHARS), end + NEAR_CHARS
    if any(found.start() < end <= found.end() for found in WHOLE_TITLE.finditer(text, begin, behind)):
        return True
    return any(
        found.start() < end <= found.end() and _leads(found, language)
        for found in SHORT_WORD.finditer(text, begin, behind)
    )


def _leads(found: regex.Match[str], language: str) -> bool:
    word = found["word"]
    if not found["letter"]:
        return word.lower() in BEFORE_NUMBERS
    if found["stop"]:
        return word.lower() in titles(language) or bool(INITIAL.fullmatch(word))
    return not word[0].islower() and word.lower() in titles(language)
