"""What one client's visit comes to, from the listener's side: how its login went, and what the client should change.

The causes are found by subject, in `visit_handshake` for what broke off, in `visit_certificate` for what was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.errors import FailureKind
from certprobe.report import evidence, visit_certificate, visit_handshake, visit_requests
from certprobe.report.model import Cause, Conclusion, Outcome, Weight
from certprobe.tls.events import Phase
from certprobe.wincrypt.hresult import ERROR_SUCCESS

if TYPE_CHECKING:
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.store import CertificateStore
    from certprobe.report.model import RequestRecord
    from certprobe.report.visits import Visit

_FIRST_FAILURE = 400
_LEFT = (FailureKind.CLOSED, FailureKind.RESET)


def conclude_visit(visit: Visit, roots: CertificateStore, accounts: AccountStore | None = None) -> Conclusion:
    """Say how a client's login went and why, the gravest cause first.

    `roots` are those that the listener trusts, `accounts` those that it maps certificates to, None without mapping.
    """
    outcome = _outcome(visit)
    found = [*_causes(outcome, visit, roots, accounts), *visit_handshake.worth_knowing(visit)]
    return Conclusion(outcome, tuple(sorted(found, key=lambda cause: cause.weight is not Weight.PROBLEM)))


def _causes(outcome: Outcome, visit: Visit, roots: CertificateStore, accounts: AccountStore | None) -> list[Cause]:
    record = evidence.deciding_request(visit.attempt)
    if outcome in (Outcome.NOT_REACHED, Outcome.REFUSED_BY_CLIENT):
        return [*visit_handshake.of_end(visit), *visit_certificate.of_sent(visit, record, roots, accounts)]
    if outcome is Outcome.INTERRUPTED:
        ended = Cause(
            FailureKind.INTERRUPTED.value, Weight.PROBLEM, "the listener ended before the client was answered"
        )
        return [ended, *visit_certificate.of_sent(visit, record, roots, accounts)]
    late = visit_handshake.of_late_request(visit)
    found = [*late, *visit_certificate.of_answer(visit, record, roots, accounts)]
    if outcome is Outcome.NOT_ASKED:
        found.append(visit_requests.of_not_asking())
    has_ended = bool(late) or visit_handshake.our_refusal(visit.attempt) is not None
    return found if has_ended else [*found, *visit_requests.of_requests(visit)]


# --- how it went ------------------------------------------------------------------------------------------------------


def _outcome(visit: Visit) -> Outcome:
    attempt = visit.attempt
    record = evidence.deciding_request(attempt)
    if evidence.was_interrupted(attempt):
        return Outcome.INTERRUPTED
    if attempt.tls is None or Phase.INITIAL not in attempt.tls.completed:
        return _before_the_end_of_the_handshake(visit, record)
    if record is None:
        return _unasked(visit)
    return _with_certificate(visit) if record.sent else _refused_as_it_was(visit) or Outcome.ACCEPTED_ANONYMOUSLY


def _before_the_end_of_the_handshake(visit: Visit, record: RequestRecord | None) -> Outcome:
    if record is not None and visit_handshake.our_refusal(visit.attempt) is not None:
        return Outcome.REFUSED_BY_ALERT
    return Outcome.REFUSED_BY_CLIENT if visit_handshake.was_distrusted(visit) else Outcome.NOT_REACHED


def _unasked(visit: Visit) -> Outcome:
    """Never asked, or asked late without an answer."""
    refused = _refused_as_it_was(visit)
    if refused is not None:
        return refused
    return Outcome.WOULD_BE_REFUSED if visit_handshake.of_late_request(visit) else Outcome.NOT_ASKED


def _with_certificate(visit: Visit) -> Outcome:
    client = visit.attempt.client
    if client is not None and client.deciding.error != ERROR_SUCCESS:
        return _refused_as_it_was(visit) or Outcome.WOULD_BE_REFUSED
    if visit.info is not None and visit.info.CertDeniedByMapper:
        return Outcome.NOT_MAPPED
    if visit_handshake.our_refusal(visit.attempt) is not None:
        return Outcome.REFUSED_BY_ALERT
    if visit_requests.inside_tls(visit) and not visit_requests.has_bound(visit):
        return _refused_as_it_was(visit) or Outcome.ACCEPTED_ANONYMOUSLY
    return Outcome.ACCEPTED


def _refused_as_it_was(visit: Visit) -> Outcome | None:
    """How the listener refused, if it came to that."""
    if visit.status is not None and visit.status >= _FIRST_FAILURE:
        return Outcome.REFUSED_BY_HTTP_STATUS
    if any(not each.result.success for each in visit_requests.external_binds(visit)):
        return Outcome.REFUSED_BY_LDAP_RESULT
    return Outcome.REFUSED_BY_ALERT if visit_handshake.our_refusal(visit.attempt) is not None else None
