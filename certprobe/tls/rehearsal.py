"""What a server will ask for, found out by letting it ask: OpenSSL cannot send every CertificateRequest."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

from certprobe.errors import ProtocolError
from certprobe.tls.acceptor import ServerOptions, TlsAcceptor
from certprobe.tls.enums import ClientCertificateType, ProtocolVersion, SignatureScheme, name_of
from certprobe.tls.events import CertificateRequested
from certprobe.tls.messages import CertificateRequest
from certprobe.tls.openssl import Compatibility, Requirement, VersionRange
from certprobe.tls.openssl_server import EmptyList, can_be_announced
from certprobe.tls.session import ClientOptions, TlsSession

T = TypeVar("T")

_SHOWN: Final = 12
_FLIGHTS: Final = 3
"""ClientHello, the one after a HelloRetryRequest, and what follows the CertificateRequest."""


class Rehearsal(NamedTuple):
    """The CertificateRequest that a server sends, or None and the reason why it comes to none."""

    request: CertificateRequest | None
    reason: str | None = None


def rehearse(options: ServerOptions, version: ProtocolVersion) -> Rehearsal:
    """Let a server with `options` ask a client that speaks `version`, in memory; virtual hosts are left out.

    Raises ProtocolError (CREDENTIAL_UNUSABLE) and ValueError like `ServerContext`.
    """
    server = TlsAcceptor(options._replace(requirement=Requirement.OPTIONAL, virtual_hosts=()))
    only = VersionRange(version, version)
    client = TlsSession(ClientOptions(None, options.alpn, only, Compatibility.LEGACY))
    try:
        for _ in range(_FLIGHTS):
            server.receive_data(client.data_to_send())
            while (event := server.next_event()) is not None:
                if isinstance(event, CertificateRequested):
                    return Rehearsal(event.request)
            client.receive_data(server.data_to_send())
    except ProtocolError as failure:
        return Rehearsal(None, str(failure))
    return Rehearsal(None, "the handshake does not come to it")


def asking_like(request: CertificateRequest, options: ServerOptions) -> ServerOptions:
    """Return `options` changed so that a server asks as `request` does, as far as it can; see `differences`."""
    is_empty = request.version >= ProtocolVersion.TLS_1_3 and request.certificate_authorities == ()
    return options._replace(
        certificate_authorities=tuple(filter(can_be_announced, request.certificate_authorities or ())),
        empty_list=EmptyList.EMPTY_EXTENSION if is_empty else EmptyList.EXTENSION_ABSENT,
        signature_algorithms=request.signature_algorithms,
    )


def differences(options: ServerOptions, request: CertificateRequest) -> tuple[str, ...]:
    """Return in words where a server with `options` asks otherwise than `request`, at its version; empty = nowhere.

    Not compared: the certificate_request_context. Raises like `rehearse`.
    """
    version = ProtocolVersion(request.version)
    sent, reason = rehearse(options, version)
    if sent is None:
        return (f"{version.label}: no CertificateRequest can be sent: {reason}",)
    return tuple(f"{version.label}: {words}" for words in _differences(request, sent))


def unsupported(options: ServerOptions) -> tuple[str, ...]:
    """Return in words what `options` ask for and OpenSSL does not send, for each version; empty = nothing.

    Raises like `rehearse`.
    """
    names = options.certificate_authorities
    found: list[str] = []
    for version in ProtocolVersion:
        if not options.versions.minimum <= version <= options.versions.maximum:
            continue
        sent, reason = rehearse(options, version)
        if sent is None:
            found.append(f"{version.label}: no CertificateRequest can be sent: {reason}")
            continue
        is_absent = version == ProtocolVersion.TLS_1_3 and options.empty_list is EmptyList.EXTENSION_ABSENT
        meant = sent._replace(certificate_authorities=None if is_absent and not names else names)
        if version >= ProtocolVersion.TLS_1_2 and options.signature_algorithms is not None:
            meant = meant._replace(signature_algorithms=options.signature_algorithms)
        found += (f"{version.label}: {words}" for words in _differences(meant, sent))
    return tuple(found)


def _differences(meant: CertificateRequest, sent: CertificateRequest) -> Iterator[str]:
    yield from _codes("certificate_types", ClientCertificateType, meant.certificate_types, sent.certificate_types)
    yield from _codes("signature_algorithms", SignatureScheme, meant.signature_algorithms, sent.signature_algorithms)
    yield from _codes(
        "signature_algorithms_cert", SignatureScheme, meant.signature_algorithms_cert, sent.signature_algorithms_cert
    )
    yield from _names(meant.certificate_authorities, sent.certificate_authorities)
    if meant.oid_filters != sent.oid_filters:
        yield f"oid_filters: {len(sent.oid_filters)} instead of {len(meant.oid_filters)}"


def _codes(
    field: str, registry: type[enum.IntEnum], meant: tuple[int, ...] | None, sent: tuple[int, ...] | None
) -> Iterator[str]:
    if meant == sent:
        return
    if meant is None or sent is None:
        yield f"{field}: {'not sent' if sent is None else 'sent'}"
        return
    for codes, words in ((_without(meant, sent), "left out"), (_without(sent, meant), "added")):
        if codes:
            shown = [name_of(registry, each) for each in codes[:_SHOWN]]
            more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
            yield f"{field}: {', '.join(shown)}{more} {words}"
    if set(meant) == set(sent):
        yield f"{field}: in another order, or not as often"


def _names(meant: tuple[bytes, ...] | None, sent: tuple[bytes, ...] | None) -> Iterator[str]:
    if meant == sent:
        return
    if not meant or not sent:
        yield f"certificate_authorities: {_listed(sent)} instead of {_listed(meant)}"
    elif left_out := _without(meant, sent):
        yield f"certificate_authorities: {len(left_out)} of {len(meant)} names left out"
    else:
        yield "certificate_authorities: in another order, or not as often"


def _listed(names: tuple[bytes, ...] | None) -> str:
    if names is None:
        return "no extension"
    return f"a list of {len(names)}" if names else "an empty list"


def _without(these: tuple[T, ...], those: tuple[T, ...]) -> tuple[T, ...]:
    """Each of these once that is not among those."""
    others = set(those)
    return tuple(each for each in dict.fromkeys(these) if each not in others)
