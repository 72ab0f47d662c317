"""The command line: parse, call one function, answer."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicator import __version__
from syndicator.cli.declared import folder
from syndicator.cli.example import example, use_new_name
from syndicator.domain.errors import DeclarationError, Misconfigured, SyndicatorError
from syndicator.processes.parent_watch import watch_parent
from syndicator.processes.supervisor import MISCONFIGURED

# Commands import what they need when they run: `syndicator up` must stay small, because it runs as long as
# its children do.

app = typer.Typer(
    help="Feeds, and posts on every channel, seconds after publication.\n\n"
    "Start with `syndicator check`, then `syndicator up`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(example, name="example")
app.add_typer(example, name="newsroom", hidden=True, callback=use_new_name)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


@app.callback()
def options(
    folder: Annotated[
        Path,
        typer.Option(
            "--folder", "-C", envvar="SYNDICATOR_FOLDER", help="Where syndicator.toml and feeds/ are."
        ),
    ] = Path(),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    watch_parent()  # whatever this process is for, it does not outlive `syndicator up`
    os.environ["SYNDICATOR_FOLDER"] = str(folder.resolve())
    logging.basicConfig(
        format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", level=logging.WARNING, stream=sys.stderr
    )
    logging.getLogger("syndicator").setLevel(logging.DEBUG if verbose else logging.INFO)


@app.command()
def up() -> None:
    """Start everything on this machine: web, worker, beat, and the example site if one is declared.

    Ctrl-C stops all of it; starting again continues where it was.
    """
    from syndicator.processes.up import up as start

    raise typer.Exit(start(folder()))


check = typer.Typer(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
app.add_typer(check, name="check")


@check.callback()
def check_all(context: typer.Context, as_json: Json = False) -> None:
    """Validate the declarations, and try every source and every channel's credentials.

    Says exactly what is wrong and how to mend it. Exit status 0: all is well.
    """
    if context.invoked_subcommand:
        context.obj = as_json
        return
    from syndicator.cli.check import check as run

    results = run(folder())
    if as_json:
        typer.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False))
    else:
        for result in results:
            mark = {True: "ok  ", False: "FAIL", None: "note"}[result.ok]
            typer.echo(f"{mark}  {result.what}: {result.said}")
    raise typer.Exit(0 if all(result.ok is not False for result in results) else 1)


@check.command("feeds")
def check_feeds(
    context: typer.Context,
    feeds: Annotated[list[str] | None, typer.Argument(help="Feeds; all of them if none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Say what partners would refuse of feeds, what is trimmed for them, and what readers would find odd.

    Looks at the articles on record; nothing is fetched. Exit status 1: something would be refused.
    """
    from syndicator.cli import check_feeds

    raise typer.Exit(
        0 if check_feeds.check_feeds(folder(), feeds or [], as_json=as_json or bool(context.obj)) else 1
    )


@app.command()
def channels(as_json: Json = False) -> None:
    """Say what each declared channel can do: lengths, photos, corrections, limits, and what it was tried
    against."""
    from syndicator.cli.channels import channels as show

    show(folder(), as_json=as_json)


@app.command()
def connect(
    channel: Annotated[str, typer.Argument(help="A channel's name in syndicator.toml.")],
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the secret from standard input; ask nothing.")
    ] = False,
    paste: Annotated[bool, typer.Option("--paste", help="Ask for a secret that you have already.")] = False,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="The browser is on another machine: ask for its code.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Get access for a channel, try it, and keep the secret where it is declared to be.

    By the browser where the service has that, else by a token or password, which is not shown. Nothing that
    does not work is kept.
    """
    from syndicator.cli.connect import AccessWays
    from syndicator.cli.connect import connect as run

    ways = AccessWays(from_stdin=token_stdin, paste=paste, elsewhere=elsewhere)
    run(folder(), channel, ways, as_json=as_json)


@app.command()
def watch(
    source: Annotated[str, typer.Argument(help="A source's name in syndicator.toml.")],
    once: Annotated[
        bool, typer.Option("--once", help="Look once and end (else: every time it is due).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at a source now, and record what is new. Workers find by themselves what has to follow."""
    from syndicator.cli import run_jobs

    run_jobs.watch(folder(), source, once=once, as_json=as_json)


@app.command()
def build(
    feeds: Annotated[list[str] | None, typer.Argument(help="Feeds; all of them if none is named.")] = None,
) -> None:
    """Build feeds now, whether or not anything has changed."""
    from syndicator.cli import run_jobs

    run_jobs.build(folder(), feeds or [])


@app.command()
def deliver(
    channels: Annotated[list[str] | None, typer.Argument(help="Channels; all if none is named.")] = None,
) -> None:
    """Deliver now what channels are due."""
    from syndicator.cli import run_jobs

    run_jobs.deliver(folder(), channels or [])


@app.command()
def preview(
    what: Annotated[
        str, typer.Argument(metavar="URL|FILE|ARTICLE", help="An address, a saved page, or a guid on record.")
    ],
    source: Annotated[str, typer.Option(help="The source to read it as, where that is not clear.")] = "",
    url: Annotated[str, typer.Option(help="The address that a saved page came from.")] = "",
    cards: Annotated[
        Path | None, typer.Option(help="Draw each channel's card as a PNG into this folder.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write the posts, corrected and retracted ones too, as their networks would show them."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show an article field by field, with where each came from, and what every channel would get.

    Nothing is recorded and nothing is sent.
    """
    from syndicator.cli import preview

    preview.preview(folder(), what, source=source, url=url, cards=cards, html=html, as_json=as_json)


@app.command()
def status(
    as_json: Json = False,
    alive: Annotated[
        str, typer.Option(help="Only say by the exit status whether such a process is alive.")
    ] = "",
    here: Annotated[
        bool, typer.Option("--here", help="With --alive: one of this host or container.")
    ] = False,
) -> None:
    """Show sources, feeds, channels, queues and processes."""
    if alive:
        from syndicator.cli.processes import must_be_alive

        must_be_alive(folder(), alive, here=here)
        return
    from syndicator.cli import status

    status.status(folder(), as_json=as_json)


@app.command()
def allow(
    source: Annotated[str, typer.Argument(help="A source's name in syndicator.toml.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="It was a mistake: nothing of it is done.")
    ] = False,
) -> None:
    """Let go on what a source did too much of at once: it is meant.

    `syndicator status` and the console say what is held, and why.
    """
    from syndicator.cli import decide

    decide.allow(folder(), source, forget=forget)


@app.command()
def retry(
    deliveries: Annotated[
        list[int] | None,
        typer.Argument(help="Delivery numbers: the ends of their addresses in the console."),
    ] = None,
    channel: Annotated[str, typer.Option(help="All refused and skipped deliveries of this channel.")] = "",
) -> None:
    """Put refused or skipped deliveries back into the queue."""
    from syndicator.cli import decide

    decide.retry(folder(), deliveries or [], channel)


@app.command()
def bounce(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Messages; one on standard input if none is named.")
    ] = None,
    recipient: Annotated[
        str, typer.Option(help="The address that it was sent to, where the message does not say.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Obey what comes back to a mailing list: mail servers pipe bounces and complaints into this.

    Exit status 75: nothing was done, and the server should try again later.
    """
    from syndicator.cli.bounce import bounce as run

    raise typer.Exit(run(folder(), files or [], recipient, as_json=as_json))


@app.command()
def migrate() -> None:
    """Make the tables of the database, or bring them up to date.

    Workers do so by themselves when they start. Where web servers start as early, let them wait for this.
    """
    from syndicator.cli.processes import migrate as run

    typer.echo(run(folder()))


@app.command()
def export(
    file: Annotated[str, typer.Argument(help="A new file, say record.jsonl.gz; - is standard output.")],
    as_json: Json = False,
) -> None:
    """Write everything on record to one file, from which `import` makes a record in any database.

    It may run while everything else does: the file has what was on record at one moment. Keep it as safe as
    the database: subscribers' secrets, and the addresses of mailing lists' readers, are in it.
    """
    from syndicator.cli import transfer

    transfer.export(folder(), file, as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="A file that `export` has written; - is standard input.")],
    as_json: Json = False,
) -> None:
    """Put everything that is in a file on record, in a new database. All of it, or nothing.

    Stop Syndicator before, and name the new database in \\[keep]. Feeds are built again afterwards.
    """
    from syndicator.cli import transfer

    transfer.import_(folder(), file, as_json=as_json)


@app.command()
def decide(
    deliveries: Annotated[
        list[int] | None,
        typer.Argument(help="Delivery numbers: the ends of their addresses in the console."),
    ] = None,
    channel: Annotated[str, typer.Option(help="All unknown deliveries of this channel.")] = "",
    was_posted: Annotated[
        bool,
        typer.Option(
            "--was-posted/--was-not-posted",
            help="They are out there, and are left alone; or they are not, and are sent.",
        ),
    ] = ...,  # type: ignore[assignment]  # typer's word for "must be given"
) -> None:
    """Tell of deliveries whose outcome is unknown whether they were posted.

    With a post's id there, which the console takes, its corrections follow, too.
    """
    from syndicator.cli import decide

    decide.decide_unknown(folder(), deliveries or [], channel, was_posted=was_posted)


@app.command()
def words(
    article: Annotated[str, typer.Argument(help="The article's address or guid.")],
    text: Annotated[str, typer.Argument(help="What its posts are to say, in quotation marks.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="They say what the newsroom says again.")] = False,
) -> None:
    """Write an article's posts yourself: those that are still to come say it in place of its headline and
    summary. `preview ARTICLE` shows them."""
    from syndicator.cli.words import write_words

    write_words(folder(), article, text, is_undone=undo)


@app.command()
def story(
    article: Annotated[str, typer.Argument(help="The article's address or guid.")],
    continues: Annotated[str, typer.Option(help="The article that it continues: address or guid.")] = "",
    alone: Annotated[bool, typer.Option("--alone", help="It continues none: undoes --continues.")] = False,
) -> None:
    """Say that an article continues another: its posts that are still to come answer the other one's."""
    from syndicator.cli import stories

    stories.continue_story(folder(), article, former=continues, alone=alone)


@app.command()
def restore(
    replaced: Annotated[
        str,
        typer.Option(
            help="The database that it replaced (a file, or postgresql://...): who left stays away."
        ),
    ] = "",
) -> None:
    """Say that a backup of the database was put back: to be done before anything is started.

    What may have been posted since the backup is looked for on each channel before it is posted.
    """
    from syndicator.cli import decide

    decide.restore(folder(), replaced)


@app.command()
def worker(
    jobs: Annotated[
        str, typer.Option(help="Only these jobs, e.g. watch,build; all of them by default.")
    ] = "",
    concurrency: Annotated[
        int | None, typer.Option(help="Threads for each kind of job, at the most.")
    ] = None,
) -> None:
    """Run a worker. Any number may run, on any number of machines."""
    from syndicator.jobs.job import Job
    from syndicator.processes.worker import run_worker

    chosen = tuple(job.strip() for job in jobs.split(",") if job.strip()) or tuple(Job)
    unknown = sorted(set(chosen) - set(Job))
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(Job)}", param_hint="--jobs")
    run_worker(chosen, concurrency)


@app.command()
def beat() -> None:
    """Ring for a sweep every few seconds. Several beats do no harm."""
    from syndicator.processes.worker import run_beat

    run_beat()


@app.command()
def web() -> None:
    """Serve feeds and the console."""
    from syndicator.processes.web_server import serve_site

    serve_site(folder())


@app.command()
def nginx() -> None:
    """Print the configuration of an nginx in front, for what is declared.

    To /etc/nginx/sites-enabled/, say. Print it again when feeds or \\[web] have changed.
    """
    from syndicator.cli.nginx import configuration
    from syndicator.wiring import declarations

    typer.echo(configuration(declarations(folder())), nl=False)


@app.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)


def main() -> Any:
    """The entry point: errors that we expect become one clear line each and an exit status."""
    try:
        app()
    except (DeclarationError, Misconfigured) as e:
        typer.echo(str(e), err=True)
        sys.exit(MISCONFIGURED)
    except SyndicatorError as e:
        typer.echo(f"syndicator: {e}", err=True)
        sys.exit(1)
