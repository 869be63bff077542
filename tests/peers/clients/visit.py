"""One visit of a foreign client to a server on this machine: what it is given, and what came of it."""

from __future__ import annotations

import contextlib
import enum
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from certprobe.tls.enums import AlertDescription
from tests.peers.process import HOST
from tests.peers.site import Identity

NAME = "localhost"
"""What clients call the server: a name, so that they send SNI."""
_SECONDS = 60.0

Version: TypeAlias = Literal["1.2", "1.3"]


class Visit(NamedTuple):
    """Where to, as whom, and in which version of TLS; None leaves the version to the client.

    `trust` is the root of the server's certificate, PEM. Whatever the client needs as files goes into `home`.
    """

    port: int
    identity: Identity | None
    trust: Path
    home: Path
    version: Version | None = None
    path: str = "/"

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}{self.path}"


class Outcome(NamedTuple):
    """How a client ended, and what it printed on both streams."""

    exit_status: int
    output: str


class Protocol(enum.Enum):
    """What a client speaks."""

    HTTPS = "https"
    LDAPS = "ldaps"
    LDAP_STARTTLS = "ldap with StartTLS"


class HoldsBack(enum.Enum):
    """Which certificates a client does not send although it has them: it sends an empty Certificate message then."""

    NOTHING = "nothing"
    NOT_LISTED = "what the list does not name"
    NOT_LISTED_OR_UNFIT = "what the list does not name, what is expired, what is not for clientAuth"


class LateRequest(enum.Enum):
    """What a client says to a request that comes after the handshake."""

    IN_BOTH_VERSIONS = "yes"
    BEFORE_TLS_1_3 = "only in TLS 1.2; in TLS 1.3 it does not offer post_handshake_auth"
    NOT_IN_LDAP = "never asked"


class Client(NamedTuple):
    """A client, and what it is known to do; the tests of `listen` hold it to that. `seen` is with what that was found.

    `distrust` is the alert by which it refuses a server whose root it does not trust; None: it closes without one.
    `visit` skips the test where the machine lacks the program.
    """

    name: str
    seen: str
    protocol: Protocol
    holds_back: HoldsBack
    late_request: LateRequest
    distrust: AlertDescription | None
    visit: Callable[[Visit], Outcome]


def run(argv: Sequence[str | Path], visit: Visit, *, env: Mapping[str, str] | None = None, said: str = "") -> Outcome:
    """Run a client in a process group of its own, with `said` on its standard input, for a bounded time.

    Its home is that of the visit, and no proxy is known to it.
    """
    with (
        (visit.home / "output").open("w+b") as output,
        subprocess.Popen(
            list(map(str, argv)),
            cwd=visit.home,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(visit.home), "LANG": "C.UTF-8", **(env or {})},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _say(process, said.encode())
            process.wait(_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        output.seek(0)
        return Outcome(process.returncode, output.read().decode(errors="replace"))


def _say(process: subprocess.Popen[bytes], said: bytes) -> None:
    """Standard input stays open: clients take its end for the end of the conversation, whatever is still to come."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(said)
        process.stdin.flush()


def http_request(visit: Visit) -> str:
    """A request for clients that know nothing of HTTP."""
    return f"GET {visit.path} HTTP/1.1\r\nHost: {NAME}:{visit.port}\r\nConnection: close\r\n\r\n"


def address(visit: Visit) -> str:
    return f"{HOST}:{visit.port}"
