"""`certprobe explain` as it is run: codes on the command line, logs through a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from tests.cli.command import SECONDS, Answer, Ran, certprobe, on_terminal, started

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
IIS = "2026-11-20 04:01:17 10.0.0.5 GET /app - 443 - 10.0.0.7 curl/8.11 - 403 16 2148204809 15"


def document(ran: Ran) -> Any:
    schema = json.loads(files("certprobe.explain").joinpath("schema.json").read_text())
    read = json.loads(ran.stdout)
    jsonschema.Draft202012Validator(schema).validate(read)
    assert ran.stdout.isascii()
    assert ran.stdout.endswith("}\n")
    return read


# --- codes ------------------------------------------------------------------------------------------------------------


def test_one_code() -> None:
    ran = certprobe("explain", "2148204809")
    assert (ran.exit_code, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == "2148204809  CERT_E_UNTRUSTEDROOT, HRESULT 0x800B0109 (2148204809, -2146762487)"
    assert [line[:17].strip() for line in lines[1:]] == [
        "Where",
        "Means",
        "Usual causes",
        "",
        "",
        "",
        "Change",
        "Defined in",
    ]
    assert lines[2].endswith("The chain does not end in a root certificate that the judging side trusts.")
    assert lines[-1].endswith("winerror.h")


def test_several_readings_are_numbered() -> None:
    ran = certprobe("explain", "48")
    assert ran.exit_code == 0
    assert ran.stdout.startswith("48  may mean 6 things, the likeliest first:\n1  unknown_ca, TLS alert 48\n")
    assert re.findall(r"^\d  .*", ran.stdout, re.MULTILINE) == [
        "1  unknown_ca, TLS alert 48",
        "2  X509_V_ERR_EXCLUDED_VIOLATION, OpenSSL verification 48",
        "3  inappropriateAuthentication, LDAP result 48",
        "4  KDC event 48",
        "5  2 bits of dwErrorStatus 0x00000030 (48)",
        "6  2 bits of dwInfoStatus 0x00000030 (48)",
    ]
    assert "Windows says   SEC_E_UNTRUSTED_ROOT 0x80090325 (-2146893019)" in ran.stdout


def test_a_mask_is_told_bit_by_bit() -> None:
    ran = certprobe("explain", "error:0x10040")
    bits = re.findall(r"^  (0x\d{8}) +(\w+)$", ran.stdout, re.MULTILINE)
    assert bits == [
        ("0x00000040", "CERT_TRUST_REVOCATION_STATUS_UNKNOWN"),
        ("0x00010000", "CERT_TRUST_IS_PARTIAL_CHAIN"),
    ]


def test_negative_numbers_and_words_of_two() -> None:
    ran = certprobe("explain", "-2146762487", "alert", "48", "--format", "json", "-1", "49/52e")
    assert [code["given"] for code in document(ran)["codes"]] == ["-2146762487", "alert 48", "-1", "49", "data 52e"]


@pytest.mark.parametrize("format", ["text", "json"])
def test_what_is_not_known_is_told(format: str) -> None:
    ran = certprobe("explain", "CERT_E_EXPIRED", "0x800B0199", "--format", format)
    assert (ran.exit_code, ran.stderr) == (1, "")
    if format == "json":
        assert document(ran)["unknown"] == ["0x800B0199"]
    else:
        assert ran.stdout.endswith("\n\n0x800B0199  is not known\n")


@pytest.mark.parametrize(("typed", "message"), [
    (["--fromat", "json"], "No such option '--fromat'."),
    (["-2146762487x"], "No such option '-2146762487x'."),
    (["48", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of 'text', 'json'."),
])  # fmt: skip
def test_usage(typed: list[str], message: str) -> None:
    ran = certprobe("explain", *typed)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_unusable_input() -> None:
    with open("/dev/full", "wb") as full:
        process = started("explain", "48", stdout=full)
        _, stderr = process.communicate(timeout=SECONDS)
    assert (process.returncode, stderr) == (4, b"certprobe: standard input or output: No space left on device\n")


def test_no_standard_input() -> None:
    argv = ("sh", "-c", 'exec "$0" -m certprobe explain <&-', sys.executable)
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    message = "certprobe: name a code, or give a log on standard input\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", message)


# --- on terminals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 132])
def test_on_a_terminal(columns: int) -> None:
    ran = on_terminal("explain", "48", "foo", columns=columns)
    assert ran.exit_code == 1
    assert ANSI.search(ran.screen)
    lines = ANSI.sub("", ran.screen.replace("\r\n", "\n")).splitlines()
    assert max(map(len, lines)) <= columns
    # The same words as in a pipe: wrapping loses nothing.
    assert "".join("".join(lines).split()) == "".join(certprobe("explain", "48", "foo").stdout.split())


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color(env: dict[str, str]) -> None:
    assert "\x1b" not in on_terminal("explain", "48", env=env).screen


def test_what_was_typed_is_harmless() -> None:
    ran = certprobe("explain", "\x1b]0;owned\x07[red]\u202e")
    assert ran.exit_code == 1
    assert ran.stdout == "\\x1b]0;owned\\x07[red]\\u{202e}  is not known\n"


def test_a_log_is_pasted() -> None:
    prompt = "certprobe: paste a log, and end it with Ctrl-D"
    ran = on_terminal("explain", answers=[Answer(prompt, "alert number 48\n\x04")], stdout_is_pipe=True)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("alert number 48\n    unknown_ca, TLS alert 48: ")


# --- logs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_a_log_comes_out_with_explanations_between_its_lines(arguments: list[str]) -> None:
    lines = [IIS, "nothing", "", IIS, "\talert number 48"]
    ran = certprobe("explain", *arguments, stdin="\n".join(lines).encode())
    assert (ran.exit_code, ran.stderr) == (0, "")
    out = ran.stdout.splitlines()
    assert out[0] == IIS
    assert out[1].startswith("    Client certificate is untrusted or invalid, IIS sub-status 403.16: The server does")
    assert out[2].startswith("      Change: Install the root")
    assert out[3].startswith("    CERT_E_UNTRUSTEDROOT, HRESULT 0x800B0109: The chain does not")
    assert out[5:9] == ["nothing", "", IIS, "\talert number 48"]
    assert out[9].startswith("    unknown_ca, TLS alert 48: ")
    assert len(out) == 11


def test_a_log_as_json() -> None:
    ran = certprobe("explain", "--format", "json", stdin=f"{IIS}\n\n{IIS}\nSEC_E_NONE_SUCH".encode())
    assert (ran.exit_code, ran.stderr) == (1, "")
    read = document(ran)
    assert [(code["given"], code["occurrences"]) for code in read["codes"]] == [
        ("403.16", {"lines": 2, "first_line": 1}),
        ("2148204809", {"lines": 2, "first_line": 1}),
    ]
    assert read["unknown"] == ["SEC_E_NONE_SUCH"]


def test_unknown_names_in_a_log_are_told_at_the_end() -> None:
    ran = certprobe("explain", stdin=b"SEC_E_NONE_SUCH\nCERT_E_EXPIRED\n")
    assert ran.exit_code == 1
    assert ran.stderr == "certprobe: not known: SEC_E_NONE_SUCH\n"


def test_no_log_at_all() -> None:
    ran = certprobe("explain")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_logs(encoding: str) -> None:
    ran = certprobe(
        "explain", stdin="Grüße: SEC_E_CERT_EXPIRED\r\nzwei\r\n".encode(encoding), env={"LC_ALL": "C.UTF-8"}
    )
    lines = ran.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("Grüße: SEC_E_CERT_EXPIRED", "zwei")
    assert lines[1].startswith("    SEC_E_CERT_EXPIRED, HRESULT 0x80090328: ")


def test_strange_octets_are_shown_and_do_no_harm() -> None:
    hostile = b"\xff\x00\x1b[2J\x9b31m\xe2\x80\xae alert number 48 \xc3"
    ran = certprobe("explain", stdin=hostile)
    assert ran.exit_code == 0
    assert not CONTROLS.search(ran.stdout)
    assert ran.stdout.splitlines()[0] == "\\xff\\x00\\x1b[2J\\x9b31m\\u{202e} alert number 48 \\xc3"
    assert "TLS alert 48" in ran.stdout


def test_a_line_without_end_is_read_in_pieces() -> None:
    ran = certprobe("explain", stdin=b"x" * 200_000 + b" alert number 48")
    lines = ran.stdout.splitlines()
    assert [len(line) for line in lines[:4]] == [65536, 65536, 65536, 200_000 + 16 - 3 * 65536]
    assert "TLS alert 48" in lines[4]


def test_each_line_comes_out_when_it_came_in() -> None:
    process = started("explain", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for line in (b"one\n", b"two\n"):
        process.stdin.write(line)
        process.stdin.flush()
        assert process.stdout.readline() == line
    assert (process.communicate(timeout=SECONDS), process.returncode) == ((b"", b""), 0)


@pytest.mark.parametrize(("arguments", "expected"), [(["48"], 0), (["foo"], 1), ([], 0)])
def test_closed_pipe_keeps_the_exit_code(arguments: list[str], expected: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as output:
        process = started("explain", *arguments, stdin=subprocess.PIPE, stdout=output)
        _, stderr = process.communicate(b"alert number 48\n" * 10_000, timeout=SECONDS)
    assert (process.returncode, stderr) == (expected, b"")


def test_locale_without_unicode() -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert certprobe("explain", stdin="Grüße".encode(), env=env).stdout == "Gr\\u{fc}\\u{df}e\n"


def test_json_needs_no_rich() -> None:
    argv = (sys.executable, "-X", "importtime", "-m", "certprobe", "explain", "48", "--format", "json")
    ran = subprocess.run(argv, capture_output=True, text=True, check=True)
    modules = set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", ran.stderr, re.MULTILINE))
    assert "certprobe.explain.lookup" in modules
    assert modules & {"rich", "cryptography", "OpenSSL", "sansldap", "certprobe.probe"} == set()
