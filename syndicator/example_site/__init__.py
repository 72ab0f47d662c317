"""A small invented news site that ``syndicator up`` can watch: it plays the outside world.

It knows nothing of the rest of the program and is reached by HTTP only, as any newsroom is.
"""

from pathlib import Path

#: Where the site is served, and where it keeps what has happened on it, unless ``[example]`` says otherwise.
#: (The folder bears the name that the table once had: what has happened there goes on.)
LISTEN = "127.0.0.1:8001"
STATE = Path("var/newsroom")

#: Where its stories and photos are, unless ``[example]`` says otherwise.
FOLDER = Path("example")

#: What the site is called in its languages.
NAMES = {"en": "The Mekong Ledger", "lo": "ຂ່າວແມ່ນ້ຳຂອງ"}
