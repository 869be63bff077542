"""CertificateRequest: any octets are answered within bounds, and a request that was written well is read as written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.messages import CertificateRequest, OidFilter, parse_certificate_request
from tests.tls.encoding import (
    AUTHORITIES,
    OID_FILTERS,
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
Written = tuple[bytes, CertificateRequest]

versions = st.sampled_from(ProtocolVersion)
types = st.lists(st.integers(0, 255), max_size=8).map(tuple)
algorithms = st.lists(st.integers(0, 0xFFFF), max_size=8).map(tuple)
names = st.lists(st.binary(max_size=40), max_size=8).map(tuple)
filters = st.lists(st.builds(OidFilter, st.binary(max_size=12), st.binary(max_size=12)), max_size=4).map(tuple)
KNOWN = {AUTHORITIES, OID_FILTERS, SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT}
unknown = st.builds(extension, st.integers(0, 0xFFFF).filter(lambda kind: kind not in KNOWN), st.binary(max_size=12))


def size_of(names: tuple[bytes, ...]) -> int:
    return sum(len(name) + 2 for name in names)


@st.composite
def until_tls12(draw: st.DrawFn) -> Written:
    version, asked, listed = draw(st.sampled_from([TLS10, TLS11, TLS12])), draw(types), draw(names)
    offered = draw(algorithms) if version == TLS12 else None
    body = request_tls10(asked, listed) if offered is None else request_tls12(asked, offered, listed)
    return body, CertificateRequest(
        version,
        len(body),
        certificate_types=asked,
        certificate_authorities=listed,
        certificate_authorities_size=size_of(listed),
        signature_algorithms=offered,
    )


@st.composite
def tls13(draw: st.DrawFn) -> Written:
    context = draw(st.binary(max_size=255))
    listed, offered = draw(st.none() | names), draw(st.none() | algorithms)
    of_certificates, filtered = draw(st.none() | algorithms), draw(st.none() | filters)
    each = draw(st.lists(unknown, max_size=3, unique_by=lambda data: data[:2]))
    if listed is not None:
        each.append(extension(AUTHORITIES, vectors(listed)))
    if offered is not None:
        each.append(extension(SIGNATURE_ALGORITHMS, uint16s(offered)))
    if of_certificates is not None:
        each.append(extension(SIGNATURE_ALGORITHMS_CERT, uint16s(of_certificates)))
    if filtered is not None:
        each.append(extension(OID_FILTERS, vector(b"".join(oid_filter(*one) for one in filtered))))
    body = request_tls13(*draw(st.permutations(each)), context=context)
    return body, CertificateRequest(
        TLS13,
        len(body),
        context=context,
        certificate_authorities=listed,
        certificate_authorities_size=size_of(listed or ()),
        signature_algorithms=offered,
        signature_algorithms_cert=of_certificates,
        oid_filters=filtered or (),
    )


written = st.one_of(until_tls12(), tls13())


@given(written)
def test_what_was_written_is_read(written: Written) -> None:
    body, request = written
    assert parse_certificate_request(body, request.version) == request


@given(st.one_of(st.binary(max_size=400), written.map(lambda pair: pair[0])), versions)
def test_any_octets_are_answered_within_bounds(body: bytes, version: ProtocolVersion) -> None:
    request = parse_certificate_request(body, version)
    names = request.certificate_authorities or ()
    assert request.size == len(body)
    assert size_of(names) <= request.certificate_authorities_size <= len(body)
    kept = len(request.context) + len(request.certificate_types or ()) + size_of(names)
    kept += 2 * (len(request.signature_algorithms or ()) + len(request.signature_algorithms_cert or ()))
    kept += sum(len(each.oid) + len(each.values) + 3 for each in request.oid_filters)
    assert kept <= len(body)
    # One for each of four extensions twice, one of the message, one of the extension that breaks off.
    assert len(request.faults) <= 10
    assert all(len(fault) < 120 for fault in request.faults)


@given(written, st.data())
def test_one_changed_octet_is_answered(written: Written, data: st.DataObject) -> None:
    body, request = written
    changed = bytearray(body or b"\0")
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    parse_certificate_request(bytes(changed), request.version)
    parse_certificate_request(bytes(changed) + data.draw(st.binary(max_size=9)), request.version)
