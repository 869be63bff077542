"""Every code that is known, by family and number, and by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, TypeAlias, assert_never

from certprobe.explain import alerts, ldap, openssl, openssl_checks, openssl_rare
from certprobe.explain.families import Family
from certprobe.wincrypt import event_log, hresult, iis, win32, winerror
from certprobe.wincrypt.causes import CAUSES, TRUST_ERROR_NOTES, TRUST_INFO_ADVICE
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.prose import meaning, trust_error_words, trust_info_words
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

Key: TypeAlias = tuple[Family, int]

_NOTHING_TO_DO: Final = "Nothing needs to be done."
_TRUST_LIST: Final = "Give the engine a current and properly signed trust list, or none."


@cache
def entries(family: Family) -> dict[int, Entry]:
    """Return the codes of a family by number; those of a mask are its single bits."""
    match family:
        case Family.HRESULT:
            return _by_number((*_returned_hresults(), *winerror.MORE_HRESULTS))
        case Family.TLS_ALERT:
            return _by_number(alerts.ALERTS)
        case Family.OPENSSL:
            rows = (openssl.EVERYDAY, openssl_rare.FIELDS, openssl_rare.SPECIAL)
            return _by_number(
                entry for table in (*rows, openssl_checks.REVOCATION, openssl_checks.STRICT) for entry in table
            )
        case Family.LDAP:
            return _by_number(ldap.RESULTS)
        case Family.LDAP_API:
            return _by_number(ldap.API_ERRORS)
        case Family.AD_DATA | Family.WIN32:
            return _by_number(win32.SYSTEM_ERRORS)
        case Family.IIS:
            return _by_number(iis.SUB_STATUSES)
        case Family.KDC_EVENT:
            return _by_number(event_log.KDC_EVENTS)
        case Family.SCHANNEL_EVENT:
            return _by_number(event_log.SCHANNEL_EVENTS)
        case Family.TRUST_ERROR:
            return _by_number(map(_trust_error, TrustError.__members__.values()))
        case Family.TRUST_INFO:
            return _by_number(map(_trust_info, TrustInfo.__members__.values()))
        case _:
            assert_never(family)


@cache
def names() -> dict[str, tuple[Key, ...]]:
    """Return what each name stands for, under its `folded` form; some stand for several codes."""
    found: dict[str, list[Key]] = {}
    for family in Family:
        if family is Family.AD_DATA:
            continue
        for entry in entries(family).values():
            for name in {folded(each) for each in (entry.symbol, *entry.aliases)}:
                found.setdefault(name, []).append((family, entry.number))
    return {name: tuple(keys) for name, keys in found.items()}


def folded(name: str) -> str:
    """Return a name without case, blanks and signs: "unknown ca" and unknown_ca are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _by_number(table: Iterable[Entry]) -> dict[int, Entry]:
    """Of two lines for one code the first wins."""
    found: dict[int, Entry] = {}
    for entry in table:
        found.setdefault(entry.number, entry)
    return found


def _returned_hresults() -> Iterable[Entry]:
    """The codes that certprobe itself returns, whose words are in `prose`."""
    for code in hresult.BY_SYMBOL.values():
        said = meaning(code)
        others = tuple(name for name, value in hresult.BY_SYMBOL.items() if value == code and name != code.symbol)
        yield Entry(int(code), code.symbol, said.text, said.advice, CAUSES.get(code, ()), aliases=others)


def _trust_error(bit: TrustError) -> Entry:
    windows, causes = TRUST_ERROR_NOTES[bit]
    advice = meaning(windows).advice if windows is not None else _TRUST_LIST
    symbol = bit.name or ""
    return Entry(int(bit), symbol, sentence(trust_error_words(bit)), advice, causes, "", _short(symbol), windows)


def _trust_info(bit: TrustInfo) -> Entry:
    symbol = bit.name or ""
    advice = TRUST_INFO_ADVICE.get(bit, _NOTHING_TO_DO)
    return Entry(int(bit), symbol, sentence(trust_info_words(bit)), advice, aliases=_short(symbol))


def _short(symbol: str) -> tuple[str, ...]:
    """The names without CERT_TRUST_ and IS_: those of X509ChainStatusFlags in .NET."""
    return (symbol.removeprefix("CERT_TRUST_"), symbol.removeprefix("CERT_TRUST_").removeprefix("IS_"))


def sentence(words: str) -> str:
    """Return words with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}."
