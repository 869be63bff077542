"""What a client asked inside TLS, and what it forgot to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.errors import FailureKind
from certprobe.report import evidence, visit_handshake, words
from certprobe.report.model import Cause, Stage, StageOutcome, Weight
from certprobe.wincrypt.hresult import ERROR_SUCCESS

if TYPE_CHECKING:
    from certprobe.application.ldap_results import LdapOperation
    from certprobe.report.visits import Visit

_BROKEN: Final = (FailureKind.MALFORMED, FailureKind.TOO_MUCH_DATA)
_EXTERNAL: Final = "EXTERNAL"
_START_TLS: Final = "1.3.6.1.4.1.1466.20037"
_HOW_TO_BIND: Final = "Have the client bind with the SASL mechanism EXTERNAL (ldapwhoami -Y EXTERNAL)."
_AFTERWARDS: Final = (
    "Node, libldap with GnuTLS and others look at the listener's certificate only after the handshake, and go like "
    "this if they do not trust it. Browsers do so with a connection to spare."
)


def inside_tls(visit: Visit) -> list[LdapOperation]:
    """Every LDAP request but StartTLS, in order."""
    return [each for each in visit.operations if each.detail != _START_TLS]


def binds(visit: Visit) -> list[LdapOperation]:
    """Every bind request, in order."""
    return [each for each in visit.operations if each.name == "BindRequest"]


def external_binds(visit: Visit) -> list[LdapOperation]:
    """Every bind with the SASL mechanism EXTERNAL, in order."""
    return [each for each in binds(visit) if each.detail == _EXTERNAL]


def has_bound(visit: Visit) -> bool:
    """Whether the client logged in with its certificate."""
    return any(each.result.success for each in external_binds(visit))


def of_requests(visit: Visit) -> list[Cause]:
    """What is odd about what came after the handshake, or that nothing came."""
    failed = evidence.failed_stage(visit.attempt)
    if failed is not None and failed.stage is Stage.APPLICATION and failed.kind in _BROKEN:
        if visit_handshake.our_alert(visit.attempt) is not None:
            return [_of_broken_tls(visit, failed)]
        title = "what the client sent inside TLS is no request that is understood here"
        advice = "Check that the client speaks the protocol of this port: HTTP/1.1, or LDAP."
        return [Cause(failed.kind.value, Weight.PROBLEM, title, words.sentence(failed.detail), advice)]
    if inside_tls(visit):
        return _of_binds(visit)
    if visit.requested is None:
        return [_of_silence(visit)]
    return []


def _of_broken_tls(visit: Visit, failed: StageOutcome) -> Cause:
    title = "the client did not go on in TLS after the handshake"
    detail = f"{words.sentence(failed.detail)} libldap does so after StartTLS if it does not trust the listener."
    return Cause("tls-broken", Weight.PROBLEM, title, detail, visit_handshake.how_to_trust(visit))


def _of_binds(visit: Visit) -> list[Cause]:
    if found := external_binds(visit):
        return [_of_refused_bind(found[-1])] if _is_certificate_good(visit) and not has_bound(visit) else []
    if found := binds(visit):
        title = f"the client bound {_manner(found[-1].detail)}, not with its certificate"
        return [Cause("bind-not-external", Weight.PROBLEM, title, advice=_HOW_TO_BIND)]
    title = "the client never bound, so to the directory it is anonymous"
    detail = "A certificate alone is a login on port 636 of a domain controller only (MS-ADTS 5.1.1.2)."
    return [Cause("no-bind", Weight.PROBLEM, title, detail, _HOW_TO_BIND)]


def _manner(detail: str) -> str:
    if detail == "anonymous":
        return "anonymously"
    return "with a name and a password" if detail.startswith("simple") else f"with the SASL mechanism {detail}"


def _is_certificate_good(visit: Visit) -> bool:
    info = visit.info
    return info is not None and info.CertFlags == ERROR_SUCCESS and not info.CertDeniedByMapper


def _of_refused_bind(bind: LdapOperation) -> Cause:
    result = bind.result
    title = f"the certificate is valid, but the bind was refused: {result.name} ({result.code})"
    advice = "Have the client bind as whom its certificate maps to, that is without an authorization identity."
    return Cause("bind-refused", Weight.PROBLEM, title, words.sentence(result.diagnostic_message), advice)


def _of_silence(visit: Visit) -> Cause:
    failed = evidence.failed_stage(visit.attempt)
    if failed is not None and failed.kind is FailureKind.TIMEOUT:
        return Cause("no-request", Weight.NOTE, "the client asked nothing until its time was up")
    title = "the client went away without asking anything"
    return Cause("no-request", Weight.NOTE, title, _AFTERWARDS, visit_handshake.how_to_trust(visit))


def of_not_asking() -> Cause:
    """A request that needs no certificate."""
    title = "the client was not asked for a certificate: this path does not need one"
    return Cause("not-asked", Weight.NOTE, title)
