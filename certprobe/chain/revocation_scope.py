"""Does this CRL speak of that certificate, and for which reasons? (RFC 5280 6.3.3 (b) to (d))"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.distribution import (
    ALL_REASONS,
    Contents,
    DistributionPoint,
    ReasonFlags,
    directory_name_key,
    general_name_key,
    name_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.distribution import IssuingDistributionPoint
    from certprobe.pki.extensions import GeneralName

NO_REASONS: Final = ReasonFlags(0)


def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """The certificate's points; without any, one that says nothing, as for CRLs that its issuer publishes anyhow."""
    return certificate.crl_distribution_points or (DistributionPoint(None, ALL_REASONS, ()),)


def covered_reasons(crl: CertificateList, certificate: Certificate) -> ReasonFlags:
    """The reasons for which this complete CRL would list the certificate; none if it speaks of others."""
    covered = NO_REASONS
    scope = crl.issuing_distribution_point
    if scope is not None and not _contains_kind(scope, certificate):
        return covered
    for point in distribution_points(certificate):
        if _is_issued_for(crl, point, certificate) and (scope is None or _is_named(scope, crl, point, certificate)):
            covered |= point.reasons & (scope.only_some_reasons if scope else ALL_REASONS) & ALL_REASONS
    return covered


def _is_issued_for(crl: CertificateList, point: DistributionPoint, certificate: Certificate) -> bool:
    """(b)(1): by the certificate's issuer, or, as an indirect CRL, by whom the certificate names for it."""
    if not point.crl_issuer:
        return crl.issuer == certificate.issuer
    scope = crl.issuing_distribution_point
    is_indirect = scope is not None and Contents.indirectCRL in scope.contents
    return is_indirect and directory_name_key(crl.issuer) in _keys(point.crl_issuer)


def _is_named(
    scope: IssuingDistributionPoint, crl: CertificateList, point: DistributionPoint, certificate: Certificate
) -> bool:
    """(b)(2)(i): the CRL's own name for itself is among those by which the certificate calls it."""
    if scope.name is None:
        return True
    if point.name is not None:
        names = name_keys(point.name, crl.issuer)
    elif point.crl_issuer:
        names = _keys(point.crl_issuer)
    else:
        names = frozenset({directory_name_key(certificate.issuer)})
    return not names.isdisjoint(name_keys(scope.name, crl.issuer))


def _contains_kind(scope: IssuingDistributionPoint, certificate: Certificate) -> bool:
    """(b)(2)(ii) to (iv); RFC 5280 5.2.5 keeps certificates older than v3 out of CRLs of one kind."""
    if scope.contents & Contents.onlyContainsAttributeCerts:
        return False
    only_users = Contents.onlyContainsUserCerts in scope.contents
    only_cas = Contents.onlyContainsCACerts in scope.contents
    if (only_users or only_cas) and certificate.version != 3:
        return False
    constraints = certificate.basic_constraints
    is_ca = constraints is not None and constraints.ca
    return not (only_users and is_ca) and not (only_cas and not is_ca)


def same_scope(delta: CertificateList, complete: CertificateList) -> bool:
    """(c)(1) to (3): whether a delta CRL is one to the complete one, as far as names and keys tell."""
    ours, theirs = delta.authority_key_identifier, complete.authority_key_identifier
    return (
        delta.issuer == complete.issuer
        and delta.issuing_distribution_point == complete.issuing_distribution_point
        and (ours.key_identifier if ours else None) == (theirs.key_identifier if theirs else None)
    )


def applies_to(delta: CertificateList, complete: CertificateList) -> bool:
    """Whether the numbers fit (RFC 5280 5.2.4): the complete one not before the base, and before the delta."""
    base, own, number = delta.base_crl_number, delta.crl_number, complete.crl_number
    return base is not None and own is not None and number is not None and base <= number < own


def names_issuer(certificate_issuer: tuple[GeneralName, ...], certificate: Certificate) -> bool:
    """Whether certificateIssuer of an entry is the issuer of the certificate."""
    return directory_name_key(certificate.issuer) in _keys(certificate_issuer)


def _keys(names: Iterable[GeneralName]) -> frozenset[bytes]:
    return frozenset(map(general_name_key, names))
