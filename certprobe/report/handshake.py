"""What TLS showed, as parts of a document: the server's side, its questions, our answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.errors import Party
from certprobe.pki import der
from certprobe.pki.name import DistinguishedName
from certprobe.report.spelling import base64, certificate_facts, code, codes, status, summary, version
from certprobe.selection.cells import Caution, NotAsked, Rejection
from certprobe.tls.enums import (
    AlertDescription,
    AlertLevel,
    ClientCertificateType,
    NamedGroup,
    SignatureScheme,
    cipher_suite_name,
)
from certprobe.tls.events import Phase
from certprobe.tls.messages import Announced
from certprobe.wincrypt.sspi import status_for_alert

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential
    from certprobe.report import shape, shape_pki
    from certprobe.report.model import AlertRecord, RequestRecord, StoreFacts, TlsFacts
    from certprobe.selection.cells import Cell
    from certprobe.selection.select import Candidate, Selection
    from certprobe.tls.messages import OidFilter

NOT_ASKED = "not-asked"


def tls(facts: TlsFacts, store: StoreFacts) -> shape.Tls:
    """Everything of one TLS conversation, as far as it came."""
    chosen = facts.negotiated
    return {
        "server_name": facts.server_name,
        "version": None if chosen.version is None else version(chosen.version),
        "cipher_suite": None
        if chosen.cipher_suite is None
        else {"name": cipher_suite_name(chosen.cipher_suite), "code": chosen.cipher_suite},
        "group": None if chosen.group is None else code(NamedGroup, chosen.group),
        "alpn": chosen.alpn,
        "certificates": [certificate_facts(certificate) for certificate in facts.certificates],
        "certificate_faults": list(facts.faults),
        "stapled_ocsp": None if facts.stapled_ocsp is None else base64(facts.stapled_ocsp),
        "ocsp": _ocsp(facts),
        "certificate_requests": [certificate_request(record, store) for record in facts.requests],
        "alerts": [_alert(alert) for alert in facts.alerts],
        "completed": [phase.value for phase in facts.completed],
        "closure": None if facts.closure is None else facts.closure.value,
    }


def _ocsp(facts: TlsFacts) -> shape.Ocsp | None:
    if facts.stapled_ocsp is None:
        return None
    from certprobe.report.ocsp import ocsp

    return ocsp(facts.stapled_ocsp, facts.certificates)


def asked(facts: TlsFacts | None) -> str | None:
    """Whether a certificate was asked for, in one word; None where the handshake broke before the server could ask.

    A TLS 1.3 request without certificate_authorities counts as an empty list: any issuer may match.
    """
    if facts is None:
        return None
    states = {record.request.announced for record in facts.requests}
    if Announced.LIST in states:
        return Announced.LIST.value
    if states:
        return Announced.EMPTY_LIST.value
    return NOT_ASKED if Phase.INITIAL in facts.completed else None


def _alert(alert: AlertRecord) -> shape.Alert:
    # close_notify is no error to Schannel, nor to anybody.
    is_error = alert.party is Party.PEER and alert.description != AlertDescription.close_notify
    return {
        "by": alert.party.value,
        "level": code(AlertLevel, alert.level),
        "description": code(AlertDescription, alert.description),
        "status": status(status_for_alert(alert.description)) if is_error else None,
    }


def certificate_request(record: RequestRecord, store: StoreFacts) -> shape.CertificateRequest:
    """A request, what it was held against, and what was answered."""
    request = record.request
    names = request.certificate_authorities
    return {
        "phase": record.phase.value,
        "version": version(request.version),
        "state": request.announced.value,
        "certificate_authorities": None
        if names is None
        else [distinguished_name(DistinguishedName(name)) for name in names],
        "certificate_authorities_count": len(names or ()),
        "certificate_authorities_size": request.certificate_authorities_size,
        "size": request.size,
        "certificate_types": codes(ClientCertificateType, request.certificate_types),
        "signature_algorithms": codes(SignatureScheme, request.signature_algorithms),
        "signature_algorithms_cert": codes(SignatureScheme, request.signature_algorithms_cert),
        "oid_filters": [_oid_filter(each) for each in request.oid_filters],
        "faults": list(request.faults),
        "selection": None if record.selection is None else _selection(record.selection),
        "chosen": None if record.credential is None else _chosen(record.credential, store),
        "sent": None if record.sent is None else [certificate.thumbprint for certificate in record.sent],
        "note": record.note,
    }


def _oid_filter(oid_filter: OidFilter) -> shape.OidFilter:
    try:
        whole = der.whole(oid_filter.oid, der.OBJECT_IDENTIFIER, "certificate_extension_oid")
        oid = der.object_identifier(der.value(oid_filter.oid, whole))
    except der.DerError:
        oid = None
    return {"oid": oid, "oid_der": base64(oid_filter.oid), "values": base64(oid_filter.values)}


def distinguished_name(name: DistinguishedName) -> shape_pki.Name:
    """A name as text and as it came."""
    return {"rfc4514": name.rfc4514, "der": base64(name.der)}


def _selection(selection: Selection) -> shape.Selection:
    return {"how": selection.how.value, "candidates": candidates(selection)}


def candidates(selection: Selection) -> list[shape.Candidate]:
    """Every candidate of a selection, in the order of the store."""
    return [_candidate(candidate) for candidate in selection.candidates]


def _candidate(candidate: Candidate) -> shape.Candidate:
    return {
        "number": candidate.number,
        **summary(candidate.credential.certificate),
        "rejections": [objection(rejection) for rejection in candidate.rejections],
        "cautions": [objection(caution) for caution in candidate.cautions],
        "not_asked": [cell.subject.value for cell in candidate.cells if isinstance(cell, NotAsked)],
        "cells": [_cell(cell) for cell in candidate.cells],
        "change": candidate.change or None,
        "friendly_name": candidate.credential.friendly_name,
        "source": candidate.credential.source,
    }


def _cell(cell: Cell) -> shape.Cell:
    against = cell if isinstance(cell, Rejection | Caution) else None
    return {
        "subject": cell.subject.value,
        "verdict": cell.verdict.value,
        "reason": None if against is None else against.reason.value,
        "clause": cell.clause,
        "detail": cell.detail,
        "change": None if against is None else against.change,
    }


def objection(rejection: Rejection | Caution) -> shape.Rejection:
    """What speaks against a certificate."""
    return {
        "reason": rejection.reason.value,
        "clause": rejection.clause,
        "detail": rejection.detail,
        "change": rejection.change,
    }


def _chosen(credential: Credential, store: StoreFacts) -> shape.Chosen:
    number = next((number for number, known in enumerate(store.credentials, 1) if known is credential), None)
    return {
        "number": number,
        "subject": credential.certificate.subject.rfc4514,
        "thumbprint": credential.certificate.thumbprint,
    }
