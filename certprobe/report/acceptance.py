"""What a server announces, set against what it did when each identity was played: read off the attempts of a run."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki.name import DistinguishedName
from certprobe.report import evidence
from certprobe.report.model import ANONYMOUS, Outcome, Stage
from certprobe.report.servers import server_of
from certprobe.selection.cells import Reason
from certprobe.tls.messages import Announced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.pki.credential import Credential
    from certprobe.report.model import Attempt, Conclusion, RequestRecord, StoreFacts, Untried
    from certprobe.report.servers import Server
    from certprobe.selection.cells import Rejection

_FORBIDDEN = (401, 403)
_SAYS_NOTHING = (400, 421)
_AUTH_METHOD_NOT_SUPPORTED = 7


class Listed(enum.Enum):
    """How an identity stands to the list of CAs that it was asked with; ANY is a list that is empty or absent."""

    LISTED = "listed"
    NOT_LISTED = "not-listed"
    ANY = "any"
    NOT_ASKED = "not-asked"


class Received(enum.Enum):
    """What the server did.

    REFUSED turns down the certificate, or its absence, whatever it is told by; REFUSED_BEHIND_TLS is a refusal by HTTP
    or LDAP after TLS let it through. NOT_USED is a connection that stands and a login that the certificate did not
    bring about. NOT_SENT is an identity that never went out, UNCLEAR a conversation that says nothing of it.
    """

    LET_IN = "let-in"
    REFUSED = "refused"
    REFUSED_BEHIND_TLS = "refused-behind-tls"
    NOT_USED = "not-used"
    NOT_SENT = "not-sent"
    UNCLEAR = "unclear"


class Tried(NamedTuple):
    """One identity, or none, as it was played; `place` is the attempt's in the run, from 0, `record` what was asked.

    `listed` is None for anonymous; `listed_as` is the name in the list that an identity counts under. `refused_in` is
    the stage in which it was refused: in TLS 1.3 that is often only the first read after the handshake.
    """

    place: int
    attempt: Attempt
    conclusion: Conclusion
    number: int | None
    credential: Credential | None
    record: RequestRecord | None
    listed: Listed | None
    listed_as: DistinguishedName | None
    received: Received
    refused_in: Stage | None

    @property
    def is_anonymous(self) -> bool:
        """Whether it was played without a certificate."""
        return self.number is None

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """What speaks against sending it, whatever the list says."""
        against = evidence.rejections_of_sent(self.attempt)
        return tuple(each for each in against if each.reason is not Reason.ISSUER_NOT_LISTED)

    @property
    def is_faultless(self) -> bool:
        """Whether the selection and the chain engine have nothing against it, the list included."""
        return evidence.is_sent_faultless(self.attempt)


class Acceptance(NamedTuple):
    """Everything that was tried on one path (None for a directory), anonymous first, and what was not."""

    path: str | None
    tried: tuple[Tried, ...]
    untried: tuple[Untried, ...]
    server: Server | None

    @property
    def anonymous(self) -> Tried | None:
        """How it went without a certificate; None if the run ended before."""
        return next((each for each in self.tried if each.is_anonymous), None)

    @property
    def identities(self) -> tuple[Tried, ...]:
        """How it went with each identity."""
        return tuple(each for each in self.tried if not each.is_anonymous)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The connections behind it."""
        return tuple(each.attempt for each in self.tried)


def acceptances(
    attempts: tuple[Attempt, ...],
    conclusions: tuple[Conclusion, ...],
    store: StoreFacts,
    untried: tuple[Untried, ...],
) -> tuple[Acceptance, ...]:
    """Return what the experiments of a run showed, path by path; empty if it made none."""
    paths = dict.fromkeys(
        [*(each.path for each in attempts if each.played), *(each.path for each in untried if each.played)]
    )
    tried = [
        _tried(index, attempt, conclusion, store)
        for index, (attempt, conclusion) in enumerate(zip(attempts, conclusions, strict=True))
        if attempt.played is not None
    ]
    return tuple(
        Acceptance(
            path,
            tuple(each for each in tried if each.attempt.path == path),
            tuple(each for each in untried if each.path == path and each.played is not None),
            server_of(attempts),
        )
        for path in paths
    )


def _tried(index: int, attempt: Attempt, conclusion: Conclusion, store: StoreFacts) -> Tried:
    assert attempt.played is not None
    number = attempt.played.number
    record = evidence.deciding_request(attempt)
    listed, listed_as = _listed(attempt, record) if attempt.played != ANONYMOUS else (None, None)
    received = _received(attempt, conclusion.outcome, record)
    failed = evidence.failed_stage(attempt)
    return Tried(
        index,
        attempt,
        conclusion,
        number,
        None if number is None else store.credentials[number - 1],
        record,
        listed,
        listed_as,
        received,
        failed.stage if failed is not None and received is Received.REFUSED else None,
    )


# --- what was announced -----------------------------------------------------------------------------------------------


def _listed(attempt: Attempt, record: RequestRecord | None) -> tuple[Listed, DistinguishedName | None]:
    if record is None:
        return Listed.NOT_ASKED, None
    if record.request.announced is not Announced.LIST:
        return Listed.ANY, None
    names = frozenset(map(DistinguishedName, record.request.certificate_authorities or ()))
    if (found := next((name for name in _issuers(attempt, record) if name in names), None)) is not None:
        return Listed.LISTED, found
    reasons = (rejection.reason for rejection in evidence.rejections_of_sent(attempt))
    is_below_one = record.sent and Reason.ISSUER_NOT_LISTED not in reasons
    return (Listed.LISTED if is_below_one else Listed.NOT_LISTED), None


def _issuers(attempt: Attempt, record: RequestRecord) -> Iterator[DistinguishedName]:
    """Who issued what was sent, and what the chain engine found above it."""
    yield from (certificate.issuer for certificate in record.sent or ())
    if attempt.client is not None:
        context = attempt.client.context
        for chain in (*context.chains, *context.lower_quality):
            yield from (element.certificate.issuer for element in chain.elements)


def ends_in_a_root(attempt: Attempt) -> bool:
    """Whether the whole way up from the client's certificate is known, so that no listed CA can stand in between."""
    if attempt.client is None:
        return False
    return any(chain.elements[-1].certificate.is_self_issued for chain in attempt.client.context.chains)


# --- what was done ----------------------------------------------------------------------------------------------------


def _received(attempt: Attempt, outcome: Outcome, record: RequestRecord | None) -> Received:
    match outcome:
        case Outcome.UNANSWERED | Outcome.NOT_REACHED | Outcome.UNUSABLE_INPUT | Outcome.INTERRUPTED:
            return Received.UNCLEAR
        case Outcome.REFUSED_BY_CLIENT | Outcome.WOULD_BE_REFUSED:
            return Received.UNCLEAR
        case _ if attempt.played != ANONYMOUS and (record is None or not record.sent):
            return Received.NOT_SENT
        case Outcome.REFUSED_BY_ALERT | Outcome.REFUSED_BY_CLOSE:
            return Received.REFUSED
        case Outcome.REFUSED_BY_HTTP_STATUS:
            return Received.REFUSED_BEHIND_TLS if _status(attempt) in _FORBIDDEN else Received.REFUSED
        case Outcome.TLS_TERMINATOR:
            return Received.NOT_USED
        case Outcome.REFUSED_BY_LDAP_RESULT if _bind_code(attempt) == _AUTH_METHOD_NOT_SUPPORTED:
            return Received.NOT_USED
        case Outcome.REFUSED_BY_LDAP_RESULT | Outcome.NOT_MAPPED:
            return Received.REFUSED_BEHIND_TLS
        case _:
            return Received.UNCLEAR if _status(attempt) in _SAYS_NOTHING else Received.LET_IN


def _status(attempt: Attempt) -> int | None:
    return attempt.http.answer.status if attempt.http is not None and attempt.http.answer is not None else None


def _bind_code(attempt: Attempt) -> int | None:
    return attempt.ldap.bind.result.code if attempt.ldap is not None and attempt.ldap.bind is not None else None


def is_one_answer_for_all(tried: Iterable[Tried]) -> bool:
    """Whether HTTP refuses whoever gets through TLS alike, so that its refusal says nothing of certificates."""
    through = [each for each in tried if each.received is not Received.REFUSED]
    seen = {(each.received, _status(each.attempt)) for each in through}
    is_about_both = {each.is_anonymous for each in through} == {True, False}
    return is_about_both and len(seen) == 1 and through[0].received is Received.REFUSED_BEHIND_TLS
