"""Every scenario of the lab is run, and its report held to what the scenario states."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from certprobe.cli.main import cli
from certprobe.endpoint import Scheme
from certprobe.errors import Party
from certprobe.lab.files import command
from certprobe.lab.run import deviations, standing, try_out
from certprobe.lab.scenario import ALICE, CLEAN, NO_CHAIN, Cast, Scenario, both
from certprobe.lab.scenarios import BY_NAME, DEMONSTRATED, GROUPS, SCENARIOS
from certprobe.lab.scenarios.identities import FOREIGN_ALICE
from certprobe.report.model import Outcome, ProbeReport
from certprobe.selection.cells import Reason
from certprobe.tls.enums import AlertDescription
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
    for name in ("close-without-alert", "ldaps-close"):
        (attempt,) = run(BY_NAME[name], cast).attempts
        assert attempt.tls is not None
        assert attempt.tls.closure is Closure.WITHOUT_ALERT


@pytest.mark.parametrize(("name", "alert"), [
    ("no-certificate", AlertDescription.certificate_required),
    ("listed-but-not-trusted", AlertDescription.unknown_ca),
    ("foreign-client-sent", AlertDescription.unknown_ca),
    ("expired-client-alert", AlertDescription.certificate_expired),
    ("wrong-usage-client-sent", AlertDescription.unsupported_certificate),
    ("revoked-client", AlertDescription.certificate_revoked),
    ("list-too-long", AlertDescription.internal_error),
])  # fmt: skip
def test_server_refuses_with_the_alert_of_the_description(name: str, alert: AlertDescription, cast: Cast) -> None:
    (attempt,) = run(BY_NAME[name], cast).attempts
    assert attempt.tls is not None
    assert [each.description for each in attempt.tls.alerts if each.party is Party.PEER] == [alert]
    assert alert.name in BY_NAME[name].description or name == "no-certificate"


def test_list_that_was_cut_is_said_to_be(cast: Cast) -> None:
    (cause, _) = run(BY_NAME["cut-list"], cast).conclusion.causes
    assert "The list is 16359 bytes long, and Schannel cuts its own at 16 KiB: the CA may have been cut off." in (
        cause.detail
    )
    (cause,) = run(BY_NAME["wrong-ca"], cast).conclusion.causes
    assert "16 KiB" not in cause.detail


def test_login_by_tls_is_told_from_one_by_external(cast: Cast) -> None:
    """Both end well: only the words tell which it was."""
    details = [run(BY_NAME[name], cast).conclusion.causes[0].detail for name in ("ad-port-636", "ldaps-login")]
    identity = "dn:uid=alice,ou=people,dc=lab,dc=test"
    assert details == [
        f"The TLS connection itself is the bind (WhoAmI: {identity}); EXTERNAL is not needed (MS-ADTS 5.1.1.2).",
        f"SASL EXTERNAL succeeded; WhoAmI: {identity}.",
    ]


def test_list_is_told_once(cast: Cast) -> None:
    (cause,) = run(BY_NAME["foreign-client-sent"], cast).conclusion.causes
    assert cause.detail.count("CN=Lab root,O=Lab,DC=lab,DC=test") == 1


def test_lists_are_as_long_as_their_descriptions_say(cast: Cast) -> None:
    sizes = {}
    for name in ("600-names", "cut-list", "wrapped-list"):
        (attempt,) = run(BY_NAME[name], cast).attempts
        assert attempt.tls is not None
        (record,) = attempt.tls.requests
        sizes[name] = len(record.request.certificate_authorities or ()), record.request.certificate_authorities_size
    assert sizes["600-names"][0] == 600
    assert 16_300 < sizes["cut-list"][1] <= 16_384
    assert sizes["wrapped-list"][0] == 1300
    assert sizes["wrapped-list"][1] > 0xFFFF


def test_what_a_server_leaves_out_or_jumbles_is_told(cast: Cast) -> None:
    titles = {
        "missing-intermediate-fetched": (
            "the server does not send the certificate of CN=Lab issuing CA,O=Lab,DC=lab,DC=test"
        ),
        "wrong-order": "the server sends its certificates in the wrong order",
        "common-name-only": "the server's certificate has its name in the commonName alone",
    }
    for name, title in titles.items():
        assert run(BY_NAME[name], cast).conclusion.causes[1].title == title


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_printed_command_finds_the_same(
    scenario: Scenario, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `lab up` prints for a scenario reaches it by the command line alone, files and all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with standing(scenario, cast) as running:
        _, *argv = command(running, tmp_path)
        exit_code = cli.main([*argv, "--format", "json"], prog_name="certprobe", standalone_mode=False)
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    stated = scenario.expectation
    assert exit_code == stated.exit_code
    assert (verdict["outcome"], verdict["exit_code"]) == (stated.outcome.value, stated.exit_code)
    assert [cause["code"] for cause in verdict["causes"]] == list(stated.causes)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(SCENARIOS)
    identities = {identity for scenario in SCENARIOS for identity in scenario.identities}
    assert len({identity.name for identity in identities}) == len(identities)
    assert ALICE in identities


def test_there_are_enough_of_every_protocol() -> None:
    """At least 40, as promised; every one is in one group."""
    assert len(SCENARIOS) >= 40
    assert {scenario.scheme for scenario in SCENARIOS} == set(Scheme)
    assert [scenario for group in GROUPS for scenario in group.scenarios] == list(SCENARIOS)


def test_demonstration_shows_what_was_promised() -> None:
    shown = {BY_NAME[name].expectation for name in DEMONSTRATED}
    assert {status.symbol for each in shown for status in each.server} >= {"CERT_E_EXPIRED", "CERT_E_UNTRUSTEDROOT"}
    assert {reason for each in shown for reason in each.rejected} == {Reason.ISSUER_NOT_LISTED}
    assert {phase for each in shown for phase in each.asked} == set(Phase)
