"""``python -m syndicator``."""

from syndicator.cli.app import main

main()
