"""Proxies: tinyproxy for HTTP CONNECT, microsocks for SOCKS5, each open or with a user and a password."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from tests.peers.process import HOST, directory, free_port, program, running

USER, PASSWORD = "lab", "open-sesame"


class Proxies(NamedTuple):
    """The ports of a running pair of one kind."""

    open: int
    """Lets everybody through."""
    guarded: int
    """Wants `USER` and `PASSWORD`."""


@contextlib.contextmanager
def tinyproxy() -> Iterator[Proxies]:
    """Run tinyproxy twice."""
    with tinyproxy_with("") as first, tinyproxy_with(f"BasicAuth {USER} {PASSWORD}\n") as second:
        yield Proxies(first, second)


@contextlib.contextmanager
def tinyproxy_with(lines: str) -> Iterator[int]:
    """Run one tinyproxy with these lines of configuration beside the usual ones; gives its port."""
    binary, port = program("tinyproxy", package="tinyproxy"), free_port()
    with directory("tinyproxy") as home:
        config = home / "tinyproxy.conf"
        config.write_text(f"Port {port}\nListen {HOST}\nTimeout 60\nLogLevel Warning\nAllow {HOST}\n{lines}")
        with running((binary, "-d", "-c", str(config)), cwd=home, ports=(port,)):
            yield port


@contextlib.contextmanager
def microsocks() -> Iterator[Proxies]:
    """Run microsocks twice."""
    with _microsocks() as first, _microsocks("-u", USER, "-P", PASSWORD) as second:
        yield Proxies(first, second)


@contextlib.contextmanager
def _microsocks(*options: str) -> Iterator[int]:
    binary, port = program("microsocks", package="microsocks"), free_port()
    with (
        directory("microsocks") as home,
        running((binary, "-i", HOST, "-p", str(port), *options), cwd=home, ports=(port,)),
    ):
        yield port
