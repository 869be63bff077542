"""Every scenario of the lab is run, and its report held to what the scenario states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from certprobe.lab.run import deviations, standing, try_out
from certprobe.lab.scenario import ALICE, CLEAN, NO_CHAIN, Cast, Scenario, both
from certprobe.lab.scenarios import BY_NAME, DEMONSTRATED, FOREIGN_ALICE, SCENARIOS
from certprobe.report.model import Outcome, ProbeReport
from certprobe.selection.cells import Reason
from certprobe.tls.events import Closure, Phase

LOGIN = BY_NAME["https-login"]


@pytest.fixture(scope="module")
def cast() -> Cast:
    return Cast.made(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="module")
def login(cast: Cast) -> ProbeReport:
    return run(LOGIN, cast)


def run(scenario: Scenario, cast: Cast) -> ProbeReport:
    with standing(scenario, cast) as running:
        return try_out(running)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_produces_what_it_states(scenario: Scenario, cast: Cast) -> None:
    assert deviations(scenario, run(scenario, cast)) == ()


@pytest.mark.parametrize(("wrong", "told"), [
    ({"outcome": Outcome.NOT_ASKED}, "outcome: stated not-asked, found accepted"),
    ({"causes": ("accepted", "not-asked")}, "causes: stated accepted, not-asked, found accepted"),
    ({"exit_code": 1}, "exit_code: stated 1, found 0"),
    (
        {"server": both("CERT_E_EXPIRED", 0, 0)},
        "server: stated base CERT_E_EXPIRED chain 0 element 0, ssl CERT_E_EXPIRED chain 0 element 0, "
        "found base ERROR_SUCCESS chain -1 element -1, ssl ERROR_SUCCESS chain -1 element -1",
    ),
    (
        {"client": NO_CHAIN},
        "client: stated nothing, found base ERROR_SUCCESS chain -1 element -1, ssl ERROR_SUCCESS chain -1 element -1",
    ),
    ({"asked": (Phase.POST_HANDSHAKE,)}, "asked: stated post-handshake, found initial"),
    ({"sent": FOREIGN_ALICE}, "sent: stated alice-of-another-ca, found alice"),
    ({"rejected": (Reason.ISSUER_NOT_LISTED,)}, "rejected: stated issuer-not-listed, found nothing"),
])  # fmt: skip
def test_wrong_statement_is_told(wrong: dict[str, Any], told: str, login: ProbeReport) -> None:
    misstated = replace(LOGIN, expectation=LOGIN.expectation._replace(**wrong))
    assert deviations(misstated, login) == (told,)


def test_time_is_injected() -> None:
    """At a time far off the good login stays good, and what expired a day before that time is expired."""
    far = Cast.made(datetime(2045, 3, 1, tzinfo=UTC))
    for name in ("https-login", "expired-server", "expired-client-sent"):
        assert deviations(BY_NAME[name], run(BY_NAME[name], far)) == ()


def test_statuses_tell_server_and_client_apart(cast: Cast) -> None:
    report = run(BY_NAME["expired-server"], cast)
    client_to_blame = replace(
        LOGIN,
        expectation=BY_NAME["expired-server"].expectation._replace(server=CLEAN, client=both("CERT_E_EXPIRED", 0, 0)),
    )
    assert [line.partition(":")[0] for line in deviations(client_to_blame, report)] == ["server", "client"]


def test_close_without_alert_is_one(cast: Cast) -> None:
    (attempt,) = run(BY_NAME["listed-but-not-trusted"], cast).attempts
    assert attempt.tls is not None
    assert attempt.tls.closure is Closure.WITHOUT_ALERT


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(SCENARIOS)
    identities = {identity for scenario in SCENARIOS for identity in scenario.identities}
    assert len({identity.name for identity in identities}) == len(identities)
    assert ALICE in identities


def test_demonstration_shows_what_was_promised() -> None:
    shown = {BY_NAME[name].expectation for name in DEMONSTRATED}
    assert {status.symbol for each in shown for status in each.server} >= {"CERT_E_EXPIRED", "CERT_E_UNTRUSTEDROOT"}
    assert {reason for each in shown for reason in each.rejected} == {Reason.ISSUER_NOT_LISTED}
    assert {phase for each in shown for phase in each.asked} == set(Phase)
