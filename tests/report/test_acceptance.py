"""What a server announces against what it does: every way in which the two differ, and those in which they do not."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from certprobe.errors import FailureKind, Party
from certprobe.pki.name import DistinguishedName
from certprobe.report.acceptance import Listed, Received, acceptances
from certprobe.report.contradictions import conclude_experiments, is_contradiction
from certprobe.report.model import HttpFacts, Outcome, Played, Role, Stage, StageOutcome, StoreFacts, Weight
from certprobe.report.treatment import treatment
from certprobe.report.verdict import conclude
from certprobe.selection.select import ANONYMOUS, By, Choice
from certprobe.tls.enums import AlertDescription
from certprobe.tls.events import Phase
from certprobe.tls.messages import CertificateRequest
from tests.report.played import INVALID, LAB, NGINX, NO_METHOD, OTHER, STORE, SUCCESS, Did, found, played
from tests.report.reports import asked, attempt, credential, judged, lab, request, stages, tls


class Case(NamedTuple):
    """What is listed, what is done, and then every cause, the rows that contradict, and the outcome."""

    name: str
    asking: CertificateRequest | None
    did: tuple[Did, ...]
    codes: tuple[str, ...]
    contradicting: tuple[int | None, ...]
    outcome: Outcome


FINE = (
    "word and deed agree",
    "a page that is not there is no refusal",
    "asks, and leaves the refusal to HTTP",
    "names nobody and refuses an expired one",
    "names nobody and accepts",
    "HTTP refuses one whom TLS let through",
    "does not ask, and lets in",
)
REFUSED_ANONYMOUS = Did(None, alert=AlertDescription.certificate_required)
UNKNOWN_CA = AlertDescription.unknown_ca
CASES = (
    Case(
        "word and deed agree",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 200), Did(3, alert=AlertDescription.certificate_expired)),
        ("as-announced",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "a page that is not there is no refusal",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 404)),
        ("as-announced",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "asks, and lets in who has none",
        request(LAB),
        (Did(None, 200), Did(1, 200)),
        ("asks-but-optional",),
        (None,),
        Outcome.ACCEPTED,
    ),
    Case(
        "asks, and leaves the refusal to HTTP",
        request(LAB),
        (Did(None, 403), Did(1, 200)),
        ("as-announced",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "accepts what it does not list",
        request(OTHER),
        (REFUSED_ANONYMOUS, Did(1, 200), Did(2, 200)),
        ("accepts-unlisted",),
        (1, 2),
        Outcome.ACCEPTED,
    ),
    Case(
        "refuses what it lists",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, alert=UNKNOWN_CA)),
        ("refuses-listed",),
        (1,),
        Outcome.REFUSED_BY_ALERT,
    ),
    Case(
        "refuses what it lists by a page of nginx",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 400, page=NGINX)),
        ("refuses-listed",),
        (1,),
        Outcome.REFUSED_BY_HTTP_STATUS,
    ),
    Case(
        "names nobody and refuses",
        request(None),
        (REFUSED_ANONYMOUS, Did(1, failed=FailureKind.CLOSED)),
        ("refuses-unannounced",),
        (1,),
        Outcome.REFUSED_BY_ALERT,
    ),
    Case(
        "names nobody and refuses an expired one",
        request(None),
        (REFUSED_ANONYMOUS, Did(1, 200), Did(3, alert=AlertDescription.certificate_expired)),
        ("as-announced",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "names nobody and accepts",
        request(None),
        (REFUSED_ANONYMOUS, Did(1, 200)),
        ("as-announced",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "accepts an expired one",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(3, 200)),
        ("accepts-not-time-valid",),
        (3,),
        Outcome.ACCEPTED,
    ),
    Case(
        "refuses what it does not list: what else",
        request(OTHER),
        (REFUSED_ANONYMOUS, Did(1, alert=UNKNOWN_CA)),
        ("as-announced",),
        (),
        Outcome.REFUSED_BY_ALERT,
    ),
    Case(
        "HTTP refuses one whom TLS let through",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 200), Did(2, 403)),
        ("as-announced", "refused-by-http-status"),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "HTTP forbids the path to everybody",
        request(LAB),
        (Did(None, 403), Did(1, 403), Did(2, 403)),
        ("refused-alike",),
        (),
        Outcome.REFUSED_BY_HTTP_STATUS,
    ),
    Case(
        "HTTP says nothing of the certificate",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 421)),
        ("trial-unclear",),
        (),
        Outcome.ACCEPTED,
    ),
    Case(
        "does not ask, and turns away",
        None,
        (Did(None, 403),),
        ("not-asked",),
        (None,),
        Outcome.REFUSED_BY_HTTP_STATUS,
    ),
    Case("does not ask, and lets in", None, (Did(None, 200),), ("not-asked",), (), Outcome.NOT_ASKED),
    Case(
        "a directory that does not ask",
        None,
        (Did(None, bind=NO_METHOD),),
        ("not-asked",),
        (),
        Outcome.NOT_ASKED,
    ),
    Case(
        "a directory that lets in who has none",
        request(LAB),
        (Did(None, bind=NO_METHOD), Did(1, bind=SUCCESS, who="dn:uid=alice")),
        ("asks-but-optional",),
        (None,),
        Outcome.ACCEPTED,
    ),
    Case(
        "a directory that makes nothing of a certificate",
        request(LAB),
        (Did(None, bind=NO_METHOD), Did(1, bind=NO_METHOD)),
        ("asks-but-optional", "tls-terminator"),
        (None,),
        Outcome.ACCEPTED_ANONYMOUSLY,
    ),
    Case(
        "a directory that knows no account",
        request(LAB),
        (Did(None, bind=NO_METHOD), Did(1, bind=INVALID)),
        ("asks-but-optional", "not-mapped"),
        (None,),
        Outcome.ACCEPTED_ANONYMOUSLY,
    ),
    Case(
        "nothing came of one of them",
        request(LAB),
        (REFUSED_ANONYMOUS, Did(1, 200), Did(2, failed=FailureKind.TIMEOUT)),
        ("trial-unclear",),
        (),
        Outcome.ACCEPTED,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_word_and_deed(case: Case) -> None:
    acceptance = found(case.asking, *case.did)
    conclusion = conclude_experiments(acceptance)
    assert tuple(cause.code for cause in conclusion.causes) == case.codes
    assert tuple(each.number for each in acceptance.tried if is_contradiction(each)) == case.contradicting
    assert conclusion.outcome is case.outcome
    is_finding = any(cause.weight is Weight.PROBLEM for cause in conclusion.causes)
    assert is_finding == (case.name not in FINE)


@pytest.mark.parametrize(
    ("asking", "did", "listed", "received", "words"),
    [
        (request(LAB), Did(1, 200), Listed.LISTED, Received.LET_IN, "TLS let it through, HTTP 200"),
        (request(OTHER), Did(1, 404), Listed.NOT_LISTED, Received.LET_IN, "TLS let it through, HTTP 404"),
        (request(), Did(1, 503), Listed.ANY, Received.LET_IN, "TLS let it through, HTTP 503"),
        (request(None), Did(1, 403), Listed.ANY, Received.REFUSED_BEHIND_TLS, "TLS let it through, HTTP 403"),
        (request(LAB), Did(1, 400), Listed.LISTED, Received.UNCLEAR, "TLS let it through, HTTP 400"),
        (
            request(LAB),
            Did(1, 400, page=NGINX),
            Listed.LISTED,
            Received.REFUSED,
            f'refused by HTTP 400, "{NGINX}"',
        ),
        (
            request(LAB),
            Did(1, alert=UNKNOWN_CA),
            Listed.LISTED,
            Received.REFUSED,
            "refused after the handshake: the alert unknown_ca (48)",
        ),
        (
            request(LAB),
            Did(1, failed=FailureKind.RESET),
            Listed.LISTED,
            Received.REFUSED,
            "refused after the handshake: the server closed the connection",
        ),
        (
            request(LAB),
            Did(1, bind=NO_METHOD),
            Listed.LISTED,
            Received.NOT_USED,
            "TLS let it through, EXTERNAL: authMethodNotSupported (7), anonymous and may read the root DSE",
        ),
        (
            request(LAB),
            Did(1, bind=SUCCESS, who="dn:uid=alice"),
            Listed.LISTED,
            Received.LET_IN,
            "TLS let it through, EXTERNAL: success (0), WhoAmI: dn:uid=alice",
        ),
        (None, Did(1, 200), Listed.NOT_ASKED, Received.NOT_SENT, "it was not asked for, so it was not sent"),
    ],
)
def test_one_identity(
    asking: CertificateRequest | None, did: Did, listed: Listed, received: Received, words: str
) -> None:
    (tried,) = found(asking, did).tried
    assert (tried.listed, tried.received, treatment(tried)) == (listed, received, words)


def test_what_the_chain_engine_found_above_counts_as_listed() -> None:
    """alice comes without her issuing CA's certificate; the root is listed, and is known to stand above."""
    alice = credential(lab().alice, "alice.pem #1")._replace(intermediates=())
    bare = StoreFacts((alice,), ())
    record = asked(request(LAB), bare, choice=Choice(By.NUMBER, "1"))
    made = attempt(tls(record), played=Played(1), client=judged(Role.CLIENT, lab().alice, ""))
    (acceptance,) = acceptances((made,), (conclude(made, bare),), bare, ())
    assert (acceptance.tried[0].listed, acceptance.tried[0].listed_as) == (Listed.LISTED, DistinguishedName(LAB))


def test_refusing_one_of_a_ca_whose_others_it_accepts_is_not_about_the_ca() -> None:
    acceptance = found(request(LAB), REFUSED_ANONYMOUS, Did(1, alert=UNKNOWN_CA), Did(2, 200))
    (cause,) = conclude_experiments(acceptance).causes
    assert cause.code == "refuses-listed"
    assert "Of the same CA it accepts CN=bertha (2), so it is not the CA." in cause.detail


def test_a_web_server_that_lets_in_everybody_may_not_have_looked() -> None:
    causes = conclude_experiments(found(request(OTHER), Did(None, 200), Did(1, 200))).causes
    assert [cause.code for cause in causes] == ["asks-but-optional", "accepts-unlisted"]
    assert "It lets in who has none, too, so it may just not use it." in causes[1].detail


@pytest.mark.parametrize(
    ("server", "named", "unnamed"),
    [
        ("nginx/1.22.1", "nginx: the CAs of ssl_trusted_certificate", "SSLCADNRequestFile"),
        ("Apache/2.4.57 (Debian)", "apache: SSLCACertificateFile", "ssl_trusted_certificate"),
        ("", "apache: SSLCACertificateFile", "TLSVerifyClient"),
        ("", "nginx: the CAs of ssl_trusted_certificate", "TLSVerifyClient"),
        ("", "haproxy: ca-verify-file", "TLSVerifyClient"),
    ],
)
def test_settings_by_their_real_names(server: str, named: str, unnamed: str) -> None:
    causes = conclude_experiments(found(request(OTHER), REFUSED_ANONYMOUS, Did(1, 200, server=server))).causes
    assert named in causes[0].advice
    assert unnamed not in causes[0].advice


def test_settings_of_slapd() -> None:
    causes = conclude_experiments(found(request(LAB), Did(None, bind=NO_METHOD), Did(1, bind=SUCCESS))).causes
    assert causes[0].advice == "slapd: TLSVerifyClient demand demands one, try and allow do not."


def test_the_servers_own_chain_is_judged_once() -> None:
    expired = judged(Role.SERVER, lab().expired_server, "expired 3 days before")
    attempts = tuple(
        played(did, request(LAB), "/")._replace(server=expired) for did in (REFUSED_ANONYMOUS, Did(1, 200))
    )
    (acceptance,) = acceptances(attempts, tuple(conclude(each, STORE) for each in attempts), STORE, ())
    assert [cause.code for cause in conclude_experiments(acceptance).causes] == ["as-announced", "CERT_E_EXPIRED"]


def test_late_requests_are_requests() -> None:
    record = asked(request(LAB), STORE, Phase.POST_HANDSHAKE, choice=ANONYMOUS)
    late = attempt(tls(record), http=HttpFacts("/"), played=Played(None), stages=stages(
        StageOutcome(Stage.APPLICATION, 0.1, "closed", FailureKind.CLOSED, Party.PEER)
    ))  # fmt: skip
    (acceptance,) = acceptances((late,), (conclude(late, STORE),), STORE, ())
    assert [cause.code for cause in conclude_experiments(acceptance).causes] == ["as-announced"]


def test_a_server_that_was_never_reached_is_told_as_ever() -> None:
    failed = StageOutcome(Stage.CONNECT, 0.1, "refused", FailureKind.CONNECTION_REFUSED, Party.NETWORK)
    nowhere = attempt(None, stages=(failed,), played=Played(None))
    (acceptance,) = acceptances((nowhere,), (conclude(nowhere, STORE),), STORE, ())
    assert conclude_experiments(acceptance) == conclude(nowhere, STORE)
