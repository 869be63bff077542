"""Point 2: which certificate is sent, and that nothing is sent that was not asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from certprobe.pki.certificate import Certificate
from tests.cli import five
from tests.cli.command import Document, certprobe, report
from tests.cli.identities import (
    ALICE,
    ALICE_NUMBER,
    EXPIRED_NUMBER,
    UNMAPPED,
    UNMAPPED_NUMBER,
    body,
    request_of,
)
from tests.peers.keytool import PASSWORD
from tests.peers.nginx import Nginx
from tests.peers.site import PKCS12_PASSWORD, Identity, Site
from tests.peers.slapd import Slapd

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


def test_every_identity_of_keytool_is_a_candidate_with_its_name(
    site: Site, nginx: Nginx, optional: Callable[..., Document], tmp_path: Path
) -> None:
    (tmp_path / "password").write_bytes(PASSWORD + b"\n")
    arguments = ("--cert", five.keytool(site, tmp_path), "--password-file", tmp_path / "password")
    document = optional(*arguments, "--select", "name=alice")
    candidates = request_of(document)["selection"]["candidates"]
    assert {each["friendly_name"]: each["subject"] for each in candidates} == {
        name: told.subject for name, told in five.TOLD.items()
    }
    chosen = next(each["number"] for each in candidates if each["friendly_name"] == "alice")
    assert request_of(document)["chosen"]["number"] == chosen
    assert f"verify=SUCCESS subject={ALICE}" in body(document)
    ran = certprobe("https", f"https://localhost:{nginx.optional}/", *arguments, "--trust", site.root_file)
    for name, told in five.TOLD.items():
        assert re.search(rf'^ +\d  {re.escape(told.subject)}, "{name}"', ran.stdout, re.MULTILINE)


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
