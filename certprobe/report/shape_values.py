"""The shape of values that stand in several places of the JSON document; see `certprobe.report.shape` for spellings."""

from __future__ import annotations

from typing import TypedDict


class Code(TypedDict):
    """A code point of a registry and its name there, or its number in hexadecimal."""

    name: str
    code: int


class LdapResult(TypedDict):
    """LDAPResult; `ad_data` is the Windows error in hexadecimal digits that Active Directory gives in its message."""

    result: Code
    matched_dn: str
    diagnostic_message: str
    ad_data: str | None


class HeaderField(TypedDict):
    """A header field, its name in lower case."""

    name: str
    value: str
