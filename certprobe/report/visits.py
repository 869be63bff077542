"""What a listener learned of one client: the connection in the probe's terms, and what only the server's side sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.application.http import HttpRequested
    from certprobe.application.ldap_results import LdapOperation
    from certprobe.endpoint import Endpoint
    from certprobe.mapping.store import AccountStore
    from certprobe.policy.http_sys import HttpSslClientCertInfo
    from certprobe.report.model import Attempt, Conclusion
    from certprobe.tls.client_hello import ClientHello


class Visit(NamedTuple):
    """One connection of a client.

    In `attempt`, `peer` is the client, `tls.certificates` what was shown to it, `sent` of each request what it sent,
    and `client` the judgement of that. `hello` is its first ClientHello, None where none came; `requested` and `status`
    are the HTTP request and the status of the answer. `info` is None where no certificate was sent. `account` is the
    name of the account that the certificate maps to, None where none does or no mapping was asked for.
    """

    number: int
    attempt: Attempt
    hello: ClientHello | None = None
    requested: HttpRequested | None = None
    status: int | None = None
    operations: tuple[LdapOperation, ...] = ()
    info: HttpSslClientCertInfo | None = None
    account: str | None = None


class VisitReport(NamedTuple):
    """A visit and what it comes to; members as in ProbeReport, `endpoint` is the listener."""

    version: str
    endpoint: Endpoint
    at: datetime
    started: datetime
    seconds: float
    trust: str
    visit: Visit
    conclusion: Conclusion
    exit_code: int
    accounts: AccountStore | None = None
