"""That the benchmarks run; what they say is for people to read, on a quiet machine."""

from __future__ import annotations

import subprocess
import sys

from tests.peers.process import program


def test_one_round_prints_the_table() -> None:
    program("openssl", package="openssl")
    argv = [sys.executable, "-m", "tests.benchmarks", "1"]
    output = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert [line.split(" | ")[0] for line in output.splitlines() if line.startswith("| ")] == [
        "| whole process",
        "| ---",
        "| python3 -c pass",
        "| certprobe --version",
        "| openssl s_client",
        "| certprobe https --format json",
    ]
