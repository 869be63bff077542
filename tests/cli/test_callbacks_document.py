"""docs/callbacks.md: each of its files and commands as they stand there, in a shell, against a server that demands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.command import SECONDS, Document
from tests.cli.identities import UNMAPPED, request_of
from tests.peers.nginx import Nginx
from tests.peers.process import program
from tests.peers.site import Site

DOCUMENT = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^\$ (.+)$", DOCUMENT, re.MULTILINE)
PROBES = [command for command in COMMANDS if command.startswith("certprobe ") and " 'tee " not in command]
TOLD = ("channel.py:choose", "./channel.sh")
URL = "https://intranet.example/"


class Desk(NamedTuple):
    """A directory with the files of the document, in which its commands are typed."""

    directory: Path
    environment: Mapping[str, str]

    def typed(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("/bin/sh", "-c", command),
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )


@pytest.fixture(scope="module")
def desk(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The person's certificate stands before the machine's in store.pem; the plug-in is installed."""
    directory = tmp_path_factory.mktemp("desk")
    for name, text in FILES.items():
        path = directory / name
        path.write_text(text)
        path.chmod(0o755 if path.suffix == ".sh" else 0o644)
    people = (site.clients.foreign, site.clients.alice, site.clients.unmapped)
    store = b"".join(each.issued.chain_pem + each.issued.private_key_pem() for each in people)
    (directory / "store.pem").write_bytes(store)
    command = directory / "bin" / "certprobe"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m certprobe "$@" --trust {site.root_file}\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": install(directory)}
    return Desk(directory, environment)


def install(directory: Path) -> str:
    """Put the distribution of the document where pip would, and say where, together with our own place."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    packages = directory / "site-packages"
    metadata = packages / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(head)
    groups = project["entry-points"].items()
    points = "".join(f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in names.items()) for group, names in groups)
    (metadata / "entry_points.txt").write_text(points)
    (packages / "pick.py").write_text(FILES["pick.py"])
    return os.pathsep.join((str(packages), str(Path(__file__).parents[2])))


def test_the_document_has_its_examples() -> None:
    assert list(FILES) == ["pick.py", "channel.py", "pyproject.toml", "choose.sh", "channel.sh"]
    assert len(COMMANDS) == len(PROBES) + 2 == 8
    assert len(FILES["choose.sh"].splitlines()) == 4, "four lines of shell"
    assert all(command.startswith(f"certprobe https {URL} --cert store.pem --callback") for command in PROBES)


def test_without_a_callback_the_person_is_sent(desk: Desk, nginx: Nginx) -> None:
    ran = desk.typed(f"certprobe https https://localhost:{nginx.on}/ --cert store.pem --format json")
    assert chosen(ran) == (2, "CN=alice,OU=people,DC=lab,DC=test")


def chosen(ran: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    choice = request_of(json.loads(ran.stdout))["chosen"]
    return choice["number"], choice["subject"]


@pytest.mark.parametrize("command", PROBES, ids=range(len(PROBES)))
def test_probe(desk: Desk, nginx: Nginx, command: str) -> None:
    if "jq" in command:
        program("jq", package="jq")
    ran = desk.typed(command.replace(URL, f"https://localhost:{nginx.on}/") + " --format json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert chosen(ran) == (3, UNMAPPED)
    document: Document = json.loads(ran.stdout)
    assert document["verdict"]["outcome"] == "accepted"
    told = any(f" {each}" in command for each in TOLD)
    assert len(document["attempts"]) == (2 if told else 1)
    assert request_of(document)["note"] == ("told of 1 issuers" if told else None)


def test_question_to_try_things_on(desk: Desk, site: Site, nginx: Nginx) -> None:
    probe, trial = (command for command in COMMANDS if command not in PROBES)
    ran = desk.typed(probe.replace(URL, f"https://localhost:{nginx.on}/"))
    assert ran.returncode == 4
    tried = desk.typed(trial)
    assert (tried.returncode, tried.stderr) == (0, "")
    thumbprint = sha1(site.clients.unmapped.issued.der).hexdigest()
    assert tried.stdout == f'{{"thumbprint": "{thumbprint}"}}\n'


def test_who_has_not_the_source_reads_the_answers_in_pydoc() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pydoc", "certprobe.callbacks"], check=True, capture_output=True, text=True
    )
    for answer in ('{"thumbprint": "HEX"}', '{"number": 2}', '{"anonymous": true}', "@query_client_cert", "@get_cert"):
        assert answer in told.stdout
