"""The open Windows vectors (their `meta` tells the format) as questions to our engine, and which are out of scope."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from certprobe.chain.context import (
    NO_USAGE,
    ChainContext,
    ChainElement,
    RequestedUsage,
    SearchEnd,
    SimpleChain,
    UsageMatch,
)
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import PathView
from certprobe.chain.profile import WINDOWS
from certprobe.chain.question import EMPTY_STORE, ChainQuestion, RevocationEvidence
from certprobe.chain.revocation_inquiry import RevocationStatus
from certprobe.chain.revocation_verdict import inquire
from certprobe.chain.search import PathEnd
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.signature import verify_signature
from certprobe.pki.store import CertificateStore
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

Case = dict[str, Any]

CORPORA = Path(os.environ.get("CERTPROBE_CORPORA") or Path(__file__).parents[3] / "shared")

POLICIES = {
    1: ChainPolicy.BASE,
    2: ChainPolicy.AUTHENTICODE,
    4: ChainPolicy.SSL,
    5: ChainPolicy.BASIC_CONSTRAINTS,
    6: ChainPolicy.NT_AUTH,
    7: ChainPolicy.MICROSOFT_ROOT,
}


def path(name: str) -> Path:
    """Where the file of that name lies if it is there."""
    return CORPORA / "windows" / name


def read(name: str) -> Case:
    """The file of that name; without it the test is skipped, under CI=true it fails."""
    if path(name).exists():
        contents: Case = _parsed(path(name))
        return contents
    message = f"{path(name)} is not there; CERTPROBE_CORPORA names the directory of the corpora"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@cache
def _parsed(file: Path) -> Case:
    contents: Case = json.loads(file.read_text(encoding="utf-8"))
    return contents


@cache
def certificate(der_b64: str) -> Certificate:
    return Certificate(base64.b64decode(der_b64))


def requested_usage(usage: Case | None) -> RequestedUsage:
    return RequestedUsage(UsageMatch[usage["type"]], tuple(usage["oids"])) if usage else NO_USAGE


# -- vectors_open.json: tables of a test-suite that runs on Windows


def vector_out_of_scope(case: Case, certs: Case) -> str | None:
    """Why our rooms do not answer this case yet, by what it needs; None if they do."""
    if case["kind"] == "api":
        return "calling conventions of the C interface"
    if case.get("needs_network") or "needs the network" in case.get("note", ""):
        return "fetches issuers from the network"
    if case["kind"].startswith("policy") and case["policy"]["id"] not in POLICIES:
        return f"policy {case['policy']['name']}"
    return None


def vector_chain(case: Case, certs: Case) -> ChainContext:
    """The chain that our engine gives for a row."""

    def named(name: str) -> Certificate:
        return certificate(certs[name]["der_b64"])

    if "synthetic" in case:
        return _synthetic(case["synthetic"], [named(name) for name in reversed(case["certs"])])
    return get_certificate_chain(
        named(case["end_cert"]),
        CertificateStore(map(named, case["certs"] if case["additional_store"] else ())),
        ChainQuestion(
            CertificateStore(map(named, case["trusted_roots"])),
            datetime.fromisoformat(case["time"]) if case["time"] else datetime.now(UTC),
            requested_usage(case["requested_usage"]),
        ),
    )


def vector_revocation(case: Case, certs: Case) -> RevocationStatus:
    """What is known of an end certificate by CRLs that are looked at today, whatever the time of the question."""

    def der(name: str) -> bytes:
        return base64.b64decode(certs[name]["der_b64"])

    today = datetime.now(UTC)
    crls = tuple(CertificateList(der(name)) for name in case["crls"])
    question = ChainQuestion(
        CertificateStore((Certificate(der(case["issuer_cert"])),)),
        datetime.fromisoformat(case["time"]) if case["time"] else today,
        evidence=RevocationEvidence(crls, current_at=today),
    )
    path = (Certificate(der(case["end_cert"])), Certificate(der(case["issuer_cert"])))

    def find_chain(signer: Certificate, question: ChainQuestion) -> ChainContext:
        return get_certificate_chain(signer, EMPTY_STORE, question)

    view = PathView(
        path, (None, None), PathEnd.SELF_SIGNED, question, WINDOWS, verify_signature, EMPTY_STORE, find_chain
    )
    return inquire(view, 0).status


def _synthetic(status: Case, path: list[Certificate]) -> ChainContext:
    """A chain whose bits the test writes itself instead of asking for them."""
    errors = [0] * len(path)
    errors[status["element_index"]] = status["element_error"]
    elements = tuple(
        ChainElement(one, TrustError(error), TrustInfo(0), ()) for one, error in zip(path, errors, strict=True)
    )
    simple = SimpleChain(elements, TrustError(status["simple_chain_error"]), TrustInfo(0), ())
    return ChainContext((simple,), TrustError(status["chain_error"]), TrustInfo(0), (), SearchEnd.EXHAUSTED)


def vector_parameters(para: Case | None) -> PolicyParameters:
    """A cbSize of zero makes Windows treat the extra parameter as absent."""
    if para is None:
        return PolicyParameters()
    extra = para["extra"]
    ssl = None
    if extra and para["cbSize"] and extra["cbSize"]:
        ssl = SslPara(AuthType(extra["dwAuthType"]), SslChecks(extra["fdwChecks"]), extra["pwszServerName"])
    return PolicyParameters(PolicyFlags(para["dwFlags"]), ssl)


# -- generated_open.json: made cases, whose expectations follow from rules with a letter each


class Answer(NamedTuple):
    """One expectation of a generated case beside our answer; `letter` says how sure the rule behind it is."""

    letter: str
    what: str
    expected: list[Any]
    given: list[Any]


def generated_answers(case: Case, specs: Case) -> Iterator[Answer]:
    """Every expectation of a case: the chain's bits, and each policy with its flags or names."""
    chain = _generated_chain(case)
    expected = case.get("expect_chain")
    if expected:
        yield Answer(case["chain_source"], "chain", [expected["error"]], [chain.error])
        if expected["elements"] is not None:
            errors = [element.error for element in chain.elements]
            yield Answer(case["chain_source"], "elements", expected["elements"], errors)
    for name, answer in case["policies"].items():
        spec = specs.get(name) or _name_spec(answer["name"])
        policy = POLICIES.get(spec["policy"])
        if policy is not None and answer.get("expect") is not None:
            status = verify_chain_policy(policy, chain, _generated_parameters(spec["para"], case.get("host")))
            given = [status.error, status.chain_index, status.element_index]
            yield Answer(answer["source"], name, answer["expect"], given)


def _name_spec(name: str | None) -> Case:
    """What the cases about server names ask: the SSL policy for a server of that name."""
    return {"policy": 4, "para": {"flags": 0, "ssl": {"auth": 2, "checks": 0, "name": name}}}


def _generated_chain(case: Case) -> ChainContext:
    return get_certificate_chain(
        certificate(case["leaf"]),
        CertificateStore(map(certificate, () if case["nostore"] else case["extra"])),
        ChainQuestion(
            CertificateStore(map(certificate, case["roots"])),
            datetime.fromisoformat(case["time"]),
            requested_usage(case["usage"]),
            flags=ChainFlags(case["flags"]),
            evidence=RevocationEvidence(tuple(CertificateList(base64.b64decode(crl)) for crl in case["crls"])),
        ),
    )


def _generated_parameters(para: Case | None, host: str | None) -> PolicyParameters:
    if para is None:
        return PolicyParameters()
    ssl = para["ssl"]
    if ssl is None:
        return PolicyParameters(PolicyFlags(para["flags"]))
    name = host if ssl["name"] == "<host>" else ssl["name"]
    return PolicyParameters(PolicyFlags(para["flags"]), SslPara(AuthType(ssl["auth"]), SslChecks(ssl["checks"]), name))
