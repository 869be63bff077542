"""A small PKI in memory, right by default and wrong on request.

    root = Authority.root("Lab root", at=now)
    issuing = root.intermediate("Lab issuing CA")
    server = issuing.server("localhost", "127.0.0.1")
    alice = issuing.client("alice")
    expired = issuing.client("bob", not_after=now - timedelta(days=1))

Every keyword of `Options` changes one field or extension of one certificate; nothing is checked, so that any fault can
be made. The TBSCertificate is written here (RFC 5280 4.1) because a library's builder refuses most of them.
No key is written anywhere: a caller that needs files writes `certificate_pem`, `private_key_pem` or `pkcs12` itself.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias, TypedDict, Unpack, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from certprobe.lab.der import bit_string, integer, oid, pem, sequence, time, tlv

PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)
Name: TypeAlias = str | x509.Name | bytes
"""A distinguished name: RFC 4514 text, a `cryptography` name, or DER, which may be anything."""
KeyUsageName: TypeAlias = Literal[
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
]

SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"

SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALT_NAME: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"

# RFC 5280 4.2.1.3: the position in this list is the number of the bit.
_KEY_USAGE_BITS: Final[tuple[KeyUsageName, ...]] = get_args(KeyUsageName)
_CA_KEY_USAGE: Final[tuple[KeyUsageName, ...]] = ("keyCertSign", "cRLSign")
_SIGNER_KEY_USAGE: Final[tuple[KeyUsageName, ...]] = ("digitalSignature",)
_RSA_SERVER_KEY_USAGE: Final[tuple[KeyUsageName, ...]] = ("digitalSignature", "keyEncipherment")
_CA: Final = x509.BasicConstraints(ca=True, path_length=None)

_RSA_SIGNATURES: Final = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_ECDSA_SIGNATURES: Final = {
    "sha1": "1.2.840.10045.4.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
_DSA_SIGNATURES: Final = {"sha1": "1.2.840.10040.4.3", "sha256": "2.16.840.1.101.3.4.3.2"}


class Extension(NamedTuple):
    """One extension as it goes into the certificate: `oid` dotted, `value` the bytes inside the OCTET STRING."""

    oid: str
    value: bytes
    critical: bool = False


class Options(TypedDict, total=False):
    """What may be set, or set wrong, in one certificate; what is left out gets the value that a careful CA would give.

    `not_before` or `not_after` alone moves the other end, so that no window is inside out by accident.
    `subject_alt_names` holds host names and IP addresses as text, or GeneralNames as DER; empty means no extension.
    `extensions` are added last; one with the OID of an extension made here replaces it. `omit` leaves OIDs out.
    `issuer` is written instead of the authority's own subject, `public_key_info` instead of what `key` says of itself.
    `version` 1 drops all extensions.
    """

    subject: Name
    issuer: Name
    serial_number: int
    not_before: datetime
    not_after: datetime
    key: PrivateKey
    public_key_info: bytes
    signature_hash: hashes.HashAlgorithm
    version: int
    basic_constraints: x509.BasicConstraints | None
    key_usage: Collection[KeyUsageName] | None
    extended_key_usage: Sequence[str] | None
    subject_alt_names: Sequence[str | bytes]
    extensions: Sequence[Extension]
    omit: Collection[str]


@dataclass(frozen=True, slots=True, eq=False)
class Issued:
    """A certificate, its private key and the issuers that its holder sends along (nearest first, without the root)."""

    der: bytes = field(repr=False)
    private_key: PrivateKey = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    subject: bytes
    issuer: bytes

    @property
    def certificate_pem(self) -> bytes:
        return pem(self.der)

    @property
    def chain_pem(self) -> bytes:
        """The certificate and its issuers, as servers want them in one file."""
        return b"".join(map(pem, (self.der, *self.chain)))

    def private_key_pem(
        self, password: bytes | None = None, private_format: PrivateFormat = PrivateFormat.PKCS8
    ) -> bytes:
        return self.private_key.private_bytes(Encoding.PEM, private_format, _encryption(password))

    def pkcs12(
        self,
        password: bytes | None,
        friendly_name: str | None = None,
        encryption: KeySerializationEncryption | None = None,
    ) -> bytes:
        """The identity as PKCS#12; `encryption` replaces today's algorithms, for old files.

        Raises ValueError for a certificate that `cryptography` cannot read.
        """
        return pkcs12.serialize_key_and_certificates(
            friendly_name.encode() if friendly_name is not None else None,
            self.private_key,
            x509.load_der_x509_certificate(self.der),
            [x509.load_der_x509_certificate(der) for der in self.chain] or None,
            encryption or _encryption(password),
        )

    def with_broken_signature(self) -> Issued:
        """The same certificate with the last bit of its signature flipped."""
        der = self.der[:-1] + bytes([self.der[-1] ^ 1])
        return Issued(der, self.private_key, self.chain, self.subject, self.issuer)


@dataclass(frozen=True, slots=True, eq=False)
class Authority:
    """Whoever signs certificates: any `Issued`, even one that must not; `at` is the time to make them for."""

    issued: Issued
    at: datetime

    @classmethod
    def root(cls, common_name: str, *, at: datetime, **options: Unpack[Options]) -> Authority:
        """A self-signed authority."""
        key = options.setdefault("key", ec_key())
        subject = options.setdefault("subject", common_name_only(common_name))
        options.setdefault("omit", (AUTHORITY_KEY_IDENTIFIER,))
        itself = cls(Issued(b"", key, (), name_der(subject), name_der(subject)), at)
        issued = itself.issue(**_authority(options, at))
        return cls(Issued(issued.der, key, (), issued.subject, issued.issuer), at)

    def intermediate(self, common_name: str, **options: Unpack[Options]) -> Authority:
        """An authority below this one."""
        options.setdefault("subject", common_name_only(common_name))
        return Authority(self.issue(**_authority(options, self.at)), self.at)

    def cross_sign(self, other: Authority, **options: Unpack[Options]) -> Authority:
        """A second certificate, signed here, for the other authority's name and key."""
        options.setdefault("subject", other.issued.subject)
        options.setdefault("key", other.issued.private_key)
        return Authority(self.issue(**_authority(options, self.at)), self.at)

    def server(self, *hosts: str, **options: Unpack[Options]) -> Issued:
        """A server certificate for host names and IP addresses; the first is the common name as well."""
        options.setdefault("subject", common_name_only(hosts[0] if hosts else "server"))
        options.setdefault("subject_alt_names", hosts)
        rsa_holder = isinstance(options.setdefault("key", ec_key()), rsa.RSAPrivateKey)
        options.setdefault("key_usage", _RSA_SERVER_KEY_USAGE if rsa_holder else _SIGNER_KEY_USAGE)
        options.setdefault("extended_key_usage", (SERVER_AUTH,))
        return self.issue(**options)

    def client(self, common_name: str, **options: Unpack[Options]) -> Issued:
        """A client certificate."""
        options.setdefault("subject", common_name_only(common_name))
        options.setdefault("key_usage", _SIGNER_KEY_USAGE)
        options.setdefault("extended_key_usage", (CLIENT_AUTH,))
        return self.issue(**options)

    def issue(self, **options: Unpack[Options]) -> Issued:
        """A certificate with exactly these options; subject and key are the only ones made up."""
        key = options.get("key") or ec_key()
        subject = name_der(options.get("subject", b"\x30\x00"))
        issuer = name_der(options.get("issuer", self.issued.subject))
        signer = self.issued.private_key
        digest = options.get("signature_hash") or hashes.SHA256()
        algorithm = signature_algorithm(signer, digest)
        version = options.get("version", 3)
        serial_number = options.get("serial_number")
        tbs = sequence(
            tlv(0xA0, integer(version - 1)) if version > 1 else b"",
            integer(x509.random_serial_number() if serial_number is None else serial_number),
            algorithm,
            issuer,
            _validity(options, self.at),
            subject,
            options.get("public_key_info") or _public_key_info(key),
            tlv(0xA3, sequence(*map(encoded_extension, _extensions(options, key, signer)))) if version > 2 else b"",
        )
        der = sequence(tbs, algorithm, bit_string(sign(signer, digest, tbs)))
        return Issued(der, key, self._path, subject, issuer)

    @property
    def _path(self) -> tuple[bytes, ...]:
        """What those certified here send beside their own certificate."""
        self_issued = self.issued.subject == self.issued.issuer
        return () if self_issued else (self.issued.der, *self.issued.chain)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A new key, on P-256 unless told otherwise."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """A new RSA key; below 1024 bits, where the library refuses, it is made here and is weak in every sense."""
    return rsa.generate_private_key(65537, bits) if bits >= 1024 else _weak_rsa_key(bits)


def common_name_only(text: str) -> bytes:
    """The name `CN=text`, whatever characters the text holds."""
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, text.encode()))))


def name_der(name: Name) -> bytes:
    """The DER of a name in any of its three forms; raises ValueError for text that is not RFC 4514."""
    if isinstance(name, bytes):
        return name
    return (x509.Name.from_rfc4514_string(name) if isinstance(name, str) else name).public_bytes()


def _authority(options: Options, at: datetime) -> Options:
    options.setdefault("basic_constraints", _CA)
    options.setdefault("key_usage", _CA_KEY_USAGE)
    if "not_before" not in options and "not_after" not in options:
        options["not_before"], options["not_after"] = at - timedelta(days=365), at + timedelta(days=3650)
    return options


def _validity(options: Options, at: datetime) -> bytes:
    not_before, not_after = options.get("not_before"), options.get("not_after")
    if not_before is None:
        not_before = min(at, not_after or at) - timedelta(days=1)
    if not_after is None:
        not_after = max(at, not_before) + timedelta(days=90)
    return sequence(time(not_before), time(not_after))


def _extensions(options: Options, key: PrivateKey, signer: PrivateKey) -> Iterable[Extension]:
    made = {extension.oid: extension for extension in _usual_extensions(options, key, signer)}
    made |= {extension.oid: extension for extension in options.get("extensions", ())}
    return [extension for oid, extension in made.items() if oid not in options.get("omit", ())]


def _usual_extensions(options: Options, key: PrivateKey, signer: PrivateKey) -> Iterable[Extension]:
    """In the order of RFC 5280 4.2.1."""
    yield Extension(AUTHORITY_KEY_IDENTIFIER, sequence(tlv(0x80, key_identifier(signer))))
    yield Extension(SUBJECT_KEY_IDENTIFIER, tlv(0x04, key_identifier(key)))
    if (key_usage := options.get("key_usage")) is not None:
        yield Extension(KEY_USAGE, _key_usage(key_usage), critical=True)
    if names := options.get("subject_alt_names"):
        yield Extension(SUBJECT_ALT_NAME, sequence(*map(_general_name, names)))
    if (basic_constraints := options.get("basic_constraints")) is not None:
        yield Extension(BASIC_CONSTRAINTS, basic_constraints.public_bytes(), critical=True)
    if (usages := options.get("extended_key_usage")) is not None:
        yield Extension(EXTENDED_KEY_USAGE, sequence(*map(oid, usages)))


def encoded_extension(extension: Extension) -> bytes:
    """The DER of an Extension."""
    critical = b"\x01\x01\xff" if extension.critical else b""
    return sequence(oid(extension.oid), critical, tlv(0x04, extension.value))


def _general_name(name: str | bytes) -> bytes:
    if isinstance(name, bytes):
        return name
    try:
        return tlv(0x87, ipaddress.ip_address(name).packed)
    except ValueError:
        return tlv(0x82, name.encode())


def _key_usage(names: Collection[KeyUsageName]) -> bytes:
    numbers = sorted(_KEY_USAGE_BITS.index(name) for name in names)
    if not numbers:
        return b"\x03\x01\x00"
    size = numbers[-1] // 8 + 1
    bits = sum(1 << (size * 8 - 1 - number) for number in numbers)
    return tlv(0x03, bytes([7 - numbers[-1] % 8]), bits.to_bytes(size, "big"))


def _public_key_info(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_identifier(key: PrivateKey) -> bytes:
    """The SHA-1 of the public key, as RFC 5280 4.2.1.2 (1) has it."""
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest


def signature_algorithm(key: PrivateKey, digest: hashes.HashAlgorithm) -> bytes:
    """The AlgorithmIdentifier with which that key signs."""
    match key:
        case rsa.RSAPrivateKey():
            return sequence(oid(_RSA_SIGNATURES[digest.name]), b"\x05\x00")
        case ec.EllipticCurvePrivateKey():
            return sequence(oid(_ECDSA_SIGNATURES[digest.name]))
        case dsa.DSAPrivateKey():
            return sequence(oid(_DSA_SIGNATURES[digest.name]))
        case ed25519.Ed25519PrivateKey():
            return sequence(oid("1.3.101.112"))
        case _:
            return sequence(oid("1.3.101.113"))


def sign(key: PrivateKey, digest: hashes.HashAlgorithm, data: bytes) -> bytes:
    """The signature over data."""
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), digest)
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(digest))
        case dsa.DSAPrivateKey():
            return key.sign(data, digest)
        case _:
            return key.sign(data)


def _encryption(password: bytes | None) -> KeySerializationEncryption:
    return NoEncryption() if password is None else BestAvailableEncryption(password)


def _weak_rsa_key(bits: int) -> rsa.RSAPrivateKey:
    p, q = _probable_prime(bits // 2), _probable_prime(bits - bits // 2)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    private = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public)
    return private.private_key(unsafe_skip_rsa_key_validation=True)


def _probable_prime(bits: int) -> int:
    while True:
        # The two highest bits make the product exactly as long as asked for.
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if (candidate - 1) % 65537 and all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate
