"""The fields of a certificate (RFC 5280 4.1): where they lie, and a lenient decoder for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from certprobe.pki import algorithms, der
from certprobe.pki.extensions import Extension

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")

_MOST_EXTENSIONS: Final = 1000
_LONGEST_SERIAL_NUMBER: Final = 64
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3


class Layout(NamedTuple):
    """Where the fields of Certificate and TBSCertificate lie; None where absent, and from `fault` on."""

    tbs_certificate: der.Tlv | None = None
    signature_algorithm: der.Tlv | None = None
    signature_value: der.Tlv | None = None
    version: der.Tlv | None = None
    serial_number: der.Tlv | None = None
    signature: der.Tlv | None = None
    issuer: der.Tlv | None = None
    validity: der.Tlv | None = None
    subject: der.Tlv | None = None
    subject_public_key_info: der.Tlv | None = None
    extensions: der.Tlv | None = None
    fault: str | None = None


class Read(NamedTuple, Generic[T]):
    """A decoded field, or its empty value and what is wrong with it."""

    value: T
    fault: str | None = None


class AlgorithmIdentifier(NamedTuple):
    """Dotted `oid` and the DER of the parameters, b"" if there are none."""

    oid: str
    parameters: bytes


class PublicKeyInfo(NamedTuple):
    """SubjectPublicKeyInfo taken apart."""

    algorithm: AlgorithmIdentifier
    subject_public_key: bytes


NO_ALGORITHM: Final = AlgorithmIdentifier("", b"")


def lay_out(data: bytes) -> Layout:
    """Find every field; what is broken inside the TBSCertificate does not hide the signature behind it."""
    found: dict[str, der.Tlv] = {}
    faults: list[str] = []
    for step in (_lay_out_certificate, _lay_out_tbs_certificate):
        try:
            step(data, found)
        except der.DerError as error:
            faults.append(str(error))
    return Layout(**found, fault=faults[0] if faults else None)


def _lay_out_certificate(data: bytes, found: dict[str, der.Tlv]) -> None:
    certificate = der.expect(data, der.SEQUENCE, 0, len(data), "Certificate")
    end = _lay_out_run(data, found, certificate.value_start, certificate.end, _CERTIFICATE_FIELDS)
    if end != certificate.end:
        raise der.DerError(f"Certificate: {certificate.end - end} bytes after signatureValue")
    if end != len(data):
        raise der.DerError(f"Certificate: {len(data) - end} bytes after its end")


def _lay_out_tbs_certificate(data: bytes, found: dict[str, der.Tlv]) -> None:
    if (tbs := found.get("tbs_certificate")) is None:
        return
    offset = tbs.value_start
    first = der.read(data, offset, tbs.end)
    if first.tag == _VERSION:
        found["version"] = first
        offset = first.end
    offset = _lay_out_run(data, found, offset, tbs.end, _TBS_CERTIFICATE_FIELDS)
    while offset < tbs.end:
        field = der.read(data, offset, tbs.end)
        if field.tag == _EXTENSIONS:
            found["extensions"] = field
        elif field.tag not in _UNIQUE_IDENTIFIERS or "extensions" in found:
            raise der.DerError(f"TBSCertificate: unexpected tag 0x{field.tag:02x} at byte {offset}")
        offset = field.end


_CERTIFICATE_FIELDS: Final = (
    ("tbs_certificate", der.SEQUENCE),
    ("signature_algorithm", der.SEQUENCE),
    ("signature_value", der.BIT_STRING),
)
_TBS_CERTIFICATE_FIELDS: Final = (
    ("serial_number", der.INTEGER),
    ("signature", der.SEQUENCE),
    ("issuer", der.SEQUENCE),
    ("validity", der.SEQUENCE),
    ("subject", der.SEQUENCE),
    ("subject_public_key_info", der.SEQUENCE),
)
_UNIQUE_IDENTIFIERS: Final = (0x81, 0x82, 0xA1, 0xA2)


def _lay_out_run(
    data: bytes, found: dict[str, der.Tlv], offset: int, end: int, fields: tuple[tuple[str, int], ...]
) -> int:
    for name, tag in fields:
        found[name] = field = der.expect(data, tag, offset, end, name)
        offset = field.end
    return offset


def version(data: bytes, field: der.Tlv | None) -> Read[int]:
    """Decode Version to 1, 2 or 3."""
    if field is None:
        return Read(1)
    try:
        inner = der.expect(data, der.INTEGER, field.value_start, field.end, "Version")
        number = der.integer(der.value(data, inner)) + 1
    except der.DerError as error:
        return Read(3, str(error))
    return Read(number) if 1 <= number <= 3 else Read(3, f"Version: v{number} does not exist")


def serial_number(data: bytes, field: der.Tlv | None) -> Read[int]:
    """Decode CertificateSerialNumber."""
    if field is None:
        return Read(0)
    contents = der.value(data, field)
    if not 1 <= len(contents) <= _LONGEST_SERIAL_NUMBER:
        return Read(0, f"CertificateSerialNumber of {len(contents)} bytes")
    return Read(der.integer(contents))


def validity(data: bytes, field: der.Tlv | None) -> Read[tuple[datetime | None, datetime | None]]:
    """Decode Validity; one undecodable time does not hide the other."""
    if field is None:
        return Read((None, None))
    times: list[datetime | None] = []
    fault = None
    try:
        for name, child in zip(("notBefore", "notAfter"), der.children(data, field, limit=2), strict=False):
            decoded = _time(data, child)
            times.append(decoded.value)
            fault = fault or (decoded.fault and f"{name}: {decoded.fault}")
    except der.DerError as error:
        fault = f"Validity: {error}"
    if len(times) < 2:
        fault = fault or f"Validity: holds {len(times)} values"
    not_before, not_after = (*times, None, None)[:2]
    return Read((not_before, not_after), fault)


def _time(data: bytes, field: der.Tlv) -> Read[datetime | None]:
    try:
        return Read(der.time(field.tag, der.value(data, field)))
    except der.DerError as error:
        return Read(None, str(error))


def algorithm_identifier(data: bytes, field: der.Tlv) -> AlgorithmIdentifier:
    """Decode AlgorithmIdentifier; raise DerError."""
    kind = der.expect(data, der.OBJECT_IDENTIFIER, field.value_start, field.end, "AlgorithmIdentifier")
    return AlgorithmIdentifier(der.object_identifier(der.value(data, kind)), data[kind.end : field.end])


def signature_algorithm(data: bytes, outer: der.Tlv | None, inner: der.Tlv | None) -> Read[AlgorithmIdentifier]:
    """Decode signatureAlgorithm, which must equal the signature field inside (RFC 5280 4.1.1.2)."""
    if outer is None:
        return Read(NO_ALGORITHM)
    try:
        algorithm = algorithm_identifier(data, outer)
    except der.DerError as error:
        return Read(NO_ALGORITHM, f"signatureAlgorithm: {error}")
    if inner is not None and der.element(data, inner) != der.element(data, outer):
        return Read(algorithm, "signatureAlgorithm differs from the signature field inside")
    return Read(algorithm)


def signature_value(data: bytes, field: der.Tlv | None) -> bytes:
    """Return the octets of signatureValue; b"" if missing or undecodable."""
    try:
        return der.bit_string(der.value(data, field)) if field else b""
    except der.DerError:
        return b""


def public_key_info(data: bytes, field: der.Tlv | None) -> Read[PublicKeyInfo]:
    """Decode SubjectPublicKeyInfo; the key's octets stay as they are."""
    if field is None:
        return Read(PublicKeyInfo(NO_ALGORITHM, b""))
    algorithm = NO_ALGORITHM
    try:
        head = der.expect(data, der.SEQUENCE, field.value_start, field.end, "AlgorithmIdentifier")
        algorithm = algorithm_identifier(data, head)
        key = der.expect(data, der.BIT_STRING, head.end, field.end, "subjectPublicKey")
        return Read(PublicKeyInfo(algorithm, der.bit_string(der.value(data, key))))
    except der.DerError as error:
        return Read(PublicKeyInfo(algorithm, b""), f"SubjectPublicKeyInfo: {error}")


def named_curve(key: PublicKeyInfo) -> str | None:
    """Return the dotted OID of an elliptic-curve key's named curve."""
    if key.algorithm.oid != algorithms.EC_PUBLIC_KEY:
        return None
    try:
        curve = der.whole(key.algorithm.parameters, der.OBJECT_IDENTIFIER, "ECParameters")
        return der.object_identifier(der.value(key.algorithm.parameters, curve))
    except der.DerError:
        return None


def key_bits(key: PublicKeyInfo) -> int | None:
    """Return the size of the RSA modulus, the curve's field or the DSA prime in bits."""
    try:
        match key.algorithm.oid:
            case algorithms.RSA_ENCRYPTION | algorithms.RSASSA_PSS:
                return integers(key.subject_public_key, 2)[0].bit_length()
            case algorithms.DSA:
                return integers(key.algorithm.parameters, 3)[0].bit_length()
            case algorithms.EC_PUBLIC_KEY:
                return _curve_bits(key)
            case other:
                return algorithms.FIXED_KEY_BITS.get(other)
    except der.DerError:
        return None


def _curve_bits(key: PublicKeyInfo) -> int | None:
    oid = named_curve(key)
    if oid is not None:
        return algorithms.CURVES[oid].bits if oid in algorithms.CURVES else None
    parameters = key.algorithm.parameters
    _, field, *_ = der.members(parameters, der.whole(parameters, der.SEQUENCE, "SpecifiedECDomain"), 2, limit=8)
    _, prime = der.members(parameters, field, 2, limit=2)
    return der.key_integer(der.value(parameters, prime)).bit_length() if prime.tag == der.INTEGER else None


def integers(data: bytes, count: int) -> list[int]:
    """Decode a SEQUENCE that begins with `count` INTEGERs of a key, as RSAPublicKey and Dss-Parms; raise DerError."""
    offset = (sequence := der.read(data)).value_start
    numbers = []
    for _ in range(count):
        number = der.expect(data, der.INTEGER, offset, sequence.end, "INTEGER")
        numbers.append(der.key_integer(der.value(data, number)))
        offset = number.end
    return numbers


def extension_list(data: bytes, field: der.Tlv | None) -> Read[tuple[Extension, ...]]:
    """Decode Extensions as far as they go."""
    if field is None:
        return Read(())
    found: list[Extension] = []
    try:
        sequence = der.expect(data, der.SEQUENCE, field.value_start, field.end, "Extensions")
        found.extend(_extension(data, child) for child in der.children(data, sequence, limit=_MOST_EXTENSIONS))
    except der.DerError as error:
        return Read(tuple(found), str(error))
    return Read(tuple(found))


def _extension(data: bytes, field: der.Tlv) -> Extension:
    kind = der.expect(data, der.OBJECT_IDENTIFIER, field.value_start, field.end, "extnID")
    following = der.read(data, kind.end, field.end)
    critical = following.tag == der.BOOLEAN and der.value(data, following) != b"\x00"
    offset = following.end if following.tag == der.BOOLEAN else following.start
    contents = der.expect(data, der.OCTET_STRING, offset, field.end, "extnValue")
    return Extension(der.object_identifier(der.value(data, kind)), critical, der.value(data, contents))
