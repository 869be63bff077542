"""The map of the paths: which asks, when, with which list, and where the lists differ."""

from __future__ import annotations

from certprobe.pki.name import DistinguishedName
from certprobe.report.model import Attempt, Played, RequestRecord
from certprobe.report.path_map import path_map
from certprobe.tls.events import Phase
from certprobe.tls.messages import Announced
from tests.report.reports import attempt, lab, request, tls

ROOT = lab().root.issued.subject
OTHER = lab().bob.issuer
THIRD = lab().alice.issuer


def asking(path: str, *names: bytes | None, phase: Phase = Phase.INITIAL) -> Attempt:
    return attempt(tls(RequestRecord(phase, request(*names))), path=path)


def silent(path: str) -> Attempt:
    return attempt(tls(), path=path)


def texts(names: tuple[DistinguishedName, ...]) -> tuple[bytes, ...]:
    return tuple(name.der for name in names)


def test_one_path_is_no_map() -> None:
    assert path_map((asking("/", ROOT), asking("/", ROOT))) is None


def test_a_directory_has_no_paths() -> None:
    assert path_map((attempt(tls(), path=None), attempt(tls(), path=None))) is None


def test_every_path_with_what_it_asks_and_when() -> None:
    late = asking("/late", ROOT, phase=Phase.POST_HANDSHAKE)
    found = path_map((silent("/"), asking("/early", ROOT), late, attempt(None, path="/broken")))
    assert found is not None
    asks = [(row.path, [(ask.phase, ask.label) for ask in row.asks]) for row in found.rows]
    assert asks == [
        ("/", []),
        ("/early", [(Phase.INITIAL, "A")]),
        ("/late", [(Phase.POST_HANDSHAKE, "A")]),
        ("/broken", []),
    ]


def test_a_path_may_ask_twice() -> None:
    first = RequestRecord(Phase.INITIAL, request(ROOT))
    second = RequestRecord(Phase.RENEGOTIATION, request(OTHER))
    found = path_map((silent("/"), attempt(tls(first, second), path="/twice")))
    assert found is not None
    assert [(ask.phase, ask.label) for ask in found.rows[1].asks] == [
        (Phase.INITIAL, "A"),
        (Phase.RENEGOTIATION, "B"),
    ]


def test_lists_differ_by_their_names_and_not_by_their_order() -> None:
    found = path_map((asking("/a", ROOT, OTHER), asking("/b", OTHER, ROOT), asking("/c", OTHER, THIRD)))
    assert found is not None
    assert [row.asks[0].label for row in found.rows] == ["A", "A", "B"]
    first, second = found.lists
    assert (texts(first.names), first.missing, first.extra) == ((ROOT, OTHER), (), ())
    assert (texts(second.names), texts(second.missing), texts(second.extra)) == ((OTHER, THIRD), (ROOT,), (THIRD,))


def test_no_list_and_an_empty_list_are_two() -> None:
    found = path_map((asking("/absent", None), asking("/empty"), asking("/list", ROOT)))
    assert found is not None
    assert [(each.label, each.state) for each in found.lists] == [
        ("A", Announced.EXTENSION_ABSENT),
        ("B", Announced.EMPTY_LIST),
        ("C", Announced.LIST),
    ]


def test_the_last_connection_counts_and_of_experiments_the_anonymous_one() -> None:
    again = path_map((asking("/a", ROOT), asking("/a", OTHER), silent("/b")))
    assert again is not None
    assert [row.place for row in again.rows] == [1, 2]
    played = [asking("/a", ROOT)._replace(played=Played(number)) for number in (None, 1)]
    tried = path_map((*played, silent("/b")._replace(played=Played(None))))
    assert tried is not None
    assert [row.place for row in tried.rows] == [0, 2]


def test_more_lists_than_letters() -> None:
    paths = [asking(f"/{number}", ROOT, b"\x30\x03\x0c\x01" + bytes([number])) for number in range(28)]
    found = path_map(tuple(paths))
    assert found is not None
    assert [each.label for each in found.lists][24:] == ["Y", "Z", "AA", "AB"]
