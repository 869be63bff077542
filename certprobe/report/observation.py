"""How each event of a TLS conversation adds to what is known of it."""

from __future__ import annotations

from certprobe.errors import Party
from certprobe.pki.certificate import Certificate
from certprobe.report.model import AlertRecord, RequestRecord, TlsFacts
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    CertificateRequested,
    CertificateSent,
    HandshakeCompleted,
    PeerCertificates,
    PeerClosed,
    StapledOcsp,
    TlsEvent,
)


def observed(facts: TlsFacts, event: TlsEvent) -> TlsFacts:
    """Return the facts with what `event` adds; nothing that was known goes away."""
    match event:
        case PeerCertificates(certificates, faults):
            return facts._replace(certificates=tuple(map(Certificate, certificates)), faults=faults)
        case StapledOcsp(response):
            return facts._replace(stapled_ocsp=response)
        case CertificateRequested(request, phase):
            return facts._replace(requests=(*facts.requests, RequestRecord(phase, request)))
        case CertificateSent(certificates):
            return answered(facts, facts.requests[-1]._replace(sent=tuple(map(Certificate, certificates))))
        case HandshakeCompleted(phase):
            return facts._replace(completed=(*facts.completed, phase))
        case AlertReceived(level, description):
            return facts._replace(alerts=(*facts.alerts, AlertRecord(Party.PEER, level, description)))
        case AlertSent(level, description):
            return facts._replace(alerts=(*facts.alerts, AlertRecord(Party.OURSELVES, level, description)))
        case PeerClosed(closure):
            return facts._replace(closure=closure)
        case _:
            return facts


def observed_of_client(facts: TlsFacts, event: TlsEvent) -> TlsFacts:
    """Return what a server's facts become: the peer's certificates are those that it asked for."""
    match event:
        case PeerCertificates(certificates, faults) if facts.requests:
            record = facts.requests[-1]._replace(sent=tuple(map(Certificate, certificates)))
            return answered(facts._replace(faults=(*facts.faults, *faults)), record)
        case PeerCertificates():
            return facts
        case _:
            return observed(facts, event)


def answered(facts: TlsFacts, record: RequestRecord) -> TlsFacts:
    """Return the facts with the last CertificateRequest's record replaced."""
    return facts._replace(requests=(*facts.requests[:-1], record))
