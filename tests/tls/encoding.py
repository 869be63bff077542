"""Handshake messages written octet by octet from the RFCs, to hold the parser against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from certprobe.lab.pki import name_der

CERTIFICATE_REQUEST = 13
FIRST, SECOND = name_der("CN=First,DC=lab,DC=test"), name_der("CN=Second,DC=lab,DC=test")
AUTHORITIES, OID_FILTERS, SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT = 47, 48, 13, 50


def vector(content: bytes, width: int = 2) -> bytes:
    """A variable-length vector (RFC 8446 3.4); a length that needs more octets wraps, as GnuTLS lets it."""
    return (len(content) % (1 << 8 * width)).to_bytes(width, "big") + content


def vectors(contents: Iterable[bytes]) -> bytes:
    return vector(b"".join(map(vector, contents)))


def uint16s(numbers: Iterable[int]) -> bytes:
    return vector(b"".join(number.to_bytes(2, "big") for number in numbers))


def extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + vector(data)


def extensions(*each: bytes) -> bytes:
    return vector(b"".join(each))


def request_tls10(types: Sequence[int], names: Iterable[bytes]) -> bytes:
    """RFC 4346 7.4.4, and RFC 2246."""
    return vector(bytes(types), 1) + vectors(names)


def request_tls12(types: Sequence[int], algorithms: Iterable[int], names: Iterable[bytes]) -> bytes:
    """RFC 5246 7.4.4."""
    return vector(bytes(types), 1) + uint16s(algorithms) + vectors(names)


def request_tls13(*each: bytes, context: bytes = b"") -> bytes:
    """RFC 8446 4.3.2."""
    return vector(context, 1) + extensions(*each)


def oid_filter(oid: bytes, values: bytes) -> bytes:
    """RFC 8446 4.2.5."""
    return vector(oid, 1) + vector(values)


def staple(response: bytes, status_type: int = 1) -> bytes:
    """CertificateStatus, RFC 6066 8."""
    return bytes((status_type,)) + vector(response, 3)


def certificate_tls12(*certificates: bytes) -> bytes:
    """RFC 5246 7.4.2."""
    return vector(b"".join(vector(each, 3) for each in certificates), 3)


def certificate_tls13(*entries: tuple[bytes, bytes], context: bytes = b"") -> bytes:
    """RFC 8446 4.4.2; each entry is a certificate and its block of extensions."""
    return vector(context, 1) + vector(b"".join(vector(der, 3) + block for der, block in entries), 3)


def server_hello(
    *each: bytes,
    version: int = 0x0303,
    random: bytes = bytes(32),
    session_id: bytes = b"",
    cipher_suite: int = 0x1301,
) -> bytes:
    """RFC 8446 4.1.3, RFC 5246 7.4.1.3; without extensions there is no block of them."""
    block = extensions(*each) if each else b""
    return version.to_bytes(2, "big") + random + vector(session_id, 1) + cipher_suite.to_bytes(2, "big") + b"\0" + block


def client_hello(
    *each: bytes,
    version: int = 0x0303,
    session_id: bytes = b"",
    cipher_suites: Iterable[int] = (0x1301,),
    compression: bytes = b"\0",
) -> bytes:
    """RFC 8446 4.1.2, RFC 5246 7.4.1.2; without extensions there is no block of them."""
    block = extensions(*each) if each else b""
    head = version.to_bytes(2, "big") + bytes(32) + vector(session_id, 1)
    return head + uint16s(cipher_suites) + vector(compression, 1) + block


def server_name(*names: tuple[int, bytes]) -> bytes:
    """RFC 6066 3."""
    return extension(0, vector(b"".join(bytes((kind,)) + vector(name) for kind, name in names)))


def protocols(*names: bytes) -> bytes:
    """A client's offer, RFC 7301 3.1."""
    return extension(16, vector(b"".join(vector(name, 1) for name in names)))


def supported_versions(*versions: int) -> bytes:
    """RFC 8446 4.2.1."""
    return extension(43, vector(b"".join(each.to_bytes(2, "big") for each in versions), 1))


def alpn(name: bytes) -> bytes:
    """RFC 7301 3.1."""
    return extension(16, vector(vector(name, 1)))


def handshake(kind: int, body: bytes) -> bytes:
    """A whole handshake message."""
    return bytes((kind,)) + vector(body, 3)
