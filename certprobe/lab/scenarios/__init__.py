"""The lab's scenarios. A declaration in a group's table is all that it takes to add one: all else reads it here."""

from __future__ import annotations

from typing import Final

from certprobe.lab.scenarios.application import APPLICATION, DIRECTORIES
from certprobe.lab.scenarios.client_list import CLIENT_LIST
from certprobe.lab.scenarios.client_refusal import CLIENT_REFUSAL
from certprobe.lab.scenarios.revocation import REVOCATION
from certprobe.lab.scenarios.server_chain import SERVER_CHAIN, SERVER_CONSTRAINTS
from certprobe.lab.scenarios.server_name import SERVER_NAME

GROUPS: Final = (
    APPLICATION,
    DIRECTORIES,
    SERVER_CHAIN,
    SERVER_CONSTRAINTS,
    SERVER_NAME,
    REVOCATION,
    CLIENT_LIST,
    CLIENT_REFUSAL,
)
SCENARIOS: Final = tuple(scenario for group in GROUPS for scenario in group.scenarios)
BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}

DEMONSTRATED: Final = (
    "https-login",
    "ldaps-login",
    "wrong-ca-passed-over",
    "expired-server",
    "untrusted-root",
    "per-path",
    "per-path-renegotiation",
)
"""What `certprobe lab demo` shows, in this order."""
