"""A DSA key may leave its parameters to the CA above, and to nobody else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa

from certprobe.chain.path import Profile
from certprobe.chain.profile import RFC_5280, WINDOWS
from certprobe.lab.der import bit_string, integer, oid, sequence
from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, revoked
from tests.chain.evidence import asked, status
from tests.chain.judging import AT, ROOT, errors, judge

PARAMETERS = dsa.generate_parameters(1024)
DSA = oid("1.2.840.10040.4.1")


def key_info(key: dsa.DSAPrivateKey, parameters: bytes) -> bytes:
    return sequence(sequence(DSA, parameters), bit_string(integer(key.public_key().public_numbers().y)))


KEY, HEIR_KEY = PARAMETERS.generate_private_key(), PARAMETERS.generate_private_key()
ISSUING = ROOT.intermediate("Issuing", key=KEY)
HEIR = ISSUING.intermediate("Heir", key=HEIR_KEY, public_key_info=key_info(HEIR_KEY, b""))
GRANDCHILD = HEIR.intermediate("Grandchild", key=HEIR_KEY, public_key_info=key_info(HEIR_KEY, b"\x05\x00"))
STRANGER = Authority.root("Stranger", at=AT, key=KEY)


@pytest.mark.parametrize("profile", [WINDOWS, RFC_5280], ids=lambda profile: profile.name)
@pytest.mark.parametrize("entries", [0, 1])
def test_parameters_come_from_the_ca_above(entries: int, profile: Profile) -> None:
    leaf = GRANDCHILD.client("alice")
    listed = crl(GRANDCHILD, *[revoked(leaf)][:entries])
    chain = asked(leaf, GRANDCHILD, HEIR, ISSUING, crls=[listed], profile=profile)
    assert status(chain) == ["good", "revoked"][entries]


def test_a_signature_by_an_heir_may_be_false() -> None:
    leaf = HEIR.client("alice").with_broken_signature()
    assert errors(judge(leaf, HEIR, ISSUING)) == [0x8, 0x8, 0, 0, 0]


def test_without_parameters_above_nothing_can_be_verified() -> None:
    heir = ROOT.intermediate("Heir", key=HEIR_KEY, public_key_info=key_info(HEIR_KEY, b""))
    chain = judge(heir.client("alice"), heir, ISSUING, STRANGER)
    assert errors(chain) == [0x8, 0x8, 0, 0]
    assert "the algorithm is not supported" in chain.elements[0].findings[0].detail
