from __future__ import annotations

import pytest

from certprobe.chain.constraints import MOST_COMPARISONS
from certprobe.chain.context import ChainContext
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import HYGIENE, RFC_5280, WEBPKI, WINDOWS
from certprobe.chain.question import ChainQuestion
from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Issued, common_name_only
from tests.chain.judging import AT, certificate, details, errors, infos, store
from tests.pki.general_names import (
    NAME_CONSTRAINTS,
    address,
    constraining,
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

ROOT = Authority.root("Root", at=AT)
DAMAGED_ALT_NAME = tlv(0x82, b"www.lab.test\x00.evil.test")

EMAIL_ADDRESS = oid("1.2.840.113549.1.9.1")

BOTH = (WINDOWS, WEBPKI)
WHO = "the certificate with the serial number 07"


def constrained(*, permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = ()) -> Authority:
    """A CA below the root."""
    return ROOT.intermediate("CA", extensions=[constraining(permitted=permitted, excluded=excluded)])


def holder(ca: Authority, *alt_names: bytes, subject: bytes | str = b"\x30\x00") -> Issued:
    """A certificate with no other names than these."""
    return ca.client("", subject=subject, subject_alt_names=alt_names, serial_number=7)


def judge(end: Issued | Authority, *cas: Authority, profile: Profile = WINDOWS, root: Authority = ROOT) -> ChainContext:
    question = ChainQuestion(store(root), AT)
    return get_certificate_chain(certificate(end), store(*cas), question, profile)


@pytest.mark.parametrize("profile", BOTH)
@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (dns("lab.test"), dns("www.lab.test"), dns("www.evil.test")),
        (dns("lab.test"), dns("*.lab.test"), dns("lab.test.evil.test")),
        (address("192.0.2.0/24"), address("192.0.2.7"), address("198.51.100.7")),
        (address("192.0.2.0/24"), address("192.0.2.7"), address("2001:db8::1")),
        (address("2001:db8::/32"), address("2001:db8::1"), address("2001:db9::1")),
        (email("lab.test"), email("me@lab.test"), email("me@www.lab.test")),
        (email(".lab.test"), email("me@www.lab.test"), email("me@lab.test")),
        (email("me@lab.test"), email("me@lab.test"), email("you@lab.test")),
        (uri("www.lab.test"), uri("https://www.lab.test/x"), uri("https://lab.test/x")),
        (uri(".lab.test"), uri("https://www.lab.test:8443/x"), uri("https://lab.test/x")),
        (directory("O=Lab,C=ZZ"), directory("CN=x,O=Lab,C=ZZ"), directory("CN=x,O=Evil,C=ZZ")),
        (upn("@lab.test"), upn("me@lab.test"), upn("me@evil.test")),
    ],
)
def test_every_form_on_either_side(base: bytes, inside: bytes, outside: bytes, profile: Profile) -> None:
    permitting, excluding = constrained(permitted=(base,)), constrained(excluded=(base,))
    assert errors(judge(holder(permitting, inside), permitting, profile=profile)) == [0, 0, 0, 0]
    assert errors(judge(holder(permitting, outside), permitting, profile=profile)) == [0x4000, 0, 0x4000, 0]
    assert errors(judge(holder(excluding, outside), excluding, profile=profile)) == [0, 0, 0, 0]
    assert errors(judge(holder(excluding, inside), excluding, profile=profile)) == [0x8000, 0, 0x8000, 0]
    assert errors(judge(holder(permitting, inside, outside), permitting, profile=profile)) == [0x4000, 0, 0x4000, 0]


@pytest.mark.parametrize("profile", BOTH)
@pytest.mark.parametrize("name", [dns("a.test"), email("a@b.test"), uri("urn:x"), address("::1"), directory("C=ZZ")])
def test_a_form_without_subtrees_is_free(name: bytes, profile: Profile) -> None:
    forms = [dns("lab.test"), email("lab.test"), uri("lab.test"), address("10.0.0.0/8"), directory("C=XX"), upn("x@y")]
    others = tuple(base for base in forms if base[0] != name[0])
    ca = ROOT.intermediate("CA", subject="C=XX", extensions=[constraining(permitted=others)])
    assert errors(judge(holder(ca, name), ca, profile=profile)) == [0, 0, 0, 0]


def test_both_sides_may_be_violated() -> None:
    ca = constrained(permitted=(dns("lab.test"),), excluded=(dns("secret.lab.test"), dns("evil.test")))
    chain = judge(holder(ca, dns("a.secret.lab.test"), dns("www.evil.test"), dns("www.lab.test")), ca)
    assert errors(chain) == [0xC000, 0, 0xC000, 0]
    assert {finding.citation for finding in chain.elements[1].findings} == {"RFC 5280 4.2.1.10"}
    assert details(chain, 1) == [
        f'{WHO} has the dNSName "www.evil.test" outside of the permitted "lab.test"',
        f'{WHO} has the dNSName "a.secret.lab.test", "www.evil.test" in the excluded "secret.lab.test", "evil.test"',
    ]


def test_long_lists_are_cut() -> None:
    ca = constrained(permitted=tuple(dns(f"{n}.test") for n in range(9)))
    chain = judge(holder(ca, *(dns(f"{n}.evil.test") for n in range(5))), ca)
    assert details(chain, 1) == [
        f'{WHO} has the dNSName "0.evil.test", "1.evil.test", "2.evil.test" and 2 more '
        'outside of the permitted "0.test", "1.test", "2.test" and 6 more'
    ]


def test_a_name_that_stands_twice_is_told_once() -> None:
    ca = constrained(permitted=(directory("O=Lab,C=ZZ"),))
    assert details(judge(holder(ca, directory("CN=x"), subject="CN=x"), ca), 1) == [
        'CN=x has the directoryName "CN=x" outside of the permitted "O=Lab,C=ZZ"'
    ]


def test_every_ca_is_blamed_for_its_own_constraints() -> None:
    lab = (constraining(permitted=(dns("lab.test"),)),)
    evil = (constraining(permitted=(dns("evil.test"),)),)
    root = Authority.root("Root", at=AT, extensions=lab)
    upper = root.intermediate("Upper", extensions=evil)
    lower = upper.intermediate("Lower", extensions=lab)
    chain = judge(holder(lower, dns("www.lab.test")), upper, lower, root=root)
    assert errors(chain) == [0x4000, 0, 0, 0x4000, 0]
    assert [info & 0x400 for info in infos(chain)] == [0x400, 0, 0x400, 0, 0x400]


def test_a_ca_does_not_bind_itself() -> None:
    root = Authority.root("Root", at=AT, extensions=(constraining(excluded=(directory("CN=Root"),)),))
    assert errors(judge(root, root=root)) == [0, 0]
    ca = ROOT.intermediate("CA", extensions=(constraining(excluded=(directory("CN=CA"),)),))
    assert errors(judge(ca, ca)) == [0, 0, 0]


def test_criticality_does_not_matter() -> None:
    ca = ROOT.intermediate("CA", extensions=[constraining(permitted=(dns("lab.test"),), critical=False)])
    assert errors(judge(holder(ca, dns("evil.test")), ca)) == [0x4000, 0, 0x4000, 0]


def test_the_old_alternative_name_is_bound_too() -> None:
    ca = constrained(permitted=(dns("lab.test"),))
    old = Extension("2.5.29.7", sequence(dns("www.evil.test")))
    assert errors(judge(ca.client("", subject=b"\x30\x00", extensions=[old]), ca)) == [0x4000, 0, 0x4000, 0]


# -- whose names


@pytest.mark.parametrize(
    ("profile", "expected"), [(WINDOWS, [0, 0, 0, 0, 0]), (RFC_5280, [0x4000, 0, 0, 0x4000, 0]), (WEBPKI, None)]
)
def test_windows_looks_at_the_end_certificate_alone(profile: Profile, expected: list[int] | None) -> None:
    upper = ROOT.intermediate("Upper", extensions=[constraining(permitted=(directory("O=Lab,C=ZZ"),))])
    lower = upper.intermediate("Lower")
    chain = judge(holder(lower, dns("a.test"), subject="CN=x,O=Lab,C=ZZ"), upper, lower, profile=profile)
    assert errors(chain) == (expected or [0x4000, 0, 0, 0x4000, 0])


@pytest.mark.parametrize("profile", BOTH)
def test_a_self_issued_issuer_is_free_but_a_self_issued_end_is_not(profile: Profile) -> None:
    upper = ROOT.intermediate("Same", extensions=[constraining(excluded=(directory("CN=Same"),))])
    lower = upper.intermediate("Same")
    assert errors(judge(holder(lower, dns("a.test")), upper, lower, profile=profile)) == [0, 0, 0, 0, 0]
    assert errors(judge(lower, upper, profile=profile)) == [0x8000, 0, 0x8000, 0]


def test_the_subject_is_a_directory_name_if_there_is_one() -> None:
    ca = constrained(permitted=(directory("O=Lab,C=ZZ"),))
    assert errors(judge(holder(ca, subject="CN=x,O=Lab,C=ZZ"), ca)) == [0, 0, 0, 0]
    assert errors(judge(holder(ca, subject="CN=x,O=Evil,C=ZZ"), ca)) == [0x4000, 0, 0x4000, 0]
    assert errors(judge(holder(ca, dns("a.test")), ca)) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("common_name", "alt_names", "bit"),
    [
        ("www.lab.test", (), 0),
        ("www.evil.test", (), 0x4000),
        ("www.evil.test\x00", (), 0x4000),
        ("*.evil.test", (), 0x4000),
        ("10.0.0.1", (address("10.0.0.1"),), 0x4000),
        ("www.evil.test", (email("me@evil.test"),), 0x4000),
        ("www.evil.test", (dns("www.lab.test"),), 0),
        ("Jane Doe", (), 0),
        ("www.evil.test is mine", (), 0),
        ("evil", (), 0),
    ],
)
def test_windows_takes_a_common_name_for_a_dns_name_where_none_is(
    common_name: str, alt_names: tuple[bytes, ...], bit: int
) -> None:
    ca = constrained(permitted=(dns("lab.test"),))
    end = holder(ca, *alt_names, subject=common_name_only(common_name))
    assert errors(judge(end, ca)) == [bit, 0, bit, 0]
    assert errors(judge(end, ca, profile=WEBPKI)) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("alt_names", "windows"), [((), 0x4000), ((dns("a.test"),), 0x4000), ((email("me@lab.test"),), 0)]
)
def test_an_email_address_of_the_subject_is_a_mailbox(alt_names: tuple[bytes, ...], windows: int) -> None:
    ca = constrained(permitted=(email("lab.test"),))
    end = holder(ca, *alt_names, subject="1.2.840.113549.1.9.1=me@evil.test")
    assert errors(judge(end, ca)) == [windows, 0, windows, 0]
    assert errors(judge(end, ca, profile=WEBPKI)) == [0x4000, 0, 0x4000, 0]


# -- what cannot be compared


@pytest.mark.parametrize("profile", BOTH)
def test_constraints_that_cannot_be_decoded(profile: Profile) -> None:
    ca = ROOT.intermediate("CA", extensions=[Extension(NAME_CONSTRAINTS, b"\x05\x00")])
    chain = judge(holder(ca, dns("a.test")), ca, profile=profile)
    assert errors(chain) == [0x900, 0, 0x900, 0]
    assert "the name constraints cannot be decoded" in details(chain, 1)


@pytest.mark.parametrize("profile", BOTH)
def test_names_that_cannot_be_decoded(profile: Profile) -> None:
    ca = constrained(permitted=(dns("lab.test"),))
    chain = judge(holder(ca, DAMAGED_ALT_NAME), ca, profile=profile)
    assert errors(chain) == [0x900, 0, 0x900, 0]
    assert details(chain, 1) == [f"the subjectAltName of {WHO} cannot be decoded"] * 2
    assert errors(judge(holder(ROOT, DAMAGED_ALT_NAME), profile=profile)) == [0, 0, 0]


@pytest.mark.parametrize("profile", BOTH)
@pytest.mark.parametrize("distance", [tlv(0x80, b"\x09"), tlv(0x81, b"\x00")])
@pytest.mark.parametrize("name", ["www.lab.test", "www.evil.test"])
def test_distances_are_not_supported_and_their_form_is_not_judged(name: str, distance: bytes, profile: Profile) -> None:
    data = sequence(tlv(0xA0, subtree(dns("lab.test"), distance), subtree(email("lab.test"))))
    ca = ROOT.intermediate("CA", extensions=[Extension(NAME_CONSTRAINTS, data)])
    chain = judge(holder(ca, dns(name)), ca, profile=profile)
    assert errors(chain) == [0x1000, 0, 0x1000, 0]
    assert details(chain, 1) == ['the dNSName subtree "lab.test" has a minimum or a maximum']
    other_form = judge(holder(ca, dns(name), email("me@evil.test")), ca, profile=profile)
    assert errors(other_form) == [0x5000, 0, 0x5000, 0]


@pytest.mark.parametrize(
    ("base", "form"), [(registered("1.2.3"), "registeredID"), (other("1.2", "x"), "otherName 1.2")]
)
def test_forms_that_are_not_supported(base: bytes, form: str) -> None:
    """Windows minds the constraint, RFC 5280 only that such a name occurs."""
    ca = constrained(permitted=(dns("lab.test"),), excluded=(base,))
    chain = judge(holder(ca, dns("www.lab.test")), ca)
    assert errors(chain) == [0x1000, 0, 0x1000, 0]
    assert details(chain, 1) == [f"constraints of the form {form} are not supported"]
    assert errors(judge(holder(ca, dns("www.lab.test")), ca, profile=WEBPKI)) == [0, 0, 0, 0]
    occurs = judge(holder(ca, base), ca, profile=WEBPKI)
    assert errors(occurs) == [0x1000, 0, 0x1000, 0]
    assert details(occurs, 1) == details(chain, 1)


@pytest.mark.parametrize(
    ("base", "name", "flaw"),
    [
        (dns("lab.test"), dns(""), '"", which is no DNS name'),
        (email("///"), email("///"), '"///", which is no mailbox'),
        (uri("lab.test"), uri("urn:x"), '"urn:x", which has no host that is a DNS name'),
        (address("10.0.0.0/8"), octets(b"\x0a"), '"#0a", which is no address of 4 or 16 octets'),
    ],
)
def test_nonsense_is_skipped_by_windows(base: bytes, name: bytes, flaw: str) -> None:
    for ca in (constrained(permitted=(base,)), constrained(excluded=(base,))):
        assert errors(judge(holder(ca, name), ca)) == [0, 0, 0, 0]
        chain = judge(holder(ca, name), ca, profile=WEBPKI)
        assert errors(chain) == [0x800, 0, 0x800, 0]
        assert details(chain, 1)[0].endswith(flaw)


@pytest.mark.parametrize(
    ("base", "windows"),
    [
        (octets(b"\x0a\x00\x00\x01\xff\x00\x00\xff"), 0x8000),
        (address("10.0.0.1"), 0),
        (octets(b""), 0),
    ],
)
def test_nobody_can_tell_what_nonsense_excludes(base: bytes, windows: int) -> None:
    """RFC 5280 minds that such a name occurs, Windows does not."""
    ca = constrained(excluded=(base,))
    name = holder(ca, address("10.0.0.1"))
    assert errors(judge(name, ca)) == [windows, 0, windows, 0]
    chain = judge(name, ca, profile=WEBPKI)
    assert errors(chain) == [0x1000, 0, 0x1000, 0]
    assert details(chain, 1)[0].endswith("is nonsense")
    assert errors(judge(holder(ca, dns("www.lab.test")), ca, profile=WEBPKI)) == [0, 0, 0, 0]


@pytest.mark.parametrize(("profile", "bit"), [(WINDOWS, 0), (WEBPKI, 0x8000)])
def test_a_wildcard_may_reach_into_an_excluded_subtree(profile: Profile, bit: int) -> None:
    ca = constrained(excluded=(dns("secret.lab.test"),))
    assert errors(judge(holder(ca, dns("*.lab.test")), ca, profile=profile)) == [bit, 0, bit, 0]
    assert errors(judge(holder(ca, dns("*.test")), ca, profile=profile)) == [0, 0, 0, 0]


def test_no_wildcard_stands_in_a_constraint() -> None:
    ca = constrained(permitted=(dns("*.test"), dns("w*.test"), dns("www.*.test")))
    for name in ("a.test", "www.test", "www.lab.test"):
        assert errors(judge(holder(ca, dns(name)), ca)) == [0x4000, 0, 0x4000, 0]


@pytest.mark.parametrize("profile", BOTH)
def test_the_work_is_bounded_and_it_is_told(profile: Profile) -> None:
    subtrees = 1 << 10
    ca = constrained(excluded=tuple(dns(f"{n}.evil.test") for n in range(subtrees)))
    most = [dns(f"{n}.lab.test") for n in range(MOST_COMPARISONS // subtrees)]
    assert errors(judge(holder(ca, *most), ca, profile=profile)) == [0, 0, 0, 0]
    chain = judge(holder(ca, *most, dns("0.evil.test")), ca, profile=profile)
    assert errors(chain) == [0x800, 0, 0x800, 0]
    assert details(chain, 1) == [
        f"1025 names of {WHO} against 1024 subtrees are more than 1048576 comparisons, and were not compared"
    ]


@pytest.mark.parametrize("profile", BOTH)
def test_work_is_counted_for_each_form(profile: Profile) -> None:
    ca = constrained(excluded=tuple(address(f"10.{n // 250}.{n % 250}.0/24") for n in range(1025)))
    assert errors(judge(holder(ca, *(dns(f"{n}.lab.test") for n in range(1025))), ca, profile=profile)) == [0] * 4


@pytest.mark.parametrize("profile", BOTH)
def test_mailboxes_of_the_subject_count_against_every_form(profile: Profile) -> None:
    ca = constrained(excluded=tuple(dns(f"{n}.evil.test") for n in range(1025)))
    mailboxes = sequence(*(tlv(0x31, sequence(EMAIL_ADDRESS, tlv(0x16, b"%d@lab.test" % n))) for n in range(1024)))
    chain = judge(holder(ca, dns("lab.test"), subject=mailboxes), ca, profile=profile)
    assert errors(chain) == [0x800, 0, 0x800, 0]


# -- what Windows has no bit for


def remarks(*bases: bytes, profile: Profile = HYGIENE) -> list[str]:
    ca = constrained(permitted=bases)
    element = judge(holder(ca, registered("1.2.3")), ca, profile=profile).elements[1]
    return [remark.detail for remark in element.remarks if remark.citation == "RFC 5280 4.2.1.10"]


def test_odd_constraints_are_remarked() -> None:
    assert remarks(dns("lab.test"), email(".lab.test"), registered("1.2.3")) == []
    assert remarks(dns(".lab.test"), dns("*"), profile=WINDOWS) == []
    assert remarks(dns(".lab.test"), address("10.0.0.1")) == [
        'the dNSName subtree ".lab.test" is no DNS name',
        'the iPAddress subtree "10.0.0.1" is no address with the mask of a prefix',
    ]


def test_constraints_that_say_nothing_or_too_much_are_remarked() -> None:
    far = Extension(NAME_CONSTRAINTS, sequence(tlv(0xA1, subtree(dns("a.test"), tlv(0x80, b"\x01")))))
    upper = ROOT.intermediate("Upper", extensions=[Extension(NAME_CONSTRAINTS, sequence(tlv(0xA0)))])
    lower = upper.intermediate("Lower", extensions=[far])
    chain = judge(holder(lower, registered("1.2.3")), upper, lower, profile=HYGIENE)
    told = [remark for element in chain.elements[1:3] for remark in element.remarks]
    assert [remark.detail for remark in told if remark.citation == "RFC 5280 4.2.1.10"] == [
        'the dNSName subtree "a.test" has a minimum or a maximum',
        "nameConstraints that neither permit nor exclude anything",
    ]
