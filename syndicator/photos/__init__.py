"""Lead photos: fetched once, kept, measured, fitted, and drawn on cards."""

from syndicator.photos.shelf import PhotoShelf

__all__ = ["PhotoShelf"]
