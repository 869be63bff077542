"""Files, passwords and the terminal: what the user names, read into records; the only place that asks for a secret."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from certprobe.cli.directories import Reach, list_files
from certprobe.errors import DecodeError, FileError, InputError, PasswordRequired, UsageError, WrongPassword
from certprobe.pki.decode import Contents, Locked, decode
from certprobe.pki.identities import Identities, credentials
from certprobe.pki.store import CertificateStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.ocsp import OcspResponse
    from certprobe.pki.published import Published

LONGEST_FILE = 64 * 1024 * 1024
_LONGEST_PASSWORD = 4096
_STANDARD_INPUT = "-"
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
)
# Seconds since 1970, as `date +%s`, `openssl verify -attime` and, after an @, `date -d` have them.
_EPOCH: Final = re.compile(r"@(-?[0-9]{1,12})|([0-9]{9,10})")
_RFC_3339: Final = re.compile(r"[0-9]{4}(-?)[0-9]{2}\1[0-9]{2}([Tt ][0-9].*)?")
# UTCTime and GeneralizedTime, as `openssl asn1parse` shows them, and what `openssl x509 -dates` makes of them.
_ASN1_TIME: Final = re.compile(r"([0-9]{2})?([0-9]{2})([0-9]{4})([0-9]{6})Z")
_OPENSSL_TIME: Final = "%b %d %H:%M:%S %Y GMT"


class Trust(NamedTuple):
    """The roots to judge against, and in words where they are from."""

    roots: CertificateStore
    words: str


class Passwords:
    """Gives the one password of the command line, or asks for each file's at the terminal; never repeats a question."""

    def __init__(self, file: str | None, variable: str | None) -> None:
        if file is not None and variable is not None:
            raise UsageError("--password-file and --password-env exclude each other")
        self._given: bytes | None = None
        if file is not None:
            self._given = read_file(file, _LONGEST_PASSWORD).partition(b"\n")[0].removesuffix(b"\r")
        elif variable is not None:
            if variable not in os.environ:
                raise InputError(f"the environment has no variable {variable}")
            self._given = os.environb[variable.encode()]

    def decode(self, path: str, locked: Locked = Locked.REFUSED) -> Contents:
        """Read and decode a file, with a password only if it needs one.

        Who can do without private keys lets them be kept `locked`, and is asked for no password on their account; one
        that was given is used all the same.
        """
        data = read_file(path, LONGEST_FILE)
        source = name_of(path)
        try:
            return decode(data, source=source, password=None, locked=locked if self._given is None else Locked.REFUSED)
        except (PasswordRequired, WrongPassword):
            password = self.password_for(source)
        if password is None:
            raise PasswordRequired(
                f"{source} is encrypted: give its password by --password-file or --password-env, or run on a terminal"
            )
        return decode(data, source=source, password=password)

    def password_for(self, path: str) -> bytes | None:
        """Return the password of a file; None if it was not given and nobody can be asked."""
        if self._given is not None:
            return self._given
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return None
        answer: str = click.prompt(f"Password for {path}", hide_input=True, default="", show_default=False, err=True)
        return answer.encode()


def name_of(path: str) -> str:
    """Return how a file is called, which `-` is not."""
    return "standard input" if path == _STANDARD_INPUT else path


def read_file(path: str, limit: int) -> bytes:
    """Return a file's octets, or those of standard input for `-`.

    Raises FileError when it cannot be read, is longer than `limit`, or is a directory.
    """
    try:
        data = _standard_input(limit + 1) if path == _STANDARD_INPUT else _file(path, limit + 1)
    except IsADirectoryError:
        raise FileError(f"{path}: Is a directory: name the files in it, as {os.path.join(path, '*')}") from None
    except OSError as error:
        raise FileError(f"{name_of(path)}: {error.strerror}") from None
    if len(data) > limit:
        raise FileError(f"{name_of(path)}: longer than {limit} octets")
    return data


def _standard_input(most: int) -> bytes:
    if sys.stdin is None:
        raise FileError("standard input is closed")
    return sys.stdin.buffer.read(most)


def _file(path: str, most: int) -> bytes:
    # A FIFO that nobody writes to would hold open() for ever; one that somebody writes to is read to its end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with open(descriptor, "rb") as file:
        return file.read(most)


def read_identities(cert: Iterable[str], key: Iterable[str], passwords: Passwords, reach: Reach) -> Identities:
    """Decode every file of --cert and --key and match keys to certificates over all of them.

    Of a directory among --cert every file is read; what cannot be used is noted and passed over.
    """
    contents = [each for path in cert for each in _contents(path, passwords, reach)]
    keys = [passwords.decode(path) for path in key]
    if keyless := next((file for file in keys if not file.private_keys), None):
        raise FileError(f"{keyless.source}: no private key in it")
    identities = credentials((*contents, *keys))
    if contents and not identities.credentials and not identities.notes:
        sources = ", ".join(file.source for file in contents)
        return identities._replace(notes=(f"{sources}: no certificate of an end entity in it",))
    return identities


def _contents(path: str, passwords: Passwords, reach: Reach) -> list[Contents]:
    if not os.path.isdir(path):
        return [passwords.decode(path)]
    listing = list_files(path, reach)
    contents = [
        Contents(path, notes=tuple(f"{each.path}: {each.reason} (passed over)" for each in listing.passed_over))
    ]
    for file in listing.files:
        try:
            contents.append(passwords.decode(file))
        except InputError as error:
            contents.append(Contents(file, notes=(f"{error} (passed over)",)))
    if not any(each.found_certificates or each.found_keys for each in contents):
        reasons = [note for each in contents for note in each.notes]
        raise FileError(f"{path}: {nothing_in(reach)}" + (f"; {reasons[0]}" if reasons else ""))
    return contents


def nothing_in(reach: Reach) -> str:
    """Say that a directory is of no use, and what else could be tried."""
    deeper = "" if reach is Reach.RECURSIVE else "; with --recursive what is below it is read too"
    return f"no certificate and no private key in it{deeper}"


def read_certificates(path: str) -> CertificateStore:
    """Return the certificates of a file, or of the files right under a directory."""
    if not os.path.isdir(path):
        if not (certificates := _certificates(path)):
            raise FileError(f"{path}: no certificate in it")
        return CertificateStore(certificates)
    found: list[Certificate] = []
    for file in list_files(path, Reach.FLAT).files:
        try:
            found += _certificates(file)
        except InputError as error:
            click.echo(f"certprobe: passed over: {error}", err=True)
    if not found:
        raise FileError(f"{path}: no certificate in it")
    return CertificateStore(found)


def _certificates(path: str) -> tuple[Certificate, ...]:
    return decode(read_file(path, LONGEST_FILE), source=path, password=None).certificates


def read_crls(path: str) -> tuple[CertificateList, ...]:
    """Return the CRLs of a file, DER or any number of PEM blocks. Raises DecodeError if one is none."""
    from certprobe.pki.published import decode_crls

    return _published(path, decode_crls).crls


def read_ocsp_responses(path: str) -> tuple[OcspResponse, ...]:
    """Return the OCSP responses of a file, DER or any number of PEM blocks. Raises DecodeError if one is none."""
    from certprobe.pki.published import decode_ocsp_responses

    return _published(path, decode_ocsp_responses).ocsp_responses


def read_accounts(path: str) -> AccountStore:
    """Return the accounts of a file of rules. Raises DecodeError with the number of the line that is wrong."""
    from certprobe.mapping.accounts import LONGEST_RULES, parse_accounts
    from certprobe.mapping.store import AccountStore

    try:
        return AccountStore(parse_accounts(read_file(path, LONGEST_RULES)))
    except DecodeError as error:
        raise DecodeError(f"{name_of(path)}: {error}") from None


def _published(path: str, decode: Callable[[bytes], Published]) -> Published:
    try:
        return decode(read_file(path, LONGEST_FILE))
    except DecodeError as error:
        raise DecodeError(f"{path}: {error}") from None


def read_trust(text: str) -> Trust:
    """Return what --trust names: `system`, `certifi`, `none`, a file, or a directory."""
    match text:
        case "none":
            return Trust(CertificateStore(()), "no root at all")
        case "certifi":
            return Trust(read_certificates(_certifi_bundle()), "the roots of certifi")
        case "system":
            bundle = _system_bundle()
            return Trust(read_certificates(bundle), f"the system's roots ({bundle})")
        case _:
            store = read_certificates(text)
            many = f"{len(store)} {'certificate' if len(store) == 1 else 'certificates'}"
            return Trust(store, f"{name_of(text)} ({many})")


def _certifi_bundle() -> str:
    try:
        import certifi
    except ModuleNotFoundError:
        raise InputError("--trust certifi needs the package certifi: pip install 'certprobe[certifi]'") from None
    return certifi.where()


def _system_bundle() -> str:
    named = (os.environ.get("SSL_CERT_FILE"), *_SYSTEM_BUNDLES)
    for bundle in named:
        if bundle and os.path.isfile(bundle):
            return bundle
    raise InputError("no system trust store was found; name one with --trust FILE or DIR")


def parse_time(text: str) -> datetime:
    """Read a date or time as RFC 3339, `date`, OpenSSL or ASN.1 write it; without an offset it is UTC.

    Raises UsageError.
    """
    if text == "now":
        return datetime.now(UTC)
    try:
        time = _time(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{text!r} is no time: 2026-01-31, 2026-01-31T12:00:00Z, @1769860800 or 'Jan 31 12:00:00 2026 GMT' is"
        ) from None


def _time(text: str) -> datetime:
    if (seconds := _EPOCH.fullmatch(text)) is not None:
        return datetime.fromtimestamp(int(seconds[1] or seconds[2]), UTC)
    if (encoded := _ASN1_TIME.fullmatch(text)) is not None:
        century, year, month_and_day, time = encoded.groups()
        century = century or ("19" if int(year) >= 50 else "20")  # RFC 5280 4.1.2.5.1
        return datetime.fromisoformat(f"{century}{year}{month_and_day}T{time}Z")
    if _RFC_3339.fullmatch(text) is not None:  # fromisoformat alone takes any character for the "T", digits too
        return datetime.fromisoformat(text.upper())
    return datetime.strptime(text, _OPENSSL_TIME).replace(tzinfo=UTC)
