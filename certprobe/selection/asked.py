"""A CertificateRequest as the criteria read it: what is worked out of it once serves every credential."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from certprobe.pki.name import COMMON_NAME, DistinguishedName
from certprobe.tls.enums import ProtocolVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from certprobe.pki.certificate import Certificate
    from certprobe.tls.messages import CertificateRequest

_MOST_TRAITS: Final = 64


class Asked:
    """A request, and the time at which it is answered; `at` is aware.

    `beside` are the certificates that lie beside the credentials, roots among them.
    """

    def __init__(self, request: CertificateRequest, at: datetime, beside: tuple[Certificate, ...] = ()) -> None:
        self.request = request
        self.at = at
        self._beside = beside

    @property
    def is_tls13(self) -> bool:
        """Whether RFC 8446 is the standard of the request, and not RFC 5246 or an earlier one."""
        return self.request.version >= ProtocolVersion.TLS_1_3

    @cached_property
    def names(self) -> Mapping[DistinguishedName, int]:
        """The listed names in their order, compared by RFC 5280 7.1, and the place of each in the list, from 1."""
        places: dict[DistinguishedName, int] = {}
        for number, name in enumerate(self.request.certificate_authorities or (), 1):
            places.setdefault(DistinguishedName(name), number)
        return places

    @cached_property
    def roots(self) -> frozenset[DistinguishedName]:
        """The names of the roots that are known: nothing has to be added above them."""
        return frozenset(certificate.subject for certificate in self._beside if certificate.is_self_issued)

    @cached_property
    def match_keys(self) -> frozenset[bytes]:
        """The listed names as they are compared, for who has thousands to look up."""
        return frozenset(name.match_key for name in self.names)

    def nearest(self, issuers: Iterable[DistinguishedName], most: int) -> tuple[DistinguishedName, ...]:
        """Return the listed names that are likest to these, at most so many; all the same, the list's order decides.

        A word of the common name, or another attribute, that is shared weighs the more the fewer names have it: the
        successor of a CA is called nearly as it was, and what every CA is called tells nothing.
        """
        names = tuple(self.names)
        likeness = [0.0] * len(names)
        for trait in {trait for issuer in issuers for trait in _traits(issuer)}:
            sharing = self._sharing.get(trait, ())
            for place in sharing:
                likeness[place] += 1 / len(sharing)
        ranked = sorted(range(len(names)), key=lambda place: -likeness[place])
        return tuple(names[place] for place in ranked[:most])

    @cached_property
    def _sharing(self) -> Mapping[str, tuple[int, ...]]:
        """Which names, counted from 0 in the list's order, have a trait."""
        places: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            for trait in _traits(name):
                places.setdefault(trait, []).append(place)
        return {trait: tuple(having) for trait, having in places.items()}


def _traits(name: DistinguishedName) -> frozenset[str]:
    """The words of a name's common names and its other attributes, the first 64 of them."""
    traits: list[str] = []
    for rdn in name.rdns:
        for attribute in rdn:
            text = (attribute.text or "").casefold()
            words = text.split() if attribute.type == COMMON_NAME else (f"{attribute.type}={text}",)
            traits += words[: _MOST_TRAITS - len(traits)]
    return frozenset(traits)
