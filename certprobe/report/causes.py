"""The words of a verdict: what happened, why as far as the facts show it, and what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.report import evidence, words
from certprobe.report.model import (
    Attempt,
    Cause,
    Judgement,
    Outcome,
    RequestRecord,
    Role,
    StoreFacts,
    Weight,
)
from certprobe.wincrypt.hresult import (
    CERT_E_REVOCATION_FAILURE,
    CRYPT_E_NO_REVOCATION_CHECK,
    CRYPT_E_REVOCATION_OFFLINE,
    ERROR_SUCCESS,
)
from certprobe.wincrypt.prose import meaning

if TYPE_CHECKING:
    from certprobe.application.http import HttpAnswered

_TLS12_LIMIT = 0xFFFF
_SERVER_ERROR = 500
_NOT_TAKEN = (400, 421)
_NEAR = 0.9
_WHOSE = {
    Role.SERVER: "the server's certificate",
    Role.CLIENT: "the client certificate",
    Role.ANY: "the certificate",
}


def of_outcome(outcome: Outcome, attempt: Attempt, store: StoreFacts) -> list[Cause]:
    """The cause that the outcome itself stands for."""
    match outcome:
        case Outcome.NOT_REACHED | Outcome.UNANSWERED | Outcome.UNUSABLE_INPUT | Outcome.INTERRUPTED:
            failed = evidence.failed_stage(attempt)
            from certprobe.report.failures import of_failure

            return [of_failure(failed, attempt)] if failed is not None else []
        case Outcome.ACCEPTED | Outcome.ACCEPTED_NOT_MAPPED:
            return [_of_acceptance(outcome, attempt)]
        case Outcome.ACCEPTED_ANONYMOUSLY:
            return [_of_anonymity(attempt, store)]
        case Outcome.NOT_ASKED:
            return [_of_silence(attempt, store)]
        case _:
            from certprobe.report.refusals import of_refusal

            return [of_refusal(outcome, attempt, store)]


# --- reached, and let in ----------------------------------------------------------------------------------------------


def _of_acceptance(outcome: Outcome, attempt: Attempt) -> Cause:
    record = evidence.deciding_request(attempt)
    who = words.sent_subject(record) if record is not None else "the client"
    title = f"the server accepted the client certificate {who}"
    detail = _answer_in_words(attempt)
    if outcome is Outcome.ACCEPTED_NOT_MAPPED:
        title = f"{title}, but seems to know no account for it"
        advice = "Map the certificate to an entry (slapd: authz-regexp), if the login should be an account's."
        return Cause(outcome.value, Weight.NOTE, title, f"{detail} This is just the certificate's own subject.", advice)
    return Cause(outcome.value, Weight.NOTE, title, detail)


def _answer_in_words(attempt: Attempt) -> str:
    if attempt.http is not None and attempt.http.answer is not None:
        return words.http_answer(attempt.http.answer)
    if attempt.ldap is None:
        return ""
    before = evidence.authorization_identity(attempt.ldap.who_am_i_before)
    if before:
        return f"The TLS connection itself is the bind (WhoAmI: {before}); EXTERNAL is not needed (MS-ADTS 5.1.1.2)."
    after = evidence.authorization_identity(attempt.ldap.who_am_i_after)
    return f"SASL EXTERNAL succeeded; WhoAmI: {after}." if after else "SASL EXTERNAL succeeded."


def _of_anonymity(attempt: Attempt, store: StoreFacts) -> Cause:
    from certprobe.report.refusals import why_nothing_sent

    record = evidence.deciding_request(attempt)
    assert record is not None
    why = why_nothing_sent(record, store)
    answer = attempt.http.answer if attempt.http is not None else None
    let_in = words.http_answer(answer) if answer is not None else "The directory answers anonymous clients."
    if store.credentials and not why.code.startswith("anonymous"):
        return Cause(why.code, Weight.PROBLEM, why.title, f"{why.detail} {let_in}", why.advice)
    title = "the server asked for a client certificate, got none, and answered all the same"
    return Cause(Outcome.ACCEPTED_ANONYMOUSLY.value, Weight.NOTE, title, let_in, why.advice)


def _of_silence(attempt: Attempt, store: StoreFacts) -> Cause:
    title = "the server did not ask for a client certificate"
    if store.credentials:
        title += ", so none was sent"
    answer = attempt.http.answer if attempt.http is not None else None
    let_in = words.http_answer(answer) if answer is not None else "The directory answered anonymously."
    return Cause(Outcome.NOT_ASKED.value, Weight.NOTE, title, let_in, words.how_to_be_asked(attempt))


# --- chains -----------------------------------------------------------------------------------------------------------


def of_chains(attempt: Attempt, outcome: Outcome) -> list[Cause]:
    """A cause for each chain whose deciding policy is not S_OK; a refusal has told the client's already."""
    judgements = (attempt.server, attempt.client)
    told = outcome.value.startswith("refused") or outcome in (Outcome.NOT_MAPPED, Outcome.TLS_TERMINATOR)
    return [
        of_judgement(judgement)
        for judgement in judgements
        if judgement is not None
        and judgement.deciding.error != ERROR_SUCCESS
        and not (judgement.role is Role.CLIENT and told)
    ]


def of_judgement(judgement: Judgement) -> Cause:
    """The status of the deciding policy, which is not S_OK."""
    status, whose = judgement.deciding, _WHOSE[judgement.role]
    if status.element_index > 0:
        whose = f"{whose} chain"
    title = f"{whose} {words.fault(judgement)}"
    return Cause(status.error.symbol, Weight.PROBLEM, title, words.status(status), _advice(judgement))


def _advice(judgement: Judgement) -> str:
    if judgement.deciding.element_index < 0:
        side = "server" if judgement.role is Role.SERVER else "client"
        return (
            f"Have the {side} send the missing issuer's certificate if it is an intermediate; "
            "if it is a root, add it to what is trusted (--trust)."
        )
    if judgement.reason.startswith("not valid before"):
        return "Wait, or check the clock of the machine that judges it; --at judges by another time."
    if judgement.deciding.error in (CRYPT_E_REVOCATION_OFFLINE, CRYPT_E_NO_REVOCATION_CHECK, CERT_E_REVOCATION_FAILURE):
        from certprobe.report import unknown_status

        return unknown_status.advice(judgement) or meaning(judgement.deciding.error).advice
    return meaning(judgement.deciding.error).advice


# --- worth knowing ----------------------------------------------------------------------------------------------------


def worth_knowing(outcome: Outcome, attempt: Attempt) -> list[Cause]:
    """What does not decide, but would cost somebody a night later."""
    notes: list[Cause] = []
    if outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_NOT_MAPPED):
        notes += _of_leniency(attempt)
    if outcome in _LET_IN and attempt.http is not None and attempt.http.answer is not None:
        notes += _of_http_error(attempt.http.answer)
    for record in evidence.requests(attempt):
        notes += _of_list(record)
    if evidence.broken_message(attempt) is None:
        notes += _of_faults(attempt)
    if attempt.server is not None and attempt.tls is not None:
        from certprobe.report.oddities import of_server_chain

        notes += of_server_chain(attempt.server, attempt.tls.certificates)
    return notes


def _of_faults(attempt: Attempt) -> list[Cause]:
    """Malformed messages that the handshake survived."""
    faults = [fault for record in evidence.requests(attempt) for fault in record.request.faults]
    notes = []
    if faults:
        title = "the server's CertificateRequest is malformed"
        notes.append(Cause("malformed-certificate-request", Weight.NOTE, title, "; ".join(faults)))
    if attempt.tls is not None and attempt.tls.faults:
        title = "the server's Certificate message is malformed"
        notes.append(Cause("malformed-certificate-message", Weight.NOTE, title, "; ".join(attempt.tls.faults)))
    return notes


_LET_IN = (Outcome.ACCEPTED, Outcome.ACCEPTED_ANONYMOUSLY, Outcome.NOT_ASKED)


def _of_http_error(answer: HttpAnswered) -> list[Cause]:
    """An answer that TLS let through, and that says nothing of the login."""
    if answer.status >= _SERVER_ERROR:
        title = f"the server failed with HTTP {answer.status} {answer.reason}".rstrip()
        detail = "TLS went through; whether the login took is unknown."
        advice = "Look into the log of the server behind TLS."
        return [Cause("http-server-error", Weight.PROBLEM, title, detail, advice)]
    if answer.status in _NOT_TAKEN:
        title = f"the server did not take the request: HTTP {answer.status} {answer.reason}".rstrip()
        detail = "TLS went through; whether the login took is unknown."
        return [Cause("http-not-taken", Weight.PROBLEM, title, detail, "Ask for another --path, or by another name.")]
    return []


def _of_leniency(attempt: Attempt) -> list[Cause]:
    rejections = evidence.rejections_of_sent(attempt)
    if not rejections:
        return []
    from certprobe.report.refusals import rejected

    title = f"the server accepted the certificate although it {rejected(rejections[0])}"
    detail = f"{words.sentence(rejections[0].detail)} What it announces is not what it checks."
    return [Cause("accepted-although", Weight.NOTE, title, detail)]


def _of_list(record: RequestRecord) -> list[Cause]:
    notes: list[Cause] = []
    size = record.request.certificate_authorities_size
    if size > _TLS12_LIMIT * _NEAR:
        title = f"the CA list is {size} bytes long; TLS 1.2 carries 65535, and servers break silently beyond"
        notes.append(Cause("ca-list-near-limit", Weight.NOTE, title, advice="Trust fewer CAs on the server."))
    elif size > words.SCHANNEL_LIMIT * _NEAR:
        title = f"the CA list is {size} bytes long; Schannel cuts its list at 16 KiB (KB 2880390)"
        notes.append(Cause("ca-list-near-limit", Weight.NOTE, title, advice="Trust fewer CAs on the server."))
    return notes
