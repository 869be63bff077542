"""`--callback-exec`: a program decides what is sent, by either contract; what becomes of one that does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.cli.command import Document, certprobe, report
from tests.cli.identities import (
    ALICE_NUMBER,
    EXPIRED_NUMBER,
    FOREIGN_NUMBER,
    UNMAPPED,
    UNMAPPED_NUMBER,
    body,
    request_of,
)
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.site import PKCS12_PASSWORD, Site
from tests.peers.slapd import Slapd
from tests.report import schemas


def program(directory: Path, *lines: str, name: str = "pick") -> Path:
    path = directory / name
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return path


def test_program_chooses_another(site: Site, optional: Callable[..., Document], tmp_path: Path) -> None:
    pick = program(tmp_path, 'echo "{\\"number\\": $1, \\"note\\": \\"as told\\"}"')
    document = optional("--cert", site.store_file, "--callback-exec", f"{pick} {UNMAPPED_NUMBER}")
    assert body(document).startswith(f"verify=SUCCESS subject={UNMAPPED}")
    request = request_of(document)
    assert (request["selection"]["how"], request["note"]) == ("by-callback", "as told")
    assert [each["number"] for each in request["selection"]["candidates"]] == [1, 2, 3, 4]


def test_program_stays_anonymous(site: Site, optional: Callable[..., Document], tmp_path: Path) -> None:
    pick = program(tmp_path, "echo 'no card' >&2", "echo '{\"anonymous\": true}'")
    document = optional("--cert", site.store_file, "--callback-exec", pick)
    assert body(document).startswith("verify=NONE subject=")
    assert request_of(document)["note"] == "no card"


def test_program_may_send_what_does_not_fit(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    pick = program(tmp_path, f"echo '{{\"number\": {EXPIRED_NUMBER}}}'")
    arguments = ("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--trust", site.root_file)
    document = report(*arguments, "--callback-exec", pick)
    assert request_of(document)["chosen"]["number"] == EXPIRED_NUMBER
    assert document["verdict"]["outcome"] == "refused-by-http-status"


def asked(site: Site, tmp_path: Path, answer: str, *arguments: str | Path | int) -> tuple[Document, list[Document]]:
    """The report, and every question that the program was asked, held to the schema."""
    pick = program(tmp_path, f"question=$(mktemp {tmp_path}/question.XXXXXX)", "cat >$question", answer)
    document = report(*arguments, "--callback-exec", pick, "--cert", site.store_file, "--trust", site.root_file)
    files = sorted(tmp_path.glob("question.*"), key=lambda path: path.stat().st_mtime_ns)
    questions = [json.loads(path.read_text()) for path in files]
    for question in questions:
        jsonschema.Draft202012Validator(schemas.schema(schemas.QUESTION)).validate(question)
    return document, questions


def test_question_in_a_late_phase(site: Site, apache: Apache, tmp_path: Path) -> None:
    url = f"https://localhost:{apache.location_tls13}/secret/"
    document, (question,) = asked(site, tmp_path, f"echo '{{\"number\": {ALICE_NUMBER}}}'", "https", url)
    assert document["verdict"]["outcome"] == "accepted"
    assert (question["contract"], question["url"], question["phase"]) == ("QUERYCLIENTCERT", url, "post-handshake")


def test_question_is_what_the_report_says(site: Site, slapd: Callable[[str], Slapd], tmp_path: Path) -> None:
    url = f"ldaps://localhost:{slapd('demand').ldaps}"
    document, (question,) = asked(site, tmp_path, f"echo '{{\"number\": {ALICE_NUMBER}}}'", "ldap", url)
    request = request_of(document)
    answered = {"selection": None, "chosen": None, "sent": None, "note": None}
    assert question["certificate_request"] == {**request, **answered}
    assert question["trusted_CAs"] == request["certificate_authorities"]
    for ours, theirs in zip(question["candidates"], request["selection"]["candidates"], strict=True):
        assert {name: theirs[name] for name in ours if name in theirs}.items() <= ours.items()
        assert ours["fits"] == (theirs["rejections"] == [])


def test_channel_opens_again_with_the_issuer_list(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    answer = (
        f"if grep -q '\"issuer_list\": null' $question; then echo '{{\"number\": {FOREIGN_NUMBER}}}'; "
        f"else echo '{{\"number\": {ALICE_NUMBER}}}'; fi"
    )
    arguments = ("https", f"https://localhost:{nginx.on}/", "--callback-contract", "get-cert")
    document, questions = asked(site, tmp_path, answer, *arguments)
    assert [each["contract"] for each in questions] == ["WS_GET_CERT_CALLBACK"] * 2
    root = ["CN=Lab root,O=Lab,DC=lab,DC=test"]
    issuers = [each["issuer_list"] for each in questions]
    assert issuers[0] is None
    assert [each["rfc4514"] for each in issuers[1]] == root
    outcomes = [each["conclusion"]["outcome"] for each in document["attempts"]]
    assert outcomes == ["refused-by-http-status", "accepted"]


def test_channel_through_another_address(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    place = f"127.0.0.1:{nginx.optional}"
    arguments = ("https", "https://localhost/", "--connect", place, "--callback-contract", "get-cert")
    _, (question,) = asked(site, tmp_path, "echo '{\"anonymous\": true}'", *arguments)
    assert (question["url"], question["via_uri"]) == ("https://localhost/", f"//{place}")


@pytest.mark.parametrize("contract", ["query-client-cert", "get-cert"])
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("exit 0",), "wrote no answer to its standard output"),
        (("echo alice",), "answered 'alice', which is no JSON: "),
        (("printf '{\\377}'",), "answered with octets that are no UTF-8"),
        (("echo '{\"number\": 9}'",), "9 names no certificate; there are: 1: CN=alice"),
        (("yes",), "wrote more than 65536 octets to its standard output"),
        (("echo '{\"number\": 1}'; exit 3",), "ended with exit status 3"),
        (("printf 'no \\033[31mcard\\n at all\\n' >&2; exit 3",), r"ended with exit status 3: no \x1b[31mcard"),
        (("kill -TERM $$",), "was ended by SIGTERM"),
        (("sleep 300",), "seconds, and was killed"),
    ],
)
def test_program_that_gives_no_answer(
    site: Site, nginx: Nginx, tmp_path: Path, contract: str, lines: tuple[str, ...], words: str
) -> None:
    pick = program(tmp_path, *lines)
    arguments = ("--cert", site.store_file, "--trust", site.root_file, "--timeout", "2")
    url = f"https://localhost:{nginx.optional}/"
    asking = ("https", url, *arguments, "--callback-exec", pick, "--callback-contract", contract)
    document = certprobe(*asking, "--format", "json").document
    (cause,) = document["verdict"]["causes"]
    assert (document["verdict"]["outcome"], cause["code"]) == ("unusable-input", "callback")
    assert f"program {pick} " in cause["detail"].replace("Program", "program")
    assert words.replace(r"\x1b", "\x1b") in cause["detail"]
    (attempt,) = document["attempts"]
    assert (attempt["stages"][-1]["kind"], attempt["stages"][-1]["party"]) == ("callback", "ourselves")
    assert (attempt["tls"] is None) == (contract == "get-cert")


def test_words_of_a_program_are_harmless_on_a_terminal(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    pick = program(tmp_path, r"printf 'no \033[31mcard\n' >&2; exit 3")
    url = f"https://localhost:{nginx.optional}/"
    ran = certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file, "--callback-exec", pick)
    assert (ran.exit_code, ran.stderr) == (4, "")
    assert r"ended with exit status 3: no \x1b[31mcard" in " ".join(ran.head.split())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--callback-exec", "nowhere-at-all"), 4, "there is no program nowhere-at-all in PATH"),
        (("--callback-exec", "/nowhere/at-all"), 4, "program /nowhere/at-all cannot be run: No such file or directory"),
        (("--callback-exec", ""), 2, "'' names no program"),
        (("--callback-exec", "true", "--callback", "a:b"), 2, "--callback and --callback-exec exclude each other"),
        (("--callback-exec", "true", "--select", "1"), 2, "--select and --callback-exec exclude each other"),
        (("--callback-exec", "true", "--accepts"), 2, "--accepts and --callback-exec exclude each other"),
        (("--callback-contract", "get-cert"), 2, "--callback-contract is for --callback-exec"),
        (("--callback", "no-such-plug-in"), 4, "there is no plug-in no-such-plug-in; installed are: "),
    ],
)
def test_command_line_that_cannot_be_meant(site: Site, arguments: tuple[str, ...], code: int, words: str) -> None:
    ran = certprobe("https", "https://localhost:1/", "--cert", site.store_file, *arguments)
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert words in ran.stderr


def test_program_without_a_shebang(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    pick = program(tmp_path)
    pick.write_text("echo '{\"number\": 1}'\n")
    url = f"https://localhost:{nginx.optional}/"
    ran = certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file, "--callback-exec", pick)
    assert ran.exit_code == 4
    assert "nor a script that begins with a line like #!/bin/sh" in " ".join(ran.head.split())


def test_program_does_not_see_our_passwords(site: Site, optional: Callable[..., Document], tmp_path: Path) -> None:
    pick = program(tmp_path, f"env >{tmp_path}/environment", "echo '{\"number\": 1}'")
    secrets = {"STORE_PASSWORD": PKCS12_PASSWORD.decode(), "CERTPROBE_PROXY_PASSWORD": "hunter2", "CARD": "blue"}
    secrets["CERTPROBE_MAP_PASSWORD"] = "hunter2"
    arguments = ("--cert", site.pkcs12_file, "--password-env", "STORE_PASSWORD", "--callback-exec", pick)
    document = optional(*arguments, env=secrets)
    assert request_of(document)["chosen"]["number"] == 1
    environment = (tmp_path / "environment").read_text()
    assert "CARD=blue" in environment
    assert "PASSWORD" not in environment
    assert "hunter2" not in environment


def test_question_names_the_friendly_name(site: Site, optional: Callable[..., Document], tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_bytes(PKCS12_PASSWORD)
    pick = program(tmp_path, 'grep -q \'"friendly_name": "Alice of the lab"\' && echo \'{"number": 1}\'')
    optional("--cert", site.pkcs12_file, "--password-file", password, "--callback-exec", pick)
