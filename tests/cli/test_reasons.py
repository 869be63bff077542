"""Reasons that real servers can be made to give: types and schemes of keys, signatures in chains, long lists, none."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519

from certprobe.lab import der
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, Authority, Extension, name_der, rsa_key
from tests.cli.test_match import matched
from tests.peers.nginx import Nginx
from tests.peers.s_server import REQUEST, s_server
from tests.peers.site import Identity, Site, write_identity


class Case(NamedTuple):
    """What a server asks for, who is held against it, and every reason with its clause."""

    name: str
    options: tuple[str, ...]
    client: str
    reasons: tuple[tuple[str, str], ...]
    detail: str = ""


CASES = [
    Case(
        "RSA alone before TLS 1.3: neither type nor scheme nor signature of ECDSA",
        ("-tls1_2", "-client_sigalgs", "RSA+SHA256"),
        "alice",
        (
            ("certificate-type-not-offered", "RFC 8422 5.5"),
            ("signature-scheme-not-offered", "RFC 5246 7.4.4"),
            ("chain-signature-not-offered", "RFC 5246 7.4.4"),
        ),
        "a key of id-ecPublicKey on secp256r1 takes ecdsa_sign; the server offers rsa_sign",
    ),
    Case(
        "RSA alone in TLS 1.3, which knows no types",
        ("-tls1_3", "-client_sigalgs", "RSA-PSS+SHA256"),
        "alice",
        (
            ("signature-scheme-not-offered", "RFC 8446 4.2.3"),
            ("chain-signature-not-offered", "RFC 8446 4.2.3"),
        ),
        "signs with ecdsa_secp256r1_sha256; the server takes rsa_pss_rsae_sha256",
    ),
    Case(
        "ECDSA alone, of a key of RSA",
        ("-tls1_2", "-client_sigalgs", "ECDSA+SHA256"),
        "rsa",
        (("certificate-type-not-offered", "RFC 5246 7.4.4"), ("signature-scheme-not-offered", "RFC 5246 7.4.4")),
        "a key of rsaEncryption takes rsa_sign; the server offers ecdsa_sign",
    ),
    Case(
        "a certificate signed with SHA-1",
        ("-tls1_3", "-client_sigalgs", "ECDSA+SHA256"),
        "sha1",
        (("chain-signature-not-offered", "RFC 8446 4.2.3"),),
        "is signed with ecdsa-with-SHA1; for certificates the server takes ecdsa_secp256r1_sha256",
    ),
    Case(
        "Ed25519 before TLS 1.2",
        ("-tls1_1",),
        "ed25519",
        (("signature-scheme-not-offered", "RFC 4346 7.4.8"),),
        "id-Ed25519 cannot sign in this version of TLS",
    ),
    Case("whatever the server likes", ("-tls1_2",), "rsa", ()),
]


@pytest.fixture(scope="module")
def clients(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    directory = tmp_path_factory.mktemp("clients")
    issued = {
        "rsa": site.issuing.client("rsa", key=rsa_key()),
        "sha1": site.issuing.client("sha1", signature_hash=hashes.SHA1()),
        "ed25519": site.issuing.client("ed25519", key=ed25519.Ed25519PrivateKey.generate()),
    }
    return {"alice": site.clients.alice} | {
        name: write_identity(directory, name, each) for name, each in issued.items()
    }


@pytest.mark.parametrize("case", CASES, ids=[case.name.replace(" ", "-") for case in CASES])
def test_reason(site: Site, clients: dict[str, Identity], case: Case) -> None:
    client = clients[case.client]
    with s_server(site, *REQUEST, *case.options) as port:
        legacy = ("--legacy",) if "-tls1_1" in case.options else ()
        document = matched(client.chain, "--key", client.key, "--like", f"https://127.0.0.1:{port}/", *legacy)
    (candidate,) = document["certificate_request"]["selection"]["candidates"]
    assert tuple((each["reason"], each["clause"]) for each in candidate["rejections"]) == case.reasons
    assert case.detail in "; ".join(each["detail"] for each in candidate["rejections"])
    assert (candidate["change"] is None) == (not case.reasons)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_six_hundred_names(site: Site, tmp_path: Path, version: str) -> None:
    """The likest name is told first, and how many others there are."""
    key = site.foreign_root.issued.private_key
    many = [
        Authority.root("", at=site.at, key=key, subject=f"CN=Partner {number},O=Lab\\, Inc.,DC=lab,DC=test")
        for number in range(599)
    ]
    successor = Authority.root("Foreign root G2", at=site.at, key=key)
    file = tmp_path / "cas.pem"
    file.write_bytes(b"".join(authority.issued.certificate_pem for authority in (*many, successor)))
    foreign = site.clients.foreign
    with s_server(site, *REQUEST, version, "-CAfile", str(file)) as port:
        document = matched(foreign.chain, "--key", foreign.key, "--like", f"https://127.0.0.1:{port}/")
    assert document["certificate_request"]["certificate_authorities_count"] == 600
    (candidate,) = document["certificate_request"]["selection"]["candidates"]
    (rejection,) = candidate["rejections"]
    assert (rejection["reason"], rejection["clause"]) == (
        "issuer-not-listed",
        "RFC 8446 4.2.4" if version == "-tls1_3" else "RFC 5246 7.4.4",
    )
    assert rejection["detail"].startswith(
        "issued by CN=Foreign root, which the server does not list; it lists CN=Foreign root G2; "
    )
    assert rejection["detail"].endswith(" and 597 more")


def test_an_empty_list_takes_any_issuer(site: Site, nginx: Nginx) -> None:
    foreign = site.clients.foreign
    document = matched(foreign.chain, "--key", foreign.key, "--like", f"https://localhost:{nginx.optional_no_ca}/")
    (candidate,) = document["certificate_request"]["selection"]["candidates"]
    assert candidate["rejections"] == []
    (cell,) = (cell for cell in candidate["cells"] if cell["subject"] == "certificate_authorities")
    assert (cell["verdict"], cell["detail"]) == ("not-asked", "the server lists no CA: any issuer may do")


def test_a_missing_intermediate(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    """authorityKeyIdentifier tells that the listed root has issued the CA whose certificate is not at hand."""
    names = der.tlv(0xA1, der.tlv(0xA4, name_der("CN=Lab root,O=Lab,DC=lab,DC=test")))
    identifier = Extension(AUTHORITY_KEY_IDENTIFIER, der.sequence(names, der.tlv(0x82, b"\x05")))
    alone = write_identity(tmp_path, "alone", site.issuing.client("alone", extensions=[identifier]))
    document = matched(alone.certificate, "--key", alone.key, "--like", f"https://localhost:{nginx.optional}/")
    (candidate,) = document["certificate_request"]["selection"]["candidates"]
    assert [each["reason"] for each in candidate["rejections"]] == ["chain-incomplete"]
    assert candidate["change"] == "add the certificate of CN=Lab issuing CA,O=Lab,DC=lab,DC=test to your --cert file"
    whole = matched(
        *(alone.certificate, "--key", alone.key, site.authorities_file),
        *("--like", f"https://localhost:{nginx.optional}/"),
    )
    (candidate,) = whole["certificate_request"]["selection"]["candidates"]
    assert candidate["change"] is None
