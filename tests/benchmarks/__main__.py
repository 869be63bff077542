"""Whole-process times of certprobe against the program that everybody has, its chain engine's against verifiers,
those of a large store, and what a client costs a listener.

`python -m tests.benchmarks [ROUNDS]` runs each thing in turns with what it is compared with and prints Markdown tables.
Only ratios within one run mean anything: the machine is never as fast twice. What is timed within this process is timed
with the command line's threshold for collecting garbage, which the libraries beside it have as well.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from certprobe.__main__ import GC_THRESHOLD
from tests.benchmarks import judging, listening, stores
from tests.peers.process import HOST, program
from tests.peers.s_server import s_server
from tests.peers.site import build

ROUNDS = 40
CERTPROBE = (str(Path(sys.executable).with_name("certprobe")),)


class Subject(NamedTuple):
    """A command to be timed; `against` names the subject that it is compared with, and `goal` the ratio to reach."""

    name: str
    argv: tuple[str, ...]
    statuses: tuple[int, ...] = (0,)
    against: str | None = None
    goal: float | None = None


def subjects(port: int) -> tuple[Subject, ...]:
    openssl = program("openssl", package="openssl")
    return (
        Subject("python3 -c pass", (sys.executable, "-c", "pass")),
        Subject("certprobe --version", (*CERTPROBE, "--version"), against="python3 -c pass", goal=2.5),
        Subject("openssl s_client", (openssl, "s_client", "-connect", f"{HOST}:{port}")),
        Subject(
            "certprobe https --format json",
            (*CERTPROBE, "https", "--format", "json", f"https://{HOST}:{port}/"),
            statuses=(1,),  # nobody trusts the root of the test site
            against="openssl s_client",
            goal=4.0,
        ),
    )


def milliseconds(subject: Subject, environment: dict[str, str]) -> float:
    """Run the subject once, from its start to its end."""
    start = time.perf_counter()
    process = subprocess.run(subject.argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    elapsed = time.perf_counter() - start
    if process.returncode not in subject.statuses:
        raise RuntimeError(f"{subject.name} ended with {process.returncode}:\n{process.stderr.decode()}")
    if "json" in subject.argv:
        json.loads(process.stdout)
    return elapsed * 1000


def measure(subjects: Sequence[Subject], rounds: int) -> dict[str, float]:
    """Return the median of each subject; a round runs all of them, so that they share the machine's moods."""
    # Without byte code, or with a trust store of somebody's choice, it would be another program that is measured.
    spoilers = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in spoilers}
    for subject in subjects:  # the first run writes byte code and fills the caches
        milliseconds(subject, environment)
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            times[subject.name].append(milliseconds(subject, environment))
    return {name: statistics.median(each) for name, each in times.items()}


def table(subjects: Sequence[Subject], medians: dict[str, float]) -> str:
    rows = [("whole process", "ms", "ratio", "to", "goal"), ("---", "---:", "---:", "---", "---:")]
    for subject in subjects:
        median = medians[subject.name]
        ratio = f"{median / medians[subject.against]:.1f}" if subject.against else ""
        goal = f"{subject.goal:.1f}" if subject.goal else ""
        rows.append((subject.name, f"{median:.1f}", ratio, subject.against or "", goal))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as directory:
        site = build(Path(directory), datetime.now(UTC))
        with s_server(site) as port:
            road = subjects(port)
            print(table(road, measure(road, rounds)))
        conversations = judging.table(list(listening.rows(site, rounds)), "a listener's client")
        memory = listening.memory(site, rounds)
    gc.set_threshold(GC_THRESHOLD)
    print()
    print(judging.table(list(judging.rows(rounds))))
    print()
    print(judging.table(list(stores.rows(rounds)), "a store of one file"))
    print()
    print(conversations)
    print()
    print(memory)
    print(f"\nMedians of {rounds} interleaved rounds, Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
