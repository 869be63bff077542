"""PEM: any bytes are taken apart in one pass, blocks come back as they went in, and a bad one harms no other."""

from __future__ import annotations

import re
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from certprobe.errors import InputError
from certprobe.pki import pem
from certprobe.pki.decode import decode

labels = st.sampled_from(["A", "CERTIFICATE", "RSA PRIVATE KEY", "PKCS #7 SIGNED DATA", "X-Y", "X" * 64])
contents = st.binary(min_size=1, max_size=80)
text_between = st.binary(max_size=20).map(lambda octets: octets.replace(b"-", b" "))
fragments = st.sampled_from(
    [
        b"-----BEGIN A-----",
        b"-----END A-----",
        b"-----BEGIN CERTIFICATE-----",
        b"-----END CERTIFICATE-----",
        b"-----BEGIN PRIVATE KEY-----",
        b"-----END PRIVATE KEY-----",
        b"-----BEGIN ",
        b"-----",
        b"\n",
        b"\r\n",
        b"MAA=",
        b"MA",
        b"Proc-Type: 4,ENCRYPTED\n\n",
        b"x: y\n",
        b"$",
        b"\xff\xfe",
    ]
)
soup = st.one_of(st.binary(max_size=200), st.lists(fragments, max_size=30).map(b"".join))


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, bytes, bytes]:
    """Label, content, and the block in one of the forms that tools write."""
    label, content = draw(labels), draw(contents)
    width, newline = draw(st.sampled_from([4, 64, 76, 1000])), draw(st.sampled_from([b"\n", b"\r\n", b"\r", b"\n \t"]))
    encoded = b64encode(content)
    lines = [encoded[start : start + width] for start in range(0, len(encoded), width)]
    name = label.encode()
    return label, content, newline.join([b"-----BEGIN " + name + b"-----", *lines, b"-----END " + name + b"-----"])


@given(soup)
def test_any_bytes_are_taken_apart(data: bytes) -> None:
    found = list(pem.split(data))
    assert [block.number for block in found] == list(range(1, len(found) + 1))
    assert len(found) == len(re.findall(rb"-----BEGIN [^\r\n]{1,64}?-----", pem.as_ascii(data)))
    assert pem.is_pem(data) == bool(found)
    assert sum(len(block.text) for block in found) <= len(pem.as_ascii(data))
    assert all(bool(block.der) == (block.fault is None) for block in found)


@given(st.lists(st.tuples(text_between, blocks()), max_size=5), text_between)
def test_blocks_come_back_as_they_went_in(
    given_blocks: list[tuple[bytes, tuple[str, bytes, bytes]]], end: bytes
) -> None:
    data = b"".join(text + b"\n" + block + b"\n" for text, (_, _, block) in given_blocks) + end
    found = [(block.label, block.der, block.text, block.fault) for block in pem.split(b"\n" + data)]
    assert found == [(label, content, block, None) for _, (label, content, block) in given_blocks]


@given(blocks(), blocks(), st.data())
def test_a_block_cut_off_harms_no_other(
    first: tuple[str, bytes, bytes], second: tuple[str, bytes, bytes], data: st.DataObject
) -> None:
    head = len(b"-----BEGIN " + first[0].encode() + b"-----")
    tail = len(b"-----END " + first[0].encode() + b"-----")
    cut = first[2][: data.draw(st.integers(head, len(first[2]) - tail))]
    bad, good = pem.split(cut + b"\n" + second[2])
    assert (bad.label, bad.der, bad.fault) == (first[0], b"", "ends nowhere")
    assert (good.label, good.der, good.fault) == (second[0], second[1], None)


@given(soup, st.sampled_from([None, b"", b"secret"]))
def test_decoding_fails_only_as_it_says(data: bytes, password: bytes | None) -> None:
    try:
        found = decode(data, source="file", password=password)
    except InputError as error:
        assert str(error).startswith("file: ")
    else:
        assert found.certificates or found.private_keys
