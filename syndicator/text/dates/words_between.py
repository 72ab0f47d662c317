"""What CLDR does not know of dates: words that newsrooms write around them, and further names of months."""

from __future__ import annotations

#: Words of dates that mean nothing of their own, by language: prepositions, "o'clock", labels.
WORDS_BETWEEN = {
    "en": "at, on, of, the, o'clock, hrs, published, published on, posted, posted on, updated, date",
    "af": "om, op, gepubliseer",
    "bg": "в, г, година, ч, публикувано",
    "ca": "a les, de, del, d, publicat, el, h, a",
    "cs": "v, ve, dne, publikovano, zverejneno, hod",
    "da": "kl, d, den, publiceret, offentliggjort, opdateret",
    "de": "um, am, den, der, vom, uhr, stand, veröffentlicht, aktualisiert, erstellt, erschienen, datum",
    "el": "στις, δημοσιευση, δημοσιευτηκε, ωρα",
    "es": "a las, a la, de, del, el, publicado, publicado el, actualizado, h, hs, hrs, horas, fecha, dia, a",
    "et": "kell, avaldatud",
    "fi": "klo, julkaistu, paivitetty, kello",
    "fr": "a, le, du, de, publie, publie le, mis a jour le, mis en ligne le, modifie le, h, paru le, date",
    "hr": "u, objavljeno, h, sati, god",
    "hu": "ev, ora, kozzeteve, megjelent, datum",
    "id": "pukul, jam, tanggal, diterbitkan, terbit, dipublikasikan",
    "it": "alle, ore, alle ore, il, del, pubblicato, pubblicato il, aggiornato, data, h",
    "ja": "公開, 更新, 掲載, 配信",
    "km": "ថ្ងៃទី, ថ្ងៃ, ទី, ខែ, ឆ្នាំ, ម៉ោង, នាទី, វេលា",
    "ko": "입력, 등록, 승인, 기사입력",
    "lo": "ວັນທີ, ວັນທີ່, ວັນ, ທີ, ເດືອນ, ປີ, ເວລາ, ໂມງ, ຄສ, ພສ",
    "lt": "d, m, val, paskelbta",
    "ms": "pada, jam, pukul, diterbitkan, tarikh",
    "my": "ရက်, ရက်နေ့, နေ့, ခုနှစ်, လ, နာရီ",
    "nb": "kl, den, d, publisert, oppdatert",
    "nl": "om, op, uur, gepubliceerd, geplaatst, bijgewerkt, van",
    "pl": "o, o godz, godz, godzina, dnia, r, roku, opublikowano, dodano, data, data publikacji, z dnia",
    "pt": "as, a, de, do, em, publicado, publicado em, atualizado, h, hs, horas, data",
    "ro": "ora, la, publicat, publicat la, data, la data de",
    "ru": "в, г, года, год, опубликовано, от, дата",
    "sk": "o, dna, publikovane, zverejnene, hod",
    "sl": "ob, objavljeno, uri",
    "sr": "у, u, објављено, objavljeno, h, год, god",
    "sv": "kl, den, d, publicerad, uppdaterad, publicerat, klockan",
    "th": "วันที่, วัน, ที่, เดือน, ปี, เวลา, น, พ.ศ, ค.ศ, เผยแพร่, โพสต์เมื่อ, นาฬิกา",
    "tr": "saat, tarih, tarihi, gunu, yayinlanma tarihi, yayinlanma",
    "uk": "о, об, р, року, рік, опубліковано, дата",
    "vi": "ngày, năm, lúc, vào lúc, vào, giờ, đăng, đăng lúc, ngày đăng, cập nhật, cập nhật lúc",
}

#: Names of months that are in use beside CLDR's, by language: WordPress's, regional ones, other spellings.
EXTRA_MONTHS = {
    "de": {1: "jänner, jaenner, jän", 2: "feber", 3: "mrz, maerz", 7: "julei"},
    "es": {9: "setiembre, set"},
    "id": {8: "agt, agust", 11: "nop, nopember"},
    "it": {9: "settem"},
    "lo": {11: "ພະຈິກ", 12: "ທັນວາ"},
    "pt": {3: "marco"},
    "ru": {5: "мая, май", 9: "сент", 11: "нояб"},
    "vi": {
        **{number: f"th{number}, th {number}, thg {number}, t{number}" for number in range(1, 13)},
        1: "th1, tháng một, tháng giêng",
        2: "th2, tháng hai",
        3: "th3, tháng ba",
        4: "th4, tháng tư",
        5: "th5, tháng năm",
        6: "th6, tháng sáu",
        7: "th7, tháng bảy",
        8: "th8, tháng tám",
        9: "th9, tháng chín",
        10: "th10, tháng mười",
        11: "th11, tháng mười một",
        12: "th12, tháng mười hai, tháng chạp",
    },
}

#: Names of the halves of the day beside CLDR's.
EXTRA_PERIODS = {
    "el": {"πμ": "am", "μμ": "pm"},
    "es": {"am": "am", "pm": "pm", "de la tarde": "pm", "de la noche": "pm"},
    "ja": {"午前": "am", "午後": "pm"},
    "ko": {"오전": "am", "오후": "pm"},
    "vi": {"sa": "am", "ch": "pm"},
    "zh": {"上午": "am", "下午": "pm"},
}
