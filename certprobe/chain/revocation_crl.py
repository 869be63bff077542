"""What CRLs say of one certificate (RFC 5280 6.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.path import moment
from certprobe.chain.revocation_inquiry import RevocationStatus, Verdict
from certprobe.chain.revocation_scope import (
    NO_REASONS,
    applies_to,
    covered_reasons,
    names_issuer,
    same_scope,
)
from certprobe.chain.revocation_signer import crl_signer
from certprobe.chain.rules import Entries
from certprobe.pki.crl_entries import CrlReason, RevokedCertificate
from certprobe.pki.distribution import ALL_REASONS
from certprobe.pki.signature import SignatureCheck

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.chain.revocation_inquiry import Inquiry
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.distribution import ReasonFlags

_CITATION: Final = "RFC 5280 6.3.3"


class _Accepted(NamedTuple):
    """A complete CRL that covers the certificate for some reasons and is signed by one who may."""

    crl: CertificateList
    reasons: ReasonFlags
    signer: Certificate
    out_of_date: str | None


def judge_by_crl(inquiry: Inquiry) -> Verdict:
    """Judge by every CRL that speaks of the certificate.

    Listed is revoked, in a stale CRL too, as Windows has it; not listed is good only if current CRLs cover all reasons.
    """
    accepted, refusals = _accept(inquiry)
    covered = NO_REASONS
    offline = False
    for one in _best_of_each_scope(accepted, inquiry):
        delta = _delta(one, inquiry)
        verdict = _listed(one, delta, inquiry)
        if verdict is not None:
            return verdict
        if one.out_of_date is None or (delta is not None and _keeps_up(one, delta, inquiry)):
            covered |= one.reasons
        else:
            offline = True
            refusals.append(f"{_name(one.crl)} is {one.out_of_date}")
    if covered == ALL_REASONS:
        return Verdict(RevocationStatus.GOOD, _CITATION, "")
    if covered:
        missing = ", ".join(flag.name or "" for flag in ALL_REASONS & ~covered)
        refusals.append(f"the CRLs do not list it, but do not cover these reasons: {missing}")
    status = RevocationStatus.OFFLINE if offline else RevocationStatus.NO_CHECK
    return Verdict(status, _CITATION, "; ".join(refusals) or "none of the CRLs speaks of it")


def _accept(inquiry: Inquiry) -> tuple[list[_Accepted], list[str]]:
    """Sort the evidence: complete CRLs that count, and why others that speak of the certificate do not."""
    accepted, refusals = [], []
    for crl in inquiry.path.question.evidence.crls:
        if crl.is_delta:
            continue
        reasons = covered_reasons(crl, inquiry.certificate)
        if not reasons:
            continue
        signer = _unusable(crl) or crl_signer(crl, inquiry)
        if isinstance(signer, str):
            refusals.append(f"{_name(crl)} does not count: {signer}")
        else:
            out_of_date = inquiry.out_of_date(crl.this_update, crl.next_update)
            accepted.append(_Accepted(crl, reasons, signer, out_of_date))
    return accepted, refusals


def _unusable(crl: CertificateList) -> str | None:
    if crl.fault:
        return f"it is not well-formed: {crl.fault}"
    if crl.unknown_critical_extensions:
        return f"it has critical extensions that are not understood: {', '.join(crl.unknown_critical_extensions)}"
    return None


def _best_of_each_scope(accepted: list[_Accepted], inquiry: Inquiry) -> list[_Accepted]:
    """Of CRLs of the same issuer and scope the newest replaces the others: a current one, else one of the past."""

    def rank(one: _Accepted) -> tuple[bool, bool, datetime | None, int]:
        is_current = one.out_of_date is None
        return is_current, not _is_of_the_future(one.crl, inquiry), one.crl.this_update, one.crl.crl_number or 0

    best: dict[tuple[bytes, object], _Accepted] = {}
    for one in accepted:
        key = (one.crl.issuer.match_key, one.crl.issuing_distribution_point)
        if key not in best or rank(one) > rank(best[key]):
            best[key] = one
    return list(best.values())


def _is_of_the_future(crl: CertificateList, inquiry: Inquiry) -> bool:
    return crl.this_update is None or crl.this_update > inquiry.current_at


def _listed(one: _Accepted, delta: CertificateList | None, inquiry: Inquiry) -> Verdict | None:
    """REVOKED if the complete CRL or the newest delta to it says so; a delta may also take an entry back."""
    changed = _entry(delta, inquiry) if delta else None
    if delta and changed:
        if changed.reason is not CrlReason.removeFromCRL:
            return _revoked(delta, changed, inquiry)
        if inquiry.out_of_date(delta.this_update, delta.next_update) is None:
            return None
    entry = _entry(one.crl, inquiry)
    if entry is None or entry.reason is CrlReason.removeFromCRL:
        return None
    return _revoked(one.crl, entry, inquiry)


def _delta(one: _Accepted, inquiry: Inquiry) -> CertificateList | None:
    """(c) and (h): the newest delta CRL of that scope, signed with the same key, that builds on the complete one."""
    fitting = [
        delta
        for delta in inquiry.path.question.evidence.crls
        if delta.is_delta
        and same_scope(delta, one.crl)
        and applies_to(delta, one.crl)
        and not _is_of_the_future(delta, inquiry)
        and _unusable(delta) is None
        and inquiry.path.verify(delta, one.signer) is SignatureCheck.VALID
    ]
    return max(fitting, key=lambda delta: delta.crl_number or 0, default=None)


def _keeps_up(one: _Accepted, delta: CertificateList, inquiry: Inquiry) -> bool:
    """(a)(1)(i): whether a stale complete CRL may do with a current delta, since there is a freshestCRL to say so."""
    announced = one.crl.freshest_crl or inquiry.certificate.freshest_crl
    is_current = inquiry.out_of_date(delta.this_update, delta.next_update) is None
    return bool(announced) and is_current and not _is_of_the_future(one.crl, inquiry)


def _entry(crl: CertificateList, inquiry: Inquiry) -> RevokedCertificate | None:
    """The entry of the certificate, if it counts at the time of the question."""
    if inquiry.path.profile.entries is not Entries.LISTED and _is_of_the_future(crl, inquiry):
        return None
    for entry in crl.entries(inquiry.certificate.serial_number):
        issuer = entry.certificate_issuer
        is_meant = (
            crl.issuer == inquiry.certificate.issuer if issuer is None else names_issuer(issuer, inquiry.certificate)
        )
        if is_meant and inquiry.counts(entry.revocation_date):
            return entry
    return None


def _revoked(crl: CertificateList, entry: RevokedCertificate, inquiry: Inquiry) -> Verdict:
    when = f"at {moment(entry.revocation_date)}" if entry.revocation_date else "at a time that cannot be read"
    detail = f"revoked {when} ({entry.reason.name}), says {_name(crl)}"
    out_of_date = inquiry.out_of_date(crl.this_update, crl.next_update)
    if out_of_date:
        detail += f", {out_of_date}"
    return Verdict(RevocationStatus.REVOKED, f"{_CITATION} (i), (j)", detail)


def _name(crl: CertificateList) -> str:
    kind = "the delta CRL" if crl.is_delta else "the CRL"
    number = "" if crl.crl_number is None else f" {crl.crl_number}"
    when = f" of {moment(crl.this_update)}" if crl.this_update else ""
    return f"{kind}{number} of {crl.issuer.rfc4514 or 'an unnamed issuer'}{when}"
