"""CertificateRequest in the forms of every version: read in full, and as far as it goes where it is broken."""

from __future__ import annotations

from typing import Any

import pytest

from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.messages import Announced, CertificateRequest, OidFilter, parse_certificate_request
from tests.tls.encoding import (
    AUTHORITIES,
    FIRST,
    OID_FILTERS,
    SECOND,
    SIGNATURE_ALGORITHMS,
    SIGNATURE_ALGORITHMS_CERT,
    extension,
    oid_filter,
    request_tls10,
    request_tls12,
    request_tls13,
    uint16s,
    vector,
    vectors,
)

TLS10, TLS11, TLS12, TLS13 = ProtocolVersion
TYPES, ALGORITHMS = (1, 64), (0x0403, 0x0804)
NAMES = (FIRST, SECOND)
SIZE = len(FIRST) + len(SECOND) + 4
ALGORITHMS_EXTENSION = extension(SIGNATURE_ALGORITHMS, uint16s(ALGORITHMS))
NAMES_EXTENSION = extension(AUTHORITIES, vectors(NAMES))


def request(version: int, body: bytes, **fields: Any) -> CertificateRequest:
    """What is expected; of TLS 1.2 and before the list is never absent."""
    usual = {} if version == TLS13 else {"certificate_authorities": ()}
    return CertificateRequest(version, len(body), **{**usual, **fields})


GOOD: dict[str, tuple[int, bytes, dict[str, Any]]] = {
    "TLS 1.0": (
        TLS10,
        request_tls10(TYPES, NAMES),
        {"certificate_types": TYPES, "certificate_authorities": NAMES, "certificate_authorities_size": SIZE},
    ),
    "TLS 1.1": (
        TLS11,
        request_tls10((1,), (SECOND,)),
        {
            "certificate_types": (1,),
            "certificate_authorities": (SECOND,),
            "certificate_authorities_size": len(SECOND) + 2,
        },
    ),
    "TLS 1.1, empty list": (TLS11, request_tls10(TYPES, ()), {"certificate_types": TYPES}),
    "TLS 1.2": (
        TLS12,
        request_tls12(TYPES, ALGORITHMS, NAMES),
        {
            "certificate_types": TYPES,
            "signature_algorithms": ALGORITHMS,
            "certificate_authorities": NAMES,
            "certificate_authorities_size": SIZE,
        },
    ),
    "TLS 1.2, all empty": (
        TLS12,
        request_tls12((), (), ()),
        {"certificate_types": (), "signature_algorithms": ()},
    ),
    "TLS 1.2, a name of no octets": (
        TLS12,
        request_tls12(TYPES, ALGORITHMS, (b"", FIRST)),
        {
            "certificate_types": TYPES,
            "signature_algorithms": ALGORITHMS,
            "certificate_authorities": (b"", FIRST),
            "certificate_authorities_size": len(FIRST) + 4,
        },
    ),
    "TLS 1.3": (
        TLS13,
        request_tls13(NAMES_EXTENSION, ALGORITHMS_EXTENSION),
        {
            "certificate_authorities": NAMES,
            "certificate_authorities_size": SIZE,
            "signature_algorithms": ALGORITHMS,
        },
    ),
    "TLS 1.3, no extensions": (TLS13, request_tls13(), {}),
    "TLS 1.3, no list": (TLS13, request_tls13(ALGORITHMS_EXTENSION), {"signature_algorithms": ALGORITHMS}),
    # `openssl s_server -no_ca_names`, against RFC 8446 4.2.4, which wants three octets at least.
    "TLS 1.3, empty list": (
        TLS13,
        request_tls13(extension(AUTHORITIES, vectors(()))),
        {"certificate_authorities": ()},
    ),
    "TLS 1.3, after the handshake": (
        TLS13,
        request_tls13(ALGORITHMS_EXTENSION, context=b"\x01" * 32),
        {"context": b"\x01" * 32, "signature_algorithms": ALGORITHMS},
    ),
    "TLS 1.3, algorithms of certificates": (
        TLS13,
        request_tls13(extension(SIGNATURE_ALGORITHMS_CERT, uint16s((0x0401, 0x0201)))),
        {"signature_algorithms_cert": (0x0401, 0x0201)},
    ),
    "TLS 1.3, oid_filters": (
        TLS13,
        request_tls13(
            extension(OID_FILTERS, vector(oid_filter(b"\x55\x1d\x0f", b"\x03\x02") + oid_filter(b"\x55", b"")))
        ),
        {"oid_filters": (OidFilter(b"\x55\x1d\x0f", b"\x03\x02"), OidFilter(b"\x55", b""))},
    ),
    "TLS 1.3, unknown extensions": (
        TLS13,
        request_tls13(extension(0x0A0A, b""), NAMES_EXTENSION, extension(0xFFFF, b"\xff" * 9), extension(5, b"")),
        {"certificate_authorities": NAMES, "certificate_authorities_size": SIZE},
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    version, body, fields = GOOD[name]
    assert parse_certificate_request(body, version) == request(version, body, **fields)


@pytest.mark.parametrize(
    ("name", "announced"),
    [
        ("TLS 1.0", Announced.LIST),
        ("TLS 1.1, empty list", Announced.EMPTY_LIST),
        ("TLS 1.2", Announced.LIST),
        ("TLS 1.2, all empty", Announced.EMPTY_LIST),
        ("TLS 1.3", Announced.LIST),
        ("TLS 1.3, no extensions", Announced.EXTENSION_ABSENT),
        ("TLS 1.3, no list", Announced.EXTENSION_ABSENT),
        ("TLS 1.3, empty list", Announced.EMPTY_LIST),
        ("TLS 1.3, unknown extensions", Announced.LIST),
    ],
)
def test_announced(name: str, announced: Announced) -> None:
    version, body, _ = GOOD[name]
    assert parse_certificate_request(body, version).announced is announced


@pytest.mark.parametrize("name", GOOD)
def test_cut_at_every_octet(name: str) -> None:
    """Every cut is a fault, and what stands before it is kept: never a value that the whole does not have."""
    version, body, _ = GOOD[name]
    whole = parse_certificate_request(body, version)
    for end in range(len(body)):
        cut = parse_certificate_request(body[:end], version)
        assert cut.faults, end
        assert cut.size == end
        assert cut.context in (whole.context, b"")
        for field in ("certificate_types", "signature_algorithms", "signature_algorithms_cert"):
            assert getattr(cut, field) in (getattr(whole, field), None)
        names = whole.certificate_authorities or ()
        assert (cut.certificate_authorities or ()) == names[: len(cut.certificate_authorities or ())]
        assert cut.oid_filters == whole.oid_filters[: len(cut.oid_filters)]


def test_names_before_the_cut_are_kept() -> None:
    body = request_tls12(TYPES, ALGORITHMS, NAMES)
    for lost in range(1, len(SECOND) + 3):
        assert parse_certificate_request(body[:-lost], TLS12).certificate_authorities == (FIRST,)
    assert parse_certificate_request(body[: -len(SECOND) - 3], TLS12).certificate_authorities == ()


LEFT = SIZE + 2
BROKEN: dict[str, tuple[int, bytes, dict[str, Any], tuple[str, ...]]] = {
    "nothing": (TLS12, b"", {}, ("length of certificate_types: 1 octets declared, 0 left",)),
    "nothing, TLS 1.3": (TLS13, b"", {}, ("length of certificate_request_context: 1 octets declared, 0 left",)),
    "types too long": (TLS12, b"\xc8\x01\x40", {}, ("certificate_types: 200 octets declared, 2 left",)),
    "odd algorithms": (
        TLS12,
        vector(bytes(TYPES), 1) + vector(b"\x04\x03\x08") + vectors(NAMES),
        {
            "certificate_types": TYPES,
            "signature_algorithms": (0x0403,),
            "certificate_authorities": NAMES,
            "certificate_authorities_size": SIZE,
        },
        ("supported_signature_algorithms: odd length 3",),
    ),
    "list longer than declared": (
        TLS10,
        vector(b"\x01", 1) + vectors((FIRST,)) + b"\xde\xad\xbe\xef",
        {
            "certificate_types": (1,),
            "certificate_authorities": (FIRST,),
            "certificate_authorities_size": len(FIRST) + 2,
        },
        (f"certificate_authorities: {len(FIRST) + 2} octets declared, {len(FIRST) + 6} follow",),
    ),
    "list shorter than declared": (
        TLS10,
        vector(b"\x01", 1) + (LEFT + 7).to_bytes(2, "big") + vectors(NAMES)[2:],
        {"certificate_types": (1,), "certificate_authorities": NAMES, "certificate_authorities_size": SIZE},
        (f"certificate_authorities: {LEFT + 7} octets declared, {SIZE} follow",),
    ),
    "name too long": (
        TLS10,
        vector(b"\x01", 1) + vector(vector(FIRST) + b"\x01\x00" + SECOND),
        {"certificate_types": (1,), "certificate_authorities": (FIRST,), "certificate_authorities_size": SIZE},
        (f"certificate_authorities, name 2: 256 octets declared, {len(SECOND)} left",),
    ),
    "extension of no octets": (
        TLS13,
        request_tls13(extension(AUTHORITIES, b""), ALGORITHMS_EXTENSION),
        {"certificate_authorities": (), "signature_algorithms": ALGORITHMS},
        ("length of certificate_authorities: 2 octets declared, 0 left",),
    ),
    "one bad extension hides no other": (
        TLS13,
        request_tls13(
            extension(SIGNATURE_ALGORITHMS, b"\xff\xff\x04\x03"),
            extension(SIGNATURE_ALGORITHMS_CERT, vector(b"\x04\x03\x08")),
            extension(OID_FILTERS, vector(oid_filter(b"\x55", b"\x01") + b"\x09\x55")),
            NAMES_EXTENSION,
        ),
        {
            "signature_algorithms_cert": (0x0403,),
            "oid_filters": (OidFilter(b"\x55", b"\x01"),),
            "certificate_authorities": NAMES,
            "certificate_authorities_size": SIZE,
        },
        (
            "signature_algorithms: 65535 octets declared, 2 left",
            "signature_algorithms_cert: odd length 3",
            "oid_filters, certificate_extension_oid: 9 octets declared, 1 left",
        ),
    ),
    "the same extension twice": (
        TLS13,
        request_tls13(NAMES_EXTENSION, extension(AUTHORITIES, vectors((SECOND,))), ALGORITHMS_EXTENSION),
        {"certificate_authorities": NAMES, "certificate_authorities_size": SIZE},
        ("extension 47: sent more than once, the rest is not read",),
    ),
    "octets after the extensions": (
        TLS13,
        request_tls13(ALGORITHMS_EXTENSION) + NAMES_EXTENSION,
        {"signature_algorithms": ALGORITHMS},
        (
            f"extensions: {len(ALGORITHMS_EXTENSION)} octets declared, "
            f"{len(ALGORITHMS_EXTENSION) + len(NAMES_EXTENSION)} follow",
        ),
    ),
    "extension too long": (
        TLS13,
        request_tls13(ALGORITHMS_EXTENSION, b"\x00\x2f\x01\x00" + vectors(NAMES)),
        {"signature_algorithms": ALGORITHMS},
        (f"extension 47: 256 octets declared, {SIZE + 2} left",),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str) -> None:
    version, body, fields, faults = BROKEN[name]
    assert parse_certificate_request(body, version) == request(version, body, **fields, faults=faults)


def test_longest_list() -> None:
    """The longest that the length can tell: 65,535 octets."""
    count, rest = divmod(65535, len(FIRST) + 2)
    names = (FIRST,) * (count - 1) + (b"\x30" * (len(FIRST) + rest),)
    for version, body in ((TLS12, request_tls12(TYPES, ALGORITHMS, names)), (TLS10, request_tls10(TYPES, names))):
        parsed = parse_certificate_request(body, version)
        assert parsed.certificate_authorities == names
        assert (parsed.certificate_authorities_size, parsed.faults) == (65535, ())


@pytest.mark.parametrize("size", [65536, 80_000, 2 * 65536 + 9000])
def test_length_that_wrapped(size: int) -> None:
    """slapd with GnuTLS and Go send all names under a length modulo 65536."""
    names = (FIRST,) * -(-size // (len(FIRST) + 2))
    parsed = parse_certificate_request(request_tls12(TYPES, ALGORITHMS, names), TLS12)
    total = len(names) * (len(FIRST) + 2)
    assert parsed.certificate_authorities == names
    assert parsed.certificate_authorities_size == total
    assert parsed.faults == (f"certificate_authorities: {total % 65536} octets declared, {total} follow",)
