"""Words of our own that stand in posts, in the article's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that posts in one language are labelled with. ``withdrawn`` is a sentence,
    ``more_news`` stands above a round-up's headlines."""

    correction: str
    photo: str
    withdrawn: str
    more_news: str


ENGLISH = Labels("Correction", "Photo", "This article has been withdrawn.", "More news")

#: By language, and by language and script where that makes another word.
LABELS = {
    "en": ENGLISH,
    "lo": Labels("ແກ້ໄຂ", "ຮູບ", "ບົດຄວາມນີ້ຖືກຖອນອອກແລ້ວ.", "ຂ່າວເພີ່ມເຕີມ"),
    "th": Labels("แก้ไข", "ภาพ", "บทความนี้ถูกถอนออกแล้ว", "ข่าวอื่น ๆ"),
    "km": Labels("កែតម្រូវ", "រូបភាព", "អត្ថបទនេះត្រូវបានដកចេញ។", "ព័ត៌មានបន្ថែម"),
    "my": Labels("ပြင်ဆင်ချက်", "ဓာတ်ပုံ", "ဤဆောင်းပါးကို ပြန်လည်ရုပ်သိမ်းပြီးဖြစ်သည်။", "နောက်ထပ် သတင်းများ"),
    "vi": Labels("Đính chính", "Ảnh", "Bài viết này đã bị gỡ.", "Tin khác"),
    "id": Labels("Ralat", "Foto", "Artikel ini telah ditarik.", "Berita lainnya"),
    "ms": Labels("Pembetulan", "Foto", "Artikel ini telah ditarik balik.", "Berita lain"),
    "zh": Labels("更正", "图", "本文已撤回。", "更多新闻"),
    "zh-hant": Labels("更正", "圖", "本文已撤回。", "更多新聞"),
    "ja": Labels("訂正", "写真", "この記事は取り消されました。", "その他のニュース"),
    "ko": Labels("바로잡습니다", "사진", "이 기사는 철회되었습니다.", "더 많은 뉴스"),
    "hi": Labels("सुधार", "फ़ोटो", "यह लेख वापस ले लिया गया है।", "और ख़बरें"),
    "ar": Labels("تصحيح", "الصورة", "سُحبت هذه المقالة.", "المزيد من الأخبار"),
    "fa": Labels("اصلاحیه", "عکس", "این مطلب پس گرفته شده است.", "خبرهای بیشتر"),
    "ur": Labels("تصحیح", "تصویر", "یہ مضمون واپس لے لیا گیا ہے۔", "مزید خبریں"),
    "he": Labels("תיקון", "צילום", "הכתבה הוסרה.", "חדשות נוספות"),
    "fr": Labels("Rectificatif", "Photo", "Cet article a été retiré.", "Autres actualités"),
    "de": Labels("Korrektur", "Foto", "Dieser Artikel wurde zurückgezogen.", "Weitere Nachrichten"),
    "es": Labels("Corrección", "Foto", "Este artículo ha sido retirado.", "Más noticias"),
    "pt": Labels("Correção", "Foto", "Este artigo foi retirado.", "Mais notícias"),
    "it": Labels("Correzione", "Foto", "Questo articolo è stato ritirato.", "Altre notizie"),
    "nl": Labels("Rectificatie", "Foto", "Dit artikel is ingetrokken.", "Meer nieuws"),
    "pl": Labels("Sprostowanie", "Fot.", "Ten artykuł został wycofany.", "Więcej wiadomości"),
    "tr": Labels("Düzeltme", "Fotoğraf", "Bu haber geri çekildi.", "Diğer haberler"),
    "ru": Labels("Исправление", "Фото", "Эта статья отозвана.", "Другие новости"),
    "uk": Labels("Виправлення", "Фото", "Цю статтю відкликано.", "Інші новини"),
}


def labels(language: str) -> Labels:
    """The words for a BCP 47 tag: English ones where we have none in that language."""
    tag = language.lower().replace("_", "-")
    if tag.startswith(("zh-tw", "zh-hk", "zh-mo")):
        tag = "zh-hant"
    while tag:
        if tag in LABELS:
            return LABELS[tag]
        tag = tag.rpartition("-")[0]
    return ENGLISH


def is_labelled(text: str) -> bool:
    """Whether a newsroom's note says already that it is a correction, in whatever language."""
    start = text.lstrip("*[( ").casefold()
    return any(start.startswith(each.correction.casefold()) for each in LABELS.values()) or start.startswith(
        ("corrected", "clarification", "update", "editor", "corrige", "korrigiert")
    )
