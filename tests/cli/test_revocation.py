"""--revocation, --fetch and what bounds them, against servers on this machine that publish what certificates name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certprobe.lab.pki import Authority, Issued
from certprobe.lab.revocation import crl, good, ocsp, revoked
from tests.cli.command import Arguments, Document, Ran, certprobe
from tests.cli.judged import NAMES, answers, only, showing
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.proxies import tinyproxy
from tests.peers.publishing import names, openssl_responder, responder
from tests.peers.s_server import s_server
from tests.peers.site import Site, write_identity
from tests.peers.web import Web, always, serving

CLEAN: list[str] = []
REVOKED = ["CERT_TRUST_IS_REVOKED"]
OFFLINE = ["CERT_TRUST_REVOCATION_STATUS_UNKNOWN", "CERT_TRUST_IS_OFFLINE_REVOCATION"]
NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = timedelta(days=7)
ROOT = Authority.root("Lab root that publishes", at=NOW)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        running.pages["/root.crl"] = always(crl(ROOT))
        yield running


@pytest.fixture
def ca(web: Web) -> Authority:
    return ROOT.intermediate("Lab CA that publishes", **names(crl=web.url("/root.crl")))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """A run of https against a server that shows this chain; all runs of a test share their cache."""
    (tmp_path / "root.pem").write_bytes(ROOT.issued.certificate_pem)

    def run(server: Issued, *options: Arguments) -> Ran:
        with showing(server) as url:
            return certprobe(
                "https",
                url,
                "--trust",
                tmp_path / "root.pem",
                *options,
                env={"XDG_CACHE_HOME": str(tmp_path / "cache")},
            )

    return run


@pytest.fixture
def judged(run: Callable[..., Ran]) -> Callable[..., Document]:
    """The server's judgement in such a run."""

    def judged(server: Issued, *options: Arguments) -> Document:
        document = run(server, *options, "--format", "json").document
        return only(document)["server"]  # type: ignore[no-any-return]

    return judged


def bits(judgement: Document) -> list[list[str]]:
    return [element["error"]["names"] for element in judgement["chains"][0]["elements"]]


def outcomes(judgement: Document) -> list[tuple[str, str]]:
    return [(fetch["kind"], fetch["outcome"]) for fetch in judgement["fetches"]]


# --- what servers say -------------------------------------------------------------------------------------------------


def test_nothing_is_fetched_unasked(web: Web, ca: Authority, judged: Callable[..., Document]) -> None:
    server = ca.server(*NAMES, **names(ocsp=web.url("/ocsp"), crl=web.url("/ca.crl"), ca_issuers=web.url("/ca.cer")))
    for options in ((), ("--offline",), ("--allow-private",)):
        judgement = judged(server, *options)
        assert (bits(judgement), judgement["fetches"]) == ([CLEAN] * 3, [])
    assert web.asked == []


@pytest.mark.parametrize("is_revoked", [True, False])
def test_the_responder_of_openssl(
    web: Web, ca: Authority, judged: Callable[..., Document], tmp_path: Path, is_revoked: bool
) -> None:
    server = ca.server(*NAMES, **names(ocsp=web.url("/ocsp")))
    web.pages["/ocsp"] = openssl_responder(tmp_path, ca.issued, *[server] * is_revoked)
    judgement = judged(server, "--revocation")
    if is_revoked:
        assert answers(judgement)["ssl"] == ("CRYPT_E_REVOKED", 0, 0)
        assert "revoked at 2026-01-01T00:00:00Z" in judgement["reason"]
    assert outcomes(judgement)[0] == ("ocsp", "fetched")
    # `openssl ocsp` says unknown of whom its index does not hold.
    assert bits(judgement) == ([REVOKED, CLEAN, CLEAN] if is_revoked else [OFFLINE, CLEAN, CLEAN])


def test_revoked(web: Web, ca: Authority, run: Callable[..., Ran]) -> None:
    server = ca.server(*NAMES, **names(crl=web.url("/ca.crl")))
    web.pages["/ca.crl"] = always(crl(ca, revoked(server)))
    ran = run(server, "--revocation")
    assert ran.exit_code == 1
    assert "the server's certificate is not valid: revoked at " in ran.head
    assert "CRYPT_E_REVOKED 0x80092010" in ran.head
    assert "ca.crl" not in ran.stdout
    ran = run(server, "--revocation", "-v")
    assert f"crl  {web.url('/ca.crl')}  cached, " in ran.stdout


def test_revoked_ca(web: Web, ca: Authority, judged: Callable[..., Document]) -> None:
    server = ca.server(*NAMES, **names(crl=web.url("/ca.crl")))
    web.pages |= {"/root.crl": always(crl(ROOT, revoked(ca))), "/ca.crl": always(crl(ca))}
    judgement = judged(server, "--revocation")
    assert bits(judgement) == [OFFLINE, REVOKED, CLEAN]
    assert answers(judgement)["base"] == ("CRYPT_E_REVOKED", 0, 1)


@pytest.mark.parametrize(("what", "asked", "expected"), [
    ("end-cert", ["/ca.crl"], [CLEAN, CLEAN, CLEAN]),
    ("chain", ["/ca.crl", "/root.crl"], [CLEAN, OFFLINE, CLEAN]),
    ("chain-exclude-root", ["/ca.crl", "/root.crl"], [CLEAN, OFFLINE, CLEAN]),
])  # fmt: skip
def test_what_is_checked(
    web: Web, ca: Authority, judged: Callable[..., Document], what: str, asked: list[str], expected: list[list[str]]
) -> None:
    server = ca.server(*NAMES, **names(crl=web.url("/ca.crl")))
    web.pages["/ca.crl"] = always(crl(ca))
    del web.pages["/root.crl"]
    assert bits(judged(server, f"--revocation={what}")) == expected
    assert sorted(web.asked) == asked


def test_a_dead_responder_is_a_status(web: Web, ca: Authority, run: Callable[..., Ran]) -> None:
    server = ca.server(*NAMES, **names(ocsp="http://127.0.0.1:1/ocsp", crl="ldap:///CN=CA"))
    ran = run(server, "--revocation")
    assert ran.exit_code == 1
    assert "CRYPT_E_REVOCATION_OFFLINE" in ran.head
    assert "Connection refused" in " ".join(ran.head.split())
    document = run(server, "--revocation", "--format", "json").document
    judgement = only(document)["server"]
    assert bits(judgement) == [OFFLINE, CLEAN, CLEAN]
    assert judgement["fetches"][1] == {
        "kind": "crl",
        "url": "ldap:///CN=CA",
        "outcome": "refused",
        "size": None,
        "detail": "ldap:// is not fetched, only http:// and https:// are",
    }


def test_a_stale_crl(web: Web, ca: Authority, judged: Callable[..., Document]) -> None:
    server = ca.server(*NAMES, **names(crl=web.url("/ca.crl")))
    web.pages["/ca.crl"] = always(crl(ca, this_update=NOW - 2 * WEEK, next_update=NOW - WEEK))
    judgement = judged(server, "--revocation")
    assert bits(judgement) == [OFFLINE, CLEAN, CLEAN]
    assert f"is stale since {NOW - WEEK:%Y-%m-%d}" in judgement["reason"]


def test_a_missing_issuer(web: Web, ca: Authority, run: Callable[..., Ran]) -> None:
    server = ca.server(*NAMES, **names(ca_issuers=web.url("/ca.cer")))
    alone = dataclasses.replace(server, chain=())
    web.pages["/ca.cer"] = always(ca.issued.der)
    assert run(alone).exit_code == 1
    ran = run(alone, "--fetch")
    assert ran.exit_code == 0
    assert f"ca-issuers  {web.url('/ca.cer')}  fetched, {len(ca.issued.der)} octets" in ran.stdout
    assert web.asked == ["/ca.cer"]


def test_the_chain_of_the_client(site: Site, nginx: Nginx, web: Web, tmp_path: Path) -> None:
    carol = site.issuing.client("carol", **names(crl=web.url("/ca.crl")))
    identity = write_identity(tmp_path, "carol", carol)
    web.pages["/ca.crl"] = always(crl(site.issuing, revoked(carol)))
    ran = certprobe(
        "https", f"https://localhost:{nginx.on}/", "--cert", identity.chain, "--key", identity.key,
        "--trust", site.root_file, "--revocation=end-cert", "--format", "json",
        env={"XDG_CACHE_HOME": str(tmp_path)},
    )  # fmt: skip
    client = only(ran.document)["client"]
    assert answers(client)["ssl"] == ("CRYPT_E_REVOKED", 0, 0)
    assert outcomes(client) == [("crl", "fetched")]


# --- what is at hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "expected"), [
    ((), [CLEAN, CLEAN, CLEAN]),
    (("--crl", "ca.crl"), [REVOKED, OFFLINE, CLEAN]),
    (("--crl", "ca.crl", "--crl", "root.crl"), [REVOKED, CLEAN, CLEAN]),
    (("--ocsp", "good.ocsp"), [CLEAN, OFFLINE, CLEAN]),
    (("--ocsp", "good.ocsp", "--revocation=end-cert", "--offline"), [CLEAN, CLEAN, CLEAN]),
])  # fmt: skip
def test_files(
    ca: Authority, web: Web, run: Callable[..., Ran], tmp_path: Path, options: tuple[str, ...], expected: object
) -> None:
    """Files are asked of without --revocation too, and nobody else then."""
    server = ca.server(*NAMES, **names(ocsp=web.url("/ocsp")))
    (tmp_path / "ca.crl").write_bytes(crl(ca, revoked(server)))
    (tmp_path / "root.crl").write_bytes(crl(ROOT))
    (tmp_path / "good.ocsp").write_bytes(ocsp(ca, good(server)))
    placed = [tmp_path / option if option.endswith((".crl", ".ocsp")) else option for option in options]
    document = run(server, *placed, "--format", "json").document
    assert bits(only(document)["server"]) == expected
    assert web.asked == []


@pytest.mark.parametrize("option", ["--crl", "--ocsp"])
def test_a_file_that_is_nothing_of_the_kind(site: Site, option: str) -> None:
    ran = certprobe("https", "localhost:1", option, site.root_file)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert str(site.root_file) in ran.stderr


@pytest.mark.parametrize(("options", "expected"), [
    (("--revocation=end-cert", "--offline"), REVOKED),
    (("--crl", "other.crl"), REVOKED),
    ((), CLEAN),
])  # fmt: skip
def test_what_the_server_staples_counts(
    site: Site, tmp_path: Path, options: tuple[str, ...], expected: list[str]
) -> None:
    good_server = site.servers.good
    staple = tmp_path / "staple.der"
    staple.write_bytes(ocsp(site.issuing, revoked(good_server.issued)))
    (tmp_path / "other.crl").write_bytes(crl(ROOT))
    placed = [tmp_path / option if option.endswith(".crl") else option for option in options]
    with s_server(site, "-status_file", str(staple)) as port:
        ran = certprobe(
            "https", f"https://localhost:{port}/", "--trust", site.root_file, *placed, "--format", "json",
            env={"XDG_CACHE_HOME": str(tmp_path)},
        )  # fmt: skip
    assert bits(only(ran.document)["server"])[0] == expected


# --- copies, and places where we do not go ----------------------------------------------------------------------------


def test_copies(web: Web, ca: Authority, judged: Callable[..., Document], tmp_path: Path) -> None:
    server = ca.server(*NAMES, **names(ocsp=web.url("/ocsp")))
    web.pages["/ocsp"] = responder(ca, good, server)
    told = [("ocsp", "offline"), ("crl", "offline")]
    assert outcomes(judged(server, "--revocation", "--offline")) == told
    assert web.asked == []
    for outcome, options in (("fetched", ()), ("cached", ()), ("cached", ("--offline",))):
        judgement = judged(server, "--revocation", *options)
        assert bits(judgement) == [CLEAN] * 3
        assert outcomes(judgement) == [("ocsp", outcome), ("crl", outcome)]
    assert web.asked == ["/ocsp", "/root.crl"]
    assert (tmp_path / "cache" / "certprobe").stat().st_mode & 0o777 == 0o700


def test_the_cache_is_at_home_without_xdg(web: Web, ca: Authority, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "root.pem").write_bytes(ROOT.issued.certificate_pem)
    for xdg in ("", "relative"):
        with showing(ca.server(*NAMES)) as url:
            env = {"XDG_CACHE_HOME": xdg, "HOME": str(home)}
            certprobe("https", url, "--revocation", "--trust", tmp_path / "root.pem", env=env, cwd=home)
    assert web.asked == ["/root.crl"]
    assert [path.name for path in home.iterdir()] == [".cache"]
    assert [path.name for path in (home / ".cache").iterdir()] == ["certprobe"]


@pytest.mark.parametrize(("options", "outcome"), [((), "refused"), (("--allow-private",), "fetched")])
def test_where_a_proxy_knows_where_the_server_is_we_do_not_go_near(
    web: Web, ca: Authority, judged: Callable[..., Document], options: tuple[str, ...], outcome: str
) -> None:
    server = ca.server(*NAMES, **names(crl=web.url("/ca.crl")))
    web.pages["/ca.crl"] = always(crl(ca))
    with tinyproxy() as proxies:
        judgement = judged(server, "--revocation", "--via", f"http://{HOST}:{proxies.open}", *options)
    assert {fetch["outcome"] for fetch in judgement["fetches"]} == {outcome}
    assert bool(web.asked) == (outcome == "fetched")


def test_a_server_on_this_machine_is_no_leave_for_the_network_around_it(
    ca: Authority, judged: Callable[..., Document]
) -> None:
    server = ca.server(*NAMES, **names(crl="http://10.0.0.1/ca.crl"))
    refused, fetched = judged(server, "--revocation")["fetches"]
    assert refused["detail"] == "10.0.0.1 is a private address: only --allow-private fetches from there"
    assert fetched["outcome"] == "fetched"


def test_only_what_the_certificate_itself_names_is_told_as_the_reason(
    web: Web, ca: Authority, judged: Callable[..., Document]
) -> None:
    """Of an element that names nothing, the failures of another one are not told."""
    del web.pages["/root.crl"]
    judgement = judged(ca.server(*NAMES), "--revocation")
    assert judgement["deciding"]["element_index"] == 0
    assert judgement["reason"] == "there is no OCSP response; there is no CRL"
    assert [fetch["outcome"] for fetch in judgement["fetches"]] == ["failed"]


def test_where_nothing_is_named_nobody_is_told_to_make_it_reachable(run: Callable[..., Ran], ca: Authority) -> None:
    causes = run(ca.server(*NAMES), "--revocation", "--format", "json").document["verdict"]["causes"]
    assert {cause["code"]: cause["advice"] for cause in causes}["CRYPT_E_REVOCATION_OFFLINE"] == (
        "Give a current CRL or OCSP response of its issuer (--crl, --ocsp), "
        "since the certificate does not say where one is."
    )


def told_of_revocation(ran: Ran) -> list[str]:
    """The line on it of the last section, in which `--revocation` of "What Windows answers" has no part."""
    judged = ran.stdout[ran.stdout.index("\nJudged\n") :]
    return [line.removeprefix("  Revocation     ") for line in judged.splitlines() if "Revocation" in line]


def test_the_text_says_what_was_asked_and_by_what_it_was_judged(
    ca: Authority, run: Callable[..., Ran], tmp_path: Path
) -> None:
    crls = tmp_path / "ca.crl"
    crls.write_bytes(crl(ca))
    (tmp_path / "ocsp").write_bytes(ocsp(ca, good(ca.server("localhost"))))
    server, both = ca.server("localhost"), ("--crl", crls, "--crl", crls, "--ocsp", tmp_path / "ocsp")
    told = [
        told_of_revocation(run(server, *options))
        for options in (
            (),
            ("--revocation",),
            ("--revocation=end-cert", "--crl", crls),
            ("--revocation=chain", "--offline"),
            both,
        )
    ]
    assert told == [
        [],
        ["asked for, of every certificate but the root; CRLs and OCSP responses are fetched, none given"],
        ["asked for, of end certificates alone; CRLs and OCSP responses are fetched, 1 CRL given"],
        ["asked for, of every certificate; nothing is fetched (--offline), none given"],
        [
            "asked for, of every certificate but the root; nothing is fetched (--revocation does), "
            "2 CRLs and 1 OCSP response given"
        ],
    ]
