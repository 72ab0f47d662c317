"""Abbreviations whose full stop ends no sentence, by language (BCP 47's first subtag).

Only those whose next word may begin with a capital letter, or with a letter that knows none: a full stop
before a lower-case letter or a digit ends nothing anyway, and so do initials and what has stops inside
("p.m.", "U.S.", "EE. UU."), which ``sentences`` knows by their shape. Titles: ``titles``.
"""

from __future__ import annotations

from syndicator.text.titles import titles

#: In lower case, without the last stop, apart by spaces.
BY_LANGUAGE = {
    "en": "jr sr esq co inc ltd corp bros plc llc no nos vol ed eds ch fig pp art sec jan feb mar "
    "apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun ave blvd "
    "rd dept govt univ assn approx est etc al ca cf viz tel ext incl op",
    "de": "univ nr str pl bd ca evtl ggf inkl exkl usw etc gen geb gest verh jan feb mär apr jun jul "
    "aug sep sept okt nov dez mo di mi do sa so abs art ziff tel abt hrsg min max mio mrd tsd "
    "jh",
    "fr": "art chap éd env etc ex fig janv févr avr juil sept oct nov déc no nos p pp tél vol cf hab",
    "es": "da ud uds vd vds art cía dpto ed etc fig núm nro pág págs tel vol ee uu ff aa rr hh ene "
    "feb abr jun jul ago sep sept oct nov dic aprox",
    "it": "v p pag art ecc es fig n nr num tel vol ca feb mar apr mag giu lug ago set sett ott nov dic",
    "pt": "art cia ed etc ex fig n nº núm pág págs tel vol jan fev mar abr mai jun jul ago set out "
    "nov dez lda ltda",
    "nl": "str nr blz bv ca enz evt incl excl jan feb mrt apr jun jul aug sept okt nov dec t.a.v art tel",
    "ru": "гос д корп кв обл респ р н п с стр см ср т тт тыс млн млрд трлн руб коп зав ст др рис "
    "табл янв февр апр авг сент окт нояб дек",
    "uk": "смт обл р рр ст стор див тис млн млрд грн коп ін тов",
    "pl": "nr s str tel tys mln mld zł godz tzn itd itp pow gm r w",
    "cs": "č čp str tj tzn atd apod tis mil mld kč",
    "sv": "kl nr s t.ex bl.a osv resp ca tel jan feb apr aug sept okt nov dec",
    "tr": "bkz vb vs cad sok mah no tel",
    "id": "no dll dsb dst",
    "vi": "p q",
    "th": "พ ต ท จ ส ร ม น ด ช ญ บ ก ค กม ซม มม กก กรัม ตร สน สภ ถ ซ จก บจก บมจ โทร",
    "lo": "ສ ປ ຄ ພ ຈ ມ ກ ກມ ກລ ຕມ ໂທ",
    "el": "τηλ σελ βλ π μ χ λπ κλπ",
}

ALL = frozenset(word for words in BY_LANGUAGE.values() for word in words.split()) | titles("")

_OF = {language: frozenset(words.split()) for language, words in BY_LANGUAGE.items()}

#: Those that are words, too, and abbreviate before a number alone ("Art. IV"); and those of days and months,
#: which begin with a capital letter then.
BEFORE_NUMBERS = frozenset({"no", "nos", "art", "fig", "op", "ex", "set"})
CAPITALISED = frozenset({"sun", "sat", "mar"})

#: Languages that write an ordinal number with a full stop, "am 3. Oktober" (the dates of CLDR: "d.").
ORDINAL_STOP = frozenset(
    {"bs", "cs", "da", "de", "et", "eu", "fi", "fo", "hr", "hu"}
    | {"is", "lb", "lv", "nb", "nn", "no", "sk", "sl", "sr", "tr"}
)


def abbreviations(language: str) -> frozenset[str]:
    """The abbreviations of a language (BCP 47) in lower case, without their last full stop; English ones
    too, since names and titles travel; all of them where the language is not known."""
    if not language:
        return ALL
    return _OF.get(language.partition("-")[0].lower(), frozenset()) | _OF["en"] | titles(language)
