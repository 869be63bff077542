"""Threads for what takes long, and whose turn it is: who sent much waits for who sent little."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Job: TypeAlias = Callable[[], None]

_JUDGES: Final = 4
"""Some of them may wait for a directory or a responder."""
_MOST_DUE: Final = 8
"""Reports that may wait while other jobs begin: each keeps all that was learned, and a place."""


class Turns:
    """Runs the jobs of many connections, of each one at a time; for one event loop.

    A job that is cancelled does not begin; where it has begun, it is waited for.
    """

    def __init__(self) -> None:
        self._judges = ThreadPoolExecutor(_JUDGES, "certprobe judge")
        self._reporter = ThreadPoolExecutor(1, "certprobe report")
        self._numbers = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._running = 0
        self._due = 0
        self._caught_up = asyncio.Event()
        self._caught_up.set()

    async def think(self, job: Job, weight: int) -> None:
        """Do a job, before those of greater weight; raises what it raises."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (weight, next(self._numbers), turn))
        self._call()
        try:
            await turn
            await _done(self._judges, job)
        finally:
            if not turn.cancelled():
                self._running -= 1
                self._call()

    async def report(self, job: Job) -> None:
        """Do a job after those that were due before it, one at a time; raises what it raises."""
        self._due += 1
        self._note_due()
        try:
            await _done(self._reporter, job)
        finally:
            self._due -= 1
            self._note_due()
            self._call()

    async def caught_up(self) -> None:
        """Wait until few reports are due; whoever is let in will have one more."""
        await self._caught_up.wait()

    def close(self) -> None:
        """Let the threads go; nothing may be under way."""
        self._judges.shutdown(wait=False)
        self._reporter.shutdown(wait=False)

    def _note_due(self) -> None:
        if self._due <= _MOST_DUE:
            self._caught_up.set()
        else:
            self._caught_up.clear()

    def _call(self) -> None:
        while self._waiting and self._running < _JUDGES and self._due <= _MOST_DUE:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.cancelled():
                self._running += 1
                turn.set_result(None)


async def _done(pool: ThreadPoolExecutor, job: Job) -> None:
    doing = asyncio.get_running_loop().run_in_executor(pool, job)
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        while not doing.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([doing])
        raise
