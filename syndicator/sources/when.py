"""Dates that stand among other words."""

from __future__ import annotations

import re

#: What each code of ``datetime.strptime`` stands for.
CODES = {
    **dict.fromkeys("dmHIMSyj", r"\d{1,3}"),
    **dict.fromkeys("bBaApZ", r"[^\W\d_]+\.?"),
    "Y": r"\d{4}",
    "f": r"\d{1,6}",
    "z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}


#: Characters in which a date is looked for: a form that begins with a word takes the square of them.
LONGEST = 1000


def cut_date(text: str, form: str) -> str:
    """The part of a text that is written in a format (``datetime.strptime``): "03/08/2025 11:00" of
    "Published: 03/08/2025 11:00 Print 2204". The text itself where no part of it is."""
    pattern = r"\s+".join(
        "".join(_piece(piece) for piece in re.findall(r"%.|.", word)) for word in form.split()
    )
    match = re.search(rf"(?<!\d){pattern}(?!\d)", text[:LONGEST]) if form else None
    return match[0] if match else text


def _piece(piece: str) -> str:
    is_code = len(piece) == 2 and piece[0] == "%"
    return CODES.get(piece[1], re.escape(piece)) if is_code else re.escape(piece)
