"""The server's side of `openssl`: asks for client certificates, and lets the owner judge them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from OpenSSL import SSL

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls import openssl
from certprobe.tls.enums import AlertDescription, HandshakeType, ProtocolVersion
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


class ServerOptions(NamedTuple):
    """What a server shows and asks: its credential, when it asks, the DER names it announces, ALPN, versions.

    `judge` decides inside the handshake; it may be asked more than once about the same certificates. `stapled_ocsp` is
    sent to clients that ask for it. A client that names one of `virtual_hosts` (RFC 6066 3) in the ClientHello gets
    their credential, request and staple instead. LEGACY shows certificates that are too weak for today.
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


class ServerEngine(openssl.Engine):
    """An Engine that knows who judges its client."""

    def __init__(self, context: SSL.Context, judge: Judge) -> None:
        super().__init__(context)
        self.judge = judge

    def require(self, requirement: Requirement) -> None:
        """Ask for a certificate, or not, in the next handshake."""
        lib.SSL_set_verify(self.connection._ssl, _VERIFY_MODES[requirement], _on_verify)

    def shown(self) -> tuple[bytes, ...]:
        """What the client's last Certificate message of this step holds."""
        messages = (
            each.data for each in reversed(self.records) if not each.is_alert and each.direction is Direction.RECEIVED
        )
        body = next(data[4:] for data in messages if data[0] == HandshakeType.certificate)
        return parse_certificate(body, self.connection.get_protocol_version()).certificates


def server_engine(options: ServerOptions) -> ServerEngine:
    """Return a server's Engine.

    Raises ProtocolError (kind CREDENTIAL_UNUSABLE) like `openssl.credential_context`.
    """
    openssl.require_private_names()
    context = _context(options)
    if options.virtual_hosts:
        others = {name.encode(): (each, _context(each)) for name, each in options.virtual_hosts}
        context.set_tlsext_servername_callback(functools.partial(_change_host, others))
    engine = ServerEngine(context, options.judge)
    engine.require(options.requirement)
    engine.connection.set_accept_state()
    return engine


def _context(options: ServerOptions) -> SSL.Context:
    context = openssl.new_context(options.versions, options.compatibility)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    openssl.load(context, options.credential)
    _announce(context, options.certificate_authorities)
    if options.alpn:
        context.set_alpn_select_callback(functools.partial(_select_alpn, options.alpn))
    if (staple := options.stapled_ocsp) is not None:
        context.set_ocsp_server_callback(lambda _connection, _data: staple)
    return context


def _change_host(others: dict[bytes, tuple[ServerOptions, SSL.Context]], connection: SSL.Connection) -> None:
    engine = openssl.engine_of(connection._ssl)
    found = others.get(connection.get_servername() or b"")
    if isinstance(engine, ServerEngine) and found is not None:
        options, context = found
        engine.change_context(context)
        engine.judge = options.judge
        engine.require(options.requirement)


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
        pointer = ffi.new("const unsigned char **", ffi.from_buffer(der))
        name = lib.d2i_X509_NAME(ffi.NULL, pointer, len(der))
        if name == ffi.NULL:
            raise ValueError(f"not a DER name: {openssl.drain_errors()}")
        lib.sk_X509_NAME_push(names, name)
    lib.SSL_CTX_set_client_CA_list(context._context, names)


def request_certificate(engine: ServerEngine, requirement: Requirement) -> None:
    """Have the next step ask a connected client: after the handshake in TLS 1.3, else by a renegotiation.

    Raises ProtocolError when the client did not offer post-handshake authentication (RFC 8446 4.6.2), or is asked
    already.
    """
    connection = engine.connection
    engine.require(requirement)
    if connection.get_protocol_version() < ProtocolVersion.TLS_1_3:
        connection.renegotiate()
    elif lib.SSL_verify_client_post_handshake(connection._ssl) != 1:
        raise ProtocolError(
            f"the client cannot be asked after the handshake: {openssl.drain_errors()}",
            kind=FailureKind.MALFORMED,
            party=Party.PEER,
        )
