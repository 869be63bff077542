"""The words of a verdict: what happened, why as far as the facts show it, and what to change."""

from __future__ import annotations

from typing import Final, NamedTuple

from certprobe.report import evidence, failures, words
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
from certprobe.tls.enums import AlertDescription, name_of
from certprobe.wincrypt.hresult import ERROR_SUCCESS
from certprobe.wincrypt.prose import meaning

_SCHANNEL_LIMIT = 16 * 1024  # KB 2880390
_TLS12_LIMIT = 0xFFFF
_NEAR = 0.9


class _Why(NamedTuple):
    """The reason behind a refusal: a code for scripts, and words."""

    code: str
    title: str
    detail: str = ""
    advice: str = ""


def of_outcome(outcome: Outcome, attempt: Attempt, store: StoreFacts) -> list[Cause]:
    """The cause that the outcome itself stands for."""
    match outcome:
        case Outcome.NOT_REACHED | Outcome.UNANSWERED | Outcome.UNUSABLE_INPUT:
            failed = evidence.failed_stage(attempt)
            return [failures.of_failure(failed, attempt)] if failed is not None else []
        case Outcome.ACCEPTED | Outcome.ACCEPTED_NOT_MAPPED:
            return [_of_acceptance(outcome, attempt)]
        case Outcome.ACCEPTED_ANONYMOUSLY:
            return [_of_anonymity(attempt, store)]
        case Outcome.NOT_ASKED:
            return [_of_silence(attempt, store)]
        case _:
            why = _why(outcome, attempt, store)
            how = _how(outcome, attempt)
            return [Cause(why.code, Weight.PROBLEM, why.title, " ".join(filter(None, (how, why.detail))), why.advice)]


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
        return f"HTTP {attempt.http.answer.status} {attempt.http.answer.reason}".strip() + " was the answer."
    if attempt.ldap is None:
        return ""
    before = evidence.authorization_identity(attempt.ldap.who_am_i_before)
    if before:
        return f"The TLS connection itself is the bind (WhoAmI: {before}); EXTERNAL is not needed (MS-ADTS 5.1.1.2)."
    after = evidence.authorization_identity(attempt.ldap.who_am_i_after)
    return f"SASL EXTERNAL succeeded; WhoAmI: {after}." if after else "SASL EXTERNAL succeeded."


def _of_anonymity(attempt: Attempt, store: StoreFacts) -> Cause:
    why = _why_nothing_sent(attempt, store)
    title = "the server asked for a client certificate, got none, and answered all the same"
    if store.credentials and why.code != _ANONYMOUS:
        return Cause(why.code, Weight.PROBLEM, why.title, f"{why.detail} {_answer_or_nothing(attempt)}", why.advice)
    return Cause(Outcome.ACCEPTED_ANONYMOUSLY.value, Weight.NOTE, title, _answer_or_nothing(attempt), why.advice)


def _answer_or_nothing(attempt: Attempt) -> str:
    if attempt.http is not None and attempt.http.answer is not None:
        return f"It let us in without one: HTTP {attempt.http.answer.status} {attempt.http.answer.reason}".strip() + "."
    return "It lets anonymous clients in; a login by certificate did not take place."


def _of_silence(attempt: Attempt, store: StoreFacts) -> Cause:
    title = "the server did not ask for a client certificate"
    if store.credentials:
        title += ", so none was sent"
    return Cause(Outcome.NOT_ASKED.value, Weight.NOTE, title, _answer_without_login(attempt), _ask_advice(attempt))


def _answer_without_login(attempt: Attempt) -> str:
    if attempt.http is not None and attempt.http.answer is not None:
        return f"HTTP {attempt.http.answer.status} {attempt.http.answer.reason}".strip() + " was the answer."
    return "The directory answered anonymously."


def _ask_advice(attempt: Attempt) -> str:
    if attempt.http is not None and attempt.tls is not None and attempt.tls.server_name is None:
        return "No SNI was sent: a name instead of an address, or --sni, may reach another virtual host that asks."
    if attempt.http is not None:
        return "If it should: nginx ssl_verify_client, apache SSLVerifyClient, or another --path that asks on its own."
    return "If it should: TLSVerifyClient try or demand in slapd."


# --- reached, and turned away -----------------------------------------------------------------------------------------

_ANONYMOUS = "anonymous-by-choice"


def _how(outcome: Outcome, attempt: Attempt) -> str:
    """The way in which the refusal came, with its exact number."""
    match outcome:
        case Outcome.REFUSED_BY_ALERT:
            alert = evidence.fatal_alert(attempt)
            return f"The server refused with the alert {words.alert(alert)}." if alert is not None else ""
        case Outcome.REFUSED_BY_CLOSE:
            return "The server closed the connection right after the client certificate step, without an alert."
        case Outcome.REFUSED_BY_HTTP_STATUS if attempt.http is not None and attempt.http.answer is not None:
            return f"The server answered HTTP {attempt.http.answer.status} {attempt.http.answer.reason}.".replace(
                " .", "."
            )
        case _ if attempt.ldap is not None and attempt.ldap.bind is not None:
            result = attempt.ldap.bind.result
            said = f': "{result.diagnostic_message}"' if result.diagnostic_message else ""
            return f"SASL EXTERNAL was answered with {result.name} ({result.code}){said}."
        case _:
            return ""


def _why(outcome: Outcome, attempt: Attempt, store: StoreFacts) -> _Why:
    record = evidence.deciding_request(attempt)
    answer = attempt.http.answer if attempt.http is not None else None
    if answer is not None and evidence.wanted_post_handshake(answer):
        return _Why(
            "post-handshake-not-possible",
            "the server wanted to ask for a certificate after the handshake and could not",
            advice="Try --tls-max 1.2, where apache asks by renegotiation.",
        )
    if record is None:
        title = "the server turned us away without ever asking for a client certificate"
        return _Why("not-asked", title, advice=_ask_advice(attempt))
    if not record.sent:
        return _why_nothing_sent(attempt, store)
    if (why := _why_sent_is_bad(attempt, record)) is not None:
        return why
    return _why_unknown(outcome, attempt, record)


def _why_nothing_sent(attempt: Attempt, store: StoreFacts) -> _Why:
    record = evidence.deciding_request(attempt)
    asked = words.asked(record) if record is not None else ""
    if record is not None and record.note is not None:
        return _Why("callback-chose-anonymous", "the callback chose no certificate", f"{record.note} {asked}")
    if not store.credentials:
        what_was_there = "; ".join(store.notes) + "." if store.notes else ""
        title = (
            "no client certificate was sent: none was given"
            if not store.notes
            else ("no client certificate was sent: what was given holds no usable one")
        )
        advice = f"Give a certificate with its key: --cert FILE. {asked}".strip()
        return _Why("no-certificate", title, what_was_there, advice)
    selection = record.selection if record is not None else None
    refused = [candidate for candidate in selection.candidates if candidate.rejections] if selection is not None else []
    if selection is None or len(refused) < len(selection.candidates):
        return _Why(_ANONYMOUS, "no client certificate was sent, as asked for", asked)
    first = refused[0]
    if len(refused) == 1:
        rejection = first.rejections[0]
        subject = words.subject(first.credential.certificate)
        title = f"no client certificate was sent: {subject} {words.REJECTED[rejection.reason]}"
        return _Why(
            rejection.reason.value,
            title,
            f"{words.sentence(rejection.detail)} {asked}",
            words.sentence(rejection.change),
        )
    title = f"no client certificate was sent: none of your {len(refused)} fits"
    reasons = "; ".join(
        f"{candidate.number}: {words.subject(candidate.credential.certificate)}: {candidate.rejections[0].detail}"
        for candidate in refused[: words.NAMES_IN_A_LINE]
    )
    change = words.sentence(first.rejections[0].change)
    return _Why("nothing-fits", title, f"{words.sentence(reasons)} {asked}", change)


def _why_sent_is_bad(attempt: Attempt, record: RequestRecord) -> _Why | None:
    """What is known to be wrong with the certificate that was sent, the chain engine's word first."""
    client = evidence.failed_client_judgement(attempt)
    if client is not None:
        title = f"the client certificate {words.sent_subject(record)} is not valid: {client.reason}"
        return _Why(
            client.deciding.error.symbol, title, words.status(client.deciding), meaning(client.deciding.error).advice
        )
    rejections = evidence.rejections_of_sent(attempt)
    if rejections:
        first = rejections[0]
        title = f"the client certificate {words.sent_subject(record)} {words.REJECTED[first.reason]}"
        detail = f"{words.sentence(first.detail)} {words.asked(record)}"
        return _Why(first.reason.value, title, detail, words.sentence(first.change))
    return None


# After a certificate was sent. GnuTLS, NSS, Java and OpenSSL mean different things by the same number (FIELD-NOTES).
_LATE_ALERTS: Final[dict[int, tuple[str, str]]] = {
    AlertDescription.unknown_ca: (
        "the server does not trust the issuer",
        "Add the CA (and its intermediates) to what the server trusts, or send the missing intermediates with --cert.",
    ),
    AlertDescription.certificate_expired: ("the server holds it for expired", "Compare the server's clock with yours."),
    AlertDescription.certificate_revoked: ("the server holds it for revoked", "Use another certificate."),
    AlertDescription.certificate_required: ("the server got no certificate", "Give one with --cert."),
    AlertDescription.access_denied: ("the server knows it, but denies access", "Map it to an account with access."),
    AlertDescription.bad_certificate: (
        "the server finds it bad (in some servers: an issuer that it does not trust)",
        "Look into the server's log; compare the issuer with what the server trusts.",
    ),
    AlertDescription.unsupported_certificate: (
        "the server cannot use this kind of certificate",
        "Check extended key usage (clientAuth) and key type.",
    ),
    AlertDescription.decrypt_error: (
        "the proof of the private key failed",
        "Check that key and certificate belong together.",
    ),
}


def _why_unknown(outcome: Outcome, attempt: Attempt, record: RequestRecord) -> _Why:
    """Nothing is wrong with the certificate as far as we can see: what the server says is all there is."""
    who = words.sent_subject(record)
    match outcome:
        case Outcome.NOT_MAPPED:
            title = f"the server accepted the certificate {who}, but maps it to no account"
            advice = (
                "Add the mapping (389: certmap.conf; AD: altSecurityIdentities), or use the certificate of an account."
            )
            return _Why(outcome.value, title, advice=advice)
        case Outcome.TLS_TERMINATOR:
            title = f"TLS accepted the certificate {who}, but the directory behind it never saw it"
            detail = "EXTERNAL is not offered: a TLS terminator stands in front, or the server dropped the certificate."
            return _Why(outcome.value, title, detail, "Connect to the directory itself, or bind in another way.")
        case Outcome.REFUSED_BY_ALERT if (alert := evidence.fatal_alert(attempt)) in _LATE_ALERTS:
            reason, advice = _LATE_ALERTS[alert]
            return _Why(name_of(AlertDescription, alert), f"the server refused {who}: {reason}", advice=advice)
        case Outcome.REFUSED_BY_CLOSE:
            detail = (
                "slapd with GnuTLS, Node and Java do so for an issuer that they do not trust, for expiry and for usage."
            )
            advice = "The reason stands only in the server's log; the chain below is what it judged."
            return _Why(outcome.value, f"the server refused {who} without saying why", detail, advice)
        case _:
            advice = "The certificate passed TLS; check the account's rights and mapping, and the server's log."
            return _Why(outcome.value, f"the server refused {who}", advice=advice)


# --- chains -----------------------------------------------------------------------------------------------------------


def of_chains(attempt: Attempt, outcome: Outcome) -> list[Cause]:
    """A cause for each chain whose deciding policy is not S_OK; a refusal has told the client's already."""
    judgements = (attempt.server, attempt.client)
    told = outcome.value.startswith("refused") or outcome in (Outcome.NOT_MAPPED, Outcome.TLS_TERMINATOR)
    return [
        _of_judgement(judgement)
        for judgement in judgements
        if judgement is not None
        and judgement.deciding.error != ERROR_SUCCESS
        and not (judgement.role is Role.CLIENT and told)
    ]


def _of_judgement(judgement: Judgement) -> Cause:
    error = judgement.deciding.error
    whose = "the server's certificate" if judgement.role is Role.SERVER else "the client certificate"
    if judgement.deciding.element_index > 0:
        whose = f"{whose} chain"
    title = f"{whose} is not valid: {judgement.reason}"
    return Cause(error.symbol, Weight.PROBLEM, title, words.status(judgement.deciding), meaning(error).advice)


# --- worth knowing ----------------------------------------------------------------------------------------------------


def worth_knowing(outcome: Outcome, attempt: Attempt) -> list[Cause]:
    """What does not decide, but would cost somebody a night later."""
    notes: list[Cause] = []
    if outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_NOT_MAPPED) and (
        rejections := evidence.rejections_of_sent(attempt)
    ):
        title = f"the server accepted a certificate that {words.REJECTED[rejections[0].reason]}"
        detail = f"{words.sentence(rejections[0].detail)} What it announces is not what it checks."
        notes.append(Cause("accepted-although", Weight.NOTE, title, detail))
    for record in evidence.requests(attempt):
        notes += _of_list(record)
    if attempt.tls is not None and attempt.tls.faults:
        notes.append(
            Cause(
                "malformed-certificate-message",
                Weight.NOTE,
                "the server's Certificate message is malformed",
                "; ".join(attempt.tls.faults),
            )
        )
    return notes


def _of_list(record: RequestRecord) -> list[Cause]:
    notes: list[Cause] = []
    size = record.request.certificate_authorities_size
    if record.request.faults:
        title = "the server's CertificateRequest is malformed"
        notes.append(Cause("malformed-certificate-request", Weight.NOTE, title, "; ".join(record.request.faults)))
    if size > _TLS12_LIMIT * _NEAR:
        title = f"the CA list is {size} bytes long; TLS 1.2 carries 65535, and servers break silently beyond"
        notes.append(Cause("ca-list-near-limit", Weight.NOTE, title, advice="Trust fewer CAs on the server."))
    elif size > _SCHANNEL_LIMIT * _NEAR:
        title = f"the CA list is {size} bytes long; Schannel cuts its list at 16 KiB (KB 2880390)"
        notes.append(Cause("ca-list-near-limit", Weight.NOTE, title, advice="Trust fewer CAs on the server."))
    return notes
