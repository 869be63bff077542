"""Verdicts from facts alone: the servers that no test can start, and the evidence that must be kept apart."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from certprobe.application.ldap import BindAnswered, RootDseAnswered, WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.errors import FailureKind, Party
from certprobe.report.model import (
    AlertRecord,
    Attempt,
    Conclusion,
    LdapFacts,
    Outcome,
    Played,
    RequestRecord,
    Role,
    Stage,
    StageOutcome,
    StoreFacts,
    TlsFacts,
    Weight,
)
from certprobe.report.verdict import conclude, exit_code
from certprobe.selection.select import ANONYMOUS
from certprobe.tls.enums import AlertDescription, AlertLevel
from certprobe.tls.events import Closure, Phase
from tests.report import reports
from tests.report.reports import asked, attempt, credential, http, judged, lab, request, tls

ROOT_NAME = lab().root.issued.subject
OTHER_NAME = b"0\x100\x0e1\x0c0\n\x06\x03U\x04\x03\x0c\x03Far"
ALICE = StoreFacts((credential(lab().alice, "alice.pem #1"),), ())
BOB = StoreFacts((credential(lab().bob, "bob.pem #1"),), ())
NOBODY = StoreFacts((), ())

SUCCESS = LdapResult(0, "success", "", "", None)
NO_SUCH_METHOD = LdapResult(7, "authMethodNotSupported", "", "SASL(-4): no mechanism available: ", None)
INVALID_CREDENTIALS = LdapResult(49, "invalidCredentials", "", "", None)
INAPPROPRIATE = LdapResult(48, "inappropriateAuthentication", "", "missing client certificate", None)
OPERATIONS_ERROR = LdapResult(1, "operationsError", "", "SASL: Failed to start authentication system", None)
PROTOCOL_ERROR = LdapResult(2, "protocolError", "", "Extended Operation not supported", None)


def spoken(
    bind: LdapResult | None,
    *,
    before: str | None = "",
    after: str | None = "",
    mechanisms: tuple[str, ...] = (),
) -> LdapFacts:
    """A whole LDAP conversation; None for an identity is a server without WhoAmI."""

    def who(authzid: str | None) -> WhoAmIAnswered:
        return WhoAmIAnswered(SUCCESS if authzid is not None else PROTOCOL_ERROR, authzid)

    root_dse = RootDseAnswered(SUCCESS, (("supportedSASLMechanisms", mechanisms),))
    return LdapFacts(None, who(before), BindAnswered(bind) if bind is not None else None, who(after), root_dse)


def directory(facts: LdapFacts, store: StoreFacts, *, listed: bytes | None = ROOT_NAME) -> Attempt:
    record = asked(request(listed), store)
    client = judged(Role.CLIENT, lab().alice, "") if record.sent else None
    return attempt(tls(record, server=lab().server), ldap=facts, client=client)


class Case(NamedTuple):
    name: str
    attempt: Attempt
    store: StoreFacts
    outcome: Outcome
    code: str
    exit_code: int


def ended(kind: FailureKind, stage: Stage = Stage.APPLICATION) -> tuple[StageOutcome, ...]:
    return (StageOutcome(stage, 0.1, "it ended", kind, Party.PEER),)


def alerted(facts: TlsFacts, description: int, by: Party = Party.PEER) -> TlsFacts:
    closure = Closure.ALERT if by is Party.PEER else Closure.WITHOUT_ALERT
    return facts._replace(alerts=(AlertRecord(by, AlertLevel.fatal, description),), closure=closure)


SENT = asked(request(ROOT_NAME), ALICE)
UNSENT = asked(request(ROOT_NAME), NOBODY)
UNANSWERED = RequestRecord(Phase.INITIAL, request(ROOT_NAME))
CASES = [
    Case(
        "389 accepts the certificate and maps it to nobody",
        directory(spoken(INVALID_CREDENTIALS, mechanisms=("EXTERNAL",)), ALICE),
        ALICE,
        Outcome.NOT_MAPPED,
        "not-mapped",
        1,
    ),
    Case(
        "389 got no certificate, though one was given",
        directory(spoken(INAPPROPRIATE, mechanisms=("EXTERNAL",)), BOB),
        BOB,
        Outcome.REFUSED_BY_LDAP_RESULT,
        "not-time-valid",
        1,
    ),
    Case(
        "Samba takes a certificate and knows neither EXTERNAL nor WhoAmI",
        directory(spoken(OPERATIONS_ERROR, before=None, after=None), ALICE),
        ALICE,
        Outcome.REFUSED_BY_LDAP_RESULT,
        "refused-by-ldap-result",
        1,
    ),
    Case(
        "on port 636 of a domain controller the certificate is the bind, and EXTERNAL is refused",
        directory(spoken(INVALID_CREDENTIALS, before="u:LAB\\alice", after="u:LAB\\alice"), ALICE),
        ALICE,
        Outcome.ACCEPTED,
        "accepted",
        0,
    ),
    Case(
        "a TLS terminator takes the certificate, and the directory never sees it",
        directory(spoken(NO_SUCH_METHOD, mechanisms=("DIGEST-MD5",)), ALICE),
        ALICE,
        Outcome.TLS_TERMINATOR,
        "tls-terminator",
        1,
    ),
    Case(
        "EXTERNAL is offered, and refused all the same: no terminator",
        directory(spoken(NO_SUCH_METHOD, mechanisms=("EXTERNAL",)), ALICE),
        ALICE,
        Outcome.REFUSED_BY_LDAP_RESULT,
        "refused-by-ldap-result",
        1,
    ),
    Case(
        "389 writes a blank after dn:, and slapd folds case: the subject itself is no account",
        directory(spoken(SUCCESS, after="dn: cn=ALICE"), ALICE),
        ALICE,
        Outcome.ACCEPTED_NOT_MAPPED,
        "accepted-not-mapped",
        0,
    ),
    Case(
        "an entry of its own",
        directory(spoken(SUCCESS, after="dn:uid=alice,ou=people,dc=lab"), ALICE),
        ALICE,
        Outcome.ACCEPTED,
        "accepted",
        0,
    ),
    Case(
        "a directory that asks, is given nothing, and lets everybody read",
        directory(spoken(NO_SUCH_METHOD), NOBODY),
        NOBODY,
        Outcome.ACCEPTED_ANONYMOUSLY,
        "accepted-anonymously",
        0,
    ),
    Case(
        "the server's alert after our certificate",
        attempt(alerted(tls(SENT), AlertDescription.unknown_ca), stages=ended(FailureKind.ALERT)),
        ALICE,
        Outcome.REFUSED_BY_ALERT,
        "unknown_ca",
        1,
    ),
    Case(
        "our own alert is not the server's: it hung up",
        attempt(alerted(tls(SENT), AlertDescription.decode_error, Party.OURSELVES), stages=ended(FailureKind.CLOSED)),
        ALICE,
        Outcome.REFUSED_BY_CLOSE,
        "refused-by-close",
        1,
    ),
    Case(
        "an alert before anything was asked is no refusal of a certificate",
        attempt(
            alerted(tls(completed=()), AlertDescription.protocol_version),
            stages=ended(FailureKind.ALERT, Stage.HANDSHAKE),
        ),
        ALICE,
        Outcome.NOT_REACHED,
        "alert",
        3,
    ),
    Case(
        "the server does not wait for the answer, which is no timeout of ours",
        attempt(tls(UNANSWERED, completed=()), stages=ended(FailureKind.LOST_PATIENCE, Stage.HANDSHAKE)),
        ALICE,
        Outcome.UNANSWERED,
        "lost-patience",
        3,
    ),
    Case(
        "handshake well, then silence",
        attempt(tls(SENT, completed=(Phase.INITIAL,)), stages=ended(FailureKind.TIMEOUT)),
        ALICE,
        Outcome.UNANSWERED,
        "timeout",
        3,
    ),
    Case(
        "nothing was asked, and a terminator's backend is dead",
        attempt(tls(completed=(Phase.INITIAL,)), stages=ended(FailureKind.RESET)),
        ALICE,
        Outcome.UNANSWERED,
        "reset",
        3,
    ),
    Case(
        "403 without a question is no certificate's fault",
        attempt(tls(completed=(Phase.INITIAL,)), http=http(403, "Forbidden")),
        ALICE,
        Outcome.REFUSED_BY_HTTP_STATUS,
        "not-asked",
        1,
    ),
    Case(
        "404 after a certificate: the login worked",
        attempt(tls(SENT), http=http(404, "Not Found"), client=judged(Role.CLIENT, lab().alice, "")),
        ALICE,
        Outcome.ACCEPTED,
        "accepted",
        0,
    ),
    Case(
        "401 with nothing sent, because nothing was given",
        attempt(tls(UNSENT), http=http(401, "Unauthorized")),
        NOBODY,
        Outcome.REFUSED_BY_HTTP_STATUS,
        "no-certificate",
        1,
    ),
    Case(
        "anonymous by choice is a note, not a problem",
        attempt(tls(asked(request(ROOT_NAME), ALICE, choice=ANONYMOUS)), http=http(200, "OK")),
        ALICE,
        Outcome.ACCEPTED_ANONYMOUSLY,
        "accepted-anonymously",
        0,
    ),
    Case(
        "a certificate that was given and does not fit is a problem, though the server lets us in",
        attempt(tls(asked(request(OTHER_NAME), ALICE)), http=http(200, "OK")),
        ALICE,
        Outcome.ACCEPTED_ANONYMOUSLY,
        "issuer-not-listed",
        1,
    ),
    Case(
        "interrupted from the keyboard, whatever was learned before",
        attempt(tls(SENT), stages=ended(FailureKind.INTERRUPTED)),
        ALICE,
        Outcome.INTERRUPTED,
        "interrupted",
        130,
    ),
    Case(
        "anonymous as an experiment, whatever the store holds",
        attempt(
            tls(asked(request(ROOT_NAME), ALICE, choice=ANONYMOUS)), ldap=spoken(NO_SUCH_METHOD), played=Played(None)
        ),
        ALICE,
        Outcome.ACCEPTED_ANONYMOUSLY,
        "accepted-anonymously",
        0,
    ),
    Case(
        "the callback failed",
        attempt(tls(SENT), stages=ended(FailureKind.CALLBACK)),
        ALICE,
        Outcome.UNUSABLE_INPUT,
        "callback",
        4,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_conclusion(case: Case) -> None:
    conclusion = conclude(case.attempt, case.store)
    first = conclusion.causes[0]
    assert (conclusion.outcome, first.code, exit_code(conclusion)) == (case.outcome, case.code, case.exit_code)
    assert (first.weight is Weight.PROBLEM) == (case.exit_code != 0)


def test_every_outcome_but_the_silent_one_has_a_case() -> None:
    told = {case.outcome for case in CASES}
    of_listeners = {Outcome.REFUSED_BY_CLIENT, Outcome.WOULD_BE_REFUSED}
    assert set(Outcome) - told - of_listeners == {Outcome.NOT_ASKED}


def test_not_asked() -> None:
    conclusion = conclude(attempt(tls(completed=(Phase.INITIAL,)), http=http(200, "OK")), ALICE)
    assert (conclusion.outcome, exit_code(conclusion)) == (Outcome.NOT_ASKED, 0)
    assert conclusion.causes[0].title == "the server did not ask for a client certificate, so none was sent"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (14_745, None),
        (14_746, "Schannel cuts its list at 16 KiB (KB 2880390)"),
        (58_981, "Schannel cuts its list at 16 KiB (KB 2880390)"),
        (58_982, "TLS 1.2 carries 65535"),
    ],
)
def test_a_long_list_is_told_before_it_breaks(size: int, words: str | None) -> None:
    asking = request(ROOT_NAME)._replace(certificate_authorities_size=size)
    conclusion = conclude(attempt(tls(asked(asking, ALICE)), http=http(200, "OK")), ALICE)
    notes = [cause for cause in conclusion.causes if cause.code == "ca-list-near-limit"]
    assert [f"{size} bytes" in note.title and words in note.title for note in notes if words] == [True] * len(notes)
    assert len(notes) == (words is not None)
    assert exit_code(conclusion) == 0


def test_malformed_messages_that_the_handshake_survived_are_notes() -> None:
    asking = request(ROOT_NAME)._replace(faults=("oid_filters: 9 octets declared",))
    facts = tls(asked(asking, ALICE), faults=("certificate 3: 9 octets declared",))
    failed = StageOutcome(Stage.APPLICATION, 0.1, "no HTTP", FailureKind.MALFORMED, Party.PEER)
    for each in (attempt(facts, http=http(200, "OK")), attempt(facts, stages=(failed,))):
        codes = [cause.code for cause in conclude(each, ALICE).causes[1:]]
        assert codes == ["malformed-certificate-request", "malformed-certificate-message"]


def test_the_last_words_of_a_directory_are_told() -> None:
    """RFC 4511 4.4.1: it ends the session by a notice, while TLS is still open."""
    detail = "the server ended the session: unavailable (52) LdapErr: DSID-0C060E7B"
    ended_by_notice = (StageOutcome(Stage.APPLICATION, 0.1, detail, FailureKind.CLOSED, Party.PEER),)
    noticed = attempt(tls(SENT), path=None, ldap=LdapFacts(), stages=ended_by_notice)
    (cause,) = conclude(noticed, ALICE).causes
    assert cause.title == "the server refused CN=alice and ended the session"
    assert cause.detail == "The server ended the session: unavailable (52) LdapErr: DSID-0C060E7B."
    hung_up = noticed._replace(tls=tls(SENT, closure=Closure.WITHOUT_ALERT))
    (cause,) = conclude(hung_up, ALICE).causes
    assert cause.title == "the server refused CN=alice without saying why"
    assert "right after the client certificate step, without an alert" in cause.detail


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FailureKind.UNREACHABLE, "the proxy does not reach the server"),
        (FailureKind.CONNECTION_REFUSED, "the connection was refused to the proxy"),
        (FailureKind.CLOSED, "the proxy closed the connection"),
        (FailureKind.MALFORMED, "what the proxy answered is not what such a proxy says"),
        (FailureKind.TIMEOUT, "no answer came in time at the proxy"),
    ],
)
def test_what_a_proxy_does_is_not_laid_at_the_servers_door(kind: FailureKind, words: str) -> None:
    failed = StageOutcome(Stage.PROXY, 0.1, "407", kind, Party.PROXY)
    conclusion = conclude(attempt(None, stages=(failed,)), NOBODY)
    assert (conclusion.outcome, exit_code(conclusion)) == (Outcome.NOT_REACHED, 3)
    assert words in conclusion.causes[0].title


def test_a_clean_run_with_notes_is_clean() -> None:
    report = reports.accepted()
    assert exit_code(Conclusion(Outcome.ACCEPTED, report.conclusion.causes[:0])) == 0
