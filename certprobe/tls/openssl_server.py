"""The server's side of `openssl`: asks for client certificates, and lets the owner judge them."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from OpenSSL import SSL

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls import openssl
from certprobe.tls.enums import AlertDescription, HandshakeType, ProtocolVersion, SignatureScheme, name_of
from certprobe.tls.messages import parse_certificate
from certprobe.tls.openssl import Compatibility, Direction, Requirement, VersionRange, ffi, lib

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential

Judge: TypeAlias = Callable[[tuple[bytes, ...]], AlertDescription | None]
"""Is shown the certificates of a client's Certificate message, and names the alert to refuse them with, or None.

OpenSSL has the alerts of `ALERTS`; for any other it sends certificate_unknown.
"""


def accept_any(_certificates: tuple[bytes, ...]) -> None:
    """Let every client certificate through: judging is done after the handshake, if at all."""


class EmptyList(enum.Enum):
    """How a server of TLS 1.3 says that it names no certificate authorities; before TLS 1.3 the list is empty."""

    EXTENSION_ABSENT = "extension-absent"
    EMPTY_EXTENSION = "empty-extension"
    """Against RFC 8446 4.2.4, and GnuTLS breaks off at it; `openssl s_server -no_ca_names` does it."""


class ServerOptions(NamedTuple):
    """What a server shows and asks: its credential, when it asks, the DER names it announces, ALPN, versions.

    `judge` decides inside the handshake; it may be asked more than once about the same certificates. `stapled_ocsp` is
    sent to clients that ask for it. A client that names one of `virtual_hosts` (RFC 6066 3) in the ClientHello gets
    their credential, request and staple instead. LEGACY shows certificates that are too weak for today.

    `signature_algorithms` are those of the CertificateRequest, None for OpenSSL's own; they do not bind how the server
    itself signs. OpenSSL derives certificate_types (RFC 5246 7.4.4) from them, and sends neither
    signature_algorithms_cert nor oid_filters. What it does not send is left out; `rehearsal` tells what that is.
    """

    credential: Credential
    requirement: Requirement = Requirement.NONE
    certificate_authorities: tuple[bytes, ...] = ()
    alpn: tuple[str, ...] = ()
    versions: VersionRange = VersionRange()
    judge: Judge = accept_any
    stapled_ocsp: bytes | None = None
    virtual_hosts: tuple[tuple[str, ServerOptions], ...] = ()
    compatibility: Compatibility = Compatibility.MODERN
    signature_algorithms: tuple[int, ...] | None = None
    empty_list: EmptyList = EmptyList.EXTENSION_ABSENT


class _Host(NamedTuple):
    """A server by one of its names: the Context that it shows itself with, and any other that it asks with."""

    options: ServerOptions
    showing: SSL.Context
    asking: SSL.Context | None


class ServerContext:
    """What all connections to one server share; making it is dear, and a connection then costs little.

    Raises ProtocolError (kind CREDENTIAL_UNUSABLE) like `openssl.credential_context`, and ValueError where a
    certificate authority is no DER name.
    """

    def __init__(self, options: ServerOptions) -> None:
        openssl.require_private_names()
        self.options = options
        self._host = _host(options)
        self._others = {name.encode(): _host(each) for name, each in options.virtual_hosts}
        if self._others:
            self._host.showing.set_tlsext_servername_callback(self._change_host)

    def engine(self) -> ServerEngine:
        """Return the Engine of a new connection."""
        return ServerEngine(self._host)

    def _change_host(self, connection: SSL.Connection) -> None:
        engine = openssl.engine_of(connection._ssl)
        found = self._others.get(connection.get_servername() or b"")
        if isinstance(engine, ServerEngine) and found is not None:
            engine.become(found)


class ServerEngine(openssl.Engine):
    """An Engine that knows which host it is, and so who judges its client."""

    def __init__(self, host: _Host) -> None:
        super().__init__(host.showing)
        self._host = host
        self.require(host.options.requirement)
        self.connection.set_accept_state()

    @property
    def judge(self) -> Judge:
        return self._host.options.judge

    def become(self, host: _Host) -> None:
        """Go on as the host that the client has named."""
        self._host = host
        self.change_context(host.showing)
        self.require(host.options.requirement)

    def require(self, requirement: Requirement) -> None:
        """Ask for a certificate, or not, in the next handshake."""
        lib.SSL_set_verify(self.connection._ssl, _VERIFY_MODES[requirement], _on_verify)

    def prepare_to_ask(self) -> None:
        """Put the Context in place that the CertificateRequest is written from."""
        if self._host.asking is not None:
            if _is_empty_extension(self._host.options):
                lib.SSL_set_options(self.connection._ssl, _OP_DISABLE_TLSEXT_CA_NAMES)
            self.change_context(self._host.asking)

    def renegotiate(self) -> None:
        """Have the next step begin a handshake anew, as the first one began."""
        self.change_context(self._host.showing)
        self.connection.renegotiate()

    def shown(self) -> tuple[bytes, ...]:
        """What the client's last Certificate message of this step holds."""
        messages = (
            each.data for each in reversed(self.records) if not each.is_alert and each.direction is Direction.RECEIVED
        )
        body = next(data[4:] for data in messages if data[0] == HandshakeType.certificate)
        return parse_certificate(body, self.connection.get_protocol_version()).certificates


def _host(options: ServerOptions) -> _Host:
    showing = openssl.new_context(options.versions, options.compatibility)
    _furnish(showing, options)
    if options.signature_algorithms is None and not _is_empty_extension(options):
        return _Host(options, showing, None)
    # OpenSSL has one list for what the server signs with and for what it asks. What is in common with the client is
    # settled before the certificate callback, and the CertificateRequest is written after it.
    lib.SSL_CTX_set_cert_cb(showing._context, _on_hello_read, ffi.NULL)
    asking = openssl.new_context(options.versions, options.compatibility)
    if options.signature_algorithms is not None:
        _ask_for(asking, options.signature_algorithms, options.compatibility)
    _furnish(asking, options)
    return _Host(options, showing, asking)


def _furnish(context: SSL.Context, options: ServerOptions) -> None:
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    openssl.load(context, options.credential)
    # OpenSSL sends no empty extension for an empty list, but for one whose names it is told to leave out.
    _announce(context, (_EMPTY_NAME,) if _is_empty_extension(options) else options.certificate_authorities)
    if options.alpn:
        context.set_alpn_select_callback(functools.partial(_select_alpn, options.alpn))
    if (staple := options.stapled_ocsp) is not None:
        context.set_ocsp_server_callback(lambda _connection, _data: staple)


_EMPTY_NAME = b"\x30\x00"
_OP_DISABLE_TLSEXT_CA_NAMES = 0x200


def _is_empty_extension(options: ServerOptions) -> bool:
    return not options.certificate_authorities and options.empty_list is EmptyList.EMPTY_EXTENSION


@ffi.callback("int(SSL *, void *)", error=0, onerror=openssl.keep)  # type: ignore[untyped-decorator]
def _on_hello_read(ssl: Any, _argument: Any) -> int:
    engine = openssl.engine_of(ssl)
    if isinstance(engine, ServerEngine):
        engine.prepare_to_ask()
    return 1


def _ask_for(context: SSL.Context, algorithms: tuple[int, ...], compatibility: Compatibility) -> None:
    if compatibility is Compatibility.MODERN:
        # To ask for SHA-1 takes SECLEVEL 0.
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    names = ":".join(f"?{name_of(SignatureScheme, each)}" for each in algorithms)
    lib.SSL_CTX_set1_sigalgs_list(context._context, names.encode("ascii"))
    lib.ERR_clear_error()


_VERIFY_MODES = {
    Requirement.NONE: SSL.VERIFY_NONE,
    Requirement.OPTIONAL: SSL.VERIFY_PEER,
    Requirement.REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}
ALERTS: Final = {
    AlertDescription.unknown_ca: 20,  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    AlertDescription.certificate_expired: 10,  # X509_V_ERR_CERT_HAS_EXPIRED
    AlertDescription.certificate_revoked: 23,  # X509_V_ERR_CERT_REVOKED
    AlertDescription.unsupported_certificate: 26,  # X509_V_ERR_INVALID_PURPOSE
    AlertDescription.bad_certificate: 28,  # X509_V_ERR_CERT_REJECTED
    AlertDescription.decrypt_error: 7,  # X509_V_ERR_CERT_SIGNATURE_FAILURE
    AlertDescription.handshake_failure: 50,  # X509_V_ERR_APPLICATION_VERIFICATION
    AlertDescription.internal_error: 1,  # X509_V_ERR_UNSPECIFIED
}
"""The verification error for which OpenSSL sends the alert (ssl_x509err2alert in its ssl/statem/statem_lib.c)."""
_X509_V_OK = 0
_WITHOUT_ALERT_OF_ITS_OWN = 0x7FFF


@ffi.callback(  # type: ignore[untyped-decorator]
    "int(int, X509_STORE_CTX *)", error=0, onerror=openssl.keep
)
def _on_verify(_ok: int, store: Any) -> int:
    # Nothing is trusted in the store, so that OpenSSL comes here with every certificate.
    ssl = ffi.cast("SSL *", lib.X509_STORE_CTX_get_ex_data(store, lib.SSL_get_ex_data_X509_STORE_CTX_idx()))
    engine = openssl.engine_of(ssl)
    if not isinstance(engine, ServerEngine):
        return 0
    alert = engine.judge(engine.shown())
    error = _X509_V_OK if alert is None else ALERTS.get(alert, _WITHOUT_ALERT_OF_ITS_OWN)
    lib.X509_STORE_CTX_set_error(store, error)
    return int(error == _X509_V_OK)


def _select_alpn(ours: tuple[str, ...], _connection: SSL.Connection, offered: list[bytes]) -> Any:
    return next(
        (name.encode("ascii") for name in ours if name.encode("ascii") in offered), SSL.NO_OVERLAPPING_PROTOCOLS
    )


def _announce(context: SSL.Context, certificate_authorities: tuple[bytes, ...]) -> None:
    names = lib.sk_X509_NAME_new_null()
    for der in certificate_authorities:
        if (name := _name(der)) == ffi.NULL:
            raise ValueError(f"not a DER name: {openssl.drain_errors()}")
        lib.sk_X509_NAME_push(names, name)
    lib.SSL_CTX_set_client_CA_list(context._context, names)


def _name(der: bytes) -> Any:
    pointer = ffi.new("const unsigned char **", ffi.from_buffer(der))
    return lib.d2i_X509_NAME(ffi.NULL, pointer, len(der))


def can_be_announced(der: bytes) -> bool:
    """Return whether OpenSSL takes this for a name, so that it can be among the certificate authorities."""
    if (name := _name(der)) == ffi.NULL:
        lib.ERR_clear_error()
        return False
    lib.X509_NAME_free(name)
    return True


def request_certificate(engine: ServerEngine, requirement: Requirement) -> None:
    """Have the next step ask a connected client: after the handshake in TLS 1.3, else by a renegotiation.

    Raises ProtocolError when the client did not offer post-handshake authentication (RFC 8446 4.6.2), or is asked
    already.
    """
    connection = engine.connection
    engine.require(requirement)
    if connection.get_protocol_version() < ProtocolVersion.TLS_1_3:
        engine.renegotiate()
    elif lib.SSL_verify_client_post_handshake(connection._ssl) != 1:
        raise ProtocolError(
            f"the client cannot be asked after the handshake: {openssl.drain_errors()}",
            kind=FailureKind.MALFORMED,
            party=Party.PEER,
        )
