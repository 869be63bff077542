"""`certprobe listen` under honest and hostile clients for a long time: `python -m tests.soak [SECONDS [CONNECTIONS]]`.

Not part of the tests: it takes as long as it is told, ten minutes unless told otherwise, and what its tables say is for
people to read. CONTRIBUTING.md has what the last run came to. It ends with 1 where a promise is broken.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.peers.site import build
from tests.soak.clients import honest, hostile
from tests.soak.house import house
from tests.soak.scenes import Scene, a_crowd, everybody, quantiles, very_many

SECONDS = 600.0
CONNECTIONS = 100_000
EVERY = 10
"""Of so many short connections one is a handshake with a certificate, and an answer."""
SHORT = ("opens and closes", "opens and resets", "HTTP in clear", "half a handshake, then reset")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    many = int(sys.argv[2]) if len(sys.argv) > 2 else CONNECTIONS
    scenes: dict[str, Scene] = {}
    with tempfile.TemporaryDirectory() as directory:
        site = build(Path(directory), datetime.now(UTC))
        good, bad = honest(site), hostile(site, Path(directory))
        short = tuple(act for act in bad if act.who in SHORT)
        for name in ("everybody", "a crowd", "very many"):
            with house("--ca", site.root_file, "--request", "optional") as its:
                match name:
                    case "everybody":
                        scenes[name] = everybody(its, good, bad, seconds)
                    case "a crowd":
                        scenes[name] = a_crowd(its, good, bad)
                    case _:
                        scenes[name] = very_many(its, short, good, many, EVERY)
            print(f"{name}: {', '.join(broken(scenes[name])) or 'as promised'}", file=sys.stderr)
    print("\n".join(table(scenes)))
    print()
    print("\n".join(who_came(scenes["everybody"])))
    sys.exit(any(broken(scene) for scene in scenes.values()))


def broken(scene: Scene) -> list[str]:
    """What was promised and is not so."""
    found = scene.account
    complaints = {
        f"ended with {scene.ended.status}: {scene.ended.words}": scene.ended.is_clean,
        f"answered wrongly: {scene.outcomes.wrong[:3]}": not scene.outcomes.wrong,
        f"{len(found.unaccounted)} connections without a report": not found.unaccounted,
        f"{found.unknown} reports of nobody": not found.unknown,
        f"{found.missing} numbers without a report": not found.missing,
    }
    return [words for words, is_so in complaints.items() if not is_so]


def table(scenes: dict[str, Scene]) -> Iterator[str]:
    """The figures of each scene side by side."""
    yield f"| | {' | '.join(scenes)} |"
    yield f"| --- | {' | '.join('---:' for _ in scenes)} |"
    columns = [dict(figures(scene)) for scene in scenes.values()]
    for row in columns[0]:
        yield f"| {row} | {' | '.join(column[row] for column in columns)} |"


def figures(scene: Scene) -> Iterator[tuple[str, str]]:
    opened, reported = sum(scene.account.opened.values()), sum(scene.account.reported.values())
    answers = [each for who, seconds in scene.outcomes.seconds.items() if who.startswith("honest") for each in seconds]
    middle, most, nearly_all, longest = quantiles(answers)
    yield "seconds", f"{scene.seconds:.0f}"
    yield "processor seconds of the listener", f"{scene.processor:.0f}"
    yield "connections", f"{opened:,}"
    yield "reports", f"{reported:,}"
    yield "left in the queue at the end", f"{scene.account.queued:,}"
    yield "honest clients answered", f"{len(answers):,}"
    yield "answered wrongly or not", f"{len(scene.outcomes.wrong):,}"
    yield (
        "their milliseconds: median / 95 % / 99 % / longest",
        " / ".join(f"{each * 1000:.0f}" for each in (middle, most, nearly_all, longest)),
    )
    yield "resident MiB, from start to end", " ".join(f"{each.kibibytes / 1024:.0f}" for each in scene.samples)
    yield "descriptors, from start to end", " ".join(str(each.descriptors) for each in scene.samples)
    yield "seconds from SIGTERM to the end", f"{scene.ended.seconds:.2f}"
    yield "exit status", str(scene.ended.status)


def who_came(scene: Scene) -> Iterator[str]:
    """Who came how often, and the first cause that the reports name."""
    yield "| who | connections | reports | first cause |"
    yield "| --- | ---: | ---: | --- |"
    for who, opened in sorted(scene.account.opened.items()):
        codes = scene.account.codes.get(who, Counter())
        causes = ", ".join(f"{code} {many:,}" for code, many in sorted(codes.items(), key=lambda each: -each[1]))
        yield f"| {who} | {opened:,} | {scene.account.reported[who]:,} | {causes} |"


if __name__ == "__main__":
    main()
