"""Small phrases that several sections share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render.page import Tone

if TYPE_CHECKING:
    from certprobe.render.page import Piece
    from certprobe.report import shape, shape_pki, shape_values

_LONGEST_NAME: Final = 500


def count(number: int, noun: str) -> str:
    """ "1 name", "2 names"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def code(value: shape_values.Code) -> str:
    """ "unknown_ca (48)"."""
    return f"{value['name']} ({value['code']})"


def status(value: shape_pki.Status) -> str:
    """ "CERT_E_EXPIRED 0x800B0101 (-2146762495)"."""
    return f"{value['symbol']} {value['hex']} ({value['signed']})"


def token(account: str | None) -> str:
    """HTTP_SSL_CLIENT_CERT_INFO.Token: whose http.sys would hand up; none is made here."""
    return "NULL" if account is None else f"a token of {account}, with the DS mapper"


def name(text: str) -> str:
    """A name, its beginning if it is longer than a page, or words for the empty one."""
    if len(text) > _LONGEST_NAME:
        return f"{text[:_LONGEST_NAME]}... ({len(text)} characters)"
    return text or "(empty name)"


def identity(known: shape.Identity | shape.Candidate) -> str:
    """'CN=alice, "alice’s card"', or the subject alone if nobody gave it a friendly name."""
    friendly_name = known["friendly_name"]
    return name(known["subject"]) + ("" if friendly_name is None else f', "{name(friendly_name)}"')


def until(certificate: shape_pki.Summary) -> Piece:
    """ "  until 2027-01-31T12:00:00Z", faint."""
    return (f"  until {certificate['not_after'] or 'an unreadable time'}", Tone.FAINT)


def key(public_key: shape_pki.PublicKey) -> str:
    """ "id-ecPublicKey, secp256r1, 256 bits"."""
    size = None if public_key["bits"] is None else f"{public_key['bits']} bits"
    return ", ".join(filter(None, (public_key["algorithm"] or "unreadable", public_key["curve"], size)))


PHASES = {
    "initial": "in the first handshake",
    "renegotiation": "in a renegotiation",
    "post-handshake": "after the handshake",
}
