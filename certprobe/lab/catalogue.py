"""All scenarios as a document for scripts, and as a page for people, which `make lab` writes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from certprobe.endpoint import Scheme
from certprobe.lab.files import ROOTS, command_line
from certprobe.lab.scenarios import GROUPS, SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.lab.scenario import Group, Scenario, Status

PAGE: Final = Path(__file__).parents[2] / "docs" / "lab.md"
_PORT: Final = "PORT"
_SCHEMES: Final = {Scheme.HTTPS: "HTTPS", Scheme.LDAPS: "LDAPS", Scheme.LDAP_STARTTLS: "StartTLS"}
_HEAD: Final = """\
# The lab

`certprobe lab up` runs servers on 127.0.0.1 with a fault planted in each server, its client, or between them: a
badssl of your own, for client certificates and LDAP. It prints for each the command to try; any other client will
do as well. `certprobe lab up NAME...` runs some of them, `certprobe lab list` says what there is, and
`certprobe lab pki DIR` writes the certificates and keys for servers and clients of your own.

What certprobe must find is part of each scenario: how the login went, the causes in their order, the answers of
Windows' policies for both chains, and the exit code. `certprobe lab list --format json` has all of that. One test
runs every scenario and holds certprobe to it.

This page is written by `make lab` from the declarations in `certprobe/lab/scenarios/`. To the commands belongs
`--trust roots.pem`; PORT and the files are those that `lab up` tells.
"""


class StatusDocument(TypedDict):
    """A CERT_CHAIN_POLICY_STATUS."""

    policy: str
    error: str
    chain_index: int
    element_index: int


class ScenarioDocument(TypedDict):
    """A scenario and what it states; `command` has PORT where the server's port is to stand."""

    name: str
    group: str
    description: str
    protocol: str
    command: list[str]
    outcome: str
    causes: list[str]
    exit_code: int
    server: list[StatusDocument]
    client: list[StatusDocument]
    asked: list[str]
    sent: str | None
    rejected: list[str]


class Document(TypedDict):
    """What `lab list --format json` prints."""

    schema: int
    scenarios: list[ScenarioDocument]


def document() -> Document:
    """Every scenario, in the order of the groups."""
    return {
        "schema": 1,
        "scenarios": [_document(group, scenario) for group in GROUPS for scenario in group.scenarios],
    }


def _document(group: Group, scenario: Scenario) -> ScenarioDocument:
    stated = scenario.expectation
    return {
        "name": scenario.name,
        "group": group.title,
        "description": scenario.description,
        "protocol": _SCHEMES[scenario.scheme],
        "command": list(_command(scenario)),
        "outcome": stated.outcome.value,
        "causes": list(stated.causes),
        "exit_code": stated.exit_code,
        "server": [_status(each) for each in stated.server],
        "client": [_status(each) for each in stated.client],
        "asked": [phase.value for phase in stated.asked],
        "sent": stated.sent.name if stated.sent is not None else None,
        "rejected": [reason.value for reason in stated.rejected],
    }


def _status(status: Status) -> StatusDocument:
    return {
        "policy": status.policy.value,
        "error": status.symbol,
        "chain_index": status.chain_index,
        "element_index": status.element_index,
    }


def _command(scenario: Scenario) -> tuple[str, ...]:
    return command_line(scenario, _PORT, lambda name: name)


def page() -> str:
    """The page in Markdown."""
    sections = (line for group in GROUPS for line in _section(group))
    return "\n".join((_HEAD, f"There are {len(SCENARIOS)} scenarios.", *sections, ""))


def _section(group: Group) -> Iterator[str]:
    yield from ("", f"## {group.title}", "")
    yield "| scenario | what is planted | certprobe says | exit | command |"
    yield "| --- | --- | --- | --- | --- |"
    for scenario in group.scenarios:
        told = ", ".join(f"`{code}`" for code in scenario.expectation.causes)
        # Markdown's own characters.
        words = scenario.description.replace("*", r"\*").replace("_", r"\_")
        command = shlex.join(_command(scenario)).replace(f" --trust {ROOTS}", "")
        row = (f"`{scenario.name}`", words, told, str(scenario.expectation.exit_code), f"`{command}`")
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
