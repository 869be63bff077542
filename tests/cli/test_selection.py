"""Point 2: which certificate is sent, who decides it, and that nothing is sent that was not asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from certprobe.pki.certificate import Certificate
from tests.cli.command import Answer, Arguments, Document, Ran, certprobe, on_terminal, report
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.s_server import REQUEST
from tests.peers.site import PKCS12_PASSWORD, Identity, Site
from tests.peers.slapd import Slapd

ALICE = "CN=alice,OU=people,DC=lab,DC=test"
UNMAPPED = "CN=unmapped,OU=machines,DC=lab,DC=test"
# The store's order is that of its certificates: foreign, expired, alice, unmapped.
FOREIGN_NUMBER, EXPIRED_NUMBER, ALICE_NUMBER, UNMAPPED_NUMBER = range(1, 5)


def body(document: Document) -> str:
    (attempt,) = document["attempts"]
    return base64.b64decode(attempt["http"]["answer"]["body"]).decode()


def request_of(document: Document) -> Document:
    return document["attempts"][-1]["tls"]["certificate_requests"][-1]  # type: ignore[no-any-return]


@pytest.fixture
def optional(site: Site, nginx: Nginx) -> Callable[..., Document]:
    """A run against nginx that asks, takes what it can verify, and says whom it saw."""

    def run(*arguments: Arguments) -> Document:
        return report("https", f"https://localhost:{nginx.optional}/", "--trust", site.root_file, *arguments)

    return run


# --- the store against the request ------------------------------------------------------------------------------------


def test_every_candidate_with_every_reason(site: Site, optional: Callable[..., Document]) -> None:
    document = optional("--cert", site.store_file)
    assert [each["number"] for each in document["store"]["identities"]] == [1, 2, 3, 4]
    selection = request_of(document)["selection"]
    assert selection["how"] == "automatic"
    reasons = [[each["reason"] for each in candidate["rejections"]] for candidate in selection["candidates"]]
    assert reasons == [["issuer-not-listed"], ["not-time-valid"], [], []]
    assert [candidate["subject"] for candidate in selection["candidates"]] == [ALICE, ALICE, ALICE, UNMAPPED]
    assert request_of(document)["chosen"]["number"] == ALICE_NUMBER
    assert f"verify=SUCCESS subject={ALICE}" in body(document)


def test_all_reasons_are_kept(site: Site, optional: Callable[..., Document]) -> None:
    document = optional("--cert", site.clients.expired.certificate, "--cert", site.clients.wrong_usage.certificate)
    first, second = request_of(document)["selection"]["candidates"]
    assert {each["reason"] for each in first["rejections"]} == {"no-private-key", "not-time-valid", "issuer-not-listed"}
    reasons = {each["reason"] for each in second["rejections"]}
    assert reasons == {"no-private-key", "wrong-extended-key-usage", "issuer-not-listed"}
    assert all(each["clause"] and each["detail"] and each["change"] for each in first["rejections"])


def test_issuer_matches_through_the_identitys_own_intermediates(site: Site, optional: Callable[..., Document]) -> None:
    """The list names the root; alice is of the issuing CA, whose certificate lies beside hers or does not."""
    key = ("--key", site.clients.alice.key)
    alone = optional("--cert", site.clients.alice.certificate, *key)
    (candidate,) = request_of(alone)["selection"]["candidates"]
    assert [each["reason"] for each in candidate["rejections"]] == ["issuer-not-listed"]
    assert alone["verdict"]["exit_code"] == 1
    assert "add the certificate of CN=Lab issuing CA" in candidate["rejections"][0]["change"]
    together = optional("--cert", site.clients.alice.chain, *key)
    assert f"verify=SUCCESS subject={ALICE}" in body(together)
    assert len(request_of(together)["sent"]) == 2
    apart = optional("--cert", site.clients.alice.certificate, *key, "--cert", site.authorities_file)
    assert f"verify=SUCCESS subject={ALICE}" in body(apart)
    assert len(request_of(apart)["sent"]) == 2, "the root is not sent"


def test_pkcs12(site: Site, optional: Callable[..., Document], tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_bytes(PKCS12_PASSWORD + b"\n")
    document = optional("--cert", site.pkcs12_file, "--password-file", password)
    (identity,) = document["store"]["identities"]
    assert identity["friendly_name"] == "Alice of the lab"
    assert f"verify=SUCCESS subject={ALICE}" in body(document)


# --- the user names one -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "number", "how", "seen"),
    [
        ("auto", ALICE_NUMBER, "automatic", f"verify=SUCCESS subject={ALICE}"),
        ("none", None, "anonymous-by-choice", "verify=NONE subject="),
        (str(UNMAPPED_NUMBER), UNMAPPED_NUMBER, "by-user", f"verify=SUCCESS subject={UNMAPPED}"),
        ("subject=unmapped", UNMAPPED_NUMBER, "by-user", f"verify=SUCCESS subject={UNMAPPED}"),
        (f"subject={UNMAPPED.lower()}", UNMAPPED_NUMBER, "by-user", f"verify=SUCCESS subject={UNMAPPED}"),
    ],
)
def test_select(
    site: Site, optional: Callable[..., Document], choice: str, number: int | None, how: str, seen: str
) -> None:
    document = optional("--cert", site.store_file, "--select", choice)
    request = request_of(document)
    assert request["selection"]["how"] == how
    assert (request["chosen"] or {}).get("number") == number
    assert body(document).startswith(seen)


@pytest.mark.parametrize("digest", ["thumbprint", "sha256"])
def test_select_by_thumbprint(site: Site, optional: Callable[..., Document], digest: str) -> None:
    digits = getattr(Certificate(site.clients.unmapped.issued.der), digest).upper()
    colons = ":".join(digits[start : start + 2] for start in range(0, len(digits), 2))
    for spelled in (digits, colons):
        document = optional("--cert", site.store_file, "--select", f"thumbprint={spelled}")
        assert f"subject={UNMAPPED}" in body(document)


def test_what_is_named_is_sent_even_if_it_does_not_fit(site: Site, optional: Callable[..., Document]) -> None:
    document = optional("--cert", site.store_file, "--select", str(EXPIRED_NUMBER))
    assert document["verdict"]["outcome"] == "refused-by-http-status"
    assert document["verdict"]["causes"][0]["code"] == "CERT_E_EXPIRED"
    assert request_of(document)["sent"][0] == request_of(document)["chosen"]["thumbprint"]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("5", "5 names no certificate; there are: 1: CN=alice"),
        ("subject=alice", "subject=alice names 3 certificates: 1: CN=alice"),
        ("subject=bob", "subject=bob names no certificate"),
        (f"thumbprint={'0' * 40}", f"thumbprint={'0' * 40} names no certificate"),
        ("thumbprint=abc", "'abc' is no thumbprint"),
        ("first", "'first' is no choice"),
        ("0", "'0' is no choice"),
    ],
)
def test_a_choice_that_names_none_or_several(site: Site, nginx: Nginx, choice: str, words: str) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--select", choice)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


# --- nothing is sent that was not asked for ---------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["auto", str(ALICE_NUMBER)])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_nothing_is_sent_unasked(site: Site, nginx: Nginx, choice: str, version: str) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    options = ("--select", choice, "--tls-max", version, "--trust", site.root_file)
    document = report("https", url, "--cert", site.store_file, *options)
    assert document["verdict"]["outcome"] == "not-asked"
    assert document["attempts"][0]["tls"]["certificate_requests"] == []
    assert body(document).startswith("verify=NONE subject=\n")


def test_nothing_is_sent_that_the_selection_refused(site: Site, nginx: Nginx) -> None:
    """`optional_no_ca` takes any certificate, of anybody: the server would tell."""
    url = f"https://localhost:{nginx.optional_no_ca}/"
    refused: tuple[Identity, ...] = (site.clients.expired, site.clients.wrong_usage)
    files = [argument for each in refused for argument in ("--cert", each.chain, "--key", each.key)]
    document = report("https", url, *files, "--trust", site.root_file)
    assert request_of(document)["selection"]["how"] == "nothing-fits"
    assert body(document).startswith("verify=NONE subject=\n")
    sent = report("https", url, *files, "--select", "1", "--trust", site.root_file)
    assert "The SSL certificate error" in body(sent)
    assert sent["verdict"]["outcome"] == "refused-by-http-status"


def test_no_certificate_goes_to_slapd_that_never_asks(site: Site, slapd: Callable[..., Slapd]) -> None:
    url = f"ldaps://localhost:{slapd('never').ldaps}"
    document = report("ldap", url, "--cert", site.store_file, "--select", str(ALICE_NUMBER), "--trust", site.root_file)
    assert document["attempts"][0]["asked"] == "not-asked"
    assert document["attempts"][0]["ldap"]["who_am_i_after"]["authzid"] == ""


# --- callbacks --------------------------------------------------------------------------------------------------------

CALLBACKS = """
import time
from certprobe.callbacks import E_FAIL, S_OK, GetCertResult, HResult, WsCustomCertCredential
from certprobe.callbacks import get_cert, query_client_cert

def named(credentials, text):
    return next(each for each in credentials if text in each.certificate.subject.rfc4514)

@query_client_cert
def by_query(connection, trusted_cas):
    assert [name.rfc4514 for name in trusted_cas] == ["CN=Lab root,O=Lab,DC=lab,DC=test"], trusted_cas
    assert connection.url.startswith("https://localhost:"), connection.url
    assert connection.phase.value == "initial", connection.phase
    return named(connection.credentials, "unmapped")

def unmarked(connection, trusted_cas):
    return next(each.credential for each in connection.candidates if not each.rejections)

def anonymous(connection, trusted_cas):
    return None

def false(connection, trusted_cas):
    return False

def raising(connection, trusted_cas):
    raise ValueError("no smart card in the reader")

def leaving(connection, trusted_cas):
    raise SystemExit(7)

def rubbish(connection, trusted_cas):
    return "alice"

def never(connection, trusted_cas):
    while True:
        time.sleep(1)

def one_argument(connection):
    return None

not_callable = 42

@get_cert
def by_get_cert(state, target_address, via_uri, error):
    assert target_address.url.startswith("https://localhost:"), target_address
    assert via_uri is None, via_uri
    return GetCertResult(S_OK, named(state.credentials, "unmapped"))

@get_cert
def get_null(state, target_address, via_uri, error):
    return GetCertResult(S_OK, None)

@get_cert
def get_failure(state, target_address, via_uri, error):
    error.add_string("the token is locked")
    return GetCertResult(E_FAIL, "not looked at")

@get_cert
def get_raising(state, target_address, via_uri, error):
    raise OSError("no token")

@get_cert
def get_rubbish(state, target_address, via_uri, error):
    return None

@get_cert
def get_never(state, target_address, via_uri, error):
    while True:
        time.sleep(1)

@get_cert
def second_try(state, target_address, via_uri, error):
    if state.issuer_list is None:
        error.add_string("the first try")
        return GetCertResult(S_OK, state.credentials[0])
    error.add_string(f"told of {len(state.issuer_list)}")
    def fits(each):
        return any(issuer.issuer in state.issuer_list for issuer in each.intermediates)
    return GetCertResult(S_OK, [each for each in state.credentials if fits(each)][1])

def refuse_list(state, issuer_list, error):
    error.add_string("I will not have it")
    return HResult(E_FAIL)

stubborn = WsCustomCertCredential(
    lambda state, target_address, via_uri, error: GetCertResult(S_OK, state.credentials[0]),
    cert_issuer_list_notification_callback=refuse_list,
)
"""


@pytest.fixture(scope="module")
def callbacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("callbacks") / "pick_one.py"
    file.write_text(CALLBACKS)
    return file


@pytest.mark.parametrize(
    ("name", "seen", "note"),
    [
        ("by_query", f"verify=SUCCESS subject={UNMAPPED}", None),
        ("unmarked", f"verify=SUCCESS subject={ALICE}", None),
        ("anonymous", "verify=NONE subject=", None),
        ("false", "verify=NONE subject=", None),
        ("by_get_cert", f"verify=SUCCESS subject={UNMAPPED}", None),
        ("get_null", "verify=NONE subject=", None),
    ],
)
def test_callback(
    site: Site, optional: Callable[..., Document], callbacks: Path, name: str, seen: str, note: str | None
) -> None:
    document = optional("--cert", site.store_file, "--callback", f"{callbacks}:{name}")
    assert body(document).startswith(seen)
    request = request_of(document)
    assert request["selection"]["how"] == "by-callback"
    assert [each["number"] for each in request["selection"]["candidates"]] == [1, 2, 3, 4]
    assert request["note"] == note
    assert document["verdict"]["exit_code"] == 0


def test_callback_that_stays_anonymous_before_a_server_that_demands(site: Site, nginx: Nginx, callbacks: Path) -> None:
    url = f"https://localhost:{nginx.on}/"
    ran = certprobe(
        "https", url, "--cert", site.store_file, "--callback", f"{callbacks}:anonymous", "--trust", site.root_file
    )
    assert ran.exit_code == 1
    assert "the callback chose to send no client certificate" in ran.head
    assert "HTTP 400" in ran.head


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raising", "raised ValueError: no smart card in the reader"),
        ("leaving", "raised SystemExit: 7"),
        ("rubbish", "returned an object of type str, not a Credential or None"),
        ("never", "did not return within"),
        ("get_failure", "answered E_FAIL, so the channel was not opened: the token is locked"),
        ("get_raising", "raised OSError: no token"),
        ("get_rubbish", "returned None, not an HRESULT and a credential"),
        ("get_never", "did not return within"),
    ],
)
def test_callback_that_gives_no_answer(site: Site, nginx: Nginx, callbacks: Path, name: str, words: str) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:{name}", "--timeout", "2")
    url = f"https://localhost:{nginx.optional}/"
    ran = certprobe("https", url, *options, "--trust", site.root_file)
    assert (ran.exit_code, ran.stderr) == (4, "")
    assert ran.head.startswith("UNUSABLE INPUT ")
    assert "the callback gave no usable answer" in ran.head
    assert f"pick_one:{name}" in ran.head
    assert words in ran.head
    document = certprobe("https", url, *options, "--trust", site.root_file, "--format", "json").document
    assert (document["verdict"]["outcome"], document["verdict"]["causes"][0]["code"]) == ("unusable-input", "callback")
    (attempt,) = document["attempts"]
    assert (attempt["stages"][-1]["kind"], attempt["stages"][-1]["party"]) == ("callback", "ourselves")
    # QUERYCLIENTCERT is asked in the handshake, when the server has shown itself; the other before it begins.
    assert (attempt["tls"] is None) == name.startswith("get_")


@pytest.mark.parametrize(
    ("reference", "code", "words"),
    [
        ("{file}:nowhere", 4, "there is no 'nowhere'"),
        ("{file}:one_argument", 4, "cannot be called as a QUERYCLIENTCERT with (connection, trusted_cas)"),
        ("{file}:not_callable", 4, "is an object of type int, not a function"),
        ("{file}", 2, "is no callback: MODULE:FUNCTION and FILE.py:FUNCTION are"),
        ("nowhere.py:choose", 4, "there is no file nowhere.py"),
        ("no_such_module:choose", 4, "there is no module 'no_such_module'"),
    ],
)
def test_callback_that_cannot_be_had(
    site: Site, nginx: Nginx, callbacks: Path, reference: str, code: int, words: str
) -> None:
    named = reference.format(file=callbacks)
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--callback", named)
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def test_callback_by_module_name(site: Site, nginx: Nginx, callbacks: Path) -> None:
    arguments = ("https", f"https://localhost:{nginx.optional}/", "--cert", site.store_file, "--trust", site.root_file)
    ran = certprobe(*arguments, "--callback", "pick_one:by_query", cwd=callbacks.parent)
    assert f"the server accepted the client certificate {UNMAPPED}" in ran.head


def test_channel_opens_again_with_the_issuer_list(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:second_try", "--trust", site.root_file)
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    first, second = document["attempts"]
    assert first["conclusion"]["outcome"] == "refused-by-http-status"
    assert second["conclusion"]["outcome"] == document["verdict"]["outcome"] == "accepted"
    notes = [each["tls"]["certificate_requests"][0]["note"] for each in (first, second)]
    assert notes == ["the first try", "told of 1"]
    chosen = [each["tls"]["certificate_requests"][0]["chosen"]["number"] for each in (first, second)]
    assert chosen == [FOREIGN_NUMBER, ALICE_NUMBER]
    assert document["verdict"]["exit_code"] == 0


def test_channel_opens_again_only_after_a_refusal(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:by_get_cert", "--trust", site.root_file)
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    assert len(document["attempts"]) == 1


def test_issuer_list_that_the_callback_refuses(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:stubborn", "--trust", site.root_file)
    ran = certprobe("https", f"https://localhost:{nginx.on}/", *options, "--format", "json")
    assert ran.exit_code == 4
    assert "Traceback" not in ran.stderr
    document = ran.document
    assert document["verdict"]["outcome"] == "unusable-input"
    assert "answered E_FAIL: I will not have it" in document["verdict"]["causes"][0]["detail"]
    assert document["attempts"][0]["conclusion"]["outcome"] == "refused-by-http-status"


def test_callback_in_late_phases(site: Site, apache: Apache, tmp_path: Path) -> None:
    file = tmp_path / "phases.py"
    file.write_text(
        "def choose(connection, trusted_cas):\n"
        "    assert connection.phase.value == 'post-handshake'\n"
        "    return connection.credentials[2]\n"
    )
    url = f"https://localhost:{apache.location_tls13}/secret/"
    options = ("--cert", site.store_file, "--callback", f"{file}:choose", "--trust", site.root_file)
    assert report("https", url, *options)["verdict"]["outcome"] == "accepted"


# --- a person at the terminal -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "seen", "how"),
    [
        (f"{UNMAPPED_NUMBER}\n", f"verify=SUCCESS subject={UNMAPPED}", "picked"),
        ("0\n", "verify=NONE subject=", "picked"),
        ("\n", f"verify=SUCCESS subject={ALICE}", "picked"),
    ],
)
def test_pick(site: Site, nginx: Nginx, typed: str, seen: str, how: str) -> None:
    url = f"https://localhost:{nginx.optional}/"
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "--format", "json")
    ran = on_terminal(
        "https", url, *options, answers=[Answer("Send which [3]: ", typed)], stdout_is_pipe=True, columns=200
    )
    document = Ran(ran.exit_code, ran.stdout, ran.screen).document
    assert body(document).startswith(seen)
    assert request_of(document)["selection"]["how"] == how
    assert f"{url} asks for a client certificate (initial)" in ran.screen
    assert "0: none, stay anonymous" in ran.screen
    assert "1: CN=alice" in ran.screen
    assert "does not fit: " in ran.screen


def test_pick_again_after_a_wrong_answer(site: Site, nginx: Nginx) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    answers = [Answer("Send which [3]: ", "9\n"), Answer("Send which [3]: ", "4\n")]
    ran = on_terminal("https", f"https://localhost:{nginx.optional}/", *options, answers=answers, columns=200)
    assert ran.exit_code == 0
    assert f"the server accepted the client certificate {UNMAPPED}" in ran.screen


def test_pick_takes_as_long_as_it_takes(site: Site, nginx: Nginx) -> None:
    """Time at the prompt is not counted: the answer comes after more than the whole --timeout."""
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q", "--timeout", "0.5")
    answer = Answer("Send which [3]: ", "3\n", after=0.7)
    ran = on_terminal("https", f"https://localhost:{nginx.optional}/", *options, answers=[answer], columns=200)
    assert ran.exit_code == 0


def test_pick_needs_a_terminal(site: Site, nginx: Nginx) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--pick")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "--pick needs a terminal" in ran.stderr


def test_pick_after_the_handshake(site: Site, apache: Apache) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"https://localhost:{apache.location_tls13}/secret/"
    ran = on_terminal("https", url, *options, answers=[Answer("Send which [3]: ", "3\n")], columns=200)
    assert ran.exit_code == 0
    assert "(post-handshake)" in ran.screen


def test_pick_in_an_anonymous_store(site: Site, s_server: Callable[..., int]) -> None:
    port = s_server("-tls1_3", *REQUEST)
    options = ("--pick", "--trust", site.root_file, "-q")
    ran = on_terminal("https", f"https://localhost:{port}/", *options, answers=[Answer("Send which [0]: ", "\n")])
    assert ran.exit_code == 0
