"""`--pick`: a person chooses at the terminal while the handshake rests."""

from __future__ import annotations

import functools
import os
import re
import select
import sys
from typing import TYPE_CHECKING, Final

import click

from certprobe.chooser import ByPerson
from certprobe.cli.picking import Picking
from certprobe.cli.screen import Screen, is_capable
from certprobe.pki.credential import KeyStatus
from certprobe.render.escape import escape
from certprobe.render.picker import Row, Size, View, picker
from certprobe.render.words import PHASES, count
from certprobe.report.handshake import candidates

if TYPE_CHECKING:
    from certprobe.chooser import Question, Server, Store
    from certprobe.pki.credential import Credential
    from certprobe.pki.name import DistinguishedName
    from certprobe.selection.select import Selection

_STDIN: Final = 0
_STDERR: Final = 2
_LONGEST_LINE: Final = 1024
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_USUAL: Final = Size(80, 24)
_OBSTACLES: Final = {
    KeyStatus.FITS: "",
    KeyStatus.ABSENT: "no private key",
    KeyStatus.DOES_NOT_FIT: "key does not fit",
}


def person(store: Store) -> ByPerson:
    """Return the Chooser that asks on standard error and reads from standard input, both of them a terminal."""
    return ByPerson(store, _pick)


def _pick(question: Question, selection: Selection) -> Credential | None:
    obstacles = ("", *(_OBSTACLES[each.credential.key_status] for each in selection.candidates))
    first = next((candidate.number for candidate in selection.candidates if candidate.fits), 0)
    ask = _on_screen if is_capable() else _line_by_line
    number = ask(question, selection, Picking(obstacles, first))
    return selection.candidates[number - 1].credential if number else None


# --- on a screen ------------------------------------------------------------------------------------------------------


def _on_screen(question: Question, selection: Selection, picking: Picking) -> int:
    introduction = f"{_introduction(question)} It waits."

    @functools.cache
    def row(number: int) -> Row:
        (candidate,) = candidates(selection._replace(candidates=selection.candidates[number - 1 : number]))
        certificate = selection.candidates[number - 1].credential.certificate
        return Row(_in_short(certificate.subject), _in_short(certificate.issuer), picking.obstacles[number], candidate)

    with Screen() as screen:
        while True:
            view = View(introduction, picking.last, row, picking.highlighted, picking.typed, picking.complaint)
            screen.draw(picker(view, _size(), sys.stderr.encoding))
            for key in screen.keys(question.server):
                pressed = picking.pressed(key)
                if isinstance(pressed, int):
                    return pressed
                picking = pressed


def _in_short(name: DistinguishedName) -> str:
    return next(iter(name.common_names), name.rfc4514)


def _size() -> Size:
    size = os.get_terminal_size(_STDERR)
    return Size(size.columns or _USUAL.columns, size.lines or _USUAL.lines)


# --- line by line -----------------------------------------------------------------------------------------------------


def _line_by_line(question: Question, selection: Selection, picking: Picking) -> int:
    """For terminals that can do no more."""
    click.echo(_introduction(question), err=True)
    click.echo("  0: none, stay anonymous", err=True)
    for candidate in selection.candidates:
        click.echo(f"  {escape(candidate.summary, sys.stderr.encoding)}", err=True)
    while True:
        click.echo(f"Send which [{picking.highlighted}]: ", err=True, nl=False)
        typed = _line(question.server) or str(picking.highlighted)
        if not _NUMBER.fullmatch(typed) or int(typed) > picking.last:
            click.echo(f"Answer with a number from 0 to {picking.last}.", err=True)
        elif obstacle := picking.obstacles[int(typed)]:
            click.echo(f"{int(typed)} cannot be sent: {obstacle}.", err=True)
        else:
            return int(typed)


def _line(server: Server) -> str:
    """Wait for a line, and look after the server. Raises KeyboardInterrupt at the end of the input."""
    sources: list[int | Server] = [_STDIN, server]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if server in ready:
            server.look()
        if _STDIN in ready:
            if not (line := os.read(_STDIN, _LONGEST_LINE)):
                raise KeyboardInterrupt
            return line.decode(errors="replace").strip()


def _introduction(question: Question) -> str:
    names = len(question.request.certificate_authorities or ())
    lists = f"lists {count(names, 'CA')}" if names else "names no CA: any issuer may do"
    return f"{question.url} asks for a client certificate {PHASES[question.phase.value]} and {lists}."
