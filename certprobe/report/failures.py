"""The words for a probe that did not get an answer: which stage failed, of what, and what to try."""

from __future__ import annotations

from typing import Final

from certprobe.errors import FailureKind, Party
from certprobe.report import evidence, words
from certprobe.report.model import Attempt, Cause, Stage, StageOutcome, Weight
from certprobe.tls.enums import AlertDescription

_FAILURES: Final[dict[FailureKind, tuple[str, str]]] = {
    FailureKind.NAME_NOT_RESOLVED: (
        "the name of the server does not resolve",
        "Check the spelling and the resolver, or name an address with --connect.",
    ),
    FailureKind.CONNECTION_REFUSED: (
        "nothing listens there: the connection was refused",
        "Check that the service runs and that this is its port.",
    ),
    FailureKind.UNREACHABLE: (
        "the network does not reach the server",
        "Check routes and firewalls, or go through a proxy with --via.",
    ),
    FailureKind.TIMEOUT: (
        "no answer came in time",
        "A firewall may swallow the packets, or the port speaks another protocol; --timeout allows more.",
    ),
    FailureKind.RESET: ("the connection was reset", "Look into the server's log."),
    FailureKind.CLOSED: ("the server closed the connection", "Look into the server's log."),
    FailureKind.PROXY_REFUSED: ("the proxy does not let us through", "Check what the proxy allows, host and port."),
    FailureKind.PROXY_AUTHENTICATION: (
        "the proxy wants a user name and a password",
        "Name the user in --via and give the password by CERTPROBE_PROXY_PASSWORD.",
    ),
    FailureKind.STARTTLS_REFUSED: (
        "the server refuses StartTLS",
        "Give the server a certificate and enable TLS there, or use ldaps://.",
    ),
    FailureKind.NOT_TLS: ("the port does not speak what was asked for", "Check the port and the scheme."),
    FailureKind.ALERT: ("the server ended the TLS handshake", ""),
    FailureKind.MALFORMED: (
        "what the server sent breaks the protocol",
        "What it sent is shown as far as it can be read; --legacy speaks to very old servers.",
    ),
    FailureKind.TOO_MUCH_DATA: (
        "the server sends more than certprobe takes",
        "This is not the service that was asked for, or what it lists is far too long.",
    ),
    FailureKind.CREDENTIAL_UNUSABLE: (
        "the client certificate cannot be used",
        "Use a certificate with a stronger key and signature; --legacy lets weak ones through.",
    ),
    FailureKind.INTERRUPTED: ("interrupted from the keyboard", ""),
    FailureKind.LOST_PATIENCE: (
        "the server lost patience while the client certificate was being chosen",
        "Choose faster, name it with --select, or raise the server's limit for a handshake"
        " (nginx: client_header_timeout; apache: RequestReadTimeout).",
    ),
    FailureKind.CALLBACK: (
        "the callback gave no certificate to send, nor a word for none",
        "Correct the callback: python3 -m pydoc certprobe.callbacks says what it is asked and how it answers;"
        " docs/callbacks.md in the source has examples.",
    ),
}

# An alert means many things (FIELD-NOTES); before any certificate was sent it is about versions, ciphers and names.
_EARLY_ALERTS: Final[dict[int, str]] = {
    AlertDescription.protocol_version: "Offer an older TLS version: --tls-min 1.0.",
    AlertDescription.handshake_failure: "No version or cipher suite in common: try --legacy, or --tls-min 1.0.",
    AlertDescription.insufficient_security: "The server wants other cipher suites: try --tls-max 1.2 or --legacy.",
    AlertDescription.unrecognized_name: "The server does not know this name: try another --sni, or --sni none.",
    AlertDescription.no_application_protocol: "The server speaks no HTTP/1.1 on this port.",
    AlertDescription.internal_error: "The server failed; a CA list beyond 64 KiB does this too. Look into its log.",
}

_AT_PROXY: Final[dict[FailureKind, tuple[str, str]]] = {
    FailureKind.UNREACHABLE: ("the proxy does not reach the server", "Check host and port as the proxy sees them."),
    FailureKind.CONNECTION_REFUSED: (
        "nothing listens there: the connection was refused to the proxy",
        "Check host and port as the proxy sees them.",
    ),
    FailureKind.CLOSED: ("the proxy closed the connection", "Check what the proxy allows, host and port."),
    FailureKind.MALFORMED: (
        "what the proxy answered is not what such a proxy says",
        "Check the proxy's port, and whether it is an http:// or a socks5:// one.",
    ),
}
_BROKEN_MESSAGES: Final[dict[str, str]] = {
    "CertificateRequest": "Trust fewer CAs on the server: GnuTLS and Go send broken lists beyond 64 KiB.",
    "Certificate": "Look at the certificate file that the server is configured with.",
}

_ENDS: Final = (FailureKind.CLOSED, FailureKind.RESET, FailureKind.TIMEOUT)
# By stage, and whether the server is a directory.
_SCHEME_ADVICE: Final = {
    (
        Stage.HANDSHAKE,
        True,
    ): "Check that this port speaks TLS at once (636); a port that begins in clear needs ldap://.",
    (Stage.HANDSHAKE, False): "Check that this port speaks TLS, and look into the server's log.",
    (
        Stage.STARTTLS,
        True,
    ): "Check that this is a port for LDAP in clear (389); a port with TLS at once needs ldaps://.",
}
_DURING: Final = {
    Stage.CONNECT: "while connecting",
    Stage.PROXY: "at the proxy",
    Stage.STARTTLS: "before StartTLS was answered",
    Stage.HANDSHAKE: "during the TLS handshake",
    Stage.APPLICATION: "after the TLS handshake, before an answer",
}


def of_failure(failed: StageOutcome, attempt: Attempt) -> Cause:
    """Say which stage failed, of what, and what to try."""
    assert failed.kind is not None
    title, advice = _title_and_advice(failed, failed.kind, attempt)
    is_said = failed.detail.startswith(title) or title.startswith(failed.detail)
    detail = "" if is_said else words.sentence(failed.detail)
    return Cause(failed.kind.value, Weight.PROBLEM, title, detail, advice)


def _title_and_advice(failed: StageOutcome, kind: FailureKind, attempt: Attempt) -> tuple[str, str]:
    title, advice = _FAILURES[kind]
    if kind is FailureKind.INTERRUPTED:
        return f"{title} {_DURING[failed.stage]}", advice
    if failed.stage is Stage.CONNECT and failed.party is Party.PROXY:
        return "the proxy itself is not reached", "Check the address in --via, and that the proxy runs."
    if failed.stage is Stage.PROXY and kind in _AT_PROXY:
        return _AT_PROXY[kind]
    if kind is FailureKind.ALERT and (alert := evidence.fatal_alert(attempt)) is not None:
        return f"{title} with the alert {words.alert(alert)}", _EARLY_ALERTS.get(alert, "Look into the server's log.")
    if kind in _ENDS:
        return f"{title} {_DURING[failed.stage]}", _SCHEME_ADVICE.get((failed.stage, attempt.path is None), advice)
    if kind is FailureKind.MALFORMED and failed.stage is Stage.APPLICATION:
        spoken = "LDAP" if attempt.path is None else "HTTP"
        return f"the server answered inside TLS, but not in {spoken}", "Check the port and the scheme."
    if (broken := evidence.broken_message(attempt)) is not None:
        return f"the server's {broken.name} is malformed: {broken.fault}", _BROKEN_MESSAGES[broken.name]
    return title, advice
