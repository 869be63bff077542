"""How a server asks, read off what connections saw; what a listener cannot do likewise is said."""

from __future__ import annotations

import pytest

from certprobe.application.http import BodyEnd, HttpAnswered
from certprobe.errors import FailureKind, Party
from certprobe.lab.pki import name_der
from certprobe.mirror import AskedIn, Mirror, Observation, announcing, imitating, mirrored
from certprobe.report.model import AlertRecord, Attempt, HttpFacts, RequestRecord, Stage, StageOutcome, TlsFacts
from certprobe.tls.enums import AlertDescription, AlertLevel, ClientCertificateType, ProtocolVersion, SignatureScheme
from certprobe.tls.events import Closure, Negotiated, Phase
from certprobe.tls.messages import CertificateRequest, OidFilter
from certprobe.tls.openssl import Requirement, VersionRange
from certprobe.tls.openssl_server import EmptyList, ServerOptions
from tests.selection.credentials import USUAL_SCHEMES, S, tls11, tls12, tls13
from tests.tls.wired import SERVER, TLS10, TLS11, TLS12, TLS13

AES = 0xC02F
GOOD = StageOutcome(Stage.APPLICATION, 0.1, "done")
ALERT = StageOutcome(Stage.APPLICATION, 0.1, "an alert", FailureKind.ALERT, Party.PEER)
BROKEN = StageOutcome(Stage.HANDSHAKE, 0.1, "an alert", FailureKind.ALERT, Party.PEER)
CLOSED = StageOutcome(Stage.APPLICATION, 0.1, "closed", FailureKind.CLOSED, Party.PEER)
OK = HttpAnswered(200, "OK", "1.1", (), b"", BodyEnd.COMPLETE)
NAME = "CN=Lab root"


def observation(
    version: ProtocolVersion,
    *requests: CertificateRequest,
    phase: Phase = Phase.INITIAL,
    last: StageOutcome = GOOD,
    answer: HttpAnswered | None = OK,
    alert: AlertDescription | None = None,
    path: str = "/",
    suite: int = AES,
    spoken: ProtocolVersion | None = None,
    completed: tuple[Phase, ...] = (Phase.INITIAL,),
) -> Observation:
    facts = TlsFacts(
        None,
        Negotiated(spoken or version, suite),
        completed=completed,
        requests=tuple(RequestRecord(phase, request, sent=()) for request in requests),
        alerts=() if alert is None else (AlertRecord(Party.PEER, AlertLevel.fatal, alert),),
        closure=None if alert is None else Closure.ALERT,
    )
    return Observation(version, Attempt(path, "peer", (last,), facts, HttpFacts(path, answer), None, None, None))


def refused(version: ProtocolVersion, request: CertificateRequest, alert: AlertDescription | None) -> Observation:
    return observation(version, request, last=CLOSED if alert is None else ALERT, answer=None, alert=alert)


REQUIRED_13 = refused(TLS13, tls13(NAME), AlertDescription.certificate_required)
REQUIRED_12 = refused(TLS12, tls12(NAME), AlertDescription.handshake_failure)


def test_in_the_handshake_of_both_versions() -> None:
    assert mirrored((REQUIRED_13, REQUIRED_12)) == Mirror(
        VersionRange(TLS12, TLS13),
        (
            AskedIn(TLS12, Phase.INITIAL, Requirement.REQUIRED, tls12(NAME)),
            AskedIn(TLS13, Phase.INITIAL, Requirement.REQUIRED, tls13(NAME)),
        ),
    )


def test_nobody_is_asked() -> None:
    mirror = mirrored((observation(TLS13), observation(TLS12)))
    assert mirror == Mirror(VersionRange(TLS12, TLS13), ())
    assert mirror.model is None


def test_a_version_that_was_answered_with_another_is_not_spoken() -> None:
    mirror = mirrored((observation(TLS13, spoken=TLS12), observation(TLS12)))
    assert mirror.versions == VersionRange(TLS12, TLS12)


def test_only_the_paths_that_ask_are_named() -> None:
    late = [
        observation(version, request, phase=phase, path=path)
        for version, request, phase in (
            (TLS12, tls12(NAME), Phase.RENEGOTIATION),
            (TLS13, tls13(NAME), Phase.POST_HANDSHAKE),
        )
        for path in ("/admin", "/secret")
    ]
    mirror = mirrored((observation(TLS13), observation(TLS12), *late))
    assert [(each.phase, each.paths) for each in mirror.asked] == [
        (Phase.RENEGOTIATION, ("/admin", "/secret")),
        (Phase.POST_HANDSHAKE, ("/admin", "/secret")),
    ]
    assert mirror.differences == ()


@pytest.mark.parametrize(("observations", "difference"), [
    pytest.param(
        (observation(TLS12), observation(TLS10)),
        "TLS 1.1: the server does not speak it, though it speaks an older one; the mirror does",
        id="gap",
    ),
    pytest.param(
        (observation(TLS13), observation(TLS12, last=BROKEN, answer=None, completed=())),
        "TLS 1.2: the handshake ended before the server could ask (an alert); the mirror does not speak it",
        id="broken-off",
    ),
    pytest.param(
        (REQUIRED_13, observation(TLS12)),
        "TLS 1.2: the server does not ask; the mirror asks as in TLS 1.3",
        id="asks-in-one-version",
    ),
    pytest.param(
        (REQUIRED_13, observation(TLS12, tls12(NAME)), observation(TLS11, tls11(NAME))),
        "TLS 1.1, TLS 1.2: the server asks in the handshake, and goes on without a certificate; "
        "the mirror asks as in TLS 1.3, in the handshake, and requires a certificate",
        id="requires-in-one-version",
    ),
    pytest.param(
        (refused(TLS13, tls13(NAME), None), refused(TLS12, tls12(NAME), AlertDescription.handshake_failure)),
        "TLS 1.3: without a certificate the server says nothing and hangs up; the mirror sends certificate_required",
        id="no-alert",
    ),
    pytest.param(
        (refused(TLS12, tls12(NAME), AlertDescription.bad_certificate),),
        "TLS 1.2: without a certificate the server sends bad_certificate and hangs up; "
        "the mirror sends handshake_failure",
        id="other-alert",
    ),
    pytest.param(
        (observation(TLS12, tls12(NAME), answer=OK._replace(status=403)),),
        "TLS 1.2: without a certificate the server answers HTTP 403; the mirror answers with its own report",
        id="http-status",
    ),
    pytest.param(
        (observation(TLS12, tls12(NAME), suite=0x003D),),
        "TLS 1.2: the server chose TLS_RSA_WITH_AES_256_CBC_SHA256; "
        "the mirror exchanges keys with forward secrecy (ECDHE)",
        id="rsa-cipher",
    ),
    pytest.param(
        (observation(TLS12, tls12(NAME)._replace(faults=("certificate_authorities: 3 octets declared, 2 left",))),),
        "TLS 1.2: the server's CertificateRequest is broken (certificate_authorities: 3 octets declared, 2 left); "
        "the mirror's is whole",
        id="broken",
    ),
])  # fmt: skip
def test_what_the_server_does_and_the_mirror_does_not(observations: tuple[Observation, ...], difference: str) -> None:
    assert mirrored(observations).differences == (difference,)


def test_who_asks_again_is_mirrored_once() -> None:
    seen = observation(TLS12, tls12(NAME), path="/secret")
    assert seen.attempt.tls is not None
    again = RequestRecord(Phase.RENEGOTIATION, tls12("CN=Other"), sent=())
    tls = seen.attempt.tls._replace(requests=(*seen.attempt.tls.requests, again))
    mirror = mirrored((Observation(TLS12, seen.attempt._replace(tls=tls)),))
    assert [each.phase for each in mirror.asked] == [Phase.INITIAL]
    assert mirror.differences == (
        "TLS 1.2: the server asks again after the request for /secret; the mirror asks once",
        "TLS 1.2: the server asks for something else the second time; the mirror for the same",
    )


def test_who_is_refused_after_the_second_request_may_pass_the_first() -> None:
    seen = refused(TLS12, tls12(NAME), AlertDescription.handshake_failure)
    assert seen.attempt.tls is not None
    first = RequestRecord(Phase.INITIAL, tls12(NAME), sent=())
    last = RequestRecord(Phase.RENEGOTIATION, tls12(NAME), sent=())
    tls = seen.attempt.tls._replace(requests=(first, last))
    mirror = mirrored((Observation(TLS12, seen.attempt._replace(tls=tls)),))
    assert [each.requirement for each in mirror.asked] == [Requirement.OPTIONAL]


def test_silence_after_the_question_is_no_refusal() -> None:
    silent = StageOutcome(Stage.APPLICATION, 10.0, "no answer in time", FailureKind.TIMEOUT, Party.PEER)
    mirror = mirrored((observation(TLS13, tls13(NAME), last=silent, answer=None),))
    assert [each.requirement for each in mirror.asked] == [Requirement.OPTIONAL]
    assert mirror.differences == ()


# --- what can be asked for --------------------------------------------------------------------------------------------

BOTH = ServerOptions(SERVER, versions=VersionRange(TLS12, TLS13))
ECDSA = (S.ecdsa_secp384r1_sha384, S.ecdsa_secp256r1_sha256)
RSA_SIGN, ECDSA_SIGN = ClientCertificateType.rsa_sign, ClientCertificateType.ecdsa_sign


def mirror_of(*requests: CertificateRequest) -> Mirror:
    return mirrored([observation(ProtocolVersion(request.version), request) for request in requests])


def test_names_and_schemes_are_taken_over() -> None:
    asked = imitating(
        mirror_of(tls13("CN=A", "CN=B", schemes=ECDSA), tls12("CN=A", "CN=B", types=(64,), schemes=ECDSA)), BOTH
    )
    assert asked.options.certificate_authorities == (name_der("CN=A"), name_der("CN=B"))
    assert asked.options.signature_algorithms == ECDSA
    assert asked.differences == ()


def test_who_asks_nobody_changes_nothing() -> None:
    assert imitating(mirrored((observation(TLS13),)), BOTH) == (BOTH, ())


def test_schemes_that_only_tls12_has_do_not_stand_against_the_list_of_tls13() -> None:
    tls12_has_more = (*USUAL_SCHEMES, SignatureScheme.dsa_sha256)
    asked = imitating(mirror_of(tls13(NAME), tls12(NAME, types=(1, 2, 64), schemes=tls12_has_more)), BOTH)
    assert asked.options.signature_algorithms == tls12_has_more
    assert asked.differences == ()


def test_an_empty_list_beside_more_schemes() -> None:
    empty = tls13()._replace(certificate_authorities=())
    tls12_has_more = (*USUAL_SCHEMES, SignatureScheme.dsa_sha256)
    asked = imitating(mirror_of(empty, tls12(types=(1, 2, 64), schemes=tls12_has_more)), BOTH)
    assert asked.options.empty_list is EmptyList.EMPTY_EXTENSION
    assert asked.differences == ()


@pytest.mark.parametrize(("requests", "differences"), [
    pytest.param(
        (tls13(), tls12(NAME)),
        ("TLS 1.2: certificate_authorities: ",),
        id="list-in-one-version",
    ),
    pytest.param(
        (tls13(NAME, schemes=(*USUAL_SCHEMES, 0xFEFE)),),
        ("TLS 1.3: signature_algorithms: 0xfefe left out",),
        id="unknown-scheme",
    ),
    pytest.param(
        (tls13(NAME)._replace(oid_filters=(OidFilter(b"\x06\x01\x2a", b""),), signature_algorithms_cert=ECDSA),),
        (
            "TLS 1.3: signature_algorithms_cert: not sent",
            "TLS 1.3: oid_filters: 0 instead of 1",
        ),
        id="extensions-of-tls13",
    ),
    pytest.param(
        (tls12(NAME, types=(64, 1)),),
        ("TLS 1.2: certificate_types: in another order, or not as often",),
        id="types-in-another-order",
    ),
    pytest.param(
        (tls12(NAME)._replace(certificate_authorities=(name_der(NAME), b"\xff\xff")),),
        ("TLS 1.2: certificate_authorities: ",),
        id="no-name",
    ),
])  # fmt: skip
def test_what_cannot_be_asked_for_is_told(
    requests: tuple[CertificateRequest, ...], differences: tuple[str, ...]
) -> None:
    told = imitating(mirror_of(*requests), BOTH).differences
    assert len(told) == len(differences)
    assert all(map(str.startswith, told, differences))


def test_a_list_of_ones_own_is_no_difference() -> None:
    mirror = mirror_of(tls13("CN=A"), tls12("CN=A"))
    listed = imitating(announcing(mirror, (name_der("CN=B"),)), BOTH)
    assert (listed.options.certificate_authorities, listed.differences) == ((name_der("CN=B"),), ())
    none = imitating(announcing(mirror, ()), BOTH)
    assert (none.options.certificate_authorities, none.options.empty_list) == ((), EmptyList.EXTENSION_ABSENT)
    assert none.differences == ()


def test_versions_that_the_listener_does_not_speak_are_not_compared() -> None:
    only = BOTH._replace(versions=VersionRange(TLS13, TLS13))
    asked = imitating(mirror_of(tls13(NAME), tls12("CN=Other")), only)
    assert asked.options.certificate_authorities == (name_der(NAME),)
    assert asked.differences == ()
