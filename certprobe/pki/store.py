"""A store of certificates, found by subject, key identifier or thumbprint."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.name import DistinguishedName


class CertificateStore:
    """Certificates in the order given, each DER once.

    Each index is built when it is first asked for, and reads no more of each certificate than it needs.
    """

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._certificates = {certificate.der: certificate for certificate in certificates}

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self._certificates.values())

    def __len__(self) -> int:
        return len(self._certificates)

    def __contains__(self, certificate: object) -> bool:
        return getattr(certificate, "der", None) in self._certificates

    def __repr__(self) -> str:
        return f"<CertificateStore of {len(self)}>"

    def by_subject(self, name: DistinguishedName) -> tuple[Certificate, ...]:
        """Return the certificates whose subject matches (RFC 5280 7.1)."""
        return self._by_subject.get(name.match_key, ())

    def by_key_identifier(self, key_identifier: bytes) -> tuple[Certificate, ...]:
        """Return the certificates with that subjectKeyIdentifier."""
        return self._by_key_identifier.get(key_identifier, ())

    def by_thumbprint(self, thumbprint: str) -> tuple[Certificate, ...]:
        """Return the certificates with that SHA-1 thumbprint, in hexadecimal digits of either case."""
        return self._by_thumbprint.get(thumbprint.lower(), ())

    @cached_property
    def _by_subject(self) -> Mapping[Hashable, tuple[Certificate, ...]]:
        return self._indexed(lambda certificate: certificate.subject.match_key)

    @cached_property
    def _by_key_identifier(self) -> Mapping[Hashable, tuple[Certificate, ...]]:
        return self._indexed(lambda certificate: certificate.subject_key_identifier)

    @cached_property
    def _by_thumbprint(self) -> Mapping[Hashable, tuple[Certificate, ...]]:
        return self._indexed(lambda certificate: certificate.thumbprint)

    def _indexed(self, key: Callable[[Certificate], Hashable]) -> Mapping[Hashable, tuple[Certificate, ...]]:
        index: dict[Hashable, list[Certificate]] = {}
        for certificate in self:
            index.setdefault(key(certificate), []).append(certificate)
        return {found: tuple(certificates) for found, certificates in index.items()}
