"""`--flag`: names of wincrypt.h for what is checked and what is overlooked, and those of RFC 5280 6.1.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from certprobe.chain.question import PolicyDemands
from certprobe.errors import UsageError
from certprobe.wincrypt.chain_flags import ChainFlags, ExclusiveFlags
from certprobe.wincrypt.policy_flags import PolicyFlags, SslChecks

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

Flag: TypeAlias = PolicyFlags | SslChecks | ChainFlags | ExclusiveFlags | PolicyDemands
F = TypeVar("F", PolicyFlags, SslChecks, ChainFlags, ExclusiveFlags, PolicyDemands)

_PREFIX: Final = "CERT_CHAIN_POLICY_"
_KINDS: Final = (PolicyFlags, SslChecks, ChainFlags, ExclusiveFlags, PolicyDemands)
_FLAGS: Final[dict[str, Flag]] = {name: flag for kind in _KINDS for name, flag in kind.__members__.items() if flag}


def flag_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return what may be completed, for click."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in _FLAGS if name.startswith(incomplete.upper())]


def parse_flag(text: str) -> Flag:
    """Return the flag of that name; CERT_CHAIN_POLICY_ may be left out, and case is the same. Raises UsageError."""
    name = text.upper().replace("-", "_")
    flag = _FLAGS.get(name, _FLAGS.get(_PREFIX + name))
    if flag is not None:
        return flag
    if name[:1].isdigit():
        raise UsageError(f"{text!r} is a number, which means another flag in each place: give its name")
    from difflib import get_close_matches

    near = get_close_matches(name, [*_FLAGS, *(each.removeprefix(_PREFIX) for each in _FLAGS)], 3)
    raise UsageError(f"{text!r} is no flag of wincrypt.h" + (f"; near it: {', '.join(near)}" if near else ""))


def union(kind: type[F], flags: Iterable[Flag]) -> F:
    """Return the flags of one kind together."""
    found = kind(0)
    for flag in flags:
        if isinstance(flag, kind):
            found |= flag
    return found
