"""Every hostile peer of the catalogue ends by itself, with its own outcome, cause and exit code, and its own words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest

from tests.cli.command import certprobe
from tests.peers.hostile import CATALOGUE
from tests.peers.process import HOST
from tests.peers.site import Site


class End(NamedTuple):
    """How a run must end: the exit code, the outcome, the code of the first cause, and words of its title."""

    exit_code: int
    outcome: str
    code: str
    words: str = ""


LATE = End(3, "not-reached", "timeout", "no answer came in time during the TLS handshake")
UNANSWERED = End(3, "unanswered", "timeout", "no answer came in time after the TLS handshake")
CLOSED = End(3, "not-reached", "closed", "the server closed the connection during the TLS handshake")
RESET = End(3, "not-reached", "reset", "the connection was reset during the TLS handshake")
REFUSED = End(1, "refused-by-close", "refused-by-close", "the server refused CN=alice,OU=people,DC=lab,DC=test")
NOT_TLS = End(3, "not-reached", "not-tls", "the port does not speak what was asked for")
BROKEN = End(3, "not-reached", "malformed")
BROKEN_REQUEST = End(3, "not-reached", "malformed", "the server's CertificateRequest is malformed")
BROKEN_LIST = End(3, "not-reached", "malformed", "the server's Certificate is malformed")
TOO_MUCH = End(3, "unanswered", "too-much-data", "the server sends more than certprobe takes")
LISTED_OTHERS = "is of a CA that the server does not list"
ACCEPTED = End(0, "accepted", "accepted", "the server accepted the client certificate")

# The first pattern that a behaviour's name fits. After the server's last message of a TLS handshake our certificate is
# on its way, so that hanging up then is an answer to it.
ENDS = (
    ("silent-after-handshake", UNANSWERED),
    ("slow-answer", UNANSWERED),
    ("silent*", LATE),
    ("slow", LATE),
    ("endless-hello-requests", LATE),
    ("*-tls12-after-ServerHelloDone", REFUSED),
    ("close-tls12-after-ChangeCipherSpec", REFUSED),
    ("reset-tls12-after-ChangeCipherSpec", REFUSED),
    ("*-after-Finished", REFUSED),
    ("*-after-client-flight", REFUSED),
    ("*-after-handshake", REFUSED),
    ("*-after-request", REFUSED),
    # The reset may be there before connect() returns.
    ("reset-at-accept", RESET._replace(words="the connection was reset")),
    ("close-*", CLOSED),
    ("reset-*", RESET),
    ("plain-*", NOT_TLS),
    ("ssh", NOT_TLS),
    ("smtp", NOT_TLS),
    ("endless-garbage", NOT_TLS),
    ("http-in-tls", End(1, "accepted", "http-not-taken", "the server did not take the request: HTTP 400")),
    ("ldap-in-tls", REFUSED._replace(words="and ended the session")),
    ("garbage-in-tls", End(3, "unanswered", "malformed", "the server answered inside TLS, but not in HTTP")),
    ("endless-http-body", ACCEPTED),
    ("endless-certificate", TOO_MUCH._replace(outcome="not-reached")),
    ("certificates-hundreds", TOO_MUCH._replace(outcome="not-reached")),
    ("endless-http-*", TOO_MUCH),
    ("endless-ldap-message", TOO_MUCH),
    ("endless-ldap-notices", End(3, "unanswered", "malformed", "the server answered inside TLS, but not in LDAP")),
    ("endless-*", BROKEN),
    ("server-hello-garbage", BROKEN),
    ("alert-40", End(3, "not-reached", "alert", "handshake_failure (40)")),
    ("alert-80", End(3, "not-reached", "alert", "internal_error (80)")),
    ("alert-250", End(3, "not-reached", "alert", "0x00fa (250)")),
    ("certificate-request-types-none", End(1, "refused-by-alert", "issuer-not-listed", LISTED_OTHERS)),
    ("certificate-request-*", BROKEN_REQUEST),
    ("certificates-none", BROKEN),
    ("certificates-*", BROKEN_LIST),
    ("long-list-*", End(1, "accepted-anonymously", "issuer-not-listed", LISTED_OTHERS)),
    ("names-control", End(1, "accepted", "CERT_E_CN_NO_MATCH", "it names no server")),
    ("names-bidi", End(1, "accepted", "CERT_E_CN_NO_MATCH", "it names no server")),
    ("names-*", ACCEPTED),
    ("certificate-version-9", End(1, "accepted", "CERT_E_CRITICAL", "v9 does not exist")),
    ("certificate-time-garbage", End(1, "accepted", "TRUST_E_CERT_SIGNATURE", "signature does not verify")),
    ("certificate-extensions-garbage", End(1, "accepted", "CERT_E_INVALID_POLICY", "extKeyUsage cannot be used")),
    ("certificate-critical-extension", End(1, "accepted", "CERT_E_CRITICAL", "1.2.3 is critical and not understood")),
    ("certificate-signature-broken", End(1, "accepted", "TRUST_E_CERT_SIGNATURE", "signature does not verify")),
)


def end_of(name: str) -> End:
    return next(end for pattern, end in ENDS if fnmatchcase(name, pattern))


def assert_end(site: Site, address: tuple[str, str], end: End) -> None:
    """Probe the address as alice, and hold the run to its end."""
    alice = site.clients.alice
    options = ("--trust", site.root_file, "--cert", alice.chain, "--key", alice.key, "--timeout", 3)
    ran = certprobe(*address, *options, "--format", "json")
    verdict = ran.document["verdict"]
    first = verdict["causes"][0]
    assert (ran.exit_code, verdict["outcome"], first["code"]) == (end.exit_code, end.outcome, end.code)
    assert end.words in first["title"]
    assert ran.stderr == ""


@pytest.mark.parametrize("name", [behaviour.name for behaviour in CATALOGUE])
def test_hostile_peer(site: Site, hostile: Callable[[str], AbstractContextManager[int]], name: str) -> None:
    with hostile(name) as port:
        address = ("ldap", f"ldaps://{HOST}:{port}") if "ldap" in name else ("https", f"{HOST}:{port}")
        assert_end(site, address, end_of(name))


def test_every_pattern_is_needed() -> None:
    """A pattern that no behaviour falls under is a leftover."""
    reached = {end_of(behaviour.name) for behaviour in CATALOGUE}
    assert reached == {end for _, end in ENDS}


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("silent", End(3, "not-reached", "timeout", "no answer came in time before StartTLS was answered")),
        ("close-at-accept", End(3, "not-reached", "closed", "the server closed the connection before StartTLS")),
        ("plain-http", NOT_TLS),
        ("plain-ldap", End(3, "not-reached", "closed", "the server closed the connection before StartTLS")),
        ("ssh", NOT_TLS),
        ("silent-after-client-hello", LATE),
        ("endless-garbage", NOT_TLS),
        ("certificate-request-empty", BROKEN_REQUEST),
        ("close-tls13-after-client-flight", REFUSED),
        ("garbage-in-tls", End(3, "unanswered", "malformed", "the server answered inside TLS, but not in LDAP")),
    ],
)
def test_hostile_directory_by_starttls(
    site: Site, hostile: Callable[[str], AbstractContextManager[int]], name: str, end: End
) -> None:
    with hostile(name) as port:
        assert_end(site, ("ldap", f"ldap://{HOST}:{port}"), end)
