"""A server whose list of CAs is longer than its length field, as slapd with GnuTLS and Go send it in TLS 1.2."""

from __future__ import annotations

from certprobe.lab.pki import common_name_only
from certprobe.tls.acceptor import TlsAcceptor
from certprobe.tls.enums import ContentType, HandshakeType

_NAMES = 1300
_RECORD_HEADER = 5
_MESSAGE_HEADER = 4
_LONGEST_RECORD = 1 << 14


class WrappedList(TlsAcceptor):
    """Names 1,300 CAs instead of its own, under a 16-bit length that wraps; for TLS 1.2, where the flight is in clear.

    OpenSSL refuses to send such a message, so it is put in place of the one that OpenSSL sent. No handshake can come
    to its end with it; clients stumble over the message itself.
    """

    def data_to_send(self) -> bytes:
        return _with_wrapped_list(super().data_to_send())


def _with_wrapped_list(flight: bytes) -> bytes:
    content, at = b"", 0
    while at < len(flight):
        end = at + _RECORD_HEADER + int.from_bytes(flight[at + 3 : at + 5], "big")
        if flight[at] != ContentType.handshake:
            return flight
        content += flight[at + _RECORD_HEADER : end]
        at = end
    messages, at = [], 0
    while at < len(content):
        end = at + _MESSAGE_HEADER + int.from_bytes(content[at + 1 : at + _MESSAGE_HEADER], "big")
        messages.append(content[at:end])
        at = end
    if all(message[0] != HandshakeType.certificate_request for message in messages):
        return flight
    sent = b"".join(_wrapped(each) if each[0] == HandshakeType.certificate_request else each for each in messages)
    pieces = (sent[start : start + _LONGEST_RECORD] for start in range(0, len(sent), _LONGEST_RECORD))
    return b"".join(flight[:3] + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def _wrapped(request: bytes) -> bytes:
    """The CertificateRequest (RFC 5246 7.4.4) with the same types and algorithms, and all the names."""
    algorithms = _MESSAGE_HEADER + 1 + request[_MESSAGE_HEADER]
    authorities = algorithms + 2 + int.from_bytes(request[algorithms : algorithms + 2], "big")
    names = (common_name_only(f"Partner CA {number:04} of the lab's partners") for number in range(_NAMES))
    listed = b"".join(len(name).to_bytes(2, "big") + name for name in names)
    body = request[_MESSAGE_HEADER:authorities] + (len(listed) & 0xFFFF).to_bytes(2, "big") + listed
    return request[:1] + len(body).to_bytes(3, "big") + body
