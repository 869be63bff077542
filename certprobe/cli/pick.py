"""`--pick`: a person chooses at the terminal while the handshake rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certprobe.chooser import ByPerson
from certprobe.pki.credential import KeyStatus
from certprobe.render.escape import escape

if TYPE_CHECKING:
    from certprobe.chooser import Question, Store
    from certprobe.pki.credential import Credential
    from certprobe.selection.select import Candidate, Selection


def person(store: Store) -> ByPerson:
    """Return the Chooser that asks on standard error and reads from standard input."""
    return ByPerson(store, _pick)


def _pick(question: Question, selection: Selection) -> Credential | None:
    names = question.request.certificate_authorities or ()
    lists = f"lists {len(names)} {'CA' if len(names) == 1 else 'CAs'}" if names else "names no CA: any issuer may do"
    click.echo(f"{question.url} asks for a client certificate ({question.phase.value}) and {lists}.", err=True)
    click.echo("  0: none, stay anonymous", err=True)
    for candidate in selection.candidates:
        click.echo(f"  {escape(candidate.summary)}", err=True)
    usable = {candidate.number: candidate.credential for candidate in selection.candidates if _has_key(candidate)}
    default = next((candidate.number for candidate in selection.candidates if not candidate.rejections), 0)
    choices = click.Choice([str(number) for number in (0, *usable)])
    answer: str = click.prompt("Send which", type=choices, default=str(default), show_choices=False, err=True)
    return usable.get(int(answer))


def _has_key(candidate: Candidate) -> bool:
    return candidate.credential.key_status is KeyStatus.FITS
