"""Experiments made by hand: what a server lists, and what it does with each identity that is played."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from certprobe.application.http import BodyEnd, HttpAnswered
from certprobe.application.ldap import BindAnswered, RootDseAnswered, WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.errors import FailureKind, Party
from certprobe.lab.pki import Issued
from certprobe.report.acceptance import Acceptance, acceptances
from certprobe.report.model import (
    AlertRecord,
    Attempt,
    HttpFacts,
    LdapFacts,
    Played,
    Role,
    Stage,
    StageOutcome,
    StoreFacts,
)
from certprobe.report.verdict import conclude
from certprobe.selection.select import ANONYMOUS, By, Choice
from certprobe.tls.events import Closure
from certprobe.tls.messages import CertificateRequest
from tests.report.reports import AT, asked, attempt, credential, judged, lab, stages, tls

LAB = lab().root.issued.subject
OTHER = lab().bob.issuer
EXPIRED = lab().root.client("carol", not_after=AT - timedelta(days=1))
STORE = StoreFacts(
    (
        credential(lab().alice, "alice.pem #1"),
        credential(lab().root.client("bertha"), "bertha.pem #1"),
        credential(EXPIRED, "carol.pem #1"),
    ),
    (),
)
ISSUED: dict[int, Issued] = {1: lab().alice, 3: EXPIRED}
SUCCESS = LdapResult(0, "success", "", "", None)
NO_METHOD = LdapResult(7, "authMethodNotSupported", "", "", None)
INVALID = LdapResult(49, "invalidCredentials", "", "", None)
NGINX = "The SSL certificate error"


class Did(NamedTuple):
    """What a server does with one identity (None = anonymous): an HTTP status, an LDAP bind, an alert, or a close."""

    number: int | None
    status: int | None = None
    bind: LdapResult | None = None
    alert: int | None = None
    who: str = ""
    page: str = ""
    server: str = ""
    failed: FailureKind | None = None


def played(did: Did, asking: CertificateRequest | None, path: str | None) -> Attempt:
    choice = ANONYMOUS if did.number is None else Choice(By.NUMBER, str(did.number))
    records = () if asking is None else (asked(asking, STORE, choice=choice),)
    facts = tls(*records)
    ended: tuple[StageOutcome, ...] = ()
    if did.alert is not None:
        facts = facts._replace(alerts=(AlertRecord(Party.PEER, 2, did.alert),), closure=Closure.ALERT)
        ended = (StageOutcome(Stage.APPLICATION, 0.1, "the server sent an alert", FailureKind.ALERT, Party.PEER),)
    elif did.failed is not None:
        facts = facts._replace(closure=Closure.WITHOUT_ALERT)
        ended = (StageOutcome(Stage.APPLICATION, 0.1, "the server closed the connection", did.failed, Party.PEER),)
    made = attempt(facts, path=path, stages=stages(*ended), played=Played(did.number))
    if did.status is not None:
        headers = (("server", did.server),) if did.server else ()
        answer = HttpAnswered(did.status, "", "1.1", headers, did.page.encode(), BodyEnd.COMPLETE)
        made = made._replace(http=HttpFacts("/", answer))
    if did.bind is not None:
        root_dse = RootDseAnswered(SUCCESS, (("objectClass", ("top", "OpenLDAProotDSE")),))
        after = WhoAmIAnswered(SUCCESS, did.who)
        made = made._replace(ldap=LdapFacts(None, WhoAmIAnswered(SUCCESS, ""), BindAnswered(did.bind), after, root_dse))
    if records and records[0].sent and did.number in ISSUED:
        made = made._replace(client=judged(Role.CLIENT, ISSUED[did.number], "expired"))
    return made


def found(asking: CertificateRequest | None, *dids: Did) -> Acceptance:
    path = None if any(did.bind is not None for did in dids) else "/"
    attempts = tuple(played(did, asking, path) for did in dids)
    (acceptance,) = acceptances(attempts, tuple(conclude(each, STORE) for each in attempts), STORE, ())
    return acceptance
