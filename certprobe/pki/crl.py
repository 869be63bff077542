"""A certificate revocation list as its DER, read leniently and only as far as somebody asks (RFC 5280 5)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from certprobe.pki import algorithms, der, distribution, extensions, fields
from certprobe.pki.crl_entries import index_entries
from certprobe.pki.name import EMPTY_NAME, DistinguishedName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from certprobe.pki.crl_entries import EntryIndex, RevokedCertificate
    from certprobe.pki.distribution import AccessDescription, DistributionPoint, IssuingDistributionPoint
    from certprobe.pki.extensions import AuthorityKeyIdentifier, Extension
    from certprobe.pki.fields import AlgorithmIdentifier, Read

T = TypeVar("T")

CRL_NUMBER: Final = "2.5.29.20"
DELTA_CRL_INDICATOR: Final = "2.5.29.27"
ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"

_UNDERSTOOD: Final = {
    CRL_NUMBER,
    DELTA_CRL_INDICATOR,
    ISSUING_DISTRIBUTION_POINT,
    extensions.AUTHORITY_KEY_IDENTIFIER,
    distribution.FRESHEST_CRL,
}
_EXTENSIONS: Final = 0xA0
_TIMES: Final = (der.UTC_TIME, der.GENERALIZED_TIME)


class CertificateList:
    """A CRL; any bytes will do, and every property answers.

    What cannot be read is None, empty or zero, and `fault` says where reading broke. Equality and hash are by DER.
    Nothing is judged here: no signature, no time, no scope.
    """

    def __init__(self, der: bytes) -> None:
        self.der = der

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, CertificateList) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<CertificateList of {self.issuer.rfc4514!r} number {self.crl_number}>"

    @cached_property
    def fault(self) -> str | None:
        """Why the CRL could not be read whole, every entry and extension included, or None."""
        return (
            self._layout.fault
            or (self.issuer.fault and f"issuer: {self.issuer.fault}")
            or self._signature_algorithm.fault
            or self._extensions.fault
            or self._extension_fault
            or self._entries.fault
        )

    # -- the fields

    @property
    def version(self) -> int:
        """1 or 2, or whatever is written there instead."""
        return self._layout.version

    @property
    def issuer(self) -> DistinguishedName:
        """The issuer; the empty name if missing."""
        return self._layout.issuer

    @property
    def this_update(self) -> datetime | None:
        """Aware UTC, or None if undecodable."""
        return self._layout.this_update

    @property
    def next_update(self) -> datetime | None:
        """Aware UTC, or None if absent or undecodable."""
        return self._layout.next_update

    def entries(self, serial_number: int) -> Iterator[RevokedCertificate]:
        """Iterate over the entries of a serial number; an indirect CRL may have one for each certificate issuer."""
        return self._entries.find(self.der, serial_number)

    @property
    def entry_count(self) -> int:
        """How many entries there are, as far as they can be told apart."""
        return self._entries.count

    # -- the signature

    @property
    def signed_octets(self) -> bytes:
        """The DER of TBSCertList, which is signed; b"" if missing."""
        field = self._layout.tbs_cert_list
        return der.element(self.der, field) if field else b""

    @property
    def signature_algorithm_oid(self) -> str:
        """The dotted OID of the outer signatureAlgorithm; empty if undecodable."""
        return self._signature_algorithm.value.oid

    @property
    def signature_parameters(self) -> bytes:
        """The DER of the outer signatureAlgorithm's parameters; b"" if there are none."""
        return self._signature_algorithm.value.parameters

    @property
    def signature_value(self) -> bytes:
        """The signature's octets; b"" if undecodable."""
        return fields.signature_value(self.der, self._layout.signature_value)

    @property
    def signature_algorithm(self) -> str:
        """The RFC's name of the outer signatureAlgorithm, else its dotted OID."""
        known = algorithms.SIGNATURE_ALGORITHMS.get(self.signature_algorithm_oid)
        return known.name if known else self.signature_algorithm_oid

    # -- extensions

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """Every extension of the CRL in order, as far as they can be told apart."""
        return self._extensions.value

    @cached_property
    def crl_number(self) -> int | None:
        """None if absent or undecodable, as all of the following."""
        return self._decoded(CRL_NUMBER, _integer)

    @cached_property
    def base_crl_number(self) -> int | None:
        """What deltaCRLIndicator says: the number of the complete CRL that this one is a delta to."""
        return self._decoded(DELTA_CRL_INDICATOR, _integer)

    @property
    def is_delta(self) -> bool:
        """Whether it says of itself that it is no complete CRL, readably or not."""
        return any(extension.oid == DELTA_CRL_INDICATOR for extension in self.extensions)

    @cached_property
    def issuing_distribution_point(self) -> IssuingDistributionPoint | None:
        """The scope of the CRL."""
        return self._decoded(ISSUING_DISTRIBUTION_POINT, distribution.decode_issuing_distribution_point)

    @cached_property
    def authority_key_identifier(self) -> AuthorityKeyIdentifier | None:
        """What the issuer's key and certificate are called."""
        return self._decoded(extensions.AUTHORITY_KEY_IDENTIFIER, extensions.decode_authority_key_identifier)

    @cached_property
    def freshest_crl(self) -> tuple[DistributionPoint, ...] | None:
        """Where delta CRLs lie."""
        return self._decoded(distribution.FRESHEST_CRL, distribution.decode_crl_distribution_points)

    @cached_property
    def authority_info_access(self) -> tuple[AccessDescription, ...] | None:
        """Where the certificates of whoever signed it are (RFC 5280 5.2.7)."""
        return self._decoded(distribution.AUTHORITY_INFO_ACCESS, distribution.decode_authority_info_access)

    @cached_property
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """The OIDs of critical extensions, of the CRL or of any entry, that this class does not know."""
        own = [each.oid for each in self.extensions if each.critical and each.oid not in _UNDERSTOOD]
        return tuple(dict.fromkeys((*own, *self._entries.unknown_critical)))

    # -- what the lenient reader found

    def _decoded(self, oid: str, decoder: Callable[[bytes], T]) -> T | None:
        extension = next((each for each in self.extensions if each.oid == oid), None)
        try:
            return decoder(extension.value) if extension else None
        except der.DerError:
            return None

    @cached_property
    def _extension_fault(self) -> str | None:
        seen: set[str] = set()
        for extension in self.extensions:
            if extension.oid in seen:
                return f"the extension {extension.oid} stands more than once"
            seen.add(extension.oid)
            try:
                if decoder := _DECODERS.get(extension.oid):
                    decoder(extension.value)
            except der.DerError as error:
                return f"the extension {extension.oid}: {error}"
        return None

    @cached_property
    def _layout(self) -> _Layout:
        return _lay_out(self.der)

    @cached_property
    def _signature_algorithm(self) -> Read[AlgorithmIdentifier]:
        return fields.signature_algorithm(self.der, self._layout.signature_algorithm, self._layout.signature)

    @cached_property
    def _extensions(self) -> Read[tuple[Extension, ...]]:
        return fields.extension_list(self.der, self._layout.extensions)

    @cached_property
    def _entries(self) -> EntryIndex:
        return index_entries(self.der, self._layout.revoked_certificates, self._layout.version)


def _integer(data: bytes) -> int:
    return der.integer(der.value(data, der.whole(data, der.INTEGER, "CRLNumber")))


_DECODERS: Final[dict[str, Callable[[bytes], object]]] = {
    CRL_NUMBER: _integer,
    DELTA_CRL_INDICATOR: _integer,
    ISSUING_DISTRIBUTION_POINT: distribution.decode_issuing_distribution_point,
    extensions.AUTHORITY_KEY_IDENTIFIER: extensions.decode_authority_key_identifier,
    distribution.FRESHEST_CRL: distribution.decode_crl_distribution_points,
}


# -- the fields of CertificateList and TBSCertList


class _Layout:
    """Where the fields lie, and those that are read at once; None where absent, and from `fault` on."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.tbs_cert_list: der.Tlv | None = None
        self.signature_algorithm: der.Tlv | None = None
        self.signature_value: der.Tlv | None = None
        self.version = 1
        self.signature: der.Tlv | None = None
        self.issuer = EMPTY_NAME
        self.this_update: datetime | None = None
        self.next_update: datetime | None = None
        self.revoked_certificates: der.Tlv | None = None
        self.extensions: der.Tlv | None = None


def _lay_out(data: bytes) -> _Layout:
    layout = _Layout()
    for step in (_lay_out_certificate_list, _lay_out_tbs_cert_list):
        try:
            step(data, layout)
        except der.DerError as error:
            layout.fault = layout.fault or str(error)
    return layout


def _lay_out_certificate_list(data: bytes, layout: _Layout) -> None:
    whole = der.expect(data, der.SEQUENCE, 0, len(data), "CertificateList")
    layout.tbs_cert_list = tbs = der.expect(data, der.SEQUENCE, whole.value_start, whole.end, "tbsCertList")
    layout.signature_algorithm = algorithm = der.expect(data, der.SEQUENCE, tbs.end, whole.end, "signatureAlgorithm")
    layout.signature_value = signature = der.expect(data, der.BIT_STRING, algorithm.end, whole.end, "signatureValue")
    if signature.end != len(data):
        raise der.DerError(f"CertificateList: {len(data) - signature.end} bytes after signatureValue")


def _lay_out_tbs_cert_list(data: bytes, layout: _Layout) -> None:
    if (tbs := layout.tbs_cert_list) is None:
        return
    field = der.read(data, tbs.value_start, tbs.end)
    if field.tag == der.INTEGER:
        layout.version = der.integer(der.value(data, field)) + 1
        if layout.version != 2:
            raise der.DerError(f"Version: v{layout.version} is written out, which only v2 may be")
        field = der.read(data, field.end, tbs.end)
    layout.signature = der.expect(data, der.SEQUENCE, field.start, tbs.end, "signature")
    issuer = der.expect(data, der.SEQUENCE, field.end, tbs.end, "issuer")
    layout.issuer = DistinguishedName(der.element(data, issuer))
    this_update = der.read(data, issuer.end, tbs.end)
    layout.this_update = der.time(this_update.tag, der.value(data, this_update))
    next_update, layout.revoked_certificates, layout.extensions = _optional_fields(data, this_update.end, tbs.end)
    if next_update:
        layout.next_update = der.time(next_update.tag, der.value(data, next_update))
    if layout.extensions and layout.version == 1:
        raise der.DerError("crlExtensions in a v1 CRL")
    if (revoked := layout.revoked_certificates) and revoked.value_start == revoked.end:
        raise der.DerError("revokedCertificates is empty")


def _optional_fields(data: bytes, offset: int, end: int) -> list[der.Tlv | None]:
    found: list[der.Tlv | None] = []
    for tags in (_TIMES, (der.SEQUENCE,), (_EXTENSIONS,)):
        field = der.read(data, offset, end) if offset < end else None
        if field and field.tag in tags:
            offset = field.end
        else:
            field = None
        found.append(field)
    if offset != end:
        raise der.DerError(f"TBSCertList: unexpected value at byte {offset}")
    return found
