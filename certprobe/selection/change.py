"""The single change that would make a certificate pass: one cure for everything that speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.selection.cells import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.selection.cells import Rejection

# A new certificate comes with a key and with dates of its own.
_CURED_BY_A_NEW_ONE: Final = (Reason.NO_PRIVATE_KEY, Reason.KEY_DOES_NOT_FIT, Reason.NOT_TIME_VALID)
_KEYS: Final = (Reason.NO_PRIVATE_KEY, Reason.KEY_DOES_NOT_FIT)
# "issued by CN=... for a key that ... with ...": the order in which one would say it.
_SAID_FIRST: Final = (
    Reason.ISSUER_NOT_LISTED,
    Reason.CERTIFICATE_TYPE_NOT_OFFERED,
    Reason.SIGNATURE_SCHEME_NOT_OFFERED,
)


def single_change(rejections: Sequence[Rejection], number: int) -> str:
    """Return what cures all of them at once, in a clause without a full stop; empty for none.

    If one of them can only be cured by a new certificate, that cures most of the others too. `number` is the
    credential's in its store.
    """
    if not rejections:
        return ""
    if len(rejections) == 1:
        (only,) = rejections
        all_the_same = f"; --select {number} sends it all the same" if only.reason is Reason.ISSUER_NOT_LISTED else ""
        return only.change + all_the_same
    ordered = [rejection for rejection in rejections if rejection.order is not None]
    left = [rejection for rejection in rejections if rejection.order is None]
    if not ordered:
        return _joined([rejection.change for rejection in left])
    beside = [rejection.change for rejection in left if rejection.reason not in _CURED_BY_A_NEW_ONE]
    return _joined([_new_certificate(ordered, rejections), *beside])


def _new_certificate(ordered: Sequence[Rejection], rejections: Sequence[Rejection]) -> str:
    said = sorted(ordered, key=lambda each: each.reason not in _SAID_FIRST)
    terms = [rejection.order for rejection in said if rejection.order]
    if any(rejection.reason in _KEYS for rejection in rejections):
        terms.append("for a key that you keep beside it")
    return " ".join(("have a new certificate issued", *terms[:1])) + "".join(f", {term}" for term in terms[1:])


def _joined(changes: Sequence[str]) -> str:
    return ", and ".join(changes)
