"""Visits to a listener, made by hand of lab certificates, the real engine and the real policies."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Final, NamedTuple

from certprobe.application.http import HttpRequested
from certprobe.application.ldap_results import LdapOperation, LdapResult
from certprobe.endpoint import Endpoint
from certprobe.errors import FailureKind, Party
from certprobe.lab.pki import Issued, common_name_only
from certprobe.mapping.accounts import parse_accounts
from certprobe.mapping.mapper import ds_mapper
from certprobe.mapping.ruling import candidates
from certprobe.mapping.store import AccountStore
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.policy.http_sys import cert_flags, ssl_client_cert_info
from certprobe.policy.status import ChainPolicy, PolicyStatus
from certprobe.report.model import (
    AlertRecord,
    Judgement,
    Outcome,
    RequestRecord,
    Role,
    Stage,
    StageOutcome,
    TlsFacts,
    Weight,
)
from certprobe.report.verdict import exit_code
from certprobe.report.visit_causes import conclude_visit
from certprobe.report.visits import Visit, VisitReport
from certprobe.tls.client_hello import ClientHello
from certprobe.tls.enums import AlertDescription, AlertLevel, ExtensionType, NamedGroup, ProtocolVersion
from certprobe.tls.events import Closure, Negotiated, Phase
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from tests.report import reports
from tests.report.reports import AT, EVIL, SCHEMES, STARTED, TLS_1_3, lab, request

PEER: Final = "127.0.0.1:50123"
SUCCESS: Final = LdapResult(0, "success", "", "", None)
NOT_SUPPORTED: Final = LdapResult(7, "authMethodNotSupported", "", "", None)
INVALID_CREDENTIALS: Final = LdapResult(49, "invalidCredentials", "", "the certificate is that of dn:cn=alice", None)
START_TLS: Final = LdapOperation("ExtendedRequest", "1.3.6.1.4.1.1466.20037", SUCCESS)
EXTERNAL: Final = LdapOperation("BindRequest", "EXTERNAL", SUCCESS)
READ: Final = LdapOperation("SearchRequest", "", SUCCESS)
GET: Final = HttpRequested("GET", "/", (("Host", "localhost"), ("User-Agent", "curl/8.14"), ("Cookie", "secret")))
HELLO: Final = ClientHello(
    512,
    ProtocolVersion.TLS_1_2,
    (0x1A1A, 0x1301, 0x1302, 0xC02B),
    (ExtensionType.server_name, ExtensionType.supported_versions),
    (ProtocolVersion.TLS_1_3, ProtocolVersion.TLS_1_2),
    "localhost",
    ("h2", "http/1.1"),
    SCHEMES,
    None,
    (NamedGroup.X25519MLKEM768, NamedGroup.x25519),
)
LATE_HELLO: Final = HELLO._replace(extensions=(*HELLO.extensions, ExtensionType.post_handshake_auth))


@cache
def roots() -> CertificateStore:
    return CertificateStore((Certificate(lab().root.issued.der),))


def asked(
    sent: Issued | None = None,
    *names: bytes | None,
    phase: Phase = Phase.INITIAL,
    version: int = ProtocolVersion.TLS_1_3,
) -> RequestRecord:
    """A CertificateRequest that announces these names and is answered by what this client sends."""
    certificates = () if sent is None else tuple(map(Certificate, (sent.der, *sent.chain)))
    return RequestRecord(phase, request(*(names or (lab().root.issued.subject,)), version=version), sent=certificates)


def unanswered(phase: Phase = Phase.INITIAL) -> RequestRecord:
    return RequestRecord(phase, request(lab().root.issued.subject))


def judged(sent: Issued, reason: str = "") -> Judgement:
    return reports.judged(Role.CLIENT, sent, reason, roots=roots())


def failed(stage: Stage, kind: FailureKind, detail: str = "", party: Party = Party.PEER) -> tuple[StageOutcome, ...]:
    return (StageOutcome(stage, 0.1, detail, kind, party),)


def visit(
    *requests: RequestRecord,
    client: Judgement | None = None,
    ended: tuple[StageOutcome, ...] = (),
    path: str | None = "/",
    **changes: object,
) -> Visit:
    """A client that got through its handshake and asked for "/"."""
    attempt = reports.attempt(
        reports.tls(*requests), path=path, peer=PEER, client=client, stages=ended or reports.stages()
    )
    info = None
    if client is not None:
        status = next(each for each in client.statuses if each.policy is ChainPolicy.SSL)
        info = ssl_client_cert_info(client.context, status)
    requested, status_code = (GET, 200) if path is not None else (None, None)
    made = Visit(1, attempt, HELLO, requested, status_code, (), info)
    return made._replace(**changes)  # type: ignore[arg-type]


def with_tls(made: Visit, **changes: object) -> Visit:
    assert made.attempt.tls is not None
    facts: TlsFacts = made.attempt.tls._replace(**changes)  # type: ignore[arg-type]
    return made._replace(attempt=made.attempt._replace(tls=facts))


def silent(made: Visit) -> Visit:
    """The same client without a request."""
    return made._replace(requested=None, status=None)


def in_the_end(made: Visit, kind: FailureKind) -> Visit:
    """The same client, had its conversation broken like this after the handshake."""
    return made._replace(attempt=made.attempt._replace(stages=failed(Stage.APPLICATION, kind, "it ended so")))


def broken(
    *requests: RequestRecord,
    kind: FailureKind = FailureKind.CLOSED,
    alerts: tuple[AlertRecord, ...] = (),
    negotiated: Negotiated = TLS_1_3,
    hello: ClientHello | None = HELLO,
    path: str | None = "/",
    stage: Stage = Stage.HANDSHAKE,
) -> Visit:
    """A client whose handshake came to nothing."""
    made = silent(visit(*requests, ended=failed(stage, kind, "it ended so"), path=path, hello=hello))
    closure = Closure.ALERT if any(each.party is Party.PEER for each in alerts) else Closure.WITHOUT_ALERT
    return with_tls(made, alerts=alerts, negotiated=negotiated, completed=(), closure=closure)


def alert(description: int, by: Party = Party.PEER) -> AlertRecord:
    return AlertRecord(by, AlertLevel.fatal, description)


def report(made: Visit, accounts: AccountStore | None = None, endpoint: Endpoint = reports.HTTPS) -> VisitReport:
    conclusion = conclude_visit(made, roots(), accounts)
    code = exit_code(conclusion)
    return VisitReport("0.1.0", endpoint, AT, STARTED, 0.0254, "--ca", made, conclusion, code, accounts)


class Case(NamedTuple):
    """What must be said of a visit: how it went, the code of each cause in its order, and words among theirs."""

    name: str
    visit: Visit
    outcome: Outcome
    codes: tuple[str, ...]
    exit_code: int
    words: str


def check(case: Case) -> None:
    told = report(case.visit)
    causes = told.conclusion.causes
    codes = tuple(cause.code for cause in causes)
    assert (told.conclusion.outcome, codes, told.exit_code) == (case.outcome, case.codes, case.exit_code)
    assert case.words in " ".join(f"{cause.title} {cause.detail} {cause.advice}" for cause in causes)
    weights = [cause.weight is Weight.NOTE for cause in causes]
    assert weights == sorted(weights), "problems stand before notes"


# --- visits -----------------------------------------------------------------------------------------------------------


def good() -> VisitReport:
    return report(visit(asked(lab().alice), client=judged(lab().alice)))


def without_certificate() -> VisitReport:
    return report(visit(asked(), status=403))


def untrusted() -> VisitReport:
    judgement = judged(lab().bob, "the root CN=Other root is not trusted")
    return report(visit(asked(lab().bob), client=judgement, status=403))


@cache
def expired_alice() -> Issued:
    return lab().root.client("alice", not_after=AT - timedelta(days=1))


def expired() -> VisitReport:
    judgement = judged(expired_alice(), "expired at 2026-11-19T12:00:00Z")
    return report(visit(asked(expired_alice()), client=judgement, status=403))


def revoked() -> VisitReport:
    """As a CRL would have it."""
    made = visit(asked(lab().alice), client=judged(lab().alice, "revoked at 2026-11-19T12:00:00Z"), status=403)
    return report(with_error(made, hresult.CRYPT_E_REVOKED))


def with_error(made: Visit, error: HResult) -> Visit:
    """The same client, had the policies answered so of its own certificate."""
    client, info = made.attempt.client, made.info
    assert client is not None
    assert info is not None
    deciding = PolicyStatus(ChainPolicy.SSL, error, 0, 0)
    client = client._replace(deciding=deciding, statuses=(deciding, *client.statuses[1:]))
    attempt = made.attempt._replace(client=client)
    return made._replace(attempt=attempt, info=info._replace(CertFlags=cert_flags(deciding)))


def mapped(rules: bytes = b"alice X509:<S>CN=alice\n") -> VisitReport:
    """As a domain controller sees it: weakly mapped, if nothing else is said."""
    accounts = AccountStore(parse_accounts(rules))
    made = visit(asked(lab().alice), client=judged(lab().alice))
    assert made.info is not None
    answer = ds_mapper(Certificate(lab().alice.der), candidates(Certificate(lab().alice.der), accounts))
    info = made.info._replace(CertDeniedByMapper=answer.CertDeniedByMapper)
    return report(
        made._replace(info=info, account=answer.account, status=403 if answer.account is None else 200), accounts
    )


def let_in() -> VisitReport:
    """Mapped strongly."""
    serial = bytes.fromhex(Certificate(lab().alice.der).serial_hex)
    return mapped(b"alice X509:<I>CN=Lab issuing CA<SR>" + serial[::-1].hex().encode())


def denied() -> VisitReport:
    return mapped(b"bob X509:<S>CN=bob\n")


def distrusting() -> VisitReport:
    unknown_ca = alert(AlertDescription.unknown_ca)
    return report(broken(unanswered(), kind=FailureKind.ALERT, alerts=(unknown_ca,)))


def leaving() -> VisitReport:
    return report(broken(unanswered()))


def plain_http() -> VisitReport:
    return report(broken(kind=FailureKind.NOT_TLS, negotiated=Negotiated(), hello=None))


def bound() -> VisitReport:
    operations = (START_TLS, EXTERNAL, READ)
    made = visit(asked(lab().alice), client=judged(lab().alice), path=None, operations=operations)
    return report(made, endpoint=reports.LDAP)


def hostile() -> VisitReport:
    """Every text that a client can write would harm a terminal or a page, and one name is a megabyte long."""
    mallory = lab().root.client("x", subject=common_name_only(f"{MARKUP}{EVIL}"))
    asking = asked(mallory, common_name_only(f"{MARKUP}{EVIL}"), common_name_only("A" * 1_000_000))
    hello = HELLO._replace(
        server_name=EVIL, alpn=(EVIL, MARKUP), faults=(EVIL, MARKUP), certificate_authorities=(b"\x30\x00", b"junk")
    )
    request_of_it = HttpRequested(EVIL, MARKUP, (("User-Agent", f"{MARKUP}{EVIL}"), (EVIL, MARKUP)))
    operation = LdapOperation(EVIL, MARKUP, LdapResult(1, EVIL, EVIL, MARKUP, None))
    made = visit(
        asking,
        client=judged(mallory, EVIL),
        hello=hello,
        requested=request_of_it,
        operations=(operation,),
        account=MARKUP,
    )
    return report(with_tls(made, faults=(MARKUP,), server_name=EVIL))._replace(trust=MARKUP, version=MARKUP)


MARKUP: Final = "</style></title><script>alert(1)</script>\" onload='alert(2)' &amp; <!-- "
ALL: Final = (
    *(good, without_certificate, untrusted, expired, revoked, mapped, denied),
    *(distrusting, leaving, plain_http, bound, hostile),
)
