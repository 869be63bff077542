"""Attributes of the bags of a PKCS#12 file: RFC 2985 5.5, Microsoft's and Java's."""

from __future__ import annotations

from typing import NamedTuple

from certprobe.pki import der

_MOST_ATTRIBUTES = 100
_LONGEST_NAME = 1024
_LONGEST_KEY_ID = 1024

_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID = "1.2.840.113549.1.9.21"
_KEY_PROVIDER_NAME = "1.3.6.1.4.1.311.17.1"
_LOCAL_MACHINE_KEYSET = "1.3.6.1.4.1.311.17.2"
_TRUSTED_KEY_USAGE = "2.16.840.1.113894.746875.1.1"


class BagAttributes(NamedTuple):
    """What is said of a certificate or key; other attributes are passed over.

    `key_provider_name` is Microsoft's CSP or KSP, and then the friendly name of a key is that of its container.
    `is_machine_key` is its LocalMachine keyset; `is_trusted` is Java's trustedKeyUsage, whatever the usages.
    """

    friendly_name: str | None = None
    local_key_id: bytes | None = None
    key_provider_name: str | None = None
    is_machine_key: bool = False
    is_trusted: bool = False
    notes: tuple[str, ...] = ()


def bag_attributes(data: bytes, field: der.Tlv) -> BagAttributes:
    """Decode a SET OF PKCS12Attribute; a damaged or overlong attribute becomes a note. Raises DerError for the set."""
    found = BagAttributes()
    for attribute in der.children(data, field, limit=_MOST_ATTRIBUTES):
        try:
            found = _with(found, data, attribute)
        except der.DerError as error:
            found = found._replace(notes=(*found.notes, f"attribute is not used: {error}"))
    return found


def _with(found: BagAttributes, data: bytes, attribute: der.Tlv) -> BagAttributes:
    kind, values = der.members(data, attribute, 2, limit=2)
    oid = der.object_identifier(der.value(data, kind))
    if oid == _FRIENDLY_NAME:
        return found._replace(friendly_name=_text(data, values, "friendlyName"))
    if oid == _LOCAL_KEY_ID:
        return found._replace(local_key_id=_octets(data, values))
    if oid == _KEY_PROVIDER_NAME:
        return found._replace(key_provider_name=_text(data, values, "keyProviderName"))
    if oid == _LOCAL_MACHINE_KEYSET:
        return found._replace(is_machine_key=True)
    if oid == _TRUSTED_KEY_USAGE:
        return found._replace(is_trusted=True)
    return found


def _text(data: bytes, values: der.Tlv, what: str) -> str | None:
    """Decode the BMPString, or what somebody wrote instead of one; None if it is empty."""
    (string,) = der.members(data, values, 1, limit=1)
    if string.end - string.value_start > 2 * _LONGEST_NAME:
        raise der.DerError(f"{what} of {string.end - string.value_start} bytes")
    text = der.string(string.tag, der.value(data, string))
    if text is None:
        raise der.DerError(f"{what}: tag 0x{string.tag:02x}")
    return text or None


def _octets(data: bytes, values: der.Tlv) -> bytes:
    (string,) = der.members(data, values, 1, limit=1)
    if string.tag != der.OCTET_STRING or string.end - string.value_start > _LONGEST_KEY_ID:
        raise der.DerError(f"localKeyID: tag 0x{string.tag:02x}, {string.end - string.value_start} bytes")
    return der.value(data, string)
