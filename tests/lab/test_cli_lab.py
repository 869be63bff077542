"""`certprobe lab` as processes: what they print, what they write, and how they end."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shlex
import signal
import stat
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from certprobe.lab.scenarios import BY_NAME, DEMONSTRATED, GROUPS, SCENARIOS

CERTPROBE = (sys.executable, "-m", "certprobe")
READY = "Press Ctrl-C to stop."
_PATIENCE = 60.0

# Tells of every file that is opened for writing, by way of Python.
WATCHED = """
import os, sys
def watch(event, arguments):
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        print("WRITES", arguments[0], file=sys.stderr)
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp", "os.mkdir"):
        print("WRITES", arguments[0], file=sys.stderr)
sys.addaudithook(watch)
from certprobe.cli.main import run
run()
"""


def certprobe(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*CERTPROBE, *argv), capture_output=True, text=True, timeout=_PATIENCE, check=False)


class Up:
    """A running `certprobe lab up`: the lines up to the one that says how to stop it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.lines = []
        for line in process.stdout:
            self.lines.append(line)
            if READY in line:
                break

    @property
    def commands(self) -> list[list[str]]:
        return [shlex.split(line) for line in self.lines if line.startswith("  certprobe ")]

    @property
    def directory(self) -> Path:
        argv = self.commands[0]
        return Path(argv[argv.index("--trust") + 1]).parent

    def stop(self, number: signal.Signals) -> tuple[str, str]:
        self.process.send_signal(number)
        return self.process.communicate(timeout=_PATIENCE)


@contextlib.contextmanager
def up(names: Sequence[str], directory: Path, program: Sequence[str] = CERTPROBE) -> Iterator[Up]:
    process = subprocess.Popen(
        (*program, "lab", "up", *names),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(directory), "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    )
    watchdog = threading.Timer(_PATIENCE, process.kill)
    watchdog.start()
    try:
        yield Up(process)
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def test_demo_prints_reports_and_ends_clean() -> None:
    process = certprobe("lab", "demo")
    assert (process.returncode, process.stderr) == (0, "")
    lines = process.stdout.splitlines()
    headings = [line for line in lines if line.startswith("== ")]
    assert headings == [f"== {number}/{len(DEMONSTRATED)} {name} ==" for number, name in enumerate(DEMONSTRATED, 1)]
    for heading, name in zip(headings, DEMONSTRATED, strict=True):
        start = lines.index(heading)
        assert lines[start + 1] == BY_NAME[name].description
        assert lines[start + 3].split()[0] == ("PROBLEM" if BY_NAME[name].expectation.exit_code else "OK")
        assert "127.0.0.1:" in lines[start + 3]
    assert sum(line.startswith("  Trusting ") for line in lines) == len(DEMONSTRATED)
    assert lines[-1] == f"Every scenario produced what it states ({len(DEMONSTRATED)} of {len(DEMONSTRATED)})."


def test_demo_tells_a_scenario_that_differs_and_ends_with_a_finding() -> None:
    misstate = (
        "from certprobe.lab import scenarios; from dataclasses import replace; by = scenarios.BY_NAME; "
        "by['expired-server'] = replace(by['expired-server'], server=by['https-login'].server); "
        "from certprobe.cli.main import run; run()"
    )
    process = subprocess.run(
        (sys.executable, "-c", misstate, "lab", "demo"), capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    assert process.returncode == 1
    assert process.stdout.splitlines()[-4:] == [
        "expired-server: causes: stated CERT_E_EXPIRED, accepted, found accepted",
        "expired-server: exit_code: stated 1, found 0",
        "expired-server: server: stated base CERT_E_EXPIRED chain 0 element 0, ssl CERT_E_EXPIRED chain 0 element 0, "
        "found base ERROR_SUCCESS chain -1 element -1, ssl ERROR_SUCCESS chain -1 element -1",
        "Not every scenario produced what it states.",
    ]


def test_demo_writes_no_file() -> None:
    process = subprocess.run(
        (sys.executable, "-B", "-c", WATCHED, "lab", "demo"),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert (process.returncode, process.stderr) == (0, "")


def test_watch_sees_files(tmp_path: Path) -> None:
    """What says above that nothing is written sees what `up` writes."""
    with up(("https-login",), tmp_path, (sys.executable, "-B", "-c", WATCHED)) as running:
        _, stderr = running.stop(signal.SIGTERM)
    written = {Path(line.removeprefix("WRITES ")).name for line in stderr.splitlines()}
    assert written > {"roots.pem", "alice.pem"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_what_it_prints_until_it_is_stopped(number: signal.Signals, tmp_path: Path) -> None:
    names = ("https-login", "starttls-login", "expired-client-sent", "per-path")
    with up(names, tmp_path) as running:
        assert [line.partition(":")[0] for line in running.lines if line[0] not in " \nT"] == list(names)
        for name, argv in zip(names, running.commands, strict=True):
            process = certprobe(*argv[1:], "--quiet")
            assert (name, process.returncode) == (name, BY_NAME[name].expectation.exit_code), process.stdout
        assert stat.S_IMODE(running.directory.stat().st_mode) == 0o700
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in running.directory.iterdir()}
        assert files == {"roots.pem": 0o600, "alice.pem": 0o600, "alice-expired.pem": 0o600}
        stdout, stderr = running.stop(number)
        assert (running.process.returncode, stderr) == (0, "")
        assert stdout == "The servers are stopped, and the keys are removed.\n"
        assert list(tmp_path.iterdir()) == []
        assert certprobe(*running.commands[0][1:3]).returncode == 3


def test_up_writes_no_key_of_an_authority_or_server(tmp_path: Path) -> None:
    with up((), tmp_path) as running:
        assert len(running.commands) == len(SCENARIOS)
        keys = {path.name for path in running.directory.iterdir() if b"PRIVATE KEY" in path.read_bytes()}
        identities = {identity.name for scenario in SCENARIOS for identity in scenario.identities}
        assert keys == {f"{name}.pem" for name in identities}
        running.stop(signal.SIGINT)


def test_list_names_every_scenario_with_its_group_and_its_verdict() -> None:
    process = certprobe("lab", "list")
    assert (process.returncode, process.stderr) == (0, "")
    lines = process.stdout.splitlines()
    assert [line for line in lines if line and line[0] != " "] == [group.title for group in GROUPS]
    rows = [line.split(maxsplit=2) for line in lines if line.startswith("  ") and not line.startswith("  scenario ")]
    assert rows == [
        [
            each.name,
            str(each.expectation.exit_code),
            f"{each.description} -> {', '.join(each.expectation.causes)}",
        ]
        for each in SCENARIOS
    ]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_list_fits_the_terminal(columns: int) -> None:
    out, given = pty.openpty()
    termios.tcsetwinsize(given, (50, columns))
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    environment.pop("COLUMNS", None)
    with subprocess.Popen((*CERTPROBE, "lab", "list"), stdout=given, env=environment) as process:
        os.close(given)
        printed = b""
        with contextlib.suppress(OSError):  # EIO is the end of a terminal
            while piece := os.read(out, 65536):
                printed += piece
        assert process.wait(_PATIENCE) == 0
    os.close(out)
    lines = printed.decode().splitlines()
    assert max(map(len, lines)) <= columns
    assert {line.split()[0] for line in lines if line.split()} > {scenario.name for scenario in SCENARIOS}


def test_list_as_json_has_all_that_is_stated() -> None:
    process = certprobe("lab", "list", "--format", "json")
    assert (process.returncode, process.stderr) == (0, "")
    listed = json.loads(process.stdout)
    assert listed["schema"] == 1
    assert [each["name"] for each in listed["scenarios"]] == [each.name for each in SCENARIOS]
    (expired,) = (each for each in listed["scenarios"] if each["name"] == "expired-client-sent")
    assert expired == {
        "name": "expired-client-sent",
        "group": "The client's certificate",
        "description": "A certificate that expired yesterday is sent all the same; the website answers 403.",
        "protocol": "HTTPS",
        "command": shlex.split(
            "certprobe https https://127.0.0.1:PORT/ --trust roots.pem --cert alice-expired.pem --select 1"
        ),
        "outcome": "refused-by-http-status",
        "causes": ["CERT_E_EXPIRED"],
        "exit_code": 1,
        "server": [
            {"policy": policy, "error": "ERROR_SUCCESS", "chain_index": -1, "element_index": -1}
            for policy in ("base", "ssl")
        ],
        "client": [
            {"policy": policy, "error": "CERT_E_EXPIRED", "chain_index": 0, "element_index": 0}
            for policy in ("base", "ssl")
        ],
        "asked": ["initial"],
        "sent": "alice-expired",
        "rejected": ["not-time-valid"],
    }


def test_pki_is_for_its_owner_alone_and_can_be_used(tmp_path: Path) -> None:
    directory = tmp_path / "some" / "pki"
    process = certprobe("lab", "pki", str(directory))
    assert (process.returncode, process.stderr) == (0, "")
    everything = list(directory.rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in (directory, *everything) if path.is_dir()} == {0o700}
    files = {path for path in everything if path.is_file()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert process.stdout == f"{len(files)} files are in {directory}.\n"
    with_keys = {path for path in files if b"PRIVATE KEY" in path.read_bytes()}
    assert {path.parent.name for path in with_keys} == {"servers", "clients"}
    identities = {identity.name for scenario in SCENARIOS for identity in scenario.identities}
    assert {path.name for path in files if path.parent.name == "clients"} == {
        f"{name}.{form}" for name in identities for form in ("pem", "p12")
    }
    verify = ("verify", "--trust", str(directory / "roots.pem"), "--usage", "server", "--quiet")
    assert certprobe(*verify, str(directory / "servers" / "good.pem")).returncode == 0
    assert certprobe(*verify, str(directory / "servers" / "expired-server.pem")).returncode == 1
    crl = ("--crl", str(directory / "published" / "revoked-by-crl" / "lab.crl"), "--revocation=end-cert", "--offline")
    assert certprobe(*verify, *crl, str(directory / "servers" / "revoked-by-crl.pem")).returncode == 1


def test_pki_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    process = certprobe("lab", "pki", str(tmp_path))
    assert (process.returncode, process.stdout) == (4, "")
    assert process.stderr == f"certprobe: {tmp_path}: there is something in it already, and nothing is overwritten\n"
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
    process = certprobe("lab", "pki", str(tmp_path / "precious"))
    assert (process.returncode, process.stderr) == (4, f"certprobe: {tmp_path / 'precious'}: File exists\n")


def test_unknown_scenario_is_a_usage_error() -> None:
    process = certprobe("lab", "up", "https-login", "no-such")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("certprobe: the lab has no scenario 'no-such'; it has https-login, not-asked, ")


def test_lab_is_light_until_it_is_used() -> None:
    program = "import sys, certprobe.cli.lab; print(sorted({'rich', 'asyncio', 'OpenSSL', 'h11'} & sys.modules.keys()))"
    light = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert light.stdout == "[]\n"
    program = "import sys, certprobe.lab.run, certprobe.lab.files; print({'rich', 'asyncio'} & sys.modules.keys())"
    used = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert used.stdout == "set()\n"
