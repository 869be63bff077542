"""Reports to write documents and texts of: lab certificates, the real selection, the real engine, the real policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from certprobe.application.http import BodyEnd, HttpAnswered
from certprobe.application.ldap import BindAnswered, RootDseAnswered, StartTlsAnswered, WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.question import ChainQuestion
from certprobe.endpoint import Endpoint, StartTls, parse_https, parse_ldap
from certprobe.errors import FailureKind, Party
from certprobe.lab.pki import Authority, Issued, common_name_only
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.report.model import (
    AlertRecord,
    Attempt,
    Cause,
    Conclusion,
    HttpFacts,
    Judgement,
    LdapFacts,
    Outcome,
    Played,
    ProbeReport,
    RequestRecord,
    Role,
    Run,
    Stage,
    StageOutcome,
    StoreFacts,
    TlsFacts,
    Untried,
    Weight,
    WhyUntried,
)
from certprobe.report.verdict import conclude, conclude_run, exit_code
from certprobe.selection.select import ANONYMOUS, AUTO, By, Choice, select_client_certificate
from certprobe.tls.enums import AlertDescription, ClientCertificateType, NamedGroup, ProtocolVersion, SignatureScheme
from certprobe.tls.events import Closure, Negotiated, Phase
from certprobe.tls.messages import CertificateRequest, OidFilter
from certprobe.wincrypt.policy_flags import AuthType

AT: Final = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
STARTED: Final = datetime(2026, 11, 20, 12, 0, 1, 500_000, tzinfo=UTC)
TLS_1_3: Final = Negotiated(ProtocolVersion.TLS_1_3, 0x1302, NamedGroup.X25519MLKEM768, "http/1.1")
SCHEMES: Final = (SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256)
WHY: Final = Cause(
    "unknown_ca",
    Weight.PROBLEM,
    "the server does not trust the issuer of CN=bob",
    "The server refused with the alert unknown_ca (48).",
    "Use a certificate issued under one of the listed CAs.",
)
EXPIRED: Final = Cause("CERT_E_EXPIRED", Weight.PROBLEM, "the server's certificate is not valid", "It has expired.")
MALFORMED: Final = Cause(
    "malformed-list", Weight.NOTE, "the list is malformed", advice="Trust fewer CAs on the server."
)


class Lab(NamedTuple):
    """Who exists: `alice` of the CA that servers list, `bob` of another."""

    root: Authority
    server: Issued
    expired_server: Issued
    alice: Issued
    bob: Issued


@cache
def lab() -> Lab:
    root, other = Authority.root("Lab root", at=AT), Authority.root("Other root", at=AT)
    issuing = root.intermediate("Lab issuing CA")
    return Lab(
        root,
        issuing.server("localhost", "127.0.0.1"),
        issuing.server("localhost", not_after=AT - timedelta(days=3)),
        issuing.client("alice"),
        other.client("bob", not_after=AT - timedelta(days=1)),
    )


def credential(issued: Issued, source: str, status: KeyStatus = KeyStatus.FITS) -> Credential:
    intermediates = tuple(map(Certificate, issued.chain))
    key = issued.private_key if status is KeyStatus.FITS else None
    return Credential(Certificate(issued.der), intermediates, key, status, None, source)


def request(*names: bytes | None, version: int = ProtocolVersion.TLS_1_3) -> CertificateRequest:
    """A CertificateRequest that lists these names; a None among them is a list that was not sent."""
    listed = None if None in names else tuple(name for name in names if name is not None)
    size = sum(len(name) + 2 for name in listed or ())
    is_tls12 = version < ProtocolVersion.TLS_1_3
    types = (ClientCertificateType.rsa_sign, ClientCertificateType.ecdsa_sign) if is_tls12 else None
    return CertificateRequest(version, size + 20, b"", types, listed, size, SCHEMES)


def asked(
    asking: CertificateRequest,
    store: StoreFacts,
    phase: Phase = Phase.INITIAL,
    *,
    choice: Choice = AUTO,
    note: str | None = None,
) -> RequestRecord:
    """A request as the real selection answers it."""
    selection = select_client_certificate(asking, store.credentials, at=AT, choice=choice)
    chosen = selection.chosen
    sent = () if chosen is None else (chosen.certificate, *chosen.intermediates)
    return RequestRecord(phase, asking, selection, chosen, sent, note)


def judged(role: Role, issued: Issued, reason: str, *, roots: CertificateStore | None = None) -> Judgement:
    """A chain as the real engine and the real policies judge it."""
    usage = RequestedUsage(UsageMatch.AND, (SERVER_AUTH if role is Role.SERVER else CLIENT_AUTH,))
    store = CertificateStore(map(Certificate, issued.chain))
    trusted = CertificateStore((Certificate(lab().root.issued.der),)) if roots is None else roots
    context = get_certificate_chain(Certificate(issued.der), store, ChainQuestion(trusted, AT, usage))
    auth_type = AuthType.AUTHTYPE_SERVER if role is Role.SERVER else AuthType.AUTHTYPE_CLIENT
    para = PolicyParameters(ssl=SslPara(auth_type, server_name="localhost"))
    ssl = verify_chain_policy(ChainPolicy.SSL, context, para)
    return Judgement(role, context, (ssl, verify_chain_policy(ChainPolicy.BASE, context, para)), ssl, reason)


def tls(*requests: RequestRecord, server: Issued | None = None, **changes: object) -> TlsFacts:
    issued = server or lab().server
    certificates = tuple(map(Certificate, (issued.der, *issued.chain)))
    facts = TlsFacts("localhost", TLS_1_3, certificates, requests=requests, completed=(Phase.INITIAL,))
    return facts._replace(**changes)  # type: ignore[arg-type]


def stages(*failed: StageOutcome) -> tuple[StageOutcome, ...]:
    connected = StageOutcome(Stage.CONNECT, 0.0012345678, "127.0.0.1:8443")
    if failed:
        return (connected, *failed)
    handshake = StageOutcome(Stage.HANDSHAKE, 0.02, "TLS 1.3")
    return (connected, handshake, StageOutcome(Stage.APPLICATION, 0.004, "answered"))


def attempt(facts: TlsFacts | None, **changes: object) -> Attempt:
    made = Attempt("/", "127.0.0.1:8443", stages(), facts, None, None, None, None)
    return made._replace(**changes)  # type: ignore[arg-type]


def http(status: int, reason: str, path: str = "/") -> HttpFacts:
    headers = (("server", "nginx"), ("content-length", "3"))
    return HttpFacts(path, HttpAnswered(status, reason, "1.1", headers, b"\x00hi", BodyEnd.COMPLETE))


HTTPS: Final = parse_https("https://localhost:8443/")
LDAP: Final = parse_ldap("ldap://dc1.lab.test", StartTls.NOT_ASKED)
NOTHING: Final = StoreFacts((), ())


def report(
    store: StoreFacts,
    *pairs: tuple[Attempt, Conclusion],
    endpoint: Endpoint = HTTPS,
    exit_code: int = 1,
) -> ProbeReport:
    causes = dict.fromkeys(cause for _, conclusion in pairs for cause in conclusion.causes)
    whole = Conclusion(pairs[0][1].outcome, tuple(causes))
    attempts, conclusions = tuple(each for each, _ in pairs), tuple(each for _, each in pairs)
    return ProbeReport("0.1.0", endpoint, AT, STARTED, 0.0254, "system", store, attempts, conclusions, whole, exit_code)


@cache
def store() -> StoreFacts:
    """alice, bob (expired, of another CA), and alice's certificate once more without its key."""
    alone = credential(lab().alice, "alone.pem #1", KeyStatus.ABSENT)
    return StoreFacts((credential(lab().alice, "alice.p12 #1"), credential(lab().bob, "bob.pem #1"), alone), ())


def accepted() -> ProbeReport:
    """alice is chosen and let in; the server staples an OCSP response, and nothing is wrong."""
    asking = asked(request(lab().alice.issuer, version=ProtocolVersion.TLS_1_2), store())
    negotiated = Negotiated(ProtocolVersion.TLS_1_2, 0xC02B, NamedGroup.secp256r1)
    facts = tls(asking, negotiated=negotiated, stapled_ocsp=b"\x30\x03\x0a\x01\x06", closure=Closure.CLOSE_NOTIFY)
    server, client = judged(Role.SERVER, lab().server, "fine"), judged(Role.CLIENT, lab().alice, "fine")
    cause = Cause(
        "accepted", Weight.NOTE, "the server accepted the client certificate CN=alice", "HTTP 200 OK was the answer."
    )
    pair = attempt(facts, http=http(200, "OK"), server=server, client=client), Conclusion(Outcome.ACCEPTED, (cause,))
    return report(store(), pair, exit_code=0)


def refused() -> ProbeReport:
    """bob is named and sent, the server (expired itself) refuses him by alert, and so do we its answer."""
    only = StoreFacts((credential(lab().bob, "bob.pem #1"),), ("bob.pem: block 2 is no certificate",))
    asking = asked(request(lab().alice.issuer), only, choice=Choice(By.NUMBER, "1"), note="as told")
    alerts = (AlertRecord(Party.PEER, 2, AlertDescription.unknown_ca), AlertRecord(Party.OURSELVES, 2, 50))
    facts = tls(asking, server=lab().expired_server, alerts=alerts, closure=Closure.ALERT)
    failed = StageOutcome(Stage.APPLICATION, 0.004, "the server sent an alert", FailureKind.ALERT, Party.PEER)
    server, client = judged(Role.SERVER, lab().expired_server, "expired"), judged(Role.CLIENT, lab().bob, "expired")
    facts_of_it = attempt(facts, stages=stages(failed), http=HttpFacts("/"), server=server, client=client)
    return report(only, (facts_of_it, Conclusion(Outcome.REFUSED_BY_ALERT, (WHY, EXPIRED, MALFORMED))))


def not_reached() -> ProbeReport:
    """Nothing listens."""
    failed = StageOutcome(Stage.CONNECT, 0.001, "connection refused", FailureKind.CONNECTION_REFUSED, Party.NETWORK)
    title = "nothing listens there: the connection was refused"
    cause = Cause(
        "connection-refused", Weight.PROBLEM, title, "", "Check that the service runs and that this is its port."
    )
    nowhere = attempt(None, peer=None, stages=(failed,))
    return report(NOTHING, (nowhere, Conclusion(Outcome.NOT_REACHED, (cause,))), exit_code=3)


def paths() -> ProbeReport:
    """One path does not ask, the other asks late, with an empty list, gets alice, and says 403."""
    silent = attempt(tls(), http=http(200, "OK"), server=judged(Role.SERVER, lab().server, "fine"))
    late = asked(request(), store(), Phase.POST_HANDSHAKE)
    strict = attempt(tls(late), path="/private", http=http(403, "Forbidden", "/private"))
    title = "the server refused CN=alice"
    no = Conclusion(Outcome.REFUSED_BY_HTTP_STATUS, (Cause("refused-by-http-status", Weight.PROBLEM, title),))
    return report(store(), (strict, no), (silent, Conclusion(Outcome.NOT_ASKED, ())))


def experiments() -> ProbeReport:
    """alice is let in, bob is not, and so is nobody without; the third has no key to try."""
    authorities = request(lab().alice.issuer)
    anonymous = asked(authorities, store(), choice=ANONYMOUS)
    alice = asked(authorities, store(), choice=Choice(By.NUMBER, "1"))
    bob = asked(authorities, store(), choice=Choice(By.NUMBER, "2"))
    alert = AlertRecord(Party.PEER, 2, AlertDescription.unknown_ca)
    failed = StageOutcome(Stage.APPLICATION, 0.004, "the server sent an alert", FailureKind.ALERT, Party.PEER)
    tried = (
        attempt(tls(anonymous), http=http(200, "OK"), played=Played(None)),
        attempt(tls(alice), http=http(200, "OK"), played=Played(1)),
        attempt(tls(bob, alerts=(alert,), closure=Closure.ALERT), stages=stages(failed), played=Played(2)),
    )
    untried = (Untried("/", Played(3), WhyUntried.NO_PRIVATE_KEY),)
    run = Run(store(), tried, tuple(conclude(each, store()) for each in tried), untried)
    whole = conclude_run(run)
    pairs = tuple(zip(run.attempts, run.conclusions, strict=True))
    return report(store(), *pairs)._replace(conclusion=whole, exit_code=exit_code(whole), untried=untried)


def directory() -> ProbeReport:
    """A directory over StartTLS that maps alice to nobody."""
    yes, no = (LdapResult(0, "success", "", "", None), LdapResult(49, "invalidCredentials", "", "LdapErr", "52e"))
    attributes = (("supportedSASLMechanisms", ("EXTERNAL", "GSSAPI")), ("supportedControl", ("1.2.3",)))
    answers = LdapFacts(
        StartTlsAnswered(yes),
        WhoAmIAnswered(yes, ""),
        BindAnswered(no),
        WhoAmIAnswered(LdapResult(2, "protocolError", "", "", None), None),
        RootDseAnswered(yes, attributes),
    )
    asking = asked(request(None), store())
    cause = Cause("not-mapped", Weight.PROBLEM, "the server maps CN=alice to no account", "", "Add the mapping.")
    pair = attempt(tls(asking), path=None, ldap=answers), Conclusion(Outcome.NOT_MAPPED, (cause,))
    return report(store(), pair, endpoint=LDAP)


def broken() -> ProbeReport:
    """A server that breaks off in the middle of a malformed request, after a certificate that is none."""
    filters = (OidFilter(bytes.fromhex("0603551d25"), b""), OidFilter(b"\xff", b"\x00"))
    malformed = request(b"\x30\x00", b"no name")._replace(
        oid_filters=filters, faults=("oid_filters: 9 octets declared",)
    )
    facts = tls(
        RequestRecord(Phase.INITIAL, malformed),
        negotiated=Negotiated(0x7F1C, 0xEEEE, 0xFEFE),
        certificates=(Certificate(b"garbage"), Certificate(b"")),
        faults=("certificate 3: 9 octets declared, 1 left",),
        alerts=(AlertRecord(Party.PEER, 7, 222),),
        completed=(),
        closure=Closure.WITHOUT_ALERT,
    )
    failed = StageOutcome(Stage.HANDSHAKE, 0.02, "closed", FailureKind.CLOSED, Party.PEER)
    return report(NOTHING, (attempt(facts, stages=stages(failed)), Conclusion(Outcome.NOT_REACHED, ())), exit_code=3)


EVIL: Final = "[red]evil[/red] \x1b]0;owned\x07\x1b[2J\u202egnp.exe\x00\r\n\x9b31m\u200b:smile: https://evil.test"


def hostile() -> ProbeReport:
    """Every text that a stranger can write holds what would harm a terminal, and one name is a megabyte long."""
    evil = lab().root.server("localhost", subject=common_name_only(EVIL))
    mallory = credential(lab().root.client("x", subject=common_name_only(EVIL)), EVIL)
    holder = StoreFacts((mallory,), (EVIL,))
    asking = asked(request(common_name_only(EVIL), common_name_only("A" * 1_000_000)), holder, note=EVIL)
    yes = LdapResult(1, EVIL, EVIL, EVIL, "0")
    directory = LdapFacts(
        StartTlsAnswered(yes),
        WhoAmIAnswered(yes, EVIL),
        root_dse=RootDseAnswered(yes._replace(code=0), ((EVIL, (EVIL,)),)),
    )
    answer = HttpAnswered(400, EVIL, "1.1", ((EVIL, EVIL),), EVIL.encode(), BodyEnd.COMPLETE)
    failed = StageOutcome(Stage.APPLICATION, 0.1, EVIL, FailureKind.MALFORMED, Party.PEER)
    facts = tls(asking, server=evil, faults=(EVIL,), server_name=EVIL, negotiated=TLS_1_3._replace(alpn=EVIL))
    told = attempt(
        facts,
        path=EVIL,
        peer=EVIL,
        stages=stages(failed),
        http=HttpFacts(EVIL, answer),
        ldap=directory,
        server=judged(Role.SERVER, evil, EVIL),
    )
    conclusion = Conclusion(
        Outcome.REFUSED_BY_CLOSE, (Cause("x", Weight.PROBLEM, EVIL, EVIL, EVIL), Cause("y", Weight.NOTE, EVIL))
    )
    endpoint = HTTPS._replace(path=EVIL)
    return report(holder, (told, conclusion), (told, conclusion), endpoint=endpoint)._replace(trust=EVIL, version=EVIL)


ALL: Final = (accepted, refused, not_reached, paths, experiments, directory, broken, hostile)
