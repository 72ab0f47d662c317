"""Syndicator: the syndication worker of a newsroom."""

__version__ = "0.1.0"
