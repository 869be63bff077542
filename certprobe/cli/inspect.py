"""`certprobe inspect`: what is in files and directories."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from certprobe import __version__
from certprobe.cli.command import Command
from certprobe.cli.directories import Reach, list_files
from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.inputs import LONGEST_FILE, Passwords, name_of, nothing_in, parse_time, read_file, read_trust
from certprobe.cli.mapping import known_accounts, mapping_options, take_mapping
from certprobe.cli.shared import FORMAT, PASSWORD_ENV, PASSWORD_FILE, QUIET, RECURSIVE, VERBOSE
from certprobe.cli.streams import standard_streams
from certprobe.errors import InputError, UsageError
from certprobe.inventory import Read, read, take_stock, unread
from certprobe.render.verbosity import Verbosity
from certprobe.report.inventory import Named
from certprobe.transport import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.report.inventory import Inventory


_WHOLE = 30.0
"""Seconds for all that a directory is asked."""
_STEP = 10.0


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe inspect me.p12\n"
    "  certprobe inspect keystore.jks --password-env STOREPASS\n"
    "  certprobe inspect --recursive /etc/ssl/private -q\n"
    "  certprobe inspect *.pem --format json | jq '.identities[].certificate.subject'\n\n" + exit_codes_epilog(),
)
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True)
@RECURSIVE
@PASSWORD_FILE
@PASSWORD_ENV
@click.option(
    "--at",
    metavar="TIME",
    default="now",
    show_default=True,
    help="Say what is out of time then (RFC 3339; UTC if it has no offset).",
)
@mapping_options
@FORMAT
@VERBOSE
@QUIET
def inspect(
    files: tuple[str, ...],
    reach: Reach,
    password_file: str | None,
    password_env: str | None,
    at: str,
    format: str,
    verbose: bool,  # noqa: FBT001 - click calls it
    quiet: bool,  # noqa: FBT001
    **mapping: str | None,
) -> int:
    """Say what is in each FILE, or in the files of each DIR: identities with their chains, and what is left over.

    Takes PEM, DER, PKCS#7, PKCS#12, JKS and JCEKS, and names what else lies among them: requests, CRLs, keys of SSH,
    stores of other programs. Keys, certificates and issuers are matched across all files. First comes what is wrong or
    missing: keys without certificates, chains that break, what is out of time, weak or malformed.

    It judges nothing by trust or purpose: that is for certprobe verify. In a DIR what cannot be used is passed over.

    The exit code is 0 if nothing is wrong, 1 if something is, and 4 if a FILE or all of a DIR cannot be used. What is
    only missing or odd is a note, and no reason for 1.
    """
    if verbose and quiet:
        raise UsageError("--verbose and --quiet exclude each other")
    time = parse_time(at)
    known = known_accounts(take_mapping(mapping), lambda: read_trust("system").roots)
    reader = _Reader(Passwords(password_file, password_env), reach)
    found = [each for path in files for each in reader.read(path)]
    inventory = take_stock(found, at=time, version=__version__)
    certificates = (identity.credential.certificate for identity in inventory.identities)
    inventory = inventory._replace(accounts=known.of(certificates, lambda: Deadline(_WHOLE, _STEP)))
    with standard_streams():
        _print(inventory, format, Verbosity.QUIET if quiet else Verbosity.VERBOSE if verbose else Verbosity.NORMAL)
    return inventory.exit_code


class _Reader:
    """Reads what the user names, file by file."""

    def __init__(self, passwords: Passwords, reach: Reach) -> None:
        self._passwords = passwords
        self._reach = reach

    def read(self, path: str) -> Iterator[Read]:
        if not os.path.isdir(path):
            yield self._file(path, Named.BY_USER)
            return
        try:
            listing = list_files(path, self._reach)
        except InputError as error:
            yield unread(path, Named.BY_USER, str(error))
            return
        found = [self._file(file, Named.IN_DIRECTORY) for file in listing.files]
        yield from found
        yield from (unread(each.path, Named.IN_DIRECTORY, each.reason) for each in listing.passed_over)
        if not any(each.is_of_use for each in found):
            yield unread(path, Named.BY_USER, f"{path}: {nothing_in(self._reach)}")

    def _file(self, path: str, named: Named) -> Read:
        name = name_of(path)
        try:
            data = read_file(path, LONGEST_FILE)
        except InputError as error:
            return unread(name, named, str(error))
        return read(data, name, named, lambda: self._passwords.password_for(name))


def _print(inventory: Inventory, format: str, verbosity: Verbosity) -> None:
    if format == "json":
        from certprobe.report.inventory_document import inventory_document

        indent = 2 if sys.stdout.isatty() else None
        sys.stdout.write(json.dumps(inventory_document(inventory), indent=indent, ensure_ascii=True) + "\n")
        return
    from certprobe.render.inventory import render_inventory

    render_inventory(inventory, sys.stdout, verbosity)
