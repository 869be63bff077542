"""The only importer of OpenSSL: one TLS connection over memory, with its handshake messages in clear.

pyOpenSSL has no public client-certificate callback, message callback or post-handshake switch; the binding under it
has. Every private name used here stands in `_PRIVATE_NAMES` and is checked when the first connection is made. OpenSSL
judges no certificate: verification is off for clients and always content for servers.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL, crypto

from certprobe.errors import CertprobeError, FailureKind, Party, ProtocolError
from certprobe.tls.enums import ProtocolVersion

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential

_ffi: Any = Binding.ffi
_lib: Any = Binding.lib

_PRIVATE_NAMES = (
    "ERR_GET_REASON",
    "ERR_get_error",
    "ERR_peek_error",
    "ERR_reason_error_string",
    "SSL_CTX_add_extra_chain_cert",
    "SSL_CTX_set_client_CA_list",
    "SSL_CTX_set_msg_callback",
    "SSL_CTX_set_post_handshake_auth",
    "SSL_CTX_use_certificate",
    "SSL_set_cert_cb",
    "SSL_verify_client_post_handshake",
    "X509_dup",
    "d2i_X509_NAME",
    "sk_X509_NAME_new_null",
    "sk_X509_NAME_push",
)
_CONTENT_ALERT = 21
_CONTENT_HANDSHAKE = 22
_MODE_NO_AUTO_CHAIN = 0x8
_OP_LEGACY_SERVER_CONNECT = 0x4
_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION = 0x40000
_OP_NO_TICKET = 0x4000
_READ_SIZE = 65536


class BindingError(CertprobeError):
    """The installed pyOpenSSL or cryptography lacks a name that certprobe needs."""


class Compatibility(enum.Enum):
    """How far back a connection may reach; LEGACY = SECLEVEL 0, old ciphers, unsafe renegotiation (RFC 5746)."""

    MODERN = "modern"
    LEGACY = "legacy"


class VersionRange(NamedTuple):
    """The protocol versions to offer, both ends included."""

    minimum: ProtocolVersion = ProtocolVersion.TLS_1_2
    maximum: ProtocolVersion = ProtocolVersion.TLS_1_3


class Requirement(enum.Enum):
    """What a server does about a client certificate in a handshake."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Progress(enum.Enum):
    """Where a step of the engine ended."""

    DONE = "done"
    NEEDS_DATA = "needs-data"
    CERTIFICATE_AWAITED = "certificate-awaited"
    CLOSED = "closed"


class Direction(enum.Enum):
    """Who wrote a message."""

    RECEIVED = "received"
    SENT = "sent"


class Record(NamedTuple):
    """One handshake message (type and length included) or one alert (two octets), in clear."""

    direction: Direction
    is_alert: bool
    data: bytes


def missing_private_names() -> tuple[str, ...]:
    """Return the private names that the installed binding lacks; empty when certprobe can work."""
    return tuple(name for name in _PRIVATE_NAMES if not hasattr(_lib, name))


@functools.cache
def _require_private_names() -> None:
    if missing := missing_private_names():
        raise BindingError(
            f"the installed pyOpenSSL and cryptography lack {', '.join(missing)}; "
            "certprobe needs cryptography >= 50 and pyOpenSSL >= 26.4"
        )


_engines: weakref.WeakValueDictionary[int, Engine] = weakref.WeakValueDictionary()


def _address(ssl: Any) -> int:
    return int(_ffi.cast("uintptr_t", ssl))


@_ffi.callback("void(int, int, int, const void *, size_t, SSL *, void *)")  # type: ignore[untyped-decorator]
def _on_message(written: int, _version: int, content_type: int, buffer: Any, size: int, ssl: Any, _: Any) -> None:
    if content_type in (_CONTENT_HANDSHAKE, _CONTENT_ALERT) and (engine := _engines.get(_address(ssl))) is not None:
        direction = Direction.SENT if written else Direction.RECEIVED
        engine.records.append(Record(direction, content_type == _CONTENT_ALERT, bytes(_ffi.buffer(buffer, size))))


@_ffi.callback("int(SSL *, void *)")  # type: ignore[untyped-decorator]
def _on_certificate(ssl: Any, _argument: Any) -> int:
    engine = _engines.get(_address(ssl))
    if engine is None or not engine.answered:
        return -1
    engine.answered = False
    return 1


class _Connection(SSL.Connection):
    """A Connection that keeps the number of OpenSSL's first error, since its exceptions carry English only."""

    reason = 0

    def _raise_ssl_error(self, ssl: Any, result: int) -> None:
        if error := _lib.ERR_peek_error():
            self.reason = _lib.ERR_GET_REASON(error)
        super()._raise_ssl_error(ssl, result)


class Engine:
    """One connection over memory BIOs; `records` fills while the steps run. Owned by a session or an acceptor."""

    answered = False

    def __init__(self, context: SSL.Context) -> None:
        self.records: deque[Record] = deque()
        self._context = context
        self.connection = _Connection(context, None)
        _engines[_address(self.connection._ssl)] = self

    def receive_data(self, data: bytes) -> None:
        """Hand over octets from the peer."""
        self.connection.bio_write(data)

    def data_to_send(self) -> bytes:
        """Return and forget the octets that are due to the peer."""
        pieces: list[bytes] = []
        try:
            while True:
                pieces.append(self.connection.bio_read(_READ_SIZE))
        except SSL.WantReadError:
            return b"".join(pieces)

    def handshake(self) -> Progress:
        """Run the handshake as far as it goes. Raises ProtocolError when it breaks on this side."""
        return self._step(self.connection.do_handshake)

    def read(self) -> bytes | Progress:
        """Return plaintext, or say why there is none. Raises ProtocolError when the conversation breaks."""
        plaintext: list[bytes] = []
        progress = self._step(lambda: plaintext.append(self.connection.recv(_READ_SIZE)))
        return plaintext[0] if progress is Progress.DONE else progress

    def write(self, plaintext: bytes) -> Progress:
        """Encrypt `plaintext`. Raises ProtocolError when the connection is past writing."""
        return self._step(lambda: self.connection.sendall(plaintext))

    def shut_down(self) -> None:
        """Queue our close_notify; what the peer then says does not matter."""
        with contextlib.suppress(SSL.Error):
            self.connection.shutdown()

    def send_certificate(self, credential_context: SSL.Context) -> None:
        """Answer the resting handshake with what `credential_context` carries."""
        self.connection.set_context(credential_context)
        self._await_certificates()
        self.answered = True

    def _await_certificates(self) -> None:
        # set_context replaces the certificate callback along with the certificate, so it is set anew after each.
        _lib.SSL_set_cert_cb(self.connection._ssl, _on_certificate, _ffi.NULL)

    def _step(self, operation: Callable[[], object]) -> Progress:
        try:
            operation()
        except SSL.WantReadError:
            return Progress.NEEDS_DATA
        except SSL.WantX509LookupError:
            return Progress.CERTIFICATE_AWAITED
        except (SSL.ZeroReturnError, SSL.SysCallError):
            return Progress.CLOSED
        except SSL.Error as error:
            raise EngineError(_words(error), self.connection.reason) from error
        return Progress.DONE


class EngineError(ProtocolError):
    """OpenSSL ended the conversation; `reason` is its SSL_R_ number, 1000 + description for an alert of the peer's."""

    def __init__(self, words: str, reason: int) -> None:
        super().__init__(f"TLS library: {words}", kind=FailureKind.MALFORMED, party=Party.PEER)
        self.reason = reason


def client_engine(
    versions: VersionRange, compatibility: Compatibility, *, server_name: str | None, alpn: tuple[str, ...]
) -> Engine:
    """Return a client's Engine that rests at every CertificateRequest and asks for a stapled OCSP response.

    `server_name` is sent as SNI (RFC 6066 3) unless None. Resumption is never offered.
    """
    _require_private_names()
    engine = Engine(_client_context(versions, compatibility))
    engine._await_certificates()
    connection = engine.connection
    connection.set_connect_state()
    if server_name is not None:
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    if alpn:
        connection.set_alpn_protos([name.encode("ascii") for name in alpn])
    connection.request_ocsp()
    return engine


@functools.cache
def _client_context(versions: VersionRange, compatibility: Compatibility) -> SSL.Context:
    context = _context(versions, compatibility)
    _lib.SSL_CTX_set_post_handshake_auth(context._context, 1)
    context.set_mode(_MODE_NO_AUTO_CHAIN)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(_OP_NO_TICKET)
    return context


def _context(versions: VersionRange, compatibility: Compatibility) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(versions.minimum)
    context.set_max_proto_version(versions.maximum)
    if compatibility is Compatibility.LEGACY:
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
        context.set_options(_OP_LEGACY_SERVER_CONNECT | _OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION)
    elif versions.minimum < ProtocolVersion.TLS_1_2:
        # TLS 1.0 and 1.1 sign with MD5 and SHA-1, which only SECLEVEL 0 allows.
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    _lib.SSL_CTX_set_msg_callback(context._context, _on_message)
    return context


def credential_context(
    versions: VersionRange, compatibility: Compatibility, credential: Credential | None
) -> SSL.Context:
    """Return a client's Context that carries `credential` (end entity, key, intermediates), or nothing for None.

    Raises ProtocolError (kind CREDENTIAL_UNUSABLE, party OURSELVES) where the library refuses it, say a weak key.
    """
    if credential is None:
        return _client_context(versions, compatibility)
    context = _context(versions, compatibility)
    _use(context, credential)
    return context


def _use(context: SSL.Context, credential: Credential) -> None:
    if credential.private_key is None:
        raise _unusable(credential, "it has no private key")
    try:
        # The library's own parser, not cryptography's: it takes certificates that cryptography refuses.
        accepted = _lib.SSL_CTX_use_certificate(context._context, _x509(credential.certificate)._x509)
        for intermediate in credential.intermediates:
            copy = _lib.X509_dup(_x509(intermediate)._x509)
            accepted = accepted and _lib.SSL_CTX_add_extra_chain_cert(context._context, copy)
        if not accepted:
            raise _unusable(credential, _drain_queue())
        context.use_privatekey(cast("Any", credential.private_key))
    except (SSL.Error, crypto.Error) as error:
        raise _unusable(credential, _words(error)) from error


def _x509(certificate: Certificate) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, certificate.der)


def _unusable(credential: Credential, words: str) -> ProtocolError:
    return ProtocolError(
        f"the TLS library refuses the certificate of {credential.source}: {words}",
        kind=FailureKind.CREDENTIAL_UNUSABLE,
        party=Party.OURSELVES,
    )


def _words(error: Exception) -> str:
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return next((reason for _, _, reason in queue if reason), "no reason given")


def _drain_queue() -> str:
    words = "no reason given"
    while code := _lib.ERR_get_error():
        text = _lib.ERR_reason_error_string(code)
        words = _ffi.string(text).decode("ascii", "replace") if text != _ffi.NULL else words
    return words


def server_engine(
    versions: VersionRange,
    credential: Credential,
    *,
    requirement: Requirement,
    certificate_authorities: tuple[bytes, ...],
    alpn: tuple[str, ...],
) -> Engine:
    """Return a server's Engine that shows `credential` and asks for a client certificate as `requirement` says.

    `certificate_authorities` are the DER names to announce. Every client certificate is let through: judging is the
    owner's. Raises ProtocolError (kind CREDENTIAL_UNUSABLE) like `credential_context`.
    """
    _require_private_names()
    context = _context(versions, Compatibility.MODERN)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(_OP_NO_TICKET)
    _use(context, credential)
    _announce(context, certificate_authorities)
    context.set_verify(_VERIFY_MODES[requirement], _accept_any)
    if alpn:
        context.set_alpn_select_callback(functools.partial(_select_alpn, alpn))
    engine = Engine(context)
    engine.connection.set_accept_state()
    return engine


_VERIFY_MODES = {
    Requirement.NONE: SSL.VERIFY_NONE,
    Requirement.OPTIONAL: SSL.VERIFY_PEER,
    Requirement.REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}


def _accept_any(*_: object) -> bool:
    return True


def _select_alpn(ours: tuple[str, ...], _connection: SSL.Connection, offered: list[bytes]) -> Any:
    return next(
        (name.encode("ascii") for name in ours if name.encode("ascii") in offered), SSL.NO_OVERLAPPING_PROTOCOLS
    )


def _announce(context: SSL.Context, certificate_authorities: tuple[bytes, ...]) -> None:
    names = _lib.sk_X509_NAME_new_null()
    for der in certificate_authorities:
        pointer = _ffi.new("const unsigned char **", _ffi.from_buffer(der))
        name = _lib.d2i_X509_NAME(_ffi.NULL, pointer, len(der))
        if name == _ffi.NULL:
            raise ValueError(f"not a DER name: {_drain_queue()}")
        _lib.sk_X509_NAME_push(names, name)
    _lib.SSL_CTX_set_client_CA_list(context._context, names)


def request_certificate(engine: Engine, requirement: Requirement) -> None:
    """Ask a connected client for a certificate: post-handshake in TLS 1.3 (RFC 8446 4.6.2), else by a renegotiation.

    Raises ProtocolError when the client did not offer post-handshake authentication.
    """
    connection = engine.connection
    connection.set_verify(_VERIFY_MODES[requirement], _accept_any)
    if connection.get_protocol_version() < ProtocolVersion.TLS_1_3:
        connection.renegotiate()
    elif _lib.SSL_verify_client_post_handshake(connection._ssl) != 1:
        raise ProtocolError(
            f"the client cannot be asked after the handshake: {_drain_queue()}",
            kind=FailureKind.MALFORMED,
            party=Party.PEER,
        )
    engine.handshake()
