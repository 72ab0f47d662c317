"""Where posts go. Adding a channel: one module, one line here, one test class.

A kind of channel is a frozen dataclass that implements ``jobs.ports.Channel``. Its fields are the settings in
its declaration, but for ``name`` and ``session``, which wiring hands in.
"""

from __future__ import annotations

from syndicator.plugins import Kinds

kind = Kinds(
    noun="channel",
    group="syndicator.channels",
    built_in={
        "mastodon": "syndicator.channels.mastodon:Mastodon",
        "outbox": "syndicator.channels.outbox:Outbox",
        "webhook": "syndicator.channels.webhook:Webhook",
    },
)
