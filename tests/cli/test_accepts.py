"""`--accepts`: what servers announce, against what they do when every certificate of the store is tried."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.cli.command import Arguments, Document, Ran, certprobe, on_terminal, report, started
from tests.cli.identities import ALICE_NUMBER, EXPIRED_NUMBER, FOREIGN_NUMBER, UNMAPPED_NUMBER
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, free_port
from tests.peers.s_server import REQUEST, REQUIRE
from tests.peers.site import Site
from tests.peers.slapd import ALICE, Slapd

ALICE_SUBJECT = "CN=alice,OU=people,DC=lab,DC=test"
EVERYBODY = [None, FOREIGN_NUMBER, EXPIRED_NUMBER, ALICE_NUMBER, UNMAPPED_NUMBER]


def arguments(site: Site, *more: Arguments) -> tuple[Arguments, ...]:
    return ("--trust", site.root_file, "--cert", site.store_file, "--accepts", *more)


def accepts(site: Site, *place: Arguments) -> Document:
    document = report(*place, *arguments(site))
    assert document["path_map"] is None
    assert [attempt["played"]["number"] for attempt in document["attempts"]] == [
        each["number"] for each in document["acceptances"][0]["tried"]
    ]
    return document


def codes(document: Document) -> list[str]:
    return [cause["code"] for cause in document["verdict"]["causes"]]


def received(document: Document) -> dict[int | None, str]:
    return {each["number"]: each["received"] for each in document["acceptances"][0]["tried"]}


def listed(document: Document) -> dict[int | None, str | None]:
    return {each["number"]: each["listed"] for each in document["acceptances"][0]["tried"]}


def contradicting(document: Document) -> list[int | None]:
    return [each["number"] for each in document["acceptances"][0]["tried"] if each["contradicts"]]


# --- apache, nginx, slapd: what the issue asks for --------------------------------------------------------------------


def test_apache_whose_list_is_not_its_trust(site: Site, apache: Apache) -> None:
    """SSLCADNRequestFile names the foreign root; SSLCACertificateFile trusts the site's."""
    document = accepts(site, "https", f"https://localhost:{apache.advertises_other}/")
    assert codes(document) == ["accepts-unlisted", "refuses-listed"]
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("accepted", 1)
    assert received(document) == {
        None: "refused",
        FOREIGN_NUMBER: "refused",
        EXPIRED_NUMBER: "refused",
        ALICE_NUMBER: "let-in",
        UNMAPPED_NUMBER: "let-in",
    }
    assert listed(document) == {
        None: None,
        FOREIGN_NUMBER: "listed",
        EXPIRED_NUMBER: "not-listed",
        ALICE_NUMBER: "not-listed",
        UNMAPPED_NUMBER: "not-listed",
    }
    assert contradicting(document) == [FOREIGN_NUMBER, ALICE_NUMBER, UNMAPPED_NUMBER]
    foreign = document["acceptances"][0]["tried"][1]
    assert foreign["refused_in"] == "application", "a TLS 1.3 refusal comes with the first read"
    assert foreign["treatment"] == "refused after the handshake: the alert unknown_ca (48)"
    assert foreign["listed_as"] == "CN=Foreign root"


def test_apache_in_the_first_ten_lines(site: Site, apache: Apache) -> None:
    ran = certprobe("https", f"https://localhost:{apache.advertises_other}/", *arguments(site))
    assert ran.exit_code == 1
    assert f"the server accepts {ALICE_SUBJECT} (3) and 4, whose CAs it does not list" in ran.head
    assert f"the server refuses {ALICE_SUBJECT} (1), though it lists its CA" in ran.head
    assert "apache: SSLCACertificateFile is what is trusted, SSLCADNRequestFile makes the list" in ran.head


def test_nginx_that_trusts_more_than_it_lists(site: Site, nginx: Nginx) -> None:
    document = accepts(site, "https", f"https://localhost:{nginx.trusted_not_advertised}/")
    assert codes(document) == ["accepts-unlisted"]
    assert contradicting(document) == [ALICE_NUMBER, UNMAPPED_NUMBER]
    assert received(document)[FOREIGN_NUMBER] == "let-in"
    assert document["acceptances"][0]["server"] == "nginx"
    assert "ssl_trusted_certificate" in document["verdict"]["causes"][0]["advice"]
    assert "SSLCADNRequestFile" not in document["verdict"]["causes"][0]["advice"]
    assert "SSL certificate error" in document["acceptances"][0]["tried"][2]["treatment"]


def test_slapd_try_is_no_demand(site: Site, slapd: Callable[..., Slapd]) -> None:
    document = accepts(site, "ldap", f"ldaps://localhost:{slapd('try').ldaps}")
    assert codes(document) == ["asks-but-optional"]
    assert document["verdict"]["exit_code"] == 1
    assert contradicting(document) == [None]
    assert received(document) == {
        None: "let-in",
        FOREIGN_NUMBER: "refused",
        EXPIRED_NUMBER: "refused",
        ALICE_NUMBER: "let-in",
        UNMAPPED_NUMBER: "let-in",
    }
    alice = document["acceptances"][0]["tried"][3]
    assert alice["treatment"] == f"TLS let it through, EXTERNAL: success (0), WhoAmI: dn:{ALICE}"
    assert "TLSVerifyClient demand" in document["verdict"]["causes"][0]["advice"]


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_slapd_demand_does_what_it_announces(site: Site, slapd: Callable[..., Slapd], way: str) -> None:
    ports = slapd("demand")
    url = f"ldaps://localhost:{ports.ldaps}" if way == "ldaps" else f"ldap://localhost:{ports.ldap}"
    document = accepts(site, "ldap", url)
    assert (codes(document), document["verdict"]["exit_code"]) == (["as-announced"], 0)
    assert [number for number, what in received(document).items() if what == "let-in"] == [
        ALICE_NUMBER,
        UNMAPPED_NUMBER,
    ]


def test_slapd_allow_takes_what_it_cannot_verify(site: Site, slapd: Callable[..., Slapd]) -> None:
    document = accepts(site, "ldap", f"ldaps://localhost:{slapd('allow').ldaps}")
    assert codes(document) == ["asks-but-optional", "accepts-unlisted", "accepts-not-time-valid"]
    assert contradicting(document) == [None, FOREIGN_NUMBER, EXPIRED_NUMBER]


def test_slapd_never_asks(site: Site, slapd: Callable[..., Slapd]) -> None:
    document = report("ldap", f"ldaps://localhost:{slapd('never').ldaps}", *arguments(site))
    assert (codes(document), document["verdict"]["exit_code"]) == (["not-asked"], 1)
    assert [each["why"] for each in document["untried"]] == ["not-asked"] * 4
    assert len(document["attempts"]) == 1


# --- other ways of asking ---------------------------------------------------------------------------------------------


def test_nginx_on(site: Site, nginx: Nginx) -> None:
    document = accepts(site, "https", f"https://localhost:{nginx.on}/")
    assert (codes(document), document["verdict"]["exit_code"]) == (["as-announced"], 0)


def test_nginx_optional(site: Site, nginx: Nginx) -> None:
    document = accepts(site, "https", f"https://localhost:{nginx.optional}/")
    assert codes(document) == ["asks-but-optional"]
    assert document["acceptances"][0]["tried"][0]["treatment"] == "TLS let us through, HTTP 200 OK"


def test_nginx_optional_no_ca(site: Site, nginx: Nginx) -> None:
    """Without a list nothing contradicts it, but who has none is let in."""
    document = accepts(site, "https", f"https://localhost:{nginx.optional_no_ca}/")
    assert codes(document) == ["asks-but-optional"]
    assert listed(document)[FOREIGN_NUMBER] == "any"
    assert received(document)[FOREIGN_NUMBER] == "let-in"


@pytest.mark.parametrize("host", ["location_tls12", "location_tls13"])
def test_apache_asks_late(site: Site, apache: Apache, host: str) -> None:
    document = accepts(site, "https", f"https://localhost:{getattr(apache, host)}/secret/")
    assert (codes(document), document["verdict"]["exit_code"]) == (["as-announced"], 0)
    assert received(document)[None] == "refused"


def test_apache_forbids_the_path_to_everybody(site: Site, apache: Apache) -> None:
    document = accepts(site, "https", f"https://localhost:{apache.optional}/forbidden")
    assert (codes(document), document["verdict"]["exit_code"]) == (["refused-alike"], 1)
    assert received(document)[FOREIGN_NUMBER] == "refused"
    assert received(document)[ALICE_NUMBER] == "refused-behind-tls"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (REQUIRE, ["as-announced"]),
        (REQUEST, ["asks-but-optional", "accepts-unlisted", "accepts-not-time-valid"]),
    ],
    ids=["require", "request"],
)
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl(
    site: Site, s_server: Callable[..., int], version: str, options: tuple[str, ...], found: list[str]
) -> None:
    document = accepts(site, "https", f"https://localhost:{s_server(version, *options)}/")
    assert codes(document) == found
    refused = [each for each in document["acceptances"][0]["tried"] if each["received"] == "refused"]
    stage = "handshake" if version == "-tls1_2" else "application"
    assert {each["refused_in"] for each in refused} <= {stage}


def test_each_path_is_tried(site: Site, apache: Apache) -> None:
    url = f"https://localhost:{apache.location_tls13}/"
    document = report("https", url, "--path", "/", "--path", "/secret/", *arguments(site))
    assert [each["path"] for each in document["acceptances"]] == ["/", "/secret/"]
    assert [each["path"] for each in document["untried"]] == ["/"] * 4
    assert [len(each["tried"]) for each in document["acceptances"]] == [1, 5]
    assert document["path_map"]["paths"][1]["attempt"] == 1


# --- what is left out, and what cannot be meant -----------------------------------------------------------------------


def test_without_a_key_there_is_nothing_to_try(site: Site, nginx: Nginx) -> None:
    place = ("https", f"https://localhost:{nginx.on}/", "--trust", site.root_file)
    document = report(*place, "--cert", site.clients.alice.chain, "--accepts")
    assert document["untried"] == [{"path": "/", "played": {"number": 1}, "why": "no-private-key"}]
    assert received(document) == {None: "refused"}
    ran = certprobe(*place, "--cert", site.clients.alice.chain, "--accepts")
    assert "not tried: its private key is not there" in ran.stdout


def test_without_certificates_only_anonymous_is_tried(site: Site, nginx: Nginx) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.optional}/", "--trust", site.root_file, "--accepts")
    assert ran.exit_code == 1
    assert "the server asks for a client certificate, but lets in who has none" in ran.head
    assert "\n  !  -  no certificate  -" in ran.stdout


def test_not_reached() -> None:
    document = report("https", f"https://{HOST}:{free_port()}/", "--trust", "none", "--accepts")
    assert (document["verdict"]["outcome"], codes(document)) == ("not-reached", ["connection-refused"])


@pytest.mark.parametrize("option", [("--select", "1"), ("--callback", "x:y"), ("--pick",)])
def test_whoever_chooses_is_out_of_place(option: tuple[str, ...]) -> None:
    ran = certprobe("https", "https://localhost:1/", "--accepts", *option)
    assert ran.exit_code == 2
    assert f"--accepts and {option[0]} exclude each other: --accepts tries every certificate in turn" in ran.stderr


def test_an_interrupted_run_tells_what_it_learned(site: Site, slapd: Callable[..., Slapd]) -> None:
    place = ("ldap", f"ldaps://localhost:{slapd('try').ldaps}", *arguments(site))
    process = started(*place, "-v", "--format", "json")
    assert process.stderr is not None
    for _ in range(3):
        while b"connecting" not in process.stderr.readline():
            pass
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr.endswith(b"\ninterrupted\n")) == (130, True)
    document = Ran(130, stdout.decode(), "").document
    assert (document["verdict"]["outcome"], codes(document)[0]) == ("interrupted", "interrupted")
    assert "asks-but-optional" in codes(document), "what was found until then is a finding"
    assert received(document)[None] == "let-in"
    assert {each["why"] for each in document["untried"]} == {"interrupted"}
    assert len(document["attempts"]) + len(document["untried"]) == len(EVERYBODY)


# --- as a person reads it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_terminals(site: Site, apache: Apache, columns: int) -> None:
    url = f"https://localhost:{apache.advertises_other}/"
    ran = on_terminal("https", url, *arguments(site), columns=columns, env={"NO_COLOR": "1"})
    lines = ran.screen.splitlines()
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in ran.screen
    text = " ".join(ran.screen.split())
    assert "! is not what the server announces." in text
    marked = [line for line in lines if line.startswith("  !  ")]
    assert [line.split()[1] for line in marked] == ["1", "3", "4"]


def test_verbose_shows_every_connection(site: Site, nginx: Nginx) -> None:
    place = ("https", f"https://localhost:{nginx.on}/", *arguments(site))
    short, long = certprobe(*place), certprobe(*place, "-v")
    assert short.stdout.count("\nConnection: / ") == 1
    assert "4 more connections were made; -v shows them." in short.stdout
    assert [f"\nConnection: / {who}\n" in long.stdout for who in ("anonymous", "with 1", "with 4")] == [True] * 3
