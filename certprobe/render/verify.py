"""Verifications for people: for every certificate what is wrong first, then its paths and what the policies answer."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.chains import (
    write_best_path,
    write_cert_flags,
    write_chain,
    write_fetches,
    write_policies,
    write_search_end,
)
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.report.verification_document import verification_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.report import shape_pki, shape_verification
    from certprobe.report.verification import Verification

_INDENT: Final = len("PROBLEM  ")
_ANY_POLICY: Final = "2.5.29.32.0"
_ALL_PATHS: Final = "CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS"


def render_verifications(verifications: Iterable[Verification], file: IO[str], verbosity: Verbosity) -> None:
    """Write each as soon as it is there, and at the end what all were judged by; raises what writing raises."""
    page, told = Page(file), None
    counts = {"clean": 0, "with faults": 0, "unusable": 0}
    for verified in verifications:
        if told is not None and verbosity is not Verbosity.QUIET:
            page.line()
        told = verification_document(verified)
        _write_file(page, told, verbosity)
        faulty = sum(bool(subject["causes"]) for subject in told["subjects"])
        counts["with faults"] += faulty
        counts["clean"] += len(told["subjects"]) - faulty
        counts["unusable"] += told["verdict"]["fault"] is not None
        file.flush()
    if told is not None and verbosity is not Verbosity.QUIET:
        page.heading("Judged")
        _write_terms(page, told)
        if sum(counts.values()) > 1:
            page.field("In all", ", ".join(f"{number} {what}" for what, number in counts.items() if number))


def _write_file(page: Page, told: shape_verification.Verification, verbosity: Verbosity) -> None:
    fault = told["verdict"]["fault"]
    if fault is not None:
        page.line((fault, Tone.STRONG), lead=("UNUSABLE INPUT  ", Tone.BAD))
    for number, subject in enumerate(told["subjects"]):
        if number and verbosity is not Verbosity.QUIET:
            page.line()
        _write_subject(page, subject, told["terms"], verbosity)
    if verbosity is not Verbosity.QUIET:
        for note in told["notes"]:
            page.line((note, Tone.ODD), lead=("NOTE     ", Tone.ODD))


def _write_subject(
    page: Page, subject: shape_verification.Subject, terms: shape_verification.Terms, verbosity: Verbosity
) -> None:
    judgement = subject["judgement"]
    _write_causes(page, subject, verbosity)
    if verbosity is Verbosity.QUIET:
        return
    _write_more(page, judgement)
    write_best_path(page, judgement, verbosity)
    _write_remarks(page, judgement, terms["profile"])
    others = judgement["lower_quality"]
    if _ALL_PATHS in terms["flags"]:
        for number, chain in enumerate(others, 2):
            status = f"error {chain['error']['hex']}, info {chain['info']['hex']}"
            page.line((f"Path {number}, which is no better: {status}", Tone.STRONG), indent=2)
            write_chain(page, chain, verbosity)
    elif others:
        page.line((f"{words.count(len(others), 'other path')} no better (--all-paths shows all)", Tone.FAINT), indent=2)
    write_search_end(page, judgement)
    write_fetches(page, judgement, verbosity)
    _write_policies(page, judgement, terms, verbosity)
    if subject["cert_flags"] is not None:
        write_cert_flags(page, subject["cert_flags"])
    _write_policy_sets(page, subject["policy_sets"], terms)


def _write_causes(page: Page, subject: shape_verification.Subject, verbosity: Verbosity) -> None:
    causes = subject["causes"]
    word, tone = ("PROBLEM", Tone.BAD) if causes else ("OK", Tone.GOOD)
    name = words.name(subject["certificate"]["subject"])
    titles = [cause["title"] for cause in causes] or [_passed(subject["judgement"])]
    page.line((subject["source"], Tone.STRONG), f"  {name}: {titles[0]}", lead=(word.ljust(_INDENT), tone))
    if verbosity is Verbosity.QUIET:
        return
    for number, cause in enumerate(causes):
        if number:
            page.line(cause["title"], lead=(word.ljust(_INDENT), tone))
        page.line(cause["detail"], indent=_INDENT)
        page.line(cause["advice"], lead=("Change: ", Tone.STRONG), indent=_INDENT)


def _write_more(page: Page, judgement: shape_pki.Judgement) -> None:
    """That the policy that decides names one fault of several."""
    others = _count_faults(judgement) - 1
    if judgement["deciding"]["error"]["signed"] != 0 and others > 0:
        page.line(f"Below: {words.count(others, 'other fault')}; a policy names one at a time.", indent=_INDENT)


def _passed(judgement: shape_pki.Judgement) -> str:
    """That nothing is wrong, or nothing that the policy minds that decides."""
    overlooked = _count_faults(judgement)
    if not overlooked:
        return "nothing is wrong"
    return f"the policy {judgement['deciding']['policy']} passes, and overlooks {words.count(overlooked, 'fault')}"


def _count_faults(judgement: shape_pki.Judgement) -> int:
    """How much is wrong with the best path; what sets two bits is one fault."""
    faults = {
        (number, finding["detail"])
        for chain in judgement["chains"]
        for number, element in enumerate((*chain["elements"], chain))
        for finding in element["findings"]
    }
    return len(faults) + bool(judgement["name_mismatch"])


def _write_remarks(page: Page, judgement: shape_pki.Judgement, profile: str) -> None:
    """The rules that Windows does not know, apart from what it finds."""
    remarked = [
        (number, remark)
        for chain in judgement["chains"]
        for number, element in enumerate(chain["elements"])
        for remark in element["remarks"]
    ]
    if not remarked:
        return
    title = "Not by the rules, though Windows does not mind:" if profile == "windows" else "Not by the rules:"
    page.line((title, Tone.FAINT), indent=2)
    for number, remark in remarked:
        page.line((remark["detail"], Tone.ODD), (f" ({remark['citation']})", Tone.FAINT), lead=f"{number:>3}  ", hang=2)


def _write_policies(
    page: Page, judgement: shape_pki.Judgement, terms: shape_verification.Terms, verbosity: Verbosity
) -> None:
    """The answers of those policies that can be meant; the others fail for nearly every chain there is."""
    special = {"microsoft-root"} if terms["ntauth"] is not None else {"microsoft-root", "nt-auth"}
    aside = [
        answer
        for answer in judgement["policies"]
        if answer["policy"] in special and answer["error"]["signed"] != 0 and answer != judgement["deciding"]
    ]
    if verbosity is Verbosity.VERBOSE:
        aside = []
    shown = [answer for answer in judgement["policies"] if answer not in aside]
    page.line(("What the chain policies of Windows answer:", Tone.FAINT), indent=2)
    mark = "  <- decides" + (f", beside the profile {terms['profile']}" if terms["profile"] != "windows" else "")
    write_policies(page, {**judgement, "policies": shown}, mark)
    if aside:
        named = " and ".join(answer["policy"].upper() for answer in aside)
        fails = "fails" if len(aside) == 1 else "fail"
        page.line((f"{named} {fails}, as for most chains (-v shows why)", Tone.FAINT), indent=2)


def _write_policy_sets(page: Page, sets: shape_verification.PolicySets | None, terms: shape_verification.Terms) -> None:
    """Under which certificate policies the best path is valid, if that was asked."""
    if sets is None:
        return
    valid, will_do = (_policies(sets[which]) for which in ("authority_constrained", "user_constrained"))
    page.line(("Certificate policies that the path is valid for: ", Tone.FAINT), valid, indent=2, hang=2)
    if terms["initial_policy_set"] != [_ANY_POLICY]:
        tone = Tone.GOOD if sets["user_constrained"] else Tone.ODD
        page.line(("Of those that will do: ", Tone.FAINT), (will_do, tone), indent=2, hang=2)


def _policies(oids: list[str]) -> str:
    return ", ".join("any" if oid == _ANY_POLICY else oid for oid in oids) or "none"


def _write_terms(page: Page, told: shape_verification.Verification) -> None:
    terms = told["terms"]
    between = " or " if terms["usage_match"] == "or" else ", "
    usage = between.join(usage["name"] for usage in terms["usage"]) or "any usage"
    revocation = f"{words.count(terms['crls'], 'CRL')}, {words.count(terms['ocsp_responses'], 'OCSP response')}"
    page.field("At", terms["at"])
    page.field("For", usage + (f", as {terms['host']}" if terms["host"] is not None else ""))
    page.field("Trusting", terms["trust"])
    page.field(
        "NTAuth",
        "not given (--ntauth): no CA is in it" if terms["ntauth"] is None else words.count(terms["ntauth"], "CA"),
    )
    if terms["initial_policy_set"] != [_ANY_POLICY]:
        page.field("Policies", f"{_policies(terms['initial_policy_set'])} will do")
    if terms["issuance_policies"]:
        page.field("Policies", f"{_policies(terms['issuance_policies'])} must be valid")
    page.field("Profile", terms["profile"])
    page.field("Revocation", f"{'asked for' if _asks(terms) else 'not asked for'}; {revocation} given")
    for flag in terms["flags"]:
        page.field("Flag", flag)
    page.field("By", f"certprobe {told['version']}")


def _asks(terms: shape_verification.Terms) -> bool:
    return any(flag.startswith("CERT_CHAIN_REVOCATION_CHECK_") for flag in terms["flags"])
