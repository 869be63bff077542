"""The files that a person needs to try the lab: what goes into a temporary directory, and what into one to keep."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from certprobe.endpoint import Scheme
from certprobe.errors import FileError
from certprobe.lab.der import pem
from certprobe.lab.scenario import usual_server
from certprobe.lab.server import HOST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.lab.pki import Issued
    from certprobe.lab.run import Standing
    from certprobe.lab.scenario import Cast, Scenario

ROOTS = "roots.pem"


@contextlib.contextmanager
def throw_away_directory() -> Iterator[Path]:
    """A directory for this user alone, removed with all that is in it at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="certprobe-lab-") as path:
        yield Path(path)


def command(running: Standing, directory: Path) -> tuple[str, ...]:
    """Write what the scenario's client needs into `directory`, and give the command that probes its server.

    Files that another scenario of the run has written already are kept: an identity is as good as its namesake.
    """
    with contextlib.suppress(FileExistsError):
        _write(directory / ROOTS, _roots(running.cast))
    for identity, issued in running.identities:
        with contextlib.suppress(FileExistsError):
            _write(directory / f"{identity.name}.pem", _identity(issued))
    return command_line(running.scenario, str(running.port), lambda name: str(directory / name))


def command_line(scenario: Scenario, port: str, place: Callable[[str], str]) -> tuple[str, ...]:
    """The command that probes a scenario's server on that port; `place` says where a file lies."""
    is_website = scenario.scheme is Scheme.HTTPS
    first = scenario.paths[0] if is_website else ""
    argv = ["certprobe", "https" if is_website else "ldap", f"{scenario.scheme.value}://{scenario.host}:{port}{first}"]
    if scenario.host != HOST:
        argv += "--connect", f"{HOST}:{port}"
    if len(scenario.paths) > 1:
        for path in scenario.paths:
            argv += "--path", path
    argv += "--trust", place(ROOTS)
    for identity in scenario.identities:
        argv += "--cert", place(f"{identity.name}.pem")
    if scenario.select != "auto":
        argv += "--select", scenario.select
    return (*argv, *(option.value for option in scenario.options))


def write_pki(directory: Path, cast: Cast, scenarios: Iterable[Scenario]) -> int:
    """Write certificates and keys for other servers and clients into a new directory; return how many files.

    Below it `servers` has the certificate that each scenario's server shows, with its issuers and key, `clients` the
    identities, the same as PKCS#12 without a password where that can hold them, and `published` the CRLs and OCSP
    responses. All is for this user alone. No key of a CA is written. Raises FileError, also for a directory that has
    something in it already.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise FileError(f"{directory}: there is something in it already, and nothing is overwritten")
        files = dict(_pki(cast, tuple(scenarios)))
        for name, content in files.items():
            path = directory / name
            for parent in reversed(path.relative_to(directory).parents):
                (directory / parent).mkdir(mode=0o700, exist_ok=True)
            _write(path, content)
    except OSError as error:
        raise FileError(f"{error.filename or directory}: {error.strerror}") from None
    return len(files)


def _pki(cast: Cast, scenarios: tuple[Scenario, ...]) -> Iterator[tuple[str, bytes]]:
    yield ROOTS, _roots(cast)
    yield "issuing-ca.pem", cast.issuing.issued.certificate_pem
    yield "foreign-root.pem", cast.foreign.issued.certificate_pem
    yield "servers/good.pem", _identity(usual_server(cast))
    for scenario in scenarios:
        shown = scenario.server(cast)
        if scenario.server is not usual_server or scenario.staple is not None:
            yield f"servers/{scenario.name}.pem", _identity(shown)
        published = scenario.published(cast, shown) if scenario.published is not None else {}
        for path, content in published.items():
            yield f"published/{scenario.name}{path}", content
        if scenario.staple is not None:
            yield f"published/{scenario.name}/staple.der", scenario.staple(cast, shown)
    for identity in dict.fromkeys(identity for scenario in scenarios for identity in scenario.identities):
        issued = identity.issue(cast)
        yield f"clients/{identity.name}.pem", _identity(issued)
        yield f"clients/{identity.name}.p12", issued.pkcs12(None, identity.name)


def _roots(cast: Cast) -> bytes:
    return b"".join(pem(root.issued.der) for root in cast.trusted)


def _identity(issued: Issued) -> bytes:
    return issued.chain_pem + issued.private_key_pem()


def _write(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, for this user alone. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
