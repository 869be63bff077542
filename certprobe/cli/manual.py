"""Man pages, written from the click tree; and the writer of all files that are, completions too.

`make man` and `make completions` write the committed files anew.

A page says what `--help` says: the command's help is the DESCRIPTION, and the paragraph of its epilog that begins with
the line `Examples:` gives the EXAMPLES. Exit codes come from `certprobe.cli.exits`. Arguments have no help of their own
in click: the command's help explains them.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from certprobe import __version__
from certprobe.cli.completions import completions
from certprobe.cli.exits import ExitCode
from certprobe.cli.tree import PROGRAM, commands, subcommands, summary

# Characters that troff would turn into typography or take for its own; see man(7) and groff_char(7).
TROFF = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"})


def man_pages(cli: click.Group) -> dict[str, str]:
    """Return every page of the tree as file name -> man(7) source; hidden commands have none."""
    contexts = list(commands(cli))
    names = [_page_name(context) for context in contexts]
    return {
        f"{name}.1": _page(context, see_also=[other for other in names if other != name])
        for name, context in zip(names, contexts, strict=True)
    }


def _page_name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _page(context: click.Context, *, see_also: list[str]) -> str:
    command, name = context.command, _page_name(context)
    sections = {
        "NAME": [f"{_text(name)} \\- {_text(summary(command))}"],
        "SYNOPSIS": _synopsis(context),
        "DESCRIPTION": list(_paragraphs(command.help or "")),
        "COMMANDS": list(_commands(context)),
        "OPTIONS": list(_options(context)),
        "EXIT STATUS": [line for code in ExitCode for line in _item(_bold(str(int(code))), code.meaning)],
        "EXAMPLES": list(_examples(command.epilog or "")),
        "SEE ALSO": [",\n".join(f"{_bold(other)}(1)" for other in see_also)],
    }
    # The date is left out: a page that changes with the calendar could not be checked to be current.
    lines = [f'.TH {_text(name.upper())} 1 "" "{PROGRAM} {__version__}" "{PROGRAM} manual"']
    for title, body in sections.items():
        if body:
            lines += [f".SH {title}", *body]
    return "\n".join(lines) + "\n"


def _synopsis(context: click.Context) -> list[str]:
    pieces = [_italic(piece) for piece in context.command.collect_usage_pieces(context)]
    return [" ".join([_bold(context.command_path), *pieces])]


def _commands(context: click.Context) -> Iterator[str]:
    for name, child in subcommands(context):
        yield from _item(_bold(name), summary(child))


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            names, description = record
            words = (_bold(word) if word.startswith("-") else _italic(word) for word in names.split())
            yield from _item(" ".join(words), description)


def _examples(epilog: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(epilog).replace("\b\n", "").split("\n\n"):
        heading, _, examples = paragraph.partition("\n")
        if heading == "Examples:":
            yield from _literal(examples)


def _paragraphs(prose: str) -> Iterator[str]:
    for index, paragraph in enumerate(inspect.cleandoc(prose).split("\n\n")):
        if index:
            yield ".PP"
        if paragraph.startswith("\b\n"):
            yield from _literal(paragraph.removeprefix("\b\n"))
        else:
            yield from map(_text, paragraph.splitlines())


def _literal(lines: str) -> Iterator[str]:
    yield from (".RS 4", ".nf", *map(_text, textwrap.dedent(lines).splitlines()), ".fi", ".RE")


def _item(tag: str, description: str) -> Iterator[str]:
    yield from (".TP", tag, *map(_text, description.splitlines()))


def _bold(word: str) -> str:
    return rf"\fB{_text(word)}\fR"


def _italic(word: str) -> str:
    return rf"\fI{_text(word)}\fR"


def _text(line: str) -> str:
    escaped = line.translate(TROFF)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


def write(directory: Path, files: Mapping[str, str]) -> None:
    """Make `directory` hold exactly `files`."""
    directory.mkdir(exist_ok=True)
    for stale in {path.name for path in directory.iterdir()} - set(files):
        (directory / stale).unlink()
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")


def main(target: str) -> None:
    """Write `man` or `completions` of this checkout."""
    from certprobe.cli.main import cli

    produce = {"man": man_pages, "completions": completions}[target]
    write(Path(__file__).parents[2] / target, produce(cli))


if __name__ == "__main__":
    main(sys.argv[1])
