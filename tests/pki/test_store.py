from __future__ import annotations

from certprobe.lab.pki import common_name_only
from certprobe.pki.certificate import Certificate
from certprobe.pki.name import DistinguishedName
from certprobe.pki.store import CertificateStore
from tests.pki.certificates import ISSUING, ROOT, encoded

ROOT_CERTIFICATE = Certificate(ROOT.issued.der)
ISSUING_CERTIFICATE = Certificate(ISSUING.issued.der)


def test_each_der_once_in_the_order_given() -> None:
    again = Certificate(ROOT.issued.der)
    store = CertificateStore(iter([ROOT_CERTIFICATE, ISSUING_CERTIFICATE, again]))
    assert list(store) == [ROOT_CERTIFICATE, ISSUING_CERTIFICATE]
    assert len(store) == 2
    assert repr(store) == "<CertificateStore of 2>"


def test_membership_is_by_der() -> None:
    store = CertificateStore([ROOT_CERTIFICATE])
    assert Certificate(ROOT.issued.der) in store
    assert ISSUING_CERTIFICATE not in store
    assert ROOT.issued.der not in store


def test_by_subject_compares_names() -> None:
    one, two = (Certificate(encoded(subject=common_name_only(text))) for text in ("Lab  CA", "lab ca"))
    store = CertificateStore([one, ROOT_CERTIFICATE, two])
    assert store.by_subject(DistinguishedName(common_name_only("LAB CA"))) == (one, two)
    assert store.by_subject(DistinguishedName(common_name_only("other"))) == ()


def test_nothing_is_parsed_before_a_lookup() -> None:
    certificates = [Certificate(ROOT.issued.der), Certificate(ISSUING.issued.der)]
    store = CertificateStore(certificates)
    assert [vars(certificate) for certificate in store] == [{}, {}]
    store.by_subject(ROOT_CERTIFICATE.subject)
    assert [list(vars(certificate)) for certificate in store] == [["layout", "subject"], ["layout", "subject"]]


def test_an_empty_store() -> None:
    assert len(CertificateStore()) == 0
    assert CertificateStore().by_subject(ROOT_CERTIFICATE.subject) == ()
