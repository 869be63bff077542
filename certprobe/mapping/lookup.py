"""What a directory was asked about the accounts of certificates, and what it told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certprobe.errors import FailureKind, Party
    from certprobe.mapping.accounts import Account
    from certprobe.pki.certificate import Certificate


class Lookup(NamedTuple):
    """The accounts that a certificate may map to, and the URIs of servers that may know more, which were not asked."""

    accounts: tuple[Account, ...]
    references: tuple[str, ...] = ()


class LookupFailure(NamedTuple):
    """Why there is no answer, in words, of what it failed and by whom."""

    detail: str
    kind: FailureKind
    party: Party


class DirectoryFacts(NamedTuple):
    """A directory, the name of our login there (None: we searched anonymously), and what became of each certificate."""

    url: str
    user: str | None
    answers: Mapping[Certificate, Lookup | LookupFailure]

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Those of all certificates, each once."""
        found = (answer.accounts for answer in self.answers.values() if isinstance(answer, Lookup))
        return tuple(dict.fromkeys(account for accounts in found for account in accounts))
