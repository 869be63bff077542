"""What a certificate is asked to be good for, and what a client's server is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from certprobe.lab.pki import Issued
from tests.cli.verified import CA, CLIENT, HOST, SERVER, chain_file, documents, save, subject, verify


@pytest.mark.parametrize(("options", "role"), [
    ((), "any"),
    (("--usage", "client"), "client"),
    (("--usage", "client,smartcardLogon"), "client"),
    (("--usage", "client", "--usage", "server"), "server"),
    (("--usage", "client,server"), "any"),
    (("--usage", "client,server", "--host", HOST), "server"),
])  # fmt: skip
def test_as_what_it_is_judged(tmp_path: Path, options: tuple[str, ...], role: str) -> None:
    assert subject(chain_file(tmp_path, SERVER), *options)["judgement"]["role"] == role


@pytest.mark.parametrize(("issued", "options", "flags"), [
    (CLIENT, (), "ERROR_SUCCESS"),
    (CLIENT, ("--policy", "basic-constraints"), "ERROR_SUCCESS"),
    (SERVER, (), "CERT_E_WRONG_USAGE"),
    (CLIENT, ("--revocation", "end-cert", "--offline"), "CRYPT_E_REVOCATION_OFFLINE"),
    (CLIENT, ("--disallowed", "{ca}"), "SEC_E_CERT_UNKNOWN"),
    (CA.client("tampered").with_broken_signature(), (), "SEC_E_UNTRUSTED_ROOT"),
])  # fmt: skip
def test_what_a_server_on_http_sys_is_told_of_a_client(
    tmp_path: Path, issued: Issued, options: tuple[str, ...], flags: str
) -> None:
    file, ca = chain_file(tmp_path, issued), str(save(tmp_path, "ca.der", CA.issued.der))
    options = tuple(option.format(ca=ca) for option in options)
    told = subject(file, "--usage", "client", *options)["cert_flags"]
    assert told["symbol"] == flags
    line = f"  CertFlags that http.sys would give: {flags} {told['hex']} ({told['signed']})\n"
    assert line in verify(file, "--usage", "client", *options).stdout


@pytest.mark.parametrize("options", [(), ("--usage", "server"), ("--usage", "client,server"), ("--host", HOST)])
def test_there_are_no_cert_flags_but_of_a_client(tmp_path: Path, options: tuple[str, ...]) -> None:
    file = chain_file(tmp_path, SERVER)
    assert subject(file, *options)["cert_flags"] is None
    assert "CertFlags" not in verify(file, *options).stdout


def test_terms_say_whether_all_usages_are_asked_for_or_one(tmp_path: Path) -> None:
    file = chain_file(tmp_path, SERVER)
    (document,) = documents(file, "--usage", "server,client")
    assert [usage["name"] for usage in document["terms"]["usage"]] == ["serverAuth", "clientAuth"]
    assert document["terms"]["usage_match"] == "or"
    assert "  For            serverAuth or clientAuth\n" in verify(file, "--usage", "server,client").stdout
    assert "  For            serverAuth, clientAuth\n" in verify(file, "--usage", "server", "--usage", "client").stdout
