"""Fetching from real servers on the loopback: what comes, what is kept, and where it stops."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certprobe import fetch
from certprobe.cache import Cache
from certprobe.chain.sources import SourceKind
from certprobe.fetch import MOST_FETCHES, MOST_REDIRECTS, Fetcher, Network, Wanted
from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, good, ocsp, ocsp_without_success
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.ocsp import OcspResponse, OcspResponseStatus
from certprobe.pki.published import Published
from certprobe.report.fetches import FetchOutcome
from certprobe.transport import Deadline
from certprobe.vicinity import ALL_UNICAST, PUBLIC_ONLY, Vicinity
from tests.peers.channel import Channel, listening
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import Site
from tests.peers.web import Answer, Page, Web, always, redirect, serving

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CA = Authority.root("CA", at=AT)
SERVER = CA.server("www.lab.test")
CRL = crl(CA, next_update=AT + timedelta(days=6))
NEWER = crl(CA, this_update=AT + timedelta(days=6), next_update=AT + timedelta(days=12), number=2)
RESPONSE = ocsp(CA, good(SERVER))
NOTHING = Published()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher(tmp_path: Path) -> Callable[..., Fetcher]:
    """A new run with the same cache, so many days later."""

    def make(days: float = 0, network: Network = Network.ALLOWED, seconds: float = 20.0) -> Fetcher:
        now = AT + timedelta(days=days)
        return Fetcher(Cache(tmp_path / "cache"), Deadline(seconds, seconds), network, lambda: now)

    return make


def a_crl(url: str) -> Wanted:
    return Wanted(SourceKind.CRL, url)


def told(fetched: fetch.Fetched) -> tuple[FetchOutcome, int | None, str]:
    return fetched.fetch.outcome, fetched.fetch.size, fetched.fetch.detail


# --- what comes -------------------------------------------------------------------------------------------------------


def test_each_kind(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    run = fetcher()
    for kind, body, post, published in (
        (SourceKind.CRL, CRL, None, Published(crls=(CertificateList(CRL),))),
        (SourceKind.DELTA_CRL, NEWER, None, Published(crls=(CertificateList(NEWER),))),
        (SourceKind.OCSP, RESPONSE, b"\x30\0", Published(ocsp_responses=(OcspResponse(RESPONSE),))),
        (SourceKind.CA_ISSUERS, CA.issued.der, None, Published(certificates=(Certificate(CA.issued.der),))),
    ):
        path = f"/{kind.value}?a=b"
        web.pages[path] = always(body)
        fetched = run.fetch(Wanted(kind, web.url(path), post), ALL_UNICAST)
        assert fetched.published == published
        assert fetched.fetch == (kind, web.url(path), FetchOutcome.FETCHED, len(body), "")
        request = web.requests[-1]
        assert (request.method, request.body) == ("POST", post) if post else ("GET", b"")
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers.get("content-type") == ("application/ocsp-request" if post else None)
        assert "if-none-match" not in request.headers


def test_a_server_of_tls_is_not_judged(site: Site, fetcher: Callable[..., Fetcher]) -> None:
    """What comes is signed, so it does not matter who hands it over."""
    expired = site.servers.expired
    with serving(expired.chain, expired.key) as web:
        web.pages["/ca.crl"] = always(CRL)
        assert told(fetcher().fetch(a_crl(web.url("/ca.crl")), ALL_UNICAST)) == (FetchOutcome.FETCHED, len(CRL), "")


def test_a_server_that_asks_for_a_certificate_gets_none(nginx: Nginx, fetcher: Callable[..., Fetcher]) -> None:
    fetched = fetcher().fetch(a_crl(f"https://{HOST}:{nginx.optional}/"), ALL_UNICAST)
    assert "neither PEM nor DER" in fetched.fetch.detail, "its page is what came"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(web: Web, fetcher: Callable[..., Fetcher], status: int) -> None:
    web.pages |= {
        "/a": redirect("/b", status),
        "/b": redirect(web.url("/c"), status),
        "/c": redirect("d?e", status),
        "/d?e": always(CRL),
    }
    fetched = fetcher().fetch(a_crl(web.url("/a")), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FETCHED, len(CRL), "")
    assert web.asked == ["/a", "/b", "/c", "/d?e"]


def test_a_request_is_posted_again_where_it_is_redirected(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    web.pages |= {"/a": redirect("/b"), "/b": always(RESPONSE)}
    fetcher().fetch(Wanted(SourceKind.OCSP, web.url("/a"), LONG), ALL_UNICAST)
    assert [(request.method, request.body) for request in web.requests] == [("POST", LONG)] * 2


# --- how a responder is asked: by GET, by POST ------------------------------------------------------------------------

SMALL, LONG = b"\x30\x03\xfb\xef\xff", b"\x30" * 200
GOT, POSTED = ("GET", b""), ("POST", SMALL)


def methods(web: Web) -> list[tuple[str, bytes]]:
    return [(request.method, request.body) for request in web.requests]


@pytest.mark.parametrize(("place", "path"), [("/ocsp", "/ocsp/MAP7%2Fw%3D%3D"), ("/ocsp/", "/ocsp/MAP7%2Fw%3D%3D")])
def test_a_small_request_is_in_the_url(web: Web, fetcher: Callable[..., Fetcher], place: str, path: str) -> None:
    request = b"\x30\x03\xfb\xff"
    web.pages[path] = always(RESPONSE)
    wanted = Wanted(SourceKind.OCSP, web.url(place), request)
    assert fetcher().fetch(wanted, ALL_UNICAST).fetch == (
        *(SourceKind.OCSP, web.url(place), FetchOutcome.FETCHED, len(RESPONSE), ""),
    )
    assert [(each.method, each.path, each.body) for each in web.requests] == [("GET", path, b"")]
    assert "content-type" not in web.requests[0].headers


@pytest.mark.parametrize(("octets", "method"), [(255, "GET"), (256, "POST")])
def test_a_url_has_at_most_255_octets(web: Web, fetcher: Callable[..., Fetcher], octets: int, method: str) -> None:
    request = b"\0" * 30
    place = "/" + "a" * (octets - len(web.url("/")) - len("/") - 40)
    web.pages[place] = always(RESPONSE)
    fetcher().fetch(Wanted(SourceKind.OCSP, web.url(place), request), ALL_UNICAST)
    assert [each.method for each in web.requests] == [method]


@pytest.mark.parametrize("page", [
    always(b"", 405),
    always(b"<html>"),
    always(ocsp_without_success(OcspResponseStatus.malformedRequest)),
    redirect("/nowhere"),
    always(RESPONSE, 200, ("Content-Length", "5")),
])  # fmt: skip
def test_who_does_not_know_get_is_asked_by_post(web: Web, fetcher: Callable[..., Fetcher], page: Page) -> None:
    web.pages["/ocsp"] = lambda request: page(request) if request.method == "GET" else Answer(RESPONSE)
    fetched = fetcher().fetch(Wanted(SourceKind.OCSP, web.url("/ocsp"), SMALL), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FETCHED, len(RESPONSE), "")
    assert methods(web)[-1] == POSTED
    assert methods(web).count(POSTED) == 1


def test_who_hangs_up_on_get_is_asked_by_post(fetcher: Callable[..., Fetcher]) -> None:
    def serve(channel: Channel) -> None:
        if channel.receive().startswith(b"POST"):
            channel.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(RESPONSE) + RESPONSE)
        channel.close()

    with listening(serve) as port:
        fetched = fetcher().fetch(Wanted(SourceKind.OCSP, f"http://{HOST}:{port}/", SMALL), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FETCHED, len(RESPONSE), "")


def test_who_answers_neither_is_told_by_the_last(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    web.pages["/ocsp"] = lambda request: Answer(status=405 if request.method == "GET" else 503)
    fetched = fetcher().fetch(Wanted(SourceKind.OCSP, web.url("/ocsp"), SMALL), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FAILED, None, "the server answered 503 Service Unavailable")
    assert methods(web) == [GOT, POSTED]


# --- what does not come -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "words"), [
    (Answer(CRL, 404), "the server answered 404 Not Found"),
    (Answer(b"", 304), "the server answered 304 Not Modified"),
    (Answer(b"", 302), "the server answered 302 Found"),
    (Answer(b"", 302, (("Location", "http://[::1/"),)), "redirects to what is no URL"),
    (Answer(b"<html>please log in</html>"), "neither PEM nor DER"),
    (Answer(b""), "it is empty"),
    (Answer(CRL, 200, (("Content-Length", str(len(CRL) + 1)),)), "the server broke off in the middle of it"),
    (Answer(CRL[:-9]), "neither PEM nor DER"),
])  # fmt: skip
def test_what_is_no_crl(web: Web, fetcher: Callable[..., Fetcher], answer: Answer, words: str) -> None:
    web.pages["/ca.crl"] = lambda _: answer
    fetched = fetcher().fetch(a_crl(web.url("/ca.crl")), ALL_UNICAST)
    assert (fetched.fetch.outcome, fetched.fetch.size, fetched.published) == (FetchOutcome.FAILED, None, NOTHING)
    assert words in fetched.fetch.detail
    assert not fetched.fetch.detail.startswith("None")


def test_a_responder_that_will_not_tell(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    web.pages["/ocsp"] = always(ocsp_without_success(OcspResponseStatus.tryLater))
    fetched = fetcher().fetch(Wanted(SourceKind.OCSP, web.url("/ocsp"), b"\x30\0"), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FAILED, None, "the responder answered tryLater")


def test_redirects_come_to_an_end(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    web.pages["/a"] = redirect("/a")
    fetched = fetcher().fetch(a_crl(web.url("/a")), ALL_UNICAST)
    words = f"the server redirects more than {MOST_REDIRECTS} times, last to {web.url('/a')}"
    assert told(fetched) == (FetchOutcome.FAILED, None, words)
    assert len(web.asked) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(("kind", "limit"), [
    (SourceKind.OCSP, 64 * 1024),
    (SourceKind.CA_ISSUERS, 1024 * 1024),
    (SourceKind.CRL, 16 * 1024 * 1024),
])  # fmt: skip
def test_too_long(web: Web, fetcher: Callable[..., Fetcher], kind: SourceKind, limit: int) -> None:
    web.pages["/long"] = always(bytes(limit + 1))
    fetched = fetcher().fetch(Wanted(kind, web.url("/long")), ALL_UNICAST)
    assert (fetched.fetch.outcome, fetched.published) == (FetchOutcome.FAILED, NOTHING)
    assert fetched.fetch.detail in (f"it is longer than {limit} octets", f"{web.base[7:]} sent more than 16 MiB")


def test_a_slow_server(fetcher: Callable[..., Fetcher]) -> None:
    def drip(channel: Channel) -> None:
        channel.receive()
        channel.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            channel.wait(0.01)
            channel.send(b"\x30")

    with listening(drip) as port:
        url = f"http://{HOST}:{port}/ca.crl"
        fetched = fetcher(seconds=0.3).fetch(a_crl(url), ALL_UNICAST)
    assert told(fetched) == (FetchOutcome.FAILED, None, f"fetching {url} was not finished within 0.3 seconds")


def test_a_server_that_is_not_reached_is_not_tried_again(tmp_path: Path) -> None:
    connections: list[Channel] = []

    def silent(channel: Channel) -> None:
        connections.append(channel)
        channel.wait_for_the_end()

    with listening(silent) as port:
        run = Fetcher(Cache(tmp_path), Deadline(20.0, 0.2), Network.ALLOWED, lambda: AT)
        first, second = (run.fetch(a_crl(f"http://{HOST}:{port}/{number}"), ALL_UNICAST) for number in (1, 2))
    assert (
        first.fetch.detail == second.fetch.detail == f"fetching {first.fetch.url} was not finished within 0.2 seconds"
    )
    assert len(connections) == 1


def test_nobody_listens(fetcher: Callable[..., Fetcher]) -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    fetched = fetcher().fetch(a_crl(f"http://{HOST}:{port}/"), ALL_UNICAST)
    assert told(fetched) == (
        FetchOutcome.FAILED,
        None,
        f"no connection to {HOST}:{port} ({HOST}:{port}: Connection refused)",
    )


def test_no_time_is_left(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    assert told(fetcher(seconds=0).fetch(a_crl(web.url("/ca.crl")), ALL_UNICAST)) == (
        FetchOutcome.FAILED,
        None,
        "no time is left for it",
    )
    assert web.asked == []


def test_so_many_and_no_more(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    """A redirect counts, what is known already does not."""
    run = fetcher()
    web.pages["/again"] = redirect("/0")
    web.pages |= {f"/{number}": always(CRL) for number in range(MOST_FETCHES)}
    outcomes = [run.fetch(a_crl(web.url("/again")), ALL_UNICAST).fetch.outcome for _ in range(3)]
    outcomes += [run.fetch(a_crl(web.url(f"/{n}")), ALL_UNICAST).fetch.outcome for n in range(MOST_FETCHES)]
    assert outcomes == [FetchOutcome.FETCHED] * (MOST_FETCHES + 1) + [FetchOutcome.REFUSED] * 2
    assert len(web.asked) == MOST_FETCHES
    last = run.fetch(a_crl(web.url("/31")), ALL_UNICAST)
    assert last.fetch.detail == f"more than {MOST_FETCHES} fetches in one run"


# --- where we do not go -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "words"), [
    ("ldap:///CN=Lab?certificateRevocationList", "ldap:// is not fetched, only http:// and https:// are"),
    ("file:///etc/passwd", "file:// is not fetched, only http:// and https:// are"),
    ("http://me:secret@crl.lab.test/", "a URL with a name or a password in it is not fetched"),
    ("http://10.0.0.1/ca.crl", "10.0.0.1 is a private address"),
    ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is a link-local address"),
    ("http://127.0.0.1/ca.crl", "127.0.0.1 is a loopback address"),
    ("http://[::1]/ca.crl", "::1 is a loopback address"),
    ("http://[::ffff:127.0.0.1]/ca.crl", "::ffff:127.0.0.1 is a loopback address: only --allow-private fetches"),
    ("http://0.0.0.0/ca.crl", "0.0.0.0 is the unspecified address"),
    ("http://224.0.0.1/ca.crl", "224.0.0.1 is a multicast address"),
    ("https://localhost/ca.crl", "127.0.0.1 is a loopback address"),
    ("", "what names no scheme is not fetched, only http:// and https:// are"),
])  # fmt: skip
def test_refused(fetcher: Callable[..., Fetcher], url: str, words: str) -> None:
    fetched = fetcher().fetch(a_crl(url), PUBLIC_ONLY)
    assert (fetched.fetch.outcome, fetched.published) == (FetchOutcome.REFUSED, NOTHING)
    assert words in fetched.fetch.detail


@pytest.mark.parametrize("url", ["http://0.0.0.0:{}/", "http://[::ffff:0.0.0.0]:{}/", "http://224.0.0.1:{}/"])
def test_refused_to_everybody(web: Web, fetcher: Callable[..., Fetcher], url: str) -> None:
    """On Linux 0.0.0.0 is this machine."""
    fetched = fetcher().fetch(a_crl(url.format(web.base.rpartition(":")[2])), ALL_UNICAST)
    assert fetched.fetch.outcome is FetchOutcome.REFUSED
    assert web.asked == []


def test_nobody_is_connected_to_who_is_not_permitted(web: Web, fetcher: Callable[..., Fetcher]) -> None:
    web.pages["/ca.crl"] = always(CRL)
    url = web.url("/ca.crl").replace(HOST, "localhost")
    assert fetcher().fetch(a_crl(url), PUBLIC_ONLY | {Vicinity.PRIVATE}).fetch.outcome is FetchOutcome.REFUSED
    assert web.asked == []
    assert fetcher().fetch(a_crl(url), frozenset({Vicinity.LOOPBACK})).fetch.outcome is FetchOutcome.FETCHED


@pytest.mark.parametrize(("location", "words"), [
    ("http://10.0.0.1/ca.crl", "10.0.0.1 is a private address"),
    ("//169.254.169.254/", "169.254.169.254 is a link-local address"),
    ("file:///etc/passwd", "file:// is not fetched"),
    ("ldap:///CN=Lab", "ldap:// is not fetched"),
])  # fmt: skip
def test_a_redirect_leads_nowhere_else(web: Web, fetcher: Callable[..., Fetcher], location: str, words: str) -> None:
    web.pages["/ca.crl"] = redirect(location)
    fetched = fetcher().fetch(a_crl(web.url("/ca.crl")), frozenset({Vicinity.LOOPBACK}))
    assert fetched.fetch.outcome is FetchOutcome.REFUSED
    assert words in fetched.fetch.detail


def test_the_address_that_was_checked_is_the_one_that_is_dialled(
    web: Web, fetcher: Callable[..., Fetcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is asked for first and this machine's from then on."""
    port = int(web.base.rpartition(":")[2])
    answers = iter([("192.0.2.1", port)])

    def resolver(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", next(answers, (HOST, port)))]

    dialled: list[object] = []

    def connect(_: socket.socket, address: object) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket.socket, "connect", connect)
    fetcher().fetch(a_crl(f"http://rebound.lab.test:{port}/"), frozenset({Vicinity.PRIVATE}))
    assert dialled == [("192.0.2.1", port)]
