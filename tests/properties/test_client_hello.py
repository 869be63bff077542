"""ClientHello: any octets are answered within bounds, and one that was written well is read as written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certprobe.tls.client_hello import ClientHello, parse_client_hello
from tests.tls.encoding import (
    AUTHORITIES,
    SIGNATURE_ALGORITHMS,
    SIGNATURE_ALGORITHMS_CERT,
    client_hello,
    extension,
    protocols,
    server_name,
    supported_versions,
    uint16s,
    vectors,
)

Written = tuple[bytes, ClientHello]
GROUPS = 10
READ = {0, 16, 43, GROUPS, SIGNATURE_ALGORITHMS, SIGNATURE_ALGORITHMS_CERT, AUTHORITIES}

codes = st.lists(st.integers(0, 0xFFFF), max_size=8).map(tuple)
text = st.text(st.characters(max_codepoint=127), max_size=20)
names = st.lists(st.binary(max_size=40), max_size=8).map(tuple)
unknown = st.builds(extension, st.integers(0, 0xFFFF).filter(lambda kind: kind not in READ), st.binary(max_size=12))


@st.composite
def well_written(draw: st.DrawFn) -> Written:
    version, suites = draw(st.integers(0, 0xFFFF)), draw(codes)
    hello = ClientHello(
        0,
        version,
        suites,
        supported_versions=draw(st.none() | codes),
        server_name=draw(st.none() | text),
        alpn=draw(st.none() | st.lists(text, max_size=4).map(tuple)),
        signature_algorithms=draw(st.none() | codes),
        signature_algorithms_cert=draw(st.none() | codes),
        groups=draw(st.none() | codes),
        certificate_authorities=draw(st.none() | names),
    )
    each = draw(st.lists(unknown, max_size=3, unique_by=lambda data: data[:2]))
    if hello.supported_versions is not None:
        each.append(supported_versions(*hello.supported_versions))
    if hello.server_name is not None:
        each.append(server_name((0, hello.server_name.encode("ascii"))))
    if hello.alpn is not None:
        each.append(protocols(*(name.encode("ascii") for name in hello.alpn)))
    for kind, numbers in (
        (SIGNATURE_ALGORITHMS, hello.signature_algorithms),
        (SIGNATURE_ALGORITHMS_CERT, hello.signature_algorithms_cert),
        (GROUPS, hello.groups),
    ):
        if numbers is not None:
            each.append(extension(kind, uint16s(numbers)))
    if hello.certificate_authorities is not None:
        each.append(extension(AUTHORITIES, vectors(hello.certificate_authorities)))
    each = draw(st.permutations(each))
    session_id = draw(st.binary(max_size=32))
    body = client_hello(*each, version=version, session_id=session_id, cipher_suites=suites)
    kinds = tuple(int.from_bytes(one[:2], "big") for one in each)
    return body, hello._replace(size=len(body), extensions=kinds)


written = well_written()


@given(written)
def test_what_was_written_is_read(written: Written) -> None:
    body, hello = written
    assert parse_client_hello(body) == hello


@given(st.one_of(st.binary(max_size=400), written.map(lambda pair: pair[0])), st.binary(max_size=9))
def test_any_octets_are_answered_within_bounds(body: bytes, more: bytes) -> None:
    hello = parse_client_hello(body + more)
    assert hello.size == len(body + more)
    numbers = (hello.supported_versions, hello.signature_algorithms, hello.signature_algorithms_cert, hello.groups)
    kept = 2 * len(hello.cipher_suites) + 4 * len(hello.extensions) + sum(2 * len(each or ()) for each in numbers)
    kept += sum(2 + len(name) for name in hello.certificate_authorities or ())
    # An octet that is no ASCII takes four characters.
    kept += len(hello.server_name or "") // 4 + sum(1 + len(name) // 4 for name in hello.alpn or ())
    assert kept <= hello.size
    # One for each of seven extensions, the list of CAs two; one of the suites, two of the block, one that breaks off.
    assert len(hello.faults) <= 12
    assert all(len(fault) < 120 for fault in hello.faults)


@given(written, st.data())
def test_one_changed_octet_is_answered(written: Written, data: st.DataObject) -> None:
    changed = bytearray(written[0])
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    parse_client_hello(bytes(changed))
