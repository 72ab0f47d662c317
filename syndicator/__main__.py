"""``python -m syndicator``."""

from syndicator.processes.garbage import collect_seldom

collect_seldom()  # before what follows is imported

from syndicator.cli.app import main  # noqa: E402

main()
