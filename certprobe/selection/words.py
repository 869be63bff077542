"""Facts as short phrases for cells and summaries. Names stay as certificates have them: escape before showing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.pki.usage import KeyUsage
from certprobe.tls.enums import SignatureScheme, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.name import DistinguishedName

_MOST_NAMED = 6


def moment(time: datetime) -> str:
    """ "2027-01-31T12:00:00Z"."""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def days(later: datetime, earlier: datetime) -> str:
    """ "1 day", "30 days", "less than a day"."""
    whole = (later - earlier).days
    return f"{whole} day{'' if whole == 1 else 's'}" if whole else "less than a day"


def listing(words: Iterable[str]) -> str:
    """ "a, b, c": at most six, then "and 3 more"; empty for none."""
    known = tuple(words)
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more


def names(some: Sequence[DistinguishedName], count: int) -> str:
    """ "CN=A; CN=B and 3 more": names have commas of their own; `count` is how many there are in all."""
    more = f" and {count - len(some)} more" if count > len(some) else ""
    return "; ".join(str(name) or "an empty name" for name in some) + more


def alternatives(choices: Iterable[str]) -> str:
    """ "a or b or c"."""
    return " or ".join(choices)


def intermediates(count: int) -> str:
    """ "no intermediates", "1 intermediate", "2 intermediates"."""
    return f"{count or 'no'} intermediate{'' if count == 1 else 's'}"


def key_kind(certificate: Certificate) -> str:
    """ "id-ecPublicKey on secp256r1"."""
    curve = certificate.public_key_curve
    return (certificate.public_key_algorithm or "an unreadable kind") + (f" on {curve}" if curve else "")


def usage_bits(usage: KeyUsage) -> str:
    """ "digitalSignature, keyAgreement"."""
    return listing(bit.name or "" for bit in KeyUsage if bit in usage)


def scheme_names(codes: Iterable[int]) -> str:
    """ "ecdsa_secp256r1_sha256, 0x0a0a"."""
    return listing(name_of(SignatureScheme, code) for code in codes)
