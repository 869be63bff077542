"""Coverage-guided fuzzing: `python -m tests.fuzz explain|log|verify|revocation|tls [SECONDS]`, with atheris installed.

An uncaught exception, or a run of more than ten seconds, ends it with the input in a file `crash-*` or `timeout-*` of
the current directory. It is no part of the tests: what it finds becomes a case there. CONTRIBUTING.md tells what
the last runs came to.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

atheris: Any = import_module("atheris")  # no dependency: only who fuzzes needs it

with atheris.instrument_imports(include=["certprobe"]):
    from certprobe.chain.engine import get_certificate_chain
    from certprobe.chain.profile import WEBPKI, WINDOWS
    from certprobe.chain.question import ChainQuestion, RevocationEvidence
    from certprobe.errors import InputError
    from certprobe.explain.catalogue import names
    from certprobe.explain.log import Annotator
    from certprobe.explain.lookup import explain
    from certprobe.lab.pki import Authority
    from certprobe.lab.revocation import crl, good, ocsp, revoked
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.decode import decode
    from certprobe.pki.ocsp import OcspResponse
    from certprobe.pki.store import CertificateStore
    from certprobe.policy.status import ChainPolicy
    from certprobe.policy.verify import verify_chain_policy
    from certprobe.tls.client_hello import parse_client_hello
    from certprobe.tls.messages import parse_certificate, parse_certificate_request, parse_server_hello
    from certprobe.wincrypt.chain_flags import ChainFlags

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Authority.root("Fuzz root", at=AT)
ISSUING = ROOT.intermediate("Fuzz issuing CA")
LEAF = ISSUING.server("fuzz.lab.test", "127.0.0.1")
STORE = CertificateStore(map(Certificate, (ISSUING.issued.der, ROOT.issued.der)))
ROOTS = CertificateStore((Certificate(ROOT.issued.der),))


def fuzz_explain(data: bytes) -> None:
    explain(data.decode("utf-8", "replace"))


def fuzz_log(data: bytes) -> None:
    annotator = Annotator()
    for line in data.decode("utf-8", "replace").splitlines():
        annotator.line(line)


def fuzz_verify(data: bytes) -> None:
    try:
        found = decode(data, source="fuzz", password=None).certificates
    except InputError:
        found = (Certificate(data),)
    for certificate in found[:4]:
        for profile in (WINDOWS, WEBPKI):
            store = CertificateStore((*found, *STORE))
            chain = get_certificate_chain(certificate, store, ChainQuestion(ROOTS, AT), profile)
            for policy in ChainPolicy:
                verify_chain_policy(policy, chain)


def fuzz_revocation(data: bytes) -> None:
    evidence = RevocationEvidence((CertificateList(data),), (OcspResponse(data),))
    flags = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
    for profile in (WINDOWS, WEBPKI):
        question = ChainQuestion(ROOTS, AT, flags=flags, evidence=evidence)
        get_certificate_chain(Certificate(LEAF.der), STORE, question, profile)


def fuzz_tls(data: bytes) -> None:
    for version in (0x0301, 0x0303, 0x0304):
        parse_certificate_request(data, version)
        parse_certificate(data, version)
    parse_server_hello(data)
    parse_client_hello(data)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "explain": fuzz_explain,
    "log": fuzz_log,
    "verify": fuzz_verify,
    "revocation": fuzz_revocation,
    "tls": fuzz_tls,
}
SEEDS: dict[str, Iterable[bytes]] = {
    "explain": (
        b"0x800B0109",
        b"-2146762487",
        b"403.16",
        b"unknown_ca",
        b"CERT_TRUST_IS_REVOKED",
        b"data 52e",
        b"0x10040",
        *(name.encode() for name in names()),
    ),
    "log": (b"err=49 text=data 52e", b"SSL alert number 48", b"verify error:num=20", b"403 16 2148204809"),
    "verify": (LEAF.der, ISSUING.issued.der, ROOT.issued.der, LEAF.certificate_pem),
    "revocation": (crl(ISSUING), crl(ISSUING, revoked(LEAF)), ocsp(ISSUING, good(LEAF)), ocsp(ISSUING, revoked(LEAF))),
    "tls": (b"\x01\x40\x00\x02\x04\x03\x00\x0a\x00\x08\x30\x061\x0400\x01A",),
}


def main(target: str, seconds: str = "600") -> None:
    with tempfile.TemporaryDirectory(prefix="certprobe-fuzz-") as corpus:
        for number, seed in enumerate(SEEDS[target]):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        options = [f"-max_total_time={seconds}", "-timeout=10", "-max_len=65536", "-rss_limit_mb=4096", corpus]
        atheris.Setup([sys.argv[0], *options], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
