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

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import DecodeError
from certprobe.mapping.parsing import parse_alt_security_identity

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
_SID: Final = re.compile(r"S-1-(?:0x[0-9A-Fa-f]{1,12}|[0-9]{1,15})(?:-[0-9]{1,10}){1,15}")


class MappingRule(NamedTuple):
    """A value of an account's altSecurityIdentities, and the number of the line that has it."""

    line: int
    identity: AltSecurityIdentity


class Account(NamedTuple):
    """An account by the attributes that certificates are mapped by; None is what is not known."""

    name: str
    object_sid: str | None = None
    user_principal_name: str | None = None
    dns_host_name: str | None = None
    when_created: datetime | None = None
    alt_security_identities: tuple[MappingRule, ...] = ()


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
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What PowerShell writes when output is redirected.
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
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
    if not _SID.fullmatch(value.upper()):
        raise DecodeError(f"{value[:80]!r} is no SID: S-1-5-21-1004336348-1177238915-682003330-1104 is")
    return account._replace(object_sid=_once("objectSid", account.object_sid, value.upper()))


def _user_principal_name(account: Account, value: str, _number: int) -> Account:
    return account._replace(user_principal_name=_once("userPrincipalName", account.user_principal_name, value))


def _dns_host_name(account: Account, value: str, _number: int) -> Account:
    return account._replace(dns_host_name=_once("dNSHostName", account.dns_host_name, value))


def _when_created(account: Account, value: str, _number: int) -> Account:
    try:
        time = datetime.fromisoformat(value.upper())
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
