"""863 certificates that broke some parser somewhere, and `certprobe verify` on all of them at once."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

from tests.cli.command import certprobe
from tests.cli.verified import read
from tests.corpora.limbo import CORPORA, absent

CORPUS = CORPORA / "parse_certs.jsonl.gz"
EVERY = 8
"""Of how many documents one is held to the schema, which takes longer than all the rest."""


def test_every_odd_certificate_has_its_document(tmp_path: Path) -> None:
    if not CORPUS.exists():
        absent(CORPUS)
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        ders = [base64.b64decode(json.loads(line)["der"]) for line in lines]
    files = [tmp_path / f"{number}.der" for number in range(len(ders))]
    for file, der in zip(files, ders, strict=True):
        file.write_bytes(der)
    ran = certprobe("verify", *files, "--trust", "none", "--format", "json")
    assert (ran.exit_code, ran.stderr) == (4, "")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [each["file"] for each in told] == list(map(str, files))
    assert all(bool(each["subjects"]) is not bool(each["verdict"]["fault"]) for each in told)
    read("\n".join(ran.stdout.splitlines()[::EVERY]))
    text = certprobe("verify", *files, "--trust", "none")
    assert (text.exit_code, text.stderr) == (4, "")
    assert text.stdout.replace("\n", "").isprintable()
