"""What Windows would say of the chains of an attempt: the server's, and the client's that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.question import NO_EVIDENCE, ChainQuestion, RevocationEvidence
from certprobe.chain.revocation import ASKING
from certprobe.pki.server_identity import match_server_name
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, PolicyStatus, SslPara
from certprobe.policy.tables import bits_behind
from certprobe.policy.verify import verify_chain_policy
from certprobe.report.model import Judgement, Role
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.hresult import CERT_E_CN_NO_MATCH, ERROR_SUCCESS
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags
from certprobe.wincrypt.prose import meaning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from certprobe.chain.context import ChainContext
    from certprobe.pki.certificate import Certificate

_NAMES_SHOWN = 6
_ALWAYS_ASKED = (ChainPolicy.BASE, ChainPolicy.SSL)


class Yardstick(NamedTuple):
    """What chains are judged against: roots, time, the policy that decides, and NTAuth's CAs if they are known.

    `flags` say whether revocation is asked for, `evidence` by what it is judged.
    """

    roots: CertificateStore
    at: datetime
    policy: ChainPolicy = ChainPolicy.SSL
    nt_auth: CertificateStore | None = None
    flags: ChainFlags = ChainFlags.CERT_CHAIN_DEFAULT
    evidence: RevocationEvidence = NO_EVIDENCE


def judge_server(
    certificates: tuple[Certificate, ...], stapled_ocsp: bytes | None, host: str, yardstick: Yardstick
) -> Judgement | None:
    """Judge the chain that a server sent, in its order, for serverAuth and the name `host`; None if it sent none.

    The OCSP response that it stapled counts if revocation is asked for at all.
    """
    if not certificates:
        return None
    if stapled_ocsp is not None and yardstick.flags & ASKING:
        yardstick = _with_staple(yardstick, stapled_ocsp)
    context = _chain(certificates[0], certificates[1:], SERVER_AUTH, yardstick)
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_SERVER, server_name=host), nt_auth=yardstick.nt_auth)
    # NTAuth says which CAs may vouch for users; it says nothing of servers.
    policy = ChainPolicy.SSL if yardstick.policy is ChainPolicy.NT_AUTH else yardstick.policy
    deciding = verify_chain_policy(policy, context, para)
    reason = _reason(context, deciding)
    if deciding.error == CERT_E_CN_NO_MATCH:
        reason = _name_mismatch(certificates[0], host)
    return Judgement(Role.SERVER, context, _statuses(context, para, policy), deciding, reason)


def judge_client(sent: tuple[Certificate, ...], known: Iterable[Certificate], yardstick: Yardstick) -> Judgement:
    """Judge the chain that the client sent for clientAuth, with issuers from `known` beside it.

    Whether its root is trusted is the server's matter, so an unknown root does not decide here: the deciding status is
    given under CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG, the others without.
    """
    context = _chain(sent[0], (*sent[1:], *known), CLIENT_AUTH, yardstick)
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_CLIENT), nt_auth=yardstick.nt_auth)
    lenient = para._replace(flags=PolicyFlags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG)
    deciding = verify_chain_policy(yardstick.policy, context, lenient)
    statuses = _statuses(context, para, yardstick.policy)
    return Judgement(Role.CLIENT, context, statuses, deciding, _reason(context, deciding))


def _with_staple(yardstick: Yardstick, stapled_ocsp: bytes) -> Yardstick:
    from certprobe.pki.ocsp import OcspResponse

    evidence = yardstick.evidence
    responses = (OcspResponse(stapled_ocsp), *evidence.ocsp_responses)
    return yardstick._replace(evidence=evidence._replace(ocsp_responses=responses))


def _chain(leaf: Certificate, others: Iterable[Certificate], usage: str, yardstick: Yardstick) -> ChainContext:
    question = ChainQuestion(
        yardstick.roots,
        yardstick.at,
        RequestedUsage(UsageMatch.AND, (usage,)),
        flags=yardstick.flags,
        evidence=yardstick.evidence,
    )
    return get_certificate_chain(leaf, CertificateStore(others), question)


def _statuses(context: ChainContext, para: PolicyParameters, policy: ChainPolicy) -> tuple[PolicyStatus, ...]:
    policies = dict.fromkeys((*_ALWAYS_ASKED, policy))
    return tuple(verify_chain_policy(each, context, para) for each in policies)


def _reason(context: ChainContext, status: PolicyStatus) -> str:
    """The finding that the status stands for, in its own words; "" for success."""
    if status.error == ERROR_SUCCESS:
        return ""
    chain = context.chains[status.chain_index]
    findings = chain.findings if status.element_index < 0 else chain.elements[status.element_index].findings
    bits = bits_behind(status.policy, status.error)
    return next((finding.detail for finding in findings if finding.bit & bits), meaning(status.error).text)


def _name_mismatch(certificate: Certificate, host: str) -> str:
    presented = match_server_name(certificate, host).presented
    named = ", ".join(presented[:_NAMES_SHOWN]) + (" ..." if len(presented) > _NAMES_SHOWN else "")
    return f"it names {named or 'no server'}, not {host}"
