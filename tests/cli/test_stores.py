"""The same identities in every kind of store: what is said of them is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from certprobe.lab.pki import Authority, rsa_key
from tests.cli.command import Arguments, Document, certprobe
from tests.cli.verified import AT
from tests.peers.keytool import PASSWORD, Store

ROOT = Authority.root("Corp root", at=AT)
CA, OLD = ROOT.intermediate("Corp CA G2"), ROOT.intermediate("Corp Old CA")
PEOPLE = {
    "fits": CA.client("fits"),
    "old": OLD.client("old"),
    "late": CA.client("late", not_after=AT.replace(year=2025)),
    "mail": CA.client("mail", extended_key_usage=["1.3.6.1.5.5.7.3.4"]),
    "rsa": OLD.client("rsa", key=rsa_key(2048)),
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PEM, the three kinds of keytool, and a directory with a file below it and one that is none."""
    made = tmp_path_factory.mktemp("stores")
    (made / "ca.pem").write_bytes(CA.issued.certificate_pem)
    (made / "password").write_bytes(PASSWORD)
    (made / "store.pem").write_bytes(b"".join(each.chain_pem + each.private_key_pem() for each in PEOPLE.values()))
    for kind in ("JKS", "JCEKS", "PKCS12"):
        store = Store(made / f"store.{kind.lower()}", kind)
        for alias, issued in PEOPLE.items():
            store.add_identity(alias, issued)
    directory = made / "directory"
    (directory / "below").mkdir(parents=True)
    for alias, issued in PEOPLE.items():
        place = directory / "below" if alias == "rsa" else directory
        (place / f"{alias}.p12").write_bytes(issued.pkcs12(PASSWORD, alias))
    (directory / "README").write_bytes(b"what this is\n")
    return made


def matched(stores: Path, *arguments: Arguments) -> tuple[Document, dict[str, tuple[tuple[str, ...], str | None]]]:
    """The document, and of each subject the reasons against it and the change that would make it fit."""
    ran = certprobe(
        *("match", *arguments, "--ca-list", "ca.pem", "--password-file", "password"),
        *("--at", AT.isoformat(), "--format", "json"),
        cwd=stores,
    )
    assert ran.stderr == ""
    document: Document = json.loads(ran.stdout)
    assert document["verdict"]["exit_code"] == ran.exit_code
    candidates = document["certificate_request"]["selection"]["candidates"]
    reasons = {each["subject"]: tuple(why["reason"] for why in each["rejections"]) for each in candidates}
    # A store has an order of its own, and so have the numbers.
    changes = {
        each["subject"]: each["change"] and re.sub(r"--select \d", "--select N", each["change"]) for each in candidates
    }
    return document, {subject: (reasons[subject], changes[subject]) for subject in reasons}


@pytest.mark.parametrize("store", [
    ("store.jks",), ("store.jceks",), ("store.pkcs12",), ("directory", "--recursive"),
], ids=["jks", "jceks", "pkcs12", "directory"])  # fmt: skip
def test_every_store_gives_the_answer_of_the_pem_file(stores: Path, store: tuple[str, ...]) -> None:
    _, answer = matched(stores, "store.pem")
    assert [subject for subject, (reasons, _) in answer.items() if not reasons] == ["CN=fits"]
    assert len(answer) == 5
    document, told = matched(stores, *store)
    assert told == answer
    names = {each["subject"]: each["friendly_name"] for each in document["store"]["identities"]}
    assert names == {f"CN={alias}": alias for alias in PEOPLE}


def test_a_directory_tells_what_it_passes_over(stores: Path) -> None:
    document, told = matched(stores, "directory")
    assert len(told) == 4
    assert "directory/README: neither PEM nor DER (passed over)" in document["store"]["notes"]


def test_a_directory_of_nothing_says_why(stores: Path) -> None:
    ran = certprobe("match", "directory", "--ca-list", "ca.pem", cwd=stores)
    assert ran.exit_code == 4
    assert ran.stderr.startswith(
        "certprobe: directory: no certificate and no private key in it; with --recursive what is below it is read too; "
        "directory/README: neither PEM nor DER (passed over)"
    )
