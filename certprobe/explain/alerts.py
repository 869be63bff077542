"""TLS alerts: what the side that sends one means by it, and what is usually behind it."""

from __future__ import annotations

from typing import Final

from certprobe.tls.enums import AlertDescription
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.sspi import status_for_alert

_RFC8446: Final = "RFC 8446 6.2"
_RFC5246: Final = "RFC 5246 7.2.2"
_RFC6066: Final = "RFC 6066 9"
_THEIR_LOG: Final = "Look into the log of the side that sent the alert."
_COMMON: Final = "Enable a TLS version, a cipher suite and a group that both sides have."
_NO_CERTIFICATE: Final = "a client certificate is required and none was sent"
_TRUST_US: Final = "Send the intermediates, and let the other side install the root of our CA."
_RENEW: Final = "Renew the certificate, and check the clock of the other side."
_DAMAGED: Final = "a device in between, or a library with a fault, sends what is no proper TLS"


def _alert(
    description: AlertDescription,
    text: str,
    advice: str,
    causes: tuple[str, ...] = (),
    source: str = _RFC8446,
    aliases: tuple[str, ...] = (),
) -> Entry:
    windows = status_for_alert(description) if description is not AlertDescription.close_notify else None
    return Entry(int(description), description.name, text, advice, causes, source, aliases, windows)


ALERTS: Final = (
    _alert(
        AlertDescription.close_notify,
        "The sender has nothing more to say and closes the connection in good order.",
        "Nothing needs to be done, unless it comes instead of an answer.",
        source="RFC 8446 6.1",
    ),
    _alert(
        AlertDescription.unexpected_message,
        "A message came that has no place at this point of the handshake.",
        _THEIR_LOG,
        ("plain text was sent where TLS is spoken", _DAMAGED),
        aliases=("handshake unexpected",),
    ),
    _alert(
        AlertDescription.bad_record_mac,
        "A record could not be decrypted or was altered on its way.",
        "Look for a device in between that changes the connection.",
        (_DAMAGED,),
        aliases=("bad record MAC",),
    ),
    _alert(
        AlertDescription.decryption_failed,
        "A record could not be decrypted; only very old software says this.",
        "Update the side that sends it.",
        source=_RFC5246,
    ),
    _alert(AlertDescription.record_overflow, "A record is longer than TLS allows.", _THEIR_LOG, (_DAMAGED,)),
    _alert(
        AlertDescription.decompression_failure,
        "Compressed data could not be unpacked.",
        "Switch off TLS compression.",
        source=_RFC5246,
    ),
    _alert(
        AlertDescription.handshake_failure,
        "The sender finds nothing in the handshake that it could agree to.",
        "See which is missing: a common cipher suite, or a client certificate that the server demands.",
        (
            "no cipher suite, group or signature algorithm in common",
            f"{_NO_CERTIFICATE} (OpenSSL in TLS 1.2)",
            "the server has no certificate for the name that was sent (SNI)",
        ),
    ),
    _alert(
        AlertDescription.no_certificate,
        "The client has no certificate to send; only SSL 3.0 said it like this.",
        "Give the client a certificate, and both sides a newer TLS.",
        source="RFC 6101 5.4.2",
    ),
    _alert(
        AlertDescription.bad_certificate,
        "The certificate is damaged, its signature does not verify, or it was refused without a finer reason.",
        _THEIR_LOG,
        (
            f"{_NO_CERTIFICATE} (NSS, Java, Go)",
            "the chain is incomplete or in the wrong order",
            "the receiver checks names or extensions that the certificate does not have",
        ),
        aliases=("bad cert",),
    ),
    _alert(
        AlertDescription.unsupported_certificate,
        "The certificate is of a kind that the sender does not take.",
        "Use a certificate with the right purpose (extended key usage) and a common kind of key.",
        ("it is not meant for this purpose: clientAuth or serverAuth is missing", "its kind of key is not enabled"),
    ),
    _alert(
        AlertDescription.certificate_revoked,
        "The certificate was revoked by its CA.",
        "Use another certificate.",
        aliases=("revoked cert", "revoked certificate"),
    ),
    _alert(
        AlertDescription.certificate_expired,
        "The certificate, or a CA above it, has expired or is not valid yet.",
        _RENEW,
        ("nobody renewed it", "an intermediate has expired", "the clock of the sender is wrong"),
        aliases=("expired cert", "expired certificate"),
    ),
    _alert(
        AlertDescription.certificate_unknown,
        "The certificate was refused for a reason that has no alert of its own.",
        _THEIR_LOG,
        (
            "a browser that does not trust the server's certificate says this",
            "Java could not build a chain to its trust store",
            "the name or the usage does not fit",
        ),
        aliases=("unknown certificate",),
    ),
    _alert(
        AlertDescription.illegal_parameter,
        "A field in the handshake has a value that contradicts the others.",
        _THEIR_LOG,
        (_DAMAGED,),
    ),
    _alert(
        AlertDescription.unknown_ca,
        "The sender found no trusted root above the certificate that it received.",
        _TRUST_US,
        (
            "the root of our CA is not in its trust store",
            "we did not send the intermediates",
            "a test or self-signed certificate is in use",
        ),
        aliases=("unknown certificate authority",),
    ),
    _alert(
        AlertDescription.access_denied,
        "The certificate is valid, but its holder is not let in.",
        "Have the holder given access on the other side.",
        ("an access rule names other subjects",),
    ),
    _alert(
        AlertDescription.decode_error,
        "A message could not be read: it is too short, too long or malformed.",
        _THEIR_LOG,
        (
            f"{_NO_CERTIFICATE} (GnuTLS in TLS 1.2)",
            "the other side closed the connection and our own library complains",
            _DAMAGED,
        ),
        aliases=("error decoding message",),
    ),
    _alert(
        AlertDescription.decrypt_error,
        "A signature or the Finished message of the handshake did not verify.",
        "Check that the private key belongs to the certificate.",
        ("key and certificate do not belong together", "a smart card or provider signs wrongly (RSA-PSS)"),
        aliases=("error decrypting message",),
    ),
    _alert(
        AlertDescription.export_restriction,
        "The keys were too long for an export law that is no more.",
        "Update the side that sends it.",
        source="RFC 2246 7.2.2",
    ),
    _alert(
        AlertDescription.protocol_version,
        "The sender does not speak the TLS version that was offered.",
        _COMMON,
        ("an old client offers TLS 1.0 or 1.1 only", "an old server has nothing newer"),
        aliases=("protocol version not supported",),
    ),
    _alert(
        AlertDescription.insufficient_security,
        "What was offered is too weak for the sender.",
        _COMMON,
        aliases=("insufficient security level",),
    ),
    _alert(
        AlertDescription.internal_error,
        "The sender failed for a reason that has nothing to do with the other side.",
        _THEIR_LOG,
        ("it cannot use its own private key", "its list of trusted CAs is too long to be sent"),
    ),
    _alert(
        AlertDescription.inappropriate_fallback,
        "The client came back with a lower version although the server has a higher one.",
        "Find out why the first attempt failed; a device in between is the usual reason.",
        source="RFC 7507 3",
    ),
    _alert(
        AlertDescription.user_canceled,
        "Somebody or something cancelled the handshake.",
        "Try again; Java closes a TLS 1.3 connection with this in the ordinary way.",
        source="RFC 8446 6.1",
    ),
    _alert(
        AlertDescription.no_renegotiation,
        "The sender does not want to begin the handshake anew.",
        "Ask for the client certificate in the first handshake, or allow renegotiation (TLS 1.2).",
        ("the server asks for a certificate only for a certain path",),
        source=_RFC5246,
    ),
    _alert(
        AlertDescription.missing_extension,
        "A message of the handshake lacks an extension that TLS 1.3 demands.",
        _THEIR_LOG,
        (_DAMAGED,),
    ),
    _alert(
        AlertDescription.unsupported_extension,
        "An extension came back that was never offered.",
        _THEIR_LOG,
        (_DAMAGED,),
    ),
    _alert(
        AlertDescription.certificate_unobtainable,
        "A certificate could not be fetched from the address that was sent instead of it.",
        "Send the certificate itself.",
        source=_RFC6066,
    ),
    _alert(
        AlertDescription.unrecognized_name,
        "The server does not serve the name that the client sent (SNI).",
        "Connect by a name that the server knows, or add the name there.",
        ("a virtual host is missing", "the client sends an alias"),
    ),
    _alert(
        AlertDescription.bad_certificate_status_response,
        "The stapled OCSP response is not valid, or does not belong to the certificate.",
        "Let the server fetch a fresh response, or switch stapling off.",
        aliases=("bad cert status response",),
    ),
    _alert(
        AlertDescription.bad_certificate_hash_value,
        "A certificate that was fetched is not the one that was announced.",
        "Send the certificate itself.",
        source=_RFC6066,
        aliases=("bad cert hash value",),
    ),
    _alert(
        AlertDescription.unknown_psk_identity,
        "The server does not know the pre-shared key that the client names.",
        "Enter the same identity and key on both sides.",
        aliases=("unknown PSK identity",),
    ),
    _alert(
        AlertDescription.certificate_required,
        "The server requires a client certificate and got none.",
        "Give the client a certificate with its key, of a CA that the server lists.",
        ("no certificate was given to the client", "none of those given fits the server's list of CAs"),
    ),
    _alert(
        AlertDescription.no_application_protocol,
        "Client and server have no application protocol in common (ALPN).",
        "Let one of them offer the protocol of the other, as h2 or http/1.1.",
        source="RFC 7301 3.2",
    ),
)
