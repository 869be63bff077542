"""Codes found in the lines of a log: of IIS, httpd, nginx, slapd, 389, OpenSSL's and Windows' tools, event logs.

A bare number is nothing in a log; only numbers of a form that nothing else has, or in the company of certain words, are
taken for codes. Every pattern reads a line in one pass: what repeats is bounded or cannot match in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from certprobe.explain.catalogue import entries, folded, names
from certprobe.explain.families import Family
from certprobe.explain.lookup import Explained, explain

MOST_CODES: Final = 10_000
"""A log has fewer different codes; of what comes after that many nothing more is kept."""

LONGEST_TEXT: Final = 1 << 16

_MOST_WORDS: Final = 5


class _Rule(NamedTuple):
    """What a code looks like in a log, and how `explain` is asked about it; "" if it is none after all.

    Every line that `pattern` matches has one of the `hints`, in small letters: looking for those first is cheap.
    """

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    spell: Callable[[re.Match[str]], str]


class Occurrence(NamedTuple):
    """A code, in how many lines it occurred, and the number (from 1) of the first of them."""

    explained: Explained
    lines: int
    first_line: int


class Annotator:
    """Takes the lines of a log one after the other; of each it keeps no more than the codes.

    `occurrences` are the codes that were explained, in the order of their first occurrence, `unknown` those names that
    have the form of a code and are none that is known.
    """

    def __init__(self) -> None:
        self._lines = 0
        self._seen: dict[tuple[Family, int], Occurrence] = {}
        self._unknown: dict[str, None] = {}

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """See the class."""
        return tuple(self._seen.values())

    @property
    def unknown(self) -> tuple[str, ...]:
        """See the class."""
        return tuple(self._unknown)

    def line(self, text: str) -> tuple[Explained, ...]:
        """Take the next line, and return the codes in it that did not occur before, in their order."""
        self._lines += 1
        here: dict[tuple[Family, int], Explained] = {}
        for spelling in find(text):
            for explained in explain(spelling):
                if explained.readings:
                    here.setdefault(explained.readings[0].key, explained)
                elif _CERTAIN_NAME.match(explained.given) and len(self._unknown) < MOST_CODES:
                    self._unknown[explained.given] = None
        return tuple(explained for key, explained in here.items() if self._is_new(key, explained))

    def _is_new(self, key: tuple[Family, int], explained: Explained) -> bool:
        before = self._seen.get(key)
        if before is not None:
            self._seen[key] = before._replace(lines=before.lines + 1)
        elif len(self._seen) < MOST_CODES:
            self._seen[key] = Occurrence(explained, 1, self._lines)
            return True
        return False


def explain_text(text: str) -> tuple[Explained, ...]:
    """Explain a spelling, or if it is none but a message, every code in it; never raises."""
    explained = explain(text)
    if any(each.readings for each in explained):
        return explained
    found = {
        each.readings[0].key: each
        for spelling in reversed(tuple(find(text[:LONGEST_TEXT])))
        for each in reversed(explain(spelling))
        if each.readings
    }
    return tuple(reversed(found.values())) or explained


def find(line: str) -> Iterator[str]:
    """Yield what looks like a code in a line, from left to right, as `explain` reads it."""
    lowered = line.lower()
    rules = (rule for rule in _RULES if _has_any(rule.hints, lowered))
    found = ((match.start(), rule.spell(match)) for rule in rules for match in rule.pattern.finditer(line))
    yield from dict.fromkeys(spelling for _, spelling in sorted(found) if spelling)


def _has_any(hints: tuple[str, ...], text: str) -> bool:
    return any(hint in text for hint in hints)


def _after(word: str) -> Callable[[re.Match[str]], str]:
    """Spell the number in the first group after `word`; success is not worth a word."""
    return lambda match: f"{word} {match[1]}" if match[1].strip("0") else ""


def _alert_in_words(match: re.Match[str]) -> str:
    """The longest beginning of what follows that is the name of an alert."""
    words = re.split(r"[ _]", match[1])[:_MOST_WORDS]
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        if any(family is Family.TLS_ALERT for family, _ in names().get(folded(name), ())):
            return f"alert {name}"
    return ""


def _before_ldap_err(match: re.Match[str]) -> str:
    """Active Directory begins its messages with an HRESULT or a system error."""
    return f"{'hresult' if match[1].startswith('8') else 'win32'} 0x{match[1]}"


def _sub_status(match: re.Match[str]) -> str:
    code = f"{match[1]}.{int(match[2])}"
    return f"{code} {match[3]}" if match[3].strip("0") else code


def _event(match: re.Match[str]) -> str:
    """Small numbers are events of any source: those of the KDC count only where it is named."""
    if int(match[1]) in entries(Family.SCHANNEL_EVENT):
        return f"schannel {match[1]}"
    return f"kdc {match[1]}" if _KDC.search(match.string) else ""


_CERTAIN_NAME: Final = re.compile(r"(?:CERT_E|CERT_TRUST|TRUST_E|CRYPT_E|SEC_[EI]|NTE|X509_V_ERR)_")
_KDC: Final = re.compile(r"Kerberos-Key-Distribution-Center|Kdcsvc|\bKDC\b", re.I)

_TELLING: Final = ("certificate", "crl", "ocsp", "mismatch", "subtree")
_MESSAGES: Final = sorted(
    (
        alias
        for entry in entries(Family.OPENSSL).values()
        for alias in entry.aliases
        if _has_any(_TELLING, alias.lower())
    ),
    key=len,
    reverse=True,
)
_SUB_STATUSES: Final = "|".join(sorted({str(number // 100) for number in entries(Family.IIS)}))

_NAMES: Final = (
    r"\b(?:CERT_E|CERT_TRUST|TRUST_E|CRYPT_E|SEC_[EI]|NTE|X509_V|WININET_E|LDAP|ERROR)_[A-Z0-9_]{2,60}\b"
    r"|\bWSAE[A-Z]{2,20}\b|\b(?:SSLV3|TLSV1|TLSV13)_ALERT_[A-Z_]{2,40}\b|\bSSL_ERROR_[A-Z_]{2,40}_ALERT\b"
)

_RULES: Final = (
    # Names of codes, and numbers that can be nothing else: HRESULTs begin with 0x800 or, in decimal, with 214.
    _Rule(
        ("_e_", "sec_i_", "cert_trust_", "nte_", "x509_v", "ldap_", "error_", "wsae", "_alert"),
        re.compile(_NAMES),
        lambda match: match[0],
    ),
    _Rule(
        ("800", "000903"),
        re.compile(r"(?<![\w.-])(?:0x)?(800[0-9a-f]{5}|000903[0-9a-f]{2})(?:u?l{0,2}|h)\b(?!: LdapErr)", re.I),
        _after("hresult"),
    ),
    _Rule(("214",), re.compile(r"(?<![\w.-])(-?214[0-9]{7})(?![\w.])"), _after("hresult")),
    _Rule(
        ("dwerrorstatus", "dwinfostatus"),
        re.compile(r"\bdw(Error|Info)Status[ =:]{1,3}(?:0x)?([0-9a-f]{1,8})\b", re.I),
        lambda match: f"{match[1].lower()}:0x{match[2]}" if match[2].strip("0") else "",
    ),
    # TLS alerts.
    _Rule(
        ("alert",),
        re.compile(r"\balert(?: number| description| code)?(?: is)?[ :=\[]{1,3}(\d{1,3})\b", re.I),
        _after("alert"),
    ),
    _Rule(
        ("alert", "remote error"),
        re.compile(r"(?:\balert|remote error: tls):? ([a-z]+(?:[ _][a-z]+){0,5})", re.I),
        _alert_in_words,
    ),
    _Rule(
        ("error:14", "error:0a000"),
        re.compile(r"\berror:(?:14[0-9a-f]{3}|0a000)[0-9a-f]{3}\b", re.I),
        lambda match: match[0],
    ),
    # OpenSSL's verification.
    _Rule(("verify ",), re.compile(r"\bverify (?:error|return code)[ :=(num]{1,8}(\d{1,3})\b", re.I), _after("x509")),
    _Rule(("verification: error",), re.compile(r"\bVerification: Error \((\d{1,3})\)"), _after("x509")),
    _Rule((" depth",), re.compile(r"\berror (\d{1,3}) at \d{1,3} depth"), _after("x509")),
    _Rule(
        _TELLING,
        re.compile(rf"(?<!alert )\b({'|'.join(map(re.escape, _MESSAGES))})(?!\w)", re.I),
        lambda match: f"x509 {match[1]}",
    ),
    # IIS: sc-status, sc-substatus and sc-win32-status, or the page that a user sees.
    _Rule(("40", "41"), re.compile(rf"(?<![\d.])({_SUB_STATUSES}) (\d{{1,2}}) (\d{{1,10}})(?![\d.])"), _sub_status),
    _Rule(("40", "41"), re.compile(rf"(?<![\d.])({_SUB_STATUSES})\.(\d{{1,2}})(?![\d.])()"), _sub_status),
    # LDAP, and the errors of Active Directory within.
    _Rule((" err=",), re.compile(r"\b(?:RESULT|tag=\d{1,4}) err=(\d{1,3})\b"), _after("ldap")),
    _Rule(
        ("resultcode", "result code", "ldap: error code"),
        re.compile(r"\b(?:result ?code|LDAP: error code)[ :=]{1,3}(\d{1,3})\b", re.I),
        _after("ldap"),
    ),
    _Rule(("ldap_",), re.compile(r"\bldap_\w{1,40}: [^()]{1,80}\((-?\d{1,3})\)"), _after("ldap")),
    _Rule(("ldaperr",), re.compile(r"\b(?!80090308)([0-9A-F]{8}): LdapErr"), _before_ldap_err),
    _Rule(("data ",), re.compile(r"\bdata ([0-9a-f]{1,8}), v[0-9a-f]{1,8}\b"), _after("data")),
    # Events of Windows.
    _Rule(
        ("eventid", "event id"),
        re.compile(r"\bEvent ?ID(?: Qualifiers=['\"]\d{0,6}['\"])?[>:= ] {0,16}(\d{1,5})\b", re.I),
        _event,
    ),
    _Rule(
        ("schannel", "distribution-center", "kdcsvc"),
        re.compile(r"\b(?:Schannel|Kerberos-Key-Distribution-Center|Kdcsvc)\W{1,3}(\d{2,5})\b", re.I),
        _event,
    ),
)
