"""Accounts and what is mapped to them, as a file of rules tells it.

    # account     attribute of the account
    CORP\\alice    X509:<I>DC=example,DC=corp,CN=Corp CA<SR>1200000000ac11000000002b
    CORP\\alice    objectSid: S-1-5-21-1004336348-1177238915-682003330-1104
    CORP\\alice    userPrincipalName: alice@corp.example
    CORP\\pc7$     dNSHostName: pc7.corp.example
    CORP\\pc7$     whenCreated: 2024-05-31T08:00:00Z

Lines of one account belong together, wherever they stand. Before "X509:" and "S-1-" the name of the attribute
(altSecurityIdentities, objectSid) may be left out.
"""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import DecodeError
from certprobe.mapping.parsing import parse_alt_security_identity, parse_generalized_time
from certprobe.mapping.sid import sid_octets
from certprobe.pki.text import as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.mapping.alt_security_identities import AltSecurityIdentity

LONGEST_RULES: Final = 16 * 1024 * 1024
_MOST_LINES: Final = 100_000
_LONGEST_LINE: Final = 65_535

_LINE: Final = re.compile(
    r"(?P<account>\S(?:.*?\S)?)\s+(?:(?P<attribute>[A-Za-z]{1,40}):\s*(?P<value>\S.*)"
    r"|(?P<bare>X509:.*|S-1-\S*))",
    re.IGNORECASE,
)


class Source(enum.Enum):
    """Who tells of an account."""

    RULES = "rules"
    DIRECTORY = "directory"


class MappingRule(NamedTuple):
    """A value of an account's altSecurityIdentities; `line` is the number of its line, or in a directory its own."""

    line: int
    identity: AltSecurityIdentity


class Account(NamedTuple):
    """An account by the attributes that certificates are mapped by; None is what is not known.

    `distinguished_name` is that of its entry, and `domain` the DNS name of its domain, where a directory tells of it;
    `enabled` is what userAccountControl says.
    """

    name: str
    object_sid: str | None = None
    user_principal_name: str | None = None
    dns_host_name: str | None = None
    when_created: datetime | None = None
    alt_security_identities: tuple[MappingRule, ...] = ()
    source: Source = Source.RULES
    distinguished_name: str | None = None
    sam_account_name: str | None = None
    domain: str | None = None
    enabled: bool | None = None

    @property
    def implicit_user_principal_name(self) -> str | None:
        """The name that an account has whether or not it has another, documented under "User Name Formats"."""
        if self.sam_account_name is None or self.domain is None:
            return None
        return f"{self.sam_account_name}@{self.domain}"

    @property
    def implicit_dns_host_name(self) -> str | None:
        """What a computer's dNSName must be: its sAMAccountName without "$", and its domain (MS-PKCA 3.1.5.2.1.2)."""
        if self.sam_account_name is None or self.domain is None or not self.sam_account_name.endswith("$"):
            return None
        return f"{self.sam_account_name.removesuffix('$')}.{self.domain}"

    @property
    def names(self) -> tuple[str, ...]:
        """All by which a certificate may name it."""
        return tuple(
            filter(
                None,
                (
                    *(self.object_sid, self.user_principal_name, self.dns_host_name),
                    *(self.implicit_user_principal_name, self.implicit_dns_host_name),
                ),
            )
        )

    def place_of(self, line: int) -> str:
        """Say where a value of its altSecurityIdentities stands, in words."""
        match self.source:
            case Source.RULES:
                return f"line {line}"
            case Source.DIRECTORY:
                return f"value {line} of altSecurityIdentities"


def parse_accounts(data: bytes) -> tuple[Account, ...]:
    """Read a file of rules, accounts in the order of their first lines; raises DecodeError with the line's number."""
    accounts: dict[str, Account] = {}
    lines = [line.strip() for line in _text(data).split("\n")]
    if len(lines) > _MOST_LINES:
        raise DecodeError(f"more than {_MOST_LINES} lines of rules")
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            try:
                _take(line, number, accounts)
            except DecodeError as error:
                raise DecodeError(f"line {number}: {error}") from None
    if not accounts:
        raise DecodeError("no rule in it; one is a line as: CORP\\alice X509:<I>DC=example,CN=Corp CA<SR>2b00ac12")
    return tuple(accounts.values())


def _text(data: bytes) -> str:
    try:
        return as_text(data)
    except UnicodeDecodeError:
        raise DecodeError("rules are UTF-8 text, which this is not") from None


def _take(line: str, number: int, accounts: dict[str, Account]) -> None:
    if len(line) > _LONGEST_LINE:
        raise DecodeError(f"longer than {_LONGEST_LINE} characters")
    found = _LINE.fullmatch(line)
    if found is None:
        raise DecodeError(f"this is no ACCOUNT followed by X509:..., S-1-... or ATTRIBUTE: VALUE: {line[:80]!r}")
    name, attribute, value = found["account"], found["attribute"], found["value"]
    if attribute is None:
        value = found["bare"]
        attribute = "objectSid" if value[:1] in "Ss" else "altSecurityIdentities"
    read = _ATTRIBUTES.get(attribute.lower())
    if read is None:
        known = "altSecurityIdentities, objectSid, userPrincipalName, dNSHostName and whenCreated"
        raise DecodeError(f"{attribute} is no attribute that certificates are mapped by: {known} are")
    key = name.casefold()
    accounts[key] = read(accounts.get(key, Account(name)), value, number)


def _alt_security_identity(account: Account, value: str, number: int) -> Account:
    rule = MappingRule(number, parse_alt_security_identity(value))
    return account._replace(alt_security_identities=(*account.alt_security_identities, rule))


def _object_sid(account: Account, value: str, _number: int) -> Account:
    if sid_octets(value) is None:
        raise DecodeError(f"{value[:80]!r} is no SID: S-1-5-21-1004336348-1177238915-682003330-1104 is")
    return account._replace(object_sid=_once("objectSid", account.object_sid, value.upper()))


def _user_principal_name(account: Account, value: str, _number: int) -> Account:
    return account._replace(user_principal_name=_once("userPrincipalName", account.user_principal_name, value))


def _dns_host_name(account: Account, value: str, _number: int) -> Account:
    return account._replace(dns_host_name=_once("dNSHostName", account.dns_host_name, value))


def _when_created(account: Account, value: str, _number: int) -> Account:
    try:
        time = parse_generalized_time(value) or datetime.fromisoformat(value.upper())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DecodeError(f"{value[:80]!r} is no time: 2024-05-31T08:00:00Z is") from None
    if account.when_created is not None:
        raise DecodeError("the account has a whenCreated already")
    return account._replace(when_created=time)


def _once(attribute: str, before: str | None, value: str) -> str:
    if before is not None:
        raise DecodeError(f"the account has the {attribute} {before} already")
    return value


_ATTRIBUTES: Final[dict[str, Callable[[Account, str, int], Account]]] = {
    "altsecurityidentities": _alt_security_identity,
    "objectsid": _object_sid,
    "userprincipalname": _user_principal_name,
    "dnshostname": _dns_host_name,
    "whencreated": _when_created,
}
