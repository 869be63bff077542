"""What BoringSSL's key purposes ask beside the usage itself, as checks: strict TLS, RCS with MLS, and C2PA.

Learned of the documentation in its verify_certificate_chain.h, and of the specification of C2PA.
"""

from __future__ import annotations

from collections.abc import Iterator

from certprobe.chain.context import Remark
from certprobe.chain.extension import check_unprocessed_extensions
from certprobe.chain.path import Check, PathView, Result
from certprobe.chain.rules import AnchorFields
from certprobe.chain.strict_usages import check_foreign_usages, check_issuers_foreign_usages
from certprobe.pki import usage
from certprobe.pki.certificate import Certificate
from certprobe.pki.extensions import Extension
from certprobe.pki.usage import KeyUsage

# rcsMlsParticipantInformation and its ACS kind (GSMA RCC.16 A.3.8).
_RCS_MLS_EXTENSIONS = ("2.23.146.2.1.4", "2.23.146.2.1.5")
# emailProtection and documentSigning (RFC 9336).
_CLAIM_SIGNING = (usage.EMAIL_PROTECTION, "1.3.6.1.5.5.7.3.36")


def issuers(path: PathView) -> Iterator[tuple[int, Certificate]]:
    """The certificates above the end certificate whose extensions count."""
    for index, certificate in enumerate(path.certificates[1:], start=1):
        if index != path.anchor or AnchorFields.EXTENSIONS in path.profile.anchor_fields:
            yield index, certificate


# -- strict TLS


def check_end_names_usage(path: PathView) -> Iterator[Result]:
    """The end certificate names the usage: neither no extension nor anyExtendedKeyUsage is enough."""
    missing = set(path.question.requested_usage.oids).difference(path.certificates[0].extended_key_usage or ())
    if missing:
        yield 0, Remark("BR 7.1.2.7.10", f"extKeyUsage does not name {', '.join(sorted(missing))}")


def check_issuers_name_usage(path: PathView) -> Iterator[Result]:
    """Its issuer names it; whoever stands above may name any usage, but some it must.

    Many an issuer of servers still names none.
    """
    for index, certificate in issuers(path):
        enough = set(path.question.requested_usage.oids)
        named = set(certificate.extended_key_usage or ())
        if index == 1 and index != path.anchor:
            satisfied = enough <= named or (not named and enough == {usage.SERVER_AUTH})
        else:
            satisfied = enough <= named or usage.ANY_EXTENDED_KEY_USAGE in named
        if not satisfied:
            yield index, Remark("BR 7.1.2.10.6", f"extKeyUsage does not name {', '.join(enough - named)}")


def check_end_is_no_ca(path: PathView) -> Iterator[Result]:
    """An end certificate is no CA, unless it is trusted for itself."""
    constraints = path.certificates[0].basic_constraints
    if constraints is not None and constraints.ca and path.anchor != 0:
        yield 0, Remark("BR 7.1.2.7.8", "the end certificate is a CA")


STRICT_LEAF: tuple[Check, ...] = (check_end_names_usage, check_foreign_usages, check_end_is_no_ca)
STRICT: tuple[Check, ...] = (*STRICT_LEAF, check_issuers_name_usage, check_issuers_foreign_usages)


# -- RCS with MLS (GSMA RCC.16 A.3.8.3)


def check_sole_usage(path: PathView) -> Iterator[Result]:
    """Every certificate names the requested usage, and no other."""
    for index, certificate in ((0, path.certificates[0]), *issuers(path)):
        if certificate.extended_key_usage != path.question.requested_usage.oids:
            yield index, Remark("GSMA RCC.16 A.3.8.3", "extKeyUsage does not name rcsMlsClient alone")


def check_signing_alone(path: PathView) -> Iterator[Result]:
    """The end certificate's key signs, and does nothing else."""
    if path.certificates[0].key_usage != KeyUsage.digitalSignature:
        yield 0, Remark("GSMA RCC.16 A.3.8.3", "keyUsage has not digitalSignature alone")


class _RcsCertificate(Certificate):
    """A certificate without the extensions that only RCS understands."""

    __slots__ = ()

    @property
    def extensions(self) -> tuple[Extension, ...]:
        return tuple(each for each in super().extensions if each.oid not in _RCS_MLS_EXTENSIONS)


def check_unprocessed_but_for_rcs(path: PathView) -> Iterator[Result]:
    """Critical extensions that neither RFC 5280 nor RCS understands."""
    *others, last = path.certificates
    if path.anchor != 0 and path.anchor is not None:
        certificates = (*(_RcsCertificate(each.der) for each in others), last)
    else:
        certificates = tuple(_RcsCertificate(each.der) for each in path.certificates)
    return check_unprocessed_extensions(path._replace(certificates=certificates))


MLS: tuple[Check, ...] = (check_sole_usage, check_signing_alone, check_end_is_no_ca, check_unprocessed_but_for_rcs)


# -- C2PA (technical specification, "Certificate Profile")


def check_time_stamping_alone(path: PathView) -> Iterator[Result]:
    """Who stamps the time does nothing else."""
    if path.certificates[0].extended_key_usage != (usage.TIME_STAMPING,):
        yield 0, Remark("C2PA, certificate profile", "extKeyUsage does not name timeStamping alone")


def check_claim_signing(path: PathView) -> Iterator[Result]:
    """Who signs manifests protects mail or signs documents, and neither stamps the time nor signs OCSP responses."""
    named = set(path.certificates[0].extended_key_usage or ())
    if named.isdisjoint(_CLAIM_SIGNING):
        yield 0, Remark("C2PA, certificate profile", "extKeyUsage names nothing that may sign manifests")
    if named & {usage.ANY_EXTENDED_KEY_USAGE, usage.TIME_STAMPING, usage.OCSP_SIGNING}:
        yield 0, Remark("C2PA, certificate profile", "extKeyUsage names what must not sign manifests")
