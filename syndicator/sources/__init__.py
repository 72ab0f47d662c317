"""Where articles come from. A new source is one module here (``plugins``) and its test class.

A kind of source is a frozen dataclass that implements ``jobs.ports.Source``. Its fields are the settings in
its declaration, but for ``name`` and ``http``, which wiring hands in.
"""

from __future__ import annotations

from syndicator.jobs.ports import Source
from syndicator.plugins import Kinds

kind = Kinds(noun="source", package=__name__, port=Source)
