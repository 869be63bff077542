"""Accounts to look up by what a certificate has: many certificates are held against many rules in one run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from certprobe.mapping.alt_security_identities import Tag
from certprobe.mapping.lookup import Lookup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.mapping.accounts import Account, MappingRule
    from certprobe.mapping.alt_security_identities import AltSecurityIdentity, Form
    from certprobe.mapping.lookup import DirectoryFacts, LookupFailure
    from certprobe.pki.certificate import Certificate

_TYPE: Final = re.compile(r"[a-z0-9.-]+\s*=")
_WORD: Final = re.compile(r"[a-z0-9]+")
_DIGIT: Final = re.compile(r"[1-9a-f]")
_NAMES: Final = (Tag.ISSUER, Tag.SUBJECT)
_TEXTS: Final = (Tag.RFC822, Tag.SID)


class AccountStore:
    """Accounts in their order; lookups take no longer the more there are."""

    def __init__(self, accounts: Iterable[Account] | None, directory: DirectoryFacts | None = None) -> None:
        """`accounts` are those of the rules, None where none were given; those that a directory told of are added."""
        self.directory: Final = directory
        self._rules = None if accounts is None else tuple(accounts)
        self._accounts = (*(self._rules or ()), *(directory.accounts if directory is not None else ()))
        self._by_name: dict[str, list[int]] = {}
        self._by_rule: dict[tuple[Form, str], list[tuple[int, MappingRule]]] = {}
        for number, account in enumerate(self._accounts):
            for name in account.names:
                self._by_name.setdefault(name.casefold(), []).append(number)
            for rule in account.alt_security_identities:
                self._by_rule.setdefault(_key(rule.identity), []).append((number, rule))

    def with_directory(self, directory: DirectoryFacts) -> AccountStore:
        """Return a store with the accounts that a directory told of besides those of the rules."""
        return AccountStore(self._rules, directory)

    @property
    def has_rules(self) -> bool:
        """Whether rules were given."""
        return self._rules is not None

    def answer_of(self, certificate: Certificate) -> Lookup | LookupFailure | None:
        """Return what a directory told of a certificate, None where none was asked for it."""
        return None if self.directory is None else self.directory.answers.get(certificate)

    def knows(self, certificate: Certificate) -> bool:
        """Whether it can be told to which accounts a certificate maps: by rules, or by a directory that answered."""
        return self.has_rules or isinstance(self.answer_of(certificate), Lookup)

    def look_up(
        self, names: Iterable[str], identities: Iterable[AltSecurityIdentity]
    ) -> Iterator[tuple[Account, tuple[MappingRule, ...]]]:
        """Give the accounts that one of the names may be of, and those with rules that may be one of these identities.

        May be, for names of all kinds are looked up together, and rules by what stays the same in any order and
        spelling; what is found has yet to be compared. A name with escaped octets is found only if it is spelled so.
        """
        found: dict[int, dict[int, MappingRule]] = {}
        for name in names:
            for number in self._by_name.get(name.casefold(), ()):
                found.setdefault(number, {})
        for key in {_key(identity) for identity in identities}:
            for number, rule in self._by_rule.get(key, ()):
                found.setdefault(number, {})[rule.line] = rule
        for number in sorted(found):
            rules = found[number]
            yield self._accounts[number], tuple(rules[line] for line in sorted(rules))


def _key(identity: AltSecurityIdentity) -> tuple[Form, str]:
    """What is the same however the last part is written: bytes and names may be reversed, spelled or separated."""
    tag, value = identity.parts[-1]
    folded = value.casefold()
    if tag in _NAMES:
        return identity.form, " ".join(sorted(_WORD.findall(_TYPE.sub(" ", folded))))
    return identity.form, folded if tag in _TEXTS else "".join(sorted(_DIGIT.findall(folded)))
