"""What a program answers (`--callback-exec`): one JSON object that names a certificate, or none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from certprobe.errors import CallbackError, UsageError
from certprobe.selection.callbacks import Decision
from certprobe.selection.decide import sendable
from certprobe.selection.select import By, Choice, named_credential, parse_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.pki.credential import Credential

LONGEST_ANSWER: Final = 64 * 1024
"""In octets; an honest one is a hundredth of it."""
_LONGEST_TEXT: Final = 1000

_CHOICES: Final = ("thumbprint", "number", "anonymous")


def read_answer(octets: bytes, credentials: Sequence[Credential], asked: str) -> Decision:
    """Read `{"thumbprint": HEX}`, `{"number": N}` or `{"anonymous": true}`, with a `"note"` or without.

    A thumbprint is the SHA-1 or SHA-256, in either case, with or without colons and blanks. `asked` is who answered,
    for messages. Raises CallbackError for everything else, and for a certificate whose private key is not there.
    """
    members = _members(octets, asked)
    note = _note(members.pop("note", None), asked)
    if len(members) != 1 or (member := next(iter(members))) not in _CHOICES:
        found = ", ".join(f'"{name[:40]}"' for name in list(members)[:5]) or "none of them"
        raise CallbackError(f'{asked} answered {found}: one of "thumbprint", "number" and "anonymous" is an answer')
    if member == "anonymous":
        if members[member] is not True:
            raise CallbackError(f'{asked} answered "anonymous" that is not true: leave it out, or say which one')
        return Decision(None, note)
    try:
        credential = named_credential(_choice(member, members[member]), credentials)
    except UsageError as error:
        raise CallbackError(f"{asked} answered what cannot be sent: {error}") from None
    return Decision(sendable(asked, credential), note)


def _note(value: object, asked: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise CallbackError(f'{asked} answered with a "note" that is no string')
    return value[:_LONGEST_TEXT] if value else None


def _choice(member: str, value: object) -> Choice:
    match member, value:
        case "thumbprint", str() if len(value) <= _LONGEST_TEXT:
            return parse_choice(f"thumbprint={value}")
        case "number", int() if not isinstance(value, bool):
            return Choice(By.NUMBER, str(value))
    what = "string of hexadecimal digits" if member == "thumbprint" else "whole number"
    raise UsageError(f'its "{member}" is no {what}')


def _members(octets: bytes, asked: str) -> dict[str, object]:
    if not octets.strip():
        raise CallbackError(f"{asked} wrote no answer to its standard output")
    try:
        text = octets.decode("utf-8")
        answer = json.loads(text, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise CallbackError(f"{asked} answered with octets that are no UTF-8, the first at {error.start}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise CallbackError(f"{asked} answered {_shown(text)}, which is no JSON: {reason}") from None
    if not isinstance(answer, dict):
        raise CallbackError(f"{asked} answered {_shown(text)}, which is no JSON object")
    return answer


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands in it twice")
    return members


def _shown(text: str) -> str:
    line, *more = text.strip().splitlines()
    return repr(line[:60]) + (" ..." if more or len(line) > 60 else "")
