"""The shape of the document of `certprobe verify`; certificates, chains and causes are those of the report."""

from __future__ import annotations

from typing import TypedDict

from certprobe.report.shape import Cause
from certprobe.report.shape_pki import Certificate, Judgement, Status, Usage


class FileVerdict(TypedDict):
    """What is decided: `fault` says why the file could not be used."""

    exit_code: int
    fault: str | None


class Terms(TypedDict):
    """What was asked, and by what it was judged."""

    at: str
    trust: str
    profile: str
    policy: str
    usage: list[Usage]
    usage_match: str
    host: str | None
    flags: list[str]
    crls: int
    ocsp_responses: int
    ntauth: int | None
    initial_policy_set: list[str]
    issuance_policies: list[str]


class PolicySets(TypedDict):
    """The certificate policies that a path is valid for: as its CAs say, and of these the ones that will do."""

    authority_constrained: list[str]
    user_constrained: list[str]


class Subject(TypedDict):
    """A certificate that was asked about; without causes it is clean."""

    source: str
    certificate: Certificate
    causes: list[Cause]
    judgement: Judgement
    cert_flags: Status | None
    policy_sets: PolicySets | None


class Verification(TypedDict):
    """The document of one file."""

    schema: int
    tool: str
    version: str
    verdict: FileVerdict
    file: str
    terms: Terms
    subjects: list[Subject]
    notes: list[str]
