"""From the facts of an attempt to how the login went, in the order in which the evidence counts.

`certprobe.report.causes` finds the words; here stands what is concluded.
"""

from __future__ import annotations

from certprobe.errors import FailureKind
from certprobe.report import causes, evidence, words
from certprobe.report.model import (
    ANONYMOUS,
    Attempt,
    Cause,
    Conclusion,
    LdapFacts,
    Outcome,
    Run,
    StageOutcome,
    StoreFacts,
    Weight,
    WhyUntried,
)

_UNUSABLE = (FailureKind.CREDENTIAL_UNUSABLE, FailureKind.CALLBACK)
_ENDED = (FailureKind.ALERT, FailureKind.CLOSED, FailureKind.RESET)
_SUCCESS = 0
_AUTH_METHOD_NOT_SUPPORTED = 7
_INVALID_CREDENTIALS = 49
_REFUSED = (
    Outcome.REFUSED_BY_ALERT,
    Outcome.REFUSED_BY_CLOSE,
    Outcome.REFUSED_BY_HTTP_STATUS,
    Outcome.REFUSED_BY_LDAP_RESULT,
    Outcome.NOT_MAPPED,
    Outcome.TLS_TERMINATOR,
)
_WHEN_INTERRUPTED = 130
# How much a conclusion says about a whole run of several attempts, the most telling first.
_GRAVITY = (
    Outcome.INTERRUPTED,
    Outcome.UNUSABLE_INPUT,
    Outcome.NOT_REACHED,
    Outcome.UNANSWERED,
    *_REFUSED,
    Outcome.REFUSED_BY_CLIENT,
    Outcome.WOULD_BE_REFUSED,
    Outcome.ACCEPTED_NOT_MAPPED,
    Outcome.ACCEPTED,
    Outcome.ACCEPTED_ANONYMOUSLY,
    Outcome.NOT_ASKED,
)


def conclude(attempt: Attempt, store: StoreFacts) -> Conclusion:
    """Say how an attempt went and why, the gravest cause first; `store` is what the user gave to choose from."""
    if attempt.played == ANONYMOUS:
        # Nothing of the store was to be sent, so nothing of it counts.
        store = StoreFacts((), ())
    outcome = _outcome(attempt, store)
    found = [
        *causes.of_outcome(outcome, attempt, store),
        *causes.of_chains(attempt, outcome),
        *causes.worth_knowing(outcome, attempt),
    ]
    return Conclusion(outcome, _gravest_first(found))


def conclude_run(run: Run) -> Conclusion:
    """Say what a run came to, whatever it tried."""
    conclusion = _of_paths(_by_path(run))
    if run.ended is None:
        return conclusion
    from certprobe.report.endings import of_ending

    outcome = Outcome.INTERRUPTED if run.ended is WhyUntried.INTERRUPTED else conclusion.outcome
    return Conclusion(outcome, (*of_ending(run.ended, run), *conclusion.causes))


def _by_path(run: Run) -> dict[str | None, Conclusion]:
    """What each path came to: its experiments together, or else the last connection to it."""
    if any(attempt.played is not None for attempt in run.attempts):
        from certprobe.report.acceptance import acceptances
        from certprobe.report.contradictions import conclude_experiments

        found = acceptances(run.attempts, run.conclusions, run.store, run.untried)
        return {each.path: conclude_experiments(each) for each in found if each.tried}
    pairs = zip(run.attempts, run.conclusions, strict=True)
    return {attempt.path: conclusion for attempt, conclusion in pairs}


def _of_paths(by_path: dict[str | None, Conclusion]) -> Conclusion:
    """The gravest outcome of several paths, with the causes of all of them, each named by its path or paths."""
    if not by_path:
        return Conclusion(Outcome.NOT_REACHED, ())
    gravest = min(by_path.items(), key=lambda pair: _GRAVITY.index(pair[1].outcome))
    if len(by_path) == 1:
        return gravest[1]
    paths: dict[Cause, list[str]] = {}
    for path, conclusion in (gravest, *by_path.items()):
        for cause in conclusion.causes:
            named = paths.setdefault(cause, [])
            if path not in named:
                named.append(path or "")
    found = [cause._replace(title=f"{words.listing(named)}: {cause.title}") for cause, named in paths.items()]
    return Conclusion(gravest[1].outcome, _gravest_first(found))


def _gravest_first(found: list[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(found, key=lambda cause: cause.weight is not Weight.PROBLEM))


def exit_code(conclusion: Conclusion) -> int:
    """Return the exit code of the contract: 130 interrupted, 4 unusable input, 3 not reached, 1 a finding, 0 clean."""
    match conclusion.outcome:
        case Outcome.INTERRUPTED:
            return _WHEN_INTERRUPTED
        case Outcome.UNUSABLE_INPUT:
            return 4
        case Outcome.NOT_REACHED | Outcome.UNANSWERED:
            return 3
        case _:
            return 1 if any(cause.weight is Weight.PROBLEM for cause in conclusion.causes) else 0


def is_refusal(outcome: Outcome) -> bool:
    """Whether the server, in whatever way, turned the client certificate or its absence down."""
    return outcome in _REFUSED


def _outcome(attempt: Attempt, store: StoreFacts) -> Outcome:
    failed = evidence.failed_stage(attempt)
    if failed is not None and failed.kind in _UNUSABLE:
        return Outcome.UNUSABLE_INPUT
    if evidence.was_interrupted(attempt):
        return Outcome.INTERRUPTED
    if attempt.http is not None and attempt.http.answer is not None:
        return _http_outcome(attempt)
    if attempt.ldap is not None and (outcome := _ldap_outcome(attempt, attempt.ldap, store)) is not None:
        return outcome
    return _unanswered_outcome(attempt, failed)


def _unanswered_outcome(attempt: Attempt, failed: StageOutcome | None) -> Outcome:
    """No answer was read: what ended the conversation tells whether the certificate did."""
    if failed is not None and failed.kind is FailureKind.LOST_PATIENCE:
        return Outcome.UNANSWERED
    if evidence.deciding_request(attempt) is not None and failed is not None and failed.kind in _ENDED:
        return Outcome.REFUSED_BY_ALERT if evidence.fatal_alert(attempt) is not None else Outcome.REFUSED_BY_CLOSE
    if attempt.tls is not None and attempt.tls.completed:
        return Outcome.UNANSWERED
    return Outcome.NOT_REACHED


def _http_outcome(attempt: Attempt) -> Outcome:
    assert attempt.http is not None
    assert attempt.http.answer is not None
    record = evidence.deciding_request(attempt)
    if evidence.refuses(attempt.http.answer):
        return Outcome.REFUSED_BY_HTTP_STATUS
    if record is None:
        return Outcome.NOT_ASKED
    return Outcome.ACCEPTED if record.sent else Outcome.ACCEPTED_ANONYMOUSLY


def _ldap_outcome(attempt: Attempt, ldap: LdapFacts, store: StoreFacts) -> Outcome | None:
    """None when the conversation ended before the bind was answered."""
    record = evidence.deciding_request(attempt)
    sent = record is not None and bool(record.sent)
    if sent and evidence.authorization_identity(ldap.who_am_i_before):
        return Outcome.ACCEPTED
    if ldap.bind is None:
        return None
    code = ldap.bind.result.code
    if code == _SUCCESS:
        is_own_subject = record is not None and evidence.is_own_subject(ldap.who_am_i_after, record)
        return Outcome.ACCEPTED_NOT_MAPPED if is_own_subject else Outcome.ACCEPTED
    if not sent:
        if store.credentials:
            return Outcome.REFUSED_BY_LDAP_RESULT
        return Outcome.NOT_ASKED if record is None else Outcome.ACCEPTED_ANONYMOUSLY
    if code == _INVALID_CREDENTIALS:
        return Outcome.NOT_MAPPED
    blameless = evidence.is_sent_faultless(attempt)
    if code == _AUTH_METHOD_NOT_SUPPORTED and blameless and not evidence.offers_external(ldap.root_dse):
        return Outcome.TLS_TERMINATOR
    return Outcome.REFUSED_BY_LDAP_RESULT
