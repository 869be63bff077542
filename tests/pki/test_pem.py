from __future__ import annotations

from base64 import b64encode

import pytest

from certprobe.pki import pem


def block(label: str, content: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n{b64encode(content).decode()}\n-----END {label}-----\n".encode()


def outline(data: bytes) -> list[tuple[int, str, bytes, str | None]]:
    return [(b.number, b.label, b.der, b.fault) for b in pem.split(data)]


def test_blocks_in_any_company() -> None:
    data = (
        b"Subject: x\n" + block("A", b"one") + b"\nBag Attributes\n    a: 1\n" + block("PRIVATE KEY", b"two") + b"end"
    )
    assert outline(data) == [(1, "A", b"one", None), (2, "PRIVATE KEY", b"two", None)]
    assert [b.text + b"\n" for b in pem.split(data)] == [block("A", b"one"), block("PRIVATE KEY", b"two")]


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN A-----\r\nb25l\r\n-----END A-----\r\n",
        b"-----BEGIN A-----\rb25l\r-----END A-----",
        b"  -----BEGIN A-----\n  b25l\n  -----END A-----",
        b"-----BEGIN A-----b25l-----END A-----",
        b"-----BEGIN A-----\nb2\n\n5l\n\t-----END A-----",
        b"\xef\xbb\xbf-----BEGIN A-----\nb25l\n-----END A-----",
        "-----BEGIN A-----\r\nb25l\r\n-----END A-----\r\n".encode("utf-16"),
        b"\xfe\xff" + "-----BEGIN A-----\nb25l\n-----END A-----".encode("utf-16-be"),
    ],
)
def test_lenient_forms(data: bytes) -> None:
    assert pem.is_pem(data)
    assert outline(data) == [(1, "A", b"one", None)]


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"-----BEGIN A-----\nb25l\n", ["ends nowhere"]),
        (b"-----BEGIN A-----\nb25l\n" + block("B", b"x"), ["ends nowhere", None]),
        (b"-----BEGIN A-----\nb25l\n-----END B-----\n" + block("B", b"x"), ["ends as B", None]),
        (b"-----BEGIN A-----\n-----END A-----\n", ["is empty"]),
        (b"-----BEGIN A-----\nb25\n-----END A-----\n", ["is not base64: Incorrect padding"]),
        (b"-----BEGIN A-----\nb2$l\n-----END A-----\n", ["is not base64: Only base64 data is allowed"]),
        (b"-----BEGIN A-----\nb25s=x\n-----END A-----\n", ["is not base64: Discontinuous padding not allowed"]),
        (b"-----BEGIN A-----\nName: value\n-----END A-----\n", ["is empty"]),
        (b"-----END A-----\n" + block("B", b"x"), [None]),
    ],
)
def test_a_bad_block_has_a_fault_and_the_next_is_read(data: bytes, faults: list[str | None]) -> None:
    found = list(pem.split(data))
    assert [(b.fault or "").split(":")[0] or None for b in found] == [f and f.split(":")[0] for f in faults]
    assert all(bool(b.der) == (b.fault is None) for b in found)


def test_headers_of_rfc_1421() -> None:
    (found,) = pem.split(
        b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n  11\n\nb25l\n"
        b"-----END RSA PRIVATE KEY-----"
    )
    assert found.headers == (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", "AES-256-CBC,00"))
    assert found.der == b"one"


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x03\x02\x01\x05", b"-----END A-----", b"----BEGIN A----", b"-----BEGIN -----"]
)
def test_no_pem(data: bytes) -> None:
    assert not pem.is_pem(data)
    assert list(pem.split(data)) == []


def test_a_label_does_not_run_over_lines() -> None:
    assert outline(b"-----BEGIN A\nB-----\n" + block("C", b"x")) == [(1, "C", b"x", None)]
