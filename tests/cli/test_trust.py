"""Point 4: what chains are judged against, when, and by which policy; the client's chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from certprobe.lab.pki import (
    Authority,
)
from tests.cli.command import Arguments, certprobe, report
from tests.cli.judged import GOOD, answers, below_a_path_length, only, showing
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, free_port
from tests.peers.site import Identity, Site, write_identity

NO_PLACE = (-1, -1)
PARTIAL = "CERT_TRUST_IS_PARTIAL_CHAIN"


# --- --trust ----------------------------------------------------------------------------------------------------------


def test_trust_nothing(site: Site, nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", "none")
    assert document["trust"] == "no root at all"
    assert document["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_of_the_system(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = report("https", url, env={"SSL_CERT_FILE": str(site.root_file)})
    assert document["trust"] == f"the system's roots ({site.root_file})"
    assert document["verdict"]["exit_code"] == 0
    assert report("https", url)["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_of_certifi(nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", "certifi")
    assert document["trust"] == "the roots of certifi"
    assert document["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_a_file(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = report("https", url, "--trust", site.authorities_file)
    assert document["trust"] == f"{site.authorities_file} (2 certificates)"
    assert document["verdict"]["exit_code"] == 0
    assert report("https", url, "--trust", site.foreign_root_file)["verdict"]["exit_code"] == 1


def test_trust_an_intermediate_is_no_anchor(site: Site, tmp_path: Path) -> None:
    """As Windows has it, only a self-signed certificate ends a chain."""
    issuing = tmp_path / "issuing.pem"
    issuing.write_bytes(site.issuing.issued.certificate_pem)
    with showing(site.servers.good.issued) as url:
        document = report("https", url, "--trust", issuing)
    assert answers(only(document)["server"])["ssl"] == ("CERT_E_UNTRUSTEDROOT", 0, -1)
    assert "only self-signed ones are anchors" in document["verdict"]["causes"][0]["title"]


def test_trust_a_directory(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(site.root.issued.certificate_pem)
    (tmp_path / "other.der").write_bytes(site.foreign_root.issued.der)
    (tmp_path / "README").write_text("not a certificate\n")
    (tmp_path / "below").mkdir()
    url = f"https://localhost:{nginx.anonymous}/"
    ran = certprobe("https", url, "--trust", tmp_path, "--format", "json")
    assert ran.exit_code == 0
    assert ran.document["trust"] == f"{tmp_path} (2 certificates)"
    assert ran.stderr.startswith(f"certprobe: passed over: {tmp_path}/README")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("empty", ["directory", "file", "missing"])
def test_trust_in_nothing_that_can_be_read(nginx: Nginx, tmp_path: Path, empty: str) -> None:
    place = tmp_path / "trust"
    match empty:
        case "directory":
            place.mkdir()
        case "file":
            place.touch()
        case _:
            pass
    ran = certprobe("https", f"https://localhost:{nginx.anonymous}/", "--trust", place)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert str(place) in ran.stderr
    assert "Traceback" not in ran.stderr


# --- --at -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "spelling", "symbol"),
    [
        (0, "%Y-%m-%dT%H:%M:%SZ", "ERROR_SUCCESS"),
        (400, "%Y-%m-%dT%H:%M:%SZ", "CERT_E_EXPIRED"),
        (400, "%Y-%m-%d", "CERT_E_EXPIRED"),
        (-2, "%Y-%m-%d", "CERT_E_EXPIRED"),
    ],
)
def test_at(site: Site, nginx: Nginx, days: int, spelling: str, symbol: str) -> None:
    at = (site.at + timedelta(days=days)).strftime(spelling)
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--at", at, "--trust", site.root_file)
    assert only(document)["server"]["deciding"]["error"]["symbol"] == symbol


@pytest.mark.parametrize(
    ("at", "in_utc"),
    [
        ("2030-01-01", "2030-01-01T00:00:00Z"),
        ("2030-01-01T12:00:00", "2030-01-01T12:00:00Z"),
        ("2030-01-01T12:00:00Z", "2030-01-01T12:00:00Z"),
        ("2030-01-01T12:00:00+05:30", "2030-01-01T06:30:00Z"),
        ("2030-01-01T23:00:00-02:00", "2030-01-02T01:00:00Z"),
    ],
)
def test_at_is_told_in_utc(at: str, in_utc: str) -> None:
    document = report("https", f"https://{HOST}:{free_port()}/", "--at", at)
    assert document["times"]["at"] == in_utc


def test_at_reaches_the_selection(site: Site, nginx: Nginx) -> None:
    """A day and a half ago the expired certificate was good."""
    at = (site.at - timedelta(days=1, hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    store = ("--cert", site.clients.expired.chain, "--key", site.clients.expired.key)
    document = report("https", f"https://localhost:{nginx.optional}/", *store, "--at", at, "--trust", site.root_file)
    (candidate,) = only(document)["tls"]["certificate_requests"][0]["selection"]["candidates"]
    assert candidate["rejections"] == []


# --- --policy ---------------------------------------------------------------------------------------------------------


def test_policy_decides_the_exit_code(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.wrong_name}/"
    codes = {
        policy: report("https", url, "--policy", policy, "--trust", site.root_file)["verdict"]["exit_code"]
        for policy in ("ssl", "base", "basic-constraints", "nt-auth")
    }
    assert codes == {"ssl": 1, "base": 0, "basic-constraints": 0, "nt-auth": 1}


def test_policy_basic_constraints(site: Site) -> None:
    with showing(below_a_path_length(site)) as url:
        document = report("https", url, "--policy", "basic-constraints", "--trust", "none")
    judged = only(document)["server"]
    assert answers(judged)["basic-constraints"] == ("TRUST_E_BASIC_CONSTRAINTS", 0, 1)
    assert judged["deciding"]["policy"] == "basic-constraints"
    assert document["verdict"]["causes"][0]["code"] == "TRUST_E_BASIC_CONSTRAINTS"


@pytest.mark.parametrize(
    ("ntauth", "status"),
    [
        ("issuing", GOOD),
        ("root", ("CERT_E_UNTRUSTEDCA", 0, 1)),
        (None, ("CERT_E_UNTRUSTEDCA", 0, 1)),
    ],
)
def test_nt_auth(site: Site, nginx: Nginx, tmp_path: Path, ntauth: str | None, status: tuple[str, int, int]) -> None:
    """NTAuth is the list of CAs that may vouch for users: it is about the client's chain."""
    store: tuple[Arguments, ...] = ()
    if ntauth is not None:
        file = tmp_path / "ntauth.pem"
        file.write_bytes(getattr(site, ntauth).issued.certificate_pem)
        store = ("--ntauth", file)
    url = f"https://localhost:{nginx.on}/"
    options = ("--cert", site.store_file, "--policy", "nt-auth", *store, "--trust", site.root_file)
    document = report("https", url, *options)
    assert document["verdict"]["outcome"] == "accepted"
    assert answers(only(document)["client"])["nt-auth"] == status
    assert "nt-auth" not in answers(only(document)["server"])
    assert document["verdict"]["exit_code"] == int(status != GOOD)


# --- the client's chain -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd_clients(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Identity]:
    """Client identities whose chains have a fault, as files."""
    made = {
        "weak-chain": site.root.intermediate("Lab CA for servers", extended_key_usage=("1.3.6.1.5.5.7.3.1",)),
        "no-ca": Authority(site.issuing.client("no authority"), site.at),
    }
    directory = tmp_path_factory.mktemp("clients")
    return lambda name: write_identity(directory, name, made[name].client("carol"))


@pytest.mark.parametrize(
    ("name", "status"),
    [("weak-chain", ("CERT_E_WRONG_USAGE", 0, 0)), ("no-ca", ("CERT_E_WRONG_USAGE", 0, 1))],
)
def test_client_chain(
    site: Site, nginx: Nginx, odd_clients: Callable[[str], Identity], name: str, status: tuple[str, int, int]
) -> None:
    carol = odd_clients(name)
    url = f"https://localhost:{nginx.on}/"
    options = ("--cert", carol.chain, "--key", carol.key, "--select", "1", "--trust", site.root_file)
    document = report("https", url, *options)
    judged = only(document)["client"]
    assert judged["role"] == "client"
    assert answers(judged)["ssl"] == status
    cause = document["verdict"]["causes"][0]
    assert (document["verdict"]["outcome"], cause["code"]) == ("refused-by-http-status", status[0])
    assert cause["title"].startswith("the client certificate CN=carol is not valid")


def test_unknown_root_of_the_client_does_not_decide(site: Site, nginx: Nginx) -> None:
    """Whom the server trusts is the server's matter."""
    options = ("--cert", site.store_file, "--trust", "none")
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    client = only(document)["client"]
    assert answers(client)["ssl"][0] == "CERT_E_UNTRUSTEDROOT"
    assert client["deciding"]["error"]["symbol"] == "ERROR_SUCCESS"
    assert [cause["code"] for cause in document["verdict"]["causes"]] == ["CERT_E_UNTRUSTEDROOT", "accepted"]
