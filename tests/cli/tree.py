"""A click tree as small as one can be that has everything a page shows; runs as a program of its own."""

from __future__ import annotations

import click

from certprobe.cli.exits import exit_codes_epilog


@click.group(epilog=exit_codes_epilog())
@click.version_option("0.1.0")
def cli() -> None:
    """Find out why a certificate does not work.

    It isn't `magic`: C:\\temp, ^caret, ~tilde, --dashes.
    .TH begins this line
    'and a quote this one.
    """


@cli.command(
    epilog="\b\nExamples:\n  certprobe https https://h --cert me.p12\n    .second 'x'\n\n" + exit_codes_epilog()
)
@click.argument("url")
@click.option("--cert", "-c", multiple=True, metavar="FILE", help="A file with certificates.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Shape.")
@click.option("--hidden-switch", hidden=True)
def https(url: str, cert: tuple[str, ...], form: str, hidden_switch: str | None) -> None:
    """Probe an HTTPS server.

    \b
    first   second
    kept    as it stands

    After the table.
    """


@cli.group()
def lab() -> None:
    """Play."""


@lab.command()
def demo() -> None:
    """Run the demo."""


@cli.command(hidden=True)
def secret() -> None:
    """Not for the manual."""


if __name__ == "__main__":
    cli(prog_name="certprobe")
