"""What a server did with one identity, or with none, in one phrase: by which protocol, with which number, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.report import evidence, words
from certprobe.report.acceptance import Received
from certprobe.report.model import Stage

if TYPE_CHECKING:
    from certprobe.report.acceptance import Tried
    from certprobe.report.model import Attempt, LdapFacts

_WHEN: Final = {Stage.HANDSHAKE: "in the handshake", Stage.APPLICATION: "after the handshake"}


def treatment(tried: Tried) -> str:
    """Say it without a full stop, as "TLS let it through, HTTP 200 OK"."""
    attempt = tried.attempt
    match tried.received:
        case Received.REFUSED if _has_http(attempt):
            return f"refused by {answer(attempt)}"
        case Received.REFUSED:
            when = f" {_WHEN[tried.refused_in]}" if tried.refused_in in _WHEN else ""
            return f"refused{when}: {answer(attempt)}"
        case Received.NOT_SENT:
            return "it was not sent" if tried.record is not None else "it was not asked for, so it was not sent"
        case Received.UNCLEAR if not _has_http(attempt):
            return answer(attempt)
        case _:
            return f"TLS let {'us' if tried.is_anonymous else 'it'} through, {answer(attempt)}"


def answer(attempt: Attempt) -> str:
    """How a conversation ended, as "HTTP 200 OK" or "the alert unknown_ca (48)"."""
    if attempt.http is not None and attempt.http.answer is not None:
        page = evidence.page_of_refusal(attempt.http.answer)
        status = f"HTTP {attempt.http.answer.status} {attempt.http.answer.reason}".rstrip()
        return status if page is None else f'{status}, "{page}"'
    if (alert := evidence.fatal_alert(attempt)) is not None:
        return f"the alert {words.alert(alert)}"
    if (failed := evidence.failed_stage(attempt)) is not None:
        return failed.detail
    return _directory(attempt.ldap) if attempt.ldap is not None else "no answer was read"


def _has_http(attempt: Attempt) -> bool:
    return attempt.http is not None and attempt.http.answer is not None


def _directory(ldap: LdapFacts) -> str:
    if before := evidence.authorization_identity(ldap.who_am_i_before):
        return f"WhoAmI without a bind: {before}"
    if ldap.bind is None:
        return "no answer was read"
    result = ldap.bind.result
    bind = f"EXTERNAL: {result.name} ({result.code})"
    after = evidence.authorization_identity(ldap.who_am_i_after)
    if after:
        return f"{bind}, WhoAmI: {after}"
    reads = ldap.root_dse is not None and ldap.root_dse.result.success
    return f"{bind}, anonymous{' and may read the root DSE' if reads else ''}"
