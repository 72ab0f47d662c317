"""What X's own library counts and links, held against ours: it links nothing of a text that is to have no
addresses, and counts no more of any text that we post than we do."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from syndicator.text.x_length import X_WEIGHTED, whole_address, without_addresses

FOLDER = Path(__file__).parents[1] / "peers" / "twitter"

IS_THERE = bool(shutil.which("node")) and (FOLDER / "node_modules" / "twitter-text").exists()

pytestmark = pytest.mark.skipif(not IS_THERE, reason="npm ci was not run in tests/peers/twitter")

HOSTS = (
    "press.la",
    "PRESSE.com",
    "www.press.co.uk/sport?x=1",
    "press.org.za",
    "press.la:8080/x",
    "münchen.de",
    "élan.la",
    "press.みんな",
    "news.press.みんな/a",
    "press.рф",
    "press.ไทย",
    "日本.jp",
    "harbour_news.com",
    "my_sub.press.com",
    "-press.com",
    "press-.com",
    "press.xn--p1ai",
    "press.xn--unheard-of",
    "press.neverland",
    "✪press.ws/x",
    "1.2.la",
)
PLACES = (
    "{}",
    "Read {} now",
    "日本語{}日本語",
    "ຂ່າວ{}ຂ່າວ",
    "({}).",
    "“{}”, é{}é",
    "\u200f{}\u200f \u2066{}\u2069",
    "v.{}",
    "x/{}, x_{}, x-{}, @{}, #{}, ${}",
    "{}@x {}+x {}-x {}x",
    "http://{}",
    "https://{}/ຂ່າວ",
    "{},{}",
)
TEXTS = [place.replace("{}", host) for place in PLACES for host in HOSTS]

COUNTED = (
    "The ferry stopped – “for good”, he said…",
    "大桥周一通车。ຂົວໃໝ່ เปิด สะพาน мост ጎማ ᄒ",
    "👩\u200d🌾👍🏽🇱🇦1\ufe0f⃣🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f☺️☎",
    "cafe\u0301 Å \u1100\u1161",
    "a\u200bb\u200dc\u2060d\u202ae",
    "two\nlines\t!",
    "",
)


def by_x(texts: list[str]) -> list[dict[str, Any]]:
    command = ["node", str(FOLDER / "read.mjs")]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def test_no_host_is_a_link() -> None:
    shown = [without_addresses(text) for text in TEXTS]

    results = by_x(shown)

    assert {text: each["links"] for text, each in zip(shown, results, strict=True) if each["links"]} == {}
    ours = [X_WEIGHTED.measure(text) for text in shown]
    theirs = [each["length"] for each in results]
    assert {
        text: (mine, its) for text, mine, its in zip(shown, ours, theirs, strict=True) if mine < its
    } == {}


def test_it_counts_as_we_do() -> None:
    assert [each["length"] for each in by_x(list(COUNTED))] == [X_WEIGHTED.measure(text) for text in COUNTED]


def test_an_address_is_one_link() -> None:
    paths = ("2026/bridge?from=a&b=1#top", "ຂ່າວ", "Tram_(city)", "read?q=why.", "tram+", "x!", "a/@b/c", "")
    urls = [whole_address(f"https://press.la/{path}") for path in paths]

    assert [(each["length"], each["links"]) for each in by_x(urls)] == [(23, [url]) for url in urls]
