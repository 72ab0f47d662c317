"""Abbreviations whose full stop ends no sentence, by language (BCP 47's first subtag).

Only those whose next word may begin with a capital letter, or with a letter that knows none: a full stop
before a lower-case letter or a digit ends nothing anyway, and so do initials and what has stops inside
("p.m.", "U.S.", "EE. UU."), which ``sentences`` knows by their shape.
"""

from __future__ import annotations

#: In lower case, without the last stop, apart by spaces.
BY_LANGUAGE = {
    "en": "mr mrs ms mx messrs dr prof rev fr sen rep gov hon pres amb min capt cmdr col gen lt maj sgt "
    "cpl pvt adm insp supt det st mt ft jr sr esq co inc ltd corp bros plc llc no nos vol ed eds "
    "ch fig pp art sec jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur "
    "thurs fri sat sun ave blvd rd dept univ assn approx est vs etc al ca cf viz tel ext incl op",
    "de": "dr prof hr fr frl ing dipl mag univ nr str pl st bd bzw ca vgl evtl ggf inkl exkl usw etc "
    "sog gem gen geb gest verh jan feb mär apr jun jul aug sep sept okt nov dez mo di mi do sa so "
    "abs art ziff tel abt hrsg min max mio mrd tsd jh",
    "fr": "m mm mme mmes mlle mlles dr pr me st ste bd av art chap éd env etc ex fig janv févr avr juil "
    "sept oct nov déc no nos p pp tél vol cf hab",
    "es": "sr sra srta sres dr dra d dña da prof profa lic ing arq gral cnel tte cap sta sto ud uds vd "
    "vds av avda apdo art cía dpto ed etc fig núm nro pág págs tel vol ee uu ff aa rr hh ene feb "
    "abr jun jul ago sep sept oct nov dic aprox",
    "it": "sig sigg sigra dott dottssa prof profssa avv ing arch geom on sen gen col cap s ss v p pag "
    "art ecc es fig n nr num tel vol ca gen feb mar apr mag giu lug ago set sett ott nov dic",
    "pt": "sr sra srs sras dr dra drs d prof profa eng gen cel cap av art cia ed etc ex fig n nº núm "
    "pág págs tel vol jan fev mar abr mai jun jul ago set out nov dez lda ltda",
    "nl": "dhr mevr mw dr drs mr ir ing prof st str nr blz bv bijv ca enz evt incl excl jan feb mrt apr "
    "jun jul aug sept okt nov dec t.a.v art tel",
    "ru": "г гг гр гос им ул пр просп пл пер д корп кв обл респ р н п с стр см ср т тт тыс млн млрд "
    "трлн руб коп акад проф доц ген полк кап лейт зам нач зав ст др рис табл янв февр апр авг "
    "сент окт нояб дек",
    "uk": "м смт вул просп пл обл р рр ст стор див ім акад проф доц ген тис млн млрд грн коп ін тов",
    "pl": "al ul pl os prof dr hab inż mgr gen płk ks św im nr s str tel tys mln mld zł godz np tzn tzw "
    "itd itp woj pow gm r w",
    "cs": "p pí sl ing mgr dr doc prof sv ul nám č čp str tj tzn např atd apod tzv tis mil mld kč",
    "sv": "dr prof st kl nr s t.ex bl.a osv resp ca tel jan feb apr aug sept okt nov dec",
    "tr": "dr prof doç av sn bkz vb vs cad sok mah no tel",
    "id": "dr drs ir prof h hj tn ny jl no dll dsb dst",
    "vi": "ts ths gs pgs ks bs tp tx p q",
    "th": "ดร ศ รศ ผศ นพ พญ พล พ ต ท จ ส อ ร ม น ด ช ญ บ ก ค กม ซม มม กก กรัม ตร สน สภ ถ ซ จก บจก บมจ โทร",
    "lo": "ດຣ ປອ ສຈ ຮສ ທ ນ ສ ປ ຄ ພ ຈ ມ ກ ກມ ກລ ຕມ ໂທ",
    "el": "κ κα κος δρ καθ αρ οδ τηλ σελ βλ π μ χ λπ κλπ",
}

ALL = frozenset(word for words in BY_LANGUAGE.values() for word in words.split())

_OF = {language: frozenset(words.split()) for language, words in BY_LANGUAGE.items()}

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
    return _OF.get(language.partition("-")[0].lower(), frozenset()) | _OF["en"]
