"""Runs of `certprobe verify`, what it says of each file, and the small PKI that it is asked about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import jsonschema

from certprobe.lab.pki import Authority, Issued
from tests.cli.command import Arguments, Document, Ran, certprobe

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
HOST = "www.lab.test"
SERVER = CA.server(HOST)
CLIENT = CA.client("alice")


def verify(*arguments: Arguments, trust: Authority | None = ROOT, env: Mapping[str, str] | None = None) -> Ran:
    """Run the command as of AT, trusting one root, which lies beside the first file, or none."""
    first = Path(str(arguments[0]))
    trusted = "none"
    if trust is not None:
        trusted = str(save(first.parent, "trusted-root.der", trust.issued.der))
    return certprobe("verify", *arguments, "--at", AT.isoformat(), "--trust", trusted, env=env)


def documents(*arguments: Arguments, trust: Authority | None = ROOT, env: Mapping[str, str] | None = None) -> Documents:
    """The document of every file, held to the schema of the package; the worst exit code is the run's."""
    ran = verify(*arguments, "--format", "json", trust=trust, env=env)
    assert ran.stderr == ""
    told = read(ran.stdout)
    assert ran.exit_code == max(each["verdict"]["exit_code"] for each in told)
    return told


Documents = list[Document]


def read(lines: str) -> Documents:
    told: Documents = [json.loads(line) for line in lines.splitlines()]
    for each in told:
        _validator().validate(each)
    return told


def subject(*arguments: Arguments, trust: Authority | None = ROOT, env: Mapping[str, str] | None = None) -> Document:
    """The only subject of the only file."""
    (document,) = documents(*arguments, trust=trust, env=env)
    (only,) = document["subjects"]
    return only  # type: ignore[no-any-return]


def decides(told: Document) -> tuple[str, str, int, int]:
    """The policy that decides and its answer: symbol, chain and element index."""
    status = told["judgement"]["deciding"]
    return status["policy"], status["error"]["symbol"], status["chain_index"], status["element_index"]


def bits(told: Document) -> list[list[str]]:
    """The names of the bits of each element of the best path."""
    (chain,) = told["judgement"]["chains"]
    return [element["error"]["names"] for element in chain["elements"]]


def save(directory: Path, name: str, data: bytes) -> Path:
    path = directory / name
    path.write_bytes(data)
    return path


def chain_file(directory: Path, issued: Issued, name: str = "chain.pem") -> Path:
    """The certificate and its issuers without the root, PEM."""
    return save(directory, name, issued.chain_pem)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        json.loads(files("certprobe.report").joinpath("verification.json").read_text(encoding="utf-8"))
    )
