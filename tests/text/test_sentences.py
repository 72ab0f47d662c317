"""The ends of sentences, in many scripts, and what only looks like one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.sentences import sentence_ends


def sentences(text: str, language: str = "") -> list[str]:
    ends = [0, *sentence_ends(text, language)]
    return [text[start:end].strip() for start, end in pairwise(ends)]


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("en", "The ferry stopped. Nobody was hurt.", "The ferry stopped."),
        ("en", "Who pays? The province does.", "Who pays?"),
        ("en", "It closed in 2019. The owner left.", "It closed in 2019."),
        ("en", "“We will build it.” The minister left.", "“We will build it.”"),
        ("en", 'He said "never." Then he left.', 'He said "never."'),
        ("en", "It rained (a lot.) Then it stopped.", "It rained (a lot.)"),
        ("en", "Vitamin C helps. So does sleep.", "Vitamin C helps."),
        ("en", "The map is at ledger.example. It is free.", "The map is at ledger.example."),
        ("en", "The minister said no. The bridge stays shut.", "The minister said no."),
        ("en", "Nobody looked at the sun. The ferry left.", "Nobody looked at the sun."),
        ("pt", "O barco voltou ao mar. O porto fechou.", "O barco voltou ao mar."),
        ("de", "Das ist die feine Art. Der Minister ging.", "Das ist die feine Art."),
        ("hi", "पुल सोमवार को खुलेगा। किराया वही रहेगा।", "पुल सोमवार को खुलेगा।"),
        ("mr", "बाजार बंद आहे॥ उद्या उघडेल.", "बाजार बंद आहे॥"),
        ("ur", "پل پیر کو کھلے گا۔ کرایہ وہی رہے گا۔", "پل پیر کو کھلے گا۔"),
        ("ar", "هل يفتح الجسر غدا؟ قال الوزير نعم.", "هل يفتح الجسر غدا؟"),
        ("fa", "چرا پل بسته شد؟ کسی نمی‌داند.", "چرا پل بسته شد؟"),
        ("am", "ድልድዩ ነገ ይከፈታል። ዋጋው አልተለወጠም።", "ድልድዩ ነገ ይከፈታል።"),
        ("hy", "Կամուրջը կբացվի վաղը։ Գինը նույնն է։", "Կամուրջը կբացվի վաղը։"),
        ("bo", "ཟམ་པ་དེ་སང་ཉིན་ཁ་ཕྱེ་རྒྱུ་རེད། གླ་འཕར་མི་འགྲོ།", "ཟམ་པ་དེ་སང་ཉིན་ཁ་ཕྱེ་རྒྱུ་རེད།"),
        ("km", "ស្ពាននឹងបើកនៅថ្ងៃច័ន្ទ។ តម្លៃនៅដដែល។", "ស្ពាននឹងបើកនៅថ្ងៃច័ន្ទ។"),
        ("my", "တံတားကို တနင်္လာနေ့တွင် ဖွင့်မည်။ ဈေးမပြောင်းပါ။", "တံတားကို တနင်္လာနေ့တွင် ဖွင့်မည်။"),
        ("zh", "大桥周一通车。票价不变。", "大桥周一通车。"),
        ("zh", "他说：“大桥周一通车。”票价不变。", "他说：“大桥周一通车。”"),
        ("ja", "橋は月曜日に開通する。料金は変わらない。", "橋は月曜日に開通する。"),
        ("lo", "ຂົວຈະເປີດວັນຈັນ. ລາຄາຄືເກົ່າ.", "ຂົວຈະເປີດວັນຈັນ."),
        ("lo", "ນີ້ແມ່ນຂ່າວຂອງ ສປປ ລາວ. ລັດຖະບານກ່າວ.", "ນີ້ແມ່ນຂ່າວຂອງ ສປປ ລາວ."),
        ("lo", "ມີຜູ້ບາດເຈັບ 3 ຄົນ. ລັດຖະບານກ່າວ.", "ມີຜູ້ບາດເຈັບ 3 ຄົນ."),
        ("th", "ปิดในปี 2569. ราคาเท่าเดิม", "ปิดในปี 2569."),
        ("el", "Πότε ανοίγει η γέφυρα; Τη Δευτέρα.", "Πότε ανοίγει η γέφυρα;"),
        ("sv", "”Vi bygger bron.” Sedan gick han.", "”Vi bygger bron.”"),
        ("de", "„Wir bauen die Brücke.“ Dann ging er.", "„Wir bauen die Brücke.“"),
        ("da", "»Vi bygger broen.« Så gik han.", "»Vi bygger broen.«"),
        ("fr", "« Nous construirons le pont. » Puis il partit.", "« Nous construirons le pont. »"),
        ("es", "¿Quién paga el puente? La provincia.", "¿Quién paga el puente?"),
    ],
)
def test_a_sentence_ends_as_its_language_writes_it(language: str, text: str, first: str) -> None:
    assert sentences(text, language)[:1] == [first]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The buyer is Mekong Timber Co. of Pakse"),
        ("en", "The bill was signed by Gov. Anders"),
        ("en", "The talks were led by Prof. Somchit"),
        ("en", "She was born on Jan. 3 in the north"),
        ("en", "Doors open at 8 p.m. Friday on the quay"),
        ("en", "Four kinds of loans, e.g. Micro loans"),
        ("en", "The road to Lane Xang Ave. Thongkham was closed"),
        ("en", "The U.S. Senate voted"),
        ("en", "The case of Smith vs. Jones"),
        ("en", "He met J. R. Ewing"),
        ("en", "It is told in Vol. II of the chronicle"),
        ("en", "The law says so in Art. IV of its annex"),
        ("en", "It opens on Sun. The mayor"),
        ("en", "“Stop!” he cried"),
        ("en", "Yahoo! was sold"),
        ("en", "The minister said: “We shall build it. We shall pay"),
        ("en", "The bridge (it is old. Very old"),
        ("en", "Version 3.5 is out"),
        ("de", "Der Markt öffnet am 3. Oktober"),
        ("de", "Das Amt, Hauptstr. Nord, bzw. Süd"),
        ("da", "Broen åbner den 12. Maj"),
        ("es", "Muchos viven en EE. UU. Desde 2010"),
        ("es", "La Sra. Morales habló"),
        ("fr", "Le discours de Mme. Vong"),
        ("pt", "A proposta da Dra. Souza"),
        ("it", "Lo ha detto il dott. Bianchi"),
        ("ru", "В 2019 г. Завод закрыли"),
        ("ru", "Дом на ул. Ленина"),
        ("th", "นายกฯ พบกับ ดร. สมชาย"),
        ("lo", "ພົບກັບ ດຣ. ສົມພອນ"),
        ("ja", "総裁は記者会見で「物価の動向を慎重に見極める。時期は未定"),
        ("", "The buyer is Mekong Timber Co. Of course"),
        *(
            ("en", f"The town was visited by the {title} Bounthong Vilay")
            for title in [
                "Rt.",
                "Brig.",
                "Msgr.",
                "Pte.",
                "Atty.",
                "Pfc.",
                "Lcpl.",
                "Treas.",
                "Mmes.",
                "Ste.",
                "Govt.",
                "Cllr.",
                "Comdr.",
            ]
        ),
        ("de", "Es sprach Msgr. Huber"),
        ("de", "Es führt Hptm. Weber"),
        ("fr", "Le prêche de Mgr. Vong"),
        ("fr", "Parole du Gal. Phan"),
        ("es", "Habló Mons. Rivera"),
        ("es", "Lo dijo el Sgto. Pérez"),
        ("it", "Parla mons. Rossi"),
        ("it", "Il Magg. Bruni"),
        ("pt", "Falou o Pe. Souza"),
        ("pt", "O Ten. Lima"),
        ("nl", "Volgens mgr. Bos"),
        ("pl", "Mówi kpt. Nowak"),
        ("pl", "Mówi ks. abp. Nowak"),
        ("ru", "Так считает митр. Кирилл"),
        ("ru", "Сообщил подп. Иванов"),
        ("uk", "Сказав архиєп. Іван"),
        ("cs", "Řekl kpt. Novák"),
        ("tr", "Konuşan Org. Yılmaz"),
        ("id", "Kata Letjen. Surya"),
        ("vi", "Theo Lm. Nguyễn"),
        ("ro", "A vorbit mons. Popa"),
        ("th", "ผู้ว่าฯ อยู่ที่ กทม. วันจันทร์"),
        ("th", "ราคาหุ้น ปตท. ปรับขึ้น"),
        ("th", "ประชุมที่ อบต. บ้านใหม่"),
        ("lo", "ທ່ານ ນວ. ສົມພອນ ກ່າວ"),
        ("lo", "ທ່ານ ພົອ. ບຸນມີ ກ່າວ"),
        ("lo", "ສູນກາງ ຊປປ. ລາວ ກ່າວ"),
        ("", "ราคาหุ้น ปตท. ปรับขึ้น"),
    ],
)
def test_what_only_looks_like_a_sentences_end_is_none(language: str, text: str) -> None:
    assert sentence_ends(text, language) == []


def test_a_new_paragraph_closes_what_was_left_open() -> None:
    assert sentences("The “old bridge is shut.\n\nA new one opens.")[-1].endswith("opens.")


@given(st.text(alphabet="ab. !?“”„\"'()»«’।。؟\nAZ1", max_size=200))
def test_ends_rise_and_lie_within_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)


@pytest.mark.slow
def test_time_grows_with_length_alone() -> None:
    """Marks that open and never close, and stops in a row: no harm."""
    for bad in ("(" * 50_000, "." * 50_000, "!” " * 20_000, "a." * 30_000, "“ ." * 20_000, "1 " * 30_000):
        sentence_ends(bad)
