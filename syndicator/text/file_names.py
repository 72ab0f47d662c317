"""Names of files, which cameras and CMS put where words about a picture should stand."""

from __future__ import annotations

import re

#: The end of a picture's file name, in any script and with spaces before it.
PICTURE_NAME = re.compile(
    r".*\.(?:jpe?g|jpe|jfif|png|gif|webp|avif|heic|heif|bmp|tiff?|svg)[\s)\]]*", re.IGNORECASE | re.DOTALL
)

#: Characters of the longest name; what is longer is a sentence that ends with one.
MAX_NAME_CHARS = 80

#: What words that are no names of files do not have.
EXTENSION, MARKS = re.compile(r"\.[A-Za-z]{3,4}$"), "_0123456789"


def is_file_name(text: str) -> bool:
    """Whether a text is what a camera or an editor calls a file: "IMG_2231.JPG", "dsc-0012", "Ferry at noon
    (2).jpeg"."""
    if len(text) <= MAX_NAME_CHARS and PICTURE_NAME.fullmatch(text):
        return True
    is_word = " " not in text and text.isascii()
    return is_word and (
        EXTENSION.search(text) is not None or text.count("-") > 1 or any(map(MARKS.__contains__, text))
    )
