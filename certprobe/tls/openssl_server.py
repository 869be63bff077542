"""The server's side of `openssl`: asks for client certificates, and lets every one through."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls import openssl
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.openssl import Requirement, ffi, lib

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential


def server_engine(
    versions: openssl.VersionRange,
    credential: Credential,
    *,
    requirement: Requirement,
    certificate_authorities: tuple[bytes, ...],
    alpn: tuple[str, ...],
) -> openssl.Engine:
    """Return a server's Engine that shows `credential` and asks for a client certificate as `requirement` says.

    `certificate_authorities` are the DER names to announce. Every client certificate is let through: judging is the
    owner's. Raises ProtocolError (kind CREDENTIAL_UNUSABLE) like `openssl.credential_context`.
    """
    openssl.require_private_names()
    context = openssl.new_context(versions, openssl.Compatibility.MODERN)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    openssl.load(context, credential)
    _announce(context, certificate_authorities)
    context.set_verify(_VERIFY_MODES[requirement], _accept_any)
    if alpn:
        context.set_alpn_select_callback(functools.partial(_select_alpn, alpn))
    engine = openssl.Engine(context)
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
    names = lib.sk_X509_NAME_new_null()
    for der in certificate_authorities:
        pointer = ffi.new("const unsigned char **", ffi.from_buffer(der))
        name = lib.d2i_X509_NAME(ffi.NULL, pointer, len(der))
        if name == ffi.NULL:
            raise ValueError(f"not a DER name: {openssl.drain_errors()}")
        lib.sk_X509_NAME_push(names, name)
    lib.SSL_CTX_set_client_CA_list(context._context, names)


def request_certificate(engine: openssl.Engine, requirement: Requirement) -> None:
    """Have the next step ask a connected client: after the handshake in TLS 1.3, else by a renegotiation.

    Raises ProtocolError when the client did not offer post-handshake authentication (RFC 8446 4.6.2), or is asked
    already.
    """
    connection = engine.connection
    connection.set_verify(_VERIFY_MODES[requirement], _accept_any)
    if connection.get_protocol_version() < ProtocolVersion.TLS_1_3:
        connection.renegotiate()
    elif lib.SSL_verify_client_post_handshake(connection._ssl) != 1:
        raise ProtocolError(
            f"the client cannot be asked after the handshake: {openssl.drain_errors()}",
            kind=FailureKind.MALFORMED,
            party=Party.PEER,
        )
