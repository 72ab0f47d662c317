"""Locks on entries of feeds: what systems put there in place of an article that not everybody may read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syndicator.sources.pages.locks import Lock, lock_of_entry
from syndicator.text.clean import plain

#: What all markup of locks has somewhere in it (``locks.PRIVATE_SELECTOR``, ``locks.MEMBERS_SELECTOR``):
#: most entries have none of it, and need not be parsed for it.
LOCK_SIGN = re.compile(
    r"pass|pay-?wall|upgrade-cta|content-cta|sneak-peek|metered|logged-(?:out|in)|content-gate|gate__gate"
    r"|memberships|pmpro|mepr-|rcp[_-]restricted|leaky|restricted|lp_purchase|laterpay|tp-container|piano|poool"
    r"|zephr|(?:reg|registration-|subscription-)wall",
    re.IGNORECASE,
)

#: First characters by which a summary is known to be the text's own beginning.
SAME_CHARS = 20

#: What WordPress writes in place of the excerpt of an article with a password
#: (https://developer.wordpress.org/reference/functions/get_the_excerpt/), as it is translated there. In other
#: languages the form in the content tells, or the entry's page.
WORDPRESS_EXCERPTS = (
    "There is no excerpt because this is a protected post.",
    "Der er intet uddrag, da dette er et beskyttet indlæg.",
    "Es gibt keine Kurzfassung, da dies ein geschützter Beitrag ist.",
    "Δεν υπάρχει απόσπασμα διότι το άρθρο είναι προστατευμένο.",
    "No hay extracto porque es una entrada protegida.",
    "Otetta ei näytetä, koska artikkeli on suojattu.",
    "Il n’y a pas d’extrait, car cette publication est protégée.",
    "Tidak ada kutipan karena ini adalah pos yang terlindung sandi.",
    "Non è disponibile alcun riassunto in quanto si tratta di un articolo protetto.",
    "この投稿はパスワードで保護されているため抜粋文はありません。",
    "잠긴 글에는 요약문이 없습니다.",
    "Det finnes ikke utdrag siden innlegget er beskyttet.",
    "Er is geen samenvatting, omdat dit een beveiligd bericht is.",
    "Brak zajawki, ponieważ wpis jest zabezpieczony hasłem.",
    "Não há resumo por ser um post protegido.",
    "Não existe excerto porque se trata de um artigo protegido.",
    "Отрывка нет, потому что запись защищена.",
    "Det finns inget utdrag eftersom det här är ett skyddat inlägg.",
    "ไม่มีคำเกริ่นนำเพราะว่านี่เป็นเรื่องที่ถูกป้องกัน",
    "Walang halaw dahil ito protektadong paskil ito.",
    "Burada alıntı yok çünkü bu yazı korumalı.",
    "Уривка немає, тому що запис захищений.",
    "Không có trích dẫn vì bài này được bảo vệ.",
    "无法提供摘要。这是一篇受保护的文章。",
    "受保護的文章不會產生摘要。",
)


def _letters(text: str) -> str:
    """What a text says, however its marks are written: systems turn quotes and dots as they like."""
    return "".join(filter(str.isalpha, text.casefold()))


EXCERPTS = frozenset(map(_letters, WORDPRESS_EXCERPTS))
MAX_EXCERPT_CHARS = 2 * max(map(len, WORDPRESS_EXCERPTS))


def lock_on(entry: Mapping[str, Any]) -> Lock | None:
    """The lock that an entry shows in place of its text, if any. ``entry``: as its format has it
    (``xml_entries.entry_of``, ``json_items.item``)."""
    if entry.get("is_own"):
        return None
    content, summary = str(entry.get("content") or ""), str(entry.get("summary") or "")
    if _is_excerpt(summary) and (not content or _is_excerpt(plain(content))):
        return Lock.PRIVATE
    return lock_of_entry(content) if LOCK_SIGN.search(content) else None


def shown_to_all(entry: Mapping[str, Any], summary: str) -> str:
    """The summary of an entry for members, where it is one: no part of the text, nor of what stands in its
    place."""
    text = plain(str(entry.get("content") or ""))
    return "" if text.startswith(summary[:SAME_CHARS].rstrip(" .…[]")) else summary


def _is_excerpt(text: str) -> bool:
    return len(text) <= MAX_EXCERPT_CHARS and _letters(text) in EXCERPTS
