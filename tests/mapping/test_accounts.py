"""Files of rules: accounts and their attributes, and what is wrong with a line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certprobe.errors import DecodeError
from certprobe.mapping.accounts import Account, MappingRule, parse_accounts
from certprobe.mapping.parsing import parse_alt_security_identity
from tests.mapping.certificates import REVERSED, SID, WINDOWS_CA

STRONG = f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"


def rule(line: int, text: str) -> MappingRule:
    return MappingRule(line, parse_alt_security_identity(text))


def test_accounts_with_all_their_attributes() -> None:
    text = rf"""# accounts
CONTOSO\alice   {STRONG}

  # by hand:
contoso\Alice   {SID}
CONTOSO\alice   userPrincipalName: alice@contoso.com
CONTOSO\pc7$    dnshostname: pc7.contoso.com
CONTOSO\pc7$    whenCreated:2024-05-31T10:00:00+02:00
CONTOSO\alice   altSecurityIdentities: X509:<RFC822>alice@contoso.com
CN=Bob von X,OU=Users,DC=contoso,DC=com  objectSid: s-1-5-21-1-2-3-4
"""
    assert parse_accounts(text.encode()) == (
        Account(
            "CONTOSO\\alice",
            object_sid=SID,
            user_principal_name="alice@contoso.com",
            alt_security_identities=(rule(2, STRONG), rule(9, "X509:<RFC822>alice@contoso.com")),
        ),
        Account(
            "CONTOSO\\pc7$",
            dns_host_name="pc7.contoso.com",
            when_created=datetime(2024, 5, 31, 8, tzinfo=UTC),
        ),
        Account("CN=Bob von X,OU=Users,DC=contoso,DC=com", object_sid="S-1-5-21-1-2-3-4"),
    )


@pytest.mark.parametrize("data", [
    f"alice {STRONG}\n".encode("utf-8-sig"),
    f"alice {STRONG}\r\n".encode("utf-16"),
    f"alice\t{STRONG}".encode(),
], ids=["byte order mark", "of powershell", "tab and no line end"])  # fmt: skip
def test_encodings(data: bytes) -> None:
    assert parse_accounts(data) == (Account("alice", alt_security_identities=(rule(1, STRONG),)),)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20240531080000.0Z", datetime(2024, 5, 31, 8, tzinfo=UTC)),
        ("20240531080000+0230", datetime(2024, 5, 31, 5, 30, tzinfo=UTC)),
        ("20240531080000Z", datetime(2024, 5, 31, 8, tzinfo=UTC)),
    ],
    ids=["active-directory", "offset", "seconds"],
)
def test_a_time_as_directories_write_it(text: str, time: datetime) -> None:
    (account,) = parse_accounts(f"alice whenCreated: {text}".encode())
    assert account.when_created == time


@pytest.mark.parametrize(("text", "message"), [
    ("", r"no rule in it; one is a line as: CORP\alice X509:<I>DC=example,CN=Corp CA<SR>2b00ac12"),
    ("# nothing\n", r"no rule in it; one is a line as: CORP\alice X509:<I>DC=example,CN=Corp CA<SR>2b00ac12"),
    ("\nalice", "line 2: this is no ACCOUNT followed by X509:..., S-1-... or ATTRIBUTE: VALUE: 'alice'"),
    (f"{STRONG}\n", f"line 1: this is no ACCOUNT followed by X509:..., S-1-... or ATTRIBUTE: VALUE: '{STRONG[:80]}'"),
    ("alice mail: a@b.test", "line 1: mail is no attribute that certificates are mapped by: altSecurityIdentities,"
     " objectSid, userPrincipalName, dNSHostName and whenCreated are"),
    ("alice X509:<PN>a@b.test", "line 1: after X509: comes one of <I> <S> <SR> <SKI> <SHA1-PUKEY> <RFC822> <SID>,"
     " not <PN>"),
    ("alice S-1-5-x", "line 1: 'S-1-5-x' is no SID: S-1-5-21-1004336348-1177238915-682003330-1104 is"),
    ("alice S-1-5-1\nalice S-1-5-2", "line 2: the account has the objectSid S-1-5-1 already"),
    ("alice userPrincipalName: a@b\nalice userPrincipalName: c@d",
     "line 2: the account has the userPrincipalName a@b already"),
    ("alice whenCreated: 20241399000000Z", "line 1: '20241399000000Z' is no time: 2024-05-31T08:00:00Z is"),
    ("alice whenCreated: yesterday", "line 1: 'yesterday' is no time: 2024-05-31T08:00:00Z is"),
    ("alice whenCreated: 2024-05-31\nalice whenCreated: 2024-05-31", "line 2: the account has a whenCreated already"),
    ("alice S-1-5-1\n" * 100_001, "more than 100000 lines of rules"),
    ("alice X509:<S>" + "x" * 70_000, "line 1: longer than 65535 characters"),
], ids=["empty", "comment alone", "account alone", "no account", "unknown attribute", "unknown part", "no sid",
        "second sid", "second upn", "no month", "no time", "second time", "too many lines", "long line"])  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DecodeError) as raised:
        parse_accounts(text.encode())
    assert str(raised.value) == message


def test_other_encodings_are_refused() -> None:
    with pytest.raises(DecodeError, match="rules are UTF-8 text"):
        parse_accounts("jürgen S-1-5-1".encode("latin-1"))
