"""Which path asks for a certificate, when, with which list, and where the lists of paths differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki.name import DistinguishedName
from certprobe.report.model import ANONYMOUS

if TYPE_CHECKING:
    from certprobe.report.model import Attempt
    from certprobe.tls.events import Phase
    from certprobe.tls.messages import Announced, CertificateRequest


class AnnouncedList(NamedTuple):
    """A list as at least one path announces it; the order of its names does not count.

    `label` is A, B ...; `missing` and `extra` are against list A, in the order of the lists.
    """

    label: str
    state: Announced
    names: tuple[DistinguishedName, ...]
    missing: tuple[DistinguishedName, ...]
    extra: tuple[DistinguishedName, ...]


class Ask(NamedTuple):
    """One CertificateRequest: when it came, and the label of its list."""

    phase: Phase
    label: str


class Row(NamedTuple):
    """A path, its attempt's place in the run from 0, and what was asked there; nothing = not asked."""

    path: str
    place: int
    attempt: Attempt
    asks: tuple[Ask, ...]


class PathMap(NamedTuple):
    """All paths of a run, in order, and the lists that they announce."""

    lists: tuple[AnnouncedList, ...]
    rows: tuple[Row, ...]


def path_map(attempts: tuple[Attempt, ...]) -> PathMap | None:
    """Map the paths of a run; None if there is only one, or none as for a directory.

    Where a path has several connections, the one without a certificate counts among experiments, else the last.
    """
    places: dict[str, int] = {}
    for place, attempt in enumerate(attempts):
        if attempt.path is not None and (attempt.played in (None, ANONYMOUS) or attempt.path not in places):
            places[attempt.path] = place
    if len(places) < 2:
        return None
    lists = _Lists()
    rows = tuple(Row(path, place, attempts[place], lists.asks(attempts[place])) for path, place in places.items())
    return PathMap(lists.compared(), rows)


class _Lists:
    """Every list so far, by what is in it."""

    def __init__(self) -> None:
        self._known: dict[tuple[Announced, frozenset[DistinguishedName]], CertificateRequest] = {}

    def asks(self, attempt: Attempt) -> tuple[Ask, ...]:
        records = attempt.tls.requests if attempt.tls is not None else ()
        return tuple(Ask(record.phase, self._label(record.request)) for record in records)

    def _label(self, request: CertificateRequest) -> str:
        key = (request.announced, frozenset(_names(request)))
        self._known.setdefault(key, request)
        return _letters(list(self._known).index(key))

    def compared(self) -> tuple[AnnouncedList, ...]:
        lists = [(request.announced, _names(request)) for request in self._known.values()]
        first = lists[0][1] if lists else ()
        return tuple(
            AnnouncedList(_letters(number), state, names, _without(first, names), _without(names, first))
            for number, (state, names) in enumerate(lists)
        )


def _names(request: CertificateRequest) -> tuple[DistinguishedName, ...]:
    return tuple(map(DistinguishedName, request.certificate_authorities or ()))


def _without(
    names: tuple[DistinguishedName, ...], others: tuple[DistinguishedName, ...]
) -> tuple[DistinguishedName, ...]:
    known = frozenset(others)
    return tuple(name for name in names if name not in known)


def _letters(number: int) -> str:
    """A ... Z, AA ..., as columns of a sheet are called."""
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
