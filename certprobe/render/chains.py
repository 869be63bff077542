"""Sections on certificates and chains: what the server sent, and what Windows would make of each chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.render import words
from certprobe.render.page import Tone
from certprobe.render.verbosity import Verbosity
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.prose import meaning, trust_error_words, trust_info_words
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from certprobe.render.page import Page
    from certprobe.report import shape_pki

_INDENT = 5


def write_judgement(page: Page, judgement: shape_pki.Judgement, verbosity: Verbosity) -> None:
    """Every element with what is wrong with it, then the answer of every policy."""
    write_best_path(page, judgement, verbosity)
    others = judgement["lower_quality"]
    if verbosity is Verbosity.VERBOSE:
        for chain in others:
            page.line("Another path, which is no better:", indent=2)
            write_chain(page, chain, verbosity)
    elif others:
        page.line((f"{words.count(len(others), 'other path')} no better (-v shows all)", Tone.FAINT), indent=2)
    write_search_end(page, judgement)
    write_fetches(page, judgement, verbosity)
    page.line(("What Windows answers, by chain policy:", Tone.FAINT), indent=2)
    write_policies(page, judgement)


def write_best_path(page: Page, judgement: shape_pki.Judgement, verbosity: Verbosity) -> None:
    """The chains of the best path: one, as long as there are no trust lists."""
    for number, chain in enumerate(judgement["chains"]):
        if number:
            page.line(f"Chain {number}:", indent=2)
        write_chain(page, chain, verbosity)
    if judgement["name_mismatch"] and judgement["reason"] != judgement["name_mismatch"]:
        page.line(("The name does not fit: ", Tone.ODD), judgement["name_mismatch"], indent=2)


def write_search_end(page: Page, judgement: shape_pki.Judgement) -> None:
    """That the budget of the search was spent, if it was."""
    if judgement["search_end"] == "budget":
        page.line(("The search for paths was cut short: there are too many of them.", Tone.ODD), indent=2)


def write_fetches(page: Page, judgement: shape_pki.Judgement, verbosity: Verbosity) -> None:
    """What became of each URL that was wanted, or only of those where something is to be told."""
    # An issuer that had to be fetched is one that should have been sent.
    shown = [
        fetch
        for fetch in judgement["fetches"]
        if fetch["detail"] or fetch["kind"] == "ca-issuers" or verbosity is Verbosity.VERBOSE
    ]
    if shown:
        page.line(("What certificates name as published:", Tone.FAINT), indent=2)
    width = max((len(fetch["kind"]) for fetch in shown), default=0) + 2
    for fetch in shown:
        outcome = (fetch["outcome"], Tone.ODD if fetch["detail"] else Tone.GOOD)
        lead = fetch["kind"].ljust(width)
        page.line(f"{fetch['url']}  ", outcome, _what_came(fetch), lead=lead, indent=2, hang=2)
    if aside := len(judgement["fetches"]) - len(shown):
        sources = words.count(aside, "source")
        page.line((f"Fetched or cached for revocation: {sources} (-v shows which)", Tone.FAINT), indent=2)


def _what_came(fetch: shape_pki.Fetch) -> str:
    size = "" if fetch["size"] is None else words.count(fetch["size"], "octet")
    if not fetch["detail"]:
        return f", {size}"
    return f": {fetch['detail']}" + (f"; an old copy of {size} is used" if size else "")


def write_policies(page: Page, judgement: shape_pki.Judgement, mark: str = "") -> None:
    """The answer of every policy, with `mark` at the one that decides and the reason below it."""
    width = max((len(policy["policy"]) for policy in judgement["policies"]), default=0) + 2
    for policy in judgement["policies"]:
        decides = policy == judgement["deciding"]
        _write_policy(page, policy, width, mark if decides else "")
        if decides and policy["error"]["signed"] != 0:
            page.line(judgement["reason"] or meaning(HResult(policy["error"]["signed"])).text, indent=2 + width)


def write_chain(page: Page, chain: shape_pki.SimpleChain, verbosity: Verbosity) -> None:
    """The elements of one path, each with what is wrong with it, and what is wrong with none of them."""
    for number, element in enumerate(chain["elements"]):
        page.line(words.name(element["subject"]), words.until(element), lead=f"{number:>3}  ", hang=2)
        if verbosity is Verbosity.VERBOSE:
            _write_element_facts(page, element)
        for finding in element["findings"]:
            _write_finding(page, finding)
    for finding in chain["findings"]:
        _write_finding(page, finding)


def _write_element_facts(page: Page, element: shape_pki.Element) -> None:
    facts = (
        f"issued by {words.name(element['issuer'])}",
        f"valid from {element['not_before'] or 'an unreadable time'}",
        f"key {words.key(element['public_key'])}",
        f"thumbprint {element['thumbprint']}",
        f"error {element['error']['hex']}, info {element['info']['hex']}: {_info_words(element['info'])}",
    )
    for fact in facts:
        page.line((fact, Tone.FAINT), indent=_INDENT, hang=2)


def _info_words(info: shape_pki.Bits) -> str:
    return trust_info_words(TrustInfo(int(info["hex"], 16)))


def _write_finding(page: Page, finding: shape_pki.Finding) -> None:
    bit = TrustError.__members__.get(finding["bit"])
    head = trust_error_words(bit) if bit is not None else finding["bit"]
    rule = (f" ({finding['bit']}, {finding['citation']})", Tone.FAINT)
    page.line((head, Tone.BAD), f": {finding['detail']}", rule, indent=_INDENT, hang=2)


def _write_policy(page: Page, policy: shape_pki.PolicyStatus, width: int, mark: str) -> None:
    lead, code = policy["policy"].upper().ljust(width), words.status(policy["error"])
    if policy["error"]["signed"] == 0:
        page.line(("passes", Tone.GOOD), f"  {code}", (mark, Tone.STRONG), lead=lead, indent=2)
        return
    where = f"  chain {policy['chain_index']} element {policy['element_index']}"
    page.line(("fails", Tone.BAD), f"  {code}{where}", (mark, Tone.STRONG), lead=lead, indent=2)


def write_cert_flags(page: Page, status: shape_pki.Status) -> None:
    """What a server on http.sys reads in HTTP_SSL_CLIENT_CERT_INFO."""
    page.line(("CertFlags that http.sys would give: ", Tone.FAINT), words.status(status), indent=2)


def has_faults(certificates: list[shape_pki.Certificate], faults: list[str]) -> bool:
    """Whether something of what a peer sent cannot be read."""
    return bool(faults) or any(_faults(certificate) for certificate in certificates)


def write_certificates(
    page: Page, certificates: list[shape_pki.Certificate], faults: list[str], verbosity: Verbosity
) -> None:
    """The certificates as a peer sent them: every fact, or only what cannot be read."""
    if not certificates:
        page.line("None came.", indent=2)
    for number, certificate in enumerate(certificates):
        page.line(words.name(certificate["subject"]), words.until(certificate), lead=f"{number:>3}  ", hang=2)
        facts = certificate_facts(certificate) if verbosity is Verbosity.VERBOSE else []
        for label, value in facts:
            page.line((f"{label} ", Tone.FAINT), value, indent=_INDENT, hang=2)
        for label, value in _faults(certificate):
            page.line((f"{label}: ", Tone.BAD), value, indent=_INDENT, hang=2)
    for fault in faults:
        page.field("Malformed", (fault, Tone.BAD))


def _faults(certificate: shape_pki.Certificate) -> list[tuple[str, str]]:
    extensions = [f"{fault['oid']}: {fault['message']}" for fault in certificate["extension_faults"]]
    faults = [
        ("cannot be read", certificate["fault"] or ""),
        ("a strict parser refuses it", certificate["strict_fault"] or ""),
        ("an extension cannot be read", "; ".join(extensions)),
    ]
    return [(label, value) for label, value in faults if value]


def certificate_facts(certificate: shape_pki.Certificate) -> list[tuple[str, str]]:
    """What a certificate holds as labels and values; nothing for what it does not hold."""
    names = [f"{name['kind']} {name['value']}" for name in certificate["subject_alt_names"] or ()]
    purposes, policies = certificate["extended_key_usage"], certificate["application_policies"]
    facts = [
        ("issuer", words.name(certificate["issuer"])),
        ("valid", f"{certificate['not_before'] or '(unreadable)'} to {certificate['not_after'] or '(unreadable)'}"),
        ("serial number", certificate["serial_number"]),
        ("key", words.key(certificate["public_key"])),
        ("signature", certificate["signature_algorithm"] or "(unreadable)"),
        ("names", ", ".join(names)),
        ("key usage", ", ".join(certificate["key_usage"] or ())),
        ("extended key usage", ", ".join(usage["name"] for usage in purposes or ())),
        ("application policies", ", ".join(usage["name"] for usage in policies or ())),
        ("thumbprint", certificate["thumbprint"]),
        ("SHA-256", certificate["sha256"]),
    ]
    return [(label, value) for label, value in facts if value]
