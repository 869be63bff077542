"""altSecurityIdentities: the attribute of an account that maps certificates to it (MS-ADA1 2.61, MS-PKCA 3.1.5.2.1.3).

How sure each fact is: D documented by Microsoft, O observed by others on domain controllers, N not proved.
"""

from __future__ import annotations

import enum
import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.mapping.windows_name import windows_name
from certprobe.pki import der
from certprobe.pki.account import security_identifiers
from certprobe.pki.extensions import GeneralNameKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.pki.certificate import Certificate

PREFIX: Final = "X509:"


class Strength(enum.Enum):
    """Whether a mapping rests on what only this certificate can have (MS-PKCA 3.1.5.2.1.5, KB5014754)."""

    STRONG = "strong"
    WEAK = "weak"


class Tag(enum.Enum):
    """What stands in angle brackets before each part."""

    ISSUER = "I"
    SUBJECT = "S"
    SERIAL_NUMBER = "SR"
    SUBJECT_KEY_IDENTIFIER = "SKI"
    SHA1_PUBLIC_KEY = "SHA1-PUKEY"
    RFC822 = "RFC822"
    SID = "SID"


class Form(enum.Enum):
    """The six forms by their names in KB5014754, and one that MS-PKCA has besides, without a name (all D)."""

    ISSUER_SUBJECT = "X509IssuerSubject"
    SUBJECT_ONLY = "X509SubjectOnly"
    RFC822 = "X509RFC822"
    ISSUER_SERIAL_NUMBER = "X509IssuerSerialNumber"
    SKI = "X509SKI"
    SHA1_PUBLIC_KEY = "X509SHA1PublicKey"
    ISSUER_SID = "X509IssuerSID"

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Its parts, in their order."""
        return _TAGS[self]

    @property
    def strength(self) -> Strength:
        """D: the forms that rest on names alone are weak."""
        return Strength.WEAK if self in _WEAK else Strength.STRONG


_TAGS: Final = {
    Form.ISSUER_SUBJECT: (Tag.ISSUER, Tag.SUBJECT),
    Form.SUBJECT_ONLY: (Tag.SUBJECT,),
    Form.RFC822: (Tag.RFC822,),
    Form.ISSUER_SERIAL_NUMBER: (Tag.ISSUER, Tag.SERIAL_NUMBER),
    Form.SKI: (Tag.SUBJECT_KEY_IDENTIFIER,),
    Form.SHA1_PUBLIC_KEY: (Tag.SHA1_PUBLIC_KEY,),
    Form.ISSUER_SID: (Tag.ISSUER, Tag.SID),
}
_WEAK: Final = (Form.ISSUER_SUBJECT, Form.SUBJECT_ONLY, Form.RFC822)


class AltSecurityIdentity(NamedTuple):
    """One value of the attribute: its form, and the text of each part."""

    form: Form
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it stands in the attribute."""
        return PREFIX + "".join(f"<{tag.value}>{value}" for tag, value in self.parts)

    @property
    def parts(self) -> tuple[tuple[Tag, str], ...]:
        """Each part with what stands before it."""
        return tuple(zip(self.form.tags, self.values, strict=True))


def alt_security_identities(certificate: Certificate) -> tuple[AltSecurityIdentity, ...]:
    """Return every value that maps this certificate, in the order of `Form`; none for what the certificate lacks.

    X509SHA1PublicKey comes three times, as what the sources say of it differs: see `sha1_hashes`.
    """
    return tuple(identity for form in Form for identity in _of_form(certificate, form))


def _of_form(certificate: Certificate, form: Form) -> Iterator[AltSecurityIdentity]:
    first = offered(certificate, form.tags[0])[:1]
    for value in offered(certificate, form.tags[-1]):
        if len(form.tags) == 1:
            yield AltSecurityIdentity(form, (value,))
        elif first:
            yield AltSecurityIdentity(form, (*first, value))


def offered(certificate: Certificate, tag: Tag) -> tuple[str, ...]:
    """Return what a part may say of this certificate, each spelling that maps it, the usual one first."""
    match tag:
        case Tag.ISSUER:
            return _filled(windows_name(certificate.issuer))
        case Tag.SUBJECT:
            return _filled(windows_name(certificate.subject))
        case Tag.SERIAL_NUMBER:
            return _filled(serial_octets(certificate)[::-1].hex())
        case Tag.SUBJECT_KEY_IDENTIFIER:
            return _filled((certificate.subject_key_identifier or b"").hex())
        case Tag.SHA1_PUBLIC_KEY:
            return sha1_hashes(certificate)
        case Tag.RFC822:
            names = certificate.subject_alt_names or ()
            return tuple(name.value for name in names if name.kind is GeneralNameKind.rfc822Name)
        case Tag.SID:
            return security_identifiers(certificate)


def _filled(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def serial_octets(certificate: Certificate) -> bytes:
    """Return the serial number's octets as encoded, most significant first; b"" if it cannot be read.

    In altSecurityIdentities they stand in reverse order (D: KB5014754), as CERT_INFO has them. N: whether the zero
    octet before a number whose first bit is set counts; certutil shows it, the page on CERT_INFO says it is removed.
    """
    place = certificate.layout.serial_number
    return b"" if place is None else der.value(certificate.der, place)


def sha1_hashes(certificate: Certificate) -> tuple[str, ...]:
    """Return what <SHA1-PUKEY> may hold: the hash of the certificate, of the public key, of its SubjectPublicKeyInfo.

    O: domain controllers take the certificate's thumbprint. D: "SHA1 hash of public key" (MS-PKCA 3.1.5.2.1.3), which
    Samba reads as the key's bits (RFC 5280 4.2.1.2 (1)), others with the AlgorithmIdentifier around them.
    """
    key, info = certificate.public_key.subject_public_key, certificate.public_key_info
    hashes = [hashlib.sha1(data, usedforsecurity=False).hexdigest() for data in (key, info) if data]
    return (certificate.thumbprint, *hashes)
