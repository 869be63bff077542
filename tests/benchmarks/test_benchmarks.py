"""That the benchmarks run; what they say is for people to read, on a quiet machine."""

from __future__ import annotations

import subprocess
import sys

from tests.corpora import limbo
from tests.peers.process import program


def test_one_round_prints_the_tables() -> None:
    program("openssl", package="openssl")
    hard = any(limbo.path(corpus).exists() for corpus in ("limbo", "bettertls"))
    argv = [sys.executable, "-m", "tests.benchmarks", "1"]
    output = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert [line.split(" | ")[0] for line in output.splitlines() if line.startswith("| ")] == [
        "| whole process",
        "| ---",
        "| python3 -c pass",
        "| certprobe --version",
        "| openssl s_client",
        "| certprobe https --format json",
        "| judging a chain",
        "| ---",
        "| cryptography's verifier, 3 certificates",
        "| pyOpenSSL's X509StoreContext, 3 certificates",
        "| certprobe, all bits and 2 policies",
        "| certprobe among 10,000 anchors",
        "| certprobe, the first of them: 10,000 anchors indexed",
        *(
            ["| cryptography's verifier, worst of the hard cases", "| certprobe, worst of the hard cases"]
            if hard
            else []
        ),
        "| a store of one file",
        "| ---",
        "| cryptography, 10,000 certificates parsed",
        "| certprobe, 10,000 certificates loaded",
        "| certprobe, matched to their keys and issuers",
        "| certprobe, held against a list of 600 CAs",
        "| a listener's client",
        "| ---",
        "| openssl s_server, handshake with a certificate and a page",
        "| certprobe listen, the same with two reports",
        "| memory of a connection",
        "| ---",
        "| openssl s_server, its only one, after the handshake",
        "| certprobe listen, each of 500 that say nothing",
        "| certprobe listen, each of 500 after the handshake",
    ]
