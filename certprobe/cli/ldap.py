"""`certprobe ldap`."""

from __future__ import annotations

from typing import Any

import click

from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.options import common_options, run_probe
from certprobe.endpoint import StartTls, parse_ldap


@click.command(
    epilog="\b\nExamples:\n"
    "  certprobe ldap dc1.example --cert me.p12\n"
    "  certprobe ldap ldap://directory.example --cert me.pem --trust corp-root.pem\n"
    "  certprobe ldap directory.example --starttls --format json\n\n" + exit_codes_epilog()
)
@click.argument("host")
@click.option("--starttls", is_flag=True, help="Begin in clear on port 389 and upgrade.")
@common_options
def ldap(host: str, *, starttls: bool, **common: Any) -> int:
    """Probe the directory at HOST, ldaps://HOST:PORT or ldap://HOST (StartTLS).

    Connects, shows what the server asks for, sends the client certificate that fits when it is asked for, asks WhoAmI
    before and after a SASL EXTERNAL bind, reads the root DSE, and says what came of it.
    """
    endpoint = parse_ldap(host, StartTls.ASKED if starttls else StartTls.NOT_ASKED)
    return run_probe((endpoint,), (), common)
