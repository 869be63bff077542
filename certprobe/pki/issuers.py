"""Who issued a certificate, as far as a store knows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore

_LONGEST_PATH: Final = 16
_MOST_STRANGERS: Final = 20_000
"""How many CAs of the right name may turn out not to have signed; it is some seconds, and no honest file has more."""
GIVEN_UP: Final = (
    f"its issuer was looked for among CAs of the same name until {_MOST_STRANGERS} had not signed; "
    "no other was looked for by its signature"
)


class Issuers:
    """The issuers of certificates within a store, each looked for once.

    An issuer is one by name, and by key identifier or else by signature; nothing else is judged. When
    20,000 signatures were not by who has the name, no more are tried: `given_up` is the first certificate
    whose issuer was not found for that reason.
    """

    def __init__(self, store: CertificateStore) -> None:
        self.store = store
        self.given_up: Certificate | None = None
        self._strangers_left = _MOST_STRANGERS
        self._found: dict[bytes, Certificate | None] = {}
        self._by_key: dict[bytes, Mapping[bytes | None, Certificate]] = {}

    def path(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """Climb from a certificate towards its root, as far as the store goes: one path, of at most 16 certificates."""
        path: list[Certificate] = []
        while len(path) < _LONGEST_PATH and (issuer := self._issuer(certificate)) and issuer not in path:
            path.append(issuer)
            certificate = issuer
        return tuple(path)

    def _issuer(self, certificate: Certificate) -> Certificate | None:
        if certificate.der not in self._found:
            self._found[certificate.der] = self._look_for(certificate)
        return self._found[certificate.der]

    def _look_for(self, certificate: Certificate) -> Certificate | None:
        named_so = self.store.by_subject(certificate.issuer)
        if not named_so or is_self_signed(certificate):
            return None
        identifier = certificate.authority_key_identifier
        if identifier and identifier.key_identifier:
            named = self._keys(certificate.issuer.match_key, named_so).get(identifier.key_identifier)
            if named is not None:
                return named
        for one in named_so:
            if not self._strangers_left:
                self.given_up = self.given_up or certificate
                return None
            if _signed(one, certificate):
                return one
            self._strangers_left -= 1
        return None

    def _keys(self, name: bytes, named_so: tuple[Certificate, ...]) -> Mapping[bytes | None, Certificate]:
        if name not in self._by_key:
            self._by_key[name] = {one.subject_key_identifier: one for one in reversed(named_so)}
        return self._by_key[name]


@lru_cache(maxsize=256)
def is_self_signed(certificate: Certificate) -> bool:
    """Say whether a certificate names itself as its issuer and its own key made the signature, if we can tell."""
    return certificate.is_self_issued and _signed(certificate, certificate)


def _signed(issuer: Certificate, certificate: Certificate) -> bool:
    from certprobe.pki.signature import SignatureCheck, verify_signature

    return verify_signature(certificate, issuer) is not SignatureCheck.INVALID
