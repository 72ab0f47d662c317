"""Posts as they are drawn for those who judge them."""

from __future__ import annotations

from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import LinkCard, LinkPlace
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.posts.drawing import DrawnPost, page
from tests.posts.test_compose import article, limits


def one(node: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    [found] = node.css(selector)
    return found


PHOTO = PhotoFile(content=b"jpeg", media_type="image/jpeg", width=80, height=60)


def test_a_link_behind_words_a_hashtag_and_markup_are_shown_as_what_they_are() -> None:
    told = article(title="Rain <b>& hail</b>", tags=("storms",), language="lo")
    able = replace(limits(), link_place=LinkPlace.WORDS)
    post = compose(told, able, Style(hashtags={"storms": "Storms"}))
    drawn = LexborHTMLParser(page("x", [DrawnPost(channel="wire", title="", post=post, capabilities=able)]))
    [link] = drawn.css(".text a")
    assert (link.attributes["href"], link.text()) == (told.url, "ledger.example")
    assert [tag.text() for tag in drawn.css(".text b")] == ["#Storms"]
    assert one(drawn, ".text").text() == post.text
    assert one(drawn, "article").attributes["lang"] == "lo"


def test_a_photo_has_its_words_beside_it_and_a_card_is_there_where_networks_show_one() -> None:
    told = article(photo=Photo(url="https://ledger.example/a.jpg", alt="A tram"))
    able = replace(limits(), photo=None, card=LinkCard.FETCHED)
    shown = [
        DrawnPost(channel="a", title="", post=compose(told, able, photo=PHOTO), capabilities=able),
        DrawnPost(channel="b", title="", post=compose(told, able), capabilities=able, card_picture=b"jpg"),
        DrawnPost(channel="c", title="", post=None, capabilities=able, remark="The post is deleted."),
    ]
    drawn = LexborHTMLParser(page("x", shown))
    with_photo, with_card, gone = drawn.css("section")
    assert one(with_photo, "figure img").attributes["alt"] == "A tram"
    assert not with_photo.css(".link-card")
    assert "Bridge reopens" in one(with_card, ".link-card").text()
    assert with_card.css(".link-card img")
    assert "Nothing is shown." in gone.text()


def test_a_message_has_its_subject_above_the_photo() -> None:
    told, able = article(title="Rain & hail"), replace(limits(), is_mail=True)
    post = compose(told, able, photo=PHOTO)
    drawn = LexborHTMLParser(page("x", [DrawnPost(channel="m", title="", post=post, capabilities=able)]))

    assert one(drawn, ".mail > .headline").text() == "Rain & hail"
    assert one(drawn, ".mail > .text").text() == post.headline_and_rest[1]
    assert one(drawn, ".mail .text a").attributes["href"] == told.url


def test_a_picture_stands_above_the_text_and_the_headline_in_bold_where_the_network_has_it_so() -> None:
    told = article(title="Rain & hail", photo=Photo(url="https://ledger.example/a.jpg"), tags=("rain",))
    able = replace(limits(), picture_above=True, headline_bold=True, card=LinkCard.FETCHED)
    style = Style(hashtags={"rain": "Rain"}, templates={"x": ""})
    shown = [
        DrawnPost(channel="a", title="", post=compose(told, able, style, photo=PHOTO), capabilities=able),
        DrawnPost(channel="b", title="", post=compose(told, able, style), capabilities=able),
        DrawnPost(channel="c", title="", post=compose(told, limits(), style), capabilities=limits()),
    ]
    with_photo, with_card, plain = LexborHTMLParser(page("x", shown)).css("section")
    for drawn in (with_photo, with_card):
        assert one(drawn, ".photo-first .text > strong").text() == "Rain & hail"
        assert one(drawn, ".text").text().startswith("Rain & hail\n\n")
        assert [tag.text() for tag in drawn.css(".text b")] == ["#Rain"]
    assert with_card.css(".photo-first > .link-card")
    assert not plain.css(".photo-first, .text strong")


def test_what_is_too_long_and_what_was_left_out_is_told() -> None:
    told, able = article(url="https://ledger.example/" + "x" * 60), limits(50)
    drawn = LexborHTMLParser(
        page("x", [DrawnPost(channel="w", title="", post=compose(told, able), capabilities=able)])
    )
    assert one(drawn, ".length.over").text() == "83 of 50 graphemes"
    assert one(drawn, ".left-out").text().split("\n")[0].startswith("headline left out")


def test_a_notification_has_its_headline_above_and_leads_to_the_article() -> None:
    told = article(title="Rain & hail", summary="Take an umbrella. Or two.", tags=("storms",))
    able = replace(limits(), link_place=LinkPlace.BESIDE, is_notification=True)
    posts = [
        compose(told, able, Style(hashtags={"storms": "Storms"})),
        compose(replace(told, summary=""), able),
    ]
    shown = [DrawnPost(channel="push", title="", post=post, capabilities=able) for post in posts]
    drawn = LexborHTMLParser(page("x", shown))

    full, bare = drawn.css("article.notification")
    assert one(full, ".headline").text() == "Rain & hail"
    assert one(full, ".text").text() == "Take an umbrella. Or two.\n\n#Storms"
    assert [tag.text() for tag in full.css(".text b")] == ["#Storms"]
    assert one(full, ".from a").attributes["href"] == told.url
    assert one(bare, ".headline").text() == "Rain & hail"
    assert not bare.css(".text")


def test_a_notification_by_a_template_has_all_of_it_as_its_text() -> None:
    able = replace(limits(), link_place=LinkPlace.BESIDE, is_notification=True)
    post = compose(article(), able, Style(templates={"*": "News: {{ headline }}"}))
    drawn = LexborHTMLParser(page("x", [DrawnPost(channel="push", title="", post=post, capabilities=able)]))

    assert not drawn.css(".headline")
    assert one(drawn, ".text").text() == post.text
