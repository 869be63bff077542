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
_SOURCES: Final = {"rules": "the rules", "directory": "the directory of --map-ldap"}
_PLACES: Final = {"rules": "line", "directory": "altSecurityIdentities value"}
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
        yield from _accounts(mapping["accounts"], mapping["directory"])
    if mapping["directory"] is not None:
        yield from _directory(mapping["directory"], verbosity)
    if mapping["authorization"] is not None:
        yield from _authorization(mapping["authorization"], mapping["accounts"] or [])
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


def _accounts(
    accounts: list[shape_mapping.MappedAccount], directory: shape_mapping.Directory | None
) -> Iterator[tuple[str, str]]:
    mapped = [each for each in accounts if each["rulings"]]
    if not mapped:
        asked = directory is not None and directory["failure"] is None
        where = "neither the directory nor any rule" if asked else "nothing in the rules"
        yield "Account", f"none: {where} maps the certificate"
    for account in mapped:
        full = account["rulings"][0]
        yield "Account", f"{account['name']} by {', '.join(_by(account))}"
        if account["distinguished_name"] not in (None, account["name"]):
            yield "", f"{account['distinguished_name']}"
        yield "Windows", f"{_STANDINGS[full['standing']]}{_event(full['event'])}: {full['reason']}"
    sources = [each["source"] for each in mapped]
    if len(sources) > len(set(sources)):
        yield "", "several accounts: a domain controller looks for that of the UPN, then in altSecurityIdentities"
    for account in accounts:
        for rule in account["rules"]:
            if rule["unfit"]:
                place = _place(account, rule)
                yield "", f"{place} means this certificate for {account['name']}, yet does not map it:"
                yield from (("", _unfit(each)) for each in rule["unfit"])


def _place(account: shape_mapping.MappedAccount, rule: shape_mapping.MappingRule) -> str:
    return f"{_PLACES[account['source']]} {rule['line']}"


def _directory(directory: shape_mapping.Directory, verbosity: Verbosity) -> Iterator[tuple[str, str]]:
    who = "anonymously" if directory["user"] is None else f"as {directory['user']}"
    if directory["failure"] is not None:
        yield "Directory", f"{directory['url']} told nothing: {directory['failure']['detail']}"
    elif verbosity is Verbosity.VERBOSE:
        yield "Directory", f"{directory['url']}, searched {who}"
    for reference in directory["references"]:
        yield "", f"{directory['url']} refers to {reference} for more, which was not asked"


def _by(account: shape_mapping.MappedAccount) -> Iterator[str]:
    yield from dict.fromkeys(f"{_BY[offer['kind']]} ({offer['strength']})" for offer in account["offers"])
    for rule in account["rules"]:
        if not rule["unfit"]:
            yield f"{_place(account, rule)} ({rule['form']}, {rule['strength']})"


def _unfit(unfit: shape_mapping.Unfit) -> str:
    return f"<{unfit['tag']}> {_DIFFERENCES[unfit['difference']]}; it should be {unfit['right']}"


def _authorization(
    told: shape_mapping.Authorization, accounts: list[shape_mapping.MappedAccount]
) -> Iterator[tuple[str, str]]:
    yield "WhoAmI", f"{told['authzid'] or '(empty)'}  {_RELATIONS[told['relation']]}"
    if told["as_mapped"] is not None:
        sources = dict.fromkeys(_SOURCES[each["source"]] for each in accounts if each["rulings"])
        have = "have" if len(sources) > 1 or "the rules" in sources else "has"
        yield "", f"{'' if told['as_mapped'] else 'not '}as {' or '.join(sources)} {have} it"


def _everything(mapping: shape_mapping.Mapping) -> Iterator[tuple[str, str]]:
    for offer in mapping["offers"]:
        yield "Names", f"{_offer(offer)}: {offer['strength']}"
    for ruling in mapping["rulings"] if mapping["accounts"] is None else ():
        yield "Login", _ruling(ruling)
    for account in mapping["accounts"] or ():
        yield from (("Login", f"{account['name']}: {_ruling(ruling)}") for ruling in account["rulings"])
    if (mapper := mapping["ds_mapper"]) is not None:
        yield "http.sys", _ds_mapper(mapper)
    yield "LDAP name", f"{mapping['ldap_name']}  as slapd answers to WhoAmI where no rule maps it"
    yield "LDAP rule", f"{_authz_regexp(mapping)}  maps it to an entry, in slapd.conf"
    for identity in mapping["alt_security_identities"]:
        note = f"  ({identity['note']})" if identity["note"] else ""
        yield _STRENGTHS[identity["strength"]], f"{identity['form']}  {identity['value']}{note}"


def _ds_mapper(mapper: shape_mapping.DsMapper) -> str:
    token = "no Token" if mapper["account"] is None else f"a Token of {mapper['account']}"
    denied = "TRUE" if mapper["cert_denied_by_mapper"] else "FALSE"
    return f"with the DS mapper {token}, CertDeniedByMapper {denied}: {mapper['reason']}"


def _authz_regexp(mapping: shape_mapping.Mapping) -> str:
    mapped = (each["distinguished_name"] for each in mapping["accounts"] or () if each["rulings"])
    entry = next(filter(None, mapped), "uid=ACCOUNT,ou=people,dc=example")
    # What stands in quotation marks there loses a backslash.
    quoted = (text.replace("\\", "\\\\") for text in (mapping["authz_regexp"], entry))
    return "authz-regexp " + " ".join(f'"{text}"' for text in quoted)


def _ruling(ruling: shape_mapping.Ruling) -> str:
    told = f"{_STANDINGS[ruling['standing']]}{_event(ruling['event'])}: {ruling['reason']}"
    return f"{_MODES[ruling['enforcement']]}: {told}"


def _event(number: int | None) -> str:
    return "" if number is None else f" (event {number})"


def _offer(offer: shape_mapping.Offer) -> str:
    return _OFFERS[offer["kind"]].format(offer["value"])
