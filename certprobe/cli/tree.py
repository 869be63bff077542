"""The click tree as its manual and its completions read it: whatever is hidden is left out."""

from __future__ import annotations

from collections.abc import Iterator

import click

PROGRAM = "certprobe"


def commands(cli: click.Group) -> Iterator[click.Context]:
    """Yield the context of the program and of every command below it, each before its own subcommands."""
    yield from _below(cli, PROGRAM, None)


def subcommands(context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Yield the names and commands right under the one of `context`; none if it is no group."""
    if isinstance(group := context.command, click.Group):
        for name in group.list_commands(context):
            child = group.get_command(context, name)
            if child is not None and not child.hidden:
                yield name, child


def summary(command: click.Command) -> str:
    """Return the first sentence of the command's help, without its full stop."""
    return command.get_short_help_str(limit=200).removesuffix(".")


def _below(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    # click applies a command's settings, as the names of --help, only where it parses a command line.
    context = click.Context(command, parent, name, **command.context_settings)
    yield context
    for child_name, child in subcommands(context):
        yield from _below(child, child_name, context)
