"""`certprobe ldap`."""

from __future__ import annotations

from typing import Any

import click

from certprobe.cli.command import Command
from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.options import common_options, run_probe
from certprobe.endpoint import StartTls, parse_ldap
from certprobe.talk import Reading

_DIRECTORY = "directory"


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe ldap dc1.example --cert me.p12\n"
    "  certprobe ldap ldap://directory.example --cert me.pem --trust corp-root.pem\n"
    "  certprobe ldap dc1.example --cert me.p12 --ntauth directory --policy nt-auth\n"
    "  certprobe ldap dc1.example --cert store.pem --accepts\n"
    "  certprobe ldap directory.example --starttls --format json\n\n" + exit_codes_epilog(),
)
@click.argument("host")
@click.option("--starttls", is_flag=True, help="Begin in clear on port 389 and upgrade.")
@click.option(
    "--ntauth",
    metavar="FILE|directory",
    is_flag=False,
    flag_value=_DIRECTORY,
    help="CA certificates of the NTAuth store, for the policy nt-auth: a file's, or those that the directory itself "
    "holds.  [without a value: directory]",
)
@common_options
def ldap(host: str, *, starttls: bool, ntauth: str | None, **common: Any) -> int:
    """Probe the directory at HOST, ldaps://HOST:PORT or ldap://HOST (StartTLS).

    Connects, shows what the server asks for, sends the client certificate that fits when it is asked for, asks WhoAmI
    before and after a SASL EXTERNAL bind, reads the root DSE, and says what came of it.
    """
    endpoint = parse_ldap(host, StartTls.ASKED if starttls else StartTls.NOT_ASKED)
    if ntauth == _DIRECTORY:
        return run_probe((endpoint,), (), {**common, "ntauth": None}, Reading.NT_AUTH)
    return run_probe((endpoint,), (), {**common, "ntauth": ntauth})
