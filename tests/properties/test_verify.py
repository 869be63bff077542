"""`certprobe verify` on bytes that nobody meant: it never raises, and its document always keeps its schema."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from certprobe.cli.main import cli
from certprobe.errors import InputError
from certprobe.lab.der import pem
from certprobe.lab.pki import Authority, Extension
from certprobe.lab.revocation import crl, good, ocsp, revoked

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA", extensions=(Extension("2.5.29.30", b"\x30\x08\xa0\x06\x30\x04\x82\x02\x61\x62"),))
LEAF = CA.server("www.lab.test", extensions=(Extension("2.5.29.32", b"\x30\x06\x30\x04\x06\x02\x2a\x03"),))
CRL = crl(CA, revoked(LEAF))
OCSP = ocsp(CA, good(LEAF))


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """A few octets of `data` are others, or some are left out, or are there twice."""
    places = st.integers(0, len(data) - 1)
    changes = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)
    cuts = st.tuples(places, places).map(sorted)
    return st.one_of(
        changes.map(lambda given: _changed(data, given)),
        cuts.map(lambda cut: data[: cut[0]] + data[cut[1] :]),
        cuts.map(lambda cut: data[: cut[1]] + data[cut[0] :]),
    )


def _changed(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    octets = bytearray(data)
    for place, octet in changes:
        octets[place] = octet
    return bytes(octets)


anything = st.one_of(
    st.binary(max_size=200),
    damaged(LEAF.der),
    damaged(LEAF.der).map(lambda der: pem(der) + pem(CA.issued.der)),
    damaged(CA.issued.der).map(lambda der: pem(der) + LEAF.certificate_pem + pem(ROOT.issued.der)),
    damaged(LEAF.chain_pem),
)
OPTIONS = (
    (),
    ("--host", "www.lab.test", "--profile", "webpki", "--usage", "server"),
    ("--flag", "CERT_CHAIN_REVOCATION_CHECK_CHAIN", "--all-paths"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str]]:
    """Write the file, run the command on it in this process, and give its exit code and what it printed."""
    directory = tmp_path_factory.mktemp("verify")
    (directory / "root.der").write_bytes(ROOT.issued.der)

    def run(data: bytes, *options: str) -> tuple[int, str]:
        (directory / "file").write_bytes(data)
        argv = ["verify", str(directory / "file"), "--at", AT.isoformat(), "--trust", str(directory / "root.der")]
        with contextlib.redirect_stdout(io.StringIO()) as stdout:
            code = cli.main([*argv, *options], standalone_mode=False)
        return code, stdout.getvalue()

    return run


relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(data=anything, options=st.sampled_from(OPTIONS))
def test_json(run: Callable[..., tuple[int, str]], data: bytes, options: tuple[str, ...]) -> None:
    code, printed = run(data, "--format", "json", *options)
    (line,) = printed.splitlines()
    told = json.loads(line)
    assert [error.message for error in validator().iter_errors(told)] == []
    assert told["verdict"]["exit_code"] == code
    assert bool(told["subjects"]) is (code != 4)


@relaxed
@given(data=anything, options=st.sampled_from([*OPTIONS, ("-v",), ("-q",)]))
def test_text(run: Callable[..., tuple[int, str]], data: bytes, options: tuple[str, ...]) -> None:
    code, printed = run(data, *options)
    assert printed.split(" ")[0] in {0: ("OK",), 1: ("PROBLEM", "OK"), 4: ("UNUSABLE",)}[code]
    assert printed.replace("\n", "").isprintable()


@relaxed
@given(evidence=st.one_of(
    st.tuples(st.just("--crl"), st.one_of(st.binary(max_size=50), damaged(CRL), damaged(pem(CRL, "X509 CRL")))),
    st.tuples(st.just("--ocsp"), st.one_of(st.binary(max_size=50), damaged(OCSP))),
))  # fmt: skip
def test_evidence(run: Callable[..., tuple[int, str]], evidence: tuple[str, bytes], tmp_path: Path) -> None:
    option, data = evidence
    (tmp_path / "evidence").write_bytes(data)
    with contextlib.suppress(InputError):
        code, printed = run(LEAF.chain_pem, option, str(tmp_path / "evidence"), "--format", "json")
        assert code in (0, 1)
        assert validator().is_valid(json.loads(printed))


@cache
def validator() -> Draft202012Validator:
    schema = files("certprobe.report").joinpath("verification.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema))
