"""What becomes of a listener's client: its chain is judged, its account found, its answer made, and it is reported."""

from __future__ import annotations

import enum
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe import __version__
from certprobe.application.ldap_results import RESULT_NAMES, LdapResult
from certprobe.errors import StageError
from certprobe.judging import judge_visitor
from certprobe.policy.http_sys import ssl_client_cert_info
from certprobe.policy.status import ChainPolicy
from certprobe.reception import CertificatesShown, Reception, ReportDue
from certprobe.report import evidence
from certprobe.report.verdict import exit_code
from certprobe.report.visit_causes import conclude_visit
from certprobe.report.visits import VisitReport
from certprobe.wincrypt.hresult import ERROR_SUCCESS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from certprobe.application.http import Headers, HttpRequested
    from certprobe.endpoint import Endpoint
    from certprobe.gather import Gatherer
    from certprobe.judging import Yardstick
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.policy.http_sys import HttpSslClientCertInfo
    from certprobe.reception import Terms
    from certprobe.report.model import Judgement
    from certprobe.report.visits import Visit
    from certprobe.turns import Job

_INVALID_CREDENTIALS: Final = 49
_OK: Final = (200, "OK")
_FORBIDDEN: Final = (403, "Forbidden")


class Media(enum.Enum):
    """In what form a client of HTTP gets its report."""

    JSON = "json"
    HTML = "html"


class Page(NamedTuple):
    """A report as a client gets it, and the headers that say what it is."""

    headers: Headers
    body: bytes


class Hosting(NamedTuple):
    """How a listener deals with its clients.

    `yardstick` judges them, at the time of `clock` unless `at` names another, by the roots that `trust` says in words;
    `gatherer` makes who fetches for one of them. `accounts_for` has the accounts that a certificate may map to, None
    without mapping. `page` writes a report for the client itself, `report` for whoever runs the listener; it may raise
    OSError.
    """

    endpoint: Endpoint
    terms: Terms
    yardstick: Yardstick
    trust: str
    at: datetime | None
    clock: Callable[[], datetime]
    page: Callable[[VisitReport, Media], Page]
    report: Callable[[VisitReport], None]
    gatherer: Callable[[], Gatherer | None] = lambda: None
    accounts_for: Callable[[Certificate], AccountStore] | None = None


class _Known(NamedTuple):
    """What was found out about certificates that a client sent."""

    certificates: tuple[Certificate, ...]
    judgement: Judgement
    info: HttpSslClientCertInfo
    account: str | None
    accounts: AccountStore | None
    reason: str

    @property
    def is_refused(self) -> bool:
        return self.judgement.deciding.error != ERROR_SUCCESS or self.info.CertDeniedByMapper


class HostedGuest:
    """One client of a listener, as `listener.Guest`; `number` counts them."""

    def __init__(self, hosting: Hosting, number: int, peer: str) -> None:
        self._hosting = hosting
        self._number = number
        self._started = hosting.clock()
        self._since = monotonic()
        self._at = hosting.at or self._started
        self._reception = Reception(hosting.terms, peer, monotonic)
        self._known: _Known | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will be said."""
        return self._reception.over

    @property
    def settled(self) -> bool:
        """Whether its handshake is done."""
        return self._reception.settled

    def receive_data(self, data: bytes) -> None:
        """Take octets of the client."""
        self._reception.receive_data(data)

    def receive_eof(self) -> None:
        """The client closed its side."""
        self._reception.receive_eof()

    def data_to_send(self) -> bytes:
        """Octets for the client, once."""
        return self._reception.data_to_send()

    def break_off(self, failure: StageError) -> None:
        """End it for a reason that goes into the report; nothing once it is over."""
        self._reception.break_off(failure)

    def next_job(self) -> Job | None:
        """What has to be judged or written next; None: more octets are needed, or it is over and judged."""
        try:
            event = self._reception.next_event()
        except StageError:
            event = None  # It is in the facts.
        match event:
            case CertificatesShown(certificates):
                return partial(self._examine, certificates)
            case ReportDue(request):
                return partial(self._answer, request)
            case _:
                return self._left_to_judge()

    def report(self) -> None:
        """Say what became of it. Raises OSError when nobody reads it any more."""
        self._hosting.report(self._concluded(self._visit()))

    # --- what is thought through --------------------------------------------------------------------------------------

    def _left_to_judge(self) -> Job | None:
        """What a client sent in a handshake that was never done is judged as well."""
        if not self.over:
            return None
        record = evidence.deciding_request(self._reception.visit(self._number).attempt)
        if record is None or not record.sent or (self._known is not None and self._known.certificates == record.sent):
            return None
        return partial(self._judge, record.sent)

    def _examine(self, certificates: tuple[Certificate, ...]) -> None:
        known = self._known = self._find_out(certificates)
        if known.is_refused:
            name = RESULT_NAMES[_INVALID_CREDENTIALS]
            self._reception.examined(None, LdapResult(_INVALID_CREDENTIALS, name, "", _words(known), None))
        else:
            self._reception.examined(_identity(known))

    def _judge(self, certificates: tuple[Certificate, ...]) -> None:
        self._known = self._find_out(certificates)

    def _find_out(self, certificates: tuple[Certificate, ...]) -> _Known:
        hosting, leaf = self._hosting, certificates[0]
        yardstick = hosting.yardstick._replace(at=self._at)
        if (gatherer := hosting.gatherer()) is not None:
            yardstick = yardstick._replace(find_chain=gatherer.get_certificate_chain)
        judgement = judge_visitor(certificates, yardstick)
        ssl = next(each for each in judgement.statuses if each.policy is ChainPolicy.SSL)
        info = ssl_client_cert_info(judgement.context, ssl)
        accounts = hosting.accounts_for(leaf) if hosting.accounts_for is not None else None
        account, reason = None, ""
        if accounts is not None and accounts.knows(leaf):
            from certprobe.mapping.mapper import ds_mapper
            from certprobe.mapping.ruling import candidates

            answer = ds_mapper(leaf, candidates(leaf, accounts))
            account, reason = answer.account, answer.reason
            info = info._replace(CertDeniedByMapper=answer.CertDeniedByMapper)
        return _Known(certificates, judgement, info, account, accounts, reason)

    def _answer(self, request: HttpRequested) -> None:
        status, reason = _FORBIDDEN if self._turns_away(request) else _OK
        media = _media(request)
        page = self._hosting.page(self._concluded(self._visit()._replace(status=status)), media)
        self._reception.answer(status, reason, page.body, page.headers)

    def _turns_away(self, request: HttpRequested) -> bool:
        if self._known is not None:
            return self._known.is_refused
        return self._hosting.terms.asks_for(request.target)

    # --- what is said of it -------------------------------------------------------------------------------------------

    def _visit(self) -> Visit:
        visit, known = self._reception.visit(self._number), self._known
        if known is None:
            return visit
        attempt = visit.attempt._replace(client=known.judgement)
        return visit._replace(attempt=attempt, info=known.info, account=known.account)

    def _concluded(self, visit: Visit) -> VisitReport:
        hosting = self._hosting
        accounts = self._known.accounts if self._known is not None else None
        conclusion = conclude_visit(visit, hosting.yardstick.roots, accounts)
        return VisitReport(
            version=__version__,
            endpoint=hosting.endpoint,
            at=self._at,
            started=self._started,
            seconds=monotonic() - self._since,
            trust=hosting.trust,
            visit=visit,
            conclusion=conclusion,
            exit_code=exit_code(conclusion),
            accounts=accounts,
        )


def _words(known: _Known) -> str:
    """Why an EXTERNAL bind fails."""
    error = known.judgement.deciding.error
    if error == ERROR_SUCCESS:
        return known.reason
    return f"{error.symbol}: {known.judgement.reason}"


def _identity(known: _Known) -> str:
    """The authorization identity (RFC 4513 5.2.1.8): the account by its name, or the subject as slapd has it."""
    from certprobe.mapping.authorization import ldap_name

    if known.account is None:
        return f"dn:{ldap_name(known.certificates[0].subject)}"
    return f"dn:{known.account}" if "=" in known.account else f"u:{known.account}"


def _media(request: HttpRequested) -> Media:
    """HTML for whoever names it, as browsers do; `*/*` is a program's."""
    accepted = ",".join(value for name, value in request.headers if name == "accept")
    named = {each.partition(";")[0].strip().lower() for each in accepted.split(",")}
    return Media.HTML if "text/html" in named else Media.JSON
