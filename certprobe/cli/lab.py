"""`certprobe lab`: servers with planted faults on this machine, to look at and to try certprobe on."""

from __future__ import annotations

import contextlib
import json
import shlex
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from certprobe.cli.exits import ExitCode, exit_codes_epilog
from certprobe.errors import UsageError

if TYPE_CHECKING:
    from certprobe.lab.scenario import Cast, Scenario


@click.group(
    epilog="\b\nExamples:\n  certprobe lab demo\n  certprobe lab list\n  certprobe lab up expired-server per-path\n\n"
    + exit_codes_epilog()
)
def lab() -> None:
    """Servers with planted faults on this machine, to try certprobe on.

    HTTPS and LDAP servers on 127.0.0.1, in this process, with certificates made on the spot. Each scenario states what
    certprobe must make of it.
    """


@lab.command(
    "list",
    epilog="\b\nExamples:\n  certprobe lab list\n"
    "  certprobe lab list --format json | jq -r '.scenarios[] | select(.exit_code == 1).name'\n\n"
    + exit_codes_epilog(),
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one document on stdout, with all that each scenario states.",
)
def list_(output: str) -> int:
    """List the scenarios: what is planted in each, and what certprobe must make of it.

    Each line has the exit code that certprobe ends with, what is planted, and the causes that it must give, the first
    first.
    """
    if output == "json":
        from certprobe.lab.catalogue import document

        json.dump(document(), sys.stdout, indent=2 if sys.stdout.isatty() else None)
        sys.stdout.write("\n")
        return ExitCode.CLEAN
    from certprobe.lab.scenarios import GROUPS
    from certprobe.render.columns import Row, write_columns
    from certprobe.render.page import Page

    page = Page(sys.stdout)
    for group in GROUPS:
        page.heading(group.title)
        rows = [
            Row(
                "",
                (each.name, str(each.expectation.exit_code)),
                f"{each.description} -> {', '.join(each.expectation.causes)}",
            )
            for each in group.scenarios
        ]
        write_columns(page, ("scenario", "exit", "what is planted -> what certprobe says"), rows)
    return ExitCode.CLEAN


@lab.command(
    epilog="\b\nExamples:\n  certprobe lab pki ./lab-pki\n  certprobe inspect ./lab-pki --recursive\n\n"
    + exit_codes_epilog()
)
@click.argument("directory", metavar="DIR")
def pki(directory: str) -> int:
    """Write the lab's certificates and keys into DIR, for servers and clients of your own.

    roots.pem is what clients trust; servers/ has a file for each scenario whose server's certificate is special, with
    its issuers and its key, clients/ the identities as PEM and PKCS#12 (without a password), published/ CRLs, OCSP
    responses and issuers. DIR must be new or empty: nothing is overwritten. The keys are throw-away keys that only
    this user can read; those of the CAs are never written, so that nobody can issue anything more.
    """
    from pathlib import Path

    from certprobe.lab.files import write_pki
    from certprobe.lab.scenarios import SCENARIOS

    many = write_pki(Path(directory), _cast(), SCENARIOS)
    click.echo(f"{many} files are in {directory}.")
    return ExitCode.CLEAN


@lab.command(epilog="\b\nExamples:\n  certprobe lab demo\n  certprobe lab demo | less\n\n" + exit_codes_epilog())
def demo() -> int:
    """Probe some of the lab's servers and print the reports.

    A good login, an identity of the wrong CA that is passed over, an expired server, an untrusted root, and a path that
    asks on its own. No key touches the disk. The exit code is 0 if every report says what its scenario states, else 1.
    """
    from certprobe.lab.run import deviations, standing, try_out
    from certprobe.lab.scenarios import BY_NAME, DEMONSTRATED
    from certprobe.render.page import Page, Tone
    from certprobe.render.text import render_text
    from certprobe.render.verbosity import Verbosity

    page, cast = Page(sys.stdout), _cast()
    differing: list[str] = []
    for number, name in enumerate(DEMONSTRATED, 1):
        scenario = BY_NAME[name]
        page.line((f"== {number}/{len(DEMONSTRATED)} {name} ==", Tone.STRONG))
        page.line(scenario.description)
        page.line()
        with standing(scenario, cast) as running:
            report = try_out(running)
        render_text(report, sys.stdout, Verbosity.NORMAL)
        page.line()
        differing += (f"{name}: {deviation}" for deviation in deviations(scenario, report))
    for deviation in differing:
        page.line((deviation, Tone.BAD))
    if differing:
        page.line("Not every scenario produced what it states.")
        return ExitCode.FINDING
    page.line(f"Every scenario produced what it states ({len(DEMONSTRATED)} of {len(DEMONSTRATED)}).")
    return ExitCode.CLEAN


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from certprobe.lab.scenarios import SCENARIOS

    return [CompletionItem(each.name, help=each.description) for each in SCENARIOS if each.name.startswith(incomplete)]


@lab.command(
    epilog="\b\nExamples:\n  certprobe lab up\n  certprobe lab up https-login expired-server\n\n" + exit_codes_epilog()
)
@click.argument("names", metavar="[SCENARIO]...", nargs=-1, shell_complete=_names)
def up(names: tuple[str, ...]) -> int:
    """Keep the lab's servers running and print the commands to try.

    Starts the scenarios that are named, or all of them, and runs until Ctrl-C or SIGTERM, which is the regular end:
    the exit code is 0. The lab's root and its clients' throw-away keys are in a temporary directory that only this user
    can read and that is removed at the end; the keys of its servers and CAs are never written.
    """
    from certprobe.lab.files import command, throw_away_directory
    from certprobe.lab.run import standing

    scenarios, cast = _chosen(names), _cast()
    with _signals() as stops, throw_away_directory() as directory, contextlib.ExitStack() as servers:
        for scenario in scenarios:
            argv = command(servers.enter_context(standing(scenario, cast)), directory)
            click.echo(f"{scenario.name}: {scenario.description}\n  {shlex.join(argv)}\n")
        click.echo(f"Throw-away keys are in {directory} until the end. Press Ctrl-C to stop.")
        signal.sigwait(stops)
    click.echo("The servers are stopped, and the keys are removed.")
    return ExitCode.CLEAN


def _cast() -> Cast:
    from certprobe.lab.scenario import Cast

    return Cast.made(datetime.now(UTC).replace(microsecond=0))


def _chosen(names: tuple[str, ...]) -> tuple[Scenario, ...]:
    from certprobe.lab.scenarios import BY_NAME, SCENARIOS

    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise UsageError(f"the lab has no scenario {unknown[0]!r}; it has {', '.join(BY_NAME)}")
    return tuple(BY_NAME[name] for name in dict.fromkeys(names)) or SCENARIOS


@contextlib.contextmanager
def _signals() -> Iterator[set[signal.Signals]]:
    """Hold back the signals that end a server, in this thread and all that it starts, to be waited for.

    So none of them comes in the midst of starting or removing something.
    """
    stops = {signal.SIGINT, signal.SIGTERM}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        stops.add(signal.SIGHUP)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        yield stops
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
