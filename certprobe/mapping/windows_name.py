"""Distinguished names as Windows writes them into altSecurityIdentities.

MS-PKCA 3.1.5.2.1.3 has the names with line ends replaced by commas: what CertNameToStr makes of CERT_X500_NAME_STR with
CERT_NAME_STR_CRLF_FLAG and CERT_NAME_STR_NO_PLUS_FLAG. That order is the encoded one, most significant RDN first, the
reverse of RFC 4514.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from certprobe.pki.name import Attribute, DistinguishedName

# Documented: MS-OSCO 2.2 (what CertNameToStr writes); the last two stand in the table of CertStrToName only.
_KEYS: Final = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "1.2.840.113549.1.9.1": "E",
    "2.5.4.6": "C",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.12": "T",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "0.9.2342.19200300.100.1.25": "DC",
    "2.5.4.13": "Description",
    "2.5.4.17": "PostalCode",
    "2.5.4.18": "POBox",
    "2.5.4.20": "Phone",
    "2.5.4.24": "X21Address",
    "2.5.4.46": "dnQualifier",
}
_QUOTED: Final = frozenset(',+="\n<>#;')


def windows_name(name: DistinguishedName) -> str:
    """Return a name as altSecurityIdentities has it, "DC=com,DC=contoso,CN=Contoso CA"; empty for a malformed one.

    Attributes of one RDN are separated by a blank. A value is quoted as CertNameToStr documents it, a quotation mark
    in it doubled. Not proved is the spelling of values that are no strings; here it is "#" and the DER.
    """
    return ",".join(" ".join(map(_attribute, rdn)) for rdn in name.rdns)


def _attribute(attribute: Attribute) -> str:
    key = _KEYS.get(attribute.type) or f"OID.{attribute.type}"
    return f"{key}={_value(attribute)}"


def _value(attribute: Attribute) -> str:
    text = attribute.text
    if text is None:
        return f"#{attribute.value.hex()}"
    if text and text == text.strip() and _QUOTED.isdisjoint(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
