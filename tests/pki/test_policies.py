from __future__ import annotations

from collections.abc import Callable

import pytest

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.pki import der, policies
from certprobe.pki.certificate import Certificate
from certprobe.pki.policies import PolicyConstraints, PolicyInformation, PolicyMapping, PolicyQualifier
from tests.pki.certificates import extension, with_extensions

CPS = sequence(oid(policies.ID_QT_CPS), tlv(0x16, b"http://a"))
SKIP_2 = tlv(0x80, b"\x02")
SKIP_0 = tlv(0x81, b"\x00")

Decoder = Callable[[bytes], object]


@pytest.mark.parametrize(
    ("decoder", "data", "expected"),
    [
        (policies.decode_certificate_policies, sequence(), ()),
        (
            policies.decode_certificate_policies,
            sequence(sequence(oid("2.5.29.32.0")), sequence(oid("1.2.3"), sequence(CPS))),
            (
                PolicyInformation("2.5.29.32.0", ()),
                PolicyInformation("1.2.3", (PolicyQualifier(policies.ID_QT_CPS, b"\x16\x08http://a"),)),
            ),
        ),
        (
            policies.decode_certificate_policies,
            sequence(sequence(oid("1.2.3")), sequence(oid("1.2.3"))),
            (PolicyInformation("1.2.3", ()),) * 2,
        ),
        (policies.decode_policy_mappings, sequence(), ()),
        (
            policies.decode_policy_mappings,
            sequence(sequence(oid("1.2.3"), oid("1.2.4"))),
            (PolicyMapping("1.2.3", "1.2.4"),),
        ),
        (policies.decode_policy_constraints, sequence(), PolicyConstraints(None, None)),
        (policies.decode_policy_constraints, sequence(SKIP_2), PolicyConstraints(2, None)),
        (policies.decode_policy_constraints, sequence(SKIP_0), PolicyConstraints(None, 0)),
        (policies.decode_policy_constraints, sequence(SKIP_2, SKIP_0), PolicyConstraints(2, 0)),
        (policies.decode_application_policies, sequence(), ()),
        (
            policies.decode_application_policies,
            sequence(sequence(oid("1.2.3")), sequence(oid("1.2.4"))),
            ("1.2.3", "1.2.4"),
        ),
        (policies.decode_inhibit_any_policy, integer(1), 1),
        (policies.decode_inhibit_any_policy, integer(1 << 70), 1 << 70),
    ],
)
def test_what_is_read(decoder: Decoder, data: bytes, expected: object) -> None:
    assert decoder(data) == expected


@pytest.mark.parametrize(
    ("decoder", "data"),
    [
        *((decoder, data) for decoder in policies.DECODERS.values() for data in (b"", b"\x05\x00", b"\x30\x11")),
        (policies.decode_certificate_policies, sequence(integer(42))),
        (policies.decode_certificate_policies, sequence(sequence())),
        (policies.decode_certificate_policies, sequence(sequence(integer(1)))),
        (policies.decode_certificate_policies, sequence(sequence(oid("1.2.3"), integer(1)))),
        (policies.decode_certificate_policies, sequence(sequence(oid("1.2.3"), sequence(), sequence()))),
        (policies.decode_certificate_policies, sequence(sequence(oid("1.2.3"), sequence(sequence())))),
        (policies.decode_certificate_policies, sequence(sequence(oid("1.2.3"), sequence(sequence(oid("1.2.4")))))),
        (
            policies.decode_certificate_policies,
            sequence(sequence(oid("1.2.3"), sequence(sequence(*[oid("1.2.4")] * 3)))),
        ),
        (policies.decode_certificate_policies, sequence(sequence(oid("1.2.3"))) + b"\x00"),
        (policies.decode_certificate_policies, sequence(*[sequence(oid("1.2.3"))] * 1001)),
        (policies.decode_policy_mappings, sequence(oid("1.2.3"), oid("1.2.4"))),
        (policies.decode_policy_mappings, sequence(sequence(oid("1.2.3")))),
        (policies.decode_policy_mappings, sequence(sequence(*[oid("1.2.3")] * 3))),
        (policies.decode_policy_mappings, sequence(*[sequence(oid("1.2.3"), oid("1.2.4"))] * 1001)),
        (policies.decode_policy_constraints, sequence(tlv(0x83, b"\x02"))),
        (policies.decode_policy_constraints, sequence(integer(2))),
        (policies.decode_policy_constraints, sequence(SKIP_0, SKIP_2)),
        (policies.decode_policy_constraints, sequence(SKIP_2, SKIP_2)),
        (policies.decode_policy_constraints, sequence(SKIP_2, SKIP_0, SKIP_0)),
        (policies.decode_policy_constraints, sequence(tlv(0x80, b"\xff"))),
        (policies.decode_policy_constraints, sequence(tlv(0x80))),
        (policies.decode_inhibit_any_policy, integer(-1)),
        (policies.decode_inhibit_any_policy, integer(1) + b"\x00"),
    ],
)
def test_what_is_refused(decoder: Decoder, data: bytes) -> None:
    with pytest.raises(der.DerError):
        decoder(data)


def test_a_certificate_answers_for_each() -> None:
    certificate = Certificate(
        with_extensions(
            extension("2.5.29.32", sequence(sequence(oid("1.2.3")))),
            extension("2.5.29.33", sequence(sequence(oid("1.2.3"), oid("1.2.4")))),
            extension("2.5.29.36", sequence(SKIP_2)),
            extension("2.5.29.54", integer(1)),
            extension("1.3.6.1.4.1.311.21.10", sequence(sequence(oid("1.2.5")))),
            extension("1.3.6.1.4.1.311.21.11", sequence(sequence(oid("1.2.5"), oid("1.2.6")))),
            extension("1.3.6.1.4.1.311.21.12", sequence(SKIP_0)),
        )
    )
    assert certificate.certificate_policies == (PolicyInformation("1.2.3", ()),)
    assert certificate.policy_mappings == (PolicyMapping("1.2.3", "1.2.4"),)
    assert certificate.policy_constraints == PolicyConstraints(2, None)
    assert certificate.inhibit_any_policy == 1
    assert certificate.application_policies == ("1.2.5",)
    assert certificate.application_policy_mappings == (PolicyMapping("1.2.5", "1.2.6"),)
    assert certificate.application_policy_constraints == PolicyConstraints(None, 0)
    assert certificate.extension_faults == ()


@pytest.mark.parametrize("dotted", policies.DECODERS)
def test_damage_is_a_fault_and_no_value(dotted: str) -> None:
    certificate = Certificate(with_extensions(extension(dotted, b"\x05\x00")))
    assert [fault.oid for fault in certificate.extension_faults] == [dotted]
    assert (
        certificate.certificate_policies,
        certificate.policy_mappings,
        certificate.policy_constraints,
        certificate.inhibit_any_policy,
        certificate.application_policies,
        certificate.application_policy_mappings,
        certificate.application_policy_constraints,
    ) == (None,) * 7


def test_a_certificate_without_any() -> None:
    certificate = Certificate(with_extensions(extension("1.2.3", b"")))
    assert certificate.certificate_policies is None
    assert certificate.inhibit_any_policy is None
    assert certificate.application_policies is None
