"""Fetching what certificates say is published: bounded, kept on disk, and never where strangers must not send us."""

from __future__ import annotations

import contextlib
import enum
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urljoin

from certprobe import transport, web
from certprobe.application.http import BodyEnd, HttpExchange
from certprobe.cache import Entry
from certprobe.chain.sources import SourceKind
from certprobe.endpoint import HostPort, parse_web_address
from certprobe.errors import DecodeError, NotReached, StageError, UsageError
from certprobe.pki.published import Published, decode_crls, decode_issuers, decode_ocsp_responses
from certprobe.report.fetches import Fetch, FetchOutcome
from certprobe.vicinity import ALL_UNICAST, Vicinity, vicinity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from certprobe.application.http import Headers, HttpAnswered
    from certprobe.cache import Cache
    from certprobe.endpoint import WebAddress
    from certprobe.transport import Address, Deadline, Step

MOST_FETCHES: Final = 32
"""Connections of one run, redirects included."""
MOST_REDIRECTS: Final = 3
_LONGEST_VALIDATOR: Final = 1024
_ISSUERS_HOLD: Final = timedelta(days=1)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_OK: Final = 200
_LONGEST_GET: Final = 255  # RFC 5019 5
_OCSP_REQUEST: Final = "application/ocsp-request"
_NOT_MODIFIED: Final = 304


class Wanted(NamedTuple):
    """A URL as it stands in a certificate or CRL, what it is said to give, and for a responder what it is asked."""

    kind: SourceKind
    url: str
    request: bytes | None = None


class Fetched(NamedTuple):
    """What became of it, and what there is, which is our old copy where nothing newer came; nothing of it is judged."""

    fetch: Fetch
    published: Published


class Network(enum.Enum):
    """Whether anybody may be asked."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


class Copy(enum.Enum):
    """What a copy of an earlier fetch is good for."""

    WHILE_CURRENT = "nobody is asked while it is current, and a server only whether it has a newer one"
    NOT_ENOUGH = "it did not settle the question, so the whole is fetched again"


class _Kind(NamedTuple):
    """How one kind is read, how many octets of it are, and until when it says that it holds (None: it does not say)."""

    limit: int
    decode: Callable[[bytes], Published]
    holds_until: Callable[[Published, datetime], datetime | None]


class _Way(NamedTuple):
    """A URL to get, or one to post something to."""

    url: str
    post: bytes | None = None


class _Kept(NamedTuple):
    """An answer and what is in it."""

    entry: Entry
    published: Published


class _NotFetchedError(Exception):
    """Nothing came: the outcome and why."""

    def __init__(self, outcome: FetchOutcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


class _FailedError(_NotFetchedError):
    """Nothing came, or nothing that is of use, though we would have had it."""

    def __init__(self, why: str) -> None:
        super().__init__(FetchOutcome.FAILED, why)


class Fetcher:
    """Fetches for one run, each thing once, within the time of `deadline` and MOST_FETCHES; `now` tells an aware time.

    What is fetched for one chain is there for the next. A server that was not reached is not tried again.
    """

    def __init__(self, cache: Cache, deadline: Deadline, network: Network, now: Callable[[], datetime]) -> None:
        self.now: Final = now
        self._cache = cache
        self._deadline = deadline
        self._network = network
        self._left = MOST_FETCHES
        self._fetched: dict[Wanted, Fetched] = {}
        self._dead: dict[HostPort, str] = {}

    def fetch(self, wanted: Wanted, permitted: AbstractSet[Vicinity], copy: Copy = Copy.WHILE_CURRENT) -> Fetched:
        """Fetch from the network or the cache; connects only to addresses in the permitted vicinities. Never raises."""
        known = self._fetched.get(wanted)
        if known is None or (copy is Copy.NOT_ENOUGH and is_copy(known.fetch.outcome)):
            known = self._fetched[wanted] = self._fetch(wanted, permitted, copy)
        return known

    def _fetch(self, wanted: Wanted, permitted: AbstractSet[Vicinity], copy: Copy) -> Fetched:
        key = f"{wanted.kind.value} {wanted.url}\0".encode() + (wanted.request or b"")
        kept = _kept(self._cache.load(key), _KINDS[wanted.kind])
        entry = kept.entry if kept is not None and copy is Copy.WHILE_CURRENT else None
        if kept is not None and entry is not None and self._is_current(kept, _KINDS[wanted.kind]):
            return _result(wanted, FetchOutcome.CACHED, kept)
        try:
            outcome, found = self._find(wanted, entry, permitted)
        except _NotFetchedError as error:
            return _result(wanted, error.outcome, kept, str(error))
        except UsageError as error:
            return _result(wanted, FetchOutcome.REFUSED, kept, str(error))
        except (DecodeError, StageError) as error:
            return _result(wanted, FetchOutcome.FAILED, kept, str(error))
        self._cache.store(key, found.entry)
        return _result(wanted, outcome, found)

    def _find(
        self, wanted: Wanted, entry: Entry | None, permitted: AbstractSet[Vicinity]
    ) -> tuple[FetchOutcome, _Kept]:
        """A small request goes to a responder by GET, which caches on the way may answer (RFC 5019 5), or by POST."""
        url = _url_of_request(wanted)
        if url is not None:
            with contextlib.suppress(DecodeError, StageError, _FailedError):
                return self._find_by(_Way(url), wanted, entry, permitted)
        return self._find_by(_Way(wanted.url, wanted.request), wanted, entry, permitted)

    def _find_by(
        self, way: _Way, wanted: Wanted, entry: Entry | None, permitted: AbstractSet[Vicinity]
    ) -> tuple[FetchOutcome, _Kept]:
        answer = self._ask(way, wanted.kind, _validators(entry), permitted)
        outcome, new = self._entry(wanted, answer, entry)
        return outcome, _Kept(new, _KINDS[wanted.kind].decode(new.body))

    def _is_current(self, kept: _Kept, kind: _Kind) -> bool:
        until = kind.holds_until(kept.published, kept.entry.confirmed)
        return until is not None and kept.entry.confirmed <= self.now() <= until

    def _entry(self, wanted: Wanted, answer: HttpAnswered, entry: Entry | None) -> tuple[FetchOutcome, Entry]:
        fields = dict(answer.headers)
        if answer.status == _NOT_MODIFIED and entry is not None:
            return FetchOutcome.UNCHANGED, entry._replace(confirmed=self.now())
        if answer.status != _OK:
            raise _FailedError(f"the server answered {answer.status} {answer.reason}".rstrip())
        if answer.body_end is BodyEnd.EXCERPT:
            raise _FailedError(f"it is longer than {_KINDS[wanted.kind].limit} octets")
        if answer.body_end is not BodyEnd.COMPLETE:
            raise _FailedError("the server broke off in the middle of it")
        new = Entry(
            wanted.url, self.now(), _validator(fields.get("etag")), _validator(fields.get("last-modified")), answer.body
        )
        return FetchOutcome.FETCHED, new

    # --- the network --------------------------------------------------------------------------------------------------

    def _ask(self, way: _Way, kind: SourceKind, validators: Headers, permitted: AbstractSet[Vicinity]) -> HttpAnswered:
        """Follow the redirects; every hop is held to every bound."""
        url = way.url
        step: Step | None = None
        for _ in range(MOST_REDIRECTS + 1):
            address = parse_web_address(url)
            self._count()
            step = step or self._deadline.step(f"fetching {url}")
            if step.left() <= 0:
                raise _FailedError("no time is left for it")
            answer = self._exchange(kind, way.post, address, validators, permitted, step)
            location = dict(answer.headers).get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            try:
                url = urljoin(url, location)
            except ValueError:
                raise _FailedError("the server redirects to what is no URL") from None
        raise _FailedError(f"the server redirects more than {MOST_REDIRECTS} times, last to {url}")

    def _count(self) -> None:
        if self._network is Network.FORBIDDEN:
            raise _NotFetchedError(FetchOutcome.OFFLINE, "the network is not to be used")
        if self._left == 0:
            raise _NotFetchedError(FetchOutcome.REFUSED, f"more than {MOST_FETCHES} fetches in one run")
        self._left -= 1

    def _exchange(
        self,
        kind: SourceKind,
        post: bytes | None,
        address: WebAddress,
        validators: Headers,
        permitted: AbstractSet[Vicinity],
        step: Step,
    ) -> HttpAnswered:
        place = HostPort(address.host, address.port)
        if place in self._dead:
            raise _FailedError(self._dead[place])
        headers = (*validators, ("Accept-Encoding", "identity"))
        if post is not None:
            headers = (*headers, ("Content-Type", _OCSP_REQUEST))
        exchange = HttpExchange(
            address.host_header, address.target, headers=headers, post=post, body_limit=_KINDS[kind].limit
        )
        try:
            addresses = _permitted(transport.resolve(*place, step), permitted)
            channel = transport.connect(addresses, place, step)
            try:
                return web.carry(exchange, address, channel, step)
            finally:
                channel.close()
        except NotReached as error:
            self._dead[place] = str(error)
            raise


def _url_of_request(wanted: Wanted) -> str | None:
    """Where a responder is asked by GET (RFC 6960 A.1); None if it is none, or if the URL would be too long."""
    if wanted.request is None or "?" in wanted.url:
        return None
    url = f"{wanted.url.removesuffix('/')}/{quote(b64encode(wanted.request), safe='')}"
    return url if len(url) <= _LONGEST_GET else None


def is_copy(outcome: FetchOutcome) -> bool:
    """Whether what is used is what was fetched by an earlier run."""
    return outcome in (FetchOutcome.CACHED, FetchOutcome.UNCHANGED)


def _permitted(addresses: Iterable[Address], permitted: AbstractSet[Vicinity]) -> list[Address]:
    """What is checked here is what is dialled: the name is not resolved again."""
    found = [(address, vicinity(address.ip)) for address in addresses]
    allowed = [address for address, where in found if where in permitted]
    if not allowed:
        words = ", ".join(f"{address.ip} is {where.value}" for address, where in found)
        hint = ": only --allow-private fetches from there" if any(where in ALL_UNICAST for _, where in found) else ""
        raise _NotFetchedError(FetchOutcome.REFUSED, words + hint)
    return allowed


def _result(wanted: Wanted, outcome: FetchOutcome, used: _Kept | None, why: str = "") -> Fetched:
    size = len(used.entry.body) if used is not None else None
    fetch = Fetch(wanted.kind, wanted.url, outcome, size, why)
    return Fetched(fetch, used.published if used is not None else Published())


def _kept(entry: Entry | None, kind: _Kind) -> _Kept | None:
    try:
        return _Kept(entry, kind.decode(entry.body)) if entry is not None else None
    except DecodeError:
        return None


def _validator(value: str | None) -> str | None:
    """A validator, if it is one that can be sent back."""
    return value if value is not None and value.isascii() and len(value) <= _LONGEST_VALIDATOR else None


def _validators(entry: Entry | None) -> Headers:
    if entry is None:
        return ()
    validators = (("If-None-Match", entry.etag), ("If-Modified-Since", entry.last_modified))
    return tuple((name, value) for name, value in validators if value is not None)


# --- the kinds ----------------------------------------------------------------------------------------------------


def _crls_hold_until(published: Published, _: datetime) -> datetime | None:
    return _earliest(crl.next_update for crl in published.crls)


def _decode_ocsp_answer(data: bytes) -> Published:
    """Raises DecodeError also for the answer of a responder that tells nothing."""
    published = decode_ocsp_responses(data)
    for response in published.ocsp_responses:
        if response.data is None:
            raise DecodeError(response.fault or f"the responder answered {response.status_name}")
    return published


def _ocsp_responses_hold_until(published: Published, _: datetime) -> datetime | None:
    data = [response.data for response in published.ocsp_responses]
    return _earliest(single.next_update for each in data if each for single in each.responses)


def _issuers_hold_until(published: Published, confirmed: datetime) -> datetime | None:
    return confirmed + _ISSUERS_HOLD if published.certificates else None


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    """The first of them; None if one is, or if there are none."""
    found = list(times)
    known = [time for time in found if time is not None]
    return min(known) if known and len(known) == len(found) else None


_CRL: Final = _Kind(16 * 1024 * 1024, decode_crls, _crls_hold_until)
_KINDS: Final = {
    SourceKind.CA_ISSUERS: _Kind(1024 * 1024, decode_issuers, _issuers_hold_until),
    SourceKind.OCSP: _Kind(64 * 1024, _decode_ocsp_answer, _ocsp_responses_hold_until),
    SourceKind.CRL: _CRL,
    SourceKind.DELTA_CRL: _CRL,
}
