from __future__ import annotations

import pytest

from certprobe.lab.der import sequence, tlv
from certprobe.lab.pki import Extension
from certprobe.pki import der
from certprobe.pki.certificate import Certificate
from certprobe.pki.extensions import ExtensionFault, GeneralName, GeneralNameKind, decode_general_name
from certprobe.pki.name_constraints import (
    SUPPORTED,
    GeneralSubtree,
    NameConstraints,
    Subtrees,
    base_flaw,
    decode_name_constraints,
    form_of,
    name_flaw,
    position,
)
from tests.pki.certificates import ROOT
from tests.pki.general_names import (
    NAME_CONSTRAINTS,
    address,
    constraining,
    constraints,
    directory,
    dns,
    email,
    octets,
    other,
    registered,
    subtree,
    upn,
    uri,
)


def named(encoded: bytes) -> GeneralName:
    return decode_general_name(encoded, der.read(encoded))


def holds(base: bytes, name: bytes) -> bool:
    """Whether the name lies within the subtree."""
    where = position(named(name))
    return where is not None and Subtrees([GeneralSubtree(named(base))]).containing(where) is not None


# -- the extension


def test_both_sides_in_order() -> None:
    data = constraints(permitted=(dns("a.test"), email("a@b.test")), excluded=(address("10.0.0.0/8"),))
    assert decode_name_constraints(data) == NameConstraints(
        (GeneralSubtree(named(dns("a.test"))), GeneralSubtree(named(email("a@b.test")))),
        (GeneralSubtree(named(address("10.0.0.0/8"))),),
    )


@pytest.mark.parametrize("data", [sequence(), sequence(tlv(0xA0)), sequence(tlv(0xA0), tlv(0xA1))])
def test_sides_without_subtrees(data: bytes) -> None:
    assert decode_name_constraints(data) == NameConstraints((), ())


@pytest.mark.parametrize("unknown", [tlv(0x89, b""), b"\x05\x00"])
def test_unknown_kinds_of_names_are_left_out(unknown: bytes) -> None:
    data = constraints(permitted=(unknown, dns("a.test")))
    assert decode_name_constraints(data).permitted == (GeneralSubtree(named(dns("a.test"))),)


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        ((), (0, None)),
        ((tlv(0x80, b"\x00"),), (0, None)),
        ((tlv(0x80, b"\x09"),), (9, None)),
        ((tlv(0x81, b"\x01"),), (0, 1)),
        ((tlv(0x80, b"\x01"), tlv(0x81, b"\x02")), (1, 2)),
    ],
)
def test_distances(distances: tuple[bytes, ...], expected: tuple[int, int | None]) -> None:
    (one,) = decode_name_constraints(sequence(tlv(0xA1, subtree(dns("a.test"), *distances)))).excluded
    assert (one.kind, one.minimum, one.maximum) == (GeneralNameKind.dNSName, *expected)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x05\x00",
        constraints() + b"\x00",
        sequence(b"\x05\x00"),
        sequence(tlv(0xA2)),
        sequence(tlv(0xA0), tlv(0xA0)),
        sequence(tlv(0xA0), tlv(0xA1), tlv(0xA1)),
        sequence(tlv(0xA1), tlv(0xA0)),
        sequence(tlv(0xA0, dns("a.test"))),
        sequence(tlv(0xA0, sequence())),
        sequence(tlv(0xA0, subtree(dns("a.test\x00")))),
        sequence(tlv(0xA0, subtree(dns("a.test"), tlv(0x82, b"\x01")))),
        sequence(tlv(0xA0, subtree(dns("a.test"), *(tlv(0x80, b"\x01"),) * 3))),
        sequence(tlv(0xA0, *(subtree(dns("")),) * 10_001)),
    ],
)
def test_no_name_constraints(data: bytes) -> None:
    with pytest.raises(der.DerError):
        decode_name_constraints(data)


def test_a_certificate_has_them_lazily_and_tells_their_faults() -> None:
    def ca(value: bytes) -> Certificate:
        return Certificate(ROOT.intermediate("CA", extensions=[Extension(NAME_CONSTRAINTS, value)]).issued.der)

    constrained = Certificate(ROOT.intermediate("CA", extensions=[constraining(permitted=(dns("a.test"),))]).issued.der)
    assert constrained.name_constraints == NameConstraints((GeneralSubtree(named(dns("a.test"))),), ())
    assert constrained.extension_faults == ()
    damaged = ca(b"\x05\x00")
    assert damaged.name_constraints is None
    assert damaged.extension_faults == (
        ExtensionFault(NAME_CONSTRAINTS, "NameConstraints: tag 0x05 at byte 0 where 0x30 should be"),
    )
    assert Certificate(ROOT.issued.der).name_constraints is None


# -- which names lie within which subtrees


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (
            "a.test",
            ["a.test", "A.Test", "a.test.", "www.a.test", "x.y.a.test", "*.a.test"],
            ["ba.test", "test", "b.test"],
        ),
        ("A.TEST.", ["a.test", "www.a.test"], ["b.test"]),
        (".a.test", ["www.a.test", "x.y.a.test"], ["a.test", "wwwa.test"]),
        ("", ["a.test", "localhost"], []),
        ("test", ["a.test", "test"], ["a.tests"]),
        ("*.test", ["*.test", "a.*.test"], ["a.test", "*.a.test"]),
        ("w*.test", [], ["www.test", "w.test"]),
        ("a..test", [], ["a..test", "b.a..test", "a.test"]),
        (".", [], ["a.test"]),
    ],
)
def test_dns_names(base: str, inside: list[str], outside: list[str]) -> None:
    assert [name for name in inside if not holds(dns(base), dns(name))] == []
    assert [name for name in outside if holds(dns(base), dns(name))] == []


@pytest.mark.parametrize("name", ["", ".", "a..test", ".a.test", "a." * 127 + "test"])
def test_what_is_no_host_lies_nowhere(name: str) -> None:
    assert position(named(dns(name))) is None


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (
            "me@a.test",
            ["me@a.test", "me@A.Test", '"me"@a.test', r'"\m\e"@a.test'],
            ["Me@a.test", "you@a.test", "me@b.a.test"],
        ),
        ('"me"@a.test', ["me@a.test"], ["you@a.test"]),
        ("a.test", ["me@a.test", "you@A.TEST"], ["me@b.a.test", "me@test"]),
        ("@a.test", ["me@a.test"], ["me@b.a.test"]),
        (".a.test", ["me@b.a.test", "me@c.b.a.test"], ["me@a.test", "me@ba.test"]),
        ("", ["me@a.test"], []),
        ("*@a.test", ["*@a.test"], ["me@a.test", "*@b.a.test"]),
        ("me@", [], ["me@a.test", "me@"]),
        ("a@b@c.test", ["a@b@c.test"], ["a@c.test", "b@c.test", "a@b"]),
        ("///", [], ["///", "me@a.test"]),
    ],
)
def test_mailboxes_and_principals(base: str, inside: list[str], outside: list[str]) -> None:
    assert [name for name in inside if not holds(email(base), email(name))] == []
    assert [name for name in outside if holds(email(base), email(name))] == []
    assert [name for name in inside if not holds(upn(base), upn(name))] == []


def test_principals_are_compared_without_regard_to_case() -> None:
    assert holds(upn("Administrator@Corp.Test"), upn("administrator@CORP.test"))
    assert not holds(upn("administrator@corp.test"), upn("guest@corp.test"))
    assert not holds(upn("@corp.test"), upn("guest@sub.corp.test"))


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (
            "a.test",
            [
                "http://a.test",
                "https://A.test/x?y#z",
                "ldap://a.test:389/dc=x",
                "ftp://me:pw@a.test/",
                "x://a.test?q@b.test",
            ],
            ["http://www.a.test/", "http://b.test/a.test", "http://a.test@b.test/", "http://b.test#@a.test"],
        ),
        (".a.test", ["http://www.a.test/", "http://x.y.a.test:8443/"], ["http://a.test/", "http://ba.test/"]),
        ("", ["http://a.test/", "http://1.2.3.4/", "http://[::1]/"], ["urn:a.test", "a.test", "mailto:me@a.test"]),
        ("1.2.3.4", ["http://1.2.3.4/"], ["http://1.2.3.5/"]),
    ],
)
def test_hosts_of_uris(base: str, inside: list[str], outside: list[str]) -> None:
    assert [name for name in inside if not holds(uri(base), uri(name))] == []
    assert [name for name in outside if holds(uri(base), uri(name))] == []


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (address("192.0.2.0/24"), ["192.0.2.0", "192.0.2.255"], ["192.0.3.0", "::c000:200", "::ffff:192.0.2.1"]),
        (address("192.0.2.7/32"), ["192.0.2.7"], ["192.0.2.6"]),
        (address("0.0.0.0/0"), ["192.0.2.7"], ["::1"]),
        (address("2001:db8::/32"), ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::1", "32.1.13.184"]),
        (octets(b"\x0a\x00\x00\x01\xff\x00\x00\xff"), ["10.0.0.1", "10.9.9.1"], ["10.0.0.2", "11.0.0.1"]),
        (octets(b"\x0a\x01\x02\x03\xff\x00\x00\x00"), ["10.0.0.1"], ["11.0.0.1"]),
        (octets(b"\x0a\x00\x00\x01"), [], ["10.0.0.1"]),
        (octets(b""), [], ["10.0.0.1"]),
    ],
)
def test_addresses(base: bytes, inside: list[str], outside: list[str]) -> None:
    assert [name for name in inside if not holds(base, address(name))] == []
    assert [name for name in outside if holds(base, address(name))] == []


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (
            "O=Lab,C=ZZ",
            ["O=Lab,C=ZZ", "CN=x,O=Lab,C=ZZ", "CN=x,O=LAB\\ ,C=ZZ"],
            ["C=ZZ", "CN=x,O=Other,C=ZZ", "O=Lab,C=ZZ,DC=x"],
        ),
        ("OU=a+O=Lab,C=ZZ", ["CN=x,O=Lab+OU=a,C=ZZ"], ["CN=x,O=Lab,C=ZZ", "CN=x,OU=a,O=Lab,C=ZZ"]),
        ("O=La,C=ZZ", [], ["O=Lab,C=ZZ"]),
        ("", ["O=Lab,C=ZZ", ""], []),
    ],
)
def test_directory_names(base: str, inside: list[str], outside: list[str]) -> None:
    assert [name for name in inside if not holds(directory(base), directory(name))] == []
    assert [name for name in outside if holds(directory(base), directory(name))] == []


def test_a_malformed_directory_name_lies_nowhere_and_holds_nothing() -> None:
    assert position(named(tlv(0xA4, b"\x05\x00"))) is None
    assert not holds(tlv(0xA4, b"\x05\x00"), directory("C=ZZ"))


def test_the_subtree_that_holds_a_name_is_told() -> None:
    several = [GeneralSubtree(named(dns(base))) for base in ("a.test", ".b.test", "c.d.test", "e")]
    subtrees = Subtrees(several)
    for name, expected in (("x.a.test", several[0]), ("x.b.test", several[1]), ("e", several[3]), ("d.test", None)):
        where = position(named(dns(name)))
        assert where is not None
        assert subtrees.containing(where) == expected


@pytest.mark.parametrize(
    ("wildcard", "base", "reached"),
    [
        ("*.a.test", "www.a.test", True),
        ("*.a.test", "x.www.a.test", False),
        ("*.a.test", "www.b.test", False),
        ("*.a.test", ".www.a.test", False),
        ("*.test", "a.test", True),
    ],
)
def test_a_wildcard_reaches_one_label_down(wildcard: str, base: str, reached: bool) -> None:
    where = position(named(dns(wildcard)))
    assert where is not None
    found = Subtrees([GeneralSubtree(named(dns(base)))]).reached_by_wildcard(where)
    assert (found is not None) is reached


# -- forms and flaws


@pytest.mark.parametrize(
    ("name", "form", "supported"),
    [
        (dns("a.test"), "dNSName", True),
        (email("a@b.test"), "rfc822Name", True),
        (uri("x:"), "uniformResourceIdentifier", True),
        (address("::1"), "iPAddress", True),
        (directory("C=ZZ"), "directoryName", True),
        (upn("a@b.test"), "otherName 1.3.6.1.4.1.311.20.2.3", True),
        (other("1.2.3", "x=y"), "otherName 1.2.3", False),
        (registered("1.2.3"), "registeredID", False),
        (tlv(0xA3), "x400Address", False),
        (tlv(0xA5), "ediPartyName", False),
    ],
)
def test_forms(name: bytes, form: str, supported: bool) -> None:
    assert (form_of(named(name)), form_of(named(name)) in SUPPORTED) == (form, supported)


@pytest.mark.parametrize(
    ("names", "flaw"),
    [
        ([dns("a.test"), dns("*.a.test"), dns("my_host"), dns("a" * 63 + ".test")], None),
        (
            [dns(n) for n in ("", "a b", ".a.test", "a..test", "-a.test", "a-.test", "w*.test", "a" * 64)],
            "is no DNS name",
        ),
        ([email("me@a.test"), email('"m@e"@a.test'), email("*@a.test")], None),
        ([email(n) for n in ("a.test", "@a.test", "me@", "a@b@c.test", "m e@a.test", "me @ a.test")], "is no mailbox"),
        ([uri("http://a.test/x"), uri("https://a.test:8443"), uri("http://a.test:/")], None),
        (
            [uri(n) for n in ("urn:x", "", "http://1.2.3.4/", "http://[::1]/", "http://a.test:b/")],
            "has no host that is a DNS name",
        ),
        ([address("1.2.3.4"), address("::1")], None),
        ([address("1.2.3.0/24"), octets(b""), octets(b"12345")], "is no address of 4 or 16 octets"),
        ([directory("C=ZZ"), directory("")], None),
        ([tlv(0xA4, b"\x05\x00")], "is no distinguished name"),
        ([upn("anything"), registered("1.2.3")], None),
    ],
)
def test_flaws_of_names(names: list[bytes], flaw: str | None) -> None:
    assert [name_flaw(named(name)) for name in names] == [flaw] * len(names)


@pytest.mark.parametrize(
    ("bases", "flaw"),
    [
        ([dns("a.test"), dns("test"), dns("")], None),
        ([dns(".a.test"), dns("*.a.test"), dns("a b")], "is no DNS name"),
        ([email(b) for b in ("me@a.test", "a.test", ".a.test", "", "*@a.test")], None),
        ([email(b) for b in ("@a.test", "a@b@c.test", "*.a.test")], "is neither a mailbox nor a host"),
        ([uri("a.test"), uri(".a.test"), uri("")], None),
        ([uri("http://a.test/"), uri("*.a.test")], "is no host"),
        ([address("1.2.3.0/24"), address("::/0"), address("1.2.3.4/32")], None),
        (
            [address("1.2.3.4"), octets(b"\x0a\x00\x00\x01\xff\x00\x00\xff"), octets(b"1" * 10)],
            "is no address with the mask of a prefix",
        ),
        ([directory("C=ZZ"), directory("")], None),
        ([tlv(0xA4, b"\x05\x00")], "is no distinguished name"),
        ([upn("@a.test"), registered("1.2.3")], None),
    ],
)
def test_flaws_of_bases(bases: list[bytes], flaw: str | None) -> None:
    assert [base_flaw(named(base)) for base in bases] == [flaw] * len(bases)
