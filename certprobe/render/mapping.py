"""Which account a certificate maps to, as labelled lines: short, or with every value that would map it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.render.page import Page
    from certprobe.report import shape_mapping

_OFFERS: Final = {
    "security-extension": "the SID {} (security extension)",
    "tag-uri": "the SID {} (tag URI, which Windows Server 2019 and newer read)",
    "user-principal-name": "the UPN {}",
    "dns-name": "the computer {} (dNSName)",
}
_BY: Final = {
    "security-extension": "its SID",
    "tag-uri": "its SID",
    "user-principal-name": "its UPN",
    "dns-name": "its dNSHostName",
}
_STANDINGS: Final = {"allowed": "let in", "refused": "refused", "depends": "it depends"}
_STRENGTHS: Final = {"strong": "Strong", "weak": "Weak"}
_MODES: Final = {"full": "full enforcement", "compatibility": "Compatibility mode, until September 2025"}
_DIFFERENCES: Final = {
    "bytes-reversed": "has its bytes in the wrong order",
    "digits-reversed": "has its digits reversed instead of its bytes",
    "separators": "has characters between its digits",
    "name-reversed": "begins at the wrong end of the name",
    "name-spelled-otherwise": "is the name, but not as Windows spells it",
}
_RELATIONS: Final = {
    "own-subject": "the certificate's own subject: no rule of the directory maps it to an account",
    "other-entry": "an entry that the directory maps the certificate to",
    "user": "an account that the directory maps the certificate to",
    "anonymous": "nobody: the certificate maps to no account",
    "unknown-form": "neither dn: nor u:, so not to be compared",
}
_WITHOUT_A_NAME: Final = "no SID, UPN or dNSName in it: only altSecurityIdentities of an account can map it"


def mapping_lines(mapping: shape_mapping.Mapping, verbosity: Verbosity) -> Iterator[tuple[str, str]]:
    """Give what is told of a certificate's account as pairs of label and text; no label goes on with the last one."""
    if mapping["accounts"] is None:
        yield "Windows", _without_rules(mapping, verbosity)
    else:
        yield from _accounts(mapping["accounts"])
    if mapping["authorization"] is not None:
        yield from _authorization(mapping["authorization"])
    if verbosity is Verbosity.VERBOSE:
        yield from _everything(mapping)


def write_mapping(page: Page, mapping: shape_mapping.Mapping, verbosity: Verbosity) -> None:
    """The lines as fields of a page."""
    for label, text in mapping_lines(mapping, verbosity):
        if label:
            page.field(label, text)
        else:
            page.continued(text)


def _without_rules(mapping: shape_mapping.Mapping, verbosity: Verbosity) -> str:
    offers = mapping["offers"]
    strong = next((each for each in offers if each["strength"] == "strong"), None)
    if strong is not None:
        return f"maps strongly to the account of {_offer(strong)}"
    values = "" if verbosity is Verbosity.VERBOSE else " (-v shows the values)"
    if not offers:
        return f"{_WITHOUT_A_NAME}{values}"
    event = _event(mapping["rulings"][0]["event"])
    named = _offer(offers[0])
    return f"maps only weakly, to {named}: refused{event} unless altSecurityIdentities maps it strongly{values}"


def _accounts(accounts: list[shape_mapping.MappedAccount]) -> Iterator[tuple[str, str]]:
    mapped = [each for each in accounts if each["rulings"]]
    if not mapped:
        yield "Account", "none: nothing in the rules maps the certificate"
    for account in mapped:
        full = account["rulings"][0]
        yield "Account", f"{account['name']} by {', '.join(_by(account))}"
        yield "Windows", f"{_STANDINGS[full['standing']]}{_event(full['event'])}: {full['reason']}"
    if len(mapped) > 1:
        yield "", "several accounts: a domain controller looks for that of the UPN, then in altSecurityIdentities"
    for account in accounts:
        for rule in account["rules"]:
            if rule["unfit"]:
                yield "", f"line {rule['line']} means this certificate for {account['name']}, yet does not map it:"
                yield from (("", _unfit(each)) for each in rule["unfit"])


def _by(account: shape_mapping.MappedAccount) -> Iterator[str]:
    yield from dict.fromkeys(f"{_BY[offer['kind']]} ({offer['strength']})" for offer in account["offers"])
    for rule in account["rules"]:
        if not rule["unfit"]:
            yield f"line {rule['line']} ({rule['form']}, {rule['strength']})"


def _unfit(unfit: shape_mapping.Unfit) -> str:
    return f"<{unfit['tag']}> {_DIFFERENCES[unfit['difference']]}; it should be {unfit['right']}"


def _authorization(told: shape_mapping.Authorization) -> Iterator[tuple[str, str]]:
    yield "WhoAmI", f"{told['authzid'] or '(empty)'}  {_RELATIONS[told['relation']]}"
    if told["as_mapped"] is not None:
        yield "", "as the rules have it" if told["as_mapped"] else "not as the rules have it"


def _everything(mapping: shape_mapping.Mapping) -> Iterator[tuple[str, str]]:
    for offer in mapping["offers"]:
        yield "Names", f"{_offer(offer)}: {offer['strength']}"
    for ruling in mapping["rulings"] if mapping["accounts"] is None else ():
        yield "Login", _ruling(ruling)
    for account in mapping["accounts"] or ():
        yield from (("Login", f"{account['name']}: {_ruling(ruling)}") for ruling in account["rulings"])
    yield "LDAP name", f"{mapping['ldap_name']}  as slapd answers to WhoAmI where no rule maps it"
    for identity in mapping["alt_security_identities"]:
        note = f"  ({identity['note']})" if identity["note"] else ""
        yield _STRENGTHS[identity["strength"]], f"{identity['form']}  {identity['value']}{note}"


def _ruling(ruling: shape_mapping.Ruling) -> str:
    told = f"{_STANDINGS[ruling['standing']]}{_event(ruling['event'])}: {ruling['reason']}"
    return f"{_MODES[ruling['enforcement']]}: {told}"


def _event(number: int | None) -> str:
    return "" if number is None else f" (event {number})"


def _offer(offer: shape_mapping.Offer) -> str:
    return _OFFERS[offer["kind"]].format(offer["value"])
