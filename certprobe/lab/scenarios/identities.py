"""The certificates of the lab's clients, beside the good one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from certprobe.lab.pki import SERVER_AUTH, KeyUsageName, rsa_key
from certprobe.lab.scenario import ALICE, Identity, person

_ENCIPHERS_ONLY: Final[tuple[KeyUsageName, ...]] = ("keyEncipherment",)

BOB: Final = Identity("bob", lambda cast: cast.issuing.client("bob", subject=person("bob")))
NO_ACCOUNT: Final = Identity("nobody", lambda cast: cast.issuing.client("nobody", subject=person("nobody")))
FOREIGN_ALICE: Final = Identity(
    "alice-of-another-ca", lambda cast: cast.foreign.client("alice", subject=person("alice"))
)
EXPIRED_ALICE: Final = Identity(
    "alice-expired",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), not_after=cast.yesterday),
)
UNBORN_ALICE: Final = Identity(
    "alice-not-yet-valid",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), not_before=cast.tomorrow),
)
SERVER_ALICE: Final = Identity(
    "alice-for-servers",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), extended_key_usage=(SERVER_AUTH,)),
)
SILENT_ALICE: Final = Identity(
    "alice-may-not-sign",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), key_usage=_ENCIPHERS_ONLY),
)
WEAK_ALICE: Final = Identity(
    "alice-with-tiny-key", lambda cast: cast.issuing.client("alice", subject=person("alice"), key=rsa_key(768))
)
LONELY_ALICE: Final = Identity("alice-without-chain", lambda cast: replace(ALICE.issue(cast), chain=()))
