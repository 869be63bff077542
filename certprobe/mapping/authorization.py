"""The authorization identity of a directory (RFC 4513 5.2.1.8) held against the certificate's subject.

slapd's identity of a certificate is its subject as a normalized name, unless authz-regexp maps it to an entry's.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from certprobe.errors import DecodeError
from certprobe.pki.name import ATTRIBUTE_TYPES

if TYPE_CHECKING:
    from certprobe.pki.name import Attribute, DistinguishedName

_DN: Final = "dn:"
_USER: Final = "u:"
# slapd writes types as its schema does: these in lower case, and emailAddress by its first name there.
_TYPES: Final = {oid: name.lower() if name.isupper() else name for oid, name in ATTRIBUTE_TYPES.items()} | {
    "1.2.840.113549.1.9.1": "email"
}
# Of what has a name here: organizationIdentifier, and what CAs write for jurisdictions.
_WITHOUT_SCHEMA: Final = frozenset({"2.5.4.97"} | {f"1.3.6.1.4.1.311.60.2.1.{last}" for last in (1, 2, 3)})
_SPECIAL: Final = re.compile(r"[.^$*+?()\[\]{}|\\]")
_ESCAPED: Final = str.maketrans({character: f"\\{ord(character):02X}" for character in ',+"\\<>;=\0'})


class Relation(enum.Enum):
    """Who a directory says we are: the subject itself, another entry, a user by an account's name, or nobody."""

    OWN_SUBJECT = "own-subject"
    OTHER_ENTRY = "other-entry"
    USER = "user"
    ANONYMOUS = "anonymous"
    UNKNOWN_FORM = "unknown-form"


def relation(authzid: str, subject: DistinguishedName) -> Relation:
    """Tell an authorization identity by its form; names are compared as RFC 5280 7.1 has it, never as text."""
    authzid = authzid.strip()
    if not authzid:
        return Relation.ANONYMOUS
    if authzid.startswith(_USER):
        return Relation.USER
    if not authzid.startswith(_DN):
        return Relation.UNKNOWN_FORM
    name = authzid.removeprefix(_DN).strip()
    if not name:
        return Relation.ANONYMOUS
    return Relation.OWN_SUBJECT if _name(name) == subject else Relation.OTHER_ENTRY


def is_account(authzid: str, account: str) -> bool:
    """Whether an authorization identity names an account; where one of them has no domain, the user's name counts."""
    identity = authzid.strip()
    for prefix in (_DN, _USER):
        identity = identity.removeprefix(prefix).strip()
    if identity.casefold() == account.casefold():
        return bool(identity)
    (domain, user), (own_domain, own_user) = _split(identity), _split(account)
    if user == own_user and user and not (domain and own_domain):
        return True
    own, other = _name(identity), _name(account)
    return own is not None and own == other


def _split(account: str) -> tuple[str, str]:
    domain, _, user = account.casefold().rpartition("\\")
    return domain, user


def _name(text: str) -> DistinguishedName | None:
    from certprobe.pki.name_text import parse_name

    try:
        return parse_name(text)
    except DecodeError:
        return None


def ldap_name(name: DistinguishedName) -> str:
    """Return a name as slapd normalizes it, "cn=alice,ou=people,dc=lab": what it answers, after "dn:", to WhoAmI.

    Seen in slapd 2.5, which knows no name with a type that its schema lacks: see `types_without_schema`.
    """
    return ",".join("+".join(sorted(map(_attribute, rdn))) for rdn in reversed(name.rdns))


def authz_regexp(name: DistinguishedName) -> str:
    """Return the pattern of an authz-regexp (slapd.conf(5)) that is this name and no other; its "^" and "$" are in it.

    It is an extended regular expression as it is compiled: between quotation marks in slapd.conf, each "\\" is doubled.
    """
    return f"^{_SPECIAL.sub(_literally, ldap_name(name))}$"


def _literally(found: re.Match[str]) -> str:
    return "\\^" if found[0] == "^" else f"[{found[0]}]"


def types_without_schema(name: DistinguishedName) -> tuple[str, ...]:
    """Return the attribute types of a name that the schemas core, cosine and inetorgperson lack, each once.

    slapd 2.5 offers EXTERNAL to no certificate whose subject has one that its schema lacks, and says nothing of it.
    """
    types = (attribute.type for rdn in name.rdns for attribute in rdn)
    lacking = (kind for kind in types if kind not in ATTRIBUTE_TYPES or kind in _WITHOUT_SCHEMA)
    return tuple(dict.fromkeys(ATTRIBUTE_TYPES.get(kind, kind) for kind in lacking))


def _attribute(attribute: Attribute) -> str:
    kind = _TYPES.get(attribute.type)
    if kind is None or attribute.text is None:
        return f"{kind or attribute.type}=#{attribute.value.hex()}"
    text = " ".join(attribute.text.lower().split()).translate(_ESCAPED)
    return f"{kind}=" + (f"\\23{text[1:]}" if text.startswith("#") else text)
