"""The verdict of a document in its first lines: a word, a title, and what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render.page import Tone

if TYPE_CHECKING:
    from certprobe.render.page import Page
    from certprobe.report import shape

_WORDS: Final = {
    "not-reached": "NOT REACHED",
    "unanswered": "NO ANSWER",
    "unusable-input": "UNUSABLE INPUT",
    "interrupted": "INTERRUPTED",
    "refused-by-alert": "REFUSED",
    "refused-by-close": "REFUSED",
    "refused-by-http-status": "REFUSED",
    "refused-by-ldap-result": "REFUSED",
    "refused-by-client": "NOT TRUSTED",
    "would-be-refused": "REFUSED",
    "not-mapped": "REFUSED",
    "tls-terminator": "REFUSED",
}
_REFUSED_BY_CLIENT: Final = "refused-by-client"
PROBLEM: Final = "problem"


def verdict_word(outcome: str, causes: list[shape.Cause]) -> tuple[str, Tone]:
    """ "REFUSED", "PROBLEM", "OK" and the like."""
    if outcome == _REFUSED_BY_CLIENT and causes and causes[0]["code"] == outcome:
        # It said nothing: it may come back, and trust us then.
        return "LEFT", Tone.ODD
    if outcome in _WORDS:
        return _WORDS[outcome], Tone.BAD
    if any(cause["weight"] == PROBLEM for cause in causes):
        return "PROBLEM", Tone.BAD
    return "OK", Tone.GOOD


def lead(word: str) -> str:
    """The word as it stands before a line."""
    return word.ljust(7) + "  "


def write_causes(page: Page, outcome: str, causes: list[shape.Cause]) -> None:
    """Every cause below the headline, in which the first one's title stands already."""
    indent = len(lead(verdict_word(outcome, causes)[0]))
    for index, cause in enumerate(causes):
        is_problem = cause["weight"] == PROBLEM
        if index:
            head = ("PROBLEM" if is_problem else "NOTE").ljust(indent)
            page.line(cause["title"], lead=(head, Tone.BAD if is_problem else Tone.ODD))
        if cause["detail"]:
            page.line(cause["detail"], indent=indent)
        if cause["advice"]:
            page.line(cause["advice"], lead=("Change: " if is_problem else "Hint: ", Tone.STRONG), indent=indent)
