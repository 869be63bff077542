"""What the exit codes mean; `--help`, the man pages and the README say it from here."""

from __future__ import annotations

import enum
from typing import Self


class ExitCode(enum.IntEnum):
    """What the process says when it ends; a contract, the same for every command."""

    _value_: int
    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    CLEAN = 0, "nothing is wrong; the server, where one was asked, was reached"
    FINDING = 1, "a finding: a chain is not trusted for its purpose, or the login was refused"
    USAGE = 2, "the command line cannot be meant"
    NOT_REACHED = 3, "the server was not reached: name not found, connection refused, timeout, not TLS"
    INPUT = 4, "unusable input: a file, a password or a callback"
    INTERRUPTED = 130, "interrupted from the keyboard"


def exit_codes_epilog() -> str:
    """Return the exit codes as a paragraph for a click epilog, kept as it stands by the leading `\\b`."""
    return "\n".join(["\b", "Exit codes:", *(f"  {code:>3}  {code.meaning}" for code in ExitCode)])
