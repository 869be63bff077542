"""A server that asks as another one does, and what of it OpenSSL cannot."""

from __future__ import annotations

from typing import Any

import pytest

from certprobe.lab.pki import name_der
from certprobe.tls.acceptor import ServerOptions, TlsAcceptor
from certprobe.tls.enums import ProtocolVersion, SignatureScheme
from certprobe.tls.events import CertificateRequested, HandshakeCompleted, PeerCertificates, Phase
from certprobe.tls.messages import Announced, CertificateRequest, OidFilter
from certprobe.tls.openssl import Requirement, VersionRange
from certprobe.tls.openssl_server import EmptyList
from certprobe.tls.rehearsal import Rehearsal, asking_like, differences, rehearse, unsupported
from certprobe.tls.session import ClientOptions, TlsSession
from tests.tls.wired import (
    ALICE,
    BEFORE_TLS13,
    BOB,
    NAMES,
    RSA_SERVER,
    SERVER,
    TLS10,
    TLS12,
    TLS13,
    VERSIONS,
    Told,
    Wire,
    at,
    ders,
    session,
)

ECDSA_ONLY, RSA_ONLY = (0x0403,), (0x0804, 0x0401)
SHA1 = (SignatureScheme.rsa_pkcs1_sha1, SignatureScheme.ecdsa_sha1)
ALL = ServerOptions(RSA_SERVER, Requirement.OPTIONAL, NAMES, versions=VersionRange(TLS10, TLS13))


def requests(told: Told) -> list[CertificateRequest]:
    return [event.request for event in told if isinstance(event, CertificateRequested)]


# --- asking for certain algorithms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [ECDSA_ONLY, RSA_ONLY], ids=["ecdsa", "rsa"])
@pytest.mark.parametrize("server", [SERVER, RSA_SERVER], ids=["by ecdsa", "by rsa"])
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_asked_binds_the_client_alone(version: ProtocolVersion, server: Any, asked: tuple[int, ...]) -> None:
    """Also when it is asked late; the server signs with the key that it has."""
    options = ServerOptions(server, Requirement.OPTIONAL, NAMES, ("http/1.1",), at(version), signature_algorithms=asked)
    both = Wire(session(version, alpn=("http/1.1",)), TlsAcceptor(options))
    who = ALICE if asked == ECDSA_ONLY else BOB
    for phase in (Phase.INITIAL, Phase.POST_HANDSHAKE if version == TLS13 else Phase.RENEGOTIATION):
        client, told = both.settle(who)
        (request,) = requests(client)
        if version >= TLS12:
            assert request.signature_algorithms == asked
        if version < TLS13:
            assert request.certificate_types == ((64,) if asked == ECDSA_ONLY else (1,))
        assert request.certificate_authorities == NAMES
        assert told[-2:] == [PeerCertificates(ders(who), ()), HandshakeCompleted(phase)]
        both.server.request_certificate(Requirement.REQUIRED)
    assert both.server.negotiated.alpn == "http/1.1"


def test_an_algorithm_that_was_not_asked_for() -> None:
    """A client that has no other key is anonymous."""
    both = Wire(session(TLS13), TlsAcceptor(ALL._replace(signature_algorithms=ECDSA_ONLY)))
    client, server = both.settle(BOB)
    assert server[-2:] == [PeerCertificates((), ()), HandshakeCompleted(Phase.INITIAL)]
    assert requests(client)[0].signature_algorithms == ECDSA_ONLY


def test_sha1_is_asked_for_where_it_is_allowed() -> None:
    modern = ServerOptions(SERVER, Requirement.OPTIONAL, NAMES, signature_algorithms=(*ECDSA_ONLY, *SHA1))
    asked = {version: rehearse(modern, version).request for version in (TLS12, TLS13)}
    assert [each and each.signature_algorithms for each in asked.values()] == [(*ECDSA_ONLY, *SHA1), ECDSA_ONLY]
    assert unsupported(modern) == ("TLS 1.3: signature_algorithms: rsa_pkcs1_sha1, ecdsa_sha1 left out",)


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [NAMES, ()], ids=["two", "none"])
@pytest.mark.parametrize("empty", EmptyList, ids=lambda empty: empty.name)
def test_nothing_is_unsupported(names: tuple[bytes, ...], empty: EmptyList) -> None:
    options = ALL._replace(certificate_authorities=names, empty_list=empty, signature_algorithms=(0x0403, 0x0804))
    assert unsupported(options) == ()


def test_unsupported_algorithms() -> None:
    options = ALL._replace(signature_algorithms=(0x0101, 0x0403, 0x1234, 0x0403))
    left_out = "signature_algorithms: rsa_pkcs1_md5, 0x1234 left out"
    assert unsupported(options) == (f"TLS 1.2: {left_out}", f"TLS 1.3: {left_out}")
    assert unsupported(options._replace(versions=at(TLS13))) == (f"TLS 1.3: {left_out}",)


def test_no_algorithm_is_supported() -> None:
    options = ALL._replace(signature_algorithms=(0x1234,), versions=at(TLS13))
    left_out, added = unsupported(options)
    assert left_out == "TLS 1.3: signature_algorithms: 0x1234 left out"
    assert added.startswith("TLS 1.3: signature_algorithms: ")
    assert added.endswith(" more added")


def test_list_that_is_too_long() -> None:
    names = tuple(name_der(f"CN={number:060}") for number in range(1000))
    reason = "no CertificateRequest can be sent: TLS library: internal error"
    found = unsupported(ALL._replace(certificate_authorities=names))
    assert found == tuple(f"{version.label}: {reason}" for version in VERSIONS)


def test_version_that_the_server_does_not_speak() -> None:
    assert rehearse(ALL._replace(versions=at(TLS12)), TLS13) == Rehearsal(None, "TLS library: unsupported protocol")


# --- a mirror ---------------------------------------------------------------------------------------------------------

MIRRORED = CertificateRequest(
    TLS12, 0, b"", (64, 1), NAMES, sum(len(name) + 2 for name in NAMES), (0x0403, 0x0401), None, ()
)
MINE = ServerOptions(SERVER, versions=VersionRange(TLS10, TLS13))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_of_ours_is_mirrored(version: ProtocolVersion) -> None:
    for names in (NAMES, ()):
        for empty in EmptyList:
            mirrored = ALL._replace(
                certificate_authorities=names,
                empty_list=empty,
                signature_algorithms=(0x0804, 0x0403) if version >= TLS12 else None,
            )
            both = Wire(TlsSession(ClientOptions(None, versions=at(version))), TlsAcceptor(mirrored))
            (request,) = requests(both.settle()[0])
            mirror = asking_like(request, MINE)
            assert differences(mirror, request) == ()
            sent = rehearse(mirror, version).request
            assert sent == request
            assert sent is not None
            expected = Announced.EXTENSION_ABSENT if empty is EmptyList.EXTENSION_ABSENT else Announced.EMPTY_LIST
            if not names and version == TLS13:
                assert sent.announced is expected


@pytest.mark.parametrize("version", BEFORE_TLS13)
def test_an_empty_list_before_tls13_is_no_empty_extension(version: ProtocolVersion) -> None:
    """Which nothing asks for, and some clients break off at."""
    request = CertificateRequest(version, 0, certificate_types=(1, 64), certificate_authorities=())
    assert asking_like(request, MINE).empty_list is EmptyList.EXTENSION_ABSENT


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "certificate_types: in another order, or not as often"),
        ({"certificate_types": (1, 2, 64)}, "certificate_types: dss_sign left out"),
        ({"certificate_types": (1,)}, "certificate_types: ecdsa_sign added"),
        ({"certificate_types": (1, 64), "signature_algorithms_cert": (0x0401,)}, "signature_algorithms_cert: not sent"),
        (
            {"certificate_types": (1, 64), "certificate_authorities": (*NAMES, b"\x30\x03cut")},
            "certificate_authorities: 1 of 3 names left out",
        ),
        (
            {"certificate_types": (1, 64), "certificate_authorities": (NAMES[0] + b"more", NAMES[1])},
            "certificate_authorities: 1 of 2 names left out",
        ),
        (
            {"certificate_types": (1, 64), "certificate_authorities": (b"no name",)},
            "certificate_authorities: an empty list instead of a list of 1",
        ),
        (
            {"certificate_types": (1, 64), "oid_filters": (OidFilter(b"\x06\x01\x2a", b""),)},
            "oid_filters: 0 instead of 1",
        ),
    ],
    ids=["order", "type", "types", "certificates", "name", "longer", "garbage", "filters"],
)
def test_differences(changed: dict[str, Any], words: str) -> None:
    request = MIRRORED._replace(**changed)
    assert differences(asking_like(request, MINE), request) == (f"TLS 1.2: {words}",)
