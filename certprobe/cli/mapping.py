"""The options that say where accounts are known from: a file of rules, a directory, or both."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from certprobe.cli.inputs import read_accounts, read_file, read_trust
from certprobe.errors import InputError, PasswordRequired, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from certprobe.directory import Directory
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore
    from certprobe.transport import Deadline

MAP_PASSWORD: Final = "CERTPROBE_MAP_PASSWORD"  # noqa: S105 - a variable's name
_LONGEST_PASSWORD: Final = 4096

MAPPING: Final = (
    click.option(
        "--map",
        "rules",
        metavar="FILE",
        help="Accounts and what maps certificates to them, a line each: ACCOUNT X509:<...>, ACCOUNT S-1-5-..., or"
        " ACCOUNT ATTRIBUTE: VALUE (userPrincipalName, dNSHostName, whenCreated).",
    ),
    click.option(
        "--map-ldap",
        metavar="URL",
        help="Look the accounts up in this directory, as the DS mapper of Windows does: ldaps://HOST, or ldap://HOST"
        " for StartTLS. It has to prove itself by its certificate before it is asked anything.",
    ),
    click.option(
        "--map-user",
        metavar="NAME",
        help="Log in there by this distinguished name (Active Directory: or user@domain); password from"
        f" --map-password-file, {MAP_PASSWORD} or the terminal.  [default: anonymously]",
    ),
    click.option("--map-password-file", metavar="FILE", help="First line: the password of --map-user."),
    click.option(
        "--map-trust",
        metavar="WHAT",
        help="Roots to judge that directory by: system, certifi, none, FILE or DIR."
        "  [default: those of --trust or --ca, else system]",
    ),
)


class MappingTyped(NamedTuple):
    """What was typed of these options, by their names."""

    rules: str | None
    map_ldap: str | None
    map_user: str | None
    map_password_file: str | None
    map_trust: str | None


class KnownAccounts(NamedTuple):
    """Where accounts are known from: the rules, and a directory that is yet to be asked."""

    rules: AccountStore | None
    directory: Directory | None

    def of(self, certificates: Iterable[Certificate], deadline: Callable[[], Deadline]) -> AccountStore | None:
        """Ask the directory for the accounts of these certificates besides those of the rules; never raises.

        The time of `deadline` begins when it is asked.
        """
        asked = tuple(certificates)
        if self.directory is None or not asked:
            return self.rules
        from certprobe.directory import look_up
        from certprobe.mapping.store import AccountStore

        told = look_up(asked, self.directory, deadline())
        return (self.rules or AccountStore(None)).with_directory(told)


def mapping_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options, in this order."""
    for option in reversed(MAPPING):
        command = option(command)
    return command


def take_mapping(typed: dict[str, Any]) -> MappingTyped:
    """Take these options out of all that was typed."""
    return MappingTyped(*(typed.pop(name) for name in MappingTyped._fields))


def known_accounts(typed: MappingTyped, roots: Callable[[], CertificateStore]) -> KnownAccounts:
    """Read the rules, and what is needed to ask the directory; `roots` gives those of --trust.

    Raises UsageError and InputError, nothing for what the directory will do.
    """
    rules = read_accounts(typed.rules) if typed.rules is not None else None
    if typed.map_ldap is None:
        spare = {"--map-user": typed.map_user, "--map-password-file": typed.map_password_file}
        for name, value in {**spare, "--map-trust": typed.map_trust}.items():
            if value is not None:
                raise UsageError(f"{name} is for --map-ldap, which names the directory")
        return KnownAccounts(rules, None)
    return KnownAccounts(rules, _directory(typed, typed.map_ldap, roots))


def _directory(typed: MappingTyped, url: str, roots: Callable[[], CertificateStore]) -> Directory:
    from certprobe.directory import Directory, Login, parse_directory

    endpoint = parse_directory(url)
    if typed.map_user is None and typed.map_password_file is not None:
        raise UsageError("--map-password-file needs --map-user: a password alone logs nobody in")
    if typed.map_user == "":
        raise UsageError("--map-user is empty; without it the directory is searched anonymously")
    login = Login(typed.map_user, _password(typed.map_user, typed.map_password_file)) if typed.map_user else None
    return Directory(endpoint, roots() if typed.map_trust is None else read_trust(typed.map_trust).roots, login)


def _password(user: str, file: str | None) -> str:
    octets = _password_octets(user, file)
    try:
        password = octets.decode()
    except UnicodeDecodeError:
        raise InputError(f"the password of {user} is not UTF-8, as LDAP wants it") from None
    if not password:
        # RFC 4513 5.1.2: a name without a password is let in by many servers, as nobody.
        raise InputError(f"the password of {user} is empty")
    return password


def _password_octets(user: str, file: str | None) -> bytes:
    if file is not None:
        return read_file(file, _LONGEST_PASSWORD).partition(b"\n")[0].removesuffix(b"\r")
    if (given := os.environb.get(MAP_PASSWORD.encode())) is not None:
        return given
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise PasswordRequired(
            f"the password of {user}: give --map-password-file, set {MAP_PASSWORD}, or run on a terminal"
        )
    answer: str = click.prompt(f"Password of {user} for the directory", hide_input=True, err=True)
    return answer.encode()
