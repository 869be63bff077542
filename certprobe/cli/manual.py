"""Man pages and shell completions, written from the click tree.

`make man` and `make completions` write the committed files anew.

A page says what `--help` says: the command's help is the DESCRIPTION, and the paragraph of its epilog that begins with
the line `Examples:` gives the EXAMPLES. Exit codes come from `certprobe.cli.exits`. Arguments have no help of their own
in click: the command's help explains them.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from certprobe import __version__
from certprobe.cli.exits import ExitCode

PROGRAM = "certprobe"
COMPLETION_FILES = {"bash": f"{PROGRAM}.bash", "zsh": f"_{PROGRAM}", "fish": f"{PROGRAM}.fish"}

# Characters that troff would turn into typography or take for its own; see man(7) and groff_char(7).
TROFF = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"})


def man_pages(cli: click.Group) -> dict[str, str]:
    """Return every page of the tree as file name -> man(7) source; hidden commands have none."""
    contexts = list(_walk(cli, click.Context(cli, info_name=PROGRAM)))
    names = [_page_name(context) for context in contexts]
    return {
        f"{name}.1": _page(context, see_also=[other for other in names if other != name])
        for name, context in zip(names, contexts, strict=True)
    }


def completions(cli: click.Group) -> dict[str, str]:
    """Return the completion script of every shell as file name -> text; the scripts ask the program itself."""
    scripts = {}
    written_by = f"# Written from click {importlib.metadata.version('click')} by `make completions`.\n"
    for shell, file_name in COMPLETION_FILES.items():
        completion_class = get_completion_class(shell)
        assert completion_class is not None
        completion = completion_class(cli, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
        # Not completion.source(): for bash it refuses to write a script where bash is not installed.
        script = completion.source_template % completion.source_vars()
        scripts[file_name] = script.strip() + "\n" + written_by
    return scripts


def _walk(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(command, click.Group):
        for name, child in _visible_commands(command, context):
            yield from _walk(child, click.Context(child, info_name=name, parent=context))


def _visible_commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        child = group.get_command(context, name)
        if child is not None and not child.hidden:
            yield name, child


def _page_name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _page(context: click.Context, *, see_also: list[str]) -> str:
    command, name = context.command, _page_name(context)
    sections = {
        "NAME": [f"{_text(name)} \\- {_text(_summary(command))}"],
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


def _summary(command: click.Command) -> str:
    return command.get_short_help_str(limit=200).removesuffix(".")


def _synopsis(context: click.Context) -> list[str]:
    pieces = [_italic(piece) for piece in context.command.collect_usage_pieces(context)]
    return [" ".join([_bold(context.command_path), *pieces])]


def _commands(context: click.Context) -> Iterator[str]:
    if isinstance(context.command, click.Group):
        for name, child in _visible_commands(context.command, context):
            yield from _item(_bold(name), _summary(child))


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
