"""A client's visit for people, as it comes: who came, what became of it, what to change, and the facts."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.chains import write_certificates, write_judgement
from certprobe.render.handshake import write_demands, write_stages
from certprobe.render.headline import lead, verdict_word, write_causes
from certprobe.render.mapping import write_mapping
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from certprobe.report import shape, shape_values, shape_visit

_MOST_CODES: Final = 6
_STAGES: Final = {"starttls": "StartTLS", "handshake": "Handshake", "application": "Request"}
_EXTENDED: Final = {
    "1.3.6.1.4.1.1466.20037": "StartTLS",
    "1.3.6.1.4.1.4203.1.11.3": "Who am I?",
    "1.3.6.1.4.1.4203.1.11.1": "Password Modify",
    "1.3.6.1.1.8": "Cancel",
}
"""The extended operations of LDAP that clients ask for (RFC 4511 4.14, 4532, 3062, 3909)."""
_CLOSURES: Final = {
    "close-notify": "by the client, in good order (close_notify)",
    "alert": "by the client, with an alert",
    "without-alert": "by the client, without an alert",
}


def write_visit(told: shape.Document, file: IO[str], verbosity: Verbosity) -> None:
    """Write a visit's document to `file` and flush it; raises what writing raises."""
    page = Page(file)
    attempt, visit, verdict = told["attempts"][0], told["visit"], told["verdict"]
    if visit is None:
        raise ValueError("this is the document of a probe")
    _write_headline(page, told, visit)
    if verbosity is not Verbosity.QUIET:
        write_causes(page, verdict["outcome"], verdict["causes"])
        _write_facts(page, attempt, visit, verbosity)
        if verbosity is Verbosity.VERBOSE:
            _write_circumstances(page, told)
        page.line("")
    file.flush()


def _write_headline(page: Page, told: shape.Document, visit: shape_visit.Visit) -> None:
    outcome, causes = told["verdict"]["outcome"], told["verdict"]["causes"]
    word, tone = verdict_word(outcome, causes)
    who = f"{visit['number']}  {told['times']['started']}  {told['attempts'][0]['peer'] or 'nobody'}"
    title = causes[0]["title"] if causes else "a client came"
    page.line((who, Tone.STRONG), f"  {title}", lead=(lead(word), tone))


def _write_facts(page: Page, attempt: shape.Attempt, visit: shape_visit.Visit, verbosity: Verbosity) -> None:
    if visit["client_hello"] is not None:
        page.heading("What the client offers")
        _write_hello(page, visit["client_hello"], verbosity)
    page.heading("Connection")
    _write_connection(page, attempt, verbosity)
    _write_requests(page, visit)
    _write_certificates(page, attempt, visit, verbosity)
    if visit["client_cert_info"] is not None:
        page.heading("HTTP_SSL_CLIENT_CERT_INFO")
        _write_info(page, visit["client_cert_info"], visit["account"], visit["iis"])
    elif visit["iis"] is not None:
        page.heading("What IIS would log")
        _write_iis(page, visit["iis"])
    if attempt["client"] is not None:
        page.heading("Client chain")
        write_judgement(page, attempt["client"], verbosity)
    if attempt["mapping"] is not None:
        page.heading("Account of the client certificate")
        write_mapping(page, attempt["mapping"], verbosity)


def _write_certificates(page: Page, attempt: shape.Attempt, visit: shape_visit.Visit, verbosity: Verbosity) -> None:
    tls = attempt["tls"]
    faults = tls["certificate_faults"] if tls is not None else []
    if visit["certificates"] or faults:
        page.heading("What the client sent")
        write_certificates(page, visit["certificates"], faults, verbosity)


# --- what the client offers -------------------------------------------------------------------------------------------


def _write_hello(page: Page, hello: shape_visit.ClientHello, verbosity: Verbosity) -> None:
    name = hello["server_name"]
    page.field("Server name", "none was sent (no SNI)" if name is None else f"{name} (SNI)")
    _write_codes(page, "Versions", hello["supported_versions"] or [hello["version"]], verbosity)
    page.field("ALPN", ", ".join(hello["alpn"] or ()) or "none")
    _write_codes(page, "Cipher suites", hello["cipher_suites"], verbosity)
    _write_codes(page, "Groups", hello["groups"], verbosity)
    _write_codes(page, "Signatures", hello["signature_algorithms"], verbosity)
    _write_codes(page, "In chains", hello["signature_algorithms_cert"], verbosity)
    late = hello["post_handshake_auth"]
    page.field("Post-handshake", "it may be asked after the handshake" if late else "authentication is not offered")
    for wanted in hello["certificate_authorities"] or ():
        page.field("Wants CA", words.name(wanted["rfc4514"]))
    if verbosity is Verbosity.VERBOSE:
        _write_codes(page, "Extensions", hello["extensions"], verbosity)
        page.field("Size", words.count(hello["size"], "octet"))
    for fault in hello["faults"]:
        page.field("Malformed", (fault, Tone.BAD))


def _write_codes(page: Page, label: str, codes: list[shape_values.Code] | None, verbosity: Verbosity) -> None:
    if codes is None:
        return
    known = codes if verbosity is Verbosity.VERBOSE else [each for each in codes if not is_grease(each["code"])]
    shown = known if verbosity is Verbosity.VERBOSE else known[:_MOST_CODES]
    rest = f" and {len(known) - len(shown)} more (-v shows all)" if len(shown) < len(known) else ""
    # A piece for each: together they may be longer than any honest text.
    names = [f"{', ' if place else ''}{_code_name(each)}" for place, each in enumerate(shown)]
    page.field(label, *(names or ["none"]), (rest, Tone.FAINT))


def _code_name(code: shape_values.Code) -> str:
    return f"{code['name']} (GREASE)" if is_grease(code["code"]) else code["name"]


def is_grease(code: int) -> bool:
    """Whether a code point is one that clients send only to see that it does no harm (RFC 8701)."""
    return code & 0x0F0F == 0x0A0A and code >> 8 == code & 0xFF


# --- what came of it --------------------------------------------------------------------------------------------------


def _write_connection(page: Page, attempt: shape.Attempt, verbosity: Verbosity) -> None:
    tls = attempt["tls"]
    if tls is not None:
        _write_negotiated(page, tls)
        _write_asked(page, attempt["asked"], tls, verbosity)
        for alert in tls["alerts"]:
            if alert["description"]["code"] or verbosity is Verbosity.VERBOSE:
                _write_alert(page, alert)
    write_stages(page, attempt["stages"], _STAGES, verbosity)
    if tls is not None and tls["closure"] is not None:
        page.field("Closed", _CLOSURES.get(tls["closure"], tls["closure"]))


def _write_negotiated(page: Page, tls: shape.Tls) -> None:
    if tls["version"] is None:
        page.field("TLS", "nothing was agreed on")
        return
    suite, group = tls["cipher_suite"], tls["group"]
    agreed = (tls["version"], suite and suite["name"], group and group["name"], tls["alpn"])
    page.field("TLS", ", ".join(filter(None, agreed)))


def _write_asked(page: Page, asked: str | None, tls: shape.Tls, verbosity: Verbosity) -> None:
    if not tls["certificate_requests"] and asked is not None:
        page.field("A certificate", "was not asked for")
    for request in tls["certificate_requests"]:
        page.field("A certificate", f"was asked for {words.PHASES[request['phase']]}")
        write_demands(page, request, verbosity)
        page.field("Sent", sent(request))


def sent(request: shape.CertificateRequest) -> str:
    """What the client's Certificate message held."""
    if request["sent"] is None:
        return "no answer: the conversation ended first"
    if not request["sent"]:
        return "an empty Certificate message: anonymous"
    return words.count(len(request["sent"]), "certificate")


def _write_alert(page: Page, alert: shape.Alert) -> None:
    code, level = words.code(alert["description"]), words.code(alert["level"])
    if alert["by"] == "ourselves":
        page.field("Our alert", f"{code}, {level}, sent to the client")
        return
    page.field("Alert", (code, Tone.BAD), f", {level}, sent by the client")


def _write_requests(page: Page, visit: shape_visit.Visit) -> None:
    request = visit["requested"]
    if request is not None:
        page.field("Request", f"{request['method']} {request['target']}")
        page.field("By", request["user_agent"] or "a client that does not say its name")
    if visit["status"] is not None:
        page.field("Answer", (f"HTTP {visit['status']}", Tone.GOOD if visit["status"] < 400 else Tone.BAD))
    for operation in visit["operations"]:
        result = operation["result"]
        failed = result["result"]["code"] != 0
        extended = _EXTENDED.get(operation["detail"])
        asked = " ".join((operation["name"], operation["detail"], f"({extended})" if extended else "")).strip()
        page.field("Asked", asked, ": ", (words.code(result["result"]), Tone.BAD if failed else Tone.GOOD))
        if result["diagnostic_message"]:
            page.continued(f'"{result["diagnostic_message"]}"')


def _write_info(
    page: Page, info: shape_visit.ClientCertInfo, account: str | None, iis: shape_visit.SubStatus | None
) -> None:
    flags = info["CertFlags"]
    page.line(*_member("CertFlags"), (words.status(flags), Tone.BAD if flags["signed"] else Tone.GOOD), indent=2)
    page.line(*_member("CertEncodedSize"), str(info["CertEncodedSize"]), indent=2)
    page.line(*_member("pCertEncoded"), f"{info['CertEncodedSize']} octets of DER, in the JSON report", indent=2)
    page.line(*_member("Token"), words.token(account), indent=2)
    page.line(*_member("CertDeniedByMapper"), "TRUE" if info["CertDeniedByMapper"] else "FALSE", indent=2)
    if iis is not None:
        _write_iis(page, iis)


def _member(name: str) -> tuple[tuple[str, Tone]]:
    return ((name.ljust(20), Tone.FAINT),)


def _write_iis(page: Page, iis: shape_visit.SubStatus) -> None:
    page.line(*_member("IIS sc-status"), f"{iis['sub_status']} {iis['title']}", indent=2)
    page.line(*_member("IIS sc-win32-status"), words.status(iis["win32_status"]), indent=2)


def _write_circumstances(page: Page, told: shape.Document) -> None:
    times = told["times"]
    page.heading("Judged")
    page.field("At", times["at"])
    page.field("Trusting", told["trust"])
    page.field("By", f"{told['endpoint']['url']}, in {times['seconds']:.3f} s, certprobe {told['version']}")
