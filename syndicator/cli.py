"""The command line: parse, call one function, answer."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syndicator import __version__
from syndicator.errors import DeclarationError, Misconfigured, SyndicatorError

if TYPE_CHECKING:
    pass

# Heavy modules are imported by the commands that need them: `syndicator up` must stay small, because it
# runs as long as its children do.

app = typer.Typer(
    help="Feeds, and posts on every channel, seconds after publication.\n\n"
    "Start with `syndicator check`, then `syndicator up`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


@app.callback()
def options(
    folder: Annotated[
        Path,
        typer.Option(
            "--folder",
            "-C",
            envvar="SYNDICATOR_FOLDER",
            help="Where syndicator.toml and feeds/ are.",
        ),
    ] = Path(),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    os.environ["SYNDICATOR_FOLDER"] = str(folder.resolve())
    logging.basicConfig(
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        level=logging.WARNING,
        stream=sys.stderr,
    )
    logging.getLogger("syndicator").setLevel(logging.DEBUG if verbose else logging.INFO)


@app.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)


def main() -> None:
    """The entry point: errors that we expect become one clear line each and an exit status."""
    from syndicator.supervise import MISCONFIGURED

    try:
        app()
    except (DeclarationError, Misconfigured) as e:
        typer.echo(str(e), err=True)
        sys.exit(MISCONFIGURED)
    except SyndicatorError as e:
        typer.echo(f"syndicator: {e}", err=True)
        sys.exit(1)
