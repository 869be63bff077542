"""What is said of a client that never got as far as its certificate, or came too late with it."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, Party
from certprobe.report.model import Outcome
from certprobe.tls.enums import AlertDescription, ProtocolVersion
from certprobe.tls.events import Negotiated, Phase
from tests.report.reports import TLS_1_3, lab
from tests.report.visits import (
    HELLO,
    LATE_HELLO,
    Case,
    alert,
    asked,
    broken,
    check,
    in_the_end,
    judged,
    silent,
    unanswered,
    visit,
    with_tls,
)

ALICE = lab().alice
OURSELVES = Party.OURSELVES
TLS_1_2 = Negotiated(ProtocolVersion.TLS_1_2, 0xC02B)
NOTHING = Negotiated()
UNEXPECTED = alert(AlertDescription.unexpected_message, OURSELVES)


GOOD = visit(asked(ALICE), client=judged(ALICE))
LATE = with_tls(visit(status=403), negotiated=TLS_1_3)


CASES = [
    # --- asked too late ---
    Case(
        "no post handshake authentication",
        LATE,
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("post-handshake-not-offered",),
        1,
        "It did not offer post_handshake_auth (RFC 8446 4.2.6).",
    ),
    Case(
        "no renegotiation",
        with_tls(silent(visit()), negotiated=TLS_1_2, alerts=(alert(AlertDescription.no_renegotiation),)),
        Outcome.WOULD_BE_REFUSED,
        ("no-renegotiation",),
        1,
        "let the client use",
    ),
    Case(
        "left when it was asked after the handshake",
        in_the_end(silent(visit(unanswered(Phase.POST_HANDSHAKE), hello=LATE_HELLO)), FailureKind.CLOSED),
        Outcome.WOULD_BE_REFUSED,
        ("late-request-unanswered",),
        1,
        "asked for a certificate after the handshake",
    ),
    # --- the listener's certificate ---
    Case(
        "unknown CA of the listener",
        broken(unanswered(), kind=FailureKind.ALERT, alerts=(alert(AlertDescription.unknown_ca),)),
        Outcome.REFUSED_BY_CLIENT,
        ("unknown_ca",),
        1,
        "Have the client trust CN=Lab root",
    ),
    Case(
        "another name",
        broken(
            unanswered(),
            kind=FailureKind.ALERT,
            alerts=(alert(AlertDescription.bad_certificate),),
            hello=HELLO._replace(server_name="dc1.lab.test"),
        ),
        Outcome.REFUSED_BY_CLIENT,
        ("bad_certificate",),
        1,
        "It asked for dc1.lab.test; the certificate names localhost, 127.0.0.1.",
    ),
    Case(
        "closed at the listener's certificate",
        broken(unanswered()),
        Outcome.REFUSED_BY_CLIENT,
        ("refused-by-client",),
        1,
        "Some clients say nothing",
    ),
    Case(
        "goodbye in clear",
        in_the_end(silent(with_tls(GOOD, alerts=(UNEXPECTED,))), FailureKind.MALFORMED),
        Outcome.ACCEPTED,
        ("tls-broken", "accepted"),
        1,
        "libldap does so after StartTLS if it does not trust the listener",
    ),
    Case(
        "good but gone",
        in_the_end(silent(GOOD), FailureKind.CLOSED),
        Outcome.ACCEPTED,
        ("accepted", "no-request"),
        0,
        "look at the listener's certificate only after the handshake",
    ),
    # --- no handshake ---
    Case(
        "no version in common",
        broken(
            kind=FailureKind.ALERT,
            alerts=(alert(AlertDescription.protocol_version, OURSELVES),),
            negotiated=NOTHING,
            hello=HELLO._replace(version=0x0301, supported_versions=None),
        ),
        Outcome.NOT_REACHED,
        ("protocol_version",),
        3,
        "The client offers TLS 1.0 and 4 cipher suites.",
    ),
    Case(
        "no cipher suite in common",
        broken(
            kind=FailureKind.ALERT,
            alerts=(alert(AlertDescription.handshake_failure, OURSELVES),),
            negotiated=NOTHING,
            hello=HELLO._replace(cipher_suites=(0x0004,)),
        ),
        Outcome.NOT_REACHED,
        ("handshake_failure",),
        3,
        "The client offers TLS 1.3, TLS 1.2 and 1 cipher suite.",
    ),
    Case(
        "plain HTTP",
        broken(kind=FailureKind.NOT_TLS, negotiated=NOTHING, hello=None),
        Outcome.NOT_REACHED,
        ("not-tls",),
        3,
        "Give the client an address with https:// or ldaps://",
    ),
    Case(
        "nothing",
        broken(negotiated=NOTHING, hello=None),
        Outcome.NOT_REACHED,
        ("closed",),
        3,
        "closed the connection before it said anything",
    ),
    Case(
        "silence",
        broken(kind=FailureKind.TIMEOUT, negotiated=NOTHING, hello=None),
        Outcome.NOT_REACHED,
        ("timeout",),
        3,
        "connected and said nothing",
    ),
    Case(
        "a person who thinks too long",
        broken(unanswered(), kind=FailureKind.TIMEOUT),
        Outcome.NOT_REACHED,
        ("timeout",),
        3,
        "did not finish its handshake in time",
    ),
    Case(
        "the listener was stopped",
        broken(unanswered(), kind=FailureKind.INTERRUPTED),
        Outcome.INTERRUPTED,
        ("interrupted",),
        130,
        "the listener ended before the client was answered",
    ),
    # --- malformed ---
    Case(
        "malformed all the same",
        with_tls(GOOD._replace(hello=HELLO._replace(faults=("odd length 3",))), faults=("1 octet left",)),
        Outcome.ACCEPTED,
        ("accepted", "malformed-client-hello", "malformed-certificate-message"),
        0,
        "Odd length 3.",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_conclusion(case: Case) -> None:
    check(case)
