"""A value of altSecurityIdentities held against a certificate: whether it maps it, and if not, how little is wrong."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import DecodeError
from certprobe.mapping.alt_security_identities import AltSecurityIdentity, Tag, offered, serial_octets
from certprobe.pki.name_text import Order, parse_name

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.name import DistinguishedName

_SEPARATORS: Final = re.compile(r"[\s:.-]+")


class Difference(enum.Enum):
    """Why a part does not fit; of all but the last two it is certain that this certificate is meant."""

    BYTES_REVERSED = "bytes-reversed"
    DIGITS_REVERSED = "digits-reversed"
    SEPARATORS = "separators"
    NAME_REVERSED = "name-reversed"
    NAME_SPELLED_OTHERWISE = "name-spelled-otherwise"
    ABSENT = "absent"
    OTHER = "other"


_OF_ANOTHER: Final = (Difference.ABSENT, Difference.OTHER)


class Unfit(NamedTuple):
    """A part that does not fit, and what would; `right` is empty if the certificate has nothing of the kind."""

    tag: Tag
    difference: Difference
    right: str


class Comparison(NamedTuple):
    """A value of the attribute and its parts that do not fit."""

    identity: AltSecurityIdentity
    unfit: tuple[Unfit, ...]

    @property
    def matches(self) -> bool:
        """Whether it maps the certificate."""
        return not self.unfit

    @property
    def nearly_matches(self) -> bool:
        """Whether it means this certificate and is only written wrongly."""
        return bool(self.unfit) and all(each.difference not in _OF_ANOTHER for each in self.unfit)

    @property
    def corrected(self) -> AltSecurityIdentity:
        """As it would map the certificate."""
        right = {each.tag: each.right for each in self.unfit}
        return self.identity._replace(values=tuple(right.get(tag, value) for tag, value in self.identity.parts))


def compare(identity: AltSecurityIdentity, certificate: Certificate) -> Comparison:
    """Compare as a directory does, which looks for the whole text without regard to case.

    Documented: the syntax String(Unicode) compares without regard to case (MS-ADTS 3.1.1.2.2.4). For what only sources
    disagree about, each reading fits: see `certprobe.mapping.alt_security_identities`.
    """
    found = (_unfit(tag, value, certificate) for tag, value in identity.parts)
    return Comparison(identity, tuple(each for each in found if each is not None))


def _unfit(tag: Tag, value: str, certificate: Certificate) -> Unfit | None:
    choices = fitting(tag, certificate)
    if not choices:
        return Unfit(tag, Difference.ABSENT, "")
    if value.casefold() in {choice.casefold() for choice in choices}:
        return None
    match tag:
        case Tag.ISSUER:
            difference = _of_names(value, certificate.issuer)
        case Tag.SUBJECT:
            difference = _of_names(value, certificate.subject)
        case Tag.SERIAL_NUMBER | Tag.SUBJECT_KEY_IDENTIFIER | Tag.SHA1_PUBLIC_KEY:
            difference = _of_digits(value, choices)
        case Tag.RFC822 | Tag.SID:
            difference = Difference.OTHER
    return Unfit(tag, difference, choices[0])


def fitting(tag: Tag, certificate: Certificate) -> tuple[str, ...]:
    """Return every text of a part that fits, the usual one first; `offered`, and what only readers have to know."""
    choices = offered(certificate, tag)
    if tag is Tag.SERIAL_NUMBER and (shorter := serial_octets(certificate).lstrip(b"\0")):
        return (*choices, shorter[::-1].hex())
    return choices


def _of_digits(value: str, choices: tuple[str, ...]) -> Difference:
    digits = _SEPARATORS.sub("", value).lower()
    if digits in choices:
        return Difference.SEPARATORS
    if digits in (bytes.fromhex(choice)[::-1].hex() for choice in choices):
        return Difference.BYTES_REVERSED
    # "A1B2C3" has to become "C3B2A1" (KB5014754), not this "3C2B1A".
    if digits in (bytes.fromhex(choice)[::-1].hex()[::-1] for choice in choices):
        return Difference.DIGITS_REVERSED
    return Difference.OTHER


def _of_names(value: str, name: DistinguishedName) -> Difference:
    if _means(value, Order.AS_ENCODED, name):
        return Difference.NAME_SPELLED_OTHERWISE
    if _means(value, Order.MOST_SPECIFIC_FIRST, name):
        return Difference.NAME_REVERSED
    return Difference.OTHER


def _means(value: str, order: Order, name: DistinguishedName) -> bool:
    try:
        return parse_name(value, order) == name
    except DecodeError:
        return False
