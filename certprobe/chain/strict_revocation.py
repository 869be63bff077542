"""Strict rules for the CRLs that speak of a path's elements (RFC 5280 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.chain.context import Remark
from certprobe.chain.revocation import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.crl import CertificateList


def check_crls(path: PathView) -> Iterator[Result]:
    """Each CRL of the issuer of an element that is checked for revocation."""
    for index in sorted(asked(path)):
        for crl in path.question.evidence.crls:
            if crl.issuer == path.certificates[index].issuer:
                for remark in _remarks(crl):
                    yield index, remark


def _remarks(crl: CertificateList) -> Iterator[Remark]:
    criticality = {extension.oid: extension.critical for extension in crl.extensions}
    if crl.version != 2:
        yield Remark("RFC 5280 5.1.2.1", f"a CRL of its issuer is v{crl.version}, not v2")
    if crl.next_update is None:
        yield Remark("RFC 5280 5.1.2.5", "a CRL of its issuer does not say when the next one comes (nextUpdate)")
    for oid, (name, section) in _MUST_BE_THERE.items():
        if oid not in criticality:
            yield Remark(section, f"a CRL of its issuer has no {name}")
    for oid, (name, section, must_be) in _CRITICALITY.items():
        if criticality.get(oid, must_be) is not must_be:
            yield Remark(section, f"in a CRL of its issuer the extension {name} is {_WORDS[not must_be]}")


_WORDS = {True: "critical", False: "not critical"}
_MUST_BE_THERE = {
    "2.5.29.35": ("authorityKeyIdentifier", "RFC 5280 5.2.1"),
    "2.5.29.20": ("cRLNumber", "RFC 5280 5.2.3"),
}
_CRITICALITY = {
    "2.5.29.35": ("authorityKeyIdentifier", "RFC 5280 4.2.1.1", False),
    "2.5.29.20": ("cRLNumber", "RFC 5280 5.2.3", False),
    "2.5.29.27": ("deltaCRLIndicator", "RFC 5280 5.2.4", True),
    "2.5.29.28": ("issuingDistributionPoint", "RFC 5280 5.2.5", True),
    "2.5.29.46": ("freshestCRL", "RFC 5280 5.2.6", False),
}
