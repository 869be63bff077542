"""Questions to the facts of one attempt: each answer is read off, nothing is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.errors import FailureKind, Party
from certprobe.pki.name import DistinguishedName
from certprobe.report.model import Attempt, Judgement, RequestRecord, Stage, StageOutcome, TlsFacts
from certprobe.tls.events import Closure
from certprobe.wincrypt.hresult import ERROR_SUCCESS

if TYPE_CHECKING:
    from certprobe.application.http import HttpAnswered
    from certprobe.application.ldap import RootDseAnswered, WhoAmIAnswered
    from certprobe.selection.cells import Rejection
    from certprobe.tls.messages import CertificateRequest

_REFUSING_STATUSES = (401, 403, 495, 496)
# nginx says what it means only in the page of its 400 (its own 495 and 496 never reach the wire).
_REFUSING_PAGES = (b"No required SSL certificate was sent", b"The SSL certificate error")
_APACHE_WITHOUT_POST_HANDSHAKE = b"Cannot perform Post-Handshake Authentication"


def failed_stage(attempt: Attempt) -> StageOutcome | None:
    """The stage that failed, if one did: it is the last."""
    return next((stage for stage in reversed(attempt.stages) if stage.kind is not None), None)


def was_interrupted(attempt: Attempt) -> bool:
    """Whether somebody at the keyboard ended it."""
    failed = failed_stage(attempt)
    return failed is not None and failed.kind is FailureKind.INTERRUPTED


def was_not_asked(attempt: Attempt) -> bool:
    """Whether the conversation came to its end, good or bad, and no certificate was asked for in it."""
    return attempt.tls is not None and not attempt.tls.requests and failed_stage(attempt) is None


def requests(attempt: Attempt) -> tuple[RequestRecord, ...]:
    """Every CertificateRequest of the attempt in order; empty = not asked."""
    return attempt.tls.requests if attempt.tls is not None else ()


def deciding_request(attempt: Attempt) -> RequestRecord | None:
    """The CertificateRequest that the login hangs on: the last answered with a certificate, else the last answered."""
    answered = [record for record in requests(attempt) if record.sent is not None]
    with_certificate = [record for record in answered if record.sent]
    return next(reversed(with_certificate or answered), None)


def fatal_alert(attempt: Attempt) -> int | None:
    """The description of the server's alert that ended the conversation, never one of ours."""
    if attempt.tls is None or attempt.tls.closure is not Closure.ALERT:
        return None
    return next(alert.description for alert in reversed(attempt.tls.alerts) if alert.party is Party.PEER)


class BrokenMessage(NamedTuple):
    """A handshake message that could not be read whole, by the standard's name, and the first thing wrong with it."""

    name: str
    fault: str


def broken_message(attempt: Attempt) -> BrokenMessage | None:
    """The message that the handshake broke on, where our lenient reader stumbled over it too."""
    failed = failed_stage(attempt)
    if attempt.tls is None or failed is None or failed.stage is not Stage.HANDSHAKE:
        return None
    if failed.kind is not FailureKind.MALFORMED:
        return None
    if attempt.tls.requests and (fault := _fault_of_request(attempt.tls.requests[-1].request)) is not None:
        return BrokenMessage("CertificateRequest", fault)
    fault = _fault_of_certificates(attempt.tls)
    return BrokenMessage("Certificate", fault) if fault is not None else None


def _fault_of_request(request: CertificateRequest) -> str | None:
    if request.faults:
        return request.faults[0]
    for number, name in enumerate(request.certificate_authorities or (), 1):
        if (fault := DistinguishedName(name).fault) is not None:
            return f"certificate_authorities, name {number}: {fault}"
    return None


def _fault_of_certificates(tls: TlsFacts) -> str | None:
    if tls.faults:
        return tls.faults[0]
    for number, certificate in enumerate(tls.certificates, 1):
        if certificate.fault is not None:
            return f"certificate {number}: {certificate.fault}"
    return None


def last_words(attempt: Attempt) -> str | None:
    """What a directory said as it ended the session (RFC 4511 4.4.1), while TLS was still open."""
    failed = failed_stage(attempt)
    if attempt.ldap is None or attempt.tls is None or attempt.tls.closure is not None:
        return None
    return failed.detail if failed is not None and failed.kind is FailureKind.CLOSED else None


def closed_politely(attempt: Attempt) -> bool:
    """Whether the server said close_notify, which is an alert, but no error."""
    return attempt.tls is not None and attempt.tls.closure is Closure.CLOSE_NOTIFY


def rejections_of_sent(attempt: Attempt) -> tuple[Rejection, ...]:
    """What the selection held against the certificate that was sent all the same."""
    record = deciding_request(attempt)
    if record is None or not record.sent or record.selection is None:
        return ()
    return next(
        (
            candidate.rejections
            for candidate in record.selection.candidates
            if candidate.credential is record.credential
        ),
        (),
    )


def failed_client_judgement(attempt: Attempt) -> Judgement | None:
    """The client chain's judgement where its deciding policy says no."""
    client = attempt.client
    return client if client is not None and client.deciding.error != ERROR_SUCCESS else None


def is_sent_faultless(attempt: Attempt) -> bool:
    """Whether neither the selection nor the chain engine has anything against the certificate that was sent."""
    return not rejections_of_sent(attempt) and failed_client_judgement(attempt) is None


def refuses(answer: HttpAnswered) -> bool:
    """Whether an HTTP answer turns the person away: 401, 403, or nginx's 400 that speaks of the certificate."""
    if answer.status in _REFUSING_STATUSES:
        return True
    return answer.status == 400 and page_of_refusal(answer) is not None


def page_of_refusal(answer: HttpAnswered) -> str | None:
    """What nginx' page says of the certificate, if it does."""
    return next((page.decode("ascii") for page in _REFUSING_PAGES if page in answer.body), None)


def wanted_post_handshake(answer: HttpAnswered) -> bool:
    """Whether apache says that it would have asked after the handshake and could not."""
    return answer.status == 403 and _APACHE_WITHOUT_POST_HANDSHAKE in answer.body


def authorization_identity(answer: WhoAmIAnswered | None) -> str:
    """The authzId of a WhoAmI answer (RFC 4532); empty for anonymous, for a refusal, and where none was read."""
    return (answer.authzid or "").strip() if answer is not None else ""


def is_own_subject(answer: WhoAmIAnswered | None, record: RequestRecord) -> bool:
    """Whether the directory's name for us is just the certificate's subject, as slapd does where no rule maps it."""
    if not record.sent:
        return False
    from certprobe.mapping.authorization import Relation, relation

    return relation(authorization_identity(answer), record.sent[0].subject) is Relation.OWN_SUBJECT


def offers_external(answer: RootDseAnswered | None) -> bool:
    """Whether the root DSE lists the SASL mechanism EXTERNAL (RFC 4422 appendix A)."""
    if answer is None:
        return False
    return any(
        "EXTERNAL" in values for name, values in answer.attributes if name.casefold() == "supportedsaslmechanisms"
    )
