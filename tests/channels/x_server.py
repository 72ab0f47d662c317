"""A server that speaks X's API v2 for one account, built from its OpenAPI document (2.167) and what its pages
say beside that, and what readers see there."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import regex

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published, photos_shown
from tests.channels.x_signatures import sent_with, signature_of

PROBLEMS = "https://api.x.com/2/problems/"

#: ``TweetCreateRequest``, ``MediaUploadRequestOneShot``, ``MetadataCreateRequest``: no other fields.
POST_FIELDS = {"text", "media", "reply", "edit_options", "quote_tweet_id", "reply_settings", "poll", "geo"}
UPLOAD_FIELDS = {"media", "media_category", "additional_owners"}
FIELDS = {"author_id", "created_at", "entities", "edit_controls", "id", "text", "lang"}

ID = re.compile(r"[0-9]{1,19}")
#: What is a link, and how far: other scripts than Latin and Cyrillic end it.
LINK = re.compile(r"https?://[^\s/]+(?:/[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff!*';:=+,.$/%#\[\]_~@|&?()-]*)?")
EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")
LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}\b")
MENTION = re.compile(r"(?<![\w@])@[A-Za-z0-9_]{1,20}")

#: In US dollars (https://docs.x.com/x-api/getting-started/pricing, 22 August 2026).
WITH_LINK, WITHOUT_LINK, DELETION, METADATA, OWN_POST, USER = 0.2, 0.015, 0.01, 0.005, 0.001, 0.01


class XDeclines(Exception):
    """The server answers with this problem."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        titles = {400: "Invalid Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden"}
        problem = {"title": titles.get(status, "Error"), "type": kind, "status": status, "detail": detail}
        self.reply = said(status, problem)


@dataclass(frozen=True, kw_only=True)
class Tweet:
    """A post in its newest version. ``versions``: their ids, the newest last."""

    versions: tuple[str, ...]
    text: str
    created_at: datetime
    media: tuple[str, ...] = ()
    answers: str = ""

    @property
    def id(self) -> str:
        return self.versions[-1]


@dataclass(frozen=True, kw_only=True)
class XMedia:
    content: bytes
    alt: str = ""
    looks: int = 0


class FakeX(LocalServer):
    """One account. ``credits``: dollars that are left. ``left``: posts until the rate limit. ``premium``,
    ``enterprise``: what the account has. ``fields_name``: the parameter for fields of posts. ``forgets``:
    whether the text of a deleted post may be posted again. ``slow_media``: how often an upload is still being
    processed."""

    user_id = "2244994945"
    keys: ClassVar = {
        "key": "api-key-1234",
        "key_secret": "api-key-secret-5678",
        "token": "2244994945-token-abcd",
    }
    token_secret = "access-token-secret-efgh"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.tweets: dict[str, Tweet] = {}
        self.media: dict[str, XMedia] = {}
        self.gone_texts: set[str] = set()
        self.nonces: set[str] = set()
        self.credits, self.left = 100.0, 100
        self.premium, self.enterprise, self.forgets = True, False, True
        self.access_level, self.fields_name = "read-write", "post.fields"
        self.slow_media = 0
        self.not_ours: set[str] = set()
        self.keeps_posts = False
        self.last_id = 1_990_000_000_000_000_000

    @property
    def published(self) -> list[Published]:
        return [self._published(tweet) for tweet in self.tweets.values()]

    def _published(self, tweet: Tweet) -> Published:
        media = [(each.content, each.alt) for each in map(self.media.__getitem__, tweet.media)]
        return Published(
            remote_id=tweet.id,
            text=tweet.text,
            links=tuple(LINK.findall(tweet.text)),
            **photos_shown(media),
        )

    def answer(self, request: Request) -> Reply:
        try:
            self._check_signed(request)
            if self.credits <= 0:
                raise XDeclines(402, f"{PROBLEMS}credits", "Your account does not have any credits")
            reply = self._api(request)
        except XDeclines as e:
            reply = e.reply
        reset = int(time.time()) + 900
        limits = {"x-rate-limit-limit": "100", "x-rate-limit-reset": str(reset)}
        limits["x-rate-limit-remaining"] = str(max(0, self.left))
        return replace(reply, headers={**reply.headers, **limits, "x-access-level": self.access_level})

    def _check_signed(self, request: Request) -> None:
        """RFC 5849, sections 3.1 to 3.4."""
        sent = sent_with(request)
        right = signature_of(request, sent, self.keys["key_secret"], self.token_secret)
        is_known = sent.get("oauth_consumer_key") == self.keys["key"]
        is_known &= sent.get("oauth_token") == self.keys["token"]
        is_fresh = abs(time.time() - int(sent.get("oauth_timestamp", "0"))) < 300
        is_fresh &= sent.get("oauth_nonce", "") not in self.nonces
        self.nonces.add(sent.get("oauth_nonce", ""))
        is_right = sent.get("oauth_signature") == right
        if not (is_known and is_fresh and is_right):
            raise XDeclines(401, "about:blank", "Unauthorized")

    def _api(self, request: Request) -> Reply:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["2", "users", "me"]:
                self.credits -= USER
                subscription = "Premium" if self.premium else "None"
                user = {"id": self.user_id, "name": "Newsroom", "username": "newsroom"}
                more = {"subscription_type": subscription} if "user.fields" in request.query else {}
                return said(200, {"data": {**user, **more}})
            case "GET", ["2", "users", self.user_id, "tweets"]:
                return self._listing(request.query)
            case "GET", ["2", "tweets", name]:
                return self._look_up(name, request.query)
            case "POST", ["2", "tweets"]:
                return self._take(request)
            case "DELETE", ["2", "tweets", name]:
                return self._delete(name)
            case "POST", ["2", "media", "upload"]:
                return self._upload(request)
            case "GET", ["2", "media", "upload"]:
                return said(200, self._uploaded(request.query["media_id"]))
            case "POST", ["2", "media", "metadata"]:
                return self._describe(request.fields())
        raise XDeclines(404, "about:blank", "Not Found")

    def _check_fields(self, query: Mapping[str, str]) -> None:
        known = {self.fields_name, "max_results", "start_time", "pagination_token"}
        for name in set(query) - known:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", f"The query parameter [{name}] is not known")
        if set(filter(None, query.get(self.fields_name, "").split(","))) - FIELDS:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "no such field")

    def _listing(self, query: Mapping[str, str]) -> Reply:
        self._check_fields(query)
        most, begin = int(query.get("max_results", "10")), datetime.fromisoformat(query["start_time"])
        if not 5 <= most <= 100:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "max_results is not between 5 and 100")
        ours = [each for each in reversed(self.tweets.values()) if each.id not in self.not_ours]
        found = [each for each in ours if each.created_at >= begin]
        at = int(query.get("pagination_token", "0"))
        page = found[at : at + most]
        self.credits -= OWN_POST * len(page)
        meta: dict[str, Any] = {"result_count": len(page)}
        if at + most < len(found):
            meta["next_token"] = str(at + most)
        return said(200, {"data": list(map(self._as_json, page)), "meta": meta} if page else {"meta": meta})

    def _look_up(self, name: str, query: Mapping[str, str]) -> Reply:
        self._check_fields(query)
        tweet = self._tweet(name)
        if tweet is None:
            problem = {"title": "Not Found Error", "type": f"{PROBLEMS}resource-not-found", "detail": "gone"}
            return said(200, {"errors": [{**problem, "resource_type": "tweet"}]})
        self.credits -= OWN_POST
        return said(200, {"data": self._as_json(tweet)})

    def _tweet(self, name: str) -> Tweet | None:
        return next((each for each in self.tweets.values() if name in each.versions), None)

    def _as_json(self, tweet: Tweet) -> dict[str, Any]:
        """As X hands posts out: its own addresses stand for those in the text."""
        targets = LINK.findall(tweet.text)
        text = tweet.text
        urls = []
        for number, target in enumerate(targets):
            short = f"https://t.co/{number}{tweet.id[-8:]}"
            start = text.index(target)
            text = text.replace(target, short, 1)
            urls.append({"start": start, "end": start + len(short), "url": short, "expanded_url": target})
        shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {
            "id": tweet.id,
            "text": shown,
            "author_id": "900000000000000001" if tweet.id in self.not_ours else self.user_id,
            "created_at": tweet.created_at.isoformat().replace("+00:00", "Z"),
            "edit_history_post_ids": list(tweet.versions),
            **({"entities": {"urls": urls}} if urls else {}),
        }

    def _take(self, request: Request) -> Reply:
        if self.left <= 0:
            raise XDeclines(429, f"{PROBLEMS}rate-limit-exceeded", "Too Many Requests")
        self.left -= 1
        body = json.loads(request.body)
        if unknown := set(body) - POST_FIELDS:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", f"{sorted(unknown)} is not a field")
        text, media = str(body.get("text", "")), tuple(body.get("media", {}).get("media_ids", ()))
        previous = self._previous(body)
        self._check_text(text, media, previous)
        answers = body.get("reply", {}).get("in_reply_to_tweet_id", "")
        if answers and self._tweet(answers) is None:
            detail = "You attempted to reply to a Post that is deleted or not visible to you."
            raise XDeclines(403, "about:blank", detail)
        if answers and not self.enterprise:
            raise XDeclines(403, "about:blank", "Reply to this conversation is not allowed: not summoned")
        self.last_id += 4096
        name = str(self.last_id)
        versions = (*previous.versions, name) if previous else (name,)
        created = previous.created_at if previous else datetime.now(UTC)
        tweet = Tweet(versions=versions, text=text, created_at=created, media=media, answers=answers)
        self.tweets[versions[0]] = tweet
        self.credits -= WITH_LINK if LINK.search(text) else WITHOUT_LINK
        return said(201, {"data": {"id": name, "text": text, "edit_history_post_ids": list(versions)}})

    def _check_text(self, text: str, media: tuple[str, ...], previous: Tweet | None) -> None:
        if not (text or media):
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "text or media is required")
        if weight(text) > 280:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "Your Post text is too long.")
        if len(CASHTAG.findall(text)) > 1:
            raise XDeclines(403, "about:blank", "Posts may have one cashtag at the most.")
        if MENTION.search(text):
            raise XDeclines(403, "about:blank", "You may not mention this account.")
        if len(media) > 4 or not all(map(self._is_ready, media)):
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "Your media IDs are invalid.")
        same = {each.text for each in self.tweets.values()} | (set() if self.forgets else self.gone_texts)
        is_same_photo = previous is not None and previous.media == media
        if text in same and (previous is None or (text == previous.text and (is_same_photo or not media))):
            detail = "You are not allowed to create a Tweet with duplicate content."
            raise XDeclines(403, "about:blank", detail)

    def _previous(self, body: Mapping[str, Any]) -> Tweet | None:
        """The post that is edited (https://docs.x.com/x-api/fundamentals/edit-posts)."""
        name = body.get("edit_options", {}).get("previous_post_id")
        if name is None:
            return None
        tweet = self._tweet(name)
        if not ID.fullmatch(name) or tweet is None:
            raise XDeclines(403, "about:blank", "The Post to be edited does not exist.")
        if not self.premium or tweet.id in self.not_ours:
            raise XDeclines(403, "about:blank", "You are not permitted to perform this action.")
        is_old = datetime.now(UTC) > tweet.created_at + timedelta(minutes=30)
        if tweet.id != name or is_old or len(tweet.versions) > 5:
            raise XDeclines(403, "about:blank", "This Post cannot be edited any more.")
        return tweet

    def _delete(self, name: str) -> Reply:
        tweet = self._tweet(name)
        if tweet is None:
            raise XDeclines(404, f"{PROBLEMS}resource-not-found", f"Could not find tweet with id: [{name}].")
        if tweet.id in self.not_ours:
            raise XDeclines(403, "about:blank", "You are not permitted to perform this action.")
        if self.keeps_posts:
            return said(200, {"data": {"deleted": False}})
        del self.tweets[tweet.versions[0]]
        self.gone_texts.add(tweet.text)
        self.credits -= DELETION
        return said(200, {"data": {"deleted": True}})

    def _upload(self, request: Request) -> Reply:
        parts = request.parts()
        if set(parts) - UPLOAD_FIELDS or parts["media_category"][1] != b"tweet_image":
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "no such field or category")
        media_type, content = parts["media"]
        is_taken = media_type in ("image/jpeg", "image/png", "image/webp") and len(content) <= 5_000_000
        if not is_taken:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "this file is not taken")
        self.last_id += 4096
        self.media[str(self.last_id)] = XMedia(content=content)
        return said(200, self._uploaded(str(self.last_id)))

    def _uploaded(self, name: str) -> dict[str, Any]:
        media = self.media[name]
        self.media[name] = replace(media, looks=media.looks + 1)
        info = {"state": "in_progress", "check_after_secs": 0} if media.looks < self.slow_media else {}
        more = {"processing_info": info} if info else {}
        return {"data": {"id": name, "media_key": f"3_{name}", "expires_after_secs": 86_400, **more}}

    def _is_ready(self, name: str) -> bool:
        """Whether an upload can be attached: X has said that it is processed."""
        return name in self.media and self.media[name].looks > self.slow_media

    def _describe(self, fields: Mapping[str, Any]) -> Reply:
        text = fields["metadata"]["alt_text"]["text"]
        if set(fields) - {"id", "metadata"} or fields["id"] not in self.media or len(text) > 1000:
            raise XDeclines(400, f"{PROBLEMS}invalid-request", "no such media, or too long a text")
        self.media[fields["id"]] = replace(self.media[fields["id"]], alt=text)
        self.credits -= METADATA
        return said(200, {"data": {"id": fields["id"], "associated_metadata": fields["metadata"]}})


def weight(text: str) -> int:
    """https://docs.x.com/fundamentals/counting-characters: links 23, emoji 2, letters 1 or 2."""
    text = LINK.sub(lambda _: "x" * 23, unicodedata.normalize("NFC", text))
    graphemes = regex.findall(r"\X", text)
    return sum(
        2 if EMOJI.search(each) else sum(1 if LIGHT.match(character) else 2 for character in each)
        for each in graphemes
    )
