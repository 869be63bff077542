"""The throw-away files of a lab that keeps running: its root, and the identities with which a person tries it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from certprobe.endpoint import Scheme

if TYPE_CHECKING:
    from certprobe.lab.pki import Issued
    from certprobe.lab.run import Standing

ROOT = "root.pem"


@contextlib.contextmanager
def throw_away_directory() -> Iterator[Path]:
    """A directory for this user alone, removed with all that is in it at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="certprobe-lab-") as path:
        yield Path(path)


def command(running: Standing, directory: Path) -> tuple[str, ...]:
    """Write what the scenario's client needs into `directory`, and give the command that probes its server.

    Files that another scenario of the run has written already are kept: an identity is as good as its namesake.
    """
    scenario, endpoints = running.scenario, running.endpoints
    argv = ["certprobe", "https" if scenario.scheme is Scheme.HTTPS else "ldap", endpoints[0].url]
    if len(endpoints) > 1:
        for endpoint in endpoints:
            argv += "--path", endpoint.path
    argv += "--trust", str(_written(directory / ROOT, running.cast.root.issued.certificate_pem))
    for identity, issued in running.identities:
        argv += "--cert", str(_written(directory / f"{identity.name}.pem", _identity_pem(issued)))
    if scenario.select != "auto":
        argv += "--select", scenario.select
    return tuple(argv)


def _identity_pem(issued: Issued) -> bytes:
    return issued.chain_pem + issued.private_key_pem()


def _written(path: Path, content: bytes) -> Path:
    with contextlib.suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(content)
    return path
