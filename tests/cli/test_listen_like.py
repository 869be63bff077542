"""`certprobe listen --like`: the mirror asks as its original does, field by field, and says where it cannot."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from certprobe.lab.pki import ec_key
from certprobe.mirror import AskedIn, Mirror, mirrored
from certprobe.observing import Model, observe, parse_directory_model, parse_web_model
from certprobe.tls.openssl import Requirement, VersionRange
from tests.cli.command import SECONDS, Arguments, certprobe, started
from tests.peers.process import HOST, free_port
from tests.peers.s_server import REQUEST, REQUIRE
from tests.tls.wired import TLS10, TLS12, TLS13

if TYPE_CHECKING:
    from tests.peers.apache import Apache
    from tests.peers.nginx import Nginx
    from tests.peers.site import Site
    from tests.peers.slapd import Slapd

SHA224 = "ecdsa_sha224, rsa_pkcs1_sha224"
SHA1 = "rsa_pkcs1_sha1, ecdsa_sha1"


class Running(NamedTuple):
    """A mirror that listens: its port, and what it said before."""

    port: int
    words: tuple[str, ...]

    @property
    def differences(self) -> tuple[str, ...]:
        return tuple(words for words in self.said("Differs"))

    def said(self, label: str) -> Iterator[str]:
        """The values of the lines with that label."""
        return (line.strip().removeprefix(label).lstrip() for line in self.words if line.strip().startswith(label))


@contextlib.contextmanager
def mirror_of(protocol: str, like: str, *arguments: Arguments) -> Iterator[Running]:
    """Run `certprobe listen --like` on a free port to the end of the block."""
    with started("listen", protocol, *arguments, "--like", like, "--bind", f"{HOST}:0") as process:
        try:
            assert process.stderr is not None
            words: list[str] = []
            while not (line := process.stderr.readline().decode()).startswith("listening on "):
                assert line, "".join(words)
                words.append(line)
            yield Running(int(line.rstrip().rstrip("/").rpartition(":")[2]), tuple(words))
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=SECONDS)
            assert process.returncode == 0
        finally:
            process.kill()
            process.communicate()


def seen(model: Model) -> Mirror:
    return mirrored(observe(model, datetime.now(UTC), SECONDS, lambda _: None, pause=0.0))


def web(port: int, *paths: str) -> Mirror:
    return seen(parse_web_model(f"localhost:{port}", paths))


def directory(scheme: str, port: int) -> Mirror:
    return seen(parse_directory_model(f"{scheme}://localhost:{port}"))


def asked(each: AskedIn, *left_out: int) -> tuple[object, ...]:
    """All that a CertificateRequest has but its lengths and its context, without some signature schemes."""
    request = each.request
    algorithms = request.signature_algorithms
    return (
        each.version,
        each.phase,
        each.paths,
        request.certificate_authorities,
        request.certificate_types,
        algorithms if algorithms is None else tuple(code for code in algorithms if code not in left_out),
        request.signature_algorithms_cert,
        request.oid_filters,
    )


def same(original: Mirror, copy: Mirror, *left_out_in_tls13: int) -> None:
    """Both ask alike in every version, but for what OpenSSL does not send in TLS 1.3."""
    assert copy.versions == original.versions
    assert [asked(each) for each in copy.asked] == [
        asked(each, *(left_out_in_tls13 if each.version is TLS13 else ())) for each in original.asked
    ]


def requirements(mirror: Mirror) -> set[Requirement]:
    return {each.requirement for each in mirror.asked}


@pytest.mark.parametrize("host", ["on", "optional", "optional_no_ca", "trusted_not_advertised", "on_tls12"])
def test_nginx(nginx: Nginx, host: str) -> None:
    port = getattr(nginx, host)
    with mirror_of("https", f"localhost:{port}") as mirror:
        original, copy = web(port), web(mirror.port)
        same(original, copy, 0x0303, 0x0301)
        assert requirements(copy) == requirements(original) == {Requirement.OPTIONAL}
    in_tls13 = f"TLS 1.3: signature_algorithms: {SHA224} left out"
    assert (in_tls13 in mirror.differences) == (host != "on_tls12")
    assert any("HTTP 400" in words for words in mirror.differences) == (not host.startswith("optional"))


def test_who_asks_nobody(nginx: Nginx) -> None:
    with mirror_of("https", f"localhost:{nginx.anonymous}") as mirror:
        assert web(mirror.port) == Mirror(VersionRange(TLS12, TLS13), ())
    assert list(mirror.said("Asks")) == ["nobody: it did not ask for a certificate, so the mirror does not"]
    assert mirror.differences == ()


@pytest.mark.parametrize("host", ["require", "optional", "advertises_other"])
def test_apache(apache: Apache, host: str) -> None:
    port = getattr(apache, host)
    with mirror_of("https", f"localhost:{port}") as mirror:
        original, copy = web(port), web(mirror.port)
        same(original, copy, 0x0303, 0x0301)
        assert requirements(copy) == requirements(original)
    assert mirror.differences == (f"TLS 1.3: signature_algorithms: {SHA224} left out",)


@pytest.mark.parametrize("host", ["location_tls12", "location_tls13"])
def test_apache_asks_on_one_path(apache: Apache, host: str) -> None:
    port = getattr(apache, host)
    with mirror_of("https", f"https://localhost:{port}/", "/secret/", "/other/") as mirror:
        original, copy = web(port, "/secret/", "/other/"), web(mirror.port, "/secret/", "/other/")
        same(original, copy, 0x0303, 0x0301)
        assert [each.paths for each in copy.asked] == [("/secret/",)]
    assert any("hangs up; the mirror answers with its own report" in words for words in mirror.differences)


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("verify_client", ["try", "demand"])
def test_slapd(slapd: Callable[..., Slapd], site: Site, scheme: str, verify_client: str) -> None:
    port = getattr(slapd(verify_client), scheme)
    with mirror_of("ldap", f"{scheme}://localhost:{port}") as mirror:
        original, copy = directory(scheme, port), directory(scheme, mirror.port)
    assert copy.versions == original.versions == VersionRange(TLS10, TLS13)
    assert requirements(copy) == requirements(original)
    assert {each.request.certificate_authorities for each in copy.asked} == {(site.root.issued.subject,)}
    # GnuTLS names dss_sign before TLS 1.2 without offering DSA in TLS 1.2.
    kept = (
        [each for each in original.asked if each.version >= TLS12],
        [each for each in copy.asked if each.version >= TLS12],
    )
    same(
        Mirror(VersionRange(TLS12, TLS13), tuple(kept[0])),
        Mirror(VersionRange(TLS12, TLS13), tuple(kept[1])),
        0x0201,
        0x0203,
    )
    assert mirror.differences[-3:] == (
        "TLS 1.0: certificate_types: dss_sign left out",
        "TLS 1.1: certificate_types: dss_sign left out",
        f"TLS 1.3: signature_algorithms: {SHA1} left out",
    )


def test_chosen_schemes_and_an_empty_extension(s_server: Callable[..., int]) -> None:
    port = s_server(*REQUIRE, "-no_ca_names", "-client_sigalgs", "RSA-PSS+SHA256:ECDSA+SHA384")
    with mirror_of("https", f"localhost:{port}") as mirror:
        original, copy = web(port), web(mirror.port)
        same(original, copy)
        assert requirements(copy) == requirements(original) == {Requirement.REQUIRED}
    assert mirror.differences == ()


def test_six_hundred_names(site: Site, s_server: Callable[..., int], tmp_path: Path) -> None:
    key = ec_key()
    many = [site.root.intermediate(f"Lab CA {number}", key=key).issued for number in range(600)]
    listed = tmp_path / "many.pem"
    listed.write_bytes(b"".join(each.certificate_pem for each in many))
    port = s_server(*REQUEST, "-CAfile", str(listed), "-client_sigalgs", "ECDSA+SHA256")
    with mirror_of("https", f"localhost:{port}") as mirror:
        copy = web(mirror.port)
        same(web(port), copy)
        assert {each.request.certificate_authorities for each in copy.asked} == {tuple(each.subject for each in many)}
    assert mirror.differences == ()


# --- options besides --------------------------------------------------------------------------------------------------


def test_what_is_given_besides_wins_and_is_told(nginx: Nginx, site: Site) -> None:
    given: tuple[Arguments, ...] = ("--request", "always", "--announce", site.foreign_root_file, "--tls-max", "1.2")
    with mirror_of("https", f"localhost:{nginx.optional}", *given) as mirror:
        copy = web(mirror.port)
    assert copy.versions == VersionRange(TLS12, TLS12)
    assert requirements(copy) == {Requirement.REQUIRED}
    assert [each.request.certificate_authorities for each in copy.asked] == [(site.foreign_root.issued.subject,)]
    assert list(mirror.said("As given")) == ["--request, --announce, --tls-max"]
    assert mirror.differences == ()


def test_a_ca_to_trust_leaves_the_list_alone(nginx: Nginx, site: Site) -> None:
    with mirror_of("https", f"localhost:{nginx.trusted_not_advertised}", "--ca", site.root_file) as mirror:
        copy = web(mirror.port)
    assert {each.request.certificate_authorities for each in copy.asked} == {(site.foreign_root.issued.subject,)}


def test_the_connections_are_told(nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.optional}/"
    with mirror_of("https", f"localhost:{nginx.optional}") as mirror:
        pass
    assert [line for line in mirror.words if "asking" in line] == [
        f"certprobe: asking {url} in TLS 1.{minor}, without a certificate\n" for minor in (3, 2, 1, 0)
    ]


def test_quiet_tells_no_connections(nginx: Nginx) -> None:
    with mirror_of("https", f"localhost:{nginx.optional}", "-q") as mirror:
        pass
    assert mirror.words == ()


def test_a_server_that_is_not_reached() -> None:
    port = free_port()
    ran = certprobe("listen", "https", "--like", f"127.0.0.1:{port}", "--bind", f"{HOST}:0")
    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert ran.stderr.splitlines()[-1].startswith(
        f"certprobe: https://127.0.0.1:{port}/: nothing listens there: the connection was refused. No connection to"
    )


@pytest.mark.parametrize(("arguments", "words"), [
    (("https", "--like", "ldaps://dc1.example"), "is a directory server"),
    (("ldap", "--like", "https://dc1.example"), "is a web server"),
    (("ldap", "--like", "dc1.example", "/secret"), "a directory has no paths"),
    (("https", "--like", "www.example", "/secret", "--request", "always"), "paths are for --request per-path"),
], ids=["directory", "web", "ldap-path", "path-without-use"])  # fmt: skip
def test_what_cannot_be_meant(arguments: tuple[str, ...], words: str) -> None:
    ran = certprobe("listen", *arguments)
    assert ran.exit_code == 2
    assert words in ran.stderr
