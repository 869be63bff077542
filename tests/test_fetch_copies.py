"""What was fetched before: used while it is current, asked after when it is not, and replaced when it is not enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certprobe.cache import Cache
from certprobe.chain.sources import SourceKind
from certprobe.fetch import Copy, Fetched, Fetcher, Network, Wanted
from certprobe.lab.der import pem
from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, good, ocsp
from certprobe.pki.crl import CertificateList
from certprobe.pki.published import Published
from certprobe.report.fetches import FetchOutcome
from certprobe.transport import Deadline
from certprobe.vicinity import ALL_UNICAST
from tests.peers.web import Web, always, serving, validated

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CA = Authority.root("CA", at=AT)
SERVER = CA.server("www.lab.test")
CRL = crl(CA, next_update=AT + timedelta(days=6))
NEWER = crl(CA, this_update=AT + timedelta(days=6), next_update=AT + timedelta(days=12), number=2)
ETERNAL = crl(CA, next_update=None)
RESPONSE = ocsp(CA, good(SERVER), next_update=AT + timedelta(days=6))

Run = Callable[..., Fetched]


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def run(web: Web, tmp_path: Path) -> Run:
    """A run of its own, so many days later, that wants this of /it; the cache is the same."""

    def fetch(
        days: float,
        kind: SourceKind = SourceKind.CRL,
        network: Network = Network.ALLOWED,
        copy: Copy = Copy.WHILE_CURRENT,
        post: bytes | None = None,
    ) -> Fetched:
        now = AT + timedelta(days=days)
        fetcher = Fetcher(Cache(tmp_path / "cache"), Deadline(20.0, 20.0), network, lambda: now)
        return fetcher.fetch(Wanted(kind, web.url("/it"), post), ALL_UNICAST, copy)

    return fetch


@pytest.mark.parametrize(("kind", "body", "days"), [
    (SourceKind.CRL, CRL, 6),
    (SourceKind.DELTA_CRL, CRL, 6),
    (SourceKind.OCSP, RESPONSE, 6),
    (SourceKind.CA_ISSUERS, CA.issued.der, 1),
])  # fmt: skip
def test_while_it_is_current_nobody_is_asked(web: Web, run: Run, kind: SourceKind, body: bytes, days: int) -> None:
    """A CRL and a response say how long they hold; a certificate does not, and is asked after daily."""
    web.pages["/it"] = always(body)
    outcomes = [run(day, kind).fetch.outcome for day in (0, days, days + 0.001)]
    assert outcomes == [FetchOutcome.FETCHED, FetchOutcome.CACHED, FetchOutcome.FETCHED]
    assert len(web.requests) == 2


@pytest.mark.parametrize(("other", "outcome"), [(NEWER, FetchOutcome.CACHED), (ETERNAL, FetchOutcome.FETCHED)])
def test_of_several_the_first_to_end_decides(web: Web, run: Run, other: bytes, outcome: FetchOutcome) -> None:
    blocks = [pem(one).replace(b"CERTIFICATE", b"X509 CRL") for one in (other, CRL)]
    web.pages["/it"] = always(b"".join(blocks))
    outcomes = [run(days).fetch.outcome for days in (0, 5, 7)]
    assert outcomes == [FetchOutcome.FETCHED, outcome, FetchOutcome.FETCHED]


def test_what_does_not_say_how_long_it_holds_is_asked_after(web: Web, run: Run) -> None:
    web.pages["/it"] = validated(ETERNAL, '"e"')
    assert [run(0).fetch.outcome for _ in range(2)] == [FetchOutcome.FETCHED, FetchOutcome.UNCHANGED]


def test_a_clock_that_was_set_back(web: Web, run: Run) -> None:
    web.pages["/it"] = always(CRL)
    assert [run(days).fetch.outcome for days in (2, 1)] == [FetchOutcome.FETCHED] * 2


def test_a_server_is_asked_whether_it_has_a_newer_one(web: Web, run: Run) -> None:
    web.pages["/it"] = validated(CRL, '"v1"')
    run(0)
    unchanged = run(7)
    assert unchanged.fetch == (SourceKind.CRL, web.url("/it"), FetchOutcome.UNCHANGED, len(CRL), "")
    assert unchanged.published == Published(crls=(CertificateList(CRL),))
    web.pages["/it"] = validated(NEWER, '"v2"')
    newer = run(7)
    assert (newer.fetch.outcome, newer.published) == (
        FetchOutcome.FETCHED,
        Published(crls=(CertificateList(NEWER),)),
    )
    assert [request.headers.get("if-none-match") for request in web.requests] == [None, '"v1"', '"v1"']


def test_a_date_is_a_validator_too(web: Web, run: Run) -> None:
    web.pages["/it"] = always(CRL, 200, ("Last-Modified", "Sun, 01 Mar 2026 12:00:00 GMT"))
    run(0)
    web.pages["/it"] = always(b"", 304)
    assert run(7).fetch.outcome is FetchOutcome.UNCHANGED
    assert web.requests[-1].headers["if-modified-since"] == "Sun, 01 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize("etag", ['"\xe9"', '"' + "x" * 2000 + '"'])
def test_a_validator_that_cannot_be_sent_back_is_none(web: Web, run: Run, etag: str) -> None:
    web.pages["/it"] = always(CRL, 200, ("ETag", etag))
    assert [run(7).fetch.outcome for _ in range(2)] == [FetchOutcome.FETCHED] * 2
    assert "if-none-match" not in web.requests[-1].headers


def test_certificates_that_are_unchanged_hold_for_another_day(web: Web, run: Run) -> None:
    web.pages["/it"] = validated(CA.issued.der, '"v1"')
    outcomes = [run(days, SourceKind.CA_ISSUERS).fetch.outcome for days in (0, 1.5, 2.4)]
    assert outcomes == [FetchOutcome.FETCHED, FetchOutcome.UNCHANGED, FetchOutcome.CACHED]


def test_a_copy_that_was_not_enough_is_fetched_whole(web: Web, run: Run) -> None:
    """Whoever once could answer in the server's place must not be able to keep it up by his validators."""
    web.pages["/it"] = validated(CRL, '"v1"')
    run(0)
    assert run(0).fetch.outcome is FetchOutcome.CACHED
    assert run(0, copy=Copy.NOT_ENOUGH).fetch.outcome is FetchOutcome.FETCHED
    assert "if-none-match" not in web.requests[-1].headers


def test_in_one_run_each_is_asked_once(web: Web, tmp_path: Path) -> None:
    web.pages["/it"] = always(CRL)
    fetcher = Fetcher(Cache(tmp_path), Deadline(20.0, 20.0), Network.ALLOWED, lambda: AT)
    wanted = Wanted(SourceKind.CRL, web.url("/it"))
    for copy in (Copy.WHILE_CURRENT, Copy.WHILE_CURRENT, Copy.NOT_ENOUGH):
        assert fetcher.fetch(wanted, ALL_UNICAST, copy).fetch.outcome is FetchOutcome.FETCHED
    again = Fetcher(Cache(tmp_path), Deadline(20.0, 20.0), Network.ALLOWED, lambda: AT)
    copies = (Copy.WHILE_CURRENT, Copy.NOT_ENOUGH, Copy.NOT_ENOUGH, Copy.WHILE_CURRENT)
    outcomes = [again.fetch(wanted, ALL_UNICAST, copy).fetch.outcome for copy in copies]
    assert outcomes == [FetchOutcome.CACHED, *[FetchOutcome.FETCHED] * 3]
    assert len(web.requests) == 2


@pytest.mark.parametrize("status", [200, 500])
def test_an_old_copy_is_better_than_nothing(web: Web, run: Run, status: int) -> None:
    """Neither an error nor rubbish replaces it; what it is worth is the chain engine's matter."""
    web.pages["/it"] = always(CRL)
    run(0)
    web.pages["/it"] = always(b"<html>", status)
    for _ in range(2):
        fetched = run(7)
        assert (fetched.fetch.outcome, fetched.fetch.size) == (FetchOutcome.FAILED, len(CRL))
        assert fetched.published == Published(crls=(CertificateList(CRL),))


def test_offline(web: Web, run: Run) -> None:
    nothing = run(0, network=Network.FORBIDDEN)
    assert nothing.fetch == (
        SourceKind.CRL,
        web.url("/it"),
        FetchOutcome.OFFLINE,
        None,
        "the network is not to be used",
    )
    assert web.requests == []
    web.pages["/it"] = always(CRL)
    run(0)
    current, stale = (run(days, network=Network.FORBIDDEN) for days in (1, 7))
    assert (current.fetch.outcome, stale.fetch.outcome) == (FetchOutcome.CACHED, FetchOutcome.OFFLINE)
    assert current.published == stale.published == Published(crls=(CertificateList(CRL),))
    assert len(web.requests) == 1


def test_each_question_to_a_responder_has_its_own_answer(web: Web, run: Run) -> None:
    web.pages["/it"] = always(RESPONSE)
    outcomes = [run(0, SourceKind.OCSP, post=post).fetch.outcome for post in (b"\x30\0", b"\x30\1\0", b"\x30\0")]
    assert outcomes == [FetchOutcome.FETCHED, FetchOutcome.FETCHED, FetchOutcome.CACHED]


def test_a_damaged_copy_is_none(web: Web, run: Run, tmp_path: Path) -> None:
    web.pages["/it"] = validated(CRL, '"v1"')
    run(0)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert run(0).fetch.outcome is FetchOutcome.FETCHED
    assert "if-none-match" not in web.requests[-1].headers
