"""The connections from which a mirror is made: real servers are asked, and read off as they are configured."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, NotReached, UsageError
from certprobe.lab.pki import ec_key
from certprobe.mirror import Mirror, Observation, imitating, manner_words, mirrored
from certprobe.observing import MOST_PATHS, Model, observe, parse_directory_model, parse_web_model
from certprobe.tls.messages import Announced
from certprobe.tls.openssl_server import ServerOptions
from tests.peers.process import free_port
from tests.peers.s_server import REQUEST, REQUIRE
from tests.tls.wired import SERVER

if TYPE_CHECKING:
    from tests.peers.apache import Apache
    from tests.peers.nginx import Nginx
    from tests.peers.site import Site
    from tests.peers.slapd import Slapd

OPTIONAL = "in the handshake, and goes on without a certificate"
REQUIRED = "in the handshake, and requires a certificate"
SECRET = "after the request for /secret/, and requires a certificate"
TLS12_13 = ("TLS 1.2", "TLS 1.3")
HTTP_400 = "without a certificate the server answers HTTP 400; the mirror answers with its own report"
HANGS_UP = "without a certificate the server sends {} and hangs up; the mirror answers with its own report"
SAYS_NOTHING = "without a certificate the server says nothing and hangs up; the mirror sends"


class Told(list[str]):
    def __call__(self, words: str) -> None:
        self.append(words)


def seen(model: Model, told: Told | None = None) -> tuple[Observation, ...]:
    return observe(model, datetime.now(UTC), 10.0, Told() if told is None else told, pause=0.0)


def web(port: int, *paths: str) -> Mirror:
    return mirrored(seen(parse_web_model(f"localhost:{port}", paths)))


def directory(url: str) -> Mirror:
    return mirrored(seen(parse_directory_model(url)))


def manners(mirror: Mirror) -> dict[str, str]:
    return {each.version.label: manner_words(each) for each in mirror.asked}


def names(mirror: Mirror) -> set[tuple[bytes, ...] | None]:
    return {each.request.certificate_authorities for each in mirror.asked}


@pytest.mark.parametrize(("host", "paths", "expected", "differences"), [
    ("on", (), dict.fromkeys(TLS12_13, OPTIONAL), (f"TLS 1.2, TLS 1.3: {HTTP_400}",)),
    ("on_tls12", (), {"TLS 1.2": OPTIONAL}, (f"TLS 1.2: {HTTP_400}",)),
    ("optional", (), dict.fromkeys(TLS12_13, OPTIONAL), ()),
    ("anonymous", (), {}, ()),
], ids=["on", "on-tls12", "optional", "anonymous"])  # fmt: skip
def test_nginx(
    nginx: Nginx, site: Site, host: str, paths: tuple[str, ...], expected: dict[str, str], differences: tuple[str, ...]
) -> None:
    mirror = web(getattr(nginx, host), *paths)
    assert manners(mirror) == expected
    assert names(mirror) <= {(site.root.issued.subject,)}
    assert mirror.differences == differences
    assert mirror.versions.minimum.label == "TLS 1.2"


def test_nginx_without_a_list(nginx: Nginx) -> None:
    mirror = web(nginx.optional_no_ca)
    assert [each.request.announced for each in mirror.asked] == [Announced.EMPTY_LIST, Announced.EXTENSION_ABSENT]


@pytest.mark.parametrize(("host", "expected", "differences"), [
    ("require", dict.fromkeys(TLS12_13, REQUIRED), ()),
    ("optional", dict.fromkeys(TLS12_13, OPTIONAL), ()),
    ("location_tls12", {"TLS 1.2": SECRET}, (f"TLS 1.2: {HANGS_UP.format('handshake_failure')}",)),
    ("location_tls13", {"TLS 1.3": SECRET}, (f"TLS 1.3: {HANGS_UP.format('certificate_required')}",)),
], ids=["require", "optional", "location-tls12", "location-tls13"])  # fmt: skip
def test_apache(apache: Apache, site: Site, host: str, expected: dict[str, str], differences: tuple[str, ...]) -> None:
    mirror = web(getattr(apache, host), "/secret/")
    assert manners(mirror) == expected
    assert names(mirror) == {(site.root.issued.subject,)}
    assert mirror.differences == differences


def test_apache_lists_what_it_does_not_trust(apache: Apache, site: Site) -> None:
    assert names(web(apache.advertises_other)) == {(site.foreign_root.issued.subject,)}


def test_a_path_that_is_not_named_is_not_asked_for(apache: Apache) -> None:
    assert web(apache.location_tls13).asked == ()


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize(("verify_client", "expected", "differences"), [
    ("try", OPTIONAL, ()),
    ("never", None, ()),
    (
        "demand",
        REQUIRED,
        (
            f"TLS 1.0, TLS 1.1, TLS 1.2: {SAYS_NOTHING} handshake_failure",
            f"TLS 1.3: {SAYS_NOTHING} certificate_required",
        ),
    ),
], ids=["try", "never", "demand"])  # fmt: skip
def test_slapd(
    slapd: Callable[..., Slapd], scheme: str, verify_client: str, expected: str | None, differences: tuple[str, ...]
) -> None:
    mirror = directory(f"{scheme}://localhost:{getattr(slapd(verify_client), scheme)}")
    versions = [f"TLS 1.{minor}" for minor in range(4)]
    assert manners(mirror) == ({} if expected is None else dict.fromkeys(versions, expected))
    assert mirror.differences == differences


def test_schemes_of_s_server_in_their_order(s_server: Callable[..., int]) -> None:
    mirror = web(s_server(*REQUEST, "-client_sigalgs", "RSA-PSS+SHA256:ECDSA+SHA384"))
    assert [each.request.signature_algorithms for each in mirror.asked] == [
        *(None, None),
        *((0x0804, 0x0503), (0x0804, 0x0503)),
    ]
    assert imitating(mirror, ServerOptions(SERVER, versions=mirror.versions)).differences == ()


def test_an_empty_extension(s_server: Callable[..., int]) -> None:
    mirror = web(s_server(*REQUIRE, "-no_ca_names", "-client_sigalgs", "ECDSA+SHA256"))
    assert [each.request.announced for each in mirror.asked] == [Announced.EMPTY_LIST] * 4
    assert imitating(mirror, ServerOptions(SERVER, versions=mirror.versions)).differences == ()


def test_six_hundred_names_in_their_order(site: Site, s_server: Callable[..., int], tmp_path: Path) -> None:
    key = ec_key()
    many = [site.root.intermediate(f"Lab CA {number}", key=key).issued for number in range(600)]
    listed = tmp_path / "many.pem"
    listed.write_bytes(b"".join(each.certificate_pem for each in many))
    mirror = web(s_server(*REQUEST, "-CAfile", str(listed)))
    assert names(mirror) == {tuple(each.subject for each in many)}
    asked = imitating(mirror, ServerOptions(SERVER, versions=mirror.versions))
    assert asked.options.certificate_authorities == tuple(each.subject for each in many)
    assert not any("certificate_authorities" in words for words in asked.differences)


def test_each_connection_is_told_before_it_is_made(apache: Apache) -> None:
    told = Told()
    made = seen(parse_web_model(f"localhost:{apache.location_tls13}", ("/secret/",)), told)
    url = f"https://localhost:{apache.location_tls13}"
    assert told == [
        *(f"asking {url}/ in TLS 1.{minor}, without a certificate" for minor in (3, 2, 1, 0)),
        f"asking {url}/secret/ in TLS 1.3, without a certificate",
    ]
    assert [each.is_spoken for each in made] == [True, False, False, False, True]


def test_nothing_listens() -> None:
    port = free_port()
    told = Told()
    with pytest.raises(NotReached) as caught:
        seen(parse_web_model(f"127.0.0.1:{port}"), told)
    assert caught.value.kind is FailureKind.CONNECTION_REFUSED
    assert re.match(
        rf"https://127\.0\.0\.1:{port}/: nothing listens there: the connection was refused\. No connection to",
        str(caught.value),
    )
    assert len(told) == 1


@pytest.mark.parametrize(("peer", "kind"), [
    ("ssh", FailureKind.NOT_TLS),
    ("close-at-accept", FailureKind.CLOSED),
    ("close-tls12-after-Certificate", FailureKind.CLOSED),
    ("reset-tls13-after-EncryptedExtensions", FailureKind.RESET),
], ids=["ssh", "close", "close-in-handshake", "reset-in-handshake"])  # fmt: skip
def test_no_handshake_shows_whether_it_asks(
    hostile: Callable[[str], AbstractContextManager[int]], peer: str, kind: FailureKind
) -> None:
    with hostile(peer) as port, pytest.raises(NotReached) as caught:
        seen(parse_web_model(f"127.0.0.1:{port}"))
    assert caught.value.kind is kind


def test_starttls_is_refused(slapd: Callable[..., Slapd]) -> None:
    with pytest.raises(NotReached, match="the server refuses StartTLS") as caught:
        directory(f"ldap://localhost:{slapd(None).ldap}")
    assert caught.value.kind is FailureKind.STARTTLS_REFUSED


@pytest.mark.parametrize(("text", "scheme", "port"), [
    ("dc1.example", Scheme.LDAPS, 636),
    ("dc1.example:389", Scheme.LDAP_STARTTLS, 389),
    ("dc1.example:3268", Scheme.LDAP_STARTTLS, 3268),
    ("dc1.example:3269", Scheme.LDAPS, 3269),
    ("ldaps://dc1.example:389", Scheme.LDAPS, 389),
    ("ldap://dc1.example:10389", Scheme.LDAP_STARTTLS, 10389),
], ids=["name", "port-389", "port-3268", "port-3269", "ldaps-url", "ldap-url"])  # fmt: skip
def test_a_directory_by_any_address(text: str, scheme: Scheme, port: int) -> None:
    model = parse_directory_model(text)
    assert (model.endpoint.scheme, model.endpoint.port, model.server_name) == (scheme, port, "dc1.example")


def test_the_path_of_an_url_is_asked_for_first() -> None:
    assert parse_web_model("https://10.0.0.7/a", ("/b", "/a"))[1:] == (("/a", "/b"), None)


def test_paths_are_bounded() -> None:
    with pytest.raises(UsageError, match="these are 17 paths to ask the server for, more than 16"):
        parse_web_model("localhost", tuple(f"/{number}" for number in range(MOST_PATHS)))
