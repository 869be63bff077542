"""The three scenes of a soak: everybody for long, an honest client in a crowd, and very many short connections."""

from __future__ import annotations

import contextlib
import ssl
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.soak.clients import Act, forever, idle
from tests.soak.house import Account, Ended, House, Sample, account

HONEST_RATE = 10.0
HOSTILE_RATE = 10.0
"""Connections in a second."""
WORKERS = 200
"""Clients at a time; a slow one stays for ten seconds."""
IDLE = 1000
HOSTILE = 50
ASKED = 200
"""How often an honest client comes to a crowd."""
MEMORY_SAMPLES = 10


class Outcomes:
    """What became of the clients, by who they are."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.wrong: list[str] = []

    def run(self, act: Act, house: House, *, is_honest: bool) -> None:
        """Have one come, and note how it went; a hostile one may be sent away in any manner."""
        started = time.monotonic()
        try:
            act.run(house)
        except (OSError, ssl.SSLError) as error:
            if is_honest:
                self.wrong.append(f"{act.who}: {error!r}")
        except AssertionError as error:
            self.wrong.append(f"{act.who}: answered {error}")
        else:
            self.seconds.setdefault(act.who, []).append(time.monotonic() - started)


class Scene(NamedTuple):
    """What came of a scene; samples from its start to its end, `processor` is the listener's seconds of CPU."""

    outcomes: Outcomes
    samples: tuple[Sample, ...]
    account: Account
    ended: Ended
    processor: float
    seconds: float


def everybody(house: House, honest: tuple[Act, ...], hostile: tuple[Act, ...], seconds: float) -> Scene:
    """Honest and hostile clients at their rates, until the listener is stopped in the midst of them."""
    outcomes, began = Outcomes(), time.monotonic()
    stopped = threading.Event()
    samples: list[Sample] = []
    with ThreadPoolExecutor(WORKERS) as clients:
        streams = [
            threading.Thread(target=_stream, args=(clients, house, outcomes, acts, rate, is_honest, stopped))
            for acts, rate, is_honest in ((honest, HONEST_RATE, True), (hostile, HOSTILE_RATE, False))
        ]
        for stream in streams:
            stream.start()
        for number in range(MEMORY_SAMPLES + 1):
            time.sleep(max(0.0, began + seconds * number / MEMORY_SAMPLES - time.monotonic()))
            samples.append(house.sample())
        processor, elapsed = house.processor_seconds(), time.monotonic() - began
        before = len(outcomes.wrong)
        ended = house.stop()
        stopped.set()
        for stream in streams:
            stream.join()
    # Who came when it was over found nobody, as it must be.
    del outcomes.wrong[before:]
    return Scene(outcomes, tuple(samples), account(house), ended, processor, elapsed)


def _stream(
    clients: ThreadPoolExecutor,
    house: House,
    outcomes: Outcomes,
    acts: tuple[Act, ...],
    rate: float,
    is_honest: bool,
    stopped: threading.Event,
) -> None:
    began = time.monotonic()
    for number, act in enumerate(forever(acts)):
        if stopped.wait(max(0.0, began + number / rate - time.monotonic())):
            return
        clients.submit(outcomes.run, act, house, is_honest=is_honest)


def a_crowd(house: House, honest: tuple[Act, ...], hostile: tuple[Act, ...]) -> Scene:
    """A thousand who say nothing and fifty who misbehave, all the time; one honest client after the other."""
    outcomes, began = Outcomes(), time.monotonic()
    stopped = threading.Event()
    samples = [house.sample()]
    with ThreadPoolExecutor(HOSTILE + 1) as clients, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(each) for each in idle(house, IDLE)]
        samples.append(house.sample())
        crowd = [
            clients.submit(_again_and_again, house, hostile[number:] + hostile[:number], stopped)
            for number in range(HOSTILE)
        ]
        acts = forever(honest)
        for _ in range(ASKED):
            outcomes.run(next(acts), house, is_honest=True)
            time.sleep(0.05)
        samples.append(house.sample())
        stopped.set()
        for each in crowd:
            each.result()
        del silent
    house.await_reports()
    samples.append(house.sample())
    processor, elapsed = house.processor_seconds(), time.monotonic() - began
    ended = house.stop()
    return Scene(outcomes, tuple(samples), account(house), ended, processor, elapsed)


def _again_and_again(house: House, acts: tuple[Act, ...], stopped: threading.Event) -> None:
    outcomes = Outcomes()
    while not stopped.is_set():
        for act in acts:
            if not stopped.is_set():
                outcomes.run(act, house, is_honest=False)


def very_many(house: House, short: tuple[Act, ...], full: tuple[Act, ...], many: int, every: int) -> Scene:
    """So many connections by a few clients at a time; every so many is one with a handshake and an answer."""
    outcomes, began = Outcomes(), time.monotonic()
    acts = _mixed(short, full, every)
    samples: list[Sample] = []
    lock = threading.Lock()

    def next_act() -> Act:
        with lock:
            return next(acts)

    def some(count: int) -> None:
        for _ in range(count):
            act = next_act()
            outcomes.run(act, house, is_honest=act in full)

    clients = 4
    some(100)  # What is loaded late is loaded now.
    for number in range(MEMORY_SAMPLES + 1):
        house.await_reports()
        samples.append(house.sample())
        if number < MEMORY_SAMPLES:
            with ThreadPoolExecutor(clients) as pool:
                for each in [pool.submit(some, many // MEMORY_SAMPLES // clients) for _ in range(clients)]:
                    each.result()
    processor, elapsed = house.processor_seconds(), time.monotonic() - began
    ended = house.stop()
    return Scene(outcomes, tuple(samples), account(house), ended, processor, elapsed)


def _mixed(short: tuple[Act, ...], full: tuple[Act, ...], every: int) -> Iterator[Act]:
    shorts, fulls = forever(short), forever(full)
    while True:
        yield next(fulls)
        for _ in range(every - 1):
            yield next(shorts)


def quantiles(seconds: list[float]) -> tuple[float, float, float, float]:
    """Median, 95 and 99 per cent, and the longest."""
    ordered = sorted(seconds)
    near, nearer = (ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.95, 0.99))
    return statistics.median(ordered), near, nearer, ordered[-1]
