"""Which path asks, when, with which list: `--path` and `--paths-from`."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest

from tests.cli.command import Ran, certprobe, on_terminal, report
from tests.cli.identities import ALICE_NUMBER
from tests.peers.apache import Apache
from tests.peers.channel import Channel, listening
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, free_port
from tests.peers.site import Site
from tests.peers.tls_server import TLS12, TlsServer, context

ROOT = "CN=Lab root,O=Lab,DC=lab,DC=test"


@pytest.fixture
def paths_file(tmp_path: Path) -> Path:
    return tmp_path / "paths.txt"


@pytest.mark.parametrize(("host", "phase"), [("location_tls12", "renegotiation"), ("location_tls13", "post-handshake")])
def test_when_a_path_asks(site: Site, apache: Apache, host: str, phase: str) -> None:
    url = f"https://localhost:{getattr(apache, host)}/"
    common = ("--path", "/", "--path", "/secret/", "--path", "/forbidden", "--trust", site.root_file)
    document = report("https", url, *common, "--cert", site.store_file)
    assert document["path_map"] == {
        "lists": [{"label": "A", "state": "list", "names": [ROOT], "missing": [], "extra": []}],
        "paths": [
            {"path": "/", "attempt": 0, "asked": "not-asked", "asks": [], "sent": None, "answer": "HTTP 200 OK"},
            {
                "path": "/secret/",
                "attempt": 1,
                "asked": "list",
                "asks": [{"phase": phase, "list": "A"}],
                "sent": ALICE_NUMBER,
                "answer": "HTTP 200 OK",
            },
            {
                "path": "/forbidden",
                "attempt": 2,
                "asked": "not-asked",
                "asks": [],
                "sent": None,
                "answer": "HTTP 403 Forbidden",
            },
        ],
    }


def test_the_first_handshake_asks_on_every_path(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.on}/"
    document = report("https", url, "--path", "/a", "--path", "/b", "--trust", site.root_file)
    assert [row["asks"] for row in document["path_map"]["paths"]] == [[{"phase": "initial", "list": "A"}]] * 2
    assert [row["sent"] for row in document["path_map"]["paths"]] == [None, None]


def test_where_lists_differ(site: Site) -> None:
    """Two servers behind one address, by turns, as behind a load balancer."""
    root, foreign = site.root.issued, site.foreign_root.issued
    servers = cycle(
        context(site.servers.good.issued, version=TLS12, client_authorities=authorities)
        for authorities in ((root, site.issuing.issued), (root, foreign))
    )

    def serve(channel: Channel) -> None:
        server = TlsServer(channel, next(servers))
        server.handshake()
        server.receive()
        server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with listening(serve) as port:
        place = ("https", f"https://{HOST}:{port}/", "--trust", site.root_file, "--path", "/a", "--path", "/b")
        ran = certprobe(*place)
        document = report(*place, "--path", "/c")
    assert [row["asks"][0]["list"] for row in document["path_map"]["paths"]] == ["A", "B", "A"]
    _, second = document["path_map"]["lists"]
    assert second["missing"] == ["CN=Lab issuing CA,O=Lab,DC=lab,DC=test"]
    assert second["extra"] == ["CN=Foreign root"]
    assert "not in it, but in A: CN=Lab issuing CA" in ran.stdout
    assert "in it, but not in A: CN=Foreign root\n" in ran.stdout


def test_a_repeated_path_is_probed_once(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = report("https", url, "--path", "/a", "--path", "/a", "--trust", site.root_file)
    assert [attempt["path"] for attempt in document["attempts"]] == ["/a"]
    assert document["path_map"] is None


def test_many_paths_are_a_table_and_no_novel(site: Site, nginx: Nginx, paths_file: Path) -> None:
    paths_file.write_text("".join(f"/{number}\n" for number in range(40)))
    url = f"https://localhost:{nginx.anonymous}/"
    ran = certprobe("https", url, "--paths-from", paths_file, "--trust", site.root_file)
    assert ran.exit_code == 0
    assert "/0, /1, /2 and 37 more: the server did not ask for a client certificate" in ran.head
    assert "\n  /39   no    -     nothing  HTTP 200 OK\n" in ran.stdout
    assert "39 more connections were made; -v shows them." in ran.stdout
    assert len(ran.stdout.splitlines()) < 100


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_terminals(site: Site, apache: Apache, columns: int) -> None:
    url = f"https://localhost:{apache.location_tls13}/"
    common = ("--path", "/", "--path", "/secret/", "--trust", site.root_file, "--cert", site.store_file)
    ran = on_terminal("https", url, *common, columns=columns, env={"NO_COLOR": "1"})
    assert max(map(len, ran.screen.splitlines())) <= columns
    text = " ".join(ran.screen.split())
    if columns == 60:
        assert "/secret/ asks: post-handshake, list: A, sent: number 3 HTTP 200 OK" in text
    else:
        assert "/secret/ post-handshake A number 3 HTTP 200 OK" in text


# --- --paths-from -----------------------------------------------------------------------------------------------------


def asked_for(ran: Ran) -> list[str]:
    return [attempt["http"]["path"] for attempt in ran.document["attempts"]]


def probe(site: Site, nginx: Nginx, *arguments: str | Path, stdin: bytes | None = None) -> Ran:
    url = f"https://localhost:{nginx.anonymous}/"
    return certprobe("https", url, "--trust", site.root_file, "--format", "json", *arguments, stdin=stdin)


def test_a_file_of_paths(site: Site, nginx: Nginx, paths_file: Path) -> None:
    same = f"https://LOCALHOST:{nginx.anonymous}/from-url?x=https://elsewhere/"
    paths_file.write_bytes(f"\ufeff# what the portal has\n/a\r\n\n   b?q=1  \n{same}\n/a\n/r\u00e4tsel#part\n".encode())
    ran = probe(site, nginx, "--path", "/first", "--paths-from", paths_file)
    assert ran.exit_code == 0
    assert asked_for(ran) == ["/first", "/a", "/b?q=1", "/from-url?x=https://elsewhere/", "/r%C3%A4tsel"]


def test_a_file_as_powershell_writes_it(site: Site, nginx: Nginx, paths_file: Path) -> None:
    paths_file.write_bytes("/a\r\n/b\r\n".encode("utf-16"))
    assert asked_for(probe(site, nginx, "--paths-from", paths_file)) == ["/a", "/b"]


def test_standard_input(site: Site, nginx: Nginx) -> None:
    assert asked_for(probe(site, nginx, "--paths-from", "-", stdin=b"/a\n/b")) == ["/a", "/b"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"/a\n/b c\n", "paths.txt, line 2: an address has a ' ' in it"),
        (b"# x\n\n\xff\n", "paths.txt, line 3: not UTF-8"),
        (
            b"https://other.example/\n",
            "paths.txt, line 1: 'https://other.example/' is of another server than localhost:",
        ),
        (b"https://localhost:1/\n", "paths.txt, line 1: 'https://localhost:1/' is of another server than localhost:"),
        (b"http://localhost/\n", "paths.txt, line 1: 'http://localhost/' has no TLS"),
        (b"/a\x1b[2J\n", "paths.txt, line 1: an address has a '\\x1b' in it"),
        (b"# nothing\n\n", "paths.txt: no path in it; one is expected on each line"),
        (b"".join(b"/%d\n" % number for number in range(1001)), "these are 1001 paths, more than 1000"),
    ],
    ids=["blank", "encoding", "host", "port", "scheme", "escape", "empty", "many"],
)
def test_bad_lines_are_named(site: Site, nginx: Nginx, paths_file: Path, content: bytes, words: str) -> None:
    paths_file.write_bytes(content)
    ran = probe(site, nginx, "--paths-from", paths_file)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


def test_no_such_file(site: Site, nginx: Nginx, paths_file: Path) -> None:
    ran = probe(site, nginx, "--paths-from", paths_file)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert ran.stderr.endswith("paths.txt: No such file or directory\n")


def test_too_many_connections(site: Site, nginx: Nginx, paths_file: Path) -> None:
    paths_file.write_text("".join(f"/{number}\n" for number in range(201)))
    ran = probe(site, nginx, "--paths-from", paths_file, "--cert", site.store_file, "--accepts")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "this would be 1005 connections, more than 1000: name fewer paths" in ran.stderr


# --- runs that end early ----------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_left_alone(paths_file: Path) -> None:
    paths_file.write_text("".join(f"/{number}\n" for number in range(9)))
    url = f"https://{HOST}:{free_port()}/"
    document = report("https", url, "--paths-from", paths_file, "--trust", "none")
    assert document["verdict"]["exit_code"] == 3
    assert [attempt["path"] for attempt in document["attempts"]] == ["/0", "/1"]
    assert [(each["path"], each["why"]) for each in document["untried"]] == [
        (f"/{number}", "not-reached") for number in range(2, 9)
    ]
    ran = certprobe("https", url, "--paths-from", paths_file, "--trust", "none")
    assert "the server was not reached twice in a row, so the rest was not tried" in ran.head
    assert "/2, /3, /4 and 4 more  not tried: the server was not reached any more" in ran.stdout
