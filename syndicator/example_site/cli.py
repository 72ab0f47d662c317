"""``syndicator newsroom``: serve the example newsroom, and work at its desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syndicator.example_site import desk
from syndicator.example_site.desk import Published

# The server is imported by the command that needs it: the others are to be quick.

newsroom = typer.Typer(
    help="An example newsroom to watch: an invented bilingual news site, with articles to publish, "
    "correct and retract.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path,
    typer.Option("--folder", envvar="NEWSROOM_FOLDER", help="Where the articles/ and photos/ are."),
]
State = Annotated[
    Path,
    typer.Option("--state", envvar="NEWSROOM_STATE", help="Where the site keeps what has happened so far."),
]
Slug = Annotated[
    str | None,
    typer.Argument(help="Which article: its number or the end of its address. Without it, the latest."),
]
FOLDER, STATE = Path("example"), Path("var/newsroom")


@newsroom.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8001,
    folder: Folder = FOLDER,
    state: State = STATE,
) -> None:
    """Serve the site until Ctrl-C. Started again, it goes on where it was."""
    from syndicator.example_site.site import serving, wait_for_the_end  # noqa: PLC0415 - see above

    with serving(folder, state, host, port) as url:
        typer.echo(f"The newsroom is at {url}/")
        wait_for_the_end()


@newsroom.command()
def publish(folder: Folder = FOLDER, state: State = STATE) -> None:
    """Publish the next draft; when none is left, a fresh river bulletin."""
    _tell("Published", desk.publish(folder, state))


@newsroom.command()
def correct(slug: Slug = None, folder: Folder = FOLDER, state: State = STATE) -> None:
    """Correct a figure in an article, with a note that says so."""
    corrected = desk.correct(folder, state, slug)
    _tell("Corrected", corrected)
    typer.echo(f"  {corrected.note}")


@newsroom.command()
def retract(slug: Slug = None, folder: Folder = FOLDER, state: State = STATE) -> None:
    """Take an article back: its page answers 410 and leaves the listings."""
    _tell("Retracted", desk.retract(folder, state, slug))


@newsroom.command(name="list")
def list_(folder: Folder = FOLDER, state: State = STATE) -> None:
    """List what was published, newest first."""
    for one in desk.site(folder, state):
        mark = "retracted" if one.retracted else "corrected" if one.corrections else ""
        typer.echo(f"{one.published:%Y-%m-%d %H:%M} UTC  {mark:9}  {one.slug}  {one.title}")


def _tell(what: str, one: Published) -> None:
    typer.echo(f"{what}: {one.title}\n  {one.url}")
