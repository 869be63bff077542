"""Chains judged by what is fetched: which servers are asked, in which order, and what becomes of the chain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from certprobe.cache import Cache
from certprobe.chain.context import ChainContext
from certprobe.chain.profile import WINDOWS
from certprobe.chain.question import ChainQuestion, RevocationEvidence
from certprobe.fetch import Fetcher, Network
from certprobe.gather import Gatherer, Gathering
from certprobe.lab.pki import Authority, Issued, Options
from certprobe.lab.revocation import crl, good, ocsp, ocsp_without_success, revoked, unknown
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.ocsp import OcspResponse, OcspResponseStatus
from certprobe.pki.store import CertificateStore
from certprobe.report.fetches import Fetch, FetchOutcome
from certprobe.transport import Deadline
from certprobe.vicinity import ALL_UNICAST
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.trust_status import TrustError
from tests.peers.publishing import freshest_crl, names, responder
from tests.peers.web import Web, always, redirect, serving

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
BELOW_ROOT = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
REVOKED = TrustError.CERT_TRUST_IS_REVOKED.value
UNKNOWN = (TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN | TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION).value
ROOT = Authority.root("Root", at=AT)


class Lab:
    """A chain Root, CA, www.lab.test, whose certificates name the pages of `web`; the CA's own status is good."""

    def __init__(self, web: Web, cache: Path) -> None:
        self.web = web
        self.ca = ROOT.intermediate("CA", **self.names(crl="/root.crl", ca_issuers="/root.cer"))
        self.web.pages["/root.crl"] = always(crl(ROOT))
        self.evidence = RevocationEvidence()
        self._cache = cache

    def names(self, **paths: str) -> Options:
        return names(**{kind: self.web.url(path) if path.startswith("/") else path for kind, path in paths.items()})

    def server(self, **paths: str) -> Issued:
        return self.ca.server("www.lab.test", **self.names(**paths))

    def judge(
        self,
        end: Issued,
        *,
        gathering: Gathering = Gathering.REVOCATION,
        flags: ChainFlags = BELOW_ROOT,
        network: Network = Network.ALLOWED,
        days: float = 0,
    ) -> tuple[ChainContext, tuple[Fetch, ...]]:
        """A run of its own with the same cache, so many days later."""
        fetcher = Fetcher(Cache(self._cache), Deadline(20.0, 20.0), network, lambda: AT + timedelta(days=days))
        store = CertificateStore(map(Certificate, end.chain))
        roots = CertificateStore([Certificate(ROOT.issued.der)])
        question = ChainQuestion(roots, AT, flags=flags, evidence=self.evidence)
        gatherer = Gatherer(fetcher, gathering, ALL_UNICAST)
        return gatherer.get_certificate_chain(Certificate(end.der), store, question, WINDOWS)

    def errors(self, end: Issued, **options: object) -> list[int]:
        """The error bits of each element."""
        context, _ = self.judge(end, **options)  # type: ignore[arg-type]
        return [element.error.value for element in context.elements]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with serving() as web:
        yield Lab(web, tmp_path / "cache")


# --- revocation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "leaf"), [(good, 0), (revoked, REVOKED)])
def test_a_responder_settles_it(lab: Lab, status: Callable[[Issued], object], leaf: int) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    lab.web.pages["/ocsp"] = responder(lab.ca, status, server)  # type: ignore[arg-type]
    assert lab.errors(server) == [leaf, 0, 0]
    assert lab.web.asked == ["/ocsp", "/root.crl"]


@pytest.mark.parametrize(("page", "ways"), [
    (always(b"", 500), 2),
    (always(ocsp_without_success(OcspResponseStatus.unauthorized)), 2),
    (redirect("ldap://directory.lab.test/"), 1),
    (None, 2),
])  # fmt: skip
@pytest.mark.parametrize(("entries", "leaf"), [(0, 0), (1, REVOKED)])
def test_a_responder_that_fails_is_followed_by_the_crl(
    lab: Lab, page: object, ways: int, entries: int, leaf: int
) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    lab.web.pages |= {"/ca.crl": always(crl(lab.ca, *[revoked(server)] * entries))}
    if page is not None:
        lab.web.pages["/ocsp"] = page  # type: ignore[assignment]
    assert lab.errors(server) == [leaf, 0, 0]
    assert lab.web.asked == [*["/ocsp"] * ways, "/ca.crl", "/root.crl"]


@pytest.mark.parametrize("status", [unknown, "another's"])
def test_a_response_that_settles_nothing_is_followed_by_the_crl(lab: Lab, status: object) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    response = ocsp(lab.ca, unknown(server)) if status is unknown else ocsp(ROOT, good(server))
    lab.web.pages |= {"/ocsp": always(response), "/ca.crl": always(crl(lab.ca))}
    assert lab.errors(server) == [0, 0, 0]
    assert lab.web.asked == ["/ocsp", "/root.crl", "/ca.crl"]


def test_nothing_is_asked_of_what_is_known(lab: Lab) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    lab.evidence = RevocationEvidence(
        (CertificateList(crl(ROOT)),), (OcspResponse(ocsp(lab.ca, good(server), produced_at=AT)),)
    )
    context, fetches = lab.judge(server)
    assert (context.error, fetches, lab.web.asked) == (TrustError(0), (), [])


def test_nothing_is_asked_that_nobody_asked_for(lab: Lab) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    assert lab.errors(server, flags=ChainFlags.CERT_CHAIN_DEFAULT) == [0, 0, 0]
    assert lab.errors(server, gathering=Gathering.ISSUERS) == [UNKNOWN, UNKNOWN, 0]
    assert lab.web.asked == []
    lab.web.pages["/ca.crl"] = always(crl(lab.ca))
    assert lab.errors(server, flags=ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT) == [0, 0, 0]
    assert lab.web.asked == ["/ocsp", "/ocsp", "/ca.crl"]


def test_below_a_revoked_ca_nothing_more_is_asked(lab: Lab) -> None:
    server = lab.server(ocsp="/ocsp", crl="/ca.crl")
    lab.evidence = RevocationEvidence((CertificateList(crl(ROOT, revoked(lab.ca))),))
    assert lab.errors(server) == [UNKNOWN, REVOKED, 0]
    assert lab.web.asked == []


def test_a_revoked_ca(lab: Lab) -> None:
    server = lab.server(crl="/ca.crl")
    lab.web.pages |= {"/root.crl": always(crl(ROOT, revoked(lab.ca))), "/ca.crl": always(crl(lab.ca))}
    assert lab.errors(server) == [UNKNOWN, REVOKED, 0]


def test_nobody_answers(lab: Lab) -> None:
    """Offline is a status."""
    server = lab.server(ocsp="http://127.0.0.1:1/ocsp", crl="ldap:///CN=CA?certificateRevocationList")
    context, fetches = lab.judge(server)
    assert [element.error.value for element in context.elements] == [UNKNOWN, 0, 0]
    assert [(fetch.kind.value, fetch.outcome) for fetch in fetches] == [
        ("ocsp", FetchOutcome.FAILED),
        ("crl", FetchOutcome.REFUSED),
        ("crl", FetchOutcome.FETCHED),
    ]


def test_offline(lab: Lab) -> None:
    server = lab.server(crl="/ca.crl")
    lab.web.pages["/ca.crl"] = always(crl(lab.ca))
    context, fetches = lab.judge(server, network=Network.FORBIDDEN)
    assert [element.error.value for element in context.elements] == [UNKNOWN, UNKNOWN, 0]
    assert {fetch.outcome for fetch in fetches} == {FetchOutcome.OFFLINE}
    assert lab.web.asked == []
    assert lab.errors(server) == [0, 0, 0]
    assert lab.errors(server, network=Network.FORBIDDEN) == [0, 0, 0], "by the copies of the run before"
    assert lab.errors(server, network=Network.FORBIDDEN, days=30) == [UNKNOWN, UNKNOWN, 0], "which are stale by then"


def test_a_stale_crl(lab: Lab) -> None:
    server, other = lab.server(crl="/ca.crl"), lab.server()
    stale = crl(lab.ca, revoked(other), this_update=AT - 2 * WEEK, next_update=AT - WEEK)
    lab.web.pages["/ca.crl"] = always(stale)
    context, _ = lab.judge(server)
    assert [element.error.value for element in context.elements] == [UNKNOWN, 0, 0]
    assert f"is stale since {AT - WEEK:%Y-%m-%d}" in context.elements[0].findings[0].detail


def test_a_copy_that_settles_nothing_is_fetched_anew(lab: Lab) -> None:
    """Somebody could once answer in the server's place: his CRL is current, but signed by nobody."""
    server = lab.server(crl="/ca.crl")
    lab.web.pages["/ca.crl"] = always(crl(Authority.root("Mallory", at=AT), issuer=lab.ca.issued.subject))
    assert lab.errors(server) == [UNKNOWN, 0, 0]
    lab.web.pages["/ca.crl"] = always(crl(lab.ca))
    context, fetches = lab.judge(server)
    assert [element.error.value for element in context.elements] == [0, 0, 0]
    assert [fetch.outcome for fetch in fetches] == [FetchOutcome.FETCHED, FetchOutcome.CACHED]


def test_the_time_is_now_whatever_the_question(lab: Lab) -> None:
    """What is fetched today says nothing of how it was on the day of the question, or will be."""
    server = lab.server(crl="/ca.crl")
    later = {"this_update": AT + WEEK, "next_update": AT + 2 * WEEK}
    lab.web.pages |= {
        "/ca.crl": always(crl(lab.ca, this_update=AT + WEEK, next_update=AT + 2 * WEEK)),
        "/root.crl": always(crl(ROOT, this_update=later["this_update"], next_update=later["next_update"])),
    }
    assert lab.errors(server, days=8) == [0, 0, 0]


@pytest.mark.parametrize(("ahead", "leaf"), [(timedelta(minutes=4), 0), (timedelta(minutes=6), UNKNOWN)])
def test_a_responder_whose_clock_is_ahead(lab: Lab, ahead: timedelta, leaf: int) -> None:
    server = lab.server(ocsp="/ocsp")
    response = ocsp(lab.ca, good(server), produced_at=AT + ahead, this_update=AT + ahead, next_update=AT + WEEK)
    lab.web.pages["/ocsp"] = always(response)
    assert lab.errors(server) == [leaf, 0, 0]


# --- delta CRLs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["certificate", "crl"])
def test_a_delta_crl_is_fetched_with_its_base(lab: Lab, where: str) -> None:
    server = lab.server(crl="/ca.crl", **({"freshest": "/delta.crl"} if where == "certificate" else {}))
    extensions = [freshest_crl(lab.web.url("/delta.crl"))] if where == "crl" else []
    lab.web.pages |= {
        "/ca.crl": always(crl(lab.ca, extensions=extensions)),
        "/delta.crl": always(crl(lab.ca, revoked(server), base=1, number=2)),
    }
    assert lab.errors(server) == [REVOKED, 0, 0]
    assert lab.web.asked == ["/ca.crl", "/root.crl", "/delta.crl"]
    assert lab.errors(server) == [REVOKED, 0, 0]
    assert len(lab.web.asked) == 3, "the copies are current"


def test_the_delta_crl_of_who_is_not_asked_of_is_not_fetched(lab: Lab) -> None:
    server = lab.server(crl="/ca.crl")
    base = crl(ROOT, extensions=[freshest_crl(lab.web.url("/delta.crl"))])
    lab.evidence = RevocationEvidence((CertificateList(base),))
    lab.web.pages["/ca.crl"] = always(crl(lab.ca))
    assert lab.errors(server, flags=ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT) == [0, 0, 0]
    assert lab.web.asked == ["/ca.crl"]


def test_a_delta_crl_may_take_a_hold_back(lab: Lab) -> None:
    server = lab.server(crl="/ca.crl", freshest="/delta.crl")
    held = revoked(server, reason=CrlReason.certificateHold)
    lab.web.pages |= {
        "/ca.crl": always(crl(lab.ca, held)),
        "/delta.crl": always(crl(lab.ca, revoked(server, reason=CrlReason.removeFromCRL), base=1, number=2)),
    }
    assert lab.errors(server) == [0, 0, 0]


@pytest.mark.parametrize(("entries", "leaf"), [(0, 0), (1, REVOKED)])
def test_who_signed_a_crl_is_fetched_from_where_the_crl_says(lab: Lab, entries: int, leaf: int) -> None:
    successor = ROOT.intermediate("CA", **lab.names(crl="/root.crl"))
    server = lab.server(crl="/ca.crl")
    access = lab.names(ca_issuers="/successor.cer")["extensions"]
    lab.web.pages |= {
        "/ca.crl": always(crl(successor, *[revoked(server)] * entries, extensions=access)),
        "/successor.cer": always(successor.issued.der),
    }
    assert lab.errors(server) == [leaf, 0, 0]
    assert lab.web.asked == ["/ca.crl", "/root.crl", "/successor.cer"]


def test_who_signed_a_crl_that_tells_enough_is_not_fetched(lab: Lab) -> None:
    server = lab.server(crl="/ca.crl")
    lab.web.pages["/ca.crl"] = always(crl(lab.ca, extensions=lab.names(ca_issuers="/ca.cer")["extensions"]))
    assert lab.errors(server) == [0, 0, 0]
    assert lab.web.asked == ["/ca.crl", "/root.crl"]


# --- issuers ----------------------------------------------------------------------------------------------------------


def bundle(*authorities: Authority) -> bytes:
    certificates = [x509.load_der_x509_certificate(authority.issued.der) for authority in authorities]
    return pkcs7.serialize_certificates(certificates, Encoding.DER)


@pytest.mark.parametrize("encode", [lambda ca: ca.issued.der, lambda ca: bundle(ROOT, ca)])
def test_a_missing_issuer_is_fetched(lab: Lab, encode: Callable[[Authority], bytes]) -> None:
    server = dataclasses.replace(lab.server(ca_issuers="/ca.cer", ocsp="/ocsp"), chain=())
    lab.web.pages |= {"/ca.cer": always(encode(lab.ca)), "/ocsp": responder(lab.ca, good, server)}
    assert lab.errors(server) == [UNKNOWN], "it is not asked for"
    assert lab.errors(server, gathering=Gathering.ISSUERS, flags=ChainFlags.CERT_CHAIN_DEFAULT) == [0, 0, 0]
    assert lab.web.asked == ["/ca.cer"]
    assert lab.errors(server, gathering=Gathering.ISSUERS | Gathering.REVOCATION) == [0, 0, 0]


def test_issuers_of_issuers_are_fetched(lab: Lab) -> None:
    above = lab.ca
    for number in range(5):
        lab.web.pages[f"/{number}.cer"] = always(above.issued.der)
        above = above.intermediate(f"CA {number}", **lab.names(ca_issuers=f"/{number}.cer"))
    server = dataclasses.replace(above.server("www.lab.test", **lab.names(ca_issuers="/last.cer")), chain=())
    lab.web.pages["/last.cer"] = always(above.issued.der)
    context, _ = lab.judge(server, gathering=Gathering.ISSUERS, flags=ChainFlags.CERT_CHAIN_DEFAULT)
    assert (len(context.elements), context.error) == (8, TrustError(0))


@pytest.mark.parametrize("page", [always(b"", 404), always(ROOT.issued.der), always(b"<html>")])
def test_what_is_not_the_issuer_changes_nothing(lab: Lab, page: object) -> None:
    server = dataclasses.replace(lab.server(ca_issuers="/ca.cer"), chain=())
    lab.web.pages["/ca.cer"] = page  # type: ignore[assignment]
    context, fetches = lab.judge(server, gathering=Gathering.ISSUERS, flags=ChainFlags.CERT_CHAIN_DEFAULT)
    assert context.error == TrustError.CERT_TRUST_IS_PARTIAL_CHAIN
    assert len(fetches) == 1


def test_an_endless_chain_of_issuers_ends(lab: Lab) -> None:
    """Each names another; the one that made them up has time."""
    top = Authority.root("Mallory 0", at=AT)
    below = top
    for number in range(40):
        below = below.intermediate(f"Mallory {number + 1}", **lab.names(ca_issuers=f"/{number}.cer"))
        lab.web.pages[f"/{number + 1}.cer"] = always(below.issued.der)
    server = dataclasses.replace(below.server("www.lab.test", **lab.names(ca_issuers="/40.cer")), chain=())
    context, fetches = lab.judge(server, gathering=Gathering.ISSUERS)
    assert context.error & TrustError.CERT_TRUST_IS_PARTIAL_CHAIN
    assert len(lab.web.asked) <= 32
    assert len(fetches) <= 33
