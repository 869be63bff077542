"""Which credential answers a CertificateRequest: the choice, every candidate, and what came of it."""

from __future__ import annotations

import enum
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from certprobe.errors import UsageError
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.asked import Asked
from certprobe.selection.authorities import is_issued_by_a_listed_ca
from certprobe.selection.cells import Caution, Rejection
from certprobe.selection.change import single_change
from certprobe.selection.criteria import assess
from certprobe.selection.words import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from certprobe.pki.certificate import Certificate
    from certprobe.selection.cells import Cell
    from certprobe.tls.messages import CertificateRequest

_MOST_SHOWN = 20
_THUMBPRINT_DIGITS = (40, 64)


class By(enum.Enum):
    """What a choice goes by."""

    AUTO = "auto"
    NONE = "none"
    NUMBER = "number"
    SUBJECT = "subject"
    NAME = "name"
    THUMBPRINT = "thumbprint"


class Choice(NamedTuple):
    """What the user wants sent: `value` is a number from 1, a text, or a thumbprint in lower-case digits."""

    by: By
    value: str = ""


AUTO: Final = Choice(By.AUTO)
ANONYMOUS: Final = Choice(By.NONE)


class How(enum.Enum):
    """How a selection came about. PICKED and BY_CALLBACK are filled in by whoever asks; no credential is anonymous."""

    AUTOMATIC = "automatic"
    BY_USER = "by-user"
    PICKED = "picked"
    BY_CALLBACK = "by-callback"
    ANONYMOUS_BY_CHOICE = "anonymous-by-choice"
    NO_CREDENTIALS = "no-credentials"
    NOTHING_FITS = "nothing-fits"
    CHOICE_HAS_NO_KEY = "choice-has-no-key"


class Candidate:
    """A credential held against a request; `number` counts from 1 in the order of the store.

    The criteria are asked when somebody wants to know: of a large store nobody looks at most.
    """

    def __init__(self, number: int, credential: Credential, asked: Asked) -> None:
        self.number = number
        self.credential = credential
        self._asked = asked

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The answer of every criterion, in the order of CRITERIA."""
        return assess(self.credential, self._asked)

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """What forbids sending it; it fits if there is nothing."""
        return tuple(cell for cell in self.cells if isinstance(cell, Rejection))

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What a server may stumble over, though it fits."""
        return tuple(cell for cell in self.cells if isinstance(cell, Caution))

    @property
    def change(self) -> str:
        """The single change that would make it fit, in a clause without a full stop; empty if it does."""
        return single_change(self.rejections, self.number)

    @property
    def summary(self) -> str:
        """One line: which certificate, until when, and what is against it."""
        until = self.credential.certificate.not_after
        verdict = "; ".join(rejection.detail for rejection in self.rejections)
        return (
            f"{identify(self.number, self.credential)}, issued by {self.credential.certificate.issuer}"
            + (f", until {moment(until)}" if until else "")
            + (f": does not fit: {verdict}" if verdict else ": fits")
        )

    @property
    def fits(self) -> bool:
        """Whether no criterion rejects it; the rest is not asked where the key or the issuer tells already."""
        return (
            self.credential.key_status is KeyStatus.FITS
            and is_issued_by_a_listed_ca(self.credential, self._asked)
            and not self.rejections
        )


class Selection(NamedTuple):
    """Every candidate in the order of the store, and the one that is sent; None is an empty Certificate message."""

    candidates: tuple[Candidate, ...]
    chosen: Credential | None
    how: How


def parse_choice(text: str) -> Choice:
    """Read `auto`, `none`, `NUMBER`, `subject=TEXT`, `name=TEXT` or `thumbprint=HEX`; raise UsageError for all else.

    A thumbprint is the SHA-1 or SHA-256 of the DER, in either case, with or without colons and blanks.
    """
    key, equals, value = text.partition("=")
    if text in (By.AUTO.value, By.NONE.value):
        return Choice(By(text))
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text):
        return Choice(By.NUMBER, str(int(text)))
    if equals and key in (By.SUBJECT.value, By.NAME.value) and value.strip():
        return Choice(By(key), value)
    if equals and key == By.THUMBPRINT.value:
        digits = value.replace(":", "").replace(" ", "").lower()
        if len(digits) in _THUMBPRINT_DIGITS and set(digits) <= set("0123456789abcdef"):
            return Choice(By.THUMBPRINT, digits)
        raise UsageError(f"{value!r} is no thumbprint: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits are")
    raise UsageError(
        f"{text!r} is no choice: auto, none, a number from 1, subject=TEXT, name=TEXT and thumbprint=HEX are"
    )


def named_credential(choice: Choice, credentials: Sequence[Credential]) -> Credential | None:
    """Return the credential that a choice names, or None for `auto` and `none`; needs no request, so call it early.

    A subject is looked for as CERT_FIND_SUBJECT_STR does, as part of the name and without regard to case, here in the
    RFC 4514 text; a whole name or common name that is equal goes before names that merely contain the text. So is a
    name, which is the friendlyName of PKCS#12 or the alias of Java.
    Raises UsageError, with the list of what there is, if the choice names none or several.
    """
    numbered = list(enumerate(credentials, 1))
    match choice.by:
        case By.AUTO | By.NONE:
            return None
        case By.NUMBER:
            found = [pair for pair in numbered if str(pair[0]) == choice.value]
        case By.SUBJECT:
            found = _containing(choice.value, numbered, _subjects)
        case By.NAME:
            found = _containing(choice.value, numbered, _friendly_names)
        case By.THUMBPRINT:
            found = [pair for pair in numbered if choice.value in _thumbprints(pair[1])]
        case _:
            assert_never(choice.by)
    if len(found) == 1:
        return found[0][1]
    wanted = choice.value if choice.by is By.NUMBER else f"{choice.by.value}={choice.value}"
    if found:
        raise UsageError(f"{wanted} names {len(found)} certificates: {_enumeration(found)}")
    there_is = f"there are: {_enumeration(numbered)}" if numbered else "no client certificate was given"
    raise UsageError(f"{wanted} names no certificate; {there_is}")


def select_client_certificate(
    request: CertificateRequest,
    credentials: Iterable[Credential],
    *,
    at: datetime,
    choice: Choice = AUTO,
    beside: Iterable[Certificate] = (),
) -> Selection:
    """Hold every credential against the request and choose one; `at` is aware.

    Left alone, the first credential without a rejection is chosen, in the order of the store: the user wrote that
    order, sees the numbers that follow it, and gets the same answer every time. A credential that the user names is
    chosen even if it does not fit, as long as it has its key. `beside` are the other certificates of the store, which
    are never sent, but tell where a chain ends. Raises UsageError as `named_credential` does.
    """
    store = tuple(credentials)
    asked = Asked(request, at, tuple(beside))
    candidates = tuple(Candidate(number, credential, asked) for number, credential in enumerate(store, 1))
    named = named_credential(choice, store)
    if choice.by is By.NONE:
        return Selection(candidates, None, How.ANONYMOUS_BY_CHOICE)
    if named is not None:
        fits = named.key_status is KeyStatus.FITS
        return Selection(candidates, named if fits else None, How.BY_USER if fits else How.CHOICE_HAS_NO_KEY)
    for candidate in candidates:
        if candidate.fits:
            return Selection(candidates, candidate.credential, How.AUTOMATIC)
    return Selection(candidates, None, How.NOTHING_FITS if candidates else How.NO_CREDENTIALS)


def identify(number: int, credential: Credential) -> str:
    """'2: CN=alice, "alice’s card" (alice.p12 #1)'."""
    name = credential.certificate.subject.rfc4514 or "a certificate without a subject"
    if credential.friendly_name is not None:
        name += f', "{credential.friendly_name}"'
    return f"{number}: {name} ({credential.source})"


def _containing(
    text: str, numbered: list[tuple[int, Credential]], names_of: Callable[[Credential], tuple[str, ...]]
) -> list[tuple[int, Credential]]:
    """Return those of which a name is the text, or if there are none, those whose first name contains it."""
    sought = text.casefold()
    named = [(pair, tuple(map(str.casefold, names_of(pair[1])))) for pair in numbered]
    equal = [pair for pair, names in named if sought in names]
    return equal or [pair for pair, names in named if names and sought in names[0]]


def _subjects(credential: Credential) -> tuple[str, ...]:
    subject = credential.certificate.subject
    return (subject.rfc4514, *subject.common_names)


def _friendly_names(credential: Credential) -> tuple[str, ...]:
    return (credential.friendly_name,) if credential.friendly_name is not None else ()


def _thumbprints(credential: Credential) -> tuple[str, str]:
    return credential.certificate.thumbprint, credential.certificate.sha256


def _enumeration(numbered: list[tuple[int, Credential]]) -> str:
    shown = "; ".join(identify(number, credential) for number, credential in numbered[:_MOST_SHOWN])
    return shown + (f"; and {len(numbered) - _MOST_SHOWN} more" if len(numbered) > _MOST_SHOWN else "")
