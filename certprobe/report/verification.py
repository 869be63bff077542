"""Verification: everything that `certprobe verify` learned of one file; text and JSON are written from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.chain.profile import refuses
from certprobe.chain.question import ANY_POLICY
from certprobe.policy.status import ChainPolicy
from certprobe.report.causes import of_judgement
from certprobe.report.model import Cause, Weight
from certprobe.report.words import sentence, subject
from certprobe.wincrypt.hresult import ERROR_SUCCESS

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.chain.path import Profile
    from certprobe.chain.policy_graph import PolicySets
    from certprobe.pki.certificate import Certificate
    from certprobe.report.model import Judgement

CLEAN = 0
FINDING = 1
UNUSABLE = 4


class Terms(NamedTuple):
    """What was asked, of every file the same: `usage` in dotted OIDs, `trust` the words of the option that was used.

    `flags` are the names of wincrypt.h, `crls` and `ocsp_responses` how many there were to judge revocation by,
    `nt_auth` how many CAs are in the NTAuth store, None if none was given. `flags` has also the switches of RFC 5280
    6.1.1; `initial_policy_set` and `issuance_policies` are dotted OIDs.
    """

    at: datetime
    trust: str
    policy: ChainPolicy
    profile: Profile
    usage: tuple[str, ...] = ()
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


def _of_policy(judgement: Judgement) -> Cause:
    """The status of the policy that decides; whose fault it is is told by name where that is not the subject's."""
    cause, index = of_judgement(judgement), judgement.deciding.element_index
    if judgement.deciding.policy is ChainPolicy.MICROSOFT_ROOT:
        cause = cause._replace(advice=_OF_MICROSOFT)
    if index < 0:
        return cause._replace(advice=_GIVE_ISSUER)
    element = judgement.context.chains[judgement.deciding.chain_index].elements[index]
    who, reason = subject(element.certificate), judgement.reason
    title = cause.title if index == 0 or who in reason else f"{cause.title.removesuffix(reason)}{who}: {reason}"
    rule = next((each.citation for each in element.findings if each.detail == reason), "")
    return cause._replace(title=title, advice=_BY_RULE.get(rule, cause.advice))


def _of_profile(judgement: Judgement, profile: Profile) -> list[Cause]:
    refusals = list(refuses(profile, judgement.context))
    if not refusals:
        return []
    index, remark = refusals[0]
    title = f"the profile {profile.name} refuses element {index}: {remark.detail}"
    more = f"; {len(refusals) - 1} more such rules are broken" if len(refusals) > 1 else ""
    advice = "Have the certificate issued again by that rule, or judge as Windows does (--profile windows)."
    return [Cause("profile", Weight.PROBLEM, title, sentence(remark.citation + more), advice)]
