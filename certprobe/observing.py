"""The anonymous connections from which a mirror is made: one for each version of TLS, and more for more paths."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.attempt import Journey, Route
from certprobe.chooser import BySelection, Store
from certprobe.endpoint import DEFAULT_PORT, Scheme, StartTls, parse_https, parse_ldap
from certprobe.errors import FailureKind, NotReached, Party, UsageError
from certprobe.mirror import Observation
from certprobe.report import evidence
from certprobe.report.model import Stage, StoreFacts
from certprobe.report.verdict import conclude
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.openssl import Compatibility, VersionRange
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from certprobe.endpoint import Endpoint
    from certprobe.report.model import Attempt

MOST_PATHS: Final = 16
PAUSE: Final = 0.3
"""Seconds between two connections: the server is somebody else's."""
_PATIENCE: Final = 2
"""After so many versions that are met with silence the server is left alone."""
_STARTTLS_PORTS: Final = (DEFAULT_PORT[Scheme.LDAP_STARTTLS], 3268)


class Model(NamedTuple):
    """The server to be mirrored: its endpoint, the paths to request there, and the SNI to send (None = none)."""

    endpoint: Endpoint
    paths: tuple[str, ...] = ()
    server_name: str | None = None


def parse_web_model(text: str, paths: tuple[str, ...] = ()) -> Model:
    """Read HOST:PORT or an https URL, whose path is requested too if it has one. Raises UsageError."""
    endpoint = parse_https(text)
    wanted = tuple(dict.fromkeys((endpoint.path, *paths)))
    if len(wanted) > MOST_PATHS:
        raise UsageError(f"these are {len(wanted)} paths to ask the server for, more than {MOST_PATHS}")
    return Model(endpoint, wanted, _server_name(endpoint))


def parse_directory_model(text: str) -> Model:
    """Read HOST:PORT, or an ldap or ldaps URL: without a scheme the ports 389 and 3268 mean StartTLS.

    Raises UsageError.
    """
    endpoint = parse_ldap(text, StartTls.NOT_ASKED)
    if "://" not in text and endpoint.port in _STARTTLS_PORTS:
        endpoint = endpoint._replace(scheme=Scheme.LDAP_STARTTLS)
    return Model(endpoint, (), _server_name(endpoint))


def observe(
    model: Model,
    at: datetime,
    timeout: float,
    tell: Callable[[str], None],
    pause: float = PAUSE,
) -> tuple[Observation, ...]:
    """Connect once for each version of TLS, the highest first, then for each other path in the versions spoken.

    Every connection is told in words before it is made, and is anonymous: an empty Certificate message goes out where
    the server asks, then a GET, or a WhoAmI, an EXTERNAL bind and a reading of the root DSE. `timeout` in seconds is
    for each connection, `pause` for the time between two.

    Raises NotReached, in the probe's words, if no handshake shows whether the server asks, and KeyboardInterrupt.
    """
    return tuple(_Look(model, BySelection(Store((), at)), timeout, tell, pause).observations())


class _Look:
    """One look at a server under way. Use once."""

    def __init__(
        self, model: Model, chooser: BySelection, timeout: float, tell: Callable[[str], None], pause: float
    ) -> None:
        self._model = model
        self._chooser = chooser
        self._timeout = timeout
        self._tell = tell
        self._pause = pause
        self._made = 0

    def observations(self) -> Iterator[Observation]:
        first, *others = self._model.paths or ("",)
        spoken = []
        for each in self._of_versions(first):
            if each.is_spoken:
                spoken.append(each.version)
            yield each
        for path in others:
            for version in spoken:
                yield self._observed(path, version)

    def _of_versions(self, path: str) -> Iterator[Observation]:
        failed: list[Observation] = []
        is_reached = False
        silent = 0
        for version in reversed(ProtocolVersion):
            observation = self._observed(path, version)
            yield observation
            is_reached = is_reached or observation.is_spoken
            if not observation.is_spoken:
                failed.append(observation)
                silent = silent + 1 if _is_silent(observation.attempt) else 0
                if _is_hopeless(observation.attempt) or silent == _PATIENCE:
                    break
        if not is_reached:
            telling = next((each for each in failed if each.is_chosen), failed[0])
            raise _not_reached(self._model.endpoint, telling.attempt)

    def _observed(self, path: str, version: ProtocolVersion) -> Observation:
        endpoint = self._model.endpoint._replace(path=path)
        if self._made:
            time.sleep(self._pause)
        self._made += 1
        self._tell(f"asking {endpoint.url} in {version.label}, without a certificate")
        alpn = ("http/1.1",) if endpoint.scheme is Scheme.HTTPS else ()
        only = VersionRange(version, version)
        options = ClientOptions(self._model.server_name, alpn, only, Compatibility.LEGACY)
        deadline = Deadline(self._timeout, self._timeout)
        attempt = Journey(endpoint, Route(), options, self._chooser, deadline).travel()
        if evidence.was_interrupted(attempt):
            raise KeyboardInterrupt
        return Observation(version, attempt)


def _server_name(endpoint: Endpoint) -> str | None:
    return None if endpoint.is_ip else endpoint.host


def _is_silent(attempt: Attempt) -> bool:
    failed = evidence.failed_stage(attempt)
    return failed is not None and failed.kind is FailureKind.TIMEOUT


def _is_hopeless(attempt: Attempt) -> bool:
    """Whether another version would fare no better: no conversation came about, or it was not TLS."""
    failed = evidence.failed_stage(attempt)
    if failed is None:
        return False
    return failed.stage in (Stage.CONNECT, Stage.PROXY, Stage.STARTTLS) or failed.kind is FailureKind.NOT_TLS


def _not_reached(endpoint: Endpoint, attempt: Attempt) -> NotReached:
    failed = evidence.failed_stage(attempt)
    cause = conclude(attempt, StoreFacts((), ())).causes[0]
    words = " ".join(filter(None, (f"{endpoint.url}: {cause.title}.", cause.detail, cause.advice)))
    kind = failed.kind if failed is not None and failed.kind is not None else FailureKind.NOT_TLS
    return NotReached(words, kind=kind, party=failed.party if failed is not None and failed.party else Party.PEER)
