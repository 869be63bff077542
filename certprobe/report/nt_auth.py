"""The NTAuth store of a directory: the CAs that may vouch for its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from certprobe.report.model import NtAuthFacts


def certificates(facts: NtAuthFacts) -> tuple[Certificate, ...]:
    """Return what the entry holds in cACertificate, each once, in the server's order; nothing is checked."""
    if facts.answer is None:
        return ()
    values = (
        value
        for kind, values in facts.answer.attributes
        if kind.lower().partition(";")[0] == "cacertificate"
        for value in values
    )
    return tuple(map(Certificate, dict.fromkeys(values)))
