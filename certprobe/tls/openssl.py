"""One TLS connection over memory, with its handshake messages in clear; OpenSSL is used here and in `openssl_server`.

pyOpenSSL has no public client-certificate callback, message callback or post-handshake switch; the binding under it
has. Every private name used in the two files stands in `PRIVATE_NAMES` and is checked when the first connection is
made. OpenSSL judges no certificate: verification is off for clients, and the owner's for servers.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import weakref
from collections import deque
from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL, crypto

from certprobe.errors import CertprobeError, FailureKind, Party, ProtocolError
from certprobe.tls.enums import ContentType, ProtocolVersion

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential

ffi: Any = Binding.ffi
lib: Any = Binding.lib

PRIVATE_NAMES: Final = (
    "ERR_GET_REASON",
    "ERR_clear_error",
    "ERR_get_error",
    "ERR_peek_error",
    "ERR_reason_error_string",
    "SSL_CTX_add_extra_chain_cert",
    "SSL_CTX_set1_sigalgs_list",
    "SSL_CTX_set_cert_cb",
    "SSL_CTX_set_client_CA_list",
    "SSL_CTX_set_msg_callback",
    "SSL_CTX_set_post_handshake_auth",
    "SSL_CTX_use_certificate",
    "SSL_get_ex_data_X509_STORE_CTX_idx",
    "SSL_set_cert_cb",
    "SSL_set_options",
    "SSL_set_verify",
    "SSL_verify_client_post_handshake",
    "X509_NAME_free",
    "X509_STORE_CTX_get_ex_data",
    "X509_STORE_CTX_set_error",
    "X509_dup",
    "d2i_X509_NAME",
    "sk_X509_NAME_new_null",
    "sk_X509_NAME_push",
)
_MODE_NO_AUTO_CHAIN = 0x8
_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION = 0x40000
_ERR_LIB_SSL = 20
_REST = -1
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
    return tuple(name for name in PRIVATE_NAMES if not hasattr(lib, name))


@functools.cache
def require_private_names() -> None:
    """Raise BindingError if the installed binding lacks a name."""
    if missing := missing_private_names():
        raise BindingError(
            f"the installed pyOpenSSL and cryptography lack {', '.join(missing)}; "
            "certprobe needs cryptography >= 50 and pyOpenSSL >= 26.4"
        )


_engines: weakref.WeakValueDictionary[int, Engine] = weakref.WeakValueDictionary()


def _address(ssl: Any) -> int:
    return int(ffi.cast("uintptr_t", ssl))


def engine_of(ssl: Any) -> Engine | None:
    """Return whose connection an `SSL *` is; None when it is no longer wanted."""
    return _engines.get(_address(ssl))


# What was raised inside a callback, by thread: cffi would print and lose it, and Ctrl-C may come at any time.
_raised: dict[int, BaseException] = {}


def keep(_kind: object, exception: BaseException, _trace: object) -> None:
    """Keep what was raised inside a callback, for the step that led to it to raise."""
    _raised[get_ident()] = exception


@ffi.callback(  # type: ignore[untyped-decorator]
    "void(int, int, int, const void *, size_t, SSL *, void *)", onerror=keep
)
def _on_message(written: int, _version: int, content_type: int, buffer: Any, size: int, ssl: Any, _: Any) -> None:
    is_alert = content_type == ContentType.alert
    if (is_alert or content_type == ContentType.handshake) and (engine := engine_of(ssl)) is not None:
        direction = Direction.SENT if written else Direction.RECEIVED
        engine.records.append(Record(direction, is_alert, bytes(ffi.buffer(buffer, size))))


@ffi.callback("int(SSL *, void *)", error=_REST, onerror=keep)  # type: ignore[untyped-decorator]
def _on_certificate(ssl: Any, _argument: Any) -> int:
    engine = engine_of(ssl)
    if engine is None or not engine.answered:
        return _REST
    engine.answered = False
    return 1


class _Connection(SSL.Connection):
    """A Connection that keeps the SSL_R_ number of OpenSSL's first error, since its exceptions carry English only."""

    reason = 0

    def _raise_ssl_error(self, ssl: Any, result: int) -> None:
        error = lib.ERR_peek_error()
        self.reason = lib.ERR_GET_REASON(error) if error >> 23 & 0xFF == _ERR_LIB_SSL else 0
        super()._raise_ssl_error(ssl, result)


class Engine:
    """One connection over memory BIOs; `records` fills while the steps run. Owned by a session or an acceptor."""

    answered = False

    def __init__(self, context: SSL.Context) -> None:
        self.records: deque[Record] = deque()
        # OpenSSL's signature algorithms in common point into the Context in whose time they were received, so that each
        # one stays for as long as the connection; SSL_set_SSL_CTX lets go of it.
        self._contexts = [context]
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
        self.change_context(credential_context)
        self._await_certificates()
        self.answered = True

    def change_context(self, context: SSL.Context) -> None:
        """Go on with the certificate, CA list and ALPN of another Context."""
        if context not in self._contexts:
            self._contexts.append(context)
        self.connection.set_context(context)

    def _await_certificates(self) -> None:
        # set_context replaces the certificate callback along with the certificate, so it is set anew after each.
        lib.SSL_set_cert_cb(self.connection._ssl, _on_certificate, ffi.NULL)

    def _step(self, operation: Callable[[], object]) -> Progress:
        # What others left in this thread's queue would be taken for an error of this step.
        lib.ERR_clear_error()
        try:
            operation()
        except SSL.WantReadError:
            return Progress.NEEDS_DATA
        except SSL.WantX509LookupError:
            return Progress.CERTIFICATE_AWAITED
        except SSL.Error as error:
            raise _failure(self.connection.reason, _words(error)) from error
        finally:
            if (raised := _raised.pop(get_ident(), None)) is not None:
                raise raised
        return Progress.DONE


_TOO_WEAK = (FailureKind.CREDENTIAL_UNUSABLE, Party.OURSELVES, "a certificate of the credential is too weak")
_TOO_LONG = (
    FailureKind.TOO_MUCH_DATA,
    Party.PEER,
    "a handshake message of the peer's is longer than the TLS library takes (100 KiB for a list of certificates or of "
    "CAs), so that what it holds cannot be shown",
)
_FAILURES = {
    152: _TOO_LONG,  # SSL_R_EXCESSIVE_MESSAGE_SIZE
    397: _TOO_WEAK,  # SSL_R_CA_KEY_TOO_SMALL
    398: _TOO_WEAK,  # SSL_R_CA_MD_TOO_WEAK
}


def _failure(reason: int, words: str) -> ProtocolError:
    """What OpenSSL ended the conversation of, by its SSL_R_ number."""
    if (known := _FAILURES.get(reason)) is None:
        return ProtocolError(f"TLS library: {words}", kind=FailureKind.MALFORMED, party=Party.PEER)
    kind, party, ours = known
    return ProtocolError(f"{ours} (TLS library: {words})", kind=kind, party=party)


def client_engine(
    versions: VersionRange, compatibility: Compatibility, *, server_name: str | None, alpn: tuple[str, ...]
) -> Engine:
    """Return a client's Engine that rests at every CertificateRequest and asks for a stapled OCSP response.

    `server_name` is sent as SNI (RFC 6066 3) unless None. Resumption is never offered.
    """
    require_private_names()
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
    context = new_context(versions, compatibility)
    lib.SSL_CTX_set_post_handshake_auth(context._context, 1)
    context.set_mode(_MODE_NO_AUTO_CHAIN)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    return context


def new_context(versions: VersionRange, compatibility: Compatibility) -> SSL.Context:
    """Return a Context for either side, whose handshake messages the engines take note of."""
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(versions.minimum)
    context.set_max_proto_version(versions.maximum)
    if compatibility is Compatibility.LEGACY:
        context.set_cipher_list(b"ALL:!aNULL:@SECLEVEL=0")
        context.set_options(SSL.OP_LEGACY_SERVER_CONNECT | _OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION)
    elif versions.minimum < ProtocolVersion.TLS_1_2:
        # TLS 1.0 and 1.1 sign with MD5 and SHA-1, which only SECLEVEL 0 allows.
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    lib.SSL_CTX_set_msg_callback(context._context, _on_message)
    return context


def credential_context(
    versions: VersionRange, compatibility: Compatibility, credential: Credential | None
) -> SSL.Context:
    """Return a client's Context that carries `credential` (end entity, key, intermediates), or nothing for None.

    Raises ProtocolError (kind CREDENTIAL_UNUSABLE, party OURSELVES) where the library refuses it, say a weak key.
    """
    if credential is None:
        return _client_context(versions, compatibility)
    context = new_context(versions, compatibility)
    load(context, credential)
    return context


def load(context: SSL.Context, credential: Credential) -> None:
    """Put `credential` into `context`. Raises ProtocolError (CREDENTIAL_UNUSABLE) like `credential_context`."""
    if credential.private_key is None:
        raise _unusable(credential, "it has no private key")
    raw = context._context
    lib.ERR_clear_error()
    try:
        # The library's own parser, not cryptography's: it takes certificates that cryptography refuses.
        end_entity, *extra = map(_x509, (credential.certificate, *credential.intermediates))
        if not lib.SSL_CTX_use_certificate(raw, end_entity._x509) or not all(
            lib.SSL_CTX_add_extra_chain_cert(raw, lib.X509_dup(each._x509)) for each in extra
        ):
            raise _unusable(credential, drain_errors())
        context.use_privatekey(cast("Any", credential.private_key))
        context.check_privatekey()
    except (SSL.Error, crypto.Error) as error:
        raise _unusable(credential, _words(error)) from error
    except TypeError as error:
        raise _unusable(credential, "a key of this kind signs nothing in TLS") from error


def _x509(certificate: Certificate) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, certificate.der)


def _unusable(credential: Credential, words: str) -> ProtocolError:
    return ProtocolError(
        f"the TLS library refuses the certificate of {credential.source}: {words}",
        kind=FailureKind.CREDENTIAL_UNUSABLE,
        party=Party.OURSELVES,
    )


def _words(error: Exception) -> str:
    """What failed, and of what: the last and the first that OpenSSL noted."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    reasons = [reason for _, _, reason in queue if reason] or ["no reason given"]
    return ": ".join(dict.fromkeys((reasons[-1], reasons[0])))


def drain_errors() -> str:
    """Return the words of OpenSSL's last error, and forget all."""
    words = "no reason given"
    while code := lib.ERR_get_error():
        text = lib.ERR_reason_error_string(code)
        words = ffi.string(text).decode("ascii", "replace") if text != ffi.NULL else words
    return words
