"""What a CertificateRequest demands of a client certificate, one small function per demand.

Each function answers with a Rejection (the certificate must not be sent), a Caution (it may be, and here is what to
know), None (met) or NOT_ASKED (this request demands nothing of the kind). All are asked; none stops the next.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from certprobe.pki import der, extensions
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.name import DistinguishedName
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, KeyUsage, usage_name
from certprobe.selection.schemes import certificate_type, signed_with, signing_schemes
from certprobe.selection.words import days, key_kind, listing, moment, scheme_names, usage_bits
from certprobe.tls.enums import ClientCertificateType, ProtocolVersion, name_of
from certprobe.tls.messages import CertificateRequest, OidFilter

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate


class Reason(enum.Enum):
    """Why a credential does not fit a request."""

    CERTIFICATE_UNREADABLE = "certificate-unreadable"
    NO_PRIVATE_KEY = "no-private-key"
    KEY_DOES_NOT_FIT = "key-does-not-fit"
    NOT_TIME_VALID = "not-time-valid"
    WRONG_KEY_USAGE = "wrong-key-usage"
    WRONG_EXTENDED_KEY_USAGE = "wrong-extended-key-usage"
    CERTIFICATE_TYPE_NOT_OFFERED = "certificate-type-not-offered"
    SIGNATURE_SCHEME_NOT_OFFERED = "signature-scheme-not-offered"
    CHAIN_SIGNATURE_NOT_OFFERED = "chain-signature-not-offered"
    ISSUER_NOT_LISTED = "issuer-not-listed"
    CHAIN_INCOMPLETE = "chain-incomplete"
    OID_FILTER = "oid-filter"


class Rejection(NamedTuple):
    """One demand that is not met.

    `clause` cites the standard, `detail` holds the facts in plain words, `change` the single change that would help.
    Names in the text are as they stand in certificates: escape them before they reach a terminal.
    """

    reason: Reason
    clause: str
    detail: str
    change: str


class Caution(NamedTuple):
    """Something that a server may stumble over, though no demand is broken; fields as in Rejection."""

    reason: Reason
    clause: str
    detail: str
    change: str


class NotAsked(enum.Enum):
    """The request makes no demand of the kind."""

    NOT_ASKED = "not-asked"


NOT_ASKED: Final = NotAsked.NOT_ASKED
Answer: TypeAlias = Rejection | Caution | Literal[NotAsked.NOT_ASKED] | None
Check: TypeAlias = Callable[[Credential, CertificateRequest, datetime], Answer]


class Criterion(NamedTuple):
    """A demand: `subject` is the standard's word for what it is about."""

    subject: str
    check: Check


class Assessment(NamedTuple):
    """Every answer for one credential, in the order of CRITERIA; `not_asked` holds subjects of criteria."""

    rejections: tuple[Rejection, ...]
    cautions: tuple[Caution, ...]
    not_asked: tuple[str, ...]


def assess(credential: Credential, request: CertificateRequest, at: datetime) -> Assessment:
    """Hold a credential against every criterion; `at` is aware.

    Not checked: signatures, trust, revocation and the certificates above the end entity, which the chain engine judges.
    """
    answers = [(criterion.subject, criterion.check(credential, request, at)) for criterion in CRITERIA]
    return Assessment(
        tuple(answer for _, answer in answers if isinstance(answer, Rejection)),
        tuple(answer for _, answer in answers if isinstance(answer, Caution)),
        tuple(subject for subject, answer in answers if answer is NOT_ASKED),
    )


def _readable(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    certificate = credential.certificate
    faults = [certificate.fault] if certificate.fault else []
    faults += [f"extension {fault.oid}: {fault.message}" for fault in certificate.extension_faults]
    if not faults:
        return None
    return Rejection(
        Reason.CERTIFICATE_UNREADABLE,
        "RFC 5280 4.1",
        f"the certificate cannot be read in full: {listing(faults)}",
        "have the certificate issued again by a CA that encodes it correctly",
    )


def _private_key(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    clause = "RFC 8446 4.4.3" if _is_tls13(request) else "RFC 5246 7.4.8"
    match credential.key_status:
        case KeyStatus.FITS:
            return None
        case KeyStatus.ABSENT:
            return Rejection(
                Reason.NO_PRIVATE_KEY,
                clause,
                f"no private key for it was found beside the certificate from {credential.source}",
                "give its private key too",
            )
        case KeyStatus.DOES_NOT_FIT:
            return Rejection(
                Reason.KEY_DOES_NOT_FIT,
                clause,
                f"the private key given with the certificate from {credential.source} belongs to another certificate",
                "give the private key that was made for this certificate",
            )


def _validity(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    not_before, not_after = credential.certificate.not_before, credential.certificate.not_after
    change = "have the certificate renewed"
    if not_before is None or not_after is None:
        detail = "its validity period cannot be read"
    elif at > not_after:
        detail = f"expired on {moment(not_after)}, {days(at, not_after)} before {moment(at)}"
    elif at < not_before:
        detail = f"not valid before {moment(not_before)}, {days(not_before, at)} after {moment(at)}"
        change = "wait until then, or set the clock right"
    else:
        return None
    return Rejection(Reason.NOT_TIME_VALID, "RFC 5280 4.1.2.5", detail, change)


def _key_usage(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    usage = credential.certificate.key_usage
    if usage is None or KeyUsage.digitalSignature in usage:
        return None
    return Rejection(
        Reason.WRONG_KEY_USAGE,
        "RFC 5280 4.2.1.3",
        f"keyUsage is {usage_bits(usage) or 'empty'}; a client signs its CertificateVerify and needs digitalSignature",
        "have the certificate issued with digitalSignature in keyUsage",
    )


def _extended_key_usage(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    purposes = credential.certificate.extended_key_usage
    if purposes is None or CLIENT_AUTH in purposes or ANY_EXTENDED_KEY_USAGE in purposes:
        return None
    return Rejection(
        Reason.WRONG_EXTENDED_KEY_USAGE,
        "RFC 5280 4.2.1.12",
        f"extKeyUsage is {listing(map(usage_name, purposes)) or 'empty'}, without clientAuth"
        " (public CAs leave clientAuth out of new certificates from 2026 on)",
        "have the certificate issued with clientAuth in extKeyUsage, by a private CA if need be",
    )


def _certificate_types(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    if not request.certificate_types:
        return NOT_ASKED
    wanted = certificate_type(credential.certificate)
    if wanted is not None and wanted in request.certificate_types:
        return None
    clause = "RFC 8422 5.5" if wanted is ClientCertificateType.ecdsa_sign else "RFC 5246 7.4.4"
    offered = [name_of(ClientCertificateType, code) for code in request.certificate_types]
    needs = f"takes {wanted.name}" if wanted else "has no certificate type in this version of TLS"
    return Rejection(
        Reason.CERTIFICATE_TYPE_NOT_OFFERED,
        clause,
        f"a key of {key_kind(credential.certificate)} {needs}; the server offers {listing(offered)}",
        f"use a certificate with a key for {listing(offered)}",
    )


def _signature_algorithms(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    possible = signing_schemes(credential.certificate, request.version)
    if request.signature_algorithms is None:
        if possible or request.version >= ProtocolVersion.TLS_1_2:
            return NOT_ASKED
        clause, offered = "RFC 4346 7.4.8", "nothing but MD5 and SHA-1 signatures of RSA, DSA and ECDSA keys"
    elif possible.intersection(request.signature_algorithms):
        return None
    else:
        clause = "RFC 8446 4.2.3" if _is_tls13(request) else "RFC 5246 7.4.4"
        offered = scheme_names(request.signature_algorithms) or "no scheme at all"
    can = f"signs with {scheme_names(sorted(possible))}" if possible else "cannot sign in this version of TLS"
    return Rejection(
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        clause,
        f"a key of {key_kind(credential.certificate)} {can}; the server takes {offered}",
        "use a certificate with another kind of key, or let the server offer one of these schemes",
    )


def _signature_algorithms_cert(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    offered = request.signature_algorithms_cert or request.signature_algorithms
    if offered is None:
        return NOT_ASKED
    # Self-signed certificates are not validated by their signature, so any algorithm will do (RFC 8446 4.4.2.2).
    sent = [certificate for certificate in _chain(credential) if not certificate.is_self_issued]
    strange = [certificate for certificate in sent if not signed_with(certificate).intersection(offered)]
    if not strange:
        return None
    certificate = strange[0]
    return Rejection(
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        "RFC 8446 4.2.3" if _is_tls13(request) else "RFC 5246 7.4.4",
        f"the certificate of {certificate.subject} is signed with {certificate.signature_algorithm or 'unreadable'};"
        f" for certificates the server takes {scheme_names(offered) or 'no scheme at all'}",
        "have that certificate signed with one of these, or let the server offer the scheme",
    )


def _certificate_authorities(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    """RFC 5246 7.4.4: a name in the list may be the issuer of any certificate of the chain; an empty list takes all."""
    clause = "RFC 8446 4.2.4" if _is_tls13(request) else "RFC 5246 7.4.4"
    chain = _chain(credential)
    beyond = _name_beyond(chain[-1])
    if not request.certificate_authorities:
        return _ends_early(chain[-1], clause, Caution) if beyond is not None else NOT_ASKED
    names = listed_names(request.certificate_authorities)
    if any(certificate.issuer in names for certificate in chain):
        return None
    if beyond in names:
        return _ends_early(chain[-1], clause, Rejection)
    change = "use a certificate issued under one of the listed CAs"
    if not chain[-1].is_self_issued:
        change += f", or add the certificate of {chain[-1].issuer} if one of them has issued it"
    broken = f" (the list is broken: {request.faults[0]})" if request.faults else ""
    count = len(request.certificate_authorities)
    listed = "the only name" if count == 1 else f"none of the {count} names"
    return Rejection(
        Reason.ISSUER_NOT_LISTED,
        clause,
        f"its chain is issued by {listing(str(certificate.issuer) for certificate in chain)};"
        f" {listed} in the server's list {'is another' if count == 1 else 'matches'}{broken}",
        change,
    )


def _ends_early(last: Certificate, clause: str, kind: type[Rejection] | type[Caution]) -> Rejection | Caution:
    return kind(
        Reason.CHAIN_INCOMPLETE,
        clause,
        f"the chain ends below {last.issuer}, which is no root but was issued by {_name_beyond(last)}",
        f"add the certificate of {last.issuer} to the file",
    )


def _name_beyond(last: Certificate) -> DistinguishedName | None:
    """Who issued the issuer of a chain's last certificate, as its authorityKeyIdentifier tells (RFC 5280 4.2.1.1).

    None if it does not tell, or if that issuer is a root: then nothing is missing.
    """
    key_identifier = last.authority_key_identifier
    return None if key_identifier is None or key_identifier.issuer == last.issuer else key_identifier.issuer


def _oid_filters(credential: Credential, request: CertificateRequest, at: datetime) -> Answer:
    demands = _demands(request.oid_filters)
    if not demands:
        return NOT_ASKED
    certificate = credential.certificate
    unmet = [words for oid, words, met in demands if certificate.extension(oid) is None or not met(certificate)]
    if not unmet:
        return None
    return Rejection(
        Reason.OID_FILTER,
        "RFC 8446 4.2.5",
        f"the server demands {listing(unmet)}, which the certificate does not have",
        f"have the certificate issued with {listing(unmet)}",
    )


class _Demand(NamedTuple):
    oid: str
    words: str
    met: Callable[[Certificate], bool]


@lru_cache(maxsize=1)
def _demands(oid_filters: tuple[OidFilter, ...]) -> tuple[_Demand, ...]:
    """Read the filters once for all credentials; an OID that is repeated, which RFC 8446 forbids, counts once."""
    demands: dict[str, _Demand] = {}
    for oid_filter in oid_filters:
        if (demand := _demand(oid_filter)) is not None:
            demands.setdefault(demand.oid, demand)
    return tuple(demands.values())


def _demand(oid_filter: OidFilter) -> _Demand | None:
    """Read a filter; None for an OID without a matching rule in RFC 8446 4.2.5, or a filter that cannot be read."""
    try:
        oid = der.object_identifier(
            der.value(oid_filter.oid, der.whole(oid_filter.oid, der.OBJECT_IDENTIFIER, "certificate_extension_oid"))
        )
        match oid:
            case extensions.KEY_USAGE:
                bits = extensions.decode_key_usage(oid_filter.values) if oid_filter.values else KeyUsage(0)
                return _Demand(
                    oid, f"keyUsage {usage_bits(bits)}".strip(), lambda c: bits in (c.key_usage or KeyUsage(0))
                )
            case extensions.EXTENDED_KEY_USAGE:
                purposes = extensions.decode_extended_key_usage(oid_filter.values) if oid_filter.values else ()
                words = f"extKeyUsage {listing(map(usage_name, purposes))}".strip()
                return _Demand(oid, words, lambda c: set(purposes) <= set(c.extended_key_usage or ()))
            case _:
                return None
    except der.DerError:
        return None


CRITERIA: Final = (
    Criterion("certificate", _readable),
    Criterion("private key", _private_key),
    Criterion("validity", _validity),
    Criterion("keyUsage", _key_usage),
    Criterion("extKeyUsage", _extended_key_usage),
    Criterion("certificate_types", _certificate_types),
    Criterion("signature_algorithms", _signature_algorithms),
    Criterion("signature_algorithms_cert", _signature_algorithms_cert),
    Criterion("certificate_authorities", _certificate_authorities),
    Criterion("oid_filters", _oid_filters),
)
"""Every demand, in the order in which a person would rather hear of them: the holder's own affairs first."""


@lru_cache(maxsize=1)
def listed_names(certificate_authorities: tuple[bytes, ...]) -> frozenset[DistinguishedName]:
    """Return the names of the list as a set that compares by RFC 5280 7.1; kept for the next credential."""
    return frozenset(map(DistinguishedName, certificate_authorities))


def _chain(credential: Credential) -> tuple[Certificate, ...]:
    return (credential.certificate, *credential.intermediates)


def _is_tls13(request: CertificateRequest) -> bool:
    return request.version >= ProtocolVersion.TLS_1_3
