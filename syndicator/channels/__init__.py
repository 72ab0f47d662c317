"""Where posts go. A new channel is one module here (``plugins``) and its test class.

A kind of channel is a frozen dataclass that implements ``jobs.ports.Channel``. Its fields are the settings in
its declaration, but for ``name`` and ``session``, which wiring hands in.
"""

from __future__ import annotations

from syndicator.jobs.ports import Channel
from syndicator.plugins import Kinds

kind = Kinds(noun="channel", package=__name__, port=Channel)
