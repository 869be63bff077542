"""What the server answered inside the channel: HTTP, or LDAP with its root DSE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.page import Tone
from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from certprobe.render.page import Page
    from certprobe.report import shape, shape_values

# What a person wants to know of a directory; -v shows all that it told.
_TELLING: Final = (
    "supportedsaslmechanisms",
    "namingcontexts",
    "defaultnamingcontext",
    "vendorname",
    "vendorversion",
    "dnshostname",
)


def write_start_tls(page: Page, attempt: shape.Attempt) -> None:
    """The answer that came before TLS began."""
    if attempt["ldap"] is not None and attempt["ldap"]["start_tls"] is not None:
        _write_result(page, "StartTLS", attempt["ldap"]["start_tls"])


def write_answers(page: Page, attempt: shape.Attempt, verbosity: Verbosity) -> None:
    """The HTTP answer, or each LDAP answer inside TLS in the order in which it was asked for."""
    if attempt["http"] is not None:
        _write_http(page, attempt["http"], verbosity)
    if attempt["ldap"] is not None:
        _write_ldap(page, attempt["ldap"], verbosity)


def _write_http(page: Page, http: shape.Http, verbosity: Verbosity) -> None:
    answer = http["answer"]
    if answer is None:
        page.field("HTTP", "no answer was read")
        return
    tone = Tone.GOOD if answer["status"] < 400 else Tone.BAD
    page.field("HTTP", (f"{answer['status']} {answer['reason']}", tone), f"  for {http['path']}")
    for field in answer["headers"] if verbosity is Verbosity.VERBOSE else ():
        page.continued((f"{field['name']}: ", Tone.FAINT), field["value"])


def _write_ldap(page: Page, ldap: shape.Ldap, verbosity: Verbosity) -> None:
    if ldap["who_am_i_before"] is not None:
        _write_identity(page, "WhoAmI", ldap["who_am_i_before"], "before the bind")
    if ldap["bind"] is not None:
        _write_result(page, "EXTERNAL bind", ldap["bind"])
    if ldap["who_am_i_after"] is not None:
        _write_identity(page, "WhoAmI", ldap["who_am_i_after"], "after the bind")
    if ldap["root_dse"] is not None:
        _write_root_dse(page, ldap["root_dse"], verbosity)
    if ldap["nt_auth"] is not None:
        _write_nt_auth(page, ldap["nt_auth"])


def _write_result(page: Page, label: str, result: shape_values.LdapResult) -> None:
    failed = result["result"]["code"] != 0
    page.field(label, (words.code(result["result"]), Tone.BAD if failed else Tone.GOOD))
    if result["diagnostic_message"]:
        page.continued(f'"{result["diagnostic_message"]}"')
    if result["ad_data"] is not None:
        page.continued(f"Windows error 0x{result['ad_data']} (data)")


def _write_identity(page: Page, label: str, answer: shape.WhoAmI, when: str) -> None:
    if answer["authzid"] is None:
        _write_result(page, label, answer)
        return
    page.field(label, answer["authzid"] or "anonymous", (f"  {when}", Tone.FAINT))


def _write_root_dse(page: Page, answer: shape.RootDse, verbosity: Verbosity) -> None:
    if answer["result"]["code"] != 0:
        _write_result(page, "Root DSE", answer)
        return
    told = answer["attributes"]
    shown = [each for each in told if verbosity is Verbosity.VERBOSE or each["type"].casefold() in _TELLING]
    rest = f", {len(told) - len(shown)} not shown (-v shows all)" if len(shown) < len(told) else ""
    page.field("Root DSE", words.count(len(told), "attribute"), (rest, Tone.FAINT))
    for attribute in shown:
        page.continued((f"{attribute['type']}: ", Tone.FAINT), ", ".join(attribute["values"]))


def _write_nt_auth(page: Page, store: shape.NtAuth) -> None:
    if store["name"] is None:
        page.field("NTAuth", ("the root DSE names no configurationNamingContext", Tone.ODD))
        return
    if store["answer"] is None:
        page.field("NTAuth", "no answer was read")
        return
    if store["answer"]["result"]["code"] != 0:
        _write_result(page, "NTAuth", store["answer"])
    else:
        page.field("NTAuth", words.count(len(store["certificates"]), "CA"))
    page.continued((store["name"], Tone.FAINT))
    for certificate in store["certificates"]:
        page.continued(words.name(certificate["subject"]), words.until(certificate))
