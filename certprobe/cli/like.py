"""`listen --like HOST:PORT`: a server is looked at first, and the listener then asks as it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.mirror import manner_words, mirrored
from certprobe.observing import observe
from certprobe.reception import Asking
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from certprobe.mirror import Mirror
    from certprobe.observing import Model
    from certprobe.tls.messages import CertificateRequest

_TIMEOUT: Final = 10.0
"""Seconds for each connection to the server that is mirrored."""
_LEAD: Final = "certprobe: "


class Likeness(NamedTuple):
    """A server by its URL, and how it asks."""

    url: str
    mirror: Mirror

    @property
    def asking(self) -> Asking:
        """When a listener asks, to be like the server; one that asks for no path asks nobody."""
        model = self.mirror.model
        if model is None:
            return Asking.PER_PATH
        if model.phase is Phase.INITIAL:
            return Asking.ALWAYS if model.requirement is Requirement.REQUIRED else Asking.OPTIONAL
        return Asking.PER_PATH if model.paths else Asking.POST_HANDSHAKE

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths for which it asks after the request."""
        return self.mirror.model.paths if self.mirror.model is not None else ()


def look(model: Model, at: datetime, verbosity: Verbosity) -> Likeness:
    """Look at the server, telling each connection on standard error, unless quiet. Raises NotReached."""
    page = Page(sys.stderr)

    def say(words: str) -> None:
        if verbosity is not Verbosity.QUIET:
            page.line(words, lead=_LEAD)

    observations = observe(model, at, _TIMEOUT, say)
    return Likeness(model.endpoint.url, mirrored(observations))


def tell(likeness: Likeness, differences: Iterable[str], given: Sequence[str]) -> None:
    """Say on standard error how the server asks, which options are followed instead, and what differs besides."""
    page, mirror = Page(sys.stderr), likeness.mirror
    lowest, highest = (each.label for each in mirror.versions)
    span = lowest if lowest == highest else f"{lowest} to {highest}"
    page.line(f"a mirror of {likeness.url}, which speaks {span}:", lead=_LEAD)
    if not mirror.asked:
        page.field("Asks", "nobody: it did not ask for a certificate, so the mirror does not")
    for each in mirror.asked:
        page.field(each.version.label, f"asks {manner_words(each)}; {_listed(each.request)}")
    if given:
        page.field("As given", ", ".join(given))
    for words in (*mirror.differences, *differences):
        page.field("Differs", (words, Tone.ODD))


def _listed(request: CertificateRequest) -> str:
    match request.certificate_authorities:
        case None:
            return "lists no CA (no certificate_authorities)"
        case ():
            return "lists no CA (an empty list)"
        case names:
            return f"lists {len(names)} CA{'s' * (len(names) > 1)}"
