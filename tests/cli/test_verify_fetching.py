"""`certprobe verify` with what certificates say is published, from a web server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, revoked
from tests.cli.command import Arguments, Document, certprobe
from tests.cli.verified import bits, decides, read, save
from tests.peers.publishing import names
from tests.peers.web import Web, always, serving

CLEAN = ("base", "ERROR_SUCCESS", -1, -1)
OFFLINE = ["CERT_TRUST_REVOCATION_STATUS_UNKNOWN", "CERT_TRUST_IS_OFFLINE_REVOCATION"]


@pytest.fixture
def web() -> Iterator[Web]:
    """Publishes a CA's certificate and CRLs: alice is revoked, bob is not."""
    with serving() as web:
        yield web


@pytest.fixture
def made(web: Web, tmp_path: Path) -> Path:
    root = Authority.root("Root", at=datetime.now(UTC).replace(microsecond=0))
    ca = root.intermediate("CA", **names(crl=web.url("/root.crl")))
    published = names(crl=web.url("/ca.crl"), ca_issuers=web.url("/ca.cer"))
    alice, bob = ca.client("alice", **published), ca.client("bob", **published)
    web.pages["/ca.cer"] = always(ca.issued.der)
    web.pages["/ca.crl"] = always(crl(ca, revoked(alice)))
    web.pages["/root.crl"] = always(crl(root))
    save(tmp_path, "root.der", root.issued.der)
    save(tmp_path, "alice.der", alice.der)
    save(tmp_path, "bob.der", bob.der)
    return tmp_path


def judged(made: Path, *options: Arguments) -> list[Document]:
    """Alice's document and Bob's, with a cache that is empty at first."""
    ran = certprobe(
        "verify", made / "alice.der", made / "bob.der", "--trust", made / "root.der", "--format", "json", *options,
        env={"XDG_CACHE_HOME": str(made / "cache")},
    )  # fmt: skip
    assert ran.stderr == ""
    told = read(ran.stdout)
    assert ran.exit_code == max(each["verdict"]["exit_code"] for each in told)
    return [each["subjects"][0] for each in told]


def test_nothing_is_fetched_unasked(made: Path, web: Web) -> None:
    assert [decides(told) for told in judged(made)] == [("base", "CERT_E_CHAINING", 0, -1)] * 2
    assert web.requests == []


def test_issuers_and_revocation(made: Path, web: Web) -> None:
    alice, bob = judged(made, "--fetch", "--revocation", "--allow-private")
    assert (decides(alice), bits(alice)) == (("base", "CRYPT_E_REVOKED", 0, 0), [["CERT_TRUST_IS_REVOKED"], [], []])
    assert (decides(bob), bits(bob)) == (CLEAN, [[], [], []])
    assert sorted(web.asked) == ["/ca.cer", "/ca.crl", "/root.crl"]
    assert {fetch["outcome"] for fetch in bob["judgement"]["fetches"]} == {"cached"}


@pytest.mark.parametrize("forbidding", [
    ("--offline",),
    ("--flag", "CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL"),
    ("--flag", "CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY"),
    (),
], ids=["offline", "cache only", "revocation cache only", "private addresses"])  # fmt: skip
def test_what_forbids_it(made: Path, web: Web, forbidding: tuple[str, ...]) -> None:
    private = ("--allow-private",) if forbidding else ()
    alice, _ = judged(made, "--fetch", *forbidding, *private, "--revocation")
    assert decides(alice) == ("base", "CERT_E_CHAINING", 0, -1)
    assert web.requests == []


def test_a_flag_says_otherwise_what_is_checked(made: Path, web: Web) -> None:
    del web.pages["/root.crl"]
    options = ("--fetch", "--allow-private", "--revocation")
    _, bob = judged(made, *options)
    assert (decides(bob), bits(bob)) == (("base", "CRYPT_E_REVOCATION_OFFLINE", 0, 1), [[], OFFLINE, []])
    _, bob = judged(made, *options, "--flag", "CERT_CHAIN_REVOCATION_CHECK_END_CERT")
    assert (decides(bob), bits(bob)) == (CLEAN, [[], [], []])


def test_that_revocation_was_asked_for_shows_without_being_asked_for_details(made: Path) -> None:
    def text(*options: Arguments) -> str:
        ran = certprobe(
            "verify", made / "bob.der", "--trust", made / "root.der", "--fetch", "--allow-private", *options,
            env={"XDG_CACHE_HOME": str(made / "cache")},
        )  # fmt: skip
        assert ran.exit_code == 0
        return ran.stdout

    assert "Fetched or cached" not in text()
    assert "/ca.cer  cached, " in text("--revocation")
    assert "  Fetched or cached for revocation: 2 sources (-v shows which)\n" in text("--revocation")
    assert text("--revocation", "-v").count(".crl  cached, ") == 2
    assert "Fetched or cached" not in text("--revocation", "-v")
