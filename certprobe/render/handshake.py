"""Sections on the connection: what was negotiated, what the server asked for, which certificate was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.page import Tone
from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from certprobe.render.page import Page, Piece
    from certprobe.report import shape, shape_values

_MOST_NAMES: Final = 10
_MOST_CODES: Final = 6
_STATES: Final = {
    "extension-absent": "any: no list was sent",
    "empty-list": "any: the list is empty",
}
_HOW: Final = {
    "automatic": "the first that fits",
    "by-user": "the one you named",
    "picked": "the one you picked",
    "by-callback": "the callback's answer",
    "anonymous-by-choice": "none, as you wished",
    "no-credentials": "none, as none was given",
    "nothing-fits": "none, as none fits",
    "choice-has-no-key": "none, as the one you named has no private key that fits",
}
_CLOSURES: Final = {
    "close-notify": "by the server, in good order (close_notify)",
    "alert": "by the server, with an alert",
    "without-alert": "by the server, without an alert",
}
_STAGES: Final = {
    "connect": "Connecting",
    "proxy": "Proxy",
    "starttls": "StartTLS",
    "handshake": "Handshake",
    "application": "Answer",
}


def write_connection(page: Page, attempt: shape.Attempt, verbosity: Verbosity) -> None:
    """Where we got, and what was negotiated there."""
    page.field("Address", attempt["peer"] or "none was reached")
    if attempt["tls"] is not None:
        _write_negotiated(page, attempt["tls"])
    write_stages(page, attempt["stages"], _STAGES, verbosity)


def write_stages(page: Page, stages: list[shape.Stage], labels: Mapping[str, str], verbosity: Verbosity) -> None:
    """Which stage failed and why; the others are for those who want to see everything."""
    for stage in stages:
        label = labels.get(stage["stage"], stage["stage"])
        took = f"{stage['seconds']:.3f} s"
        if stage["kind"] is not None:
            by = (f"  ({stage['kind']}, {stage['party']})", Tone.FAINT)
            page.field(label, ("failed", Tone.BAD), f" after {took}: {stage['detail']}", by)
        elif verbosity is Verbosity.VERBOSE:
            page.field(label, f"{took}  {stage['detail']}")


def _write_negotiated(page: Page, tls: shape.Tls) -> None:
    page.field("Server name", "none was sent (no SNI)" if tls["server_name"] is None else f"{tls['server_name']} (SNI)")
    if tls["version"] is None:
        page.field("TLS", "the server chose nothing")
        return
    page.field("TLS", tls["version"])
    if tls["cipher_suite"] is not None:
        page.field("Cipher suite", tls["cipher_suite"]["name"])
    if tls["group"] is not None:
        page.field("Group", tls["group"]["name"])
    page.field("ALPN", tls["alpn"] or "none")
    for staple in _staples(tls["ocsp"]):
        page.field("OCSP staple", staple)


def _staples(ocsp: shape.Ocsp | None) -> Iterator[Piece]:
    """What the server stapled says of it; whether that is true is told with its chain, if revocation was asked for."""
    if ocsp is None:
        yield "none"
    elif ocsp["fault"] is not None:
        yield f"unreadable: {ocsp['fault']}", Tone.BAD
    elif not ocsp["responses"]:
        yield f"says nothing but {ocsp['status']}", Tone.BAD
    else:
        said = [single for single in ocsp["responses"] if single["of_server"] is not False]
        yield from map(_staple, said)
        if not said:
            yield "speaks of other certificates", Tone.BAD


def _staple(single: shape.OcspStatus) -> Piece:
    span = f"as of {single['this_update']}"
    if single["next_update"] is not None:
        span += f", until {single['next_update']}"
    if single["status"] == "revoked":
        return f"says revoked at {single['revocation_time']} ({single['reason']}), {span}", Tone.BAD
    return f"says {single['status']}, {span}"


def write_requests(page: Page, asked: str | None, tls: shape.Tls, verbosity: Verbosity) -> None:
    """Every CertificateRequest; not asked, an empty list and a list never look alike."""
    if asked is None:
        page.line("Unknown: the conversation ended before the server could ask.", indent=2)
    elif not tls["certificate_requests"]:
        page.line("Nothing: it did not ask for a client certificate.", indent=2)
    for request in tls["certificate_requests"]:
        page.field("A certificate", words.PHASES[request["phase"]])
        write_demands(page, request, verbosity)


def write_demands(page: Page, request: shape.CertificateRequest, verbosity: Verbosity) -> None:
    """What one CertificateRequest wants a certificate to be."""
    _write_authorities(page, request, verbosity)
    _write_codes(page, "Key types", request["certificate_types"], verbosity)
    _write_codes(page, "Signatures", request["signature_algorithms"], verbosity)
    _write_codes(page, "In chains", request["signature_algorithms_cert"], verbosity)
    for oid_filter in request["oid_filters"]:
        page.field("OID filter", oid_filter["oid"] or "of an unreadable OID")
    for fault in request["faults"]:
        page.field("Malformed", (fault, Tone.BAD))


def _write_authorities(page: Page, request: shape.CertificateRequest, verbosity: Verbosity) -> None:
    names = request["certificate_authorities"]
    if not names:
        page.field("Issuers", "none that can be read" if request["faults"] else _STATES[request["state"]])
        return
    page.field("Issuers", f"{words.count(len(names), 'name')}, {request['certificate_authorities_size']} bytes:")
    shown = len(names) if verbosity is Verbosity.VERBOSE else _MOST_NAMES
    for name in names[:shown]:
        page.continued(words.name(name["rfc4514"]))
    if len(names) > shown:
        page.continued((f"... and {len(names) - shown} more (-v shows all)", Tone.FAINT))


def _write_codes(page: Page, label: str, codes: list[shape_values.Code] | None, verbosity: Verbosity) -> None:
    if codes is None:
        return
    shown = len(codes) if verbosity is Verbosity.VERBOSE else _MOST_CODES
    names = ", ".join(code["name"] for code in codes[:shown]) or "none"
    rest = f" and {len(codes) - shown} more (-v shows all)" if len(codes) > shown else ""
    page.field(label, names, (rest, Tone.FAINT))


def write_sent(page: Page, tls: shape.Tls) -> None:
    """What our Certificate messages carried, and what TLS answered."""
    if not tls["certificate_requests"]:
        page.field("Sent", "no certificate, as none was asked for")
    for request in tls["certificate_requests"]:
        how = request["selection"] and _HOW.get(request["selection"]["how"])
        page.field("Sent", _sent(request), (f"  {words.PHASES[request['phase']]}", Tone.FAINT))
        if how:
            page.field("Chosen", how)
        if request["note"] is not None:
            page.field("Callback", request["note"])
    for alert in tls["alerts"]:
        _write_alert(page, alert)
    if tls["closure"] is not None:
        page.field("Closed", _CLOSURES.get(tls["closure"], tls["closure"]))


def _sent(request: shape.CertificateRequest) -> str:
    if request["sent"] is None:
        return "no answer: the conversation ended first"
    if not request["sent"]:
        return "an empty Certificate message: anonymous"
    chosen = request["chosen"]
    issuers = len(request["sent"]) - 1
    name = words.name(chosen["subject"]) if chosen is not None else request["sent"][0]
    return f"{name}, with {words.count(issuers, 'intermediate') if issuers else 'no intermediates'}"


def _write_alert(page: Page, alert: shape.Alert) -> None:
    level = words.code(alert["level"])
    if alert["by"] == "ourselves":
        page.field("Our alert", f"{words.code(alert['description'])}, {level}, sent by us, not by the server")
        return
    page.field("Alert", (words.code(alert["description"]), Tone.BAD), f", {level}, sent by the {alert['by']}")
    if alert["status"] is not None:
        page.continued(f"a Windows program sees {words.status(alert['status'])}")
