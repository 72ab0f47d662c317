"""``syndicator example``: serve the example site, and do there what editors do."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from syndicator.cli.declared import folder
from syndicator.processes.garbage import collect_as_usual

if TYPE_CHECKING:  # commands import what they need when they run: `syndicator up` stays small
    from syndicator.config import Example
    from syndicator.example_site.acts import Published

#: Seconds that the site has to answer before nobody is taken to be there.
ANSWER_TIMEOUT_S = 2.0

example = typer.Typer(
    help="An example site to watch: an invented bilingual news site, with articles to publish, correct and "
    "retract.\n\nIt is the one that \\[example] declares; the options name another.",
    no_args_is_help=True,
)

SiteFolder = Annotated[
    Path | None,
    typer.Option(
        "--folder", envvar=["EXAMPLE_FOLDER", "NEWSROOM_FOLDER"], help="Where the articles/ and photos/ are."
    ),
]
StateFolder = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar=["EXAMPLE_STATE", "NEWSROOM_STATE"],
        help="Where the site keeps what has happened so far.",
    ),
]
Slug = Annotated[
    str | None,
    typer.Argument(help="Which article: its number or the end of its address. Without it, the latest."),
]


@example.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = None,
    site_folder: SiteFolder = None,
    state_folder: StateFolder = None,
) -> None:
    """Serve the site until Ctrl-C. Started again, it goes on where it was."""
    from syndicator.example_site.site import serving, wait_for_the_end

    site = _site(site_folder, state_folder)
    declared_host, _, declared_port = site.listen.rpartition(":")
    at = (host or declared_host, int(declared_port) if port is None else port)
    with serving(site.folder, site.state, *at) as url:
        typer.echo(f"The example site is at {url}/")
        collect_as_usual()
        wait_for_the_end()


@example.command()
def publish(site_folder: SiteFolder = None, state_folder: StateFolder = None) -> None:
    """Publish the next draft; when none is left, a fresh river bulletin."""
    from syndicator.example_site import acts

    site = _begun(site_folder, state_folder)
    published = acts.publish(site.folder, site.state)
    _print("Published", published)
    _print_unless_served(published, HTTPStatus.OK)


@example.command()
def correct(slug: Slug = None, site_folder: SiteFolder = None, state_folder: StateFolder = None) -> None:
    """Correct a figure in an article, with a note that says so."""
    from syndicator.example_site import acts

    site = _begun(site_folder, state_folder)
    corrected = acts.correct(site.folder, site.state, slug)
    _print("Corrected", corrected)
    typer.echo(f"  {corrected.note}")
    _print_unless_served(corrected, HTTPStatus.OK)


@example.command()
def retract(slug: Slug = None, site_folder: SiteFolder = None, state_folder: StateFolder = None) -> None:
    """Take an article back: its page answers 410 and leaves the listings."""
    from syndicator.example_site import acts

    site = _begun(site_folder, state_folder)
    retracted = acts.retract(site.folder, site.state, slug)
    _print("Retracted", retracted)
    _print_unless_served(retracted, HTTPStatus.GONE)


@example.command(name="list")
def list_(site_folder: SiteFolder = None, state_folder: StateFolder = None) -> None:
    """List what was published, newest first."""
    from syndicator.example_site import acts

    site = _site(site_folder, state_folder)
    for one in acts.all_published(site.folder, site.state):
        mark = "retracted" if one.retracted else "corrected" if one.corrections else ""
        typer.echo(f"{one.published:%Y-%m-%d %H:%M} UTC  {mark:9}  {one.slug}  {one.title}")


def use_new_name() -> None:
    """The callback of ``syndicator newsroom``, as this command was called before."""
    typer.echo("syndicator newsroom is called syndicator example now", err=True)


def _site(site_folder: Path | None, state_folder: Path | None) -> Example:
    """The site that options name; what they leave open is as declared, or else the default."""
    from syndicator.config import load_example

    declared = load_example(folder())
    return replace(declared, folder=site_folder or declared.folder, state=state_folder or declared.state)


def _begun(site_folder: Path | None, state_folder: Path | None) -> Example:
    """The same, with an address even if it was never served."""
    from syndicator.example_site.state import begin, url_of

    site = _site(site_folder, state_folder)
    begin(site.state, url_of(site.listen))
    return site


def _print(what: str, one: Published) -> None:
    typer.echo(f"{what}: {one.title}\n  {one.url}")


def _print_unless_served(one: Published, expected: HTTPStatus) -> None:
    """A line on standard error where readers do not find an article's page as it is now."""
    from http.client import HTTPConnection, HTTPException

    host = urlsplit(one.url).netloc
    connection = HTTPConnection(host, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("HEAD", urlsplit(one.url).path)
        status = connection.getresponse().status
    except (OSError, HTTPException):
        typer.echo(
            f"Nobody serves {host}: it will be seen once `syndicator up` or `syndicator example serve` does.",
            err=True,
        )
        return
    finally:
        connection.close()
    if status != expected:
        typer.echo(
            f"What is served at {host} is not this site: the article's page answers {status} there. "
            "Stop it, or declare another [example] listen.",
            err=True,
        )
