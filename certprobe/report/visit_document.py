"""What a listener learned of one client as a document: that of a probe, and what only the server's side sees.

It is the same document, with one attempt, so that whoever reads the one reads the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.endpoint import Scheme
from certprobe.pki.name import DistinguishedName
from certprobe.report import evidence
from certprobe.report.application import result
from certprobe.report.document import attempt_facts, heading, store_facts
from certprobe.report.handshake import distinguished_name
from certprobe.report.model import StoreFacts
from certprobe.report.spelling import base64, certificate_facts, code, codes, status, version
from certprobe.report.sub_status import sub_status
from certprobe.tls.enums import ExtensionType, NamedGroup, SignatureScheme, cipher_suite_name

if TYPE_CHECKING:
    from certprobe.application.http import HttpRequested
    from certprobe.application.ldap_results import LdapOperation
    from certprobe.policy.http_sys import HttpSslClientCertInfo
    from certprobe.report import shape, shape_values, shape_visit
    from certprobe.report.visits import Visit, VisitReport
    from certprobe.tls.client_hello import ClientHello

_NOTHING: Final = StoreFacts((), ())
_SECRETS: Final = frozenset({"authorization", "proxy-authorization", "cookie"})
_MOST_FIELDS: Final = 100
_LONGEST_VALUE: Final = 4096


def visit_document(report: VisitReport) -> shape.Document:
    """Return the whole report as JSON's types; what a client sends to log in by other means is not in it."""
    visit = report.visit
    return {
        **heading(report),
        "store": store_facts(_NOTHING),
        "attempts": [attempt_facts(visit.attempt, report.conclusion, _NOTHING, report.accounts)],
        "acceptances": [],
        "path_map": None,
        "untried": [],
        "visit": _visit(visit, report.endpoint.scheme),
    }


def _visit(visit: Visit, scheme: Scheme) -> shape_visit.Visit:
    record = evidence.deciding_request(visit.attempt)
    sent = (record.sent or ()) if record is not None else ()
    return {
        "number": visit.number,
        "client_hello": None if visit.hello is None else _client_hello(visit.hello),
        "certificates": [certificate_facts(each) for each in sent],
        "client_cert_info": None if visit.info is None else _client_cert_info(visit.info),
        "iis": _iis(visit) if scheme is Scheme.HTTPS else None,
        "account": visit.account,
        "requested": None if visit.requested is None else _requested(visit.requested),
        "status": visit.status,
        "operations": [_operation(each) for each in visit.operations],
    }


def _client_hello(hello: ClientHello) -> shape_visit.ClientHello:
    names = hello.certificate_authorities
    return {
        "version": _version(hello.version),
        "supported_versions": None
        if hello.supported_versions is None
        else [_version(each) for each in hello.supported_versions],
        "server_name": hello.server_name,
        "alpn": None if hello.alpn is None else list(hello.alpn),
        "cipher_suites": [{"name": cipher_suite_name(each), "code": each} for each in hello.cipher_suites],
        "signature_algorithms": codes(SignatureScheme, hello.signature_algorithms),
        "signature_algorithms_cert": codes(SignatureScheme, hello.signature_algorithms_cert),
        "groups": codes(NamedGroup, hello.groups),
        "certificate_authorities": None
        if names is None
        else [distinguished_name(DistinguishedName(name)) for name in names],
        "post_handshake_auth": hello.post_handshake_auth,
        "extensions": [code(ExtensionType, each) for each in hello.extensions],
        "size": hello.size,
        "faults": list(hello.faults),
    }


def _version(number: int) -> shape_values.Code:
    return {"name": version(number), "code": number}


def _client_cert_info(info: HttpSslClientCertInfo) -> shape_visit.ClientCertInfo:
    return {
        "CertFlags": status(info.CertFlags),
        "CertEncodedSize": info.CertEncodedSize,
        "pCertEncoded": base64(info.pCertEncoded),
        "Token": info.Token,
        "CertDeniedByMapper": info.CertDeniedByMapper,
    }


def _iis(visit: Visit) -> shape_visit.SubStatus | None:
    """Of a client that was asked and has answered."""
    is_asked = evidence.deciding_request(visit.attempt) is not None
    found = sub_status(visit.info) if is_asked else None
    if found is None:
        return None
    return {"sub_status": found.text, "title": found.title, "win32_status": status(found.win32_status)}


def _requested(request: HttpRequested) -> shape_visit.Requested:
    agents = (value for name, value in request.headers if name.lower() == "user-agent")
    return {
        "method": request.method,
        "target": request.target,
        "user_agent": next(agents, None),
        "headers": [_header(name, value) for name, value in request.headers[:_MOST_FIELDS]],
    }


def _header(name: str, value: str) -> shape_values.HeaderField:
    if name.lower() in _SECRETS:
        value = f"({len(value)} characters, not shown)"
    return {"name": name.lower(), "value": value[:_LONGEST_VALUE]}


def _operation(operation: LdapOperation) -> shape_visit.LdapOperation:
    return {"name": operation.name, "detail": operation.detail, "result": result(operation.result)}
