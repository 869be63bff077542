from __future__ import annotations

import pytest

from certprobe.lab.pki import BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_ALT_NAME, Authority, Extension
from tests.chain.judging import AT, CA, ROOT, details, errors, judge

PRIVATE = Extension("1.2.3", b"\x05\x00", critical=True)


def test_a_critical_extension_that_is_not_understood_refuses_its_certificate() -> None:
    chain = judge(CA.server("www.lab.test", extensions=(PRIVATE,)), CA)
    assert errors(chain) == [0x8000100, 0x8000100, 0, 0]
    assert details(chain, 0) == ["the extension 1.2.3 is critical and not understood"] * 2
    ca = ROOT.intermediate("CA", extensions=(PRIVATE,))
    assert errors(judge(ca.server("www.lab.test"), ca)) == [0x8000100, 0, 0x8000100, 0]
    root = Authority.root("Root", at=AT, extensions=(PRIVATE,))
    assert errors(judge(root.server("www.lab.test"), roots=(root,))) == [0x8000100, 0, 0x8000100]


def test_not_critical_it_may_say_anything() -> None:
    leaf = CA.server("www.lab.test", extensions=(PRIVATE._replace(critical=False),))
    assert errors(judge(leaf, CA)) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "oid",
    ["2.5.29.17", "2.5.29.7", "2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54", "1.3.6.1.4.1.311.21.10"],
)
def test_what_windows_understands_may_be_critical(oid: str) -> None:
    leaf = CA.server("www.lab.test", extensions=(Extension(oid, b"\x30\x00", critical=True),))
    assert judge(leaf, CA).error & 0x8000000 == 0


@pytest.mark.parametrize("oid", [BASIC_CONSTRAINTS, KEY_USAGE])
def test_a_damaged_extension_that_validation_reads(oid: str) -> None:
    chain = judge(CA.server("www.lab.test", extensions=(Extension(oid, b"garbage"),)), CA)
    assert errors(chain) == [0x100, 0x100, 0, 0]
    name = {BASIC_CONSTRAINTS: "basicConstraints", KEY_USAGE: "keyUsage"}[oid]
    assert details(chain, 0)[0].startswith(f"the extension {name} cannot be used: ")


@pytest.mark.parametrize(("critical", "bit"), [(False, 0), (True, 0x100)])
def test_damage_elsewhere_counts_only_if_critical(critical: bool, bit: int) -> None:
    leaf = CA.server("www.lab.test", extensions=(Extension(SUBJECT_ALT_NAME, b"garbage", critical),))
    assert errors(judge(leaf, CA)) == [bit, bit, 0, 0]
