"""Verification: everything that `certprobe verify` learned of one file; text and JSON are written from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.chain.context import NO_USAGE, SearchEnd
from certprobe.chain.profile import refuses
from certprobe.chain.question import ANY_POLICY
from certprobe.policy.status import ChainPolicy
from certprobe.report.causes import of_judgement
from certprobe.report.model import Cause, Weight
from certprobe.report.words import sentence
from certprobe.wincrypt.hresult import (
    CERT_E_EXPIRED,
    CERT_E_REVOKED,
    CERT_E_UNTRUSTEDROOT,
    CRYPT_E_REVOKED,
    ERROR_SUCCESS,
)

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.chain.context import RequestedUsage
    from certprobe.chain.path import Profile
    from certprobe.chain.policy_graph import PolicySets
    from certprobe.pki.certificate import Certificate
    from certprobe.report.model import Judgement

CLEAN = 0
FINDING = 1
UNUSABLE = 4


class Terms(NamedTuple):
    """What was asked, of every file the same: `usage` what it has to be good for, `trust` the words of the option used.

    `flags` are the names of wincrypt.h, `crls` and `ocsp_responses` how many there were to judge revocation by,
    `nt_auth` how many CAs are in the NTAuth store, None if none was given. `flags` has also the switches of RFC 5280
    6.1.1; `initial_policy_set` and `issuance_policies` are dotted OIDs.
    """

    at: datetime
    trust: str
    policy: ChainPolicy
    profile: Profile
    usage: RequestedUsage = NO_USAGE
    host: str | None = None
    flags: tuple[str, ...] = ()
    crls: int = 0
    ocsp_responses: int = 0
    nt_auth: int | None = None
    initial_policy_set: tuple[str, ...] = (ANY_POLICY,)
    issuance_policies: tuple[str, ...] = ()


class Subject(NamedTuple):
    """A certificate that was asked about, and where it stands ("store.pem #2"); `causes` are what is wrong with it.

    `policy_sets` are the certificate policies that its best path is valid for, None if nobody asked.
    """

    source: str
    certificate: Certificate
    judgement: Judgement
    causes: tuple[Cause, ...]
    policy_sets: PolicySets | None = None


class Verification(NamedTuple):
    """One file; `fault` says why it could not be used, and then there are no subjects."""

    version: str
    file: str
    terms: Terms
    subjects: tuple[Subject, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def exit_code(self) -> int:
        """0, 1 if anything is wrong with a subject, 4 if the file could not be used."""
        if self.fault is not None:
            return UNUSABLE
        return FINDING if any(subject.causes for subject in self.subjects) else CLEAN


def causes(judgement: Judgement, profile: Profile) -> tuple[Cause, ...]:
    """What speaks against the certificate: the policy that decides, and the rules of a profile that refuses."""
    found = []
    if judgement.deciding.error != ERROR_SUCCESS:
        found.append(_of_policy(judgement))
    found += _of_profile(judgement, profile)
    return tuple(found)


_GIVE_ISSUER = (
    "Give the missing issuer's certificate: with --untrusted if it is an intermediate, with --trust if it is a root."
)
_OF_MICROSOFT = "Judge by another --policy: microsoft-root is for what Microsoft itself has signed."
# What there is to do about a status that stands for several rules, by the section of the one that is broken.
_BY_RULE = {
    "RFC 5280 4.2.1.3": "Have this certificate issued again: keyCertSign is for CAs, and no CA may sign without it.",
    "RFC 5280 4.2.1.4": "Use a certificate of a CA that asserts this policy, or do not ask for it.",
}
_WITHDRAWN = "Use a certificate of another CA: this one was withdrawn, and with it all that it has issued."
_OF_A_CA = {
    CERT_E_EXPIRED: "Give a current certificate of this CA, if there is one; else use a certificate of another CA.",
    CRYPT_E_REVOKED: _WITHDRAWN,
    CERT_E_REVOKED: _WITHDRAWN,
}
_TRUST_THE_ROOT = (
    "If this root is to be trusted, give it with --trust, and install it wherever the certificate has to work; "
    "else use a certificate of a CA that is trusted."
)
_CUT_SHORT = "There are too many issuers to choose from, so the search for paths was cut short; a better one may exist."
_JUDGE_ALONE = "Judge it from a file of its own, with no other certificates beside it than its issuers'."


def _of_policy(judgement: Judgement) -> Cause:
    """The status of the policy that decides, with what there is to do for whoever has files and this command."""
    cause = of_judgement(judgement)
    if judgement.context.search_end is SearchEnd.BUDGET:
        title = f"not judged whole; on the best path that was found, {cause.title}"
        return cause._replace(title=title, detail=f"{cause.detail} {_CUT_SHORT}", advice=_JUDGE_ALONE)
    return cause._replace(advice=_advice(judgement) or cause.advice)


def _advice(judgement: Judgement) -> str | None:
    """What fits better than the general advice, if anything does."""
    status = judgement.deciding
    if status.policy is ChainPolicy.MICROSOFT_ROOT:
        return _OF_MICROSOFT
    if status.element_index < 0:
        return _GIVE_ISSUER
    element = judgement.context.chains[status.chain_index].elements[status.element_index]
    rule = next((each.citation for each in element.findings if each.detail == judgement.reason), "")
    if rule in _BY_RULE:
        return _BY_RULE[rule]
    if status.element_index > 0 and status.error in _OF_A_CA:
        return _OF_A_CA[status.error]
    if status.error == CERT_E_UNTRUSTEDROOT:
        return _TRUST_THE_ROOT
    return None


def _of_profile(judgement: Judgement, profile: Profile) -> list[Cause]:
    refusals = list(refuses(profile, judgement.context))
    if not refusals:
        return []
    index, remark = refusals[0]
    title = f"the profile {profile.name} refuses element {index}: {remark.detail}"
    more = f"; {len(refusals) - 1} more such rules are broken" if len(refusals) > 1 else ""
    advice = "Have the certificate issued again by that rule, or judge as Windows does (--profile windows)."
    return [Cause("profile", Weight.PROBLEM, title, sentence(remark.citation + more), advice)]
