"""Which addresses are of one picture."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.pages.same_picture import same_picture

SITE = "https://ledger.example"
UUID = "0b6c2f0e-7d0f-4b0e-9a51-3c5f6f1f2d10"
HASH = "9f3c1b7a2e4d5f60718293a4b5c6d7e8f9a0b1c2"

SAME = {
    "WordPress' sizes": (
        "/wp-content/uploads/2026/11/ferry-1024x683.jpg",
        "/wp-content/uploads/2026/11/ferry.jpg",
    ),
    "WordPress' scaled": ("/uploads/2026/11/ferry-scaled.jpg", "/uploads/2026/11/ferry-300x200.jpg"),
    "Ghost's folder": ("/content/images/size/w1200/2026/11/b2.jpg", "/content/images/2026/11/b2.jpg"),
    "Drupal's styles": ("/files/styles/wide_large/public/b2.jpg?itok=aB3", "/files/b2.jpg"),
    "parameters": ("/b2.jpg?width=1200&quality=75&fit=crop", "/b2.jpg?w=300&s=0f0f"),
    "another format": ("/2026/11/b2.jpg.webp", "/2026/11/b2.jpg"),
    "a UUID and its crops": (
        f"/images/{UUID}_w1200_r1.77_fpx33_fpy50.jpg",
        f"/images/{UUID}_w960_r1.5_fpx20.3_fpy50.jpg",
    ),
    "a UUID as a folder": (f"/{UUID}/1200x630.jpg", f"//static.example/i/{UUID}/original.jpg"),
    "a hash and its crops": (
        f"/img/media/{HASH}/0_0_5000_3000/master/5000.jpg",
        f"/img/media/{HASH}/500_0_4000_2400/master/500.jpg",
    ),
    "a long number": ("/thumbs/48151623/1200x675.jpg", "/48151623/large.jpg"),
    "a telling name elsewhere": (
        "/news/1024/branded/ferry-at-the-pier-of-paksan.jpg",
        "//cdn.example/976/ferry-at-the-pier-of-paksan.jpg",
    ),
    "jumbo": ("/world/25ferry-pier-lwqk-facebookJumbo.jpg", "/world/25ferry-pier-lwqk-superJumbo.jpg"),
    "Next.js": ("/_next/image?url=%2Fmedia%2Fb2.jpg&w=1920&q=75", "/media/b2.jpg"),
    "Next.js, another host": (
        "/_next/image?url=https%3A%2F%2Fcdn.example%2Fm%2Fb2.jpg&w=640&q=75",
        "//cdn.example/m/b2.jpg",
    ),
    "Jetpack": ("//i0.wp.com/ledger.example/up/b2.jpg?resize=800%2C600&ssl=1", "/up/b2.jpg"),
    "Cloudinary": (
        "//res.example/n/image/upload/w_300,c_fill/v17/b2.jpg",
        "//res.example/n/image/upload/v17/b2.jpg",
    ),
    "Cloudflare": ("/cdn-cgi/image/width=80,quality=75/https://ledger.example/m/b2.jpg", "/m/b2.jpg"),
    "a script's id": ("/image.php?id=12&w=300", "/image.php?id=12&w=1200"),
    "video stills": (
        "//i.video.example/vi/aB3dE5/maxresdefault.jpg",
        "//i.video.example/vi/aB3dE5/hqdefault.jpg",
    ),
}

DIFFERENT = {
    "cameras": ("/2026/11/IMG_0001.jpg", "/2026/11/IMG_0002.jpg"),
    "cameras of two days": ("/2026/11/25/IMG_0001.jpg", "/2026/11/26/IMG_0001.jpg"),
    "counted": ("/2026/11/ferry-at-the-pier-1.jpg", "/2026/11/ferry-at-the-pier-2.jpg"),
    "counted, the first not": ("/2026/11/ferry-at-the-pier.jpg", "/2026/11/ferry-at-the-pier-1.jpg"),
    "one name in two months": ("/2026/10/ferry-at-the-pier.jpg", "/2026/11/ferry-at-the-pier.jpg"),
    "counted after a long number": ("/48151623/1.jpg", "/48151623/2.jpg"),
    "counted after a UUID": (f"/{UUID}/photo-1.jpg", f"/{UUID}/photo-2.jpg"),
    "counted far": (f"/{UUID}/0060.jpg", f"/{UUID}/0061.jpg"),
    "named in an article's folder": ("/48151623/pier.jpg", "/48151623/crew.jpg"),
    "a date is no id": ("/20261125/a.jpg", "/20261125/b.jpg"),
    "a day as a name": ("/a/20261125.jpg", "/b/20261125.jpg"),
    "a day as a name, the other way round": ("/a/25112026.jpg", "/b/25112026.jpg"),
    "a script's other id": ("/image.php?id=12&w=300", "/image.php?id=13&w=300"),
    "a script's other word": ("/render?page=12", "/render?page=13"),
    "folders": ("/sports/1.jpg", "/world/1.jpg"),
    "every picture's name": ("/a/featured-image.jpg", "/b/featured-image.jpg"),
    "Next.js": ("/_next/image?url=%2Fm%2Fb1.jpg&w=640", "/_next/image?url=%2Fm%2Fb2.jpg&w=640"),
    "size alone": ("/300/200", "//other.example/300/200"),
    "numbers, the next": ("/48151623.jpg", "/48151624.jpg"),
    "photos of phones": ("/IMG-20261125-WA0012.jpg", "/IMG-20261125-WA0013.jpg"),
}


def absolute(address: str) -> str:
    return f"https:{address}" if address.startswith("//") else SITE + address


@pytest.mark.parametrize("case", SAME)
def test_one_picture_in_two_sizes(case: str) -> None:
    one, other = map(absolute, SAME[case])
    assert same_picture(one, other)
    assert same_picture(other, one)


@pytest.mark.parametrize("case", DIFFERENT)
def test_two_pictures(case: str) -> None:
    one, other = map(absolute, DIFFERENT[case])
    assert not same_picture(one, other)
    assert not same_picture(other, one)


names = st.from_regex(r"[a-z]{3,9}(-[a-z]{3,9}){0,3}", fullmatch=True)
sizes = st.builds("{}x{}".format, st.integers(80, 4000), st.integers(80, 4000))


@pytest.mark.slow
@given(names, sizes, sizes)
def test_sizes_never_tell_pictures_apart(name: str, one: str, other: str) -> None:
    assert same_picture(f"{SITE}/2026/11/{name}-{one}.jpg", f"{SITE}/2026/11/{name}-{other}.jpg")
    assert same_picture(f"{SITE}/{one}/{name}1.jpg", f"{SITE}/{other}/{name}1.jpg")


@given(
    names,
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.sampled_from(["", "-", "_"]),
    st.sampled_from(["", "/a7"]),
)
def test_numbers_always_do(name: str, one: int, other: int, mark: str, folder: str) -> None:
    addresses = [f"{SITE}{folder}/{name}{mark}{number}.jpg" for number in (one, other)]
    assert same_picture(*addresses) == (one == other)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_it_is_given_it_answers_and_both_ways_alike(one: str, other: str) -> None:
    a, b = f"{SITE}/{one}", f"{SITE}/{other}"
    assert same_picture(a, b) == same_picture(b, a)
    assert same_picture(a, a)


@pytest.mark.parametrize("piece", ["a-", "1x", "1_", "/w_1", "https://", "0123456", "(", "@1x", "%2F"])
def test_long_addresses_take_no_time(piece: str) -> None:
    start = time.process_time()
    same_picture(f"{SITE}/{piece * 4000}"[:8000], f"{SITE}/{piece * 3999}.jpg"[:7999])
    assert time.process_time() - start < 0.2
