"""Why a certificate maps to no account, or to one that it does not log in: KB5014754, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.mapping.alt_security_identities import Strength, alt_security_identities
from certprobe.mapping.mapper import ds_mapper
from certprobe.mapping.ruling import (
    NO_STRONG_MAPPING,
    OLDER_THAN_THE_ACCOUNT,
    SID_OF_ANOTHER,
    Enforcement,
    Standing,
    candidates,
    offers,
    rulings,
)
from certprobe.report import words
from certprobe.report.model import Cause, Weight

if TYPE_CHECKING:
    from certprobe.mapping.ruling import Candidate, Ruling
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate

_CODES: Final = {
    NO_STRONG_MAPPING: "weakly-mapped",
    OLDER_THAN_THE_ACCOUNT: "older-than-the-account",
    SID_OF_ANOTHER: "sid-of-another",
}
_WITH_SID: Final = "have it issued by an AD CA that writes the SID into it (1.3.6.1.4.1.311.25.2)"


def of_account(certificate: Certificate, accounts: AccountStore) -> list[Cause]:
    """What stands between a certificate and an account; nothing where a domain controller would let it in."""
    if not accounts.knows(certificate):
        return [_of_no_answer(certificate, accounts)]
    found = candidates(certificate, accounts)
    answer = ds_mapper(certificate, found)
    if not answer.CertDeniedByMapper:
        return []
    mapped = [each for each in found if each.matches]
    if not mapped:
        return [_of_nobody(certificate, found)]
    refused = [cause for each in mapped for cause in _of_ruling(certificate, each)]
    if len(mapped) == 1:
        return refused
    title = f"the client certificate maps to more than one account: {words.listing([_name(each) for each in mapped])}"
    advice = "Leave the mapping with the one account that is meant."
    return [Cause("several-accounts", Weight.PROBLEM, title, advice=advice), *refused]


def _of_no_answer(certificate: Certificate, accounts: AccountStore) -> Cause:
    from certprobe.mapping.lookup import LookupFailure

    answer = accounts.answer_of(certificate)
    detail = words.sentence(answer.detail) if isinstance(answer, LookupFailure) else ""
    title = "whether the certificate maps to an account is not known: the directory did not answer"
    return Cause("mapping-unknown", Weight.PROBLEM, title, detail, "Look at the directory named by --map-ldap.")


def _of_nobody(certificate: Certificate, nearly: tuple[Candidate, ...]) -> Cause:
    title = "the client certificate maps to no account"
    for candidate in nearly:
        for line, comparison in candidate.rules:
            tags = " and ".join(f"<{unfit.tag.value}>" for unfit in comparison.unfit)
            wrong = (
                f"{tags} is not as Windows has it"
                if len(comparison.unfit) == 1
                else f"{tags} are not as Windows has them"
            )
            detail = f"A mapping of {_name(candidate)} means it, but its {wrong}."
            advice = f"Correct {candidate.account.place_of(line)}: it should be {comparison.corrected.text}"
            return Cause("not-mapped", Weight.PROBLEM, title, detail, advice)
    named = "; ".join(dict.fromkeys(offer.value for offer in offers(certificate)))
    detail = f"It names {named}, which is nobody's here." if named else "It names no account: no SID, UPN or dNSName."
    strong = _strong_value(certificate)
    advice = f"Write into altSecurityIdentities of the account: {strong}" if strong else "Map it to an account."
    return Cause("not-mapped", Weight.PROBLEM, title, detail, advice)


def _of_ruling(certificate: Certificate, candidate: Candidate) -> list[Cause]:
    ruling = next(each for each in rulings(certificate, candidate) if each.enforcement is Enforcement.FULL)
    if ruling.standing is not Standing.REFUSED:
        return []
    title = f"a domain controller does not let {_name(candidate)} in by this certificate"
    event = "" if ruling.event is None else f" (event {ruling.event} of Kdcsvc, KB5014754)"
    detail = words.sentence(f"{ruling.reason}{event}")
    code = "account-refused" if ruling.event is None else _CODES[ruling.event]
    return [Cause(code, Weight.PROBLEM, title, detail, _advice(certificate, ruling))]


def _advice(certificate: Certificate, ruling: Ruling) -> str:
    strong = _strong_value(certificate)
    match ruling.event:
        case 39 if strong:
            return f"Write {strong} into altSecurityIdentities of the account, or {_WITH_SID}."
        case 41:
            return "Use a certificate that was issued to this account, or correct the mapping."
        case _:
            return "Look at the account in the directory."


def _name(candidate: Candidate) -> str:
    return candidate.account.name


def _strong_value(certificate: Certificate) -> str:
    values = (each.text for each in alt_security_identities(certificate) if each.form.strength is Strength.STRONG)
    return next(values, "")
