"""What a run tries, in order: paths with whoever chooses, or every identity in turn; a connection for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chooser import BySelection
from certprobe.report.model import ANONYMOUS, Played, Untried, WhyUntried

if TYPE_CHECKING:
    from certprobe.chooser import Chooser, Store
    from certprobe.endpoint import Endpoint

MOST_IDENTITIES: Final = 32
"""How many identities of a store are tried; servers and their logs are somebody else's."""


class Trial(NamedTuple):
    """One connection to be made: where, who answers there, and what is played if it is an experiment."""

    endpoint: Endpoint
    chooser: Chooser
    played: Played | None = None


class Plan(NamedTuple):
    """The connections of a run, and those that are left out from the beginning."""

    trials: tuple[Trial, ...]
    left_out: tuple[Untried, ...] = ()


def each_path(endpoints: tuple[Endpoint, ...], chooser: Chooser) -> Plan:
    """Ask the chooser on every path."""
    return Plan(tuple(Trial(endpoint, chooser) for endpoint in endpoints))


def each_identity(endpoints: tuple[Endpoint, ...], store: Store) -> Plan:
    """Play, on every path, anonymous first and then each identity that has its key, whether it fits or not."""
    from certprobe.selection.select import By, Choice

    left_out = _left_out(store)
    numbers = [number for number in range(1, len(store.credentials) + 1) if number not in left_out]
    choices = [(ANONYMOUS, Choice(By.NONE)), *((Played(number), Choice(By.NUMBER, str(number))) for number in numbers)]
    return Plan(
        tuple(
            Trial(endpoint, BySelection(store, choice), played) for endpoint in endpoints for played, choice in choices
        ),
        tuple(
            Untried(endpoint.path or None, Played(number), why)
            for endpoint in endpoints
            for number, why in left_out.items()
        ),
    )


def _left_out(store: Store) -> dict[int, WhyUntried]:
    from certprobe.pki.credential import KeyStatus

    without_key = {
        KeyStatus.ABSENT: WhyUntried.NO_PRIVATE_KEY,
        KeyStatus.DOES_NOT_FIT: WhyUntried.KEY_DOES_NOT_FIT,
    }
    left_out: dict[int, WhyUntried] = {}
    played = 0
    for number, credential in enumerate(store.credentials, 1):
        if (why := without_key.get(credential.key_status)) is not None:
            left_out[number] = why
        elif played == MOST_IDENTITIES:
            left_out[number] = WhyUntried.TOO_MANY
        else:
            played += 1
    return left_out
