"""The first line of `certprobe verify`: what is wrong and what to change, in words that fit files and this command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, Authority
from certprobe.lab.revocation import crl, distribution_point, distribution_points, good, ocsp, revoked
from tests.cli.command import Arguments
from tests.cli.verified import AT, CA, CLIENT, HOST, ROOT, SERVER, chain_file, documents, save, verify

DAY = timedelta(days=1)
OLD_CA = ROOT.intermediate("Old CA", not_after=AT - DAY)
ADDRESSED = CA.server(HOST, extensions=(distribution_points(distribution_point("http://crl.lab.test/")),))
NEAR = CA.server(HOST, extensions=(distribution_points(distribution_point("http://127.0.0.1:1/")),))
GIVE_EVIDENCE = "Give a current CRL or OCSP response of its issuer (--crl, --ocsp), since the certificate does not say"


def evidence(directory: Path, option: str, *files: bytes) -> tuple[Arguments, ...]:
    return tuple(
        word for number, data in enumerate(files) for word in (option, save(directory, f"{option}{number}", data))
    )


@pytest.mark.parametrize(("make", "title", "advice"), [
    (lambda at: (chain_file(at, CLIENT), "--usage", "server"),
     "the server's certificate is not valid for serverAuth: it allows clientAuth", "Use a certificate whose key usage"),
    (lambda at: (chain_file(at, CA.server(HOST, not_before=AT + DAY)), "--host", HOST),
     "the server's certificate is not valid before 2026-03-02T12:00:00Z, ", "Wait, or check the clock"),
    (lambda at: (chain_file(at, CA.server(HOST, not_after=AT - DAY)),),
     "the certificate is not valid: expired at 2026-02-28T12:00:00Z, ", "Renew the certificate"),
    (lambda at: (chain_file(at, OLD_CA.server(HOST)),),
     "the certificate chain is not valid: CN=Old CA: expired at ", "Give a current certificate of this CA"),
    (lambda at: (save(at, "leaf.pem", SERVER.certificate_pem),),
     "the certificate is not trusted: the certificate of CN=CA, issuer of CN=www.lab.test, is missing: ",
     "Give the missing issuer's certificate"),
    (lambda at: (save(at, "chain.pem", Authority.root("Else", at=AT).server(HOST).chain_pem),),
     "the certificate is not trusted: the certificate of CN=Else, ", "Give the missing issuer's certificate"),
    (lambda at: (save(at, "self.pem", Authority.root("Else", at=AT).issued.certificate_pem),),
     "the certificate is not trusted: CN=Else is self-signed and not the one trusted certificate",
     "If this root is to be trusted, give it with --trust"),
    (lambda at: (chain_file(at, SERVER), *evidence(at, "--crl", crl(ROOT))),
     "the certificate may be revoked: there is no OCSP response; none of the CRLs speaks of it", GIVE_EVIDENCE),
    (lambda at: (chain_file(at, ADDRESSED), *evidence(at, "--crl", crl(ROOT))),
     "the certificate may be revoked: ", GIVE_EVIDENCE.replace("since the certificate does not say", "or have it")),
    (lambda at: (chain_file(at, ADDRESSED), "--revocation", "--offline"),
     "the certificate may be revoked: ", "Leave out --offline, or give a current CRL or OCSP response of its issuer"),
    (lambda at: (chain_file(at, NEAR), "--revocation"), "the certificate may be revoked: there is no OCSP response; "
     "there is no CRL; http://127.0.0.1:1/: 127.0.0.1 is a loopback address: ",
     "Give a current CRL or OCSP response of its issuer (--crl, --ocsp), or allow what certprobe refuses to fetch"),
    (lambda at: (chain_file(at, NEAR), "--revocation", "--allow-private"),
     "the certificate may be revoked: ", "Make the CRL or OCSP responder named in the certificate reachable"),
    (lambda at: (chain_file(at, SERVER), "--revocation", "--offline"),
     "the certificate may be revoked: there is no OCSP response; there is no CRL", GIVE_EVIDENCE),
    (lambda at: (chain_file(at, SERVER), *evidence(at, "--ocsp", ocsp(CA, good(CLIENT)))),
     "the certificate may be revoked: none of the OCSP responses speaks of it; there is no CRL", GIVE_EVIDENCE),
    (lambda at: (chain_file(at, SERVER), *evidence(at, "--crl", crl(CA))),
     "the certificate chain may be revoked: CN=CA: there is no OCSP response; none of the CRLs ", GIVE_EVIDENCE),
    (lambda at: (chain_file(at, SERVER), *evidence(at, "--crl", crl(CA, revoked(SERVER)))),
     "the certificate is not valid: revoked at ", "Use another certificate; this one was withdrawn"),
    (lambda at: (chain_file(at, SERVER), *evidence(at, "--crl", crl(CA), crl(ROOT, revoked(CA)))),
     "the certificate chain is not valid: CN=CA: revoked at ", "Use a certificate of another CA"),
])  # fmt: skip
def test_what_is_wrong_and_what_to_change(
    tmp_path: Path, make: Callable[[Path], tuple[Arguments, ...]], title: str, advice: str
) -> None:
    ran = verify(*make(tmp_path))
    first, _, change = ran.stdout.splitlines()[:3]
    assert ran.exit_code == 1
    assert first.startswith("PROBLEM  ")
    assert first.partition(": ")[2].startswith(title)
    assert change.strip().startswith(f"Change: {advice}")


EXPIRED = CA.server(HOST, not_after=AT - DAY)


@pytest.mark.parametrize(("make", "words"), [
    (lambda at: (chain_file(at, SERVER), "--host", HOST), "nothing is wrong"),
    (lambda at: (chain_file(at, EXPIRED), "--flag", "IGNORE_NOT_TIME_VALID_FLAG"),
     "the policy base passes, and overlooks 1 fault"),
    (lambda at: (chain_file(at, EXPIRED), "--policy", "basic-constraints", "--usage", "client"),
     "the policy basic-constraints passes, and overlooks 2 faults"),
    (lambda at: (chain_file(at, SERVER), "--host", "other.test", "--policy", "base"),
     "the policy base passes, and overlooks 1 fault"),
    (lambda at: (chain_file(at, SERVER), "--host", HOST, *evidence(at, "--crl", crl(CA))),
     "the policy ssl passes, and overlooks 1 fault"),
])  # fmt: skip
@pytest.mark.parametrize("quiet", [(), ("-q",)], ids=["whole", "quiet"])
def test_what_passes_is_not_said_to_be_without_fault(
    tmp_path: Path, make: Callable[[Path], tuple[Arguments, ...]], words: str, quiet: tuple[str, ...]
) -> None:
    ran = verify(*make(tmp_path), *quiet)
    first = ran.stdout.splitlines()[0]
    assert (ran.exit_code, first.partition("CN=www.lab.test: ")[2]) == (0, words)
    assert first.startswith("OK  ")


def test_a_crowd_of_namesakes_costs_a_file_no_more_than_some_whole_searches(tmp_path: Path) -> None:
    """The issuer of all is the last of 700; once the file's allowance is spent, no search gets as far as that."""
    omit = (AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER)
    key = ed25519.Ed25519PrivateKey.generate()
    crowd = [ROOT.intermediate("CA", key=key, omit=omit) for _ in range(699)]
    issuer = ROOT.intermediate("CA", omit=omit)
    clients = [issuer.client(f"client {n}", omit=omit) for n in range(60)]
    crowded = b"".join(each.certificate_pem for each in (*(ca.issued for ca in (*crowd, issuer)), *clients))
    file = save(tmp_path, "crowd.pem", crowded)
    (told,) = documents(file)
    assert told["verdict"]["exit_code"] == 1
    faults = [[(cause["code"], cause["title"]) for cause in each["causes"]] for each in told["subjects"]]
    assert faults[0] == []
    title = "not judged whole; on the best path that was found, the certificate is not valid: the ecdsa-with-SHA256"
    assert faults[-1] == [("TRUST_E_CERT_SIGNATURE", f"{title} signature does not verify with the key of CN=CA")]
    assert told["subjects"][-1]["causes"][0]["advice"].startswith("Judge it from a file of its own")
    assert {each["judgement"]["search_end"] for each in told["subjects"]} == {"budget"}
    assert told["notes"] == [
        f"60 of 60 certificates were not judged by every path, {file} #701 first and {file} #760 last: "
        "there are too many issuers to choose from, and all searches of a file share what they may cost"
    ]
    alone = save(tmp_path, "alone.pem", clients[-1].certificate_pem + issuer.issued.certificate_pem)
    assert documents(alone)[0]["verdict"]["exit_code"] == 0
