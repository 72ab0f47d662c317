"""Datelines without an agency: "VIENTIANE, Nov 25 — ", "CLEVELAND, Ohio – ", "Paris, le 25 novembre - ".

A sentence may begin with a name and a dash, too ("NATO – the alliance – met"), and a wrong cut is worse than
none: a place is one where a day, its state or its country stands with it, where it is alone in capitals and a
city that everybody knows, or where an agency stands behind it.
"""

from __future__ import annotations

from functools import cache

import regex

from syndicator.text.dates.names import folded, known_language, lexicon

#: What may be a dateline, and where it stops being one.
HEAD = regex.compile(
    r"""(?P<head>[^\n–—―:៖()]{2,60}+(?:\([^()\n]{2,30}\)\s*)?+)(?P<mark>[–—―]+|[:៖]|\.--?)\s*+(?=\S)
      | (?P<head>[^\n–—―:៖()]{2,60}?(?:\([^()\n]{2,30}\))?)\s+(?P<mark>--?)\s+(?=\S)
      | \((?P<head>[^()\n]{2,40})\)\s*+(?P<mark>[–—―:៖-]?)\s*+(?=\S)""",
    regex.VERBOSE,
)

#: Agencies that write their names with small letters, in full, or in a script that has no capitals.
AGENCY_IN_SMALL = regex.compile(
    r"(?:Thomson )?Reuters|dpa(?:/[a-z]{2,4})?|dpa-AFX|epd|sid|Xinhua|Bernama|Kyodo|Efe|Lusa|Belga"
    r"|ТАСС|РИА Новости|Интерфакс|Укринформ"
    r"|רויטרס|סוכנויות(?: הידיעות)?|رویترز|ایرنا|ایسنا|រ៉យទ័រ|ស៊ិនហួ|ရိုက်တာ|ဆင်ဟွာ"
    r"|ຂປລ|ສຳນັກຂ່າວສານປະເທດລາວ|ຊິນຫົວ|ລອຍເຕີ|เอเอฟพี|เอพี|รอยเตอร์ส?|ซินหัว"
    r"|رويترز|أ ?\.?ف ?\.?ب\.?|د ?\.?ب ?\.?أ\.?|أ ?ب|شينخوا|واس|وام|قنا|سانا"
)
AGENCY = regex.compile(rf"[A-Z][A-Z.&]{{1,6}}|{AGENCY_IN_SMALL.pattern}")
AGENCY_FIRST = regex.compile(rf"(?:{AGENCY_IN_SMALL.pattern})\.\s+(?=\S)")
BRACKETS = regex.compile(r"(?P<before>.*?)\s*\((?P<inside>[^()]*)\)\s*", regex.DOTALL)

COMMA = regex.compile(r"[,،၊]")

#: Characters of the longest name of a place.
MAX_NAME_CHARS = 60

#: Words of a place, whose names begin with capitals, and small words within it.
MAX_PLACE_WORDS = 4
NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}.'’/-]*+|[\p{Lo}\p{M}]++[ฯຯ]?")
PARTICLES = frozenset(
    (
        "am",
        "an",
        "an",
        "der",
        "de",
        "del",
        "der",
        "di",
        "do",
        "du",
        "el",
        "en",
        "im",
        "la",
        "le",
        "les",
        "of",
        "on",
        "sur",
        "upon",
        "zu",
    )
)
ARTICLES = frozenset(
    (
        "a",
        "an",
        "the",
        "el",
        "la",
        "le",
        "les",
        "los",
        "las",
        "der",
        "die",
        "das",
        "il",
        "i",
        "un",
        "une",
        "ein",
        "eine",
    )
)

DAY_TOKEN = regex.compile(r"[\p{L}\p{M}]+|\p{Nd}+|[^\s\p{L}\p{M}\p{Nd}]")
DAY_WORDS = frozenset(
    (
        "le",
        "il",
        "den",
        "der",
        "am",
        "de",
        "del",
        "d",
        "on",
        "ngay",
        "vao",
        "lo",
        "st",
        "nd",
        "rd",
        "th",
        "er",
        "ngày",
    )
)

#: A sentence begins: no small letter, after a mark that opens.
SENTENCE = regex.compile(r"[\p{Ps}\p{Pi}\"'¿¡]*+(?![\p{Ll}\p{P}])\S")
MIN_REST_CHARS = 20

#: Cities that stand without their country in the style books of news agencies, and other capitals; and places
#: in the scripts of the region, which newsrooms there put in brackets.
CITY_NAMES = (
    "Abidjan|Abu Dhabi|Abuja|Accra|Addis Ababa|Algiers|Amman|Amsterdam|Ankara|Athens|Atlanta|Baghdad|Baku|"
    "Baltimore|Bangkok|Barcelona|Beijing|Beirut|Belgrade|Berlin|Berne|Bogota|Bonn|Boston|Brasilia|Bratislava|"
    "Brussels|Bucharest|Budapest|Buenos Aires|Cairo|Canberra|Caracas|Chicago|Cincinnati|Copenhagen|Dakar|"
    "Dallas|Damascus|Denver|Detroit|Dhaka|Doha|Dubai|Dublin|Edinburgh|Frankfurt|Geneva|Hamburg|Hanoi|"
    "Harare|Havana|Helsinki|Ho Chi Minh City|Hong Kong|Honolulu|Houston|Indianapolis|Islamabad|Istanbul|"
    "Jakarta|Jerusalem|Johannesburg|Kabul|Karachi|Kathmandu|Khartoum|Kiev|Kinshasa|Kuala Lumpur|Kuwait City|"
    "Kyiv|Lagos|Las Vegas|Lima|Lisbon|Ljubljana|London|Los Angeles|Luang Prabang|Luxembourg|Madrid|Manila|"
    "Mexico City|Miami|Milan|Milwaukee|Minneapolis|Minsk|Mogadishu|Montreal|Moscow|Mumbai|Munich|Nairobi|"
    "Naypyitaw|New Delhi|New Orleans|New York|Oslo|Ottawa|Paris|Philadelphia|Phnom Penh|Pittsburgh|Prague|"
    "Pyongyang|Quito|Riyadh|Rome|Salt Lake City|San Antonio|San Diego|San Francisco|Sao Paulo|Sarajevo|"
    "Seattle|Seoul|Shanghai|Singapore|Sofia|St. Louis|Stockholm|Sydney|Taipei|Tallinn|Tehran|Tel Aviv|Tokyo|"
    "Toronto|Tripoli|Tunis|Vatican City|Vienna|Vientiane|Vilnius|Warsaw|Washington|Wien|Yangon|Zagreb|Zurich|"
    "Zürich|München|Köln|Genève|Bruxelles|Roma|Milano|Lisboa|Warszawa|Praha|Moskau|Brüssel|Hà Nội|Москва|"
    "Киев|Київ|北京|上海|東京|东京|台北|香港|서울|"
    "ວຽງຈັນ|ນະຄອນຫຼວງວຽງຈັນ|ນະຄອນຫລວງວຽງຈັນ|ນະຄອນຫຼວງ|ຫຼວງພະບາງ|ຫລວງພະບາງ|ສະຫວັນນະເຂດ|ຈຳປາສັກ|ຈໍາປາສັກ|ປາກເຊ|"
    "ອັດຕະປື|ບໍ່ແກ້ວ|ບໍລິຄຳໄຊ|ບໍລິຄໍາໄຊ|ຫົວພັນ|ຄຳມ່ວນ|ຄໍາມ່ວນ|ຫຼວງນ້ຳທາ|ຫລວງນ້ຳທາ|ຫຼວງນໍ້າທາ|ອຸດົມໄຊ|ຜົ້ງສາລີ|ສາລະວັນ|ໄຊຍະບູລີ|"
    "ໄຊສົມບູນ|ເຊກອງ|ຊຽງຂວາງ|ບາງກອກ|ຮ່າໂນ້ຍ|ປັກກິ່ງ|กรุงเทพฯ|กรุงเทพ|เวียงจันทน์|เชียงใหม่|ภูเก็ต|ขอนแก่น|"
    "ភ្នំពេញ|រាជធានីភ្នំពេញ|សៀមរាប|ရန်ကုန်|နေပြည်တော်|မန္တလေး"
)
#: None that is a country, too, which plays against others.
CITY_NAMES_WITHOUT_CASE = (
    "|ກຸງເທບ|ຮານອຍ|ພະນົມເປັນ|เชียงราย|นครราชสีมา|หาดใหญ่|พัทยา|อุดรธานี|หนองคาย|สงขลา|ชลบุรี|បាត់ដំបង"
    "|កំពង់ចាម|ព្រះសីហនុ|တောင်ကြီး|ပဲခူး|မော်လမြိုင်|القاهرة|الإسكندرية|الجيزة|بيروت|بغداد|البصرة|دمشق"
    "|حلب|الرياض|جدة|الدوحة|دبي|أبوظبي|أبو ظبي|المنامة|مسقط|صنعاء|عدن|القدس|القدس المحتلة"
    "|رام الله|غزة|الرباط|الدار البيضاء|طرابلس|بنغازي|الخرطوم|نواكشوط|مقديشو|أنقرة|إسطنبول|طهران|واشنطن"
    "|نيويورك|لندن|باريس|برلين|موسكو|بكين|جنيف|بروكسل|روما|مدريد|طوكيو|نيودلهي|إسلام آباد|كابول|تهران"
    "|مشهد|اصفهان|شیراز|تبریز|کابل|ירושלים|תל אביב|חיפה|באר שבע|רמאללה|עזה|וושינגטון|ניו יורק|לונדון|פריז"
    "|ברלין|מוסקבה|קהיר|ביירות|דמשק|טהרן|אנקרה|בריסל|רומא|מדריד|טוקיו"
)
CITIES = frozenset(map(folded, (CITY_NAMES + CITY_NAMES_WITHOUT_CASE).split("|")))

#: Scripts without capitals, in which a city that everybody knows is a dateline by its mark alone: but for a
#: route or a match ("ວຽງຈັນ - ຫຼວງພະບາງ"), and for a dash that another one answers.
WITHOUT_CASE = regex.compile(r"[\p{Lao}\p{Thai}\p{Khmer}\p{Myanmar}\p{Arabic}\p{Hebrew}\s]+")
ANSWERED = regex.compile(r".{0,100}?\s[–—―-]+\s")

#: States and provinces as datelines write them, beside the countries that CLDR names.
STATE_NAMES = (
    "Ala.|Ariz.|Ark.|Calif.|Colo.|Conn.|Del.|Fla.|Ga.|Ill.|Ind.|Kan.|Ky.|La.|Md.|Mass.|Mich.|Minn.|Miss.|Mo.|"
    "Mont.|Neb.|Nev.|N.H.|N.J.|N.M.|N.Y.|N.C.|N.D.|Okla.|Ore.|Pa.|R.I.|S.C.|S.D.|Tenn.|Vt.|Va.|Wash.|W.Va.|Wis.|"
    "Wyo.|D.C.|DC|NY|NJ|Alaska|Hawaii|Idaho|Iowa|Maine|Ohio|Texas|Utah|Alabama|Arizona|Arkansas|California|"
    "Colorado|Connecticut|Delaware|Florida|Illinois|Indiana|Kansas|Kentucky|Louisiana|Maryland|Massachusetts|"
    "Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|"
    "North Carolina|North Dakota|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|"
    "Tennessee|Vermont|Virginia|West Virginia|Wisconsin|Wyoming|Ontario|Quebec|Alberta|Manitoba|"
    "British Columbia|Nova Scotia|New Brunswick|Saskatchewan|Ont.|Que.|B.C."
)
STATES = frozenset(map(folded, STATE_NAMES.split("|")))


def without_place(text: str, language: str = "") -> str:
    """The text (BCP 47 ``language``) without place and day in front of it, where they are certain to be a
    dateline; else the text as it is."""
    found = HEAD.match(text)
    if found is None or not SENTENCE.match(text, found.end()) or len(text) - found.end() < MIN_REST_CHARS:
        return text
    head, is_bracketed = found["head"].strip(" ,"), text.startswith("(")
    if is_bracketed:
        place, _, day = head.partition(",")
        is_city = folded(place.strip()) in CITIES and (not day or _is_day(day, language))
        is_dateline = is_city or AGENCY_IN_SMALL.fullmatch(head) is not None
    else:
        is_dateline = _is_dateline(head, found["mark"], text[found.end() :], language)
    return text[found.end() :] if is_dateline else text


def _is_dateline(head: str, mark: str, behind: str, language: str) -> bool:
    if (found := AGENCY_FIRST.match(head)) and folded(head[found.end() :]) in CITIES:
        return True
    brackets = BRACKETS.fullmatch(head)
    inside = brackets["inside"] if brackets else ""
    parts = COMMA.split(brackets["before"] if brackets else head)
    place, *others = [part.strip() for part in parts]
    if not _is_place(place, language):
        return False
    has_day = _is_day(inside, language) if inside else False
    if inside and not has_day and not AGENCY.fullmatch(inside):
        return False
    days = [part for part in others if _has_digit(part)]
    regions = others[: len(others) - len(days)]
    if days and others[len(regions) :] == days and _is_day(" ".join(days), language):
        has_day = not behind[0].isdigit()  # "May 5 – 6 June" is when something is shown
    elif days:
        return False
    is_in_region = len(regions) == 1 and _is_region(regions[0], language)
    if regions and not is_in_region:
        return False
    is_in_capitals = place == place.upper() and place != place.lower()
    if WITHOUT_CASE.fullmatch(place) and folded(place) in CITIES and not regions:
        is_alone = not has_day and not inside
        return not (is_alone and (ANSWERED.match(behind) or _is_named(behind, language)))
    if mark in (":", "៖"):
        return is_in_capitals and folded(place) in CITIES
    return has_day or bool(inside) or (is_in_capitals and (is_in_region or folded(place) in CITIES))


def _is_place(text: str, language: str) -> bool:
    words = text.split()
    if not 0 < len(words) <= MAX_PLACE_WORDS or words[0].casefold() in ARTICLES:
        return False
    if not NAME.fullmatch(words[0]) or any(_is_in_dates(folded(word), language) for word in words):
        return False
    return all(NAME.fullmatch(word) or word in PARTICLES for word in words)


def _is_named(behind: str, language: str) -> bool:
    """Whether a text begins with a place that is known, too."""
    start = folded(behind[:MAX_NAME_CHARS])
    return any(start.startswith(name) for names in (CITIES, _countries(language)) for name in names)


def _is_region(text: str, language: str) -> bool:
    return folded(text) in STATES or folded(text) in _countries(language)


def _is_day(text: str, language: str) -> bool:
    """Whether a text is a day: its number, and the name or number of a month, and nothing else of weight."""
    tokens = [folded(token) for token in DAY_TOKEN.findall(text)]
    numbers = [token for token in tokens if token.isdigit()]
    words = [token for token in tokens if token.isalpha() or not token.isascii()]
    has_month = any(_is_in_dates(word, language) for word in words)
    others = [word for word in words if not _is_in_dates(word, language) and word not in DAY_WORDS]
    is_written_in_numbers = regex.fullmatch(r"\D*\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?\D*", text) is not None
    return (
        1 <= len(numbers) <= (3 if is_written_in_numbers else 2)
        and not others
        and 1 <= int(numbers[0]) <= 31
        and (has_month or is_written_in_numbers)
    )


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _is_in_dates(word: str, language: str) -> bool:
    """Whether a folded word is a month's or a weekday's name."""
    names = {known_language(language) or "en", "en"}
    meanings = (lexicon(name).meanings.get(word.rstrip("."), frozenset()) for name in names)
    return any(meaning.kind in ("month", "weekday") for found in meanings for meaning in found)


@cache
def _countries(language: str) -> frozenset[str]:
    """The names of countries in a language and in English, folded."""
    from babel import Locale  # noqa: PLC0415 - of use only for datelines with a country

    names = {known_language(language) or "en", "en"}
    return frozenset(folded(name) for tag in names for name in Locale(tag).territories.values())
