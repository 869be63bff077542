"""A peer that is missing, or does not start, says so."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from tests.peers.process import HOST, free_port, program, running


def test_missing_program_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no-such-server is not installed \(Debian package nowhere\)"):
        program("no-such-server", package="nowhere")


def test_missing_program_is_a_failure_where_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        program("no-such-server", package="nowhere")


def test_server_that_ends_shows_its_last_words(tmp_path: Path) -> None:
    argv = ("sh", "-c", "echo out of order; exit 3")
    with (
        pytest.raises(RuntimeError, match=r"ended with 3:\nout of order"),
        running(argv, cwd=tmp_path, ports=(free_port(),)),
    ):
        pytest.fail("it never was ready")


def test_children_end_with_the_block(tmp_path: Path) -> None:
    # The child ignores SIGTERM, and holds the pipe open for as long as it lives.
    script = "(trap '' TERM; exec sleep 60 >pipe) & exec python3 -m http.server --bind $0 $1"
    os.mkfifo(tmp_path / "pipe")
    port = free_port()
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with running(("sh", "-c", script, HOST, str(port)), cwd=tmp_path, ports=(port,)):
        assert not select.select([reader], [], [], 0)[0]
    assert select.select([reader], [], [], 10)[0]
    os.close(reader)
