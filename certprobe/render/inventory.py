"""Inventories for people: what is wrong or missing, then identities with their chains, then everything else."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.mapping import mapping_lines
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.report.inventory_document import inventory_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.report import shape_inventory, shape_pki
    from certprobe.report.inventory import Inventory

_INDENT: Final = len("PROBLEM  ")
_SHOWN: Final = 50
_LABEL: Final = 14
# clientAuth, smart card logon, PKINIT and any: what Active Directory lets accounts in by.
_OF_CLIENTS: Final = ("1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.5.2.3.4", "2.5.29.37.0")
_KEYS: Final = {
    "fits": "private key fits",
    "absent": "no private key",
    "does-not-fit": "private key does not fit",
}


def render_inventory(inventory: Inventory, file: IO[str], verbosity: Verbosity) -> None:
    """Write it all; QUIET is what is wrong or missing alone, NORMAL cuts long lists. Raises what writing raises."""
    page, told = Page(file), inventory_document(inventory)
    shown = None if verbosity is Verbosity.VERBOSE else _SHOWN
    _write_verdict(page, told, verbosity, shown)
    if verbosity is Verbosity.QUIET:
        return
    _write_identities(page, told["identities"], shown, verbosity)
    _write_others(page, told["certificates"], shown)
    _write_keys(page, told)
    _write_strays(page, told["strays"], shown)
    page.heading("Looked at")
    for each in told["files"][:shown]:
        _write_file(page, each)
    _write_rest(page, told["files"], shown)
    page.field("At", told["at"])
    page.field("By", f"certprobe {told['version']}")


def _write_verdict(page: Page, told: shape_inventory.Inventory, verbosity: Verbosity, shown: int | None) -> None:
    unusable = [each["fault"] for each in told["files"] if each["fault"] is not None and each["named"] == "by-user"]
    faults = told["verdict"]["faults"]
    if told["verdict"]["exit_code"] == 0:
        page.line(_counts(told), lead=("OK".ljust(_INDENT), Tone.GOOD))
    for fault in unusable:
        page.line((fault, Tone.STRONG), lead=("UNUSABLE INPUT  ", Tone.BAD))
    for each in faults[:shown]:
        _write_fault(page, each, verbosity)
    _write_rest(page, faults, shown)


def _write_fault(page: Page, fault: shape_inventory.Fault, verbosity: Verbosity) -> None:
    problem = fault["weight"] == "problem"
    lead = ("PROBLEM  ", Tone.BAD) if problem else ("NOTE     ", Tone.ODD)
    subject = "" if fault["subject"] is None else f"{words.name(fault['subject'])}: "
    page.line((fault["source"], Tone.STRONG), f"  {subject}{fault['title']}", lead=lead)
    if verbosity is Verbosity.QUIET:
        return
    if fault["detail"]:
        page.line(fault["detail"], indent=_INDENT)
    if fault["advice"]:
        page.line(fault["advice"], lead=("Change: ", Tone.STRONG), indent=_INDENT)


def _counts(told: shape_inventory.Inventory) -> str:
    numbers = (
        (len(told["identities"]), "identity", "identities"),
        (len(told["certificates"]), "other certificate", "other certificates"),
        (len(told["private_keys"]), "private key alone", "private keys alone"),
        (len(told["locked_keys"]), "locked private key", "locked private keys"),
        (len(told["strays"]), "other thing", "other things"),
    )
    found = [f"{number} {one if number == 1 else many}" for number, one, many in numbers if number]
    return f"nothing is wrong: {', '.join(found)}"


def _write_identities(
    page: Page, identities: Sequence[shape_inventory.Identity], shown: int | None, verbosity: Verbosity
) -> None:
    if identities:
        page.heading("Identities")
    for identity in identities[:shown]:
        page.line(
            (words.name(identity["certificate"]["subject"]), Tone.STRONG), lead=f"{identity['number']:>3}  ", hang=2
        )
        for label, value in _facts(identity):
            page.line(value, lead=(label.ljust(_LABEL), Tone.FAINT), indent=5)
        if _is_a_clients(identity) or verbosity is Verbosity.VERBOSE:
            for label, value in mapping_lines(identity["mapping"], verbosity):
                page.line(value, lead=(label.ljust(_LABEL), Tone.FAINT), indent=5, hang=2)
        _write_chain(page, identity)
    _write_rest(page, identities, shown)


def _is_a_clients(identity: shape_inventory.Identity) -> bool:
    """Whether its account is worth a line: it is asked for, or the certificate is for clients and names one."""
    mapping, usages = identity["mapping"], identity["certificate"]["extended_key_usage"]
    if mapping["accounts"] is not None:
        return True
    return bool(mapping["offers"]) and (usages is None or any(usage["oid"] in _OF_CLIENTS for usage in usages))


def _facts(identity: shape_inventory.Identity) -> list[tuple[str, str]]:
    certificate, account = identity["certificate"], identity["account"]
    names = [f"{name['kind']} {name['value']}" for name in certificate["subject_alt_names"] or ()]
    purposes = [usage["name"] for usage in certificate["extended_key_usage"] or ()]
    alias = "" if identity["friendly_name"] is None else f', "{identity["friendly_name"]}"'
    facts = [
        ("Found in", identity["source"] + alias),
        ("Issuer", words.name(certificate["issuer"])),
        ("Valid", _validity(certificate)),
        ("Key", f"{words.key(certificate['public_key'])}; {_KEYS[identity['key_status']]}"),
        ("Signed with", certificate["signature_algorithm"]),
        ("Key usage", ", ".join(certificate["key_usage"] or ())),
        ("Extended", ", ".join(purposes)),
        ("Names", ", ".join(names)),
        ("UPN", ", ".join(account["user_principal_names"])),
        ("SID", ", ".join(account["security_identifiers"])),
        ("Serial number", certificate["serial_number"]),
        ("Key ids", _key_identifiers(identity)),
        ("Thumbprint", certificate["thumbprint"]),
        ("SHA-256", certificate["sha256"]),
    ]
    return [(label, value) for label, value in facts if value]


def _validity(certificate: shape_pki.Summary) -> str:
    return f"{certificate['not_before'] or '(unreadable)'} to {certificate['not_after'] or '(unreadable)'}"


def _key_identifiers(identity: shape_inventory.Identity) -> str:
    own, authority = identity["certificate"]["subject_key_identifier"], identity["authority_key_identifier"]
    return ", ".join(filter(None, (own and f"own {own}", authority and f"issuer's {authority}")))


def _write_chain(page: Page, identity: shape_inventory.Identity) -> None:
    issuers = identity["issuers"]
    rows = [f"{words.name(each['subject'])}  {each['source']}" for each in issuers]
    if identity["chain_end"] == "issuer-missing":
        last = issuers[-1] if issuers else identity["certificate"]
        rows.append(f"{words.name(last['issuer'])}  is not here")
    for number, row in enumerate(rows):
        lead = "" if number else "Issued by"
        page.line(row, lead=(lead.ljust(_LABEL), Tone.FAINT), indent=5, hang=2)


def _write_others(page: Page, certificates: Sequence[shape_inventory.Other], shown: int | None) -> None:
    if certificates:
        page.heading("Other certificates")
    for number, each in enumerate(certificates[:shown], 1):
        role = "CA" if each["ca"] else "end entity"
        where = ", in a chain above" if each["in_chain"] else ""
        page.line(words.name(each["subject"]), words.until(each), lead=f"{number:>3}  ", hang=2)
        page.line((f"{role}{where}  {each['source']}  {each['thumbprint']}", Tone.FAINT), indent=5, hang=2)
    _write_rest(page, certificates, shown)


def _write_keys(page: Page, told: shape_inventory.Inventory) -> None:
    if told["private_keys"] or told["locked_keys"]:
        page.heading("Private keys alone")
    for key in told["private_keys"]:
        request = "" if key["request"] is None else f"; requested by {key['request']}"
        page.line(f"{key['source']}  {words.key(key['public_key'])}{request}", indent=2, hang=2)
    for locked in told["locked_keys"]:
        page.line(f"{locked['source']}  {locked['reason']}", indent=2, hang=2)


def _write_strays(page: Page, strays: Sequence[shape_inventory.Stray], shown: int | None) -> None:
    if strays:
        page.heading("Other things")
    for stray in strays[:shown]:
        page.line((stray["source"], Tone.STRONG), f"  {stray['title']}", indent=2, hang=2)
        for fact in stray["facts"]:
            page.line((f"{fact['label']} ", Tone.FAINT), words.name(fact["value"]), indent=5, hang=2)
        page.line(stray["advice"], indent=5, hang=2)
    _write_rest(page, strays, shown)


def _write_file(page: Page, file: shape_inventory.LookedAt) -> None:
    numbers = (
        (file["certificates"], "certificate"),
        (file["private_keys"], "private key"),
        (file["others"], "other thing"),
    )
    found = ", ".join(words.count(number, what) for number, what in numbers if number) or "not used"
    page.line(f"{file['path']}  {file['format']}: {found}", indent=2, hang=2)


def _write_rest(page: Page, everything: Sequence[object], shown: int | None) -> None:
    if shown is not None and len(everything) > shown:
        page.line((f"and {len(everything) - shown} more (-v shows all)", Tone.FAINT), indent=2)
