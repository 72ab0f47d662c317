"""Who made a picture, as captions say it at their end."""

from __future__ import annotations

import re

#: Characters of a caption in which a credit is looked for.
MAX_CAPTION_CHARS = 2000

#: What a picture is called in front of the name, in the languages of newsrooms.
PICTURE_WORDS = (
    "photo|photos|photograph|photography|photographer|picture|image|img|foto|fotos|fotografie|fotografía"
    "|fotografia|fotograf|bild|bilder|billede|bilde|kuva|valokuva|zdjęcie|fot\\.|fotó|фото|снимка|φωτογραφία"
    "|görsel|fotoğraf|ảnh|gambar|ພາບ|ຮູບ|ຮູບພາບ|ภาพ|ภาพถ่าย|รูป|รูปภาพ|រូបភាព|ဓာတ်ပုံ|사진|写真|撮影|图片|图|圖|圖片|摄影|攝影"
    "|صورة|الصورة|تصوير|عکس|تصویر|תמונה|צילום|תצלום|फोटो|फ़ोटो"
)
CREDIT_WORDS = "credits?|crédits?|créditos?|crediti|kredit|copyright|เครดิต|ที่มา|ເຄຣດິດ|ແຫຼ່ງຂ່າວ"
MAKER_WORDS = "by|courtesy of|credit|credits|von|av|de|par|di|door|por|od|oleh|โดย|ໂດຍ|bởi|courtesy|ⓒ|©"

#: Agencies, and houses of pictures, that stand at the end of a caption without a word before them.
AGENCIES = (
    r"(?:AP Photo|Associated Press|AP|REUTERS|Reuters|AFP|AFP-JIJI|EPA(?:-EFE)?|EFE|dpa|DPA|APA|ANSA|Xinhua"
    r"|Kyodo(?: News)?|Yonhap|NTB|TT|Ritzau(?: Scanpix)?|Scanpix|Lehtikuva|Belga|ANP|PTI|ANI|Keystone"
    r"|Getty Images|Getty|iStock|Shutterstock|Unsplash|Pexels|Pixabay|Alamy|Bloomberg|Imago|IMAGO"
    r"|picture alliance|KPL|TASS)"
)

NAME = r"[^()\[\]|©]{2,80}"
START, END = r"(?<![\s(|/.–—\[-])[\s(|/.–—\[-]*+", r"[)\]]?\s*$"

#: After a bracket or a bar, or where a sentence has ended.
AFTER = r"(?:[(\[|]|(?<=[.!?…”\"])\s)\s*"

#: "Photo: A. Name", "Photo credit: A. Name", "Crédit photo : A. Name".
WITH_COLON = (
    rf"{START}(?<!\w)(?:(?:{CREDIT_WORDS})\s*)?(?:{PICTURE_WORDS}|{CREDIT_WORDS})(?:\s*(?:{CREDIT_WORDS}))?"
    rf"(?:\s+(?:{MAKER_WORDS}))?\s*[:：]\s*(?P<credit>[^)|：]{{2,80}}){END}"
)

#: "(Photo by A. Name)".
WITH_WORD = rf"{AFTER}(?:{PICTURE_WORDS})\s+(?:{MAKER_WORDS})\s+(?P<credit>{NAME}){END}"

#: "© A. Name".
WITH_SIGN = rf"{START}(?:©|ⓒ|\(c\)\s|copyright\s)\s*(?P<credit>{NAME}){END}"

#: "(AP Photo/A. Name)", ". A. Name/Getty Images".
OF_AGENCY = (
    rf"(?:{AFTER}|\s[/–—-]\s\s*)(?P<credit>(?:[^()\[\]|.!?…©/]{{2,60}}/\s*)?{AGENCIES}"
    rf"(?:\s*(?:/|via)\s*[^()\[\]|]{{2,60}})?){END}"
)

#: The forms of a credit, in the order in which they are tried. Names of agencies are written as they are.
FORMS = (
    *(re.compile(form, re.IGNORECASE) for form in (WITH_COLON, WITH_WORD, WITH_SIGN)),
    re.compile(OF_AGENCY),
)


#: The word in front of a name, where all of a text is the credit.
LABEL = re.compile(
    rf"(?:(?:{CREDIT_WORDS})\s*)?(?:{PICTURE_WORDS}|{CREDIT_WORDS})(?:\s*(?:{CREDIT_WORDS}))?"
    rf"(?:(?:\s+(?:{MAKER_WORDS}))?\s*[:：]|\s+(?:{MAKER_WORDS})(?=\s))\s*|(?:©|ⓒ|\(c\)\s)\s*",
    re.IGNORECASE,
)


def split_credit(caption: str) -> tuple[str, str]:
    """A caption and the credit at its end ("... Photo: A. Name"), if it has one."""
    text = caption[:MAX_CAPTION_CHARS]
    for form in FORMS:
        if match := form.search(text):
            return caption[: match.start()].rstrip(), match["credit"].strip(" .")
    return caption, ""


def bare_credit(text: str) -> str:
    """What an element for the credit says, without the word in front of the name: "Photo: A. Name"."""
    text = text.strip(" .|/–—-")
    if (text[:1], text[-1:]) in (("(", ")"), ("[", "]")):
        text = text[1:-1].strip()
    while (label := LABEL.match(text)) and label.end() < len(text):
        text = text[label.end() :]
    return text.strip(" .|/–—-©")
