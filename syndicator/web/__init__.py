"""The web: feeds for readers and aggregators, and the operators' console."""

from __future__ import annotations

from syndicator.web.app import create_app

__all__ = ["create_app"]
