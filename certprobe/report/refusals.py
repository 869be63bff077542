"""Why a login was refused, as far as the facts show it: what was not sent, or what is wrong with what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.report import evidence, words
from certprobe.report.model import Attempt, Cause, Outcome, RequestRecord, StoreFacts, Weight
from certprobe.selection.cells import Reason, Rejection
from certprobe.selection.select import How
from certprobe.tls.enums import AlertDescription, name_of
from certprobe.tls.messages import Announced
from certprobe.wincrypt.prose import meaning

if TYPE_CHECKING:
    from certprobe.selection.select import Candidate


_REJECTED: Final[dict[Reason, str]] = {
    Reason.CERTIFICATE_UNREADABLE: "cannot be read",
    Reason.NO_PRIVATE_KEY: "has no private key beside it",
    Reason.KEY_DOES_NOT_FIT: "does not belong to the private key beside it",
    Reason.WRONG_KEY_USAGE: "may not sign (keyUsage)",
    Reason.WRONG_EXTENDED_KEY_USAGE: "is not meant for client authentication (extended key usage)",
    Reason.CERTIFICATE_TYPE_NOT_OFFERED: "is of a type that the server does not take",
    Reason.SIGNATURE_SCHEME_NOT_OFFERED: "has a key that the server takes no signature of",
    Reason.CHAIN_SIGNATURE_NOT_OFFERED: "has a signature in its chain that the server does not take",
    Reason.ISSUER_NOT_LISTED: "is of a CA that the server does not list",
    Reason.CHAIN_INCOMPLETE: "comes without the intermediates that lead to a listed CA",
    Reason.OID_FILTER: "does not pass the server's filter (oid_filters)",
}


def rejected(rejection: Rejection) -> str:
    """What a certificate does, or is, that it was rejected for; follows its name in a sentence."""
    if rejection.reason is Reason.NOT_TIME_VALID:
        # "expired on 2026-01-31T12:00:00Z": the facts are shorter than any words for both ways of being out of time.
        return rejection.detail.partition(",")[0]
    return _REJECTED[rejection.reason]


class Why(NamedTuple):
    """The reason behind a refusal: a code for scripts, and words."""

    code: str
    title: str
    detail: str = ""
    advice: str = ""


def of_refusal(outcome: Outcome, attempt: Attempt, store: StoreFacts) -> Cause:
    """Say how the server refused, with its exact number, and why."""
    why = _why(outcome, attempt, store)
    detail = " ".join(filter(None, (_how(outcome, attempt), why.detail)))
    return Cause(why.code, Weight.PROBLEM, why.title, detail, why.advice)


def _how(outcome: Outcome, attempt: Attempt) -> str:
    match outcome:
        case Outcome.REFUSED_BY_ALERT:
            alert = evidence.fatal_alert(attempt)
            return f"The server refused with the alert {words.alert(alert)}." if alert is not None else ""
        case Outcome.REFUSED_BY_CLOSE if (last_words := evidence.last_words(attempt)) is not None:
            return words.sentence(last_words)
        case Outcome.REFUSED_BY_CLOSE:
            manner = "with close_notify" if evidence.closed_politely(attempt) else "without an alert"
            return f"The server closed the connection right after the client certificate step, {manner}."
        case Outcome.REFUSED_BY_HTTP_STATUS if attempt.http is not None and attempt.http.answer is not None:
            return words.http_answer(attempt.http.answer)
        case _ if attempt.ldap is not None and attempt.ldap.bind is not None:
            result = attempt.ldap.bind.result
            said = f': "{result.diagnostic_message}"' if result.diagnostic_message else ""
            return f"SASL EXTERNAL was answered with {result.name} ({result.code}){said}."
        case _:
            return ""


def _why(outcome: Outcome, attempt: Attempt, store: StoreFacts) -> Why:
    record = evidence.deciding_request(attempt)
    answer = attempt.http.answer if attempt.http is not None else None
    if answer is not None and evidence.wanted_post_handshake(answer):
        title = "the server wanted to ask for a certificate after the handshake and could not"
        return Why("post-handshake-not-possible", title, advice="Try --tls-max 1.2: apache then asks by renegotiation.")
    if record is None:
        title = "the server turned us away without ever asking for a client certificate"
        return Why("not-asked", title, advice=words.how_to_be_asked(attempt))
    if not record.sent:
        return why_nothing_sent(record, store)
    return _why_sent_is_bad(attempt, record) or _why_unknown(outcome, attempt, record)


# --- nothing was sent -------------------------------------------------------------------------------------------------


def why_nothing_sent(record: RequestRecord, store: StoreFacts) -> Why:
    """Say why our Certificate message was empty though one was asked for."""
    asked = words.asked(record)
    how = record.selection.how if record.selection is not None else How.NO_CREDENTIALS
    if record.credential is not None:
        subject = words.subject(record.credential.certificate)
        title = f"no client certificate was sent: the TLS library cannot sign with the key of {subject}"
        return Why("not-signable", title, asked, "Use a key that the server's signature algorithms cover, or --legacy.")
    match how:
        case How.NO_CREDENTIALS:
            return _none_given(record, store)
        case How.NOTHING_FITS | How.CHOICE_HAS_NO_KEY:
            assert record.selection is not None
            refused = [candidate for candidate in record.selection.candidates if candidate.rejections]
            odd = f"{'; '.join(store.notes)}." if store.notes else ""
            odd = _prose(_cut_short(refused, record), odd)
            return _one_unfit(refused[0], asked, odd) if len(refused) == 1 else _none_fits(refused, asked, odd)
        case How.BY_CALLBACK:
            detail = f"{words.sentence(record.note)} {asked}" if record.note else asked
            return Why("anonymous-by-callback", "the callback chose to send no client certificate", detail)
        case _:
            return Why("anonymous-by-choice", "no client certificate was sent, as you chose", asked)


def _cut_short(refused: list[Candidate], record: RequestRecord) -> str:
    """That the right CA may have been in the list, where Schannel fills its own to the brim (KB 2880390)."""
    size = record.request.certificate_authorities_size
    names = record.request.certificate_authorities or ()
    reasons = {rejection.reason for candidate in refused for rejection in candidate.rejections}
    is_full = names and size <= words.SCHANNEL_LIMIT < size + max(map(len, names))
    if not is_full or Reason.ISSUER_NOT_LISTED not in reasons:
        return ""
    return f"The list is {size} bytes long, and Schannel cuts its own at 16 KiB: the CA may have been cut off."


def _none_given(record: RequestRecord, store: StoreFacts) -> Why:
    advice = f"Give a certificate with its key: --cert FILE. {words.asked(record)}"
    if not store.notes:
        return Why("no-certificate", "no client certificate was sent: none was given", advice=advice)
    if len(store.notes) == 1:
        return Why("no-certificate", f"no client certificate was sent: {store.notes[0]}", advice=advice)
    title = "no client certificate was sent: what was given holds no usable one"
    return Why("no-certificate", title, f"{'; '.join(store.notes)}.", advice)


def _one_unfit(candidate: Candidate, asked: str, odd: str) -> Why:
    rejection = candidate.rejections[0]
    subject = words.subject(candidate.credential.certificate)
    title = f"no client certificate was sent: {subject} {rejected(rejection)}"
    details = [words.sentence(each.detail) for each in candidate.rejections]
    if all(each.reason is not Reason.ISSUER_NOT_LISTED for each in candidate.rejections):
        details.append(asked)
    return Why(rejection.reason.value, title, _prose(*details, odd), words.sentence(candidate.change))


def _none_fits(refused: list[Candidate], asked: str, odd: str) -> Why:
    reasons = "; ".join(
        f"{candidate.number}: {words.subject(candidate.credential.certificate)} {rejected(candidate.rejections[0])}"
        for candidate in refused[: words.NAMES_IN_A_LINE]
    )
    title = f"no client certificate was sent: none of your {len(refused)} fits"
    nearest = min(refused, key=lambda candidate: len(candidate.rejections))
    subject = words.subject(nearest.credential.certificate)
    change = f"For {nearest.number}, {subject}: {nearest.change}."
    return Why("nothing-fits", title, _prose(f"{reasons}.", asked, odd), change)


def _prose(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


# --- something was sent -----------------------------------------------------------------------------------------------


def _why_sent_is_bad(attempt: Attempt, record: RequestRecord) -> Why | None:
    """What is known to be wrong with the certificate that was sent, the chain engine's word first."""
    subject = words.sent_subject(record)
    client = evidence.failed_client_judgement(attempt)
    if client is not None:
        error = client.deciding.error
        title = f"the client certificate {subject} {words.fault(client)}"
        return Why(error.symbol, title, words.status(client.deciding), meaning(error).advice)
    if rejections := evidence.rejections_of_sent(attempt):
        first = rejections[0]
        title = f"the client certificate {subject} {rejected(first)}"
        # Which CAs are listed is part of that reason already.
        listed = "" if first.reason is Reason.ISSUER_NOT_LISTED else words.asked(record)
        detail = _prose(words.sentence(first.detail), listed)
        return Why(first.reason.value, title, detail, words.sentence(first.change))
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


_LISTED_YET_UNKNOWN: Final = "Its CA is in the server's own list: what the server announces is not what it trusts."


def _lists_issuers(record: RequestRecord) -> bool:
    """Whether the server named CAs; a certificate of another one does not get as far as `_why_unknown`."""
    return record.request.announced is Announced.LIST


def _types_without_schema(record: RequestRecord) -> str:
    from certprobe.mapping.authorization import types_without_schema

    return ", ".join(types_without_schema(record.sent[0].subject)) if record.sent else ""


def _why_unknown(outcome: Outcome, attempt: Attempt, record: RequestRecord) -> Why:
    """Nothing is wrong with the certificate as far as we can see: what the server says is all there is."""
    who = words.sent_subject(record)
    match outcome:
        case Outcome.NOT_MAPPED:
            title = f"the server accepted the certificate {who}, but maps it to no account"
            advice = "Map it (389: certmap.conf; AD: altSecurityIdentities), or use the certificate of an account."
            return Why(outcome.value, title, advice=advice)
        case Outcome.TLS_TERMINATOR:
            title = f"TLS accepted the certificate {who}, but the directory behind it never saw it"
            detail = "EXTERNAL is not offered: a TLS terminator stands in front, or the server dropped the certificate."
            advice = "Connect to the directory itself, or bind in another way."
            if lacking := _types_without_schema(record):
                detail += f" slapd drops one whose subject has attribute types that its schema lacks: maybe {lacking}."
                advice += " If it is slapd, load a schema that has these types, or have the subject changed."
            return Why(outcome.value, title, detail, advice)
        case Outcome.REFUSED_BY_ALERT if (alert := evidence.fatal_alert(attempt)) in _LATE_ALERTS:
            reason, advice = _LATE_ALERTS[alert]
            detail = _LISTED_YET_UNKNOWN if alert == AlertDescription.unknown_ca and _lists_issuers(record) else ""
            return Why(name_of(AlertDescription, alert), f"the server refused {who}: {reason}", detail, advice)
        case Outcome.REFUSED_BY_CLOSE if evidence.last_words(attempt) is not None:
            title = f"the server refused {who} and ended the session"
            return Why(outcome.value, title, advice="Look into the server's log.")
        case Outcome.REFUSED_BY_CLOSE:
            detail = "slapd with GnuTLS, Node and Java say nothing of an untrusted issuer, expiry or wrong usage."
            if attempt.http is not None:
                detail = f"{detail} A server of another protocol than HTTP closes like this, too."
            advice = "The reason stands only in the server's log; the client chain below is what it had to judge."
            return Why(outcome.value, f"the server refused {who} without saying why", detail, advice)
        case _:
            advice = "The certificate passed TLS; check the account's rights and mapping, and the server's log."
            return Why(outcome.value, f"the server refused {who}", advice=advice)
