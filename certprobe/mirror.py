"""A server's question mirrored: from what anonymous connections saw of it to what a listener asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import FailureKind
from certprobe.pki.name import DistinguishedName
from certprobe.report import evidence
from certprobe.tls.enums import AlertDescription, ProtocolVersion, cipher_suite_name, name_of
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Requirement, VersionRange

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from certprobe.report.model import Attempt, RequestRecord
    from certprobe.tls.messages import CertificateRequest
    from certprobe.tls.openssl_server import ServerOptions

_REFUSALS: Final = (FailureKind.ALERT, FailureKind.CLOSED, FailureKind.RESET)


class Observation(NamedTuple):
    """A connection that offered one version of TLS, and no certificate when it was asked."""

    version: ProtocolVersion
    attempt: Attempt

    @property
    def is_chosen(self) -> bool:
        """Whether the server chose the version that was offered."""
        return self.attempt.tls is not None and self.attempt.tls.negotiated.version == self.version

    @property
    def is_spoken(self) -> bool:
        """Whether the handshake came so far that it shows what the server asks for, or that it does not ask."""
        tls = self.attempt.tls
        return tls is not None and self.is_chosen and bool(tls.requests or tls.completed)


class AskedIn(NamedTuple):
    """What a server asks for in one version of TLS: in the handshake, or after the request for one of `paths`.

    `requirement` is REQUIRED where the server ended the connection without an answer when no certificate came, else
    OPTIONAL, whatever the answer was. `paths` is empty for the handshake, and for a directory.
    """

    version: ProtocolVersion
    phase: Phase
    requirement: Requirement
    request: CertificateRequest
    paths: tuple[str, ...] = ()

    @property
    def manner(self) -> tuple[Requirement, tuple[str, ...]]:
        """What the handshake requires, and which paths ask after it: all that a listener can do like the server."""
        return (self.requirement if self.phase is Phase.INITIAL else Requirement.NONE), self.paths


class Mirror(NamedTuple):
    """How a server asks: the versions that it speaks, and what it asks for in each, the lowest first.

    A version that is not in `asked` does not ask. `differences` says in words what a listener does otherwise, whatever
    it is made of; `imitating` adds what OpenSSL cannot send.
    """

    versions: VersionRange
    asked: tuple[AskedIn, ...]
    differences: tuple[str, ...] = ()

    @property
    def model(self) -> AskedIn | None:
        """The version whose manner of asking a listener takes over for all: the highest that asks; None = nobody."""
        return self.asked[-1] if self.asked else None


class Imitation(NamedTuple):
    """A listener's options that ask as a mirror says, and in words where that falls short."""

    options: ServerOptions
    differences: tuple[str, ...]


def mirrored(observations: Sequence[Observation]) -> Mirror:
    """Read off how a server asks. At least one observation's version must be spoken.

    Not seen: what depends on the server name, and on the client's address.
    """
    by_version = {
        version: [each for each in observations if each.version is version and each.is_spoken]
        for version in sorted({each.version for each in observations if each.is_spoken})
    }
    spoken = tuple(by_version)
    asked = tuple(each for seen in by_version.values() if (each := _asked(seen)) is not None)
    chosen = {each.version for each in observations if each.is_chosen}
    told = [*_gaps(spoken, chosen), *_unfinished(observations, spoken), *_manners(spoken, asked)]
    told += (each for seen in by_version.values() for each in _peculiarities(seen))
    return Mirror(VersionRange(spoken[0], spoken[-1]), asked, tuple(_by_words(told)))


def announcing(mirror: Mirror, names: tuple[bytes, ...]) -> Mirror:
    """Return the mirror with these names in place of the server's certificate_authorities."""
    asked = []
    for each in mirror.asked:
        may_be_absent = each.version is ProtocolVersion.TLS_1_3
        authorities = None if may_be_absent and not names else names
        asked.append(each._replace(request=each.request._replace(certificate_authorities=authorities)))
    return mirror._replace(asked=tuple(asked))


def imitating(mirror: Mirror, options: ServerOptions) -> Imitation:
    """Return `options` changed so that a listener asks for what the mirror says, in the versions that they have.

    OpenSSL asks for the same in every version: of the lists of all versions those are taken that leave the fewest
    differences. When it asks, and whether it insists, is not touched. Raises ProtocolError (CREDENTIAL_UNUSABLE) like
    `rehearsal.rehearse`.
    """
    from certprobe.tls.rehearsal import asking_like, differences

    within = range(options.versions.minimum, options.versions.maximum + 1)
    requests = [each.request for each in reversed(mirror.asked) if each.version in within]
    lists = dict.fromkeys(asking_like(each, options)._replace(signature_algorithms=None) for each in requests)
    algorithms = dict.fromkeys(each.signature_algorithms for each in requests)
    found = [
        Imitation(tried, tuple(words for each in reversed(requests) for words in differences(tried, each)))
        for tried in (each._replace(signature_algorithms=codes) for each in lists for codes in algorithms)
    ]
    return min(found, key=lambda each: len(each.differences), default=Imitation(options, ()))


def _asked(seen: Iterable[Observation]) -> AskedIn | None:
    """What the connections of one version come to."""
    records = [(each, record) for each in seen for record in evidence.requests(each.attempt)]
    at_once = [each for each in records if each[1].phase is Phase.INITIAL]
    chosen = at_once or records
    if not chosen:
        return None
    first, record = chosen[0]
    is_required = any(_is_refused_after(each.attempt, record) for each, record in chosen)
    return AskedIn(
        first.version,
        record.phase,
        Requirement.REQUIRED if is_required else Requirement.OPTIONAL,
        record.request,
        () if at_once else tuple(dict.fromkeys(each.attempt.path for each, _ in records if each.attempt.path)),
    )


def _is_refused_after(attempt: Attempt, record: RequestRecord) -> bool:
    """Whether the server ended the connection without an answer after this, its last request."""
    failed = evidence.failed_stage(attempt)
    if failed is None or failed.kind not in _REFUSALS or evidence.requests(attempt)[-1] is not record:
        return False
    return record.sent is not None and not _is_answered(attempt)


def _is_answered(attempt: Attempt) -> bool:
    if attempt.ldap is not None:
        return any(each is not None for each in attempt.ldap._replace(start_tls=None))
    return attempt.http is not None and attempt.http.answer is not None


# --- what a listener does otherwise -----------------------------------------------------------------------------------


def _by_words(told: Iterable[tuple[ProtocolVersion, str]]) -> Iterator[str]:
    """Each difference once, with all the versions that have it before it."""
    versions: dict[str, list[str]] = {}
    for version, words in told:
        labels = versions.setdefault(words, [])
        if version.label not in labels:
            labels.append(version.label)
    return (f"{', '.join(labels)}: {words}" for words, labels in versions.items())


def _gaps(
    spoken: Sequence[ProtocolVersion], chosen: Container[ProtocolVersion]
) -> Iterator[tuple[ProtocolVersion, str]]:
    for version in ProtocolVersion:
        if spoken[0] < version < spoken[-1] and version not in chosen:
            yield version, "the server does not speak it, though it speaks an older one; the mirror does"


def _unfinished(
    observations: Iterable[Observation], spoken: Sequence[ProtocolVersion]
) -> Iterator[tuple[ProtocolVersion, str]]:
    """Where the server chose the version, and the handshake ended before it asked: nobody knows for what."""
    for version, attempt in (each for each in observations if each.is_chosen and not each.is_spoken):
        failed = evidence.failed_stage(attempt)
        why = f" ({failed.detail})" if failed is not None else ""
        does = "asks as in others" if spoken[0] < version < spoken[-1] else "does not speak it"
        yield version, f"the handshake ended before the server could ask{why}; the mirror {does}"


def _manners(spoken: Sequence[ProtocolVersion], asked: Sequence[AskedIn]) -> Iterator[tuple[ProtocolVersion, str]]:
    """Where the server is not the same in all versions; the mirror is."""
    if not asked:
        return
    model = asked[-1]
    manners = {each.version: each for each in asked}
    for version in spoken:
        if (other := manners.get(version)) is None:
            yield version, f"the server does not ask; the mirror asks as in {model.version.label}"
        elif other.manner != model.manner:
            as_in = f"the mirror asks as in {model.version.label}, {manner_words(model)}"
            yield version, f"the server asks {manner_words(other)}; {as_in}"


def manner_words(asked: AskedIn) -> str:
    """ "in the handshake, and requires a certificate"."""
    when = "in the handshake" if asked.phase is Phase.INITIAL else _after(", ".join(asked.paths))
    insists = asked.requirement is Requirement.REQUIRED
    return f"{when}, and {'requires a certificate' if insists else 'goes on without a certificate'}"


def _after(paths: str | None) -> str:
    return f"after the request for {paths}" if paths else "after the handshake"


def _peculiarities(seen: Iterable[Observation]) -> Iterator[tuple[ProtocolVersion, str]]:
    """What the server does in one version that no listener here does."""
    for version, attempt in seen:
        records = evidence.requests(attempt)
        yield from ((version, words) for record in records for words in _of_request(record.request))
        if any(record.phase is Phase.INITIAL for record in records) and len(records) > 1:
            yield version, f"the server asks again {_after(attempt.path)}; the mirror asks once"
        if any(_asks_otherwise(record.request, records[0].request) for record in records[1:]):
            yield version, "the server asks for something else the second time; the mirror for the same"
        yield from ((version, words) for words in _of_refusal(version, attempt))
        yield from ((version, words) for words in _of_suite(attempt))


def _asks_otherwise(request: CertificateRequest, other: CertificateRequest) -> bool:
    return request._replace(context=b"", size=0) != other._replace(context=b"", size=0)


def _of_request(request: CertificateRequest) -> Iterator[str]:
    if request.faults:
        yield f"the server's CertificateRequest is broken ({request.faults[0]}); the mirror's is whole"
    for number, name in enumerate(request.certificate_authorities or (), 1):
        if (fault := DistinguishedName(name).fault) is not None:
            yield f"name {number} of the server's list is none ({fault}); the mirror may leave it out"
            return


def _of_refusal(version: ProtocolVersion, attempt: Attempt) -> Iterator[str]:
    """How a client without a certificate is turned away."""
    records = evidence.requests(attempt)
    if not records:
        return
    if attempt.http is not None and attempt.http.answer is not None:
        if evidence.refuses(attempt.http.answer):
            status = attempt.http.answer.status
            yield f"without a certificate the server answers HTTP {status}; the mirror answers with its own report"
    elif _is_refused_after(attempt, records[-1]):
        alert = evidence.fatal_alert(attempt)
        how = "says nothing" if alert is None else f"sends {name_of(AlertDescription, alert)}"
        if records[-1].phase is not Phase.INITIAL:
            yield f"without a certificate the server {how} and hangs up; the mirror answers with its own report"
        elif alert != (ours := _alert_without(version)):
            yield f"without a certificate the server {how} and hangs up; the mirror sends {ours.name}"


def _alert_without(version: ProtocolVersion) -> AlertDescription:
    """What OpenSSL says to a client that has not sent the certificate that it requires."""
    is_tls13 = version is ProtocolVersion.TLS_1_3
    return AlertDescription.certificate_required if is_tls13 else AlertDescription.handshake_failure


def _of_suite(attempt: Attempt) -> Iterator[str]:
    suite = attempt.tls.negotiated.cipher_suite if attempt.tls is not None else None
    if suite is not None and (name := cipher_suite_name(suite)).startswith("TLS_RSA_"):
        yield f"the server chose {name}; the mirror exchanges keys with forward secrecy (ECDHE)"
