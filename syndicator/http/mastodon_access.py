"""A token of an account on a server that speaks Mastodon's API, and its scopes.

https://docs.joinmastodon.org/client/authorized/
"""

from __future__ import annotations

from collections.abc import Callable

from syndicator.domain.errors import TryLater
from syndicator.http.exchange import Exchange
from syndicator.http.mastodon_api import MastodonApi
from syndicator.http.oauth import OUT_OF_BAND, OAuthClient, SignIn, access_token

#: What we do there (https://docs.joinmastodon.org/api/oauth-scopes/).
SCOPES = "read:accounts read:statuses write:statuses write:media"

#: How to come by the token.
STEPS = (
    "Sign in to the account in your browser, and allow Syndicator to post. Or make a token in its\n"
    f"Preferences > Development > New application with the scopes {SCOPES},\nand paste it (--paste)."
)


def mastodon_token(server: str, person: SignIn, exchange: Callable[[], Exchange]) -> str:
    """The token that the account's owner grants us. Raises ``SyndicatorError``."""
    api, address = MastodonApi(exchange(), server), OUT_OF_BAND if person.is_elsewhere else person.callback
    form = {"client_name": "Syndicator", "redirect_uris": address, "scopes": SCOPES}
    reply = api.ask("POST", "/api/v1/apps", data=form, unknown=TryLater)
    client_id, client_secret = reply.read(lambda app: (str(app["client_id"]), str(app["client_secret"])))
    client = OAuthClient(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=address,
        authorize_url=api.url("/oauth/authorize"),
        token_url=api.url("/oauth/token"),
        scopes=SCOPES,
    )
    return access_token(client, person, exchange)


def missing_scope(api: MastodonApi) -> str:
    """The first scope that a token lacks, of those without which there is no posting; ``""``: it has all of
    them. What there is not is changed for a trial, which changes nothing: servers look at the scopes first
    (https://docs.joinmastodon.org/api/oauth-scopes/)."""
    for name in ("statuses", "media"):
        reply = api.ask("PUT", f"/api/v1/{name}/0", json={}, accept=range(400, 500), unknown=TryLater)
        if reply.status == 403:
            return f"write:{name}"
    return ""
