"""Certificates that name a web server, for CRLs, responders and issuers, and what answers there.

ca = root.intermediate("CA", **names(crl=web.url("/root.crl")))
server = ca.server("localhost", **names(ocsp=web.url("/ocsp")))
web.pages["/ocsp"] = responder(ca, good, server)
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from cryptography.x509 import ocsp as x509_ocsp

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Issued, Options
from certprobe.lab.revocation import Status, distribution_point, distribution_points, good, ocsp
from certprobe.pki.certificate import Certificate
from certprobe.pki.distribution import AUTHORITY_INFO_ACCESS, FRESHEST_CRL, ID_AD_CA_ISSUERS, ID_AD_OCSP
from tests.peers.process import program
from tests.peers.web import Answer, Page, Request


def names(
    *, crl: str | None = None, ocsp: str | None = None, ca_issuers: str | None = None, freshest: str | None = None
) -> Options:
    """The options of a certificate that names these URLs."""
    described = [(ID_AD_OCSP, ocsp), (ID_AD_CA_ISSUERS, ca_issuers)]
    access = [sequence(oid(method), tlv(0x86, url.encode())) for method, url in described if url is not None]
    extensions = [Extension(AUTHORITY_INFO_ACCESS, sequence(*access))] if access else []
    if crl is not None:
        extensions.append(distribution_points(distribution_point(crl)))
    if freshest is not None:
        extensions.append(freshest_crl(freshest))
    return {"extensions": tuple(extensions)}


def freshest_crl(url: str) -> Extension:
    return Extension(FRESHEST_CRL, sequence(distribution_point(url)))


def responder(authority: Authority, status: Callable[[Issued], Status] = good, *subjects: Issued) -> Page:
    """An OCSP responder of the authority that knows the subjects and no others."""
    by_serial = {Certificate(subject.der).serial_number: subject for subject in subjects}

    def page(request: Request) -> Answer:
        asked = x509_ocsp.load_der_ocsp_request(ocsp_request(request))
        return Answer(ocsp(authority, status(by_serial[asked.serial_number])))

    return page


def ocsp_request(request: Request) -> bytes:
    """The DER of what a responder is asked, by either method (RFC 6960 A.1)."""
    if request.method == "GET":
        assert not request.body
        return base64.b64decode(unquote(request.path.rpartition("/")[2]), validate=True)
    assert request.headers["content-type"] == "application/ocsp-request"
    return request.body


def openssl_responder(home: Path, authority: Issued, *revoked: Issued) -> Page:
    """The responder of `openssl ocsp`, with the authority's key; it works in `home` and knows who is revoked."""
    openssl = program("openssl", package="openssl")
    certificate, key, index = (home / name for name in ("responder.pem", "responder.key", "index.txt"))
    certificate.write_bytes(authority.certificate_pem)
    key.write_bytes(authority.private_key_pem())
    lines = (f"R\t491231235959Z\t260101000000Z\t{_serial(subject)}\tunknown\t/CN=revoked\n" for subject in revoked)
    index.write_text("".join(lines))
    argv = (openssl, "ocsp", "-index", index, "-CA", certificate, "-rsigner", certificate, "-rkey", key, "-ndays", "1")

    def page(request: Request) -> Answer:
        asked, answered = home / "request.der", home / "response.der"
        asked.write_bytes(ocsp_request(request))
        subprocess.run((*argv, "-reqin", asked, "-respout", answered), check=True, capture_output=True)
        return Answer(answered.read_bytes())

    return page


def _serial(subject: Issued) -> str:
    """In upper-case digits, two for each octet."""
    digits = f"{Certificate(subject.der).serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)
