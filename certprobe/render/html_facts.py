"""The facts of a visit as parts of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.chains import certificate_facts
from certprobe.render.mapping import mapping_lines
from certprobe.render.markup import Markup, element, joined, text
from certprobe.render.verbosity import Verbosity
from certprobe.render.visit import is_grease, sent
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.prose import meaning, trust_error_words
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.report import shape, shape_mapping, shape_pki, shape_values, shape_visit

_FEW: Final = 10
_MOST_NAMES: Final = 200
_NOTHING: Final = Markup()


def _facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Labels and values; a label that is empty goes on with the last one."""
    rows = [joined((element("dt", label), element("dd", value))) for label, value in pairs]
    return element("dl", *rows) if rows else _NOTHING


# --- the certificate --------------------------------------------------------------------------------------------------


def cert_info(
    info: shape_visit.ClientCertInfo | None, account: str | None, iis: shape_visit.SubStatus | None
) -> Markup:
    """The members by their names in http.h, and what IIS would log; nothing where there is nothing to tell."""
    pairs: list[tuple[str, str]] = []
    if info is not None:
        flags = info["CertFlags"]
        pairs += [
            ("CertFlags", element("code", words.status(flags), of_class="bad" if flags["signed"] else "good")),
            ("", meaning(HResult(flags["signed"])).text),
            ("CertEncodedSize", element("code", str(info["CertEncodedSize"]))),
            ("pCertEncoded", f"{info['CertEncodedSize']} octets of DER, in the JSON report"),
            ("Token", element("code", words.token(account))),
            ("CertDeniedByMapper", element("code", "TRUE" if info["CertDeniedByMapper"] else "FALSE")),
        ]
    if iis is not None:
        pairs += [
            ("IIS sc-status", f"{iis['sub_status']} {iis['title']}"),
            ("IIS sc-win32-status", element("code", words.status(iis["win32_status"]))),
        ]
    return _facts(pairs)


def certificates(sent: list[shape_pki.Certificate], tls: shape.Tls | None) -> Markup:
    """What the client sent, in its order, each with its facts folded below, and what of it cannot be read."""
    shown = [
        element(
            "li",
            words.name(each["subject"]),
            element("span", f" issued by {words.name(each['issuer'])}", of_class="faint"),
            _fault(each["fault"] or ""),
            element("details", element("summary", "Facts"), _facts(certificate_facts(each))),
        )
        for each in sent
    ]
    faults = [_fault(each) for each in (tls["certificate_faults"] if tls is not None else ())]
    if not shown:
        return joined(faults)
    return joined((element("ol", *shown, attributes=(("start", "0"),)), *faults))


def _fault(words_of_it: str) -> Markup:
    return element("p", f"cannot be read: {words_of_it}", of_class="bad") if words_of_it else _NOTHING


def judgement(judged: shape_pki.Judgement | None) -> Markup:
    """The best path with what is wrong with each element, and every policy's answer."""
    if judged is None:
        return _NOTHING
    return joined((*map(_chain, judged["chains"]), _policies(judged)))


def _chain(chain: shape_pki.SimpleChain) -> Markup:
    elements = [
        element(
            "li",
            words.name(each["subject"]),
            element("span", f" until {each['not_after'] or 'an unreadable time'}", of_class="faint"),
            *map(_finding, each["findings"]),
        )
        for each in chain["elements"]
    ]
    numbered = element("ol", *elements, attributes=(("start", "0"),))
    return joined((numbered, *map(_finding, chain["findings"])))


def _finding(finding: shape_pki.Finding) -> Markup:
    bit = TrustError.__members__.get(finding["bit"])
    head = trust_error_words(bit) if bit is not None else finding["bit"]
    rule = element("span", f" ({finding['bit']}, {finding['citation']})", of_class="faint")
    return element("p", element("span", head, of_class="bad"), f": {finding['detail']}", rule)


def _policies(judged: shape_pki.Judgement) -> Markup:
    rows = [_policy(each, judged["deciding"]) for each in judged["policies"]]
    head = element("tr", element("th", "Chain policy"), element("th", "What Windows answers"), element("th", "Where"))
    return element("table", element("thead", head), element("tbody", *rows))


def _policy(policy: shape_pki.PolicyStatus, deciding: shape_pki.PolicyStatus) -> Markup:
    failed = policy["error"]["signed"] != 0
    where = f"chain {policy['chain_index']}, element {policy['element_index']}" if failed else ""
    name = policy["policy"].upper()
    return element(
        "tr",
        element("td", element("strong", name) if policy == deciding else name),
        element("td", element("code", words.status(policy["error"]), of_class="bad" if failed else "good")),
        element("td", where),
    )


def mapping(told: shape_mapping.Mapping | None) -> Markup:
    """Which account the certificate maps to, with every value that would map it."""
    return _NOTHING if told is None else _facts(mapping_lines(told, Verbosity.VERBOSE))


# --- the connection ---------------------------------------------------------------------------------------------------


def requests(attempt: shape.Attempt) -> Markup:
    """What was agreed on, every CertificateRequest, and what was sent."""
    tls = attempt["tls"]
    if tls is None:
        return _NOTHING
    suite, group = tls["cipher_suite"], tls["group"]
    agreed = (tls["version"], suite and suite["name"], group and group["name"], tls["alpn"])
    pairs = [("TLS", ", ".join(filter(None, agreed)) or "nothing was agreed on")]
    if not tls["certificate_requests"] and attempt["asked"] is not None:
        pairs.append(("A certificate", "was not asked for"))
    for request in tls["certificate_requests"]:
        pairs += [
            ("A certificate", f"was asked for {words.PHASES[request['phase']]}"),
            ("Issuers", _issuers(request)),
            ("Key types", _codes(request["certificate_types"])),
            ("Signatures", _codes(request["signature_algorithms"])),
            ("Sent", sent(request)),
        ]
    for alert in tls["alerts"]:
        label = "Alert of the server" if alert["by"] == "ourselves" else "Your alert"
        pairs.append((label, words.code(alert["description"])))
    return _facts(pair for pair in pairs if pair[1])


def _issuers(request: shape.CertificateRequest) -> Markup:
    names = request["certificate_authorities"]
    if not names:
        return element("span", "any: no CA is named")
    shown = [element("li", words.name(name["rfc4514"])) for name in names[:_MOST_NAMES]]
    more = element("p", f"and {len(names) - len(shown)} more") if len(names) > len(shown) else _NOTHING
    summary = element("summary", f"{words.count(len(names), 'CA')} named")
    opened = (("open", ""),) if len(names) <= _FEW else ()
    return element("details", summary, element("ol", *shown), more, attributes=opened)


def _codes(codes: list[shape_values.Code] | None) -> Markup:
    """Names side by side, each a text of its own: together they may be longer than any honest text."""
    return Markup(", ").join(text(each["name"]) for each in codes or () if not is_grease(each["code"]))


def client_hello(hello: shape_visit.ClientHello | None) -> Markup:
    """What the client offers; long lists are folded."""
    if hello is None:
        return _NOTHING
    name = hello["server_name"]
    pairs = [
        ("Server name", "none was sent (no SNI)" if name is None else name),
        ("Versions", _codes(hello["supported_versions"] or [hello["version"]])),
        ("ALPN", ", ".join(hello["alpn"] or ()) or "none"),
        ("Post-handshake authentication", "offered" if hello["post_handshake_auth"] else "not offered"),
        *(("Malformed", fault) for fault in hello["faults"]),
    ]
    long = [
        ("Cipher suites", _codes(hello["cipher_suites"])),
        ("Groups", _codes(hello["groups"])),
        ("Signatures", _codes(hello["signature_algorithms"])),
        ("Signatures in chains", _codes(hello["signature_algorithms_cert"])),
        *(("Wants a CA", words.name(each["rfc4514"])) for each in hello["certificate_authorities"] or ()),
    ]
    folded = element("details", element("summary", "Algorithms"), _facts(pair for pair in long if pair[1]))
    return joined((_facts(pairs), folded))


def asked(visit: shape_visit.Visit) -> Markup:
    """The HTTP request, or the LDAP operations."""
    pairs: list[tuple[str, str]] = []
    request = visit["requested"]
    if request is not None:
        pairs += [
            ("Request", f"{request['method']} {request['target']}"),
            ("Client", request["user_agent"] or "does not say its name"),
        ]
    if visit["status"] is not None:
        pairs.append(("Answer", f"HTTP {visit['status']}"))
    for operation in visit["operations"]:
        result = words.code(operation["result"]["result"])
        pairs.append((operation["name"], f"{operation['detail']}: {result}"))
    return _facts(pairs)
