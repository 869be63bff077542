"""What OCSP responses say of one certificate (RFC 6960 3.2)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.path import moment, name_of
from certprobe.chain.revocation_inquiry import RevocationStatus, SignerSearch, Verdict
from certprobe.chain.revocation_signer import is_revoked_by_path
from certprobe.pki.ocsp import ID_PKIX_OCSP_NOCHECK, CertStatus
from certprobe.pki.signature import SignatureCheck
from certprobe.pki.usage import OCSP_SIGNING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.revocation_inquiry import Inquiry
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.ocsp import OcspResponse, ResponseData, SingleResponse

_CITATION: Final = "RFC 6960 3.2"
_MOST_CANDIDATES: Final = 16


class _Told(NamedTuple):
    """What an authorised responder told of the certificate, and since when it no longer, or not yet, holds."""

    single: SingleResponse
    out_of_date: str | None


def judge_by_ocsp(inquiry: Inquiry) -> Verdict:
    """Judge by every response that speaks of the certificate; the newest that is current decides.

    Of equally new ones the worst counts. Revoked stays revoked when the response is stale, as with CRLs; good does not.
    """
    told, refusals = _accept(inquiry)
    current = [one for one in told if one.out_of_date is None]
    for one in sorted(current or told, key=_newest_and_worst_first):
        single = one.single
        if single.status is CertStatus.revoked and inquiry.counts(single.revocation_time):
            return _revoked(one)
        if one.out_of_date is not None:
            refusals.append(f"an OCSP response that says it is {single.status.name} is {one.out_of_date}")
        elif single.status is CertStatus.unknown:
            refusals.append("the OCSP responder does not know it")
            break
        else:
            return Verdict(RevocationStatus.GOOD, _CITATION, "")
    offline = any(one.out_of_date for one in told)
    status = RevocationStatus.OFFLINE if offline else RevocationStatus.NO_CHECK
    return Verdict(status, _CITATION, "; ".join(refusals) or "none of the OCSP responses speaks of it")


def _newest_and_worst_first(one: _Told) -> tuple[float, int]:
    return -one.single.this_update.timestamp(), _SEVERITY.index(one.single.status)


_SEVERITY: Final = (CertStatus.revoked, CertStatus.unknown, CertStatus.good)


def _accept(inquiry: Inquiry) -> tuple[list[_Told], list[str]]:
    """Sort the evidence: what counts, and why other responses that speak of the certificate do not."""
    told: list[_Told] = []
    refusals: list[str] = []
    for response in inquiry.path.question.evidence.ocsp_responses:
        data = response.data
        if data is None:
            refusals.append(f"an OCSP response does not count: {_without_data(response)}")
            continue
        singles = [each for each in data.responses if each.cert_id.names(inquiry.certificate, inquiry.issuer)]
        if not singles:
            continue
        refusal = _refusal(response, data, singles, inquiry)
        if refusal:
            refusals.append(f"the OCSP response of {moment(data.produced_at)} does not count: {refusal}")
        else:
            told += [_Told(each, inquiry.out_of_date(each.this_update, each.next_update)) for each in singles]
    return told, refusals


def _without_data(response: OcspResponse) -> str:
    if response.fault:
        return f"it cannot be read: {response.fault}"
    return f"the responder answered {response.status_name}"


def _refusal(response: OcspResponse, data: ResponseData, singles: list[SingleResponse], inquiry: Inquiry) -> str | None:
    unknown = [*data.unknown_critical_extensions]
    unknown += (oid for single in singles for oid in single.unknown_critical_extensions)
    if unknown:
        return f"it has critical extensions that are not understood: {', '.join(unknown)}"
    if data.produced_at > inquiry.current_at:
        return f"it was not yet made at {moment(inquiry.current_at)}"
    certificate = inquiry.certificate
    not_before, not_after = certificate.not_before, certificate.not_after
    if (not_before and data.produced_at < not_before) or (not_after and data.produced_at > not_after):
        return "it was not made within the validity of the certificate"
    return _unauthorised(response, data, inquiry)


def _unauthorised(response: OcspResponse, data: ResponseData, inquiry: Inquiry) -> str | None:
    """Why no one signed it who may (RFC 6960 4.2.2.2): the issuer, or a responder whom the issuer certified as such."""
    reason = "the certificate of its responder is not at hand"
    for candidate in islice(_candidates(response, data, inquiry), _MOST_CANDIDATES):
        if inquiry.path.verify(response, candidate) is not SignatureCheck.VALID:
            reason = f"its signature does not verify with the key of {name_of(candidate)}"
        elif candidate.public_key_info == inquiry.issuer.public_key_info:
            return None
        else:
            refusal = _not_delegated(candidate, inquiry)
            if refusal is None:
                return None
            reason = f"its responder {name_of(candidate)} {refusal}"
    return reason


def _candidates(response: OcspResponse, data: ResponseData, inquiry: Inquiry) -> Iterator[Certificate]:
    """Those whom the ResponderID may mean: the issuer, the certificates sent along, and those in the store."""
    if _is_responder(data, inquiry.issuer):
        yield inquiry.issuer
    if inquiry.search is SignerSearch.STORES:
        yield from (each for each in response.certificates if _is_responder(data, each))
        if data.responder_name is not None:
            yield from inquiry.path.additional_store.by_subject(data.responder_name)


def _is_responder(data: ResponseData, candidate: Certificate) -> bool:
    if data.responder_name is not None:
        return candidate.subject == data.responder_name
    from hashlib import sha1

    key = candidate.public_key.subject_public_key
    return sha1(key, usedforsecurity=False).digest() == data.responder_key_hash


def _not_delegated(responder: Certificate, inquiry: Inquiry) -> str | None:
    """Why the issuer did not make this certificate a responder's that may speak now (RFC 6960 4.2.2.2)."""
    issuer = inquiry.issuer
    if responder.issuer != issuer.subject or inquiry.path.verify(responder, issuer) is not SignatureCheck.VALID:
        return f"was not certified by {name_of(issuer)}"
    if OCSP_SIGNING not in (responder.extended_key_usage or ()):
        return "is not certified for OCSPSigning"
    not_before, not_after = responder.not_before, responder.not_after
    if not_before is None or not_after is None or not not_before <= inquiry.current_at <= not_after:
        return "has a certificate that is not valid at this time"
    if responder.extension(ID_PKIX_OCSP_NOCHECK) is None and is_revoked_by_path(responder, inquiry):
        return "has a certificate that is revoked"
    return None


def _revoked(one: _Told) -> Verdict:
    single = one.single
    when = f" at {moment(single.revocation_time)}" if single.revocation_time else ""
    reason = f" ({single.reason.name})" if single.reason is not None else ""
    detail = f"revoked{when}{reason}, says the OCSP response of {moment(single.this_update)}"
    return Verdict(
        RevocationStatus.REVOKED, "RFC 6960 2.2", f"{detail}, {one.out_of_date}" if one.out_of_date else detail
    )
