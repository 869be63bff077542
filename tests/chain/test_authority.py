from __future__ import annotations

import pytest
from cryptography.x509 import BasicConstraints

from certprobe.lab.pki import BASIC_CONSTRAINTS, Authority, Extension, KeyUsageName
from tests.chain.judging import AT, CA, ROOT, details, errors, judge

NOT_A_CA = BasicConstraints(ca=False, path_length=None)


def allowing(length: int) -> BasicConstraints:
    return BasicConstraints(ca=True, path_length=length)


@pytest.mark.parametrize("constraints", [NOT_A_CA, None])
def test_an_intermediate_must_be_a_ca(constraints: BasicConstraints | None) -> None:
    ca = ROOT.intermediate("CA", basic_constraints=constraints, key_usage=None)
    chain = judge(ca.server("www.lab.test"), ca)
    assert errors(chain) == [0x400, 0, 0x400, 0]


def test_damaged_basic_constraints_make_no_ca() -> None:
    ca = ROOT.intermediate("CA", extensions=(Extension(BASIC_CONSTRAINTS, b"garbage", critical=True),))
    chain = judge(ca.server("www.lab.test"), ca)
    assert errors(chain) == [0x500, 0, 0x500, 0]


def test_a_root_may_leave_basic_constraints_out_but_not_deny_being_a_ca() -> None:
    silent = Authority.root("silent", at=AT, basic_constraints=None)
    assert errors(judge(silent.server("www.lab.test"), roots=(silent,))) == [0, 0, 0]
    old = Authority.root("version 1", at=AT, version=1)
    assert errors(judge(old.server("www.lab.test"), roots=(old,))) == [0, 0, 0]
    denying = Authority.root("denying", at=AT, basic_constraints=NOT_A_CA, key_usage=None)
    chain = judge(denying.server("www.lab.test"), roots=(denying,))
    assert errors(chain) == [0x400, 0, 0x400]
    assert details(chain, 1) == ["acts as a CA, but its basicConstraints say cA FALSE"]


def test_an_end_certificate_may_be_anything() -> None:
    assert errors(judge(CA)) == [0, 0, 0]
    self_signed = Authority.root("alone", at=AT, basic_constraints=NOT_A_CA, key_usage=None)
    assert errors(judge(self_signed, roots=(self_signed,))) == [0, 0]


def test_a_violated_path_length_marks_the_ca_that_set_it_and_every_ca_below() -> None:
    root = Authority.root("Root", at=AT)
    top = root.intermediate("top", basic_constraints=allowing(1))
    middle = top.intermediate("middle")
    low = middle.intermediate("low")
    chain = judge(low.server("www.lab.test"), top, middle, low, roots=(root,))
    assert errors(chain) == [0x400, 0, 0x400, 0x400, 0x400, 0]
    assert details(chain, 3) == ["allows a path length of 1, but the path has 2 CAs below it"]
    assert details(chain, 1) == ["stands in a path with more CAs than allowed: CN=top allows 1 below it"]
    narrow = root.intermediate("narrow", basic_constraints=allowing(0))
    low = narrow.intermediate("low")
    chain = judge(low.server("www.lab.test"), narrow, low, roots=(root,))
    assert details(chain, 2) == ["allows a path length of 0, but the path has 1 CA below it"]


def test_a_path_length_that_is_just_enough_is_enough() -> None:
    root = Authority.root("Root", at=AT, basic_constraints=allowing(1))
    ca = root.intermediate("CA", basic_constraints=allowing(0))
    assert errors(judge(ca.server("www.lab.test"), ca, roots=(root,))) == [0, 0, 0, 0]
    assert errors(judge(ca.intermediate("an end certificate that is a CA"), ca, roots=(root,))) == [0, 0, 0, 0]


def test_self_issued_cas_do_not_count() -> None:
    root = Authority.root("Root", at=AT, basic_constraints=allowing(1))
    ca = root.intermediate("CA")
    renewed = ca.intermediate("CA")
    leaf = renewed.server("www.lab.test")
    assert errors(judge(leaf, ca, renewed, roots=(root,))) == [0, 0, 0, 0, 0]
    other = ca.intermediate("other")
    assert errors(judge(other.server("www.lab.test"), ca, other, roots=(root,))) == [0x400, 0, 0x400, 0x400, 0x400]


@pytest.mark.parametrize("usage", [("cRLSign",), ("digitalSignature",)])
def test_a_ca_with_key_usage_needs_key_cert_sign(usage: tuple[KeyUsageName, ...]) -> None:
    ca = ROOT.intermediate("CA", key_usage=usage)
    chain = judge(ca.server("www.lab.test"), ca)
    assert errors(chain) == [0x10, 0, 0x10, 0]
    root = Authority.root("Root", at=AT, key_usage=usage)
    assert errors(judge(root.server("www.lab.test"), roots=(root,))) == [0x10, 0, 0x10]


def test_a_second_octet_of_key_usage_takes_nothing_away() -> None:
    ca = ROOT.intermediate("CA", key_usage=("keyCertSign", "keyAgreement", "decipherOnly"))
    assert errors(judge(ca.server("www.lab.test"), ca)) == [0, 0, 0, 0]


def test_a_ca_without_key_usage_may_sign() -> None:
    ca = ROOT.intermediate("CA", key_usage=None)
    assert errors(judge(ca.server("www.lab.test"), ca)) == [0, 0, 0, 0]


@pytest.mark.parametrize("constraints", [NOT_A_CA, None])
def test_an_end_certificate_that_is_no_ca_must_not_have_key_cert_sign(constraints: BasicConstraints | None) -> None:
    leaf = CA.server("www.lab.test", key_usage=("digitalSignature", "keyCertSign"), basic_constraints=constraints)
    chain = judge(leaf, CA)
    assert errors(chain) == [0x10, 0x10, 0, 0]
    assert details(chain, 0) == ["keyUsage has keyCertSign, but basicConstraints do not make it a CA"]


def test_an_end_certificate_that_is_a_ca_needs_key_cert_sign() -> None:
    leaf = CA.intermediate("signs nothing", key_usage=["digitalSignature"])
    assert errors(judge(leaf, CA)) == [0x10, 0x10, 0, 0]
