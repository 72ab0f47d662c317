"""Excerpts as an editor would post them: without what a system and the headline left in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.excerpts import goes_on_from, without_leftovers, without_site_name

SITE = "The River Times"
LEAD = "Traders moved their stalls to the school yard."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The traders are… Read more »", "The traders are…"),
        ("The traders are... Continue reading →", "The traders are..."),
        ("The traders are waiting Read more »", "The traders are waiting"),
        ("The traders, they say [...]", "The traders, they say…"),
        ("The traders, they say […] Continue reading", "The traders, they say…"),
        ("Die Händler warten […] Weiterlesen", "Die Händler warten…"),
        ("Les marchands attendent. Lire la suite »", "Les marchands attendent."),
        ("ພໍ່ຄ້າຍັງລໍຖ້າຢູ່… ອ່ານຕໍ່", "ພໍ່ຄ້າຍັງລໍຖ້າຢູ່…"),
        ("商贩还在等待。阅读全文", "商贩还在等待。"),
        (f"{LEAD} | {SITE}", LEAD),
        (f"{LEAD} – the river times", LEAD),
        (f"{SITE} | {LEAD}", LEAD),
        (f"VANG THONG (TML) – {LEAD}", LEAD),
        (f"Ban Hai, March 3 (AFP) — {LEAD}", LEAD),
        (f"(KPL) {LEAD}", LEAD),
        (f"{LEAD} By Peter Halloway, Staff Writer.", LEAD),
        (f"{LEAD} By Anna de la Cruz", LEAD),
        (f"{LEAD} Von Jana Müller, Redaktion", LEAD),
        (f"{LEAD} By Peter Halloway. Read more »", LEAD),
        (f"{LEAD} Click here to read the full story.", LEAD),
        (f"{LEAD} Read the full story here.", LEAD),
        (f"{LEAD} Read more here: Market moves", LEAD),
        (f"{LEAD} Hier weiterlesen", LEAD),
        (f"{LEAD} Cliquez ici pour lire la suite…", LEAD),
        (f"{LEAD} […]", LEAD),
        (f"{LEAD} [&hellip;] Read more", LEAD),
        ("He said “never.” (...)", "He said “never.”"),
        ("ຕະຫຼາດເປີດຄືນ. […]", "ຕະຫຼາດເປີດຄືນ."),
        ("商贩还在等待。 […]", "商贩还在等待。"),
        ("The traders were led by Dr. […]", "The traders were led by Dr…"),
        ("The traders are waiting... […]", "The traders are waiting…"),
        ("ตลาดเปิดอีกครั้งหลังน้ำท่วม อ่านต่อ", "ตลาดเปิดอีกครั้งหลังน้ำท่วม"),
        ("ตลาดเปิดอีกครั้งหลังน้ำท่วม คลิกอ่านต่อ", "ตลาดเปิดอีกครั้งหลังน้ำท่วม"),
        ("ຕະຫຼາດເປີດຄືນໃນວັນຈັນ ອ່ານລາຍລະອຽດ", "ຕະຫຼາດເປີດຄືນໃນວັນຈັນ"),
        ("ຕະຫຼາດເປີດຄືນໃນວັນຈັນ. ອ່ານຕໍ່ທີ່ນີ້", "ຕະຫຼາດເປີດຄືນໃນວັນຈັນ."),
        ("ផ្សារបើកឡើងវិញ។ អានបន្ត", "ផ្សារបើកឡើងវិញ។"),
        ("ផ្សារបើកឡើងវិញ អានបន្ថែម", "ផ្សារបើកឡើងវិញ"),
        ("ဈေးပြန်ဖွင့်သည်။ ဆက်လက်ဖတ်ရှုရန်", "ဈေးပြန်ဖွင့်သည်။"),
        ("बाज़ार फिर खुला। और पढ़ें", "बाज़ार फिर खुला।"),
        ("افتتح السوق من جديد. لقراءة المزيد", "افتتح السوق من جديد."),
        ("השוק נפתח מחדש. להמשך קריאה", "השוק נפתח מחדש."),
        (f"Market moves - {SITE}. {LEAD}", LEAD),
        (f"Market moves | {SITE}: {LEAD}", LEAD),
        (f"Market moves – {SITE}.", ""),
        ("Read more", ""),
        ("[…]", ""),
        ("", ""),
        # none of these
        ("Readers may read more", "Readers may read more"),
        ("ຜູ້ສົນໃຈສາມາດ ອ່ານຕໍ່", "ຜູ້ສົນໃຈສາມາດ ອ່ານຕໍ່"),
        ("เด็กควรหัด อ่านต่อหน้าครู", "เด็กควรหัด อ่านต่อหน้าครู"),
        ("ผู้สนใจสามารถ อ่านเพิ่มเติม", "ผู้สนใจสามารถ อ่านเพิ่มเติม"),
        (f"Market moves – {SITE} has learned why.", f"{SITE} has learned why."),
        ("The plan was drawn up by Peter Halloway.", "The plan was drawn up by Peter Halloway."),
        ("The health body (WHO) – which leads – agreed.", "The health body (WHO) – which leads – agreed."),
        ("The Health Body (WHO) – The one – agreed.", "The Health Body (WHO) – The one – agreed."),
        ("He likes rice – fish", "He likes rice – fish"),
        ("Farmers read The River Times", "Farmers read The River Times"),
        ("Il a dit « oui »", "Il a dit « oui »"),
        ("By Monday, Rain Is Likely", "By Monday, Rain Is Likely"),
    ],
)
def test_leftovers_go_and_nothing_else(text: str, left: str) -> None:
    assert without_leftovers(text, "Market moves", SITE) == left


@pytest.mark.parametrize(
    ("title", "text", "left"),
    [
        (
            "Who pays for the bridge?",
            "Who pays for the bridge? The province says the town.",
            "The province says the town.",
        ),
        (
            "Bridge reopens after repairs",
            "Bridge reopens after repairs: walkers and carts pass",
            "Walkers and carts pass",
        ),
        ("Bridge reopens after repairs", "BRIDGE REOPENS AFTER REPAIRS", ""),
        ("Bridge reopens after repairs", "“Bridge reopens after repairs.”", ""),
        ("Bridge reopens after repairs", "Bridge reopens after…", ""),
        ("Bridge reopens after long repairs", "Bridge reopens after long rep...", ""),
        ("Market reopens | The River Times", "Market reopens – Stalls are back.", "Stalls are back."),
        (
            "Bridge reopens after repairs",
            "Bridge reopens after repairs “We are glad,” he said",
            "“We are glad,” he said",
        ),
        ("大桥周一通车", "大桥周一通车。票价不变。", "票价不变。"),
        ("大桥周一终于通车", "“大桥周一终于通车。”票价不变。", "票价不变。"),
        (
            "Bridge reopens after repairs",
            "“Bridge reopens after repairs.” The first tram.",
            "The first tram.",
        ),
        ("ຂົວໃໝ່ຈະເປີດວັນຈັນນີ້", "ຂົວໃໝ່ຈະເປີດວັນຈັນນີ້ ລາຄາຄືເກົ່າ", "ລາຄາຄືເກົ່າ"),
        ("Pont: iş başladı", "Pont: iş başladı. iş güzel", "İş güzel"),
        # a label in front of both, or of one
        ("BREAKING: QUAKE HITS THE NORTH", "BREAKING: A quake hit it.", "A quake hit it."),
        ("LIVE: Council votes", "Live – the council votes tonight.", "The council votes tonight."),
        ("Opinion | Why it must stay", "Opinion: It must, because.", "It must, because."),
        ("快讯：大桥通车", "快讯：今天上午通车。", "今天上午通车。"),
        ("ດ່ວນ: ຂົວເປີດແລ້ວ", "ດ່ວນ: ປະຊາຊົນຍ່າງຂ້າມ.", "ປະຊາຊົນຍ່າງຂ້າມ."),
        ("Opinion: Why it must stay", "Why it must stay. It is old.", "It is old."),
        ("BREAKING: Quake hits", "BREAKING: Quake hits. Two are hurt.", "Two are hurt."),
        ("Live: Council votes", "Live music returns.", "Live music returns."),
        ("Bridge: who pays?", "Town: who is to pay?", "Town: who is to pay?"),
        ("At 8:30 it opens", "At 8:30 people came.", "At 8:30 people came."),
        # the sentence goes on, or is another one
        ("Bridge reopens", "Bridge reopens after repairs.", "Bridge reopens after repairs."),
        ("Laos", "Laos Airlines flies again.", "Laos Airlines flies again."),
        ("大桥周一通车", "大桥周一通车后票价不变。", "大桥周一通车后票价不变。"),
        ("Bridge", "Bridges reopen.", "Bridges reopen."),
        *(
            ("Bridge reopens after repairs", whole, whole)
            for whole in (
                "“Bridge reopens after repairs” is what the papers wrote.",
                "„Bridge reopens after repairs“ schrieb die Zeitung.",
                "« Bridge reopens after repairs » écrit le journal.",
                "« Bridge reopens after repairs ! » a écrit le journal.",
                "« Bridge reopens after repairs ?! », demande le maire.",
                "“Bridge reopens after repairs,” the mayor wrote.",
                '"Bridge reopens after repairs?" asks the mayor.',
                "'Bridge reopens after repairs', wrote the mayor.",
                "(Bridge reopens after repairs) is the sign on the door.",
                "Bridge reopens after repairs, says the mayor.",
            )
        ),
        (
            "大桥周一终于通车",
            "“大桥周一终于通车”是报纸的标题。",
            "“大桥周一终于通车”是报纸的标题。",
        ),
        ("ຂົວໃໝ່ຈະເປີດວັນຈັນນີ້", "“ຂົວໃໝ່ຈະເປີດວັນຈັນນີ້” ແມ່ນຫົວຂໍ້ຂ່າວ", "“ຂົວໃໝ່ຈະເປີດວັນຈັນນີ້” ແມ່ນຫົວຂໍ້ຂ່າວ"),
        ("", "Bridges reopen.", "Bridges reopen."),
        ("?!", "Bridges reopen.", "Bridges reopen."),
    ],
)
def test_a_summary_does_not_repeat_the_headline(title: str, text: str, left: str) -> None:
    assert without_leftovers(text, title, SITE, "tr" if "ş" in text else "") == left


def test_it_is_known_where_the_headline_is_the_beginning_of_the_first_sentence() -> None:
    assert goes_on_from("Bridge reopens after repairs.", "Bridge reopens")
    assert not goes_on_from("Bridge reopens. Traders are glad.", "Bridge reopens")
    assert not goes_on_from("Bridge closes.", "Bridge reopens")


@pytest.mark.parametrize("site", ["The River Times", "City – The River Times", "the river times"])
def test_a_title_loses_the_sites_name(site: str) -> None:
    assert (
        without_site_name("Market reopens after flood | The River Times", site)
        == "Market reopens after flood"
    )
    assert without_site_name("Market reopens – slowly", site) == "Market reopens – slowly"


PIECES = [
    "Read more »",
    "[…]",
    "By Ann Lee.",
    "(KPL)",
    "Bridge reopens",
    "|",
    "–",
    SITE,
    ".",
    "The",
    "market",
    "ຕະຫຼາດ",
    "…",
]


@given(
    text=st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join), title=st.sampled_from(["", *PIECES])
)
def test_what_is_left_was_there(text: str, title: str) -> None:
    left = without_leftovers(text, title, SITE)
    assert left.removesuffix("…").lower() in text.lower()


@pytest.mark.slow
def test_time_grows_with_length_alone() -> None:
    for bad in (
        "By A " * 20_000,
        " | " * 30_000,
        "[" * 50_000,
        "(" * 50_000,
        "A " * 50_000,
        "… Read more " * 5_000,
    ):
        without_leftovers(bad, bad[:5_000], SITE)
