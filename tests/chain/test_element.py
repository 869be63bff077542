from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes

from certprobe.chain.element import WEAK_SINCE
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, Authority, rsa_key
from certprobe.pki.certificate import Certificate
from tests.chain.judging import AT, CA, ROOT, SERVER, certificate, details, errors, infos, judge

SECOND = timedelta(seconds=1)


def test_a_good_chain_has_no_error_and_says_how_issuers_were_found() -> None:
    chain = judge(SERVER, CA)
    assert errors(chain) == [0, 0, 0, 0]
    assert infos(chain) == [0x2000, 0x2, 0x2, 0x200C]
    assert [element.findings for element in chain.elements] == [(), (), ()]
    assert chain.lower_quality == ()


@pytest.mark.parametrize(
    ("moment", "bit"),
    [("not_before", 0), ("not_after", 0), ("before", 1), ("after", 1)],
)
def test_both_ends_of_the_validity_period_are_inside(moment: str, bit: int) -> None:
    leaf = CA.server("www.lab.test", not_before=AT, not_after=AT + timedelta(days=2))
    at = {
        "not_before": AT,
        "not_after": AT + timedelta(days=2),
        "before": AT - SECOND,
        "after": AT + timedelta(days=2) + SECOND,
    }[moment]
    assert errors(judge(leaf, CA, at=at)) == [bit, bit, 0, 0]


def test_expiry_is_told_with_dates_and_distance() -> None:
    expired = judge(CA.server("www.lab.test", not_after=AT - timedelta(days=3, hours=5)), CA)
    assert details(expired, 0) == ["expired at 2026-02-26T07:00:00Z, which is 3 days before 2026-03-01T12:00:00Z"]
    early = judge(CA.server("www.lab.test", not_before=AT + timedelta(hours=1)), CA)
    assert details(early, 0) == ["not valid before 2026-03-01T13:00:00Z, which is 1 hour after 2026-03-01T12:00:00Z"]


def test_issuers_and_trusted_roots_must_be_valid_too() -> None:
    late = AT + timedelta(days=4000)
    leaf = CA.server("www.lab.test", not_before=AT, not_after=late + SECOND)
    assert errors(judge(leaf, CA, at=late)) == [1, 0, 1, 1]


def test_periods_need_not_be_nested() -> None:
    """No version of Windows that matters sets CERT_TRUST_IS_NOT_TIME_NESTED."""
    late = ROOT.intermediate("CA", not_before=AT - timedelta(hours=1), not_after=AT + timedelta(hours=1))
    leaf = late.server("www.lab.test", not_before=AT - timedelta(days=9), not_after=AT + timedelta(days=9))
    assert errors(judge(leaf, late)) == [0, 0, 0, 0]


def test_a_validity_period_that_cannot_be_read_is_not_valid() -> None:
    der = certificate(SERVER).der
    broken = Certificate(der.replace(b"\x17\x0d26", b"\x17\x0dxx"))
    assert broken.not_before is None
    chain = judge(broken, CA)
    assert chain.elements[0].error & 0x1
    assert "the validity period cannot be read" in details(chain, 0)


def test_a_bad_signature_is_the_subjects_fault() -> None:
    chain = judge(SERVER.with_broken_signature(), CA)
    assert errors(chain) == [0x8, 0x8, 0, 0]
    assert details(chain, 0) == ["the ecdsa-with-SHA256 signature does not verify with the key of CN=CA"]
    broken_ca = CA.issued.with_broken_signature()
    assert errors(judge(SERVER, Certificate(broken_ca.der))) == [0x8, 0, 0x8, 0]


def test_a_trusted_root_with_a_broken_signature_of_its_own_is_flagged() -> None:
    broken = Certificate(ROOT.issued.with_broken_signature().der)
    chain = judge(SERVER, CA, roots=(broken,))
    assert errors(chain) == [0x8, 0, 0, 0x8]
    assert details(chain, 2) == ["the ecdsa-with-SHA256 signature does not verify with its own key"]


def test_a_signature_algorithm_that_is_not_known_counts_as_no_signature_except_on_a_trusted_root() -> None:
    ecdsa_with_sha256, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")
    odd_leaf = Certificate(SERVER.der.replace(ecdsa_with_sha256, unknown))
    chain = judge(odd_leaf, CA)
    assert errors(chain) == [0x8, 0x8, 0, 0]
    assert details(chain, 0) == [
        "the 1.2.840.10045.4.3.127 signature cannot be verified with the key of CN=CA (id-ecPublicKey): "
        "the algorithm is not supported"
    ]
    odd_root = Certificate(ROOT.issued.der.replace(ecdsa_with_sha256, unknown))
    assert errors(judge(SERVER, CA, roots=(odd_root,))) == [0, 0, 0, 0]
    assert errors(judge(SERVER, CA, odd_root, roots=())) == [0x28, 0, 0, 0x28]


RSA_ROOT = Authority.root("RSA root", at=AT, key=rsa_key())
SMALL_ROOT = Authority.root("Small root", at=AT, key=rsa_key(512), signature_hash=hashes.SHA1())
MD5_ROOT = Authority.root("MD5 root", at=AT, key=rsa_key(), signature_hash=hashes.MD5())


def test_a_weak_signature_counts_as_none() -> None:
    chain = judge(RSA_ROOT.server("www.lab.test", signature_hash=hashes.MD5()), roots=(RSA_ROOT,))
    assert errors(chain) == [0x100008, 0x100008, 0]
    assert details(chain, 0) == [
        "signed with md5WithRSAEncryption",
        "signed with md5WithRSAEncryption: to Windows no signature at all",
    ]
    small_key = judge(RSA_ROOT.server("www.lab.test", key=rsa_key(768)), roots=(RSA_ROOT,))
    assert errors(small_key) == [0x100008, 0x100008, 0]
    below_small_key = judge(SMALL_ROOT.server("www.lab.test", signature_hash=hashes.SHA1()), roots=(SMALL_ROOT,))
    assert errors(below_small_key) == [0x100008, 0x100008, 0]
    assert details(below_small_key, 0)[0] == "signed with the RSA key of 512 bits of CN=Small root"


def test_the_weakness_of_a_roots_own_signature_proves_nothing() -> None:
    assert errors(judge(SMALL_ROOT, roots=(SMALL_ROOT,))) == [0, 0]
    assert errors(judge(MD5_ROOT.server("www.lab.test"), roots=(MD5_ROOT,))) == [0, 0, 0]


def test_nothing_was_weak_before_windows_began_to_look() -> None:
    past = datetime(2009, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert past + SECOND == WEAK_SINCE
    root = Authority.root("Old root", at=past, key=rsa_key())
    leaf = root.server("www.lab.test", signature_hash=hashes.MD5(), not_after=AT)
    assert errors(judge(leaf, roots=(root,), at=past)) == [0, 0, 0]
    assert errors(judge(leaf, roots=(root,), at=WEAK_SINCE)) == [0x100008, 0x100008, 0]


def test_how_the_issuer_was_found() -> None:
    by_name = judge(CA.server("www.lab.test", omit=(AUTHORITY_KEY_IDENTIFIER,)), CA)
    assert infos(by_name)[1] == 0x4
    self_identified = Authority.root("Root", at=AT, omit=())
    assert infos(judge(self_identified, roots=(self_identified,))) == [0x2000, 0x200A]


def test_a_partial_chain_says_name_only_without_an_identifier() -> None:
    assert infos(judge(SERVER)) == [0, 0]
    assert infos(judge(CA.server("www.lab.test", omit=(AUTHORITY_KEY_IDENTIFIER,)))) == [0, 0x4]


def test_a_certificate_that_is_none_is_judged_all_the_same() -> None:
    chain = judge(Certificate(b"no certificate"))
    assert chain.error & 0x10101 == 0x10101
    assert details(chain, 0)[0].startswith("the certificate is not well-formed: ")


def test_a_certificate_with_a_malformed_name_keeps_its_place_in_the_chain() -> None:
    chain = judge(CA.server("www.lab.test", subject=b"\x30\x03\x02\x01\x05"), CA)
    assert errors(chain) == [0x100, 0x100, 0, 0]
    assert details(chain, 0)[0].startswith("the certificate is not well-formed: subject: ")
