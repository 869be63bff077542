"""The report for people: what its first lines say, and what it never lets through."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len

from certprobe.lab.der import oid, sequence
from certprobe.lab.pki import Extension, common_name_only
from certprobe.pki.certificate import Certificate
from certprobe.pki.extensions import APPLICATION_POLICIES
from certprobe.render.text import render_text
from certprobe.render.verbosity import Verbosity
from certprobe.report.model import Conclusion, Outcome, ProbeReport
from certprobe.tls.enums import SignatureScheme
from tests.render.terminal import Terminal
from tests.report import reports

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
Make = Callable[[], ProbeReport]

FIRST_LINES = {
    reports.accepted: """\
OK       https://localhost:8443/  the server accepted the client certificate CN=alice
         HTTP 200 OK was the answer.

Connection
""",
    reports.refused: """\
REFUSED  https://localhost:8443/  the server does not trust the issuer of CN=bob
         The server refused with the alert unknown_ca (48).
         Change: Use a certificate issued under one of the listed CAs.
PROBLEM  the server's certificate is not valid
         It has expired.
NOTE     the list is malformed
         Hint: Trust fewer CAs on the server.

Connection
""",
    reports.not_reached: """\
NOT REACHED  https://localhost:8443/  nothing listens there: the connection was refused
             Change: Check that the service runs and that this is its port.

Connection
  Address        none was reached
  Connecting     failed after 0.001 s: connection refused  (connection-refused, network)

What you gave
  No client certificate; --cert FILE gives one.

Judged
""",
    reports.paths: """\
REFUSED  https://localhost:8443  the server refused CN=alice

Which path asks for a certificate
  path      asks            list  sent      answer
  /private  post-handshake  A     number 1  HTTP 403 Forbidden
  /         no              -     nothing   HTTP 200 OK
  List A         an empty list: any issuer may do

Connection: /private
""",
    reports.experiments: """\
PROBLEM  https://localhost:8443/  the server asks for a client certificate, but lets in who has none
         Without a certificate: TLS let us through, HTTP 200 OK.
         Change: nginx: ssl_verify_client on demands one, optional does not.

What the server accepts
        certificate     CA listed  against it      what the server did
  !  -  no certificate  -          -               TLS let us through, HTTP 200 OK
     1  CN=alice        yes        nothing         TLS let it through, HTTP 200 OK
     2  CN=bob          no         not-time-valid  refused after the handshake: the alert unknown_ca (48)
     3  CN=alice        -          -               not tried: its private key is not there
  ! is not what the server announces.
""",
    reports.directory: """\
REFUSED  ldap://dc1.lab.test  the server maps CN=alice to no account
         Change: Add the mapping.

Connection
""",
    reports.broken: """\
NOT REACHED  https://localhost:8443/  the server was not reached

Connection
""",
}


def text_of(report: ProbeReport, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    """As in a pipe."""
    file = io.StringIO()
    render_text(report, file, verbosity)
    return file.getvalue()


def on_terminal(report: ProbeReport, verbosity: Verbosity = Verbosity.NORMAL) -> str:
    file = Terminal()
    render_text(report, file, verbosity)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("make", FIRST_LINES, ids=lambda make: make.__name__)
def test_first_lines_say_what_happened_and_what_to_change(make: Make) -> None:
    assert text_of(make()).startswith(FIRST_LINES[make])


@pytest.mark.parametrize("make", FIRST_LINES, ids=lambda make: make.__name__)
def test_quiet_is_the_first_line(make: Make) -> None:
    assert text_of(make(), Verbosity.QUIET) == FIRST_LINES[make].splitlines(keepends=True)[0]


@pytest.mark.parametrize(("outcome", "word"), [
    (Outcome.ACCEPTED, "OK  "),
    (Outcome.ACCEPTED_NOT_MAPPED, "OK  "),
    (Outcome.ACCEPTED_ANONYMOUSLY, "OK  "),
    (Outcome.NOT_ASKED, "OK  "),
    (Outcome.REFUSED_BY_ALERT, "REFUSED  "),
    (Outcome.REFUSED_BY_CLOSE, "REFUSED  "),
    (Outcome.REFUSED_BY_HTTP_STATUS, "REFUSED  "),
    (Outcome.REFUSED_BY_LDAP_RESULT, "REFUSED  "),
    (Outcome.NOT_MAPPED, "REFUSED  "),
    (Outcome.TLS_TERMINATOR, "REFUSED  "),
    (Outcome.UNANSWERED, "NO ANSWER  "),
    (Outcome.NOT_REACHED, "NOT REACHED  "),
    (Outcome.UNUSABLE_INPUT, "UNUSABLE INPUT  "),
])  # fmt: skip
def test_every_outcome_has_its_word_and_a_title(outcome: Outcome, word: str) -> None:
    bare = reports.accepted()._replace(conclusion=Conclusion(outcome, ()))
    assert re.fullmatch(
        rf"{word} *https://localhost:8443/  (the server|what was given) .+\n", text_of(bare, Verbosity.QUIET)
    )


def test_problem_elsewhere_makes_an_accepted_login_a_problem() -> None:
    report = reports.accepted()._replace(conclusion=Conclusion(Outcome.ACCEPTED, (reports.EXPIRED, reports.MALFORMED)))
    assert text_of(report).startswith("PROBLEM  https://localhost:8443/  the server's certificate is not valid\n")


@pytest.mark.parametrize(("make", "line"), [
    (reports.accepted, "  Issuers        1 name, 29 bytes:\n                 CN=Lab issuing CA\n"),
    (reports.accepted, "  Key types      rsa_sign, ecdsa_sign\n"),
    (reports.accepted, "  OCSP staple    says nothing but unauthorized\n"),
    (reports.accepted, "  1  CN=alice  fits, chosen\n  2  CN=bob  does not fit: expired on 2026-11-19T12:00:00Z"),
    (
        reports.accepted,
        " (and 1 more reason, -v shows all)\n     Change: have a new certificate issued by CN=Lab issuing CA\n",
    ),
    (reports.accepted, "  Sent           CN=alice, with 1 intermediate  in the first handshake\n"),
    (reports.accepted, "  HTTP           200 OK  for /\n"),
    (reports.accepted, "  SSL   passes  ERROR_SUCCESS 0x00000000 (0)\n"),
    (reports.accepted, "  CertFlags that http.sys would give: ERROR_SUCCESS 0x00000000 (0)\n"),
    (reports.refused, "  Alert          unknown_ca (48), fatal (2), sent by the peer\n"),
    (reports.refused, "a Windows program sees SEC_E_UNTRUSTED_ROOT 0x80090325 (-2146893019)\n"),
    (reports.refused, "  Our alert      decode_error (50), fatal (2), sent by us, not by the server\n"),
    (reports.refused, "  SSL   fails  CERT_E_EXPIRED 0x800B0101 (-2146762495)  chain 0 element 0\n        expired\n"),
    (reports.refused, "     outside its validity period: expired at 2026-11-17T12:00:00Z"),
    (reports.refused, " (CERT_TRUST_IS_NOT_TIME_VALID, RFC 5280 4.1.2.5)\n"),
    (reports.refused, "  Note           bob.pem: block 2 is no certificate\n"),
    (reports.paths, "  Nothing: it did not ask for a client certificate.\n"),
    (reports.paths, "  A certificate  after the handshake\n  Issuers        any: the list is empty\n"),
    (reports.directory, "  StartTLS       success (0)\n\nWhat the server asked for\n"),
    (reports.directory, "  Issuers        any: no list was sent\n"),
    (reports.directory, "  EXTERNAL bind  invalidCredentials (49)\n                 \"LdapErr\"\n"),
    (reports.directory, "  WhoAmI         anonymous  before the bind\n"),
    (reports.directory, "                 supportedSASLMechanisms: EXTERNAL, GSSAPI\n"),
    (reports.broken, "  TLS            0x7f1c\n  Cipher suite   0xeeee\n  Group          0xfefe\n"),
    (reports.broken, "     cannot be read: Certificate: value at byte 0 claims 97 bytes, 5 are left\n"),
    (reports.broken, "  Malformed      oid_filters: 9 octets declared\n"),
    (reports.broken, "  Sent           no answer: the conversation ended first  in the first handshake\n"),
])  # fmt: skip
def test_shows(make: Make, line: str) -> None:
    assert line in text_of(make())


def test_long_list_is_cut_and_shown_whole_by_verbose() -> None:
    names = [common_name_only(f"CA {number}") for number in range(600)]
    asking = reports.asked(reports.request(*names), reports.store())
    pair = reports.attempt(reports.tls(asking)), Conclusion(Outcome.ACCEPTED, ())
    report = reports.report(reports.store(), pair)
    shown = text_of(report)
    assert "CN=CA 9\n                 ... and 590 more (-v shows all)\n" in shown
    assert "CN=CA 10\n" not in shown
    assert "CN=CA 599\n" in text_of(report, Verbosity.VERBOSE)


def test_long_list_of_algorithms_is_cut_and_shown_whole_by_verbose() -> None:
    asking = reports.request()._replace(signature_algorithms=tuple(SignatureScheme)[:9])
    facts = reports.tls(reports.asked(asking, reports.store()))
    report = reports.report(reports.store(), (reports.attempt(facts), Conclusion(Outcome.ACCEPTED, ())))
    assert "ecdsa_sha1, rsa_pkcs1_sha224, dsa_sha224 and 3 more (-v shows all)\n" in text_of(report)
    assert "dsa_sha224, ecdsa_sha224, rsa_pkcs1_sha256, dsa_sha256\n" in text_of(report, Verbosity.VERBOSE)


def test_connections_of_one_path_are_numbered() -> None:
    one = reports.directory()
    report = one._replace(attempts=one.attempts * 2, conclusions=one.conclusions * 2)
    line = "the server maps CN=alice to no account\n"
    assert f"  REFUSED  connection 1  {line}  REFUSED  connection 2  {line}" in text_of(report)
    assert text_of(report).startswith("REFUSED  ldap://dc1.lab.test  ")
    assert "\nConnection: connection 2\n" in text_of(report)


def test_verbose_gives_every_reason_with_its_clause_and_change() -> None:
    shown = text_of(reports.accepted(), Verbosity.VERBOSE)
    assert (
        "     FAIL  dates     expired on 2026-11-19T12:00:00Z, 1 day before 2026-11-20T12:00:00Z (RFC 5280 4.1" in shown
    )
    assert "issued by CN=Other root, which the server does not list; it lists CN=Lab issuing CA (RFC 5246" in shown
    assert "\n     Change: have a new certificate issued by CN=Lab issuing CA\n" in shown
    assert "     names dNSName localhost, iPAddress 127.0.0.1\n" in shown


def test_verbose_has_application_policies_beside_the_usages() -> None:
    policies = Extension(APPLICATION_POLICIES, sequence(sequence(oid("1.3.6.1.5.5.7.3.2")), sequence(oid("1.2.3"))))
    server = Certificate(reports.lab().root.server("x.test", extensions=(policies,)).der)
    report = reports.accepted()
    (attempt,) = report.attempts
    assert attempt.tls is not None
    changed = attempt._replace(tls=attempt.tls._replace(certificates=(server,)), server=None)
    shown = text_of(report._replace(attempts=(changed,)), Verbosity.VERBOSE)
    assert "     extended key usage serverAuth\n     application policies clientAuth, 1.2.3\n" in shown


def test_chain_of_an_earlier_path_is_not_told_twice() -> None:
    one = reports.paths()
    report = one._replace(attempts=(one.attempts[1], one.attempts[1]._replace(path="/again")))
    assert "Server chain: /again\n  The same as for /.\n" in text_of(report)
    assert "Server chain: /again\n  0  CN=localhost" in text_of(report, Verbosity.VERBOSE)


@pytest.mark.parametrize("verbosity", Verbosity)
@pytest.mark.parametrize("render", [text_of, on_terminal])
def test_hostile_text_reaches_no_terminal(render: Callable[..., str], verbosity: Verbosity) -> None:
    shown = _STYLE.sub("", render(reports.hostile(), verbosity))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert len(shown) < 200_000
    harmless = "[red]evil[/red]\\x1b]0;owned\\x07\\x1b[2J\\u{202e}gnp.exe\\x00\\x0d\\x0a\\x9b31m\\u{200b}:smile:"
    assert harmless in "".join(shown.split())


@pytest.mark.parametrize("columns", [40, 50, 80, 120])
@pytest.mark.parametrize("make", reports.ALL, ids=lambda make: make.__name__)
def test_no_line_is_wider_than_the_terminal(make: Make, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    shown = on_terminal(make(), Verbosity.VERBOSE)
    assert max(map(cell_len, shown.splitlines())) <= columns
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_pipe_neither_wraps_nor_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = text_of(reports.refused())
    assert "\x1b" not in shown
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) > 150
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_terminal_gets_colour_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;31mREFUSED" in on_terminal(reports.refused())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal(reports.refused())


def test_what_the_file_cannot_encode_is_spelled_out() -> None:
    asking = reports.asked(reports.request(common_name_only("Jürgen")), reports.store())
    report = reports.report(reports.store(), (reports.attempt(reports.tls(asking)), Conclusion(Outcome.ACCEPTED, ())))
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    render_text(report, file, Verbosity.NORMAL)
    file.flush()
    assert b"CN=J\\u{fc}rgen\n" in raw.getvalue()
    assert "CN=Jürgen\n" in text_of(report)
