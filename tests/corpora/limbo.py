"""The foreign corpora in the limbo+ format (their README tells it) as questions to our engine.

CERTPROBE_CORPORA names the directory above `corpora/`; without it, that is looked for beside the project.
"""

from __future__ import annotations

import enum
import gzip
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias

import pytest

from certprobe.chain.context import ChainContext, RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import refuses
from certprobe.chain.question import ANY_POLICY, ChainQuestion, PolicyDemands, PolicyInputs, RevocationEvidence
from certprobe.pki import usage
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.pem import split
from certprobe.pki.store import CertificateStore
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.hresult import ERROR_SUCCESS
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags

CORPORA = Path(os.environ.get("CERTPROBE_CORPORA") or Path(__file__).parents[3] / "shared") / "corpora"
DIVERGENCES = Path(__file__).with_name("divergences.toml")

USAGES = {
    "anyExtendedKeyUsage": usage.ANY_EXTENDED_KEY_USAGE,
    "serverAuth": usage.SERVER_AUTH,
    "clientAuth": usage.CLIENT_AUTH,
    "codeSigning": usage.CODE_SIGNING,
    "emailProtection": usage.EMAIL_PROTECTION,
    "timeStamping": usage.TIME_STAMPING,
    "OCSPSigning": usage.OCSP_SIGNING,
}
# One of BoringSSL's key purposes that the format has no word for (GSMA RCC.16 A.3.8).
RCS_MLS_CLIENT = "2.23.146.2.1.3"
DEFAULT_USAGES = {"SERVER": (usage.SERVER_AUTH,), "CLIENT": (usage.CLIENT_AUTH,)}
# What a case asks of revocation: what is checked, and whose unknown status is no fault.
REVOCATION = {
    "none": (ChainFlags.CERT_CHAIN_DEFAULT, PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING),
    "crl-hard-fail": (
        ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
        PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING,
    ),
    "crl-hard-fail-leaf": (
        ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT,
        PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING,
    ),
    "crl-soft-fail": (
        ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
        PolicyFlags.CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG
        | PolicyFlags.CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG
        | PolicyFlags.CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG,
    ),
}


class Case(NamedTuple):
    """One case; `crls` are DER, `ext` is what its suite says beside the format, `usages` dotted OIDs.

    `trusted_people` are trusted for themselves, and `disallowed` for nothing.
    """

    corpus: str
    id: str
    leaf: Certificate
    intermediates: tuple[Certificate, ...]
    roots: tuple[Certificate, ...]
    trusted_people: tuple[Certificate, ...]
    disallowed: tuple[Certificate, ...]
    at: datetime
    kind: str
    peer_name: tuple[str, str] | None
    usages: RequestedUsage
    policies: PolicyInputs
    crls: tuple[bytes, ...]
    path_length: int | None
    conflicts_with: tuple[str, ...]
    features: frozenset[str]
    expected: Verdict
    ext: dict[str, Any]


class Verdict(enum.Enum):
    ACCEPT = "SUCCESS"
    REJECT = "FAILURE"
    SKIP = "skip"


class Unasked(NamedTuple):
    """A case that we have no question for, and why."""

    reason: str


Choice: TypeAlias = Profile | Unasked
ProfileOf: TypeAlias = Callable[[Case], Choice]


class Answer(NamedTuple):
    """What we say of a case, and why: the failed policy with the words of what stands behind it."""

    verdict: Verdict
    reason: str


# -- reading


def path(corpus: str) -> Path:
    """Where the corpus lies if it is there."""
    plain = CORPORA / f"{corpus}.json"
    return plain if plain.exists() else plain.with_name(f"{plain.name}.gz")


def read(corpus: str) -> tuple[Case, ...]:
    """The cases of a corpus; without it the test is skipped, under CI=true it fails."""
    require(corpus)
    return _read(corpus)


def require(corpus: str) -> None:
    """Skip the test where the corpus is not there; under CI=true fail it."""
    if not path(corpus).exists():
        absent(path(corpus))


def absent(file: Path) -> NoReturn:
    """Skip the test for want of that file; under CI=true fail it."""
    message = f"{file} is not there; CERTPROBE_CORPORA names the directory above corpora/"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@cache
def _read(corpus: str) -> tuple[Case, ...]:
    file = path(corpus)
    contents = file.read_bytes()
    document = json.loads(gzip.decompress(contents) if file.suffix == ".gz" else contents)
    return tuple(case_of(corpus, raw) for raw in document["testcases"])


def case_of(corpus: str, raw: dict[str, Any]) -> Case:
    """A case as it stands in the file."""
    ext = raw.get("ext") or {}
    peer = raw["expected_peer_name"]
    time = raw["validation_time"]
    leaf = _certificate(raw["peer_certificate"])
    return Case(
        corpus,
        raw["id"],
        leaf,
        *_stores(leaf, raw, ext),
        datetime.fromisoformat(time) if time else datetime.now(UTC),
        raw["validation_kind"],
        (peer["kind"], peer["value"]) if peer else None,
        _usages(raw, ext),
        _policies(ext.get("policy")),
        tuple(map(_der, raw["crls"])),
        raw["max_chain_depth"],
        tuple(raw["conflicts_with"]),
        frozenset(raw["features"]),
        Verdict(raw["expected_result"]),
        ext,
    )


Certificates: TypeAlias = tuple[Certificate, ...]


def _stores(
    leaf: Certificate, raw: dict[str, Any], ext: dict[str, Any]
) -> tuple[Certificates, Certificates, Certificates, Certificates]:
    """Intermediates, roots, trusted people and disallowed ones; BoringSSL says of one certificate which it is.

    What is trusted as an anchor is not trusted for itself, and the other way round.
    """
    intermediates = tuple(map(_certificate, raw["untrusted_intermediates"]))
    trust = ext.get("last_cert_trust")
    if trust is None:
        return intermediates, tuple(map(_certificate, raw["trusted_certs"])), (), ()
    last = _certificate(ext["last_cert"])
    anchor = trust.startswith("TRUSTED_ANCHOR") and (last != leaf or trust == "TRUSTED_ANCHOR_OR_LEAF")
    itself = trust in ("TRUSTED_LEAF", "TRUSTED_ANCHOR_OR_LEAF") or (
        trust == "TRUSTED_LEAF_REQUIRE_SELF_SIGNED" and last.is_self_issued
    )
    return (
        (*intermediates, last),
        (last,) if anchor else (),
        (last,) if itself else (),
        (last,) if trust == "DISTRUSTED" else (),
    )


@cache
def _certificate(pem: str) -> Certificate:
    return Certificate(_der(pem))


def _der(pem: str) -> bytes:
    (block,) = split(pem.encode())
    return block.der


def _usages(raw: dict[str, Any], ext: dict[str, Any]) -> RequestedUsage:
    """Several are alternatives; none means the usual one of the kind, unless the suite asks for nothing."""
    oids = tuple(USAGES[name] for name in raw["extended_key_usage"])
    if ext.get("key_purpose") == "MLS_CLIENT_AUTH":
        oids = (RCS_MLS_CLIENT,)
    if not oids and ext.get("purpose") != "any" and ext.get("suite") != "bssl_vcc":
        oids = DEFAULT_USAGES[raw["validation_kind"]]
    return RequestedUsage(UsageMatch.OR, oids)


def _policies(raw: dict[str, Any] | None) -> PolicyInputs:
    if raw is None:
        return PolicyInputs()
    demands = PolicyDemands.NONE
    for switch, demand in (
        ("initial_policy_mapping_inhibit", PolicyDemands.INITIAL_POLICY_MAPPING_INHIBIT),
        ("initial_explicit_policy", PolicyDemands.INITIAL_EXPLICIT_POLICY),
        ("initial_inhibit_any_policy", PolicyDemands.INITIAL_ANY_POLICY_INHIBIT),
    ):
        if raw[switch]:
            demands |= demand
    return PolicyInputs(frozenset(raw["initial_policy_set"] or (ANY_POLICY,)), demands)


# -- judging


def question(case: Case) -> ChainQuestion:
    """What the case asks of the engine."""
    return ChainQuestion(
        CertificateStore(case.roots),
        case.at,
        case.usages,
        case.policies,
        REVOCATION[case.ext.get("revocation", "none")][0] | ChainFlags.CERT_CHAIN_ENABLE_PEER_TRUST,
        disallowed=CertificateStore(case.disallowed),
        trusted_people=CertificateStore(case.trusted_people),
        evidence=_evidence(case),
        path_length=case.path_length,
    )


def _evidence(case: Case) -> RevocationEvidence:
    oldest = case.ext.get("crl_max_age_days")
    return RevocationEvidence(
        tuple(map(CertificateList, case.crls)), freshness_time=timedelta(days=oldest) if oldest else None
    )


def chain(case: Case, profile: Profile) -> ChainContext:
    """The chain that our engine gives for the case."""
    return get_certificate_chain(case.leaf, CertificateStore(case.intermediates), question(case), profile)


def judge(case: Case, profile: Choice) -> Answer:
    """Accept what passes BASE and SSL, and whose best chain has nothing that the profile refuses."""
    if isinstance(profile, Unasked):
        return Answer(Verdict.SKIP, profile.reason)
    context = chain(case, profile)
    para = parameters(case, profile)
    for policy in (ChainPolicy.BASE, ChainPolicy.SSL):
        status = verify_chain_policy(policy, context, para)
        if status.error != ERROR_SUCCESS:
            words = "; ".join(_findings(context)) or f"server name {case.peer_name}"
            return Answer(Verdict.REJECT, f"{policy.value}: {status.error.symbol} at {status.element_index}: {words}")
    refused = "; ".join(f"{index}: {remark.detail}" for index, remark in refuses(profile, context))
    return Answer(Verdict.REJECT if refused else Verdict.ACCEPT, refused)


def parameters(case: Case, profile: Profile) -> PolicyParameters:
    """The parameters of both policies: a server's name, and which unknown revocation status is no fault."""
    name = case.peer_name[1] if case.peer_name and case.peer_name[0] in ("DNS", "IP") else None
    auth_type = AuthType.AUTHTYPE_SERVER if name or case.kind == "SERVER" else AuthType.AUTHTYPE_CLIENT
    flags = REVOCATION[case.ext.get("revocation", "none")][1]
    return PolicyParameters(flags, SslPara(auth_type, server_name=name, names=profile.names))


def _findings(context: ChainContext) -> Iterator[str]:
    best = context.chains[0]
    for index, element in enumerate(best.elements):
        for finding in element.findings:
            yield f"{index} {finding.bit.name}: {finding.detail}"
    for finding in best.findings:
        yield f"chain {finding.bit.name}: {finding.detail}"


# -- holding


@cache
def divergences() -> dict[str, dict[str, dict[str, str]]]:
    """By corpus and profile the ids of the cases that we answer otherwise, each with the reason."""
    return tomllib.loads(DIVERGENCES.read_text(encoding="utf-8"))


def argued(case: Case, profile: Choice) -> str | None:
    """The reason for which the case may be answered otherwise."""
    if isinstance(profile, Unasked):
        return None
    return divergences().get(case.corpus, {}).get(profile.name, {}).get(case.id)


def parametrize(metafunc: pytest.Metafunc, corpus: str) -> None:
    """One test for each case where a test asks for `case`; one test that says so where the corpus is missing."""
    if "case" in metafunc.fixturenames:
        cases: tuple[Case | None, ...] = read(corpus) if path(corpus).exists() else (None,)
        metafunc.parametrize("case", cases, ids=[case.id if case else "absent" for case in cases])


def hold(case: Case | None, profile_of: Profile | ProfileOf) -> None:
    """Judge a case; a divergence must be argued, and is then an expected failure; what is argued must diverge."""
    if case is None:
        absent(CORPORA)
    profile = profile_of if isinstance(profile_of, Profile) else profile_of(case)
    answer = judge(case, profile)
    reason = argued(case, profile)
    if answer.verdict is Verdict.SKIP:
        pytest.skip(answer.reason)
    if reason is None:
        assert answer.verdict is case.expected, f"{answer.verdict.name}: {answer.reason}"
    else:
        assert answer.verdict is not case.expected, f"agrees by now; the divergence was argued by: {reason}"
        pytest.xfail(reason)


def share_that_agrees(corpus: str, profile_of: ProfileOf) -> float:
    """Of the cases that are asked, how many we answer as the suite does, if its other tests pass."""
    asked = [case for case in read(corpus) if isinstance(profile_of(case), Profile)]
    return sum(argued(case, profile_of(case)) is None for case in asked) / len(asked)
