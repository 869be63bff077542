"""A click tree as small as one can be that has everything a man page shows and a completion script offers."""

from __future__ import annotations

import click

from certprobe.cli.exits import exit_codes_epilog


@click.group(epilog=exit_codes_epilog())
@click.version_option("0.1.0")
@click.option("--log", metavar="FILE")
def cli(log: str | None) -> None:
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


ODD_HELP = r"""It's [odd]: `id` $HOME $(id) "q" \ \n \: {y} (z) * ~ ;|& <#> %s !!"""
ODD_WORDS = ["it's", "a b", "x:y", "$HOME", "`id`", "[z]", r"back\slash", "it's=half="]


@lab.command()
@click.option("--odd", "-o", type=click.Choice(ODD_WORDS), multiple=True, help=ODD_HELP)
@click.option("-n", "--times", metavar="N|once|at-most=N", help=ODD_HELP)
@click.option("-x", count=True)
@click.option("--fast/--slow")
@click.argument("script", type=click.Path())
def demo(odd: str, times: str | None, x: int, script: str, *, fast: bool) -> None:
    """Run the `demo`: it's $HOME, [odd] too."""


@cli.command(hidden=True)
def secret() -> None:
    """Not for the manual."""
