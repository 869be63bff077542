"""A store of certificates, found by subject."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.name import DistinguishedName


class CertificateStore:
    """Certificates in the order given, each DER once; nothing is read of them before the first is looked for."""

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

    @cached_property
    def _by_subject(self) -> Mapping[bytes, tuple[Certificate, ...]]:
        index: dict[bytes, list[Certificate]] = {}
        for certificate in self:
            index.setdefault(certificate.subject.match_key, []).append(certificate)
        return {name: tuple(certificates) for name, certificates in index.items()}
