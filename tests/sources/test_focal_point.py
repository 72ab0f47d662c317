"""The point of the lead photo that its page keeps in sight."""

from __future__ import annotations

import pytest

from tests.sources.test_page_pictures import photo

LEAD = "https://ledger.example/up/canal-lock-20931.jpg"


def page(*images: str) -> str:
    return (
        f'<html><head><meta property="og:image" content="{LEAD}"><title>Lock</title></head><body><article>'
        f"<h1>The lock is repaired</h1>{''.join(images)}<p>The lock at the old mill is repaired, the harbour "
        "board says, and boats pass again from Monday on.</p></article></body></html>"
    )


def image(attributes: str, src: str = LEAD) -> str:
    return f'<figure><img src="{src}" alt="" {attributes}></figure>'


@pytest.mark.parametrize(
    ("shown", "focus"),
    [
        (image('style="object-position:30% 20%"'), (0.3, 0.2)),
        (image('style="width:100%; object-position: 12.5% 80% ; object-fit:cover"'), (0.125, 0.8)),
        (image('style="object-position:0% 100%" src-x', LEAD.replace(".jpg", "-1024x576.jpg")), (0.0, 1.0)),
        (
            f'<div class="focuspoint" data-focus-x="-0.5" data-focus-y="0.6"><img src="{LEAD}" alt=""></div>',
            (0.25, 0.2),
        ),
        (image('class="focuspoint" data-focus-x="1" data-focus-y="-1"'), (1.0, 1.0)),
    ],
)
def test_editors_points_are_read(shown: str, focus: tuple[float, float]) -> None:
    found = photo(page(shown))
    assert found is not None
    assert found.focus == pytest.approx(focus)


OTHERS = [f"https://ledger.example/up/market-{name}-88{name}71.jpg" for name in "abc"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "shown",
    [
        [image("")],
        [image('style="object-position:50% 50%"')],
        [image('style="object-position:center top"')],
        [image('style="object-position:10px 20px"')],
        [image('style="object-position:150% 20%"')],
        [image('style="object-position:1.2.3% 20%"')],
        [image('style="background-object-position:10% 20%"')],
        [image('data-focus-x="0.3" data-focus-y="0.3"')],  # of nobody knows which script
        [image('class="focuspoint" data-focus-x="30" data-focus-y="20"')],
        [image('style="object-position:30% 20%"', OTHERS[0])],  # another picture
        [image('style="object-position:30% 20%"'), image('style="object-position:60% 20%"')],  # they disagree
        [image('style="object-position:30% 20%"', src) for src in (LEAD, *OTHERS)],  # a theme's
    ],
)
def test_what_is_no_editors_point_is_none(shown: list[str]) -> None:
    found = photo(page(*shown))
    assert found is not None
    assert found.focus is None
