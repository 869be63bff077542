"""863 certificates that broke some parser somewhere: every property answers, and agrees with a strict parser.

CERTPROBE_CORPORA names the directory of the corpora; without it, they are looked for beside the project.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509

from certprobe.pki.certificate import Certificate
from certprobe.pki.extensions import GeneralNameKind
from certprobe.pki.server_identity import match_server_name
from certprobe.pki.signature import is_weak, verify_signature

CORPUS = (
    Path(os.environ.get("CERTPROBE_CORPORA") or Path(__file__).parents[3] / "shared")
    / "corpora"
    / "parse_certs.jsonl.gz"
)
EVERY_PROPERTY = [name for name in dir(Certificate) if not name.startswith("_") and name != "extension"]


@cache
def corpus() -> tuple[bytes, ...]:
    if not CORPUS.exists():
        message = f"{CORPUS} is not there; CERTPROBE_CORPORA names the directory of the corpora"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return tuple(base64.b64decode(json.loads(line)["der"]) for line in lines)


def test_every_property_answers() -> None:
    ders = corpus()
    assert len(ders) == 863
    for der in ders:
        certificate = Certificate(der)
        for attribute in EVERY_PROPERTY:
            getattr(certificate, attribute)
        for name in (certificate.issuer, certificate.subject):
            for attribute in ("rfc4514", "match_key", "rdns", "fault", "common_names"):
                getattr(name, attribute)
        repr(certificate)
        match_server_name(certificate, "a.test")
        is_weak(certificate)
        verify_signature(certificate, certificate)


def strictly_parsed() -> Iterator[tuple[Certificate, x509.Certificate]]:
    for der in corpus():
        certificate = Certificate(der)
        if certificate.strict_fault is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield certificate, x509.load_der_x509_certificate(der)


def test_what_a_strict_parser_takes_is_read_the_same() -> None:
    count = 0
    for certificate, strict in strictly_parsed():
        assert certificate.version == strict.version.value + 1
        assert certificate.serial_number == strict.serial_number
        assert certificate.issuer.der == strict.issuer.public_bytes()
        assert certificate.subject.der == strict.subject.public_bytes()
        assert certificate.not_before == strict.not_valid_before_utc
        assert certificate.not_after == strict.not_valid_after_utc
        assert certificate.signed_octets == strict.tbs_certificate_bytes
        assert certificate.signature_value == strict.signature
        assert certificate.signature_algorithm_oid == strict.signature_algorithm_oid.dotted_string
        assert [(e.oid, e.critical) for e in certificate.extensions] == [
            (e.oid.dotted_string, e.critical) for e in strict.extensions
        ]
        for extension in strict.extensions:
            same_value(certificate, extension.value)
        count += 1
    assert count > 400


def same_value(certificate: Certificate, value: x509.ExtensionType) -> None:
    match value:
        case x509.BasicConstraints():
            assert certificate.basic_constraints == (value.ca, value.path_length)
        case x509.ExtendedKeyUsage():
            assert certificate.extended_key_usage == tuple(oid.dotted_string for oid in value)
        case x509.SubjectKeyIdentifier():
            assert certificate.subject_key_identifier == value.digest
        case x509.AuthorityKeyIdentifier():
            assert certificate.authority_key_identifier is not None
            found, _, serial_number = certificate.authority_key_identifier
            assert (found, serial_number) == (value.key_identifier, value.authority_cert_serial_number)
        case x509.SubjectAlternativeName() if certificate.subject_alt_names is not None:
            names = certificate.subject_alt_names
            dns_names = [name.value for name in names if name.kind is GeneralNameKind.dNSName]
            addresses = [name.value for name in names if name.kind is GeneralNameKind.iPAddress]
            assert dns_names == value.get_values_for_type(x509.DNSName)
            assert addresses == [str(address) for address in value.get_values_for_type(x509.IPAddress)]
        case x509.SubjectAlternativeName():
            (fault,) = certificate.extension_faults
            assert fault.message.endswith("is no readable IA5String")
