"""From any spelling of a code to everything that it may mean, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from certprobe.explain.catalogue import Key, entries, folded, names
from certprobe.explain.families import HOMES, Family
from certprobe.explain.ldap import OPENLDAP_NUMBERS
from certprobe.explain.reading import MASKS, Reading, has_only_known_bits, read

LONGEST: Final = 256
"""No code is written with more characters."""

# With the suffix that it has in winerror.h and other sources, if any.
_HEXADECIMAL: Final = re.compile(r"0[xX]([0-9A-Fa-f]{1,8})[uU]?[lL]{0,2}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,10}")
# Hexadecimal digits that need no 0x before them.
_BARE_DATA: Final = re.compile(r"([0-9A-Fa-f]{1,8})")
_BARE_HRESULT: Final = re.compile(r"(8[0-9A-Fa-f]{7})[hH]?")
_SUB_STATUS: Final = re.compile(r"([1-5][0-9]{2})\.([0-9]{1,2})")
# Alerts in the names of OpenSSL (TLSV1_ALERT_UNKNOWN_CA) and NSS (SSL_ERROR_UNKNOWN_CA_ALERT), and in OpenSSL's packed
# numbers of before and since version 3 (14094418, 0A000418), where they are reasons from 1000 on.
_ALERT_NAME: Final = re.compile(r"(?:sslv3|tlsv1|tlsv13)_alert_(\w+)|ssl_error_(?:rx_)?(\w+)_alert", re.I)
_PACKED: Final = re.compile(r"(?:error:)?(?:14[0-9a-f]{3}|0a000)([0-9a-f]{3})", re.I)
_FIRST_ALERT: Final = 1000
# What stands around a code in a text.
_AROUND: Final = " \t()[]<>\"'.,;:"
# Where one spelling holds two codes: "403.16 2148204809", "403 16 2148204809", "49/52e", "ldap 49 (data 52e)".
_WITH_WIN32: Final = re.compile(
    r"(?:iis |http )?([1-5][0-9]{2})[./, ]([0-9]{1,2})(?:[ ,:/-]{1,3}(-?[0-9A-Za-z]{1,12}))?", re.I
)
_WITH_DATA: Final = re.compile(r"(?:ldap )?([0-9]{1,3})(?:/|[ ,(:]{1,3}data[ :=]{1,2})([0-9a-f]{1,8})\)?", re.I)
# "invalidCredentials (49)", of which the last sign may be gone.
_NAME_AND_NUMBER: Final = re.compile(r"([A-Za-z][\w. -]{1,80}\w) ?\(([0-9]{1,10})\)?")
_SEPARATOR: Final = re.compile(r"[\s:=#(]+")

# A single digit of hexadecimal could be anything; the errors of a login begin here (0x525).
_LEAST_BARE_DATA: Final = 0x500
_MOST_BITS: Final = 3

_HEXADECIMAL_ORDER: Final = (
    Family.HRESULT,
    *(Family.TRUST_ERROR, Family.TRUST_INFO),
    *(Family.LDAP, Family.LDAP_API, Family.WIN32, Family.TLS_ALERT),
)
# What stands in logs day by day comes before what only could be meant.
_EVERYDAY: Final = {
    Family.TLS_ALERT: {40, 42, 46, 48, 70, 112, 116},
    Family.OPENSSL: {10, 18, 19, 20, 21, 23, 26, 62},
    Family.LDAP: {1, 2, 7, 8, 13, 32, 34, 49, 50, 53},
    Family.LDAP_API: {81, 91},
    Family.KDC_EVENT: {39, 41},
    Family.AD_DATA: {0x525, 0x52E, 0x530, 0x531, 0x532, 0x533, 0x701, 0x773, 0x775},
}


class Explained(NamedTuple):
    """A code as it was given, and everything that it may mean; nothing if it is not known."""

    given: str
    readings: tuple[Reading, ...]


def explain(text: str) -> tuple[Explained, ...]:
    """Explain one spelling; never raises. Two codes that are written as one, as 49/52e, come back as two."""
    text = text.strip()
    if len(text) > LONGEST:
        return (Explained(text, ()),)
    code = text.strip(_AROUND)
    return _two_in_one(code) or (Explained(text, readings(code)),)


def phrases(words: Sequence[str]) -> Iterator[str]:
    """Put words together that only say something together, as `alert` and `48`, or the three numbers of IIS."""
    rest = list(reversed(words))
    while rest:
        phrase = rest.pop()
        if rest and _is_sub_status(phrase, rest[-1]):
            phrase = f"{phrase} {rest.pop()}"
            if rest and _DECIMAL.fullmatch(rest[-1]):
                phrase = f"{phrase} {rest.pop()}"
        while rest and len(phrase) <= LONGEST and folded(phrase) in _PREFIXES:
            phrase = f"{phrase} {rest.pop()}"
        yield phrase


def readings(text: str) -> tuple[Reading, ...]:
    """Return what one code may mean; a word before it, as in `alert 48` or `error:0x20`, says in which family."""
    if (alert := _alert(text)) is not None:
        return _in((Family.TLS_ALERT,), alert)
    for separator in reversed(tuple(_SEPARATOR.finditer(text[:LONGEST]))):
        families = _PREFIXES.get(folded(text[: separator.start()]))
        if families is not None:
            return _in(families, text[separator.end() :].rstrip(") "))
    if (both := _NAME_AND_NUMBER.fullmatch(text)) is not None:
        return tuple(each for each in readings(both[1]) if str(each.entry.number) == both[2])
    if _DECIMAL.fullmatch(text):
        return _read(sorted(filter(_is_plausible_in_decimal, _numbers(text, Family)), key=_is_rare))
    order = _HEXADECIMAL_ORDER if _HEXADECIMAL.fullmatch(text) else Family
    return _read((*filter(_is_plausible, _numbers(text, order)), *names().get(folded(text), ())))


def _alert(text: str) -> str | None:
    """The name or number of an alert in the spelling of a library."""
    if (named := _ALERT_NAME.fullmatch(text)) is not None:
        return named[1] or named[2]
    if (packed := _PACKED.fullmatch(text)) is not None and int(packed[1], 16) >= _FIRST_ALERT:
        return str(int(packed[1], 16) - _FIRST_ALERT)
    return None


def _is_sub_status(status: str, sub_status: str) -> bool:
    return _SUB_STATUS.fullmatch(f"{status}.{sub_status}") is not None and _iis(status, sub_status) is not None


def _iis(status: str, sub_status: str) -> int | None:
    number = int(status) * 100 + int(sub_status)
    return number if number in entries(Family.IIS) else None


def _two_in_one(text: str) -> tuple[Explained, ...]:
    return _with_win32(text) or _with_data(text)


def _with_data(text: str) -> tuple[Explained, ...]:
    match = _WITH_DATA.fullmatch(text)
    if match is None or not (result := _in((Family.LDAP,), match[1])):
        return ()
    data = f"data {match[2]}"
    return Explained(match[1], result), Explained(data, readings(data))


def _with_win32(text: str) -> tuple[Explained, ...]:
    match = _WITH_WIN32.fullmatch(text)
    if match is None or _iis(match[1], match[2]) is None:
        return ()
    sub_status = f"{match[1]}.{int(match[2])}"
    first = Explained(sub_status, _in((Family.IIS,), sub_status))
    if match[3] is None:
        return (first,)
    return first, Explained(match[3], _in((Family.HRESULT, Family.WIN32), match[3]))


def _in(families: tuple[Family, ...], text: str) -> tuple[Reading, ...]:
    """What a number or name means in those families, however unlikely."""
    named = (key for key in names().get(folded(text), ()) if key[0] in families)
    return _read((*_numbers(text, families), *named))


def _read(keys: Iterable[Key]) -> tuple[Reading, ...]:
    found = (read(*key) for key in dict.fromkeys(keys))
    return tuple(reading for reading in found if reading is not None)


def _numbers(text: str, families: Iterable[Family]) -> Iterator[Key]:
    """The codes that `text` spells as a number in each of the families, whether they exist or not."""
    for family in families:
        number = _number(text, family)
        if number is not None:
            yield family, number


def _number(text: str, family: Family) -> int | None:
    if family is Family.IIS:
        parts = _SUB_STATUS.fullmatch(text)
        return int(parts[1]) * 100 + int(parts[2]) if parts is not None else None
    if (hexadecimal := _HEXADECIMAL.fullmatch(text)) is not None:
        return int(hexadecimal[1], 16)
    bare = {Family.AD_DATA: _BARE_DATA, Family.HRESULT: _BARE_HRESULT}.get(family)
    if bare is not None and (digits := bare.fullmatch(text)) is not None:
        return int(digits[1], 16)
    if not _DECIMAL.fullmatch(text):
        return None
    number = int(text)
    if family is Family.LDAP_API:
        return OPENLDAP_NUMBERS.get(number, number)
    return number + 0x1_0000_0000 if family is Family.HRESULT and -0x8000_0000 <= number < 0 else number


def _is_plausible(key: Key) -> bool:
    """Whether a code may be meant that came without a word before it."""
    match key:
        case (Family.TRUST_ERROR | Family.TRUST_INFO) as family, mask:
            return mask > 0 and has_only_known_bits(family, mask)
        case Family.AD_DATA, data:
            return data >= _LEAST_BARE_DATA
        case Family.WIN32, 0:
            return False  # it is the HRESULT 0 as well
        case _:
            return True


def _is_plausible_in_decimal(key: Key) -> bool:
    """Whether a plausible code would be written in decimal: a mask of many bits would not."""
    return _is_plausible(key) and (key[0] not in MASKS or key[1].bit_count() <= _MOST_BITS)


def _is_rare(key: Key) -> bool:
    return key[1] not in _EVERYDAY.get(key[0], ())


def _prefixes() -> dict[str, tuple[Family, ...]]:
    found: dict[str, tuple[Family, ...]] = {}
    for family, home in HOMES.items():
        for prefix in home.prefixes:
            found[prefix] = (*found.get(prefix, ()), family)
    return found


_PREFIXES: Final = _prefixes()
