"""Which usages Windows leaves to each certificate of a path, by extKeyUsage and Microsoft's application policies.

What is known, and how well (W a table that a run on Windows enforces, N .NET's tests, which run on Windows, D the
documentation, I inferred):

* Application policies stand in place of extKeyUsage, an empty list too; then nobody reads extKeyUsage, damaged or not
  (N, D). A certificate with neither is good for every usage (W, N, D), and so is one whose list is damaged (N).
* anyExtendedKeyUsage is every usage in either list, and anyPolicy is none (N); so is Microsoft's own any (D).
* A certificate has the usages that the certificates above it all have too, the root among them (N).
* Mappings rename usages for what is below; constraints inhibit that, or require a list, some certificates below (D).
  In detail they are taken to work as the policy extensions of RFC 5280 whose encoding they have (I).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import extensions
from certprobe.pki.usage import ANY_APPLICATION_POLICY, ANY_EXTENDED_KEY_USAGE, usage_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.pki.certificate import Certificate

ANY: Final = {ANY_EXTENDED_KEY_USAGE, ANY_APPLICATION_POLICY}


class Refusal(NamedTuple):
    """The index of the lowest certificate that does not leave a usage to itself or what is below, and what it does."""

    at: int
    reason: str


def refused_usages(certificates: Sequence[Certificate], oids: Sequence[str]) -> tuple[dict[str, Refusal], ...]:
    """Return for each element, end certificate first, which of the usages it does not have, as dotted OIDs, and why."""
    usages = _Usages(oids, len(certificates))
    refused = []
    for index in range(len(certificates) - 1, -1, -1):
        usages.descend(index, certificates[index])
        refused.append(dict(usages.refused))
        usages.map(index, certificates[index])
        usages.prepare_for_next(certificates[index])
    return tuple(reversed(refused))


def allowed_usages(certificate: Certificate) -> tuple[str, ...] | None:
    """Return the usages of one certificate as dotted OIDs, by whichever list Windows reads; None is all of them."""
    if certificate.extension(extensions.APPLICATION_POLICIES) is not None:
        return certificate.application_policies
    return certificate.extended_key_usage


class _Usages:
    """By which names the usages that are asked for go on one level, and why others are lost."""

    def __init__(self, oids: Sequence[str], length: int) -> None:
        self._names = {oid: frozenset((oid,)) for oid in oids}
        self._policy_mapping = self._explicit_policy = length + 1
        self.refused: dict[str, Refusal] = {}

    def descend(self, index: int, certificate: Certificate) -> None:
        """Keep what the certificate allows."""
        allowed = allowed_usages(certificate)
        reason = _in_words(certificate, allowed)
        if allowed is None and self._explicit_policy == 0:
            allowed, reason = (), "has no application policies, which are required of it"
        if allowed is not None and ANY.isdisjoint(allowed):
            for oid, names in self._names.items():
                self._keep(oid, names.intersection(allowed), Refusal(index, reason), names)

    def map(self, index: int, certificate: Certificate) -> None:
        """RFC 5280 6.1.4 (b): let usages go by the subject's names below, or end those that must not be mapped."""
        below: dict[str, set[str]] = {}
        for mapping in certificate.application_policy_mappings or ():
            below.setdefault(mapping.issuer_domain_policy, set()).add(mapping.subject_domain_policy)
        if not below:
            return
        inhibited = Refusal(index, "maps it to other usages, which a certificate above it inhibits")
        for oid, names in self._names.items():
            unmapped = names - below.keys()
            mapped = unmapped.union(*(below[name] for name in names if name in below))
            if self._policy_mapping:
                self._names[oid] = mapped
            else:
                self._keep(oid, unmapped, inhibited, mapped)

    def prepare_for_next(self, certificate: Certificate) -> None:
        """RFC 5280 6.1.4 (h) and (i)."""
        if not certificate.is_self_issued:
            self._policy_mapping = max(self._policy_mapping - 1, 0)
            self._explicit_policy = max(self._explicit_policy - 1, 0)
        constraints = certificate.application_policy_constraints
        if constraints is not None and constraints.inhibit_policy_mapping is not None:
            self._policy_mapping = min(self._policy_mapping, constraints.inhibit_policy_mapping)
        if constraints is not None and constraints.require_explicit_policy is not None:
            self._explicit_policy = min(self._explicit_policy, constraints.require_explicit_policy)

    def _keep(self, oid: str, names: frozenset[str], refusal: Refusal, otherwise: frozenset[str]) -> None:
        """Go on with these names; if there are none, with others, to find who below refuses the usage as well."""
        if not names:
            self.refused[oid] = refusal
        self._names[oid] = names or otherwise


def _in_words(certificate: Certificate, allowed: tuple[str, ...] | None) -> str:
    usages = ", ".join(map(usage_name, allowed or ())) or "nothing"
    where = " by its application policies" if certificate.application_policies is not None else ""
    return f"allows {usages}{where}"
