"""ClientHello, read in full and leniently: what a client offers, and what is broken in it."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from certprobe.tls.enums import ExtensionType
from certprobe.tls.reader import Reader, Truncated, authorities, extensions, uint16s, vectors

_HOST_NAME = 0


class ClientHello(NamedTuple):
    """ClientHello, RFC 8446 4.1.2 and RFC 5246 7.4.1.2; code points as they came, GREASE (RFC 8701) among them.

    `version` is legacy_version, 0 where the message ends before it. `size` is that of the body in octets. `extensions`
    are their types in the order sent. The field of an extension that was not sent is None. Text is ASCII with anything
    else escaped. Not checked: whether names are names, numbers are registered, or the offer makes sense.
    """

    size: int
    version: int = 0
    cipher_suites: tuple[int, ...] = ()
    extensions: tuple[int, ...] = ()
    supported_versions: tuple[int, ...] | None = None
    server_name: str | None = None
    alpn: tuple[str, ...] | None = None
    signature_algorithms: tuple[int, ...] | None = None
    signature_algorithms_cert: tuple[int, ...] | None = None
    groups: tuple[int, ...] | None = None
    certificate_authorities: tuple[bytes, ...] | None = None
    faults: tuple[str, ...] = ()

    @property
    def post_handshake_auth(self) -> bool:
        """Whether the client may be asked for a certificate after the handshake (RFC 8446 4.2.6)."""
        return ExtensionType.post_handshake_auth in self.extensions


class _Fields(TypedDict, total=False):
    """The fields that were read so far."""

    version: int
    cipher_suites: tuple[int, ...]
    supported_versions: tuple[int, ...]
    server_name: str
    alpn: tuple[str, ...]
    signature_algorithms: tuple[int, ...]
    signature_algorithms_cert: tuple[int, ...]
    groups: tuple[int, ...]
    certificate_authorities: tuple[bytes, ...]


def parse_client_hello(body: bytes) -> ClientHello:
    """Read the body of a ClientHello, in time linear in its length; whatever can be told apart from a fault is kept."""
    fields = _Fields()
    faults: list[str] = []
    kinds: list[int] = []
    try:
        _read(Reader(body), fields, kinds, faults)
    except Truncated as fault:
        faults.append(str(fault))
    return ClientHello(size=len(body), extensions=tuple(kinds), faults=tuple(faults), **fields)


def _read(reader: Reader, fields: _Fields, kinds: list[int], faults: list[str]) -> None:
    fields["version"] = reader.integer(2, "legacy_version")
    reader.take(32, "random")
    reader.vector(1, "legacy_session_id")
    fields["cipher_suites"] = uint16s(reader, "cipher_suites", faults)
    reader.vector(1, "legacy_compression_methods")
    if not reader.left:
        return  # as before RFC 4366
    for kind, data in extensions(reader, faults):
        kinds.append(kind)
        try:
            _read_extension(kind, data, fields, faults)
        except Truncated as fault:
            faults.append(str(fault))


def _read_extension(kind: int, data: Reader, fields: _Fields, faults: list[str]) -> None:
    match kind:
        case ExtensionType.server_name:
            _read_server_name(data, fields)
        case ExtensionType.application_layer_protocol_negotiation:
            names = vectors(data.vector(2, "ProtocolNameList"), 1, "ProtocolName", faults)
            fields["alpn"] = tuple(map(_text, names))
        case ExtensionType.supported_versions:
            fields["supported_versions"] = uint16s(data, "supported_versions", faults, width=1)
        case ExtensionType.supported_groups:
            fields["groups"] = uint16s(data, "supported_groups", faults)
        case ExtensionType.signature_algorithms:
            fields["signature_algorithms"] = uint16s(data, "signature_algorithms", faults)
        case ExtensionType.signature_algorithms_cert:
            fields["signature_algorithms_cert"] = uint16s(data, "signature_algorithms_cert", faults)
        case ExtensionType.certificate_authorities:
            fields["certificate_authorities"], _ = authorities(data, faults)
        case _:
            pass


def _read_server_name(data: Reader, fields: _Fields) -> None:
    """The first host_name of a ServerNameList, RFC 6066 3; there is no more than one."""
    names = Reader(data.vector(2, "ServerNameList"))
    while names.left:
        kind = names.integer(1, "NameType")
        name = names.vector(2, "HostName")
        if kind == _HOST_NAME:
            fields["server_name"] = _text(name)
            return


def _text(octets: bytes) -> str:
    return octets.decode("ascii", "backslashreplace")
