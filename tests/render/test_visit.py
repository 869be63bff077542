"""A client's visit as text: what its first lines say, that it fits the terminal, and what it never lets through."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from certprobe.render.verbosity import Verbosity
from certprobe.render.visit import write_visit
from certprobe.report.document import document
from certprobe.report.visit_document import visit_document
from certprobe.report.visits import VisitReport
from tests.render.terminal import Terminal
from tests.report import reports, visits

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
Make = Callable[[], VisitReport]

FIRST_LINES = {
    visits.good: """\
OK       1  2026-11-20T12:00:01Z  127.0.0.1:50123  the client certificate CN=alice is valid

What the client offers
  Server name    localhost (SNI)
  Versions       TLS 1.3, TLS 1.2
  ALPN           h2, http/1.1
  Cipher suites  TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  Groups         X25519MLKEM768, x25519
  Signatures     ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256
  Post-handshake authentication is not offered

Connection
  TLS            TLS 1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768, http/1.1
  A certificate  was asked for in the first handshake
  Issuers        1 name, 23 bytes:
                 CN=Lab root
  Signatures     ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256
  Sent           2 certificates
  Request        GET /
  By             curl/8.14
  Answer         HTTP 200
""",
    visits.expired: """\
REFUSED  1  2026-11-20T12:00:01Z  127.0.0.1:50123  the client certificate CN=alice is not valid: expired at \
2026-11-19T12:00:00Z
         Windows: CERT_E_EXPIRED 0x800B0101 (-2146762495), chain 0, element 0, policy ssl.
         Change: Renew the certificate, and give the client the new one.
""",
    visits.distrusting: """\
NOT TRUSTED  1  2026-11-20T12:00:01Z  127.0.0.1:50123  the client refused the listener's certificate: it does not \
know the CA
             It broke off with the alert unknown_ca (48).
             Change: Have the client trust CN=Lab root, which issued the listener's certificate (curl: --cacert), or \
start the listener with a certificate that the client trusts (--cert).
""",
    visits.leaving: """\
LEFT     1  2026-11-20T12:00:01Z  127.0.0.1:50123  the client closed the connection when it was shown the listener's \
certificate and asked for its own
         Some clients say nothing of a certificate that they do not trust; browsers close like this, too, while they \
ask their user which certificate to send, and come back.
""",
    visits.plain_http: """\
NOT REACHED  1  2026-11-20T12:00:01Z  127.0.0.1:50123  the client does not speak TLS
             It ended so.
             Change: Give the client an address with https:// or ldaps://, or have it ask for StartTLS (LDAP only).

Connection
  TLS            nothing was agreed on
  Handshake      failed after 0.100 s: it ended so  (not-tls, peer)
  Closed         by the client, without an alert
""",
}
PARTS = {
    visits.untrusted: """
HTTP_SSL_CLIENT_CERT_INFO
  CertFlags           CERT_E_UNTRUSTEDROOT 0x800B0109 (-2146762487)
  CertEncodedSize     {size}
  pCertEncoded        {size} octets of DER, in the JSON report
  Token               NULL
  CertDeniedByMapper  FALSE
  IIS sc-status       403.16 Client certificate is untrusted or invalid
  IIS sc-win32-status CERT_E_UNTRUSTEDROOT 0x800B0109 (-2146762487)
""",
    visits.bound: """
  Asked          ExtendedRequest 1.3.6.1.4.1.1466.20037 (StartTLS): success (0)
  Asked          BindRequest EXTERNAL: success (0)
  Asked          SearchRequest: success (0)
""",
    visits.denied: "\n  CertDeniedByMapper  TRUE\n",
}


def written(make: Make, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    file = io.StringIO()
    write_visit(visit_document(make()), file, verbosity)
    return file.getvalue()


@pytest.mark.parametrize("make", FIRST_LINES, ids=lambda make: make.__name__)
def test_first_lines(make: Make) -> None:
    assert written(make).startswith(FIRST_LINES[make])


@pytest.mark.parametrize("make", PARTS, ids=lambda make: make.__name__)
def test_parts(make: Make) -> None:
    size = len(reports.lab().bob.der)
    assert PARTS[make].format(size=size) in written(make)


@pytest.mark.parametrize("make", visits.ALL, ids=lambda make: make.__name__)
def test_quiet_is_one_line(make: Make) -> None:
    told = written(make, Verbosity.QUIET)
    assert told.count("\n") == 1
    assert told.split()[0] in ("OK", "REFUSED", "PROBLEM", "NOT", "LEFT")


def test_verbose_has_every_fact_of_what_was_sent() -> None:
    told = written(visits.good, Verbosity.VERBOSE)
    assert "Cipher suites  0x1a1a (GREASE), TLS_AES_128_GCM_SHA256" in told
    assert "extended key usage clientAuth" in told
    assert "Trusting       --ca" in told


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("verbosity", Verbosity)
@pytest.mark.parametrize("make", visits.ALL, ids=lambda make: make.__name__)
def test_it_fits_the_terminal(make: Make, verbosity: Verbosity, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    file = Terminal()
    write_visit(visit_document(make()), file, verbosity)
    for line in _STYLE.sub("", file.getvalue()).splitlines():
        assert cell_len(line) <= columns


@pytest.mark.parametrize("verbosity", Verbosity)
def test_nothing_of_a_stranger_reaches_the_terminal(verbosity: Verbosity) -> None:
    told = written(visits.hostile, verbosity)
    assert all(character.isprintable() or character == "\n" for character in told)
    assert len(told) < 40_000


def test_whose_token_it_would_be() -> None:
    assert "\n  Token               a token of alice, with the DS mapper\n" in written(visits.let_in)
    assert "\n  Token               NULL\n" in written(visits.denied)


def test_a_probe_is_no_visit() -> None:
    with pytest.raises(ValueError, match="probe"):
        write_visit(document(reports.accepted()), io.StringIO(), Verbosity.NORMAL)
