"""Whose turn it is among the jobs of many connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import pytest

from certprobe.turns import Turns

if TYPE_CHECKING:
    from certprobe.turns import Job

SECONDS = 30.0
"""Until a test that hangs fails; none needs so long."""
THREADS = 4


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test that is a coroutine."""

    @wraps(test)
    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), SECONDS))

    return run


class Long:
    """A job that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun, self._let_go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self._let_go.wait(SECONDS)

    def let_go(self) -> None:
        self._let_go.set()


async def all_busy(turns: Turns) -> list[tuple[Long, asyncio.Task[None]]]:
    """Long jobs for all threads, each with its owner."""
    jobs = [Long() for _ in range(THREADS)]
    owners = [asyncio.create_task(turns.think(job, 0)) for job in jobs]
    for job in jobs:
        await asyncio.to_thread(job.begun.wait, SECONDS)
    return list(zip(jobs, owners, strict=True))


async def let_go(busy: list[tuple[Long, asyncio.Task[None]]]) -> None:
    for job, owner in busy:
        job.let_go()
        await owner


@in_a_loop
async def test_who_sent_little_comes_first() -> None:
    turns, done = Turns(), list[int]()
    first, *others = await all_busy(turns)
    waiting = [asyncio.create_task(turns.think(partial(done.append, each), each)) for each in (80_000, 10, 300)]
    await asyncio.sleep(0)
    assert done == []
    await let_go([first])
    await asyncio.gather(*waiting)
    assert done == [10, 300, 80_000]
    await let_go(others)
    turns.close()


@in_a_loop
async def test_while_many_reports_are_due_nothing_else_begins() -> None:
    turns, done, first, ninth_to_last = Turns(), list[str](), Long(), Long()
    report: Job = partial(done.append, "report")
    jobs: list[Job] = [first, *[report] * 9, ninth_to_last, *[report] * 8]
    reports = [asyncio.create_task(turns.report(job)) for job in jobs]
    await asyncio.to_thread(first.begun.wait, SECONDS)
    thought = asyncio.create_task(turns.think(partial(done.append, "thought"), 0))
    await asyncio.sleep(0)
    first.let_go()
    await asyncio.to_thread(ninth_to_last.begun.wait, SECONDS)
    assert done == ["report"] * 9
    ninth_to_last.let_go()
    await asyncio.gather(thought, *reports)
    assert sorted(done) == ["report"] * 17 + ["thought"]
    turns.close()


@in_a_loop
async def test_caught_up_is_who_has_few_reports_to_write() -> None:
    turns, first = Turns(), Long()
    await turns.caught_up()
    reports = [asyncio.create_task(turns.report(first))]
    reports += [asyncio.create_task(turns.report(lambda: None)) for _ in range(19)]
    await asyncio.to_thread(first.begun.wait, SECONDS)
    waiting = asyncio.create_task(turns.caught_up())
    await asyncio.sleep(0)
    assert not waiting.done()
    first.let_go()
    await waiting
    await asyncio.gather(*reports)
    turns.close()


@in_a_loop
async def test_who_is_cancelled_before_its_turn_has_none() -> None:
    turns, done = Turns(), list[str]()
    busy = await all_busy(turns)
    gone = [asyncio.create_task(turns.think(lambda: done.append("gone"), 0)) for _ in range(2 * THREADS)]
    await asyncio.sleep(0)
    for each in gone:
        each.cancel()
    await asyncio.wait(gone)
    assert all(each.cancelled() for each in gone)
    await let_go(busy)
    await let_go(await all_busy(turns))  # All threads are there still.
    assert done == []
    turns.close()


@in_a_loop
async def test_a_job_that_has_begun_is_waited_for() -> None:
    turns = Turns()
    (job, owner), *others = await all_busy(turns)
    owner.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not owner.done()
    job.let_go()
    with pytest.raises(asyncio.CancelledError):
        await owner
    await let_go(others)
    turns.close()


@in_a_loop
async def test_what_a_job_raises_is_raised() -> None:
    def mistaken() -> None:
        raise ZeroDivisionError

    turns = Turns()
    for _ in range(2 * THREADS):
        with pytest.raises(ZeroDivisionError):
            await turns.think(mistaken, 0)
    with pytest.raises(ZeroDivisionError):
        await turns.report(mistaken)
    turns.close()
