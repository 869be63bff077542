"""Wrong and odd bytes for hostile peers: handshake messages, certificates, names, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from certprobe.lab.der import time
from certprobe.lab.pki import (
    BASIC_CONSTRAINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SUBJECT_ALT_NAME,
    Authority,
    Extension,
    Issued,
    ec_key,
    name_der,
)
from tests.peers.process import HOST

NAMES: Final = ("localhost", HOST)

HTTP_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
HTTP_BAD_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HTTP_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
SSH_BANNER: Final = b"SSH-2.0-OpenSSH_9.2p1\r\n"
SMTP_BANNER: Final = b"220 mail.lab.test ESMTP\r\n"
# RFC 4511 4.4.1: messageID 0, protocolError, the OID of the notice.
NOTICE_OF_DISCONNECTION: Final = (
    b"\x30\x24\x02\x01\x00\x78\x1f\x0a\x01\x02\x04\x00\x04\x00\x8a\x161.3.6.1.4.1.1466.20036"
)
UNKNOWN_NOTICE: Final = b"\x30\x13\x02\x01\x00\x78\x0e\x0a\x01\x00\x04\x00\x04\x00\x8a\x051.2.3"
LDAP_MESSAGE_OF_2_GIB: Final = b"\x30\x84\x7f\xff\xff\xff\x02\x01\x01"


def _vector(content: bytes, length_bytes: int = 2) -> bytes:
    """A variable-length vector (RFC 5246 4.3); a length too large for its bytes wraps, as it does in real servers."""
    length = len(content) % (1 << 8 * length_bytes)
    return length.to_bytes(length_bytes, "big") + content


def _request(*names: bytes) -> bytes:
    """A good CertificateRequest of TLS 1.2 (RFC 5246 7.4.4) for these names."""
    return _TYPES + _ALGORITHMS + _vector(b"".join(map(_vector, names)))


_TYPES: Final = _vector(b"\x01\x40", 1)
_ALGORITHMS: Final = _vector(b"\x04\x03\x08\x04\x04\x01")
_FIRST, _SECOND = name_der("CN=First,DC=lab,DC=test"), name_der("CN=Second,DC=lab,DC=test")

CERTIFICATE_REQUESTS: Final[dict[str, tuple[str, bytes]]] = {
    "empty": ("has no content at all", b""),
    "types-cut": ("ends within the certificate types", b"\xc8\x01\x40"),
    "types-none": ("lists no certificate type", _vector(b"", 1) + _request(_FIRST)[len(_TYPES) :]),
    "algorithms-odd": ("has an odd number of bytes of signature algorithms", _TYPES + _vector(b"\x04\x03\x08")),
    "algorithms-cut": ("ends within the signature algorithms", _TYPES + b"\x00\x10\x04\x03"),
    "authorities-missing": ("ends before the list of authorities", _TYPES + _ALGORITHMS),
    "authorities-cut": ("announces a longer list of authorities than it has", _request(_FIRST, _SECOND)[:-5]),
    "authority-too-long": (
        "has a good name, then one that runs over the end of the list",
        _TYPES + _ALGORITHMS + _vector(_vector(_FIRST) + b"\x01\x00" + _SECOND),
    ),
    "authority-empty": ("has a name of no bytes between two good ones", _request(_FIRST, b"", _SECOND)),
    "authority-not-der": ("has a name that is not DER between two good ones", _request(_FIRST, b"\xff" * 7, _SECOND)),
    "authorities-wrapped": (
        "lists 80,000 bytes of authorities under a 16-bit length that wrapped",
        _request(*[_FIRST] * (80_000 // (len(_FIRST) + 2))),
    ),
    "trailing-bytes": ("goes on after the list of authorities", _request(_FIRST) + b"\xde\xad\xbe\xef"),
}
"""What is wrong with a TLS 1.2 CertificateRequest, and its body."""

LONG_REQUEST: Final = _request(*[_FIRST] * (65_000 // (len(_FIRST) + 2)))


CERTIFICATE_LISTS: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "garbage": ("holds one certificate of garbage", lambda _: _vector(_vector(b"\xde\xad\xbe\xef" * 64, 3), 3)),
    "none": ("holds no certificate", lambda _: _vector(b"", 3)),
    "zero-length": ("holds a certificate of no bytes", lambda _: _vector(_vector(b"", 3), 3)),
    "cut-der": ("holds the first half of a certificate", lambda der: _vector(_vector(der[: len(der) // 2], 3), 3)),
    "garbage-issuer": (
        "holds a good certificate, then garbage",
        lambda der: _vector(_vector(der, 3) + _vector(b"\x30\x03abc", 3), 3),
    ),
    "list-too-long": ("announces 16 MiB and holds one certificate", lambda der: b"\xff\xff\xff" + _vector(der, 3)),
    "certificate-too-long": (
        "holds a certificate that runs over the end of the list",
        lambda der: _vector(b"\xff\xff\xff" + der, 3),
    ),
    "hundreds": ("holds the same certificate five hundred times", lambda der: _vector(_vector(der, 3) * 500, 3)),
}
"""What is wrong with a Certificate message of TLS 1.2 (RFC 5246 7.4.2), and its body from a good certificate."""


ODD_TEXTS: Final = {
    "control": (
        "terminal controls, line ends and NUL",
        "\x1b[2J\x1b]0;owned\x07\r\nall is well\x00\x7f\x9b31m",
    ),
    "bidi": ("bidirectional controls", "\u202etset.bal\u2066\u2069\u200f\u061c"),
    "markup": ("the markup of a terminal library", "[red]all is well[/red] [link=file:///]x[/link] [/]"),
    "long": ("five thousand characters", "long " * 1000),
}


def named(authority: Authority, text: str) -> tuple[Issued, Issued]:
    """An authority and a server certificate of it that carry the text in all their names."""
    odd = authority.intermediate(text)
    return odd.issued, odd.server(*NAMES, text, subject=odd.issued.subject)


def many_authorities(root: Authority) -> Iterator[Issued]:
    """Authorities whose names make a list of a little less than 64 KiB."""
    key, size, number = ec_key(), 0, 0
    while size < 65_200:
        number += 1
        authority = root.intermediate(f"Lab authority {number:04} {'x' * 200}", key=key).issued
        size += len(authority.subject) + 2
        yield authority


def _with_garbage_time(issuing: Authority) -> Issued:
    good = issuing.server(*NAMES, not_after=issuing.at)
    return replace(good, der=good.der.replace(time(issuing.at), b"\x17\x0d99133199999aZ"))


def _with_undecodable_extensions(issuing: Authority) -> Issued:
    oids = (SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE)
    return issuing.server(*NAMES, extensions=tuple(Extension(oid, b"\x30\x7fgarbage") for oid in oids))


def _with_critical_extension(issuing: Authority) -> Issued:
    return issuing.server(*NAMES, extensions=(Extension("1.2.3", b"?", critical=True),))


ODD_CERTIFICATES: Final[dict[str, tuple[str, Callable[[Authority], Issued]]]] = {
    "version-9": ("says that it is of version 9", lambda issuing: issuing.server(*NAMES, version=9)),
    "time-garbage": ("has a notAfter that is no time", _with_garbage_time),
    "extensions-garbage": ("has four extensions that cannot be decoded", _with_undecodable_extensions),
    "critical-extension": ("has a critical extension that nobody knows", _with_critical_extension),
    "signature-broken": ("has a wrong signature", lambda issuing: issuing.server(*NAMES).with_broken_signature()),
}
"""What is odd in a certificate that OpenSSL can use as a server's, and its maker."""
