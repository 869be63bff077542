"""Options that several commands have, each written once."""

from __future__ import annotations

from typing import Final

import click

from certprobe.cli.directories import Reach

PASSWORD_FILE: Final = click.option(
    "--password-file", metavar="FILE", help="First line: the password of encrypted keys, PKCS#12 and JKS."
)
PASSWORD_ENV: Final = click.option(
    "--password-env", metavar="NAME", help="Environment variable that holds the password."
)
RECURSIVE: Final = click.option(
    "--recursive",
    "reach",
    is_flag=True,
    callback=lambda _context, _parameter, given: Reach.RECURSIVE if given else Reach.FLAT,
    help="Of a directory, read everything below it too.",
)
TRUST: Final = click.option(
    "--trust",
    metavar="WHAT",
    default="system",
    show_default=True,
    help="Roots to judge by: system, certifi, none, FILE or DIR.",
)
NTAUTH: Final = click.option(
    "--ntauth", metavar="FILE", help="CA certificates of the NTAuth store, for --policy nt-auth."
)
AT: Final = click.option(
    "--at",
    metavar="TIME",
    default="now",
    show_default=True,
    help="Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what"
    " OpenSSL prints.",
)
FORMAT: Final = click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one document on stdout.",
)
VERBOSE: Final = click.option("-v", "--verbose", is_flag=True, help="Show everything that was seen.")
QUIET: Final = click.option("-q", "--quiet", is_flag=True, help="Show the verdict's line alone.")
