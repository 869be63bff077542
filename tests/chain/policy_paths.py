"""Paths of certificates with policy extensions: signed ones for the engine, unsigned ones for the graph alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from certprobe.chain.question import ANY_POLICY
from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Issued, common_name_only
from certprobe.pki import extensions
from certprobe.pki.certificate import Certificate
from tests.chain.judging import AT
from tests.pki.certificates import encoded, extension

ANY = ANY_POLICY
A, B, C = "1.2.3.1", "1.2.3.2", "1.2.3.3"


class Issuer(Enum):
    ANOTHER = "another"
    ITSELF = "itself"


class Policies(NamedTuple):
    """The policy extensions of one certificate, None for none; `damaged` ones are written as they stand."""

    asserted: Sequence[str] | None = None
    mappings: Sequence[tuple[str, str]] | None = None
    explicit: int | None = None
    inhibit_mapping: int | None = None
    inhibit_any: int | None = None
    issuer: Issuer = Issuer.ANOTHER
    damaged: tuple[Extension, ...] = ()


NONE = Policies()


def policy_extensions(policies: Policies) -> Iterator[Extension]:
    if policies.asserted is not None:
        asserted = (sequence(oid(policy)) for policy in policies.asserted)
        yield Extension(extensions.CERTIFICATE_POLICIES, sequence(*asserted))
    if policies.mappings is not None:
        pairs = (sequence(oid(issuer), oid(subject)) for issuer, subject in policies.mappings)
        yield Extension(extensions.POLICY_MAPPINGS, sequence(*pairs))
    skips = [
        tlv(tag, integer(skip)[2:])
        for tag, skip in ((0x80, policies.explicit), (0x81, policies.inhibit_mapping))
        if skip is not None
    ]
    if skips:
        yield Extension(extensions.POLICY_CONSTRAINTS, sequence(*skips))
    if policies.inhibit_any is not None:
        yield Extension(extensions.INHIBIT_ANY_POLICY, integer(policies.inhibit_any))
    yield from policies.damaged


def signed(*path: Policies) -> tuple[Authority, list[Authority], Issued]:
    """A root, the CAs below it and an end certificate, from the root down."""
    root, *below, end = path
    anchor = authority = Authority.root("Root", at=AT, extensions=tuple(policy_extensions(root)))
    authorities = []
    for number, policies in enumerate(below, start=1):
        itself = policies.issuer is Issuer.ITSELF
        subject = authority.issued.subject if itself else common_name_only(f"CA {number}")
        authority = authority.intermediate("", subject=subject, extensions=tuple(policy_extensions(policies)))
        authorities.append(authority)
    return anchor, authorities, authority.server("www.lab.test", extensions=tuple(policy_extensions(end)))


def unsigned(*path: Policies) -> tuple[Certificate, ...]:
    """A path for the graph alone, end certificate first; given from the top down."""
    return tuple(map(_unsigned, reversed(path)))


def _unsigned(policies: Policies) -> Certificate:
    encodings = (extension(one.oid, one.value) for one in policy_extensions(policies))
    subject = common_name_only("issuer" if policies.issuer is Issuer.ITSELF else "subject")
    return Certificate(
        encoded(issuer=common_name_only("issuer"), subject=subject, extensions=tlv(0xA3, sequence(*encodings)))
    )
