"""Names that are mapped to accounts: mentioned where the channel does that, left as names elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.channels import kind
from syndicator.channels.discord import Discord
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.post import SpanKind, Style
from syndicator.posts.compose import compose
from syndicator.text.rulers import GRAPHEMES
from tests.channels.test_capability_table import channel
from tests.formats.newsroom import article

#: Kinds whose services make a mention of a handle in a text, or of what is beside it.
MENTIONING = {"activitypub", "bluesky", "instagram", "mastodon", "matrix", "telegram", "threads", "x"}

STYLE = Style(mentions={"Harbour Board": "board@gov.example"})


@pytest.mark.parametrize(
    "capabilities", [Discord.capabilities, Capabilities(ruler=GRAPHEMES, unit="", text=500)]
)
@pytest.mark.parametrize("has_mentions", [True, False])
def test_a_name_is_mapped_only_where_somebody_is_mentioned(
    capabilities: Capabilities, *, has_mentions: bool
) -> None:
    told = article(title="The Harbour Board mends the weir")
    post = compose(told, replace(capabilities, has_mentions=has_mentions), STYLE)
    assert ("@board@gov.example" in post.text) == has_mentions
    assert ("Harbour Board" in post.text) != has_mentions
    assert bool(post.linked(SpanKind.MENTION)) == has_mentions


@pytest.mark.parametrize("name", kind.built_in)
def test_a_name_stays_where_a_handle_is_none(name: str) -> None:
    """A declared account is one where a text's handle leads to it, and elsewhere no dead text."""
    post = compose(article(title="The Harbour Board mends the weir"), channel(name).capabilities, STYLE)

    is_mentioned = bool(post.linked(SpanKind.MENTION))
    assert is_mentioned == (name in MENTIONING)
    assert is_mentioned or ("@board@gov.example" not in f"{post.headline} {post.text}")
