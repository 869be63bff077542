"""Why a client's handshake came to nothing: who broke off, of what, and what the client should change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.errors import FailureKind, Party
from certprobe.pki.server_identity import match_server_name
from certprobe.report import evidence, words
from certprobe.report.model import Attempt, Cause, Stage, StageOutcome, Weight
from certprobe.report.spelling import version
from certprobe.tls.enums import AlertDescription, AlertLevel, ProtocolVersion, name_of
from certprobe.tls.events import Phase

if TYPE_CHECKING:
    from certprobe.report.visits import Visit

_NEVER_SECURED: Final = (
    "the client spoke LDAP in clear and never asked for StartTLS",
    "Have the client ask for StartTLS (ldapwhoami -ZZ), or use ldaps://.",
)
_FORBIDDEN: Final = 403
_OVER_TLS: Final = "Give the client an address with https:// or ldaps://, or have it ask for StartTLS (LDAP only)."
_ENDS: Final = (FailureKind.CLOSED, FailureKind.RESET)
# What a client may have against the certificate that it was shown (RFC 8446 6.2). The same number means different
# things: Chrome and Java say certificate_unknown of everything, Go bad_certificate of a wrong name.
_DISTRUST: Final[dict[int, str]] = {
    AlertDescription.unknown_ca: "it does not know the CA",
    AlertDescription.bad_certificate: "it finds it bad, in some clients for its name or its CA",
    AlertDescription.unsupported_certificate: "it cannot use this kind of certificate",
    AlertDescription.certificate_revoked: "it holds it for revoked",
    AlertDescription.certificate_expired: "it holds it for expired",
    AlertDescription.certificate_unknown: "it does not accept it, in most clients for its CA or its name",
    AlertDescription.access_denied: "it does not want to go on with it",
    AlertDescription.bad_certificate_status_response: "it does not accept the stapled OCSP response",
}
_BREAKS: Final[dict[int, tuple[str, str]]] = {
    AlertDescription.protocol_version: (
        "no version of TLS in common",
        "Allow the client a newer version, or the listener an older one.",
    ),
    AlertDescription.handshake_failure: (
        "no cipher suite, group or signature algorithm in common",
        "Update the client, or give the listener a certificate with another kind of key.",
    ),
    AlertDescription.insufficient_security: (
        "what the client offers is too weak",
        "Update the client, or allow it stronger cipher suites.",
    ),
    AlertDescription.no_application_protocol: (
        "the client speaks none of our application protocols (ALPN)",
        "Let the client speak HTTP/1.1.",
    ),
    AlertDescription.inappropriate_fallback: (
        "the client came back with an older version of TLS than it could",
        "Look for what breaks newer versions between the client and here.",
    ),
    AlertDescription.no_renegotiation: (
        "the client does not renegotiate",
        "Ask in the first handshake (--request always), or by TLS 1.3 after the handshake.",
    ),
}
# OpenSSL has the second where no certificate came before TLS 1.3.
_REFUSALS: Final = (
    AlertDescription.certificate_required,
    AlertDescription.handshake_failure,
    AlertDescription.decrypt_error,
)
# What OpenSSL says where the client just went away is no word to it (FIELD-NOTES).
_NO_WORD: Final = (AlertDescription.close_notify, AlertDescription.decode_error, AlertDescription.user_canceled)


def our_alert(attempt: Attempt) -> int | None:
    """The fatal alert by which the listener ended the conversation, as far as it was meant for the client."""
    return _fatal(attempt, Party.OURSELVES)


def our_refusal(attempt: Attempt) -> int | None:
    """The alert by which the listener refused the client's certificate, or its sending none."""
    alert = our_alert(attempt)
    return alert if alert in _REFUSALS else None


def _fatal(attempt: Attempt, party: Party) -> int | None:
    alerts = attempt.tls.alerts if attempt.tls is not None else ()
    found = (
        each.description
        for each in reversed(alerts)
        if each.party is party and each.level == AlertLevel.fatal and each.description not in _NO_WORD
    )
    return next(found, None)


def was_distrusted(visit: Visit) -> bool:
    """Whether the client turned away from the certificate that it was shown, with a word or without."""
    alert = _fatal(visit.attempt, Party.PEER)
    if alert is not None:
        return alert in _DISTRUST
    failed = evidence.failed_stage(visit.attempt)
    has_gone = failed is not None and failed.stage is Stage.HANDSHAKE and failed.kind in _ENDS
    return has_gone and _was_shown(visit.attempt) and evidence.deciding_request(visit.attempt) is None


def _was_shown(attempt: Attempt) -> bool:
    return attempt.tls is not None and bool(attempt.tls.certificates) and attempt.tls.negotiated.version is not None


def of_end(visit: Visit) -> list[Cause]:
    """The cause that ended the handshake, or that kept it from beginning."""
    if was_distrusted(visit):
        return [_of_distrust(visit)]
    if (alert := our_alert(visit.attempt)) is not None:
        return [_of_break(visit, alert, "the listener")]
    if (alert := _fatal(visit.attempt, Party.PEER)) is not None:
        return [_of_break(visit, alert, "the client")]
    failed = evidence.failed_stage(visit.attempt)
    if failed is not None:
        return [_of_failure(visit, failed)]
    title, advice = _NEVER_SECURED
    return [Cause("no-starttls", Weight.PROBLEM, title, advice=advice)] if visit.operations else []


# --- our certificate --------------------------------------------------------------------------------------------------


def _of_distrust(visit: Visit) -> Cause:
    alert = _fatal(visit.attempt, Party.PEER)
    mismatch = _name_mismatch(visit)
    if alert is None:
        asked = " and asked for its own" if evidence.requests(visit.attempt) else ""
        title = f"the client closed the connection when it was shown the listener's certificate{asked}"
        detail = (
            "Some clients say nothing of a certificate that they do not trust; browsers close like this, too, while "
            "they ask their user which certificate to send, and come back."
        )
        return Cause("refused-by-client", Weight.PROBLEM, title, _joined(detail, mismatch), how_to_trust(visit))
    title = f"the client refused the listener's certificate: {_DISTRUST[alert]}"
    detail = f"It broke off with the alert {words.alert(alert)}."
    code = name_of(AlertDescription, alert)
    return Cause(code, Weight.PROBLEM, title, _joined(detail, mismatch), how_to_trust(visit))


def _name_mismatch(visit: Visit) -> str:
    tls = visit.attempt.tls
    name = visit.hello.server_name if visit.hello is not None else None
    if tls is None or not tls.certificates or name is None:
        return ""
    match = match_server_name(tls.certificates[0], name)
    if match.matched:
        return ""
    return f"It asked for {name}; the certificate names {words.listing(match.presented) or 'no server'}."


def how_to_trust(visit: Visit) -> str:
    """What would make the client take the listener's certificate."""
    tls = visit.attempt.tls
    if _name_mismatch(visit):
        return "Start the listener with a certificate for that name (--cert), or let the client use a name of its own."
    issuer = tls.certificates[-1].issuer.rfc4514 if tls is not None and tls.certificates else "its CA"
    return (
        f"Have the client trust {issuer}, which issued the listener's certificate (curl: --cacert), "
        "or start the listener with a certificate that the client trusts (--cert)."
    )


# --- what else ends it ------------------------------------------------------------------------------------------------


def _of_break(visit: Visit, alert: int, who: str) -> Cause:
    reason, advice = _BREAKS.get(alert, ("", "Look into the log of the client."))
    title = f"{who} broke off the handshake{f': {reason}' if reason else ''}"
    detail = _joined(f"The alert was {words.alert(alert)}.", _offer(visit))
    return Cause(name_of(AlertDescription, alert), Weight.PROBLEM, title, detail, advice)


def _offer(visit: Visit) -> str:
    hello = visit.hello
    if hello is None:
        return ""
    known = {each.value for each in ProtocolVersion}
    versions = [version(each) for each in hello.supported_versions or (hello.version,) if each in known]
    count = len(hello.cipher_suites)
    suites = f"{count} cipher suite{'' if count == 1 else 's'}"
    return f"The client offers {', '.join(versions) or 'no version that we know'} and {suites}."


def _of_failure(visit: Visit, failed: StageOutcome) -> Cause:
    assert failed.kind is not None
    title, advice = _title_and_advice(visit, failed.stage, failed.kind)
    detail = "" if failed.detail.startswith(title) else words.sentence(failed.detail)
    return Cause(failed.kind.value, Weight.PROBLEM, title, detail, advice)


def _title_and_advice(visit: Visit, stage: Stage, kind: FailureKind) -> tuple[str, str]:
    has_begun = visit.hello is not None
    match kind:
        case FailureKind.NOT_TLS:
            return "the client does not speak TLS", _OVER_TLS
        case FailureKind.MALFORMED if stage is Stage.STARTTLS:
            return "the client began in clear, but not with LDAP", _OVER_TLS
        case FailureKind.MALFORMED | FailureKind.TOO_MUCH_DATA:
            return "what the client sent breaks the protocol", "Update the client, or look for what stands between."
        case FailureKind.TIMEOUT if has_begun:
            return (
                "the client did not finish its handshake in time",
                "Choose the certificate faster, or name it beforehand; the listener waits longer with --timeout.",
            )
        case FailureKind.CLOSED | FailureKind.RESET if has_begun:
            return "the client closed the connection during the handshake", "Look into the log of the client."
        case _ if visit.operations:
            return _NEVER_SECURED
        case FailureKind.TIMEOUT:
            return "the client connected and said nothing", "Check that the client is to begin with TLS on this port."
        case FailureKind.CLOSED | FailureKind.RESET:
            return "the client closed the connection before it said anything", "A check that only connects does this."
        case _:
            return "the handshake came to nothing", "Look into the log of the client."


# --- asked too late ---------------------------------------------------------------------------------------------------


def of_late_request(visit: Visit) -> list[Cause]:
    """That the client could not be asked after the handshake, or did not answer then."""
    tls, hello = visit.attempt.tls, visit.hello
    if tls is None or hello is None:
        return []
    if any(each.description == AlertDescription.no_renegotiation and each.party is Party.PEER for each in tls.alerts):
        title = "the client does not renegotiate, so it cannot be asked for a certificate any more"
        detail = "Go does not unless it is told to, and no client of HTTP/2 does."
        return [Cause("no-renegotiation", Weight.PROBLEM, title, detail, _ASK_AT_ONCE)]
    late = [each for each in tls.requests if each.phase is not Phase.INITIAL]
    if late and late[-1].sent is None:
        title = f"the client did not answer when it was asked for a certificate {_LATE[late[-1].phase]}"
        return [Cause("late-request-unanswered", Weight.PROBLEM, title, "", _ASK_AT_ONCE)]
    was_wanted = visit.status == _FORBIDDEN and not tls.requests
    if not was_wanted or tls.negotiated.version != ProtocolVersion.TLS_1_3 or hello.post_handshake_auth:
        return []
    title = "the client cannot be asked for a certificate after the handshake"
    detail = (
        "It did not offer post_handshake_auth (RFC 8446 4.2.6). Chrome, Java, Node and Go never do; Firefox only with "
        "security.tls.enable_post_handshake_auth, Python only with SSLContext.post_handshake_auth."
    )
    return [Cause("post-handshake-not-offered", Weight.PROBLEM, title, detail, _ASK_AT_ONCE)]


_LATE: Final = {Phase.RENEGOTIATION: "by a renegotiation", Phase.POST_HANDSHAKE: "after the handshake"}
_ASK_AT_ONCE: Final = (
    "Have the server ask in the first handshake (a name of its own for that path), or let the client use TLS 1.2."
)


# --- worth knowing ----------------------------------------------------------------------------------------------------


def worth_knowing(visit: Visit) -> list[Cause]:
    """Malformed messages that were read all the same."""
    notes = []
    if visit.hello is not None and visit.hello.faults:
        title = "the ClientHello is malformed"
        notes.append(Cause("malformed-client-hello", Weight.NOTE, title, words.sentence("; ".join(visit.hello.faults))))
    if visit.attempt.tls is not None and visit.attempt.tls.faults:
        title = "the client's Certificate message is malformed"
        faults = words.sentence("; ".join(visit.attempt.tls.faults))
        notes.append(Cause("malformed-certificate-message", Weight.NOTE, title, faults))
    return notes


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
