"""What servers that speak Mastodon's API say of themselves: which software they are, and its limits.

https://docs.joinmastodon.org/methods/instance/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.http.exchange import MakeError
from syndicator.http.mastodon_api import MastodonApi

#: The limits that servers name, where they may stand in what older and other ones say.
LIMITS = ("max_characters", "characters_reserved_per_url", "description_limit")
OTHER_NAMES = {"max_characters": ("max_toot_chars",), "description_limit": ("description_limit",)}

#: How relatives name themselves: "2.7.2 (compatible; Akkoma 3.13.2)"
#: (https://docs.pleroma.social/backend/development/API/differences_in_mastoapi_responses/).
COMPATIBLE = re.compile(r"\(compatible; (?P<name>[\w.-]{1,40})(?: (?P<version>[\w.+-]{1,40}))?")

#: Software that names itself by its source or its version alone.
BY_SOURCE = {"gotosocial": "GoToSocial", "friendica": "Friendica", "pixelfed": "Pixelfed"}


@dataclass(frozen=True, slots=True)
class Ways:
    """What the channel's settings are to be for a software: whether it honours ``Idempotency-Key`` as
    Mastodon does, takes posts without a photo, and has edits. Not declared: ``most_warning``, the code points
    that a warning may have (``None``: as many as there is room for)."""

    remembers_keys: bool = False
    needs_photo: bool = False
    edits: bool = True
    most_warning: int | None = None


#: Those that are settings of the channel.
DECLARED_WAYS = ("remembers_keys", "needs_photo", "edits")


#: By software, in small letters. GoToSocial has no use of the header; Pleroma and Akkoma keep answers, not
#: posts, and Friendica nothing; Pixelfed refuses a key that it has seen, whatever became of it, takes no post
#: without a photo and none with a longer warning, and edits only where its owner has switched that on.
WAYS = {
    "mastodon": Ways(remembers_keys=True),
    "gotosocial": Ways(),
    "pleroma": Ways(),
    "akkoma": Ways(),
    "friendica": Ways(),
    "pixelfed": Ways(needs_photo=True, edits=False, most_warning=140),
}


@dataclass(frozen=True, slots=True)
class Instance:
    """A server as it describes itself. ``software``: its name; ``version``: of that, as far as it says so;
    ``limits``: by their names in Mastodon, those that it states; ``domain``: of its accounts."""

    software: str
    version: str
    limits: Mapping[str, Any]
    domain: str = ""

    @property
    def ways(self) -> Ways:
        """What is known of its software: of another one that it has no keys, after which posts are looked
        up."""
        return WAYS.get(self.software.lower(), Ways())

    @property
    def title(self) -> str:
        return f"{self.software} {self.version}".strip()

    def differences(self, settings: Mapping[str, Any]) -> list[str]:
        """What is declared otherwise than it is there, a line each. ``settings``: by their names."""
        lines = [
            f"the server's {name} is {self.limits[name]}, not {settings[name]}: declare it"
            for name in LIMITS
            if self.limits.get(name, settings[name]) != settings[name]
        ]
        ways = WAYS.get(self.software.lower())
        if ways is None and settings["remembers_keys"]:
            unless = "declare remembers_keys = false unless it honours Idempotency-Key"
            return [*lines, f"the server is no Mastodon ({self.title}): {unless}"]
        wanted = {name: getattr(ways, name) for name in DECLARED_WAYS} if ways else {}
        if ways and ways.remembers_keys and not settings["remembers_keys"]:
            del wanted["remembers_keys"]  # whoever is more careful than needed loses nothing
        other = [
            f"{name} = {str(is_so).lower()}" for name, is_so in wanted.items() if settings[name] != is_so
        ]
        return [*lines, f"the server is {self.title}: declare {', '.join(other)}"] if other else lines


def instance_of(api: MastodonApi, unknown: MakeError = TryLater) -> Instance | None:
    """The server's description, by the second or else the first form of it; ``None`` where it has none.
    Raises as ``Exchange.ask``."""
    for version, read in ((2, _second), (1, _first)):
        reply = api.ask("GET", f"/api/v{version}/instance", accept=(404,), unknown=unknown)
        if reply.status != 404:
            return reply.read(read)
    return None


@dataclass
class KnownServer:
    """What a server has said of itself, once it was asked: a process asks once. ``ways``: what it does
    whatever is declared; ``None``: it was not asked, or says nothing."""

    ways: Ways | None = None
    domain: str = ""
    was_asked: bool = False

    def ask(self, api: MastodonApi) -> None:
        """Asks it, unless it was asked. Raises ``TryLater`` where there is no answer; one that nobody
        understands is as good as none."""
        if self.was_asked:
            return
        try:
            instance = instance_of(api, unknown=OutcomeUnknown)
        except (OutcomeUnknown, Misconfigured, Refused) as e:
            if isinstance(e, OutcomeUnknown) and not e.is_over:
                raise TryLater(str(e)) from e
            instance = None
        if instance is not None:
            self.ways, self.domain = instance.ways, instance.domain
        self.was_asked = True


def _second(told: Any) -> Instance:
    configuration = told["configuration"]
    return _instance(
        told, {**configuration.get("statuses", {}), **configuration.get("media_attachments", {})}
    )


def _first(told: Any) -> Instance:
    """https://docs.joinmastodon.org/entities/V1_Instance/, and what Pleroma had before there was such."""
    configuration = told.get("configuration") or {}
    stated = {**(configuration.get("statuses") or {}), **(configuration.get("media_attachments") or {})}
    for name, others in OTHER_NAMES.items():
        for other in others:
            if name not in stated and isinstance(told.get(other), int):
                stated[name] = told[other]
    return _instance(told, stated)


def _instance(told: Any, stated: Mapping[str, Any]) -> Instance:
    limits = {name: stated[name] for name in LIMITS if name in stated}
    domain = str(told.get("domain") or told.get("uri") or "").rpartition("//")[2].lower()
    version, source = str(told.get("version") or ""), str(told.get("source_url") or "mastodon").lower()
    if named := COMPATIBLE.search(version):
        return Instance(named["name"], named["version"] or "", limits, domain)
    for sign, software in BY_SOURCE.items():
        if sign in source or sign in version.lower():
            return Instance(software, version, limits, domain)
    return Instance("Mastodon" if "mastodon" in source else "another software", version, limits, domain)
