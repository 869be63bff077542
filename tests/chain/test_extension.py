from __future__ import annotations

import pytest

from certprobe.chain.profile import RFC_5280
from certprobe.chain.question import ChainQuestion
from certprobe.lab.pki import BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_ALT_NAME, Authority, Extension
from certprobe.pki.usage import SERVER_AUTH
from tests.chain.judging import AT, CA, ROOT, ask, details, errors, judge, store

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


MICROSOFT = Extension("1.3.6.1.4.1.311.21.10", b"\x30\x00", critical=True)


@pytest.mark.parametrize(
    ("extension", "usages", "bits"),
    [
        (Extension("1.3.6.1.5.5.7.48.1.5", b"\x05\x00", critical=True), None, 0),
        (Extension("2.5.29.7", b"\x30\x00", critical=True), None, 0x8000100),
        (MICROSOFT, None, 0x8000100),
        (MICROSOFT, (SERVER_AUTH,), 0),
    ],
)
def test_rfc_5280_asks_for_what_is_processed(extension: Extension, usages: tuple[str, ...] | None, bits: int) -> None:
    """Microsoft's application policies give way to an extKeyUsage."""
    leaf = CA.server("www.lab.test", extensions=(extension,), extended_key_usage=usages)
    assert errors(judge(leaf, CA))[0] == 0
    question = ChainQuestion(store(ROOT), AT)
    assert errors(ask(leaf, CA, question=question, profile=RFC_5280)) == [bits, bits, 0, 0]


def test_rfc_5280_does_not_look_into_application_policies() -> None:
    damaged = MICROSOFT._replace(value=b"\x05\x00")
    leaf = CA.server("www.lab.test", extensions=(damaged,), extended_key_usage=(SERVER_AUTH,))
    assert errors(ask(leaf, CA, question=ChainQuestion(store(ROOT), AT), profile=RFC_5280)) == [0, 0, 0, 0]
