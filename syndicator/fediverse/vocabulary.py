"""Names of the vocabulary that are said again and again.

https://www.w3.org/TR/activitystreams-vocabulary/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

#: A document: JSON with names of that vocabulary.
Document = dict[str, Any]

ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

#: Who is meant by everybody (https://www.w3.org/TR/activitypub/#public-addressing).
PUBLIC = f"{ACTIVITY_STREAMS}#Public"

#: The type of a document, and the one by which it is asked for and known, too
#: (https://www.w3.org/TR/activitypub/#retrieving-objects).
MEDIA_TYPE = "application/activity+json"
LD_MEDIA_TYPE = f'application/ld+json; profile="{ACTIVITY_STREAMS}"'

#: Names beyond the vocabulary: Mastodon's (https://docs.joinmastodon.org/spec/activitypub/#contexts).
EXTENSIONS = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "http://schema.org#",
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
}


def moment(at: datetime) -> str:
    """A time, as the vocabulary writes one: in UTC, to the second (xsd:dateTime)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
