"""A certificate as its DER, read leniently and only as far as somebody asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from certprobe.pki import algorithms, der, extensions, fields
from certprobe.pki.extensions import ExtensionFault
from certprobe.pki.name import EMPTY_NAME, DistinguishedName

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from certprobe.pki.distribution import AccessDescription, DistributionPoint
    from certprobe.pki.extensions import AuthorityKeyIdentifier, BasicConstraints, Extension, GeneralName
    from certprobe.pki.fields import AlgorithmIdentifier, Layout, PublicKeyInfo, Read
    from certprobe.pki.name_constraints import NameConstraints
    from certprobe.pki.policies import PolicyConstraints, PolicyInformation, PolicyMapping
    from certprobe.pki.usage import KeyUsage

T = TypeVar("T")


def _name_constraints(data: bytes) -> NameConstraints:
    from certprobe.pki.name_constraints import decode_name_constraints

    return decode_name_constraints(data)


_DECODERS: Final[dict[str, Callable[[bytes], object]]] = {
    extensions.BASIC_CONSTRAINTS: extensions.decode_basic_constraints,
    extensions.KEY_USAGE: extensions.decode_key_usage,
    extensions.EXTENDED_KEY_USAGE: extensions.decode_extended_key_usage,
    extensions.SUBJECT_ALT_NAME: extensions.decode_general_names,
    extensions.OLD_SUBJECT_ALT_NAME: extensions.decode_general_names,
    extensions.AUTHORITY_KEY_IDENTIFIER: extensions.decode_authority_key_identifier,
    extensions.SUBJECT_KEY_IDENTIFIER: extensions.decode_subject_key_identifier,
    extensions.NAME_CONSTRAINTS: _name_constraints,
}


def _decoder(oid: str) -> Callable[[bytes], object] | None:
    """What decodes an extension of that dotted OID; the rarer decoders are imported where they are needed."""
    if oid in extensions.POLICY_EXTENSIONS:
        from certprobe.pki import policies

        return policies.DECODERS[oid]
    return _DECODERS.get(oid)


class Certificate:
    """An X.509 certificate; any bytes will do, and every property answers.

    What cannot be read is None, empty or zero, and `fault` says where reading broke. Equality and hash are by DER.
    Nothing is judged here: no signature, no time, no agreement with any profile.
    """

    # Until a property is asked for, a certificate of a large store costs one pointer: no dictionary.
    __slots__ = ("__dict__", "__weakref__", "der")

    def __init__(self, der: bytes) -> None:
        self.der = der

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Certificate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject.rfc4514!r} {self.thumbprint}>"

    # -- the encoding

    @cached_property
    def layout(self) -> Layout:
        """Where the fields lie."""
        return fields.lay_out(self.der)

    @cached_property
    def fault(self) -> str | None:
        """Why the lenient reader could not read the certificate whole, or None; extensions' contents apart."""
        return (
            self.layout.fault
            or self._version.fault
            or self._serial_number.fault
            or (self.issuer.fault and f"issuer: {self.issuer.fault}")
            or self._validity.fault
            or (self.subject.fault and f"subject: {self.subject.fault}")
            or self._public_key.fault
            or self._extensions.fault
            or self._signature_algorithm.fault
        )

    @cached_property
    def strict_fault(self) -> str | None:
        """What a strict parser (`cryptography`) says when it refuses the certificate or one of its fields, or None."""
        from certprobe.pki.strict import strict_fault

        return strict_fault(self.der)

    @cached_property
    def thumbprint(self) -> str:
        """SHA-1 of the DER in lower-case hexadecimal digits, which Windows calls the thumbprint."""
        from hashlib import sha1

        return sha1(self.der, usedforsecurity=False).hexdigest()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the DER in lower-case hexadecimal digits."""
        from hashlib import sha256

        return sha256(self.der).hexdigest()

    # -- the fields

    @property
    def version(self) -> int:
        """1, 2 or 3 (3 if unknown)."""
        return self._version.value

    @property
    def serial_number(self) -> int:
        """The serial number; 0 if it is missing or longer than 64 octets."""
        return self._serial_number.value

    @cached_property
    def serial_hex(self) -> str:
        """The serial number's octets in lower-case hexadecimal digits, without a leading zero octet."""
        field = self.layout.serial_number
        contents = der.value(self.der, field) if field else b""
        return (contents[1:] if len(contents) > 1 and contents[0] == 0 else contents).hex()

    @cached_property
    def issuer(self) -> DistinguishedName:
        """The issuer; the empty name if missing."""
        field = self.layout.issuer
        return DistinguishedName(der.element(self.der, field)) if field else EMPTY_NAME

    @cached_property
    def subject(self) -> DistinguishedName:
        """The subject; the empty name if missing."""
        field = self.layout.subject
        return DistinguishedName(der.element(self.der, field)) if field else EMPTY_NAME

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject match (RFC 5280 6.1); says nothing about the signature."""
        return self.layout.subject is not None and self.issuer == self.subject

    @property
    def not_before(self) -> datetime | None:
        """Aware UTC, or None if undecodable."""
        return self._validity.value[0]

    @property
    def not_after(self) -> datetime | None:
        """Aware UTC, or None if undecodable."""
        return self._validity.value[1]

    # -- key and signature

    @property
    def public_key_info(self) -> bytes:
        """The DER of SubjectPublicKeyInfo; b"" if missing."""
        field = self.layout.subject_public_key_info
        return der.element(self.der, field) if field else b""

    @property
    def public_key(self) -> PublicKeyInfo:
        """SubjectPublicKeyInfo taken apart; empty if undecodable."""
        return self._public_key.value

    @property
    def public_key_algorithm(self) -> str:
        """The RFC's name of the key's algorithm ("rsaEncryption"), else its dotted OID."""
        oid = self.public_key.algorithm.oid
        return algorithms.PUBLIC_KEY_ALGORITHMS.get(oid, oid)

    @property
    def public_key_curve(self) -> str | None:
        """The named curve of an elliptic-curve key ("secp256r1"), else its dotted OID; None for other keys."""
        oid = fields.named_curve(self.public_key)
        return algorithms.CURVES[oid].name if oid in algorithms.CURVES else oid

    @cached_property
    def public_key_bits(self) -> int | None:
        """Size of the RSA modulus, the curve's field or the DSA prime in bits; None if unknown."""
        return fields.key_bits(self.public_key)

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
        return fields.signature_value(self.der, self.layout.signature_value)

    @property
    def signed_octets(self) -> bytes:
        """The DER of TBSCertificate, which is signed; b"" if missing."""
        field = self.layout.tbs_certificate
        return der.element(self.der, field) if field else b""

    @property
    def signature_algorithm(self) -> str:
        """The RFC's name of the outer signatureAlgorithm ("ecdsa-with-SHA256"), else its dotted OID."""
        known = algorithms.SIGNATURE_ALGORITHMS.get(self.signature_algorithm_oid)
        return known.name if known else self.signature_algorithm_oid

    # -- extensions

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """Every extension in order, as far as they can be told apart."""
        return self._extensions.value

    def extension(self, oid: str) -> Extension | None:
        """Return the first extension of that dotted OID."""
        return next((extension for extension in self.extensions if extension.oid == oid), None)

    @cached_property
    def extension_faults(self) -> tuple[ExtensionFault, ...]:
        """The extensions that stand twice, and those that this class decodes and cannot."""
        faults = []
        seen = set()
        for extension in self.extensions:
            if extension.oid in seen:
                faults.append(ExtensionFault(extension.oid, "stands more than once"))
            elif decoder := _decoder(extension.oid):
                try:
                    decoder(extension.value)
                except der.DerError as error:
                    faults.append(ExtensionFault(extension.oid, str(error)))
            seen.add(extension.oid)
        return tuple(faults)

    @cached_property
    def basic_constraints(self) -> BasicConstraints | None:
        """None if absent or undecodable, as all of the following."""
        return self._decoded(extensions.BASIC_CONSTRAINTS, extensions.decode_basic_constraints)

    @cached_property
    def key_usage(self) -> KeyUsage | None:
        """The keyUsage bits."""
        return self._decoded(extensions.KEY_USAGE, extensions.decode_key_usage)

    @cached_property
    def extended_key_usage(self) -> tuple[str, ...] | None:
        """The purposes as dotted OIDs."""
        return self._decoded(extensions.EXTENDED_KEY_USAGE, extensions.decode_extended_key_usage)

    @cached_property
    def subject_alt_names(self) -> tuple[GeneralName, ...] | None:
        """The names of subjectAltName, else of its predecessor 2.5.29.7, which Windows honours alike."""
        current = self.extension(extensions.SUBJECT_ALT_NAME)
        oid = extensions.SUBJECT_ALT_NAME if current else extensions.OLD_SUBJECT_ALT_NAME
        return self._decoded(oid, extensions.decode_general_names)

    @cached_property
    def authority_key_identifier(self) -> AuthorityKeyIdentifier | None:
        """What the issuer's key and certificate are called."""
        return self._decoded(extensions.AUTHORITY_KEY_IDENTIFIER, extensions.decode_authority_key_identifier)

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        """What this certificate's key is called."""
        return self._decoded(extensions.SUBJECT_KEY_IDENTIFIER, extensions.decode_subject_key_identifier)

    @cached_property
    def name_constraints(self) -> NameConstraints | None:
        """Which names may stand in the certificates below."""
        return self._decoded(extensions.NAME_CONSTRAINTS, _name_constraints)

    @cached_property
    def certificate_policies(self) -> tuple[PolicyInformation, ...] | None:
        """Under which policies the certificate was issued."""
        from certprobe.pki import policies

        return self._decoded(extensions.CERTIFICATE_POLICIES, policies.decode_certificate_policies)

    @cached_property
    def policy_mappings(self) -> tuple[PolicyMapping, ...] | None:
        """Which policies of the issuer the subject calls by other names."""
        from certprobe.pki import policies

        return self._decoded(extensions.POLICY_MAPPINGS, policies.decode_policy_mappings)

    @cached_property
    def policy_constraints(self) -> PolicyConstraints | None:
        """Whether policies are required and mappings forbidden below."""
        from certprobe.pki import policies

        return self._decoded(extensions.POLICY_CONSTRAINTS, policies.decode_policy_constraints)

    @cached_property
    def inhibit_any_policy(self) -> int | None:
        """After how many more certificates anyPolicy counts no longer."""
        from certprobe.pki import policies

        return self._decoded(extensions.INHIBIT_ANY_POLICY, policies.decode_inhibit_any_policy)

    @cached_property
    def application_policies(self) -> tuple[str, ...] | None:
        """Microsoft's application policies as dotted OIDs, which Windows reads in place of extKeyUsage."""
        if self.extension(extensions.APPLICATION_POLICIES) is None:
            return None
        from certprobe.pki import policies

        return self._decoded(extensions.APPLICATION_POLICIES, policies.decode_application_policies)

    @cached_property
    def application_policy_mappings(self) -> tuple[PolicyMapping, ...] | None:
        """Which usages of the issuer the subject calls by other names."""
        if self.extension(extensions.APPLICATION_POLICY_MAPPINGS) is None:
            return None
        from certprobe.pki import policies

        return self._decoded(extensions.APPLICATION_POLICY_MAPPINGS, policies.decode_policy_mappings)

    @cached_property
    def application_policy_constraints(self) -> PolicyConstraints | None:
        """Whether application policies are required and their mappings forbidden below."""
        if self.extension(extensions.APPLICATION_POLICY_CONSTRAINTS) is None:
            return None
        from certprobe.pki import policies

        return self._decoded(extensions.APPLICATION_POLICY_CONSTRAINTS, policies.decode_policy_constraints)

    @cached_property
    def crl_distribution_points(self) -> tuple[DistributionPoint, ...] | None:
        """Where CRLs that cover this certificate lie."""
        from certprobe.pki import distribution

        return self._decoded(distribution.CRL_DISTRIBUTION_POINTS, distribution.decode_crl_distribution_points)

    @cached_property
    def freshest_crl(self) -> tuple[DistributionPoint, ...] | None:
        """Where delta CRLs lie."""
        from certprobe.pki import distribution

        return self._decoded(distribution.FRESHEST_CRL, distribution.decode_crl_distribution_points)

    @cached_property
    def authority_info_access(self) -> tuple[AccessDescription, ...] | None:
        """Where the issuer's certificate and OCSP responders are."""
        from certprobe.pki import distribution

        return self._decoded(distribution.AUTHORITY_INFO_ACCESS, distribution.decode_authority_info_access)

    def _decoded(self, oid: str, decoder: Callable[[bytes], T]) -> T | None:
        extension = self.extension(oid)
        try:
            return decoder(extension.value) if extension else None
        except der.DerError:
            return None

    # -- what the lenient reader found, each with its fault

    @cached_property
    def _version(self) -> Read[int]:
        return fields.version(self.der, self.layout.version)

    @cached_property
    def _serial_number(self) -> Read[int]:
        return fields.serial_number(self.der, self.layout.serial_number)

    @cached_property
    def _validity(self) -> Read[tuple[datetime | None, datetime | None]]:
        return fields.validity(self.der, self.layout.validity)

    @cached_property
    def _public_key(self) -> Read[PublicKeyInfo]:
        return fields.public_key_info(self.der, self.layout.subject_public_key_info)

    @cached_property
    def _extensions(self) -> Read[tuple[Extension, ...]]:
        return fields.extension_list(self.der, self.layout.extensions)

    @cached_property
    def _signature_algorithm(self) -> Read[AlgorithmIdentifier]:
        return fields.signature_algorithm(self.der, self.layout.signature_algorithm, self.layout.signature)
