"""Which connections a run makes, in which order, and which it leaves out."""

from __future__ import annotations

from functools import cache

from certprobe.chooser import BySelection, Store
from certprobe.endpoint import parse_https
from certprobe.lab.pki import Authority
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.report.model import ANONYMOUS, Played, Untried, WhyUntried
from certprobe.selection.select import By, Choice
from certprobe.trials import MOST_IDENTITIES, each_identity, each_path
from tests.report.reports import AT

ROOT = parse_https("https://localhost/")
ADMIN = ROOT._replace(path="/admin")


@cache
def certificate() -> Certificate:
    return Certificate(Authority.root("Root", at=AT).client("alice").der)


def store(*statuses: KeyStatus) -> Store:
    return Store(tuple(Credential(certificate(), (), None, status, None, "store.pem") for status in statuses), AT)


def test_each_path_asks_the_same_chooser() -> None:
    chooser = BySelection(store())
    plan = each_path((ROOT, ADMIN), chooser)
    assert [(trial.endpoint, trial.chooser, trial.played) for trial in plan.trials] == [
        (ROOT, chooser, None),
        (ADMIN, chooser, None),
    ]


def test_on_each_path_anonymous_first_and_then_each_identity() -> None:
    plan = each_identity((ROOT, ADMIN), store(KeyStatus.FITS, KeyStatus.FITS))
    assert [(trial.endpoint.path, trial.played) for trial in plan.trials] == [
        (path, played) for path in ("/", "/admin") for played in (ANONYMOUS, Played(1), Played(2))
    ]
    choices = [trial.chooser.choice for trial in plan.trials if isinstance(trial.chooser, BySelection)]
    assert choices[:3] == [Choice(By.NONE), Choice(By.NUMBER, "1"), Choice(By.NUMBER, "2")]
    assert plan.left_out == ()


def test_an_identity_without_its_key_is_left_out_and_told() -> None:
    plan = each_identity((ROOT,), store(KeyStatus.ABSENT, KeyStatus.FITS, KeyStatus.DOES_NOT_FIT))
    assert [trial.played for trial in plan.trials] == [ANONYMOUS, Played(2)]
    assert plan.left_out == (
        Untried("/", Played(1), WhyUntried.NO_PRIVATE_KEY),
        Untried("/", Played(3), WhyUntried.KEY_DOES_NOT_FIT),
    )


def test_a_large_store_is_cut_and_told() -> None:
    statuses = [KeyStatus.ABSENT, *[KeyStatus.FITS] * (MOST_IDENTITIES + 2)]
    plan = each_identity((ROOT,), store(*statuses))
    assert len(plan.trials) == 1 + MOST_IDENTITIES
    assert [each.played for each in plan.left_out if each.why is WhyUntried.TOO_MANY] == [
        Played(MOST_IDENTITIES + 2),
        Played(MOST_IDENTITIES + 3),
    ]
