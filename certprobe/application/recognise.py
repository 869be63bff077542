"""What a peer speaks that does not speak what we expected, told by its first octets."""

from __future__ import annotations

from typing import Final

ENOUGH: Final = 5
"""So many octets tell; a peer that has sent fewer may go on."""

_BEGINNINGS: Final = (
    (b"HTTP/", "HTTP"),
    (b"SSH-", "SSH"),
    (b"* OK", "IMAP"),
    (b"+OK", "POP3"),
    (b"220", "SMTP or FTP"),
    (b"RFB 0", "VNC"),
    (b"\x15\x03", "a TLS alert"),
    (b"\x16\x03", "a TLS handshake"),
    (b"\x17\x03", "TLS records"),
    (b"\x00\x00", "HTTP/2 frames"),
    (b"<", "HTML or XML"),
    (b"\x30", "LDAP or another BER protocol"),
)


def looks_like(data: bytes) -> str:
    """Words for what `data`, the first octets of an answer, look like, with the octets themselves; never empty."""
    shown = f"it begins with {data[:16]!r}"
    for beginning, protocol in _BEGINNINGS:
        if data.startswith(beginning):
            return f"it looks like {protocol}; {shown}"
    return shown
