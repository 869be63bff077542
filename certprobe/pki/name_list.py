"""Lists of distinguished names as text: one name a line, or what a TLS client printed of a CertificateRequest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from certprobe.errors import DecodeError
from certprobe.pki.name import COMMON_NAME, DistinguishedName
from certprobe.pki.name_text import Order, parse_name, parse_oneline
from certprobe.pki.pem import as_ascii
from certprobe.pki.text import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_NAMES: Final = 100_000
_OPENSSL: Final = "Acceptable client certificate CA names"
_OPENSSL_NONE: Final = "No client certificate CA names sent"
_OPENSSL_BRIEF: Final = "CONNECTION ESTABLISHED"
_GNUTLS: Final = "- Server's trusted authorities:"
_GNUTLS_NONE: Final = "- Server did not send us any trusted authorities names."
_GNUTLS_ASKED: Final = ("- Successfully sent ", "- Server has requested a certificate.")
_GNUTLS_SAID: Final = "- Got a certificate list of"
_GNUTLS_LINE: Final = re.compile(r"\s+\[[0-9]+\]: (.*)")
_SPACED: Final = re.compile(r"[A-Za-z0-9.-]+ = ")
_NAME: Final = re.compile(r"/?[A-Za-z0-9.-]+ ?=")
# `openssl x509 -noout -subject` and the like.
_LABELLED: Final = re.compile(r"(?:subject|issuer)\s*=\s*(?=[A-Za-z0-9./-]+ ?=)", re.IGNORECASE)
_HEXADECIMAL: Final = re.compile(r"#(?:[0-9A-Fa-f]{2})+")


def is_client_output(data: bytes) -> bool:
    """Whether a file is what `openssl s_client` or `gnutls-cli` printed; certificates in it are the server's own."""
    lines = {line.rstrip() for line in as_ascii(data).split(b"\n")}
    headings = (_OPENSSL, _OPENSSL_NONE, _OPENSSL_BRIEF, _GNUTLS, _GNUTLS_NONE)
    return any(heading.encode() in lines for heading in headings) or any(
        line.startswith(_GNUTLS_SAID.encode()) for line in lines
    )


def parse_names(data: bytes) -> tuple[DistinguishedName, ...]:
    """Read a list of names; empty only if a TLS client says that the server sent none.

    A line is RFC 4514 text or one of OpenSSL's notations; blank ones and those that begin with `#` and a word do not
    count. Of what `openssl s_client` or `gnutls-cli` printed the list is read and nothing else. Raises DecodeError,
    with the number of the line, or with how to make the client print a list if it printed none.
    """
    lines = [line.rstrip("\r\t") for line in _text(data).split("\n")]
    for number, line in enumerate(lines):
        if line.rstrip() in (_OPENSSL_NONE, _GNUTLS_NONE):
            return ()
        if line == _OPENSSL:
            return _names(_openssl(lines, number + 1))
        if line.rstrip() == _GNUTLS:
            return _names(_gnutls(lines, number + 1))
    if (without := _without_list(lines)) is not None:
        raise DecodeError(without)
    names = _names(_plain(lines))
    if not names:
        raise DecodeError("no distinguished name in it")
    return names


def _without_list(lines: list[str]) -> str | None:
    """Why what a TLS client printed holds no list of CAs, and how to get one; None if it is no such output."""
    if _OPENSSL_BRIEF in lines:
        return "openssl s_client prints no list of CAs with -brief; save what it prints without"
    if not any(line.startswith(_GNUTLS_SAID) for line in lines):
        return None
    if any(line.startswith(_GNUTLS_ASKED) for line in lines):
        return "gnutls-cli prints no list of CAs without -V (--verbose); save what it prints with that"
    return (
        "there is no list of CAs in it: the server asked gnutls-cli for no certificate; where it asks later, "
        "for some path, certprobe match --like URL finds the list"
    )


def _text(data: bytes) -> str:
    try:
        return as_text(data)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _names(parsed: Iterator[DistinguishedName]) -> tuple[DistinguishedName, ...]:
    names = tuple(name for name, _ in zip(parsed, range(_MOST_NAMES + 1), strict=False))
    if len(names) > _MOST_NAMES:
        raise DecodeError(f"more than {_MOST_NAMES} names")
    return names


def _openssl(lines: list[str], start: int) -> Iterator[DistinguishedName]:
    for number, line in enumerate(lines[start:], start + 1):
        if not _NAME.match(line):
            return
        yield _numbered(line, number, Order.AS_ENCODED)


def _gnutls(lines: list[str], start: int) -> Iterator[DistinguishedName]:
    for number, line in enumerate(lines[start:], start + 1):
        if (found := _GNUTLS_LINE.fullmatch(line)) is None:
            return
        yield _numbered(found[1], number, Order.AS_ENCODED)


def _plain(lines: list[str]) -> Iterator[DistinguishedName]:
    for number, line in enumerate((line.lstrip() for line in lines), 1):
        if line and (not line.startswith("#") or _HEXADECIMAL.fullmatch(line)):
            yield _numbered(line[found.end() :] if (found := _LABELLED.match(line)) else line, number, None)


def _numbered(text: str, number: int, order: Order | None) -> DistinguishedName:
    try:
        if text.startswith("/"):
            return parse_oneline(text)
        return parse_name(text, order or _order(text))
    except DecodeError as error:
        raise DecodeError(f"line {number}: {error}") from None


def _order(text: str) -> Order:
    """Tell OpenSSL's text from RFC 4514's, which has no blanks between; the common name is the most specific part."""
    if _SPACED.match(text):
        return Order.AS_ENCODED
    if ", " not in text:
        return Order.MOST_SPECIFIC_FIRST
    rdns = parse_name(text, Order.AS_ENCODED).rdns
    first, last = (any(attribute.type == COMMON_NAME for attribute in rdn) for rdn in (rdns[0], rdns[-1]))
    return Order.AS_ENCODED if last and not first else Order.MOST_SPECIFIC_FIRST
