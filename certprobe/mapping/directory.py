"""Accounts in a directory: by what they are searched for a certificate, and how an entry is read.

Documented: a user is looked for by userPrincipalName, then by sAMAccountName (MS-ADTS 3.1.1.13.7), a computer by
sAMAccountName (MS-PKCA 3.1.5.2.1.2), and in altSecurityIdentities by whole values (MS-PKCA 3.1.5.2.1.3). objectSid and
dNSHostName are searched besides, so that an account that the certificate means is found whatever it is mapped by.
"""

from __future__ import annotations

import re
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Final

from certprobe.errors import DecodeError
from certprobe.mapping.accounts import Account, MappingRule, Source
from certprobe.mapping.alt_security_identities import AltSecurityIdentity, Form, Tag
from certprobe.mapping.comparison import fitting
from certprobe.mapping.parsing import parse_alt_security_identity, parse_generalized_time
from certprobe.mapping.ruling import Offering, offers
from certprobe.mapping.sid import sid_octets, sid_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.mapping.ruling import Offer
    from certprobe.pki.certificate import Certificate

ATTRIBUTES: Final = (
    "sAMAccountName",
    "uid",
    "cn",
    "objectSid",
    "userPrincipalName",
    "dNSHostName",
    "whenCreated",
    "altSecurityIdentities",
    "userAccountControl",
)
"""What is read of an entry."""
MOST_ASSERTIONS: Final = 256
"""So much is asked of one certificate at most, SIDs first; those of honest ones are a fifth of it."""

_DOMAIN_COMPONENT: Final = "0.9.2342.19200300.100.1.25"
_ACCOUNTDISABLE: Final = 0x2  # MS-ADTS 2.2.16
_COMMA: Final = re.compile(r"(?<!\\),")
_HEXADECIMAL: Final = (Tag.SERIAL_NUMBER, Tag.SUBJECT_KEY_IDENTIFIER, Tag.SHA1_PUBLIC_KEY)


def domain_of(naming_context: str) -> str | None:
    """Return the DNS name of a domain, "corp.example" for "DC=corp,DC=example" (MS-ADTS 3.1.1.1.5); None for others."""
    from certprobe.pki.name_text import parse_name

    try:
        attributes = [attribute for rdn in parse_name(naming_context).rdns for attribute in rdn]
    except DecodeError:
        return None
    labels = [attribute.text for attribute in attributes if attribute.type == _DOMAIN_COMPONENT]
    texts = [label for label in labels if label]
    return ".".join(reversed(texts)) if texts and len(texts) == len(attributes) else None


# --- what is searched for ---------------------------------------------------------------------------------------------


def assertions(certificate: Certificate, domain: str | None) -> tuple[tuple[str, bytes], ...]:
    """Return attributes and the values one of which an account of the certificate has, each pair once.

    Values of altSecurityIdentities that mean the certificate and are written wrongly in the usual ways are among them.
    """
    found = chain(
        chain.from_iterable(_of_offer(offer, domain) for offer in offers(certificate)),
        (("altSecurityIdentities", text.encode()) for text in _written(certificate)),
    )
    return tuple(islice(dict.fromkeys(found), MOST_ASSERTIONS))


def _of_offer(offer: Offer, domain: str | None) -> Iterator[tuple[str, bytes]]:
    value = offer.value.encode()
    match offer.kind:
        case Offering.SECURITY_EXTENSION | Offering.TAG_URI:
            if (octets := sid_octets(offer.value)) is not None:
                yield "objectSid", octets
        case Offering.USER_PRINCIPAL_NAME:
            yield "userPrincipalName", value
            user, _, suffix = offer.value.rpartition("@")
            if user and domain is not None and suffix.casefold() == domain.casefold():
                yield "sAMAccountName", user.encode()
        case Offering.DNS_NAME:
            yield "dNSHostName", value
            host, _, suffix = offer.value.partition(".")
            if host and domain is not None and suffix.casefold() == domain.casefold():
                yield "sAMAccountName", f"{host}$".encode()


def _written(certificate: Certificate) -> Iterator[str]:
    """Every value that maps the certificate, then those that are meant to."""
    right = {tag: fitting(tag, certificate) for tag in Tag}
    wrong = {tag: tuple(_wrong(tag, certificate, texts)) for tag, texts in right.items()}
    yield from _values(right)
    yield from _values({tag: (*right[tag], *wrong[tag]) for tag in Tag})


def _values(texts: dict[Tag, tuple[str, ...]]) -> Iterator[str]:
    for form in Form:
        for values in product(*(texts[tag] for tag in form.tags)):
            yield AltSecurityIdentity(form, values).text


def _wrong(tag: Tag, certificate: Certificate, right: Iterable[str]) -> Iterator[str]:
    if tag in _HEXADECIMAL:
        for text in right:
            yield bytes.fromhex(text)[::-1].hex()
            yield text[::-1]
    elif tag in (Tag.ISSUER, Tag.SUBJECT):
        name = certificate.issuer if tag is Tag.ISSUER else certificate.subject
        yield from (name.rfc4514, _COMMA.sub(", ", name.rfc4514))


# --- how an entry is read ---------------------------------------------------------------------------------------------


def account(
    distinguished_name: str, attributes: Iterable[tuple[str, tuple[bytes, ...]]], domain: str | None
) -> Account:
    """Return what an entry says of an account; what cannot be read is as if it were not there.

    Its name is its sAMAccountName, uid or cn, else the distinguished name. Values of altSecurityIdentities that are no
    certificate's ("Kerberos:...") are left out, the others numbered as they came.
    """
    entry = _Entry(attributes)
    sam = entry.text("sAMAccountName")
    created = entry.text("whenCreated")
    return Account(
        name=sam or entry.text("uid") or entry.text("cn") or distinguished_name,
        object_sid=_sid(entry.octets("objectSid")),
        user_principal_name=entry.text("userPrincipalName"),
        dns_host_name=entry.text("dNSHostName"),
        when_created=parse_generalized_time(created) if created is not None else None,
        alt_security_identities=tuple(_rules(entry.texts("altSecurityIdentities"))),
        source=Source.DIRECTORY,
        distinguished_name=distinguished_name,
        sam_account_name=sam,
        domain=domain,
        enabled=_enabled(entry.text("userAccountControl")),
    )


class _Entry:
    """The attributes of an entry by their types; options (";range=0-1499") do not count."""

    def __init__(self, attributes: Iterable[tuple[str, tuple[bytes, ...]]]) -> None:
        self._values: dict[str, tuple[bytes, ...]] = {}
        for name, values in attributes:
            kind = name.partition(";")[0].lower()
            self._values[kind] = (*self._values.get(kind, ()), *values)

    def octets(self, name: str) -> bytes | None:
        """The first value."""
        return next(iter(self._values.get(name.lower(), ())), None)

    def texts(self, name: str) -> Iterator[str]:
        """Every value, with octets that are no UTF-8 replaced."""
        return (value.decode("utf-8", "replace") for value in self._values.get(name.lower(), ()))

    def text(self, name: str) -> str | None:
        """The first value, None if it is empty."""
        return next(self.texts(name), None) or None


def _sid(octets: bytes | None) -> str | None:
    if octets is None:
        return None
    text = octets.decode("ascii", "replace").strip()
    return sid_text(octets) or (text.upper() if sid_octets(text) is not None else None)


def _rules(values: Iterable[str]) -> Iterator[MappingRule]:
    for number, value in enumerate(values, 1):
        try:
            yield MappingRule(number, parse_alt_security_identity(value))
        except DecodeError:
            continue


def _enabled(user_account_control: str | None) -> bool | None:
    try:
        return None if user_account_control is None else not int(user_account_control[:16]) & _ACCOUNTDISABLE
    except ValueError:
        return None
