"""Attributes of accounts as text, as people paste them: altSecurityIdentities, and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from certprobe.errors import DecodeError
from certprobe.mapping.alt_security_identities import PREFIX, AltSecurityIdentity, Form, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

_GENERALIZED_TIME: Final = re.compile(r"(\d{14})(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d)?)")
_LONGEST: Final = 65_535
_FORM_OF: Final = {form.tags: form for form in Form}
_ANY_TAG: Final = re.compile(f"<({'|'.join(tag.value for tag in Tag)})>", re.IGNORECASE)
_FOREIGN_TAG: Final = re.compile(r"\s*(<[^<>\s]{1,40}>)")


def parse_alt_security_identity(text: str) -> AltSecurityIdentity:
    """Read a value of the attribute; raises DecodeError for one that maps no certificate."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise DecodeError(f"a mapping of {len(text)} characters is none: {text[:40]!r}...")
    if not text.upper().startswith(PREFIX):
        raise DecodeError(f"a certificate mapping begins with {PREFIX}, not {text[:20]!r}")
    before, *found = _ANY_TAG.split(text[len(PREFIX) :])
    if before.strip() or not found:
        foreign = _FOREIGN_TAG.match(before)
        what = foreign[1] if foreign is not None else repr(before[:20])
        raise DecodeError(f"after {PREFIX} comes one of {_tags(Tag)}, not {what}")
    tags = tuple(Tag(name.upper()) for name in found[::2])
    values = tuple(value.strip() for value in found[1::2])
    form = _FORM_OF.get(tags)
    if form is None:
        known = ", ".join(_tags(tags, "") for tags in _FORM_OF)
        raise DecodeError(f"{_tags(tags, '')} is no form of a mapping; there are {known}")
    if empty := next((tag for tag, value in zip(tags, values, strict=True) if not value), None):
        raise DecodeError(f"nothing follows <{empty.value}>")
    return AltSecurityIdentity(form, values)


def parse_generalized_time(text: str) -> datetime | None:
    """Read RFC 4517 3.3.13 with seconds, as directories write whenCreated; None for anything else."""
    found = _GENERALIZED_TIME.fullmatch(text)
    if found is None:
        return None
    digits, sign, hours, minutes = found.groups()
    try:
        time = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return time + ahead if sign == "-" else time - ahead
    except (ValueError, OverflowError):
        return None


def _tags(tags: Iterable[Tag], between: str = " ") -> str:
    return between.join(f"<{tag.value}>" for tag in tags)
