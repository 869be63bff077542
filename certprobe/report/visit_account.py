"""Why a certificate maps to no account, or to one that it does not log in: KB5014754, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.mapping.alt_security_identities import Strength, alt_security_identities
from certprobe.mapping.ruling import (
    NO_STRONG_MAPPING,
    SID_OF_ANOTHER,
    Enforcement,
    Standing,
    candidates,
    offers,
    rulings,
)
from certprobe.report.model import Cause, Weight

if TYPE_CHECKING:
    from certprobe.mapping.ruling import Candidate, Ruling
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.report.visits import Visit

_CODES: Final = {NO_STRONG_MAPPING: "weakly-mapped", SID_OF_ANOTHER: "sid-of-another"}
_SID: Final = "have it issued by an AD CA that writes the SID into it (1.3.6.1.4.1.311.25.2)"


def of_account(visit: Visit, certificate: Certificate, accounts: AccountStore) -> list[Cause]:
    """What stands between a certificate and an account; nothing where a domain controller would let it in."""
    found = candidates(certificate, accounts)
    mapped = [each for each in found if each.matches]
    if not mapped:
        return [_of_nobody(certificate, found)]
    if len(mapped) > 1 and visit.account is None:
        names = ", ".join(each.account.name for each in mapped)
        title = f"the client certificate maps to more than one account: {names}"
        advice = "Leave the mapping with the one account that is meant."
        return [Cause("several-accounts", Weight.PROBLEM, title, advice=advice)]
    return [cause for each in mapped for cause in _of_ruling(certificate, each)]


def _of_nobody(certificate: Certificate, nearly: tuple[Candidate, ...]) -> Cause:
    title = "the client certificate maps to no account"
    strong = _strong_value(certificate)
    for candidate in nearly:
        for line, comparison in candidate.rules:
            unfit = comparison.unfit[0]
            detail = f"Line {line} means it for {candidate.account.name}, but <{unfit.tag.value}> is written otherwise."
            return Cause("not-mapped", Weight.PROBLEM, title, detail, f"Write {unfit.right} there.")
    named = "; ".join(f"{offer.kind.value} {offer.value}" for offer in offers(certificate))
    detail = f"It names {named}, which is no account's." if named else "It names no account: no SID, UPN or dNSName."
    advice = f"Write into altSecurityIdentities of the account: {strong}" if strong else "Map it to an account."
    return Cause("not-mapped", Weight.PROBLEM, title, detail, advice)


def _of_ruling(certificate: Certificate, candidate: Candidate) -> list[Cause]:
    ruling = next(each for each in rulings(certificate, candidate) if each.enforcement is Enforcement.FULL)
    if ruling.standing is not Standing.REFUSED:
        return []
    title = f"a domain controller does not let {candidate.account.name} in by this certificate"
    event = "" if ruling.event is None else f" (event {ruling.event} of Kdcsvc, KB5014754)"
    detail = f"{ruling.reason[:1].upper()}{ruling.reason[1:]}{event}."
    code = _CODES.get(ruling.event or 0, "account-refused")
    return [Cause(code, Weight.PROBLEM, title, detail, _advice(certificate, ruling))]


def _advice(certificate: Certificate, ruling: Ruling) -> str:
    strong = _strong_value(certificate)
    match ruling.event:
        case 39 if strong:
            return f"Write {strong} into altSecurityIdentities of the account, or {_SID}."
        case 41:
            return "Use a certificate that was issued to this account, or correct the mapping."
        case _:
            return "Look at the account in the directory."


def _strong_value(certificate: Certificate) -> str:
    values = (each.text for each in alt_security_identities(certificate) if each.form.strength is Strength.STRONG)
    return next(values, "")
