"""A token of LinkedIn, for an app of the newsroom's own.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from syndicator.http.exchange import Exchange
from syndicator.http.oauth import CALLBACK, OAuthClient, SignIn, access_token

#: What we do there: post, and look lost posts up.
SCOPES = "w_organization_social r_organization_social"

#: How to come by the token. The app's credentials are asked for each time, and kept nowhere: without a person
#: they are good for a refresh token alone, which LinkedIn gives to none but partners that it has approved.
STEPS = (
    "On https://www.linkedin.com/developers/apps make an app of the page, and ask for the Community\n"
    "Management API. Under Auth, add this to the authorized redirect URLs, as it is:\n"
    "\n"
    f"  {CALLBACK}\n"
    "\n"
    "The Client ID and the Client Secret that stand there are asked for now, and not kept. Then sign in\n"
    "to LinkedIn in your browser as an administrator of the page, and allow it. Or have the token generator\n"
    f"give a token with {' and '.join(SCOPES.split())}, and paste it (--paste)."
)


def linkedin_token(server: str, person: SignIn, exchange: Callable[[], Exchange]) -> str:
    """The token that a member grants us, good for 60 days. ``server``: the API's; people sign in beside it.
    Without PKCE, which LinkedIn has for native apps alone: from others it refuses what comes with a verifier.
    Raises ``SyndicatorError``."""
    api = urlsplit(server)
    site = f"{api.scheme}://{api.netloc.replace('api.', 'www.', 1)}/oauth/v2"
    client = OAuthClient(
        client_id=person.ask("Client ID"),
        client_secret=person.ask("Client Secret"),
        redirect_uri=person.callback,
        authorize_url=f"{site}/authorization",
        token_url=f"{site}/accessToken",
        scopes=SCOPES,
        has_pkce=False,
    )
    return access_token(client, person, exchange)
