"""`certprobe https`."""

from __future__ import annotations

from typing import Any

import click

from certprobe.cli.command import Command
from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.options import common_options, run_probe
from certprobe.cli.paths import endpoints
from certprobe.cli.shared import NTAUTH
from certprobe.endpoint import parse_https


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe https https://intranet.example/ --cert me.p12\n"
    "  certprobe https https://intranet.example/ --path / --path /admin --cert store.pem\n"
    "  certprobe https https://intranet.example/ --cert store.pem --accepts\n"
    "  certprobe https https://10.0.0.7:8443/ --trust corp-root.pem --format json\n\n" + exit_codes_epilog(),
)
@click.argument("url")
@click.option(
    "--path",
    "paths",
    metavar="PATH",
    multiple=True,
    help="Request this path, on a connection of its own; each may ask. Repeatable.  [default: the URL's]",
)
@click.option(
    "--paths-from",
    metavar="FILE",
    help="Take more paths from FILE, one a line, or full URLs of this server; # begins a comment, - is standard input.",
)
@NTAUTH
@common_options
def https(url: str, paths: tuple[str, ...], paths_from: str | None, **common: Any) -> int:
    """Probe the HTTPS server at URL.

    Connects, shows what the server asks for in the handshake and, for each path, after it, sends the client certificate
    that fits when it is asked for, makes one GET request, and says what came of it.
    """
    return run_probe(endpoints(parse_https(url), paths, paths_from), ("http/1.1",), common)
