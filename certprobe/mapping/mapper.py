"""What the directory service mapper behind http.sys makes of the accounts that a certificate maps to.

How sure each fact is: D documented by Microsoft, I inferred.

D: with HTTP_SERVICE_CONFIG_SSL_FLAG_USE_DS_MAPPER, HTTP_SSL_CLIENT_CERT_INFO.Token is a token of the account if the
certificate was mapped to one. D: of CertDeniedByMapper nothing is documented but "Reserved".
I: it is TRUE where the mapper was asked and there is no token, so where the certificate maps to no account, to more
than one, or to one that a domain controller under full enforcement does not let in.
D: a name that several accounts have is nobody's (MS-ADTS 3.1.1.13.6). I: that holds for accounts found by different
means, too; a domain controller takes that of the userPrincipalName and looks no further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.mapping.authorization import is_account
from certprobe.mapping.ruling import Enforcement, Standing, rulings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.mapping.accounts import Account
    from certprobe.mapping.ruling import Candidate
    from certprobe.pki.certificate import Certificate


class MapperAnswer(NamedTuple):
    """The account whose token an application would get, None if none, and why.

    `CertDeniedByMapper` is spelled as in http.h; see the module for how sure it is.
    """

    account: str | None
    CertDeniedByMapper: bool
    reason: str


def ds_mapper(certificate: Certificate, candidates: Iterable[Candidate]) -> MapperAnswer:
    """Say what the mapper answers where these are all accounts that there are, under full enforcement.

    What depends on what is not known of the account (its SID) is taken to be in order, and the reason says so.
    """
    mapped = _distinct([each for each in candidates if each.matches])
    if not mapped:
        return MapperAnswer(None, True, "the certificate maps to no account")
    if len(mapped) > 1:
        names = ", ".join(each.account.name for each in mapped)
        return MapperAnswer(None, True, f"the certificate maps to more than one account: {names}")
    (candidate,) = mapped
    ruling = next(each for each in rulings(certificate, candidate) if each.enforcement is Enforcement.FULL)
    if ruling.standing is Standing.REFUSED:
        return MapperAnswer(None, True, f"{candidate.account.name}: {ruling.reason}")
    return MapperAnswer(candidate.account.name, False, ruling.reason)


def _distinct(mapped: list[Candidate]) -> list[Candidate]:
    """Without those of the rules that a directory tells of as well, and knows more of."""
    told = [each.account for each in mapped if each.account.distinguished_name is not None]
    return [
        each
        for each in mapped
        if each.account.distinguished_name is not None or not any(_is_same(each.account, other) for other in told)
    ]


def _is_same(account: Account, other: Account) -> bool:
    if account.object_sid is not None and other.object_sid is not None:
        return account.object_sid == other.object_sid
    names = (other.name, other.distinguished_name)
    return any(name is not None and is_account(name, account.name) for name in names)
