"""Whom a file is about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509

from certprobe.lab.pki import Authority, Issued
from certprobe.pki.certificate import Certificate
from certprobe.pki.decode import Contents, FoundCertificate
from certprobe.verify import subjects

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
ALICE = CA.client("alice")
BOB = CA.client("bob")
OTHER_CA = Authority.root("Other", at=AT).intermediate("Other CA")
# An end entity that issued another one, which no CA would let it.
MALLORY = Authority(ALICE, AT).client("mallory")
RING = [Authority.root("A", at=AT, issuer="CN=B"), Authority.root("B", at=AT, issuer="CN=A")]
OLD = Authority.root("Old", at=AT, version=1)
NEW_ROOT = Authority.root("Root", at=AT)
ISSUING_LEAF = CA.client("leaf of a broken CA", basic_constraints=x509.BasicConstraints(ca=True, path_length=None))


def contents(*holders: Authority | Issued) -> Contents:
    ders = [holder.issued.der if isinstance(holder, Authority) else holder.der for holder in holders]
    return Contents("f", tuple(FoundCertificate(Certificate(der), f"f #{n}") for n, der in enumerate(ders, 1)))


@pytest.mark.parametrize(("holders", "places"), [
    ((), []),
    ((ALICE,), [1]),
    ((ALICE, CA, ROOT), [1]),
    ((ROOT, CA, ALICE), [3]),
    ((ALICE, BOB, CA), [1, 2]),
    ((BOB, CA, ALICE, BOB), [1, 3]),
    ((ALICE, OTHER_CA), [1]),
    ((ALICE, MALLORY), [2]),
    ((CA, ROOT), [1]),
    ((ROOT,), [1]),
    ((CA, OTHER_CA), [1, 2]),
    ((ROOT, NEW_ROOT), [1, 2]),
    ((*RING,), [1]),
    ((OLD,), [1]),
    ((ISSUING_LEAF, CA), [1]),
])  # fmt: skip
def test_a_file_is_about_its_end_entities_or_its_lowest_cas(
    holders: tuple[Authority | Issued, ...], places: list[int]
) -> None:
    assert [each.source for each in subjects(contents(*holders))] == [f"f #{place}" for place in places]
