"""What a listener makes of a client: judged, mapped, answered, reported; the listener's rim is played by the test."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certprobe.application.ldap import BindAnswered, LdapConversation
from certprobe.endpoint import Endpoint, Scheme
from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.hosting import HostedGuest, Hosting, Media, Page
from certprobe.judging import Yardstick
from certprobe.mapping.accounts import Account
from certprobe.mapping.store import AccountStore
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential
from certprobe.pki.store import CertificateStore
from certprobe.reception import Asking
from certprobe.report.model import Outcome, Role
from certprobe.report.visits import VisitReport
from certprobe.tls.events import ApplicationData, CertificateAwaited
from certprobe.tls.session import TlsSession
from tests.meeting import PEER, terms
from tests.selection.credentials import AT, credential
from tests.tls.wired import ALICE, ISSUING, ROOT, TLS12, session

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\n\r\n"
ROOTS = CertificateStore((Certificate(ROOT.issued.der),))
FOR_SERVERS = credential(ISSUING.server("alice"))


class Stay:
    """One guest with a client of ours; every job is done at once."""

    def __init__(self, asking: Asking = Asking.OPTIONAL, scheme: Scheme = Scheme.HTTPS, **changes: object) -> None:
        self.reports: list[VisitReport] = []
        self.pages: list[Media] = []
        hosting = Hosting(
            Endpoint(scheme, "127.0.0.1", 8443, ""),
            terms(asking, scheme=scheme),
            Yardstick(ROOTS, AT),
            "the test's root",
            None,
            lambda: AT,
            self._page,
            self.reports.append,
        )
        self.guest = HostedGuest(hosting._replace(**changes), 1, PEER)  # type: ignore[arg-type]

    def _page(self, report: VisitReport, media: Media) -> Page:
        self.pages.append(media)
        body = json.dumps([report.conclusion.outcome.value, report.visit.status]).encode()
        return Page((("Content-Type", f"test/{media.value}"),), body)

    def visit(self, client: TlsSession, who: Credential | None, says: bytes) -> bytes:
        """Have the client say this once it is connected, and return all that it hears."""
        heard = b""
        client.send(says)
        while True:
            while (event := client.next_event()) is not None:
                if isinstance(event, CertificateAwaited):
                    client.send_certificate(who)
                elif isinstance(event, ApplicationData):
                    heard += event.data
            self.guest.receive_data(to_server := client.data_to_send())
            self.work()
            to_client = self.guest.data_to_send()
            if not to_server and not to_client:
                return heard
            client.receive_data(to_client)

    def work(self) -> None:
        while (job := self.guest.next_job()) is not None:
            job()

    @property
    def report(self) -> VisitReport:
        """What is reported at the end."""
        self.work()
        self.guest.report()
        (report,) = self.reports
        return report


@pytest.mark.parametrize(("who", "status", "before", "flags"), [
    (ALICE, 200, Outcome.ACCEPTED, "ERROR_SUCCESS"),
    (FOR_SERVERS, 403, Outcome.REFUSED_BY_HTTP_STATUS, "CERT_E_WRONG_USAGE"),
    (None, 200, Outcome.ACCEPTED_ANONYMOUSLY, None),
], ids=("good", "refused", "anonymous"))  # fmt: skip
def test_the_answer_is_the_report(who: Credential | None, status: int, before: Outcome, flags: str | None) -> None:
    stay = Stay()
    head, _, body = stay.visit(session(), who, GET % b"*/*").partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: test/json\r\n" in head
    assert json.loads(body) == [before.value, status]
    report = stay.report
    assert (report.conclusion.outcome, report.visit.status, report.at) == (before, status, AT)
    assert (report.visit.info and report.visit.info.CertFlags.symbol) == flags
    assert report.visit.attempt.client is None or report.visit.attempt.client.role is Role.CLIENT


@pytest.mark.parametrize(("accept", "media"), [
    (b"*/*", Media.JSON),
    (b"application/json", Media.JSON),
    (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Media.HTML),
    (b"application/xml, TEXT/HTML;level=1", Media.HTML),
    (b"text/htmlx", Media.JSON),
], ids=("any", "document", "browser", "spelled-otherwise", "another-type"))  # fmt: skip
def test_a_page_is_for_who_names_one(accept: bytes, media: Media) -> None:
    stay = Stay()
    stay.visit(session(), None, GET % accept)
    assert stay.pages == [media]


def test_who_is_asked_for_a_request_needs_a_certificate() -> None:
    stay = Stay(Asking.POST_HANDSHAKE)
    assert stay.visit(session(), None, GET % b"*/*").startswith(b"HTTP/1.1 403 ")
    assert Stay(Asking.POST_HANDSHAKE).visit(session(), ALICE, GET % b"*/*").startswith(b"HTTP/1.1 200 ")


def test_what_was_sent_in_a_handshake_that_was_never_done_is_judged_too() -> None:
    stay, client = Stay(), session(TLS12)
    stay.guest.receive_data(client.data_to_send())
    stay.work()
    client.receive_data(stay.guest.data_to_send())
    while not isinstance(client.next_event(), CertificateAwaited):
        pass
    client.send_certificate(FOR_SERVERS)
    flight = client.data_to_send()
    first_record = 5 + int.from_bytes(flight[3:5], "big")
    stay.guest.receive_data(flight[:first_record])
    stay.guest.receive_eof()
    report = stay.report
    assert report.visit.attempt.stages[0].kind is FailureKind.CLOSED
    assert report.visit.info is not None
    assert report.visit.info.CertFlags.symbol == "CERT_E_WRONG_USAGE"


def test_the_time_may_be_another() -> None:
    later = AT.replace(year=AT.year + 1)
    stay = Stay(at=later)
    assert stay.visit(session(), ALICE, GET % b"*/*").startswith(b"HTTP/1.1 403 ")
    assert (stay.report.at, stay.reports[0].started) == (later, AT)


def test_a_visit_that_was_broken_off() -> None:
    stay = Stay()
    failure = ProtocolError("stopped", kind=FailureKind.INTERRUPTED, party=Party.OURSELVES)
    stay.guest.break_off(failure)
    assert stay.guest.over
    assert stay.report.conclusion.outcome is Outcome.INTERRUPTED
    assert stay.reports[0].exit_code == 130


# --- accounts ---------------------------------------------------------------------------------------------------------


def bind(stay: Stay, who: Credential | None) -> BindAnswered:
    ldap = LdapConversation()
    ldap.bind_external()
    ldap.receive_data(stay.visit(session(), who, ldap.data_to_send()))
    answer = ldap.next_event()
    assert isinstance(answer, BindAnswered)
    return answer


def mapped(*accounts: Account) -> dict[str, Any]:
    return {"accounts_for": lambda _certificate: AccountStore(accounts)}


def test_without_mapping_the_subject_is_who_binds() -> None:
    stay = Stay(scheme=Scheme.LDAPS)
    assert bind(stay, ALICE).result.success
    assert stay.report.visit.account is None


def test_a_refused_certificate_says_why_in_the_bind() -> None:
    result = bind(Stay(scheme=Scheme.LDAPS), FOR_SERVERS).result
    assert result.code == 49
    assert result.diagnostic_message.startswith("CERT_E_WRONG_USAGE: ")


def test_a_certificate_without_an_account() -> None:
    stay = Stay(scheme=Scheme.LDAPS, **mapped(Account("LAB\\bob")))
    result = bind(stay, ALICE).result
    assert (result.code, result.diagnostic_message) == (49, "the certificate maps to no account")
    report = stay.report
    assert report.visit.info is not None
    assert (report.visit.info.CertDeniedByMapper, report.visit.account) == (True, None)
    assert report.conclusion.outcome is Outcome.NOT_MAPPED


def test_a_denied_mapping_is_no_answer_of_a_website_either() -> None:
    stay = Stay(**mapped(Account("LAB\\bob")))
    assert stay.visit(session(), ALICE, GET % b"*/*").startswith(b"HTTP/1.1 403 ")
