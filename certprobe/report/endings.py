"""The words for a run that ended before all its connections were made."""

from __future__ import annotations

from typing import Final

from certprobe.report.model import Cause, Run, Weight, WhyUntried

_ENDINGS: Final = {
    WhyUntried.INTERRUPTED: ("interrupted from the keyboard", "What was learned until then stands below."),
    WhyUntried.OUT_OF_TIME: ("the run took too long", "Try fewer paths or fewer certificates at a time."),
    WhyUntried.NOT_REACHED: (
        "the server was not reached twice in a row, so the rest was not tried",
        "A server may shut out who connects too often: wait, and try fewer at a time.",
    ),
}


def of_ending(ended: WhyUntried, run: Run) -> list[Cause]:
    """The cause that says how far the run came; none where every connection was made, and its own end tells why."""
    missing = sum(each.why is ended for each in run.untried)
    has_cause = any(cause.code == ended.value for conclusion in run.conclusions for cause in conclusion.causes)
    if not missing and (has_cause or ended is not WhyUntried.INTERRUPTED):
        return []
    title, advice = _ENDINGS[ended]
    made = len(run.attempts)
    done = f"{made} of {made + missing} connections were made." if missing else ""
    return [Cause(ended.value, Weight.PROBLEM, title, done, advice)]
