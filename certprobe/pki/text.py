"""Text files as people save them."""

from __future__ import annotations


def as_text(data: bytes) -> str:
    """Decode UTF-8 or, by its byte order mark, UTF-16; raise UnicodeDecodeError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What PowerShell writes when output is redirected.
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig")
