"""Published schemas, ready to hold documents against. ``tests/schemas/README.md`` has their origins."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import orjson
from lxml import etree
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[1] / "schemas"


def _json(name: str) -> Any:
    return orjson.loads((FOLDER / name).read_bytes())


@cache
def atom() -> Any:
    return etree.RelaxNG(etree.parse(FOLDER / "atom.rng"))


@cache
def sitemap() -> Any:
    return etree.XMLSchema(etree.parse(FOLDER / "sitemaps.xsd"))


@cache
def json_feed() -> jsonschema.Draft4Validator:
    old = Resource.from_contents(_json("jsonfeed-1.0.schema.json"))
    names = ("https://json.schemastore.org/feed-1", "https://json.schemastore.org/feed-1.json")
    registry: Registry[Any] = Registry().with_resources((name, old) for name in names)
    return jsonschema.Draft4Validator(_json("jsonfeed-1.1.schema.json"), registry=registry)


@cache
def ninjs() -> jsonschema.Draft202012Validator:
    """We say no coordinates, so that any GeoJSON will do."""
    anything = Resource.from_contents({"type": "object"}, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("https://geojson.org/schema/GeoJSON.json", anything)
    return jsonschema.Draft202012Validator(_json("ninjs-schema_3.1.json"), registry=registry)
