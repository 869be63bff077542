"""Which parameters belong to a key that leaves its own out? (RFC 5280 6.1.4 (d) to (f), RFC 3279 2.3.2)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki import algorithms
from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from certprobe.chain.search import Path
    from certprobe.pki.fields import PublicKeyInfo

_OMITTED: Final = (b"", b"\x05\x00")


class HeirCertificate(Certificate):
    """A certificate on a path, whose DSA key has the parameters of the CA above."""

    __slots__ = ("_parameters",)

    def __init__(self, der: bytes, parameters: bytes) -> None:
        super().__init__(der)
        self._parameters = parameters

    @property
    def public_key(self) -> PublicKeyInfo:
        key = super().public_key
        return key._replace(algorithm=key.algorithm._replace(parameters=self._parameters))


def with_working_keys(path: Path) -> Path:
    """The path with the keys that its signatures are verified by.

    Parameters come from the path itself and never from a store: whoever chooses them chooses what verifies.
    """
    if not any(_is_heir(certificate) for certificate in path.certificates):
        return path
    working: list[Certificate] = []
    above: PublicKeyInfo | None = None
    for certificate in reversed(path.certificates):
        found = certificate
        if _is_heir(certificate) and above is not None and above.algorithm.oid == algorithms.DSA:
            found = HeirCertificate(certificate.der, above.algorithm.parameters)
        working.append(found)
        above = found.public_key
    return path._replace(certificates=tuple(reversed(working)))


def _is_heir(certificate: Certificate) -> bool:
    algorithm = certificate.public_key.algorithm
    return algorithm.oid == algorithms.DSA and algorithm.parameters in _OMITTED
