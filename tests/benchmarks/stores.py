"""Times of a large PEM file: read, matched to its keys, and held against a server's list, in turns with `cryptography`.

`cryptography` parses each certificate; we cut them out and read of each what somebody asks for.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509

from certprobe.lab.der import pem
from certprobe.lab.pki import Authority, common_name_only
from certprobe.pki.decode import decode
from certprobe.pki.identities import credentials
from certprobe.selection.select import How, select_client_certificate
from certprobe.tls.enums import ProtocolVersion, SignatureScheme
from certprobe.tls.messages import CertificateRequest
from tests.benchmarks.judging import Row

CERTIFICATES = 10_000
AUTHORITIES = 1000
LISTED = 600
SUBJECT, ISSUER = "User 00000", "CA 00000"  # what is overwritten to make many of one


def a_file(at: datetime) -> bytes:
    """Certificates of many CAs for one key, which stands at the end."""
    issued = Authority.root(ISSUER, at=at).client(SUBJECT)
    subject, issuer = SUBJECT.encode(), ISSUER.encode()
    certificates = (
        issued.der.replace(subject, b"User %05d" % number).replace(issuer, b"CA %05d" % (number % AUTHORITIES))
        for number in range(CERTIFICATES)
    )
    return b"".join(map(pem, certificates)) + issued.private_key_pem()


def a_request() -> CertificateRequest:
    """Of a server that lists none of these CAs, so that every certificate has to be looked at."""
    return CertificateRequest(
        ProtocolVersion.TLS_1_3,
        100,
        certificate_authorities=tuple(common_name_only(f"Another CA {number}") for number in range(LISTED)),
        signature_algorithms=(SignatureScheme.ecdsa_secp256r1_sha256,),
    )


class Passes(NamedTuple):
    """Milliseconds of each step from the file to the choice, done once and with nothing indexed before."""

    load: float
    match: float
    select: float


def one_pass(data: bytes, request: CertificateRequest, at: datetime) -> Passes:
    """Load the file, match its parts, and look for one that the server takes."""
    started = time.perf_counter()
    contents = decode(data, source="store.pem", password=None)
    loaded = time.perf_counter()
    identities = credentials([contents])
    matched = time.perf_counter()
    selection = select_client_certificate(request, identities.credentials, at=at)
    selected = time.perf_counter()
    assert selection.how is How.NOTHING_FITS and len(selection.candidates) == CERTIFICATES
    steps = pairwise((started, loaded, matched, selected))
    return Passes(*((end - begin) * 1000 for begin, end in steps))


def their_pass(data: bytes) -> float:
    started = time.perf_counter()
    x509.load_pem_x509_certificates(data)
    return (time.perf_counter() - started) * 1000


def rows(rounds: int) -> Iterator[Row]:
    """The lines of the table; the last goal is one of 50 ms, whatever the machine."""
    at = datetime.now(UTC).replace(microsecond=0)
    data, request = a_file(at), a_request()
    turns = [(their_pass(data), one_pass(data, request, at)) for _ in range(max(rounds // 4, 1))]
    theirs = statistics.median(their for their, _ in turns)
    ours = Passes(*map(statistics.median, zip(*(our for _, our in turns), strict=True)))
    reference = f"cryptography, {CERTIFICATES:,} certificates parsed"
    yield Row(reference, theirs)
    yield Row(f"certprobe, {CERTIFICATES:,} certificates loaded", ours.load, reference, 1.5)
    yield Row("certprobe, matched to their keys and issuers", ours.match, reference)
    yield Row(f"certprobe, held against a list of {LISTED} CAs", ours.select, reference, 50 / theirs)
