"""Sign-offs, sections and datelines that an article's system wrote around it."""

from __future__ import annotations

import pytest

from syndicator.text.excerpts import without_leftovers, without_section


@pytest.mark.parametrize(
    "tail",
    [
        "The post Weir “reopens” appeared first on The Harbour Post.",
        "This article first appeared on Harbour Post Online",
        "Der Beitrag Wehr offen erschien zuerst auf Hafenpost.",
        "L’article Le barrage rouvre est apparu en premier sur La Gazette.",
        "La entrada La presa reabre se publicó primero en El Puerto.",
        "L’articolo La diga riapre proviene da Il Porto.",
        "O post A barragem reabre apareceu primeiro em O Porto.",
        "Het bericht Stuw open verscheen eerst op De Haven.",
        "Сообщение Плотина открыта появились сначала на Гавань.",
        "ໂພສ ເຂື່ອນເປີດ ປາກົດຄັ້ງທຳອິດໃນ ຂ່າວທ່າເຮືອ",
    ],
)
def test_where_a_text_appeared_first_is_no_part_of_it(tail: str) -> None:
    assert without_leftovers(f"Boats pass again since dawn. {tail}") == "Boats pass again since dawn."


@pytest.mark.parametrize(
    "text",
    [
        "The post of harbour master was vacant. It appeared first on nobody's list of tasks, and it grew.",
        "The film appeared first on Friday.",
        "The post office at the weir is shut. Nobody knows why.",
    ],
)
def test_other_sentences_stay(text: str) -> None:
    assert without_leftovers(text) == text


@pytest.mark.parametrize(
    ("title", "section", "headline"),
    [
        ("Sport | Rowers win the cup", "Sport", "Rowers win the cup"),
        ("Rowers win the cup | SPORT", "sport", "Rowers win the cup"),
        ("ກິລາ | ທີມພາຍເຮືອຊະນະ", "ກິລາ", "ທີມພາຍເຮືອຊະນະ"),
        ("City | Rowers win the cup", "Sport", "City | Rowers win the cup"),
        ("Sport is for all", "Sport", "Sport is for all"),
        ("Sport | Rowers win", "", "Sport | Rowers win"),
        ("Sport", "Sport", "Sport"),
    ],
)
def test_an_articles_own_section_is_no_part_of_its_headline(title: str, section: str, headline: str) -> None:
    assert without_section(title, section) == headline


@pytest.mark.parametrize(
    ("dateline", "text"),
    [
        ("新华社北京11月27日电（记者王一、李二）", "新建的大桥周五上午正式通车。"),
        ("新华社北京11月27日电 ", "新建的大桥周五上午正式通车。"),
        ("中新网昆明11月27日电 (记者 王一)", "新建的大桥周五上午正式通车。"),
        ("本报成都11月27日讯（记者王一）", "新建的大桥周五上午正式通车。"),
        ("（记者王一）", "新建的大桥周五上午正式通车。"),
        ("（中央社記者王小一台北27日電）", "新建的大橋週五上午正式通車。"),
        ("【北京共同】", "新しい橋が金曜日の朝に開通した。"),
        ("[東京 27日 ロイター] - ", "新しい橋が金曜日の朝に開通した。"),
        ("(서울=연합뉴스) 김하나 기자 = ", "새 다리가 금요일 아침에 개통됐다."),
    ],
)
def test_datelines_of_east_asia_are_no_part_of_a_summary(dateline: str, text: str) -> None:
    assert without_leftovers(dateline + text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("大桥周五上午正式通车。（完）", "大桥周五上午正式通车。"),
        ("大桥周五上午正式通车。（记者 王一）", "大桥周五上午正式通车。"),
        (
            "新闻网11月27日电视直播大桥通车仪式，市民可以观看。",
            "新闻网11月27日电视直播大桥通车仪式，市民可以观看。",
        ),
        ("记者王一在大桥上采访了很多市民和游客。", "记者王一在大桥上采访了很多市民和游客。"),
    ],
)
def test_what_is_no_dateline_stays_and_a_sign_off_goes(text: str, kept: str) -> None:
    assert without_leftovers(text) == kept
