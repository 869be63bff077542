from __future__ import annotations

import pytest

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Extension
from certprobe.pki.certificate import Certificate
from certprobe.pki.server_identity import NameMatch, NameRules, match_server_name
from tests.pki.certificates import ISSUING

EMAIL = tlv(0x81, b"a@a.test")


def name(*common_names: str) -> bytes:
    return sequence(*(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, text.encode()))) for text in common_names))


def presenting(*alt_names: str | bytes, common_names: tuple[str, ...] = ("cn.test",)) -> Certificate:
    return Certificate(ISSUING.server(subject_alt_names=alt_names, subject=name(*common_names)).der)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("a.test", "a.test"),
        ("A.Test", "a.tEST"),
        ("a.test", "a.test."),
        ("a.test.", "a.test"),
        ("localhost", "localhost"),
        ("my_host.test", "my_host.test"),
        ("*.a.test", "www.a.test"),
        ("*.a.test", "xn--bcher-kva.a.test"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("1.2.3.4.test", "1.2.3.4.test"),
    ],
)
def test_dns_names_that_match(pattern: str, wanted: str) -> None:
    assert match_server_name(presenting(pattern), wanted) == NameMatch(True, "dNSName", (pattern,))
    assert match_server_name(presenting(common_names=(pattern,)), wanted) == NameMatch(True, "CN", (pattern,))


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("a.test", "b.test"),
        ("a.test", "www.a.test"),
        ("openssl.test", "fopenssl.test"),
        ("*.a.test", "a.test"),
        ("*.a.test", "b.www.a.test"),
        ("*.a.test", ".a.test"),
        ("w*.a.test", "www.a.test"),
        ("*w.a.test", "www.a.test"),
        ("www.*.test", "www.a.test"),
        ("*.*.test", "www.a.test"),
        ("*", "localhost"),
        ("*.", "localhost"),
        ("", "a.test"),
        ("a.test", ""),
        ("", ""),
        (".", "."),
        ("a..test", "a..test"),
        (" a.test", "a.test"),
    ],
)
def test_dns_names_that_do_not_match(pattern: str, wanted: str) -> None:
    assert match_server_name(presenting(pattern), wanted) == NameMatch(False, None, (pattern,))
    assert match_server_name(presenting(common_names=(pattern,)), wanted) == NameMatch(False, None, (pattern,))


@pytest.mark.parametrize(
    ("presented", "wanted"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("::1", "[::1]"),
        ("2001:db8::1", "2001:0DB8:0:0::1"),
    ],
)
def test_ip_addresses(presented: str, wanted: str) -> None:
    assert match_server_name(presenting(presented), wanted) == NameMatch(True, "iPAddress", (presented,))
    assert match_server_name(presenting(common_names=(presented,)), wanted) == NameMatch(True, "CN", (presented,))


@pytest.mark.parametrize(
    ("certificate", "wanted", "presented"),
    [
        (presenting("127.0.0.1"), "127.0.0.2", ("127.0.0.1", "cn.test")),
        (presenting(tlv(0x82, b"127.0.0.1")), "127.0.0.1", ("127.0.0.1",)),
        (presenting("*.0.0.1"), "127.0.0.1", ("*.0.0.1",)),
        (presenting(common_names=("*.0.0.1",)), "127.0.0.1", ("*.0.0.1",)),
        (presenting("::1", common_names=()), "127.0.0.1", ("::1",)),
        (
            presenting(tlv(0x87, b"\x7f\x00\x00\x01\xff\xff\xff\xff")),
            "127.0.0.1",
            ("127.0.0.1/255.255.255.255", "cn.test"),
        ),
    ],
)
def test_ip_addresses_that_do_not_match(certificate: Certificate, wanted: str, presented: tuple[str, ...]) -> None:
    assert match_server_name(certificate, wanted) == NameMatch(False, None, presented)


def test_any_of_several_names_may_match_and_all_are_told() -> None:
    certificate = presenting("a.test", EMAIL, "127.0.0.1", "b.test")
    presented = ("a.test", "b.test", "127.0.0.1")
    assert match_server_name(certificate, "b.test") == NameMatch(True, "dNSName", presented)
    assert match_server_name(certificate, "127.0.0.1") == NameMatch(True, "iPAddress", presented)
    assert match_server_name(certificate, "c.test") == NameMatch(False, None, presented)


def test_any_of_several_common_names_may_match() -> None:
    certificate = presenting(common_names=("foo.test", "*.foo.test"))
    presented = ("foo.test", "*.foo.test")
    assert match_server_name(certificate, "foo.test") == NameMatch(True, "CN", presented)
    assert match_server_name(certificate, "a.foo.test") == NameMatch(True, "CN", presented)
    assert match_server_name(certificate, "afoo.test") == NameMatch(False, None, presented)


SILENCING = [
    (("other.test",), NameRules.WINDOWS),
    (("127.0.0.1", "other.test"), NameRules.WINDOWS),
    (("other.test",), NameRules.RFC_6125),
    (("127.0.0.1",), NameRules.RFC_6125),
]


@pytest.mark.parametrize(("alt_names", "rules"), SILENCING)
def test_an_alt_name_of_a_server_silences_the_common_name(alt_names: tuple[str, ...], rules: NameRules) -> None:
    match = match_server_name(presenting(*alt_names), "cn.test", rules)
    assert match == NameMatch(False, None, tuple(sorted(alt_names, reverse=True)))
    match = match_server_name(presenting(*alt_names, common_names=("::1",)), "::1", rules)
    assert match == NameMatch(False, None, tuple(sorted(alt_names, reverse=True)))


def test_an_alt_name_of_a_person_does_not() -> None:
    for rules in (NameRules.WINDOWS, NameRules.RFC_6125):
        assert match_server_name(presenting(EMAIL), "cn.test", rules) == NameMatch(True, "CN", ("cn.test",))


def test_to_windows_an_address_does_not_silence_it_either() -> None:
    presented = ("127.0.0.1", "cn.test")
    assert match_server_name(presenting("127.0.0.1"), "cn.test") == NameMatch(True, "CN", presented)
    assert match_server_name(presenting("127.0.0.1"), "x.test") == NameMatch(False, None, presented)
    certificate = presenting("127.0.0.1", common_names=("::1",))
    assert match_server_name(certificate, "::1") == NameMatch(True, "CN", ("127.0.0.1", "::1"))
    assert match_server_name(certificate, "127.0.0.1") == NameMatch(True, "iPAddress", ("127.0.0.1",))


def test_an_undecodable_alt_name_silences_the_common_name() -> None:
    certificate = presenting(tlv(0x82, b"cn.test\x00.evil.test"))
    assert match_server_name(certificate, "cn.test") == NameMatch(False, None, ())


def test_the_old_alt_name_counts() -> None:
    old = Extension("2.5.29.7", sequence(tlv(0x82, b"*.winehq.test")))
    certificate = Certificate(ISSUING.server(subject=name("Cert2"), subject_alt_names=(), extensions=[old]).der)
    assert match_server_name(certificate, "test.winehq.test") == NameMatch(True, "dNSName", ("*.winehq.test",))
    assert match_server_name(certificate, "cert2") == NameMatch(False, None, ("*.winehq.test",))


def test_a_nul_at_the_end_of_a_common_name_is_passed_over() -> None:
    assert match_server_name(presenting(common_names=("cn.test\x00",)), "cn.test").matched
    assert not match_server_name(presenting(common_names=("cn.test\x00.evil.test",)), "cn.test").matched


def test_u_labels_in_a_common_name_are_converted() -> None:
    certificate = presenting(common_names=("Bücher.test", "*.bücher.test"))
    assert match_server_name(certificate, "xn--bcher-kva.test").matched
    assert match_server_name(certificate, "www.xn--bcher-kva.test").matched
    assert not match_server_name(certificate, "bucher.test").matched


@pytest.mark.parametrize(
    "text", ["ü" * 5000, "ü." * 200, "\u200d.test", "\udfff".encode("utf-8", "replace").decode(), "x" * 300]
)
def test_odd_common_names_match_nothing(text: str) -> None:
    assert not match_server_name(presenting(common_names=(text,)), "a.test").matched


def test_garbage_presents_nothing() -> None:
    assert match_server_name(Certificate(b"garbage"), "a.test") == NameMatch(False, None, ())


def test_rfc_9525_knows_no_common_name() -> None:
    common_name_only = presenting(common_names=("cn.test", "127.0.0.1"))
    assert match_server_name(common_name_only, "cn.test", NameRules.WEBPKI) == NameMatch(False, None, ())
    assert match_server_name(common_name_only, "127.0.0.1", NameRules.WEBPKI) == NameMatch(False, None, ())
    for alt_names in ((EMAIL,), (tlv(0x82, b"cn.test\x00.evil.test"),)):
        assert match_server_name(presenting(*alt_names), "cn.test", NameRules.WEBPKI) == NameMatch(False, None, ())


def test_rfc_9525_compares_addresses_with_addresses() -> None:
    presented = ("*.a.test", "127.0.0.1", "::1")
    certificate = presenting("*.a.test", tlv(0x82, b"127.0.0.1"), "::1")
    assert match_server_name(certificate, "127.0.0.1", NameRules.WEBPKI) == NameMatch(False, None, presented)
    assert match_server_name(certificate, "0:0::1", NameRules.WEBPKI) == NameMatch(True, "iPAddress", presented)
    assert match_server_name(certificate, "www.a.test", NameRules.WEBPKI) == NameMatch(True, "dNSName", presented)
    assert match_server_name(certificate, "x.www.a.test", NameRules.WEBPKI) == NameMatch(False, None, presented)
