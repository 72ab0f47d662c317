"""X's API v2, against a server built from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.channels.x import X
from syndicator.domain.capabilities import ALWAYS, NEVER
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store
from syndicator.text.x_calls import plain
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    HttpChannelContract,
    picture,
)
from tests.channels.local_server import Act, Trouble, reset, status
from tests.channels.pictures import Pictures
from tests.channels.x_server import PROBLEMS, FakeX, weight
from tests.jobs.newsroom import Story

SERVER = FakeX


@pytest.fixture
def secret(server: FakeX) -> str:
    return server.token_secret


@pytest.fixture
def build(session: requests.Session, tmp_path: Path) -> Callable[[str], X]:
    secrets = {**FakeX.keys, "token_secret": FakeX.token_secret}
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")
    return lambda address: X(
        name="wire",
        api_key=Secret(f"file:{tmp_path}/key"),
        api_key_secret=Secret(f"file:{tmp_path}/key_secret"),
        access_token=Secret(f"file:{tmp_path}/token"),
        access_token_secret=Secret(f"file:{tmp_path}/token_secret"),
        premium=True,
        server=address,
        session=session,
    )


class TestX(HttpChannelContract):
    at = "/2/tweets"

    def test_a_post_has_its_address_on_x(self, channel: X) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        assert receipt.url == f"https://x.com/i/web/status/{receipt.remote_id}"

    def test_lao_fills_a_post_by_its_weight(self, channel: X, server: FakeX) -> None:
        long = replace(ARTICLE, summary="ລົດໄຟຟ້າເປີດໃຫ້ບໍລິການອີກຄັ້ງ. " * 30)
        channel.send(self.post(channel, long, picture()), key=KEY)

        [published] = server.published
        assert 220 < weight(published.text) <= 280

    def test_an_address_in_other_letters_is_one_link(self, channel: X, server: FakeX) -> None:
        article = replace(ARTICLE, url="https://news.example/ຂ່າວ/ຂົວ?ໜ້າ=1")
        post = self.post(channel, article)
        receipt = channel.send(post, key=KEY)

        [link] = server.published[0].links
        assert link.isascii()
        assert post.length == weight(post.text)
        assert channel.find(post, key=KEY) == receipt

    def test_nobody_is_called_and_nothing_else_is_a_link(self, channel: X, server: FakeX) -> None:
        calling = replace(ARTICLE, title="@bob sells $AAPL, $TSLA and example.com to ＠alice", summary="")
        channel.send(self.post(channel, calling), key=KEY)

        [published] = server.published
        assert published.links == (ARTICLE.url,)
        assert published.text.replace("\u200b", "").startswith(calling.title)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("RT@bob and rt @bob", "RT@\u200bbob and rt @\u200bbob"),
            ("See @press.la, $AAPL", "See @\u200bpress.\u200bla, $\u200bAAPL"),
            ("ຂ່າວ@bob", "ຂ່າວ@\u200bbob"),
        ],
    )
    def test_what_calls_somebody_is_only_words(self, text: str, words: str) -> None:
        assert plain(text) == words

    @pytest.mark.parametrize("text", ["info@press.la", "$5 and 20$", "C$ 3", "a@b", "# 1", "50 %", "US$ 10m"])
    def test_what_calls_nobody_stays(self, text: str) -> None:
        assert plain(text).replace("press.\u200bla", "press.la") == text

    @pytest.mark.slow
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(title=st.text(min_size=1, max_size=300), summary=st.text(max_size=600), alt=st.text(max_size=2000))
    def test_what_was_composed_is_taken(
        self, channel: X, server: FakeX, title: str, summary: str, alt: str
    ) -> None:
        assert ARTICLE.photo
        article = replace(ARTICLE, title=title, summary=summary, photo=replace(ARTICLE.photo, alt=alt))
        server.tweets.clear()
        server.left, server.credits = 100, 100.0

        channel.send(self.post(channel, article, picture()), key=KEY)

        assert server.published[0].leads_to(ARTICLE.url)

    def test_an_edit_is_another_version_of_the_post(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        edited = channel.edit(receipt, self.post(channel, CORRECTED))
        again = channel.edit(edited, self.post(channel, replace(CORRECTED, note="Twice corrected.")))

        [tweet] = server.tweets.values()
        assert tweet.versions == (receipt.remote_id, edited.remote_id, again.remote_id)
        channel.delete(receipt, self.post(channel))
        assert server.published == []

    def test_an_edit_whose_answer_was_lost_is_edited_on(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(reset, at=self.at, method="POST", after=True)
        with pytest.raises(OutcomeUnknown):
            channel.edit(receipt, self.post(channel, CORRECTED))
        server.trouble = None

        edited = channel.edit(receipt, self.post(channel, replace(CORRECTED, note="A newer note.")))

        [tweet] = server.tweets.values()
        assert tweet.id == edited.remote_id
        assert "A newer note." in tweet.text
        assert len(tweet.versions) == 3

    @pytest.mark.parametrize("is_old", [True, False])
    def test_what_may_not_be_edited_is_about_this_post(self, channel: X, server: FakeX, is_old: bool) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.premium = is_old
        if is_old:
            [(name, tweet)] = server.tweets.items()
            server.tweets[name] = replace(tweet, created_at=tweet.created_at - timedelta(hours=1))

        with pytest.raises(Refused):
            channel.edit(receipt, self.post(channel, CORRECTED))

    def test_a_post_that_was_deleted_there_is_not_posted_anew(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.tweets.clear()

        with pytest.raises(PostGone):
            channel.edit(receipt, self.post(channel, CORRECTED))
        channel.delete(receipt, self.post(channel))
        assert server.published == []

    def test_what_an_account_can_do_is_declared(self, channel: X) -> None:
        assert channel.capabilities.edit_within == timedelta(minutes=30)
        assert not channel.capabilities.replies
        plainly = replace(channel, premium=False, replies=True)
        assert plainly.capabilities.edit_within == NEVER
        assert plainly.capabilities.delete_within == ALWAYS
        assert plainly.capabilities.replies

    def test_a_reply_stands_under_its_post_where_the_account_may(self, channel: X, server: FakeX) -> None:
        parent = channel.send(self.post(channel, OTHER), key=OTHER_KEY)
        reply = replace(self.post(channel), reply_to=parent)
        with pytest.raises(Refused, match="summoned"):
            channel.send(reply, key=KEY)

        server.enterprise = True
        channel.send(reply, key=KEY)
        assert list(server.tweets.values())[-1].answers == parent.remote_id

        orphan = replace(self.post(channel, CORRECTED), reply_to=Receipt(remote_id="17"))
        with pytest.raises(PostGone):
            channel.send(orphan, key=KEY)

    def test_a_duplicate_is_our_own_post(self, channel: X, server: FakeX) -> None:
        first = channel.send(self.post(channel), key=KEY)
        late = replace(self.post(channel), since=datetime.now(UTC) + timedelta(hours=1))

        assert channel.send(late, key=KEY) == first

    def test_a_duplicate_that_cannot_be_found_is_unknown(self, channel: X, server: FakeX) -> None:
        server.forgets = False
        receipt = channel.send(self.post(channel), key=KEY)
        channel.delete(receipt, self.post(channel))

        with pytest.raises(OutcomeUnknown, match="duplicate content") as caught:
            channel.send(self.post(channel), key=KEY)
        assert caught.value.is_over

    def test_only_posts_since_the_attempt_are_paid_for(self, channel: X, server: FakeX) -> None:
        for number in range(7):
            other = replace(OTHER, title=f"Ferry {number}", url=f"https://news.example/{number}")
            channel.send(self.post(channel, other), key=str(number))
        for name, tweet in list(server.tweets.items())[:5]:
            server.tweets[name] = replace(tweet, created_at=tweet.created_at - timedelta(days=1))
        channel.find(self.post(channel), key=KEY)  # who we are is known from now on
        before = server.credits

        assert channel.find(replace(self.post(channel), since=datetime.now(UTC)), key=KEY) is None

        assert before - server.credits == pytest.approx(0.002)

    @pytest.mark.slow
    def test_a_post_far_down_is_found_or_told(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        [(_, tweet)] = server.tweets.items()
        for number in range(150):
            server.tweets[str(number)] = replace(tweet, versions=(str(number),), text=f"No. {number}")
        assert channel.find(self.post(channel), key=KEY) == receipt

        for number in range(150, 250):
            server.tweets[str(number)] = replace(tweet, versions=(str(number),), text=f"No. {number}")
        with pytest.raises(OutcomeUnknown, match="there are more"):
            channel.find(self.post(channel), key=KEY)

    @pytest.mark.parametrize(
        "answer",
        [
            status(404, {"title": "Not Found", "type": "about:blank"}),
            status(200, {"errors": [{"type": f"{PROBLEMS}not-authorized-for-resource"}]}),
            status(200, {"data": [], "meta": {"result_count": 3}}),
        ],
    )
    def test_a_listing_that_is_none_proves_nothing(self, channel: X, server: FakeX, answer: Act) -> None:
        channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(answer, at="/2/users/2")

        with pytest.raises((TryLater, Refused)):
            channel.find(self.post(channel), key=KEY)

    def test_either_name_of_the_parameter_will_do(self, channel: X, server: FakeX) -> None:
        server.fields_name = "tweet.fields"
        receipt = channel.send(self.post(channel), key=KEY)

        assert channel.find(self.post(channel), key=KEY) == receipt

    def test_a_photo_is_waited_for(self, channel: X, server: FakeX) -> None:
        server.slow_media = 2

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.published[0].photo
        assert server.published[0].alt == "A tram on the bridge at dawn"

    @pytest.mark.parametrize(
        ("at", "part"),
        [("/2/media/upload", "its photo"), ("/2/media/metadata", "its alternative text")],
    )
    def test_news_goes_out_without_what_is_refused(
        self, channel: X, server: FakeX, remarks: list[str], at: str, part: str
    ) -> None:
        server.trouble = Trouble(status(400), at=at)

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert len(server.published) == 1
        assert remarks == [f"without {part}: 127.0.0.1 answers 400: as you wish"]

    @pytest.mark.slow
    def test_a_refused_alternative_text_is_in_the_history(
        self, channel: X, server: FakeX, store: Store
    ) -> None:
        server.trouble = Trouble(status(400), at="/2/media/metadata")
        story = Story(store)
        story.real = channel
        story.photos = Pictures()
        story.baseline()
        story.publishes(photo=ARTICLE.photo)
        story.delivers()

        assert story.events[-1].endswith("; without its alternative text: 127.0.0.1 answers 400: as you wish")
        assert server.published[0].photo

    @pytest.mark.parametrize("act", [reset, status(500), status(503)])
    def test_a_photo_that_fails_now_is_tried_later(self, channel: X, server: FakeX, act: Act) -> None:
        server.trouble = Trouble(act, at="/2/media")

        with pytest.raises(TryLater):
            channel.send(self.post(channel, photo=picture()), key=KEY)
        assert server.published == []

    def test_what_a_post_costs_is_what_is_declared(self, channel: X, server: FakeX) -> None:
        price = channel.capabilities.price
        assert price
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        assert 100 - server.credits == pytest.approx(price.post_with_link + price.alternative_text)

        before = server.credits
        receipt = channel.edit(receipt, self.post(channel, CORRECTED))
        assert before - server.credits == pytest.approx(price.edit)
        before = server.credits
        channel.delete(receipt, self.post(channel))
        assert before - server.credits == pytest.approx(price.deletion)

    def test_without_credits_the_channel_stops_and_keeps_its_queue(self, channel: X, server: FakeX) -> None:
        server.credits = 0

        for attempt in (lambda: channel.send(self.post(channel), key=KEY), channel.check):
            with pytest.raises(Misconfigured, match="buy credits"):
                attempt()

    @pytest.mark.parametrize(
        ("kind", "detail", "error"),
        [
            (f"{PROBLEMS}client-forbidden", "not enrolled; read about replies", Misconfigured),
            (f"{PROBLEMS}oauth1-permissions", "not configured with the permissions", Misconfigured),
            ("about:blank", "Your account is suspended", Misconfigured),
            ("about:blank", "You are not permitted to perform this action.", Misconfigured),
            ("about:blank", "You attempted to create a Post with an invalid URL.", Refused),
        ],
    )
    def test_a_403_is_about_the_account_or_about_one_post(
        self, channel: X, server: FakeX, kind: str, detail: str, error: type[Exception]
    ) -> None:
        for problem in (
            {"type": kind, "title": "Forbidden", "detail": detail, "status": 403},
            {"errors": [{"type": kind, "detail": detail}], "title": "Forbidden"},
        ):
            server.trouble = Trouble(status(403, problem), at=self.at)
            with pytest.raises(error, match="answers 403"):
                channel.send(self.post(channel), key=KEY)

    def test_what_another_account_has_posted_is_left_to_a_person(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.not_ours.add(receipt.remote_id)

        for attempt in (
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Refused, match="posted by account 900000000000000001") as caught:
                attempt()
            assert receipt.url in str(caught.value)
        assert len(server.tweets) == 1
        assert channel.send(self.post(channel, OTHER), key=OTHER_KEY)

    def test_what_may_not_be_deleted_of_our_own_stops_the_channel(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(
            status(403, {"type": "about:blank", "detail": "suspended"}),
            at=f"/2/tweets/{receipt.remote_id}",
            method="DELETE",
        )

        with pytest.raises(Misconfigured, match="answers 403"):
            channel.delete(receipt, self.post(channel))

    def test_what_x_says_it_has_not_deleted_is_told(self, channel: X, server: FakeX) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.keeps_posts = True

        with pytest.raises(Refused, match="did not delete"):
            channel.delete(receipt, self.post(channel))

    def test_another_accounts_token_looks_at_its_own_posts(
        self, channel: X, server: FakeX, tmp_path: Path
    ) -> None:
        """A token in a file counts at once, whatever the one before was of."""
        assert channel.find(self.post(channel), key=KEY) is None
        server.keys = {**server.keys, "token": "777-another"}  # type: ignore[misc]  # of this one alone
        server.user_id = "777"
        (tmp_path / "token").write_text("777-another")
        receipt = channel.send(self.post(channel), key=KEY)

        assert channel.find(self.post(channel), key=KEY) == receipt

    def test_a_revoked_token_stops_the_channel(self, channel: X, server: FakeX, tmp_path: Path) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        (tmp_path / "token_secret").write_text("another-secret-of-no-use")

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=KEY),
            lambda: channel.edit(receipt, self.post(channel)),
            lambda: channel.delete(receipt, self.post(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="answers 401"):
                attempt()

    def test_a_problem_is_told_in_its_own_words(self, channel: X, server: FakeX) -> None:
        server.trouble = Trouble(
            status(403, {"title": "Forbidden", "type": "about:blank", "detail": "Your account is locked"})
        )

        with pytest.raises(Misconfigured, match=r"answers 403: Forbidden: Your account is locked; check"):
            channel.send(self.post(channel), key=KEY)

    def test_a_limit_is_obeyed(self, channel: X, server: FakeX) -> None:
        server.left = 0

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before
        assert caught.value.not_before > datetime.now(UTC) + timedelta(minutes=10)

    def test_a_trial_says_who_we_are_and_what_is_amiss(self, channel: X, server: FakeX) -> None:
        assert channel.check() == "@newsroom on X; may post, with photos, for $0.2 a post with its link"

        server.premium = False
        assert "declare premium = false" in channel.check()
        server.access_level = "read"
        with pytest.raises(Misconfigured, match="may only read"):
            channel.check()

    def test_a_template_may_leave_the_rest_out(self, channel: X, server: FakeX) -> None:
        post = compose(ARTICLE, channel.capabilities, Style(templates={"*": "{{ headline }}"}))
        channel.send(post, key=KEY)

        assert server.published[0].leads_to(ARTICLE.url)

    def test_what_is_no_server_is_told(self, channel: X) -> None:
        with pytest.raises(ValueError, match=r"^server: "):
            replace(channel, server="api.x.com/2")
