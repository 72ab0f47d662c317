"""Datelines in Chinese, Japanese and Korean: "新华社北京11月27日电（记者张三）", "【北京共同】".

They are known by the agency's name, the day and the word for a cable, which stand together in no sentence.
"""

from __future__ import annotations

import regex

#: Whoever wrote it, in brackets: "（记者张三、李四）".
WRITER = r"[（(]\s*(?:实习|特约|本报|本報)?(?:记者|記者|通讯员|通訊員)[^（）()]{0,40}[）)]"

DATELINE = regex.compile(
    rf"""\s*(?:
        [\p{{Han}}\p{{Latin}}]{{1,8}}?(?:社|网|網|报|報|通讯|通訊)[^\s，。、；：:（）()]{{0,20}}?\s?
            \p{{Nd}}{{1,2}}日(?:专|專)?(?:电|電|讯|訊)(?![视視话話力影子脑腦台梯车車动動信])(?:\s*{WRITER})?
      | [（(][\p{{Han}}\p{{Latin}}]{{1,8}}?(?:社|网|網|报|報)[^（）()]{{2,30}}日(?:专|專)?(?:电|電|讯|訊)[）)]
      | {WRITER}
      | 【[^【】]{{1,10}}(?:共同|時事|ロイター|新華社|AFP|AP)】
      | \[[^\[\]]{{1,16}}\s\p{{Nd}}{{1,2}}日\s+(?:ロイター|共同)\]
      | [（(]\p{{Hangul}}[\p{{Hangul}}·\s]{{0,12}}=\s?(?:연합뉴스|뉴시스|뉴스1)[）)]
            (?:\s*[\p{{Hangul}}·\s]{{2,24}}\s(?:기자|특파원)\s*=)?
    )\s*(?:[：:=]|[-－–—]+\s)?\s*""",
    regex.VERBOSE,
)

#: The writer, or that it is over, at the end: "（完）", "（记者张三）".
SIGN_OFF = regex.compile(rf"\s*(?:[（(]\s*[完终終]\s*[）)]|{WRITER})\s*$")

#: Characters that are left of a text at the least.
MIN_REST_CHARS = 8


def without_cjk_dateline(text: str) -> str:
    """The text without such a dateline in front and a sign-off behind."""
    found = DATELINE.match(text)
    if found and len(text) - found.end() >= MIN_REST_CHARS:
        text = text[found.end() :]
    end = SIGN_OFF.search(text, max(0, len(text) - 60))
    return text[: end.start()] if end and end.start() >= MIN_REST_CHARS else text
