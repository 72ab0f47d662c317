"""Actors as other servers see them: found, read, followed, and told what people do with their posts."""
