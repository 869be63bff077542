"""What Windows would say of a chain: the server's, the client's that was sent, or that of any certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import WINDOWS
from certprobe.chain.question import EMPTY_STORE, NO_EVIDENCE, ChainQuestion, PolicyInputs, RevocationEvidence
from certprobe.pki.server_identity import match_server_name
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, PolicyStatus, SslPara
from certprobe.policy.tables import bits_behind
from certprobe.policy.verify import verify_chain_policy
from certprobe.report.model import Judgement, Role
from certprobe.wincrypt import hresult
from certprobe.wincrypt.chain_flags import REVOCATION_CHECKS, ChainFlags, ExclusiveFlags
from certprobe.wincrypt.hresult import (
    CERT_E_CN_NO_MATCH,
    CRYPT_E_NO_REVOCATION_CHECK,
    CRYPT_E_REVOCATION_OFFLINE,
    ERROR_SUCCESS,
)
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from certprobe.wincrypt.prose import meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import TypeAlias

    from certprobe.chain.context import ChainContext
    from certprobe.chain.search import Allowance
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.server_identity import NameRules
    from certprobe.report.fetches import Fetch

    Judged: TypeAlias = tuple[ChainContext, tuple[Fetch, ...]]

_NAMES_SHOWN = 6
_FAILURES_SHOWN = 3
_ALWAYS_ASKED = (ChainPolicy.BASE, ChainPolicy.SSL)
_UNKNOWN = (CRYPT_E_REVOCATION_OFFLINE, CRYPT_E_NO_REVOCATION_CHECK)
_FOR_SERVERS = RequestedUsage(UsageMatch.AND, (SERVER_AUTH,))
_FOR_CLIENTS = RequestedUsage(UsageMatch.AND, (CLIENT_AUTH,))


def without_fetching(
    certificate: Certificate, additional_store: CertificateStore, question: ChainQuestion, profile: Profile
) -> Judged:
    """Judge by what is given alone."""
    return get_certificate_chain(certificate, additional_store, question, profile), ()


class Yardstick(NamedTuple):
    """What chains are judged against: roots, time, the policy that decides, and NTAuth's CAs if they are known.

    `flags` say whether revocation is asked for, `evidence` by what it is judged; `policy_flags` and `ssl_checks` what
    the policies overlook; `policies` what certificate policies are asked for; `trusted_people` whom
    CERT_CHAIN_ENABLE_PEER_TRUST trusts for itself; `allowance` what the searches may cost together. `find_chain` judges
    a chain and tells what it fetched for that.
    """

    roots: CertificateStore
    at: datetime
    policy: ChainPolicy = ChainPolicy.SSL
    nt_auth: CertificateStore | None = None
    flags: ChainFlags = ChainFlags.CERT_CHAIN_DEFAULT
    evidence: RevocationEvidence = NO_EVIDENCE
    policy_flags: PolicyFlags = PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING
    ssl_checks: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING
    disallowed: CertificateStore = EMPTY_STORE
    profile: Profile = WINDOWS
    policies: PolicyInputs | None = None
    exclusive_flags: ExclusiveFlags = ExclusiveFlags.CERT_CHAIN_EXCLUSIVE_DEFAULT
    trusted_people: CertificateStore = EMPTY_STORE
    allowance: Allowance | None = None
    find_chain: Callable[[Certificate, CertificateStore, ChainQuestion, Profile], Judged] = without_fetching

    def question(self, usage: RequestedUsage) -> ChainQuestion:
        """What is asked of a chain that has to be good for a usage."""
        return ChainQuestion(
            self.roots,
            self.at,
            usage,
            self.policies or PolicyInputs(),
            self.flags,
            self.exclusive_flags,
            self.disallowed,
            self.trusted_people,
            evidence=self.evidence,
            allowance=self.allowance,
        )


class Purpose(NamedTuple):
    """What a certificate has to be good for; `host` is the name that a server has to have, None if any will do."""

    role: Role
    usage: RequestedUsage
    host: str | None = None


def judge_server(
    certificates: tuple[Certificate, ...], stapled_ocsp: bytes | None, host: str, yardstick: Yardstick
) -> Judgement | None:
    """Judge the chain that a server sent, in its order, for serverAuth and the name `host`; None if it sent none.

    The OCSP response that it stapled counts if revocation is asked for at all.
    """
    if not certificates:
        return None
    if stapled_ocsp is not None and yardstick.flags & REVOCATION_CHECKS:
        yardstick = _with_staple(yardstick, stapled_ocsp)
    context, fetches = _chain(certificates[0], CertificateStore(certificates[1:]), _FOR_SERVERS, yardstick)
    para = _parameters(AuthType.AUTHTYPE_SERVER, host, yardstick)
    # NTAuth says which CAs may vouch for users; it says nothing of servers.
    policy = ChainPolicy.SSL if yardstick.policy is ChainPolicy.NT_AUTH else yardstick.policy
    deciding = verify_chain_policy(policy, context, para)
    statuses = _statuses((*_ALWAYS_ASKED, policy), context, para)
    mismatch = _name_mismatch(certificates[0], host, yardstick.profile.names)
    reason = _reason(context, deciding, fetches, mismatch)
    return Judgement(Role.SERVER, context, statuses, deciding, reason, fetches, mismatch)


def judge_client(sent: tuple[Certificate, ...], known: Iterable[Certificate], yardstick: Yardstick) -> Judgement:
    """Judge the chain that the client sent for clientAuth, with issuers from `known` beside it.

    Whether its root is trusted is the server's matter, so an unknown root does not decide here: the deciding status is
    given under CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG, the others without.
    """
    return _judge_client(sent, known, yardstick, PolicyFlags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG)


def judge_visitor(sent: tuple[Certificate, ...], yardstick: Yardstick) -> Judgement:
    """Judge the chain that a client sent as a server does, by whose roots it is."""
    return _judge_client(sent, (), yardstick, PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING)


def _judge_client(
    sent: tuple[Certificate, ...], known: Iterable[Certificate], yardstick: Yardstick, overlooked: PolicyFlags
) -> Judgement:
    context, fetches = _chain(sent[0], CertificateStore((*sent[1:], *known)), _FOR_CLIENTS, yardstick)
    para = _parameters(AuthType.AUTHTYPE_CLIENT, None, yardstick)
    deciding = verify_chain_policy(yardstick.policy, context, para._replace(flags=para.flags | overlooked))
    known_ntauth = () if yardstick.nt_auth is None else (ChainPolicy.NT_AUTH,)
    statuses = _statuses((*_ALWAYS_ASKED, *known_ntauth, yardstick.policy), context, para)
    return Judgement(Role.CLIENT, context, statuses, deciding, _reason(context, deciding, fetches), fetches)


def judge_certificate(
    certificate: Certificate, known: CertificateStore, purpose: Purpose, yardstick: Yardstick
) -> Judgement:
    """Judge the chain of any certificate by every policy, with issuers from `known`."""
    context, fetches = _chain(certificate, known, purpose.usage, yardstick)
    auth_type = AuthType.AUTHTYPE_CLIENT if purpose.role is Role.CLIENT else AuthType.AUTHTYPE_SERVER
    statuses = _statuses(ChainPolicy, context, _parameters(auth_type, purpose.host, yardstick))
    deciding = next(status for status in statuses if status.policy is yardstick.policy)
    mismatch = _name_mismatch(certificate, purpose.host, yardstick.profile.names) if purpose.host is not None else ""
    reason = _reason(context, deciding, fetches, mismatch)
    return Judgement(purpose.role, context, statuses, deciding, reason, fetches, mismatch)


def _with_staple(yardstick: Yardstick, stapled_ocsp: bytes) -> Yardstick:
    from certprobe.pki.ocsp import OcspResponse

    evidence = yardstick.evidence
    responses = (OcspResponse(stapled_ocsp), *evidence.ocsp_responses)
    return yardstick._replace(evidence=evidence._replace(ocsp_responses=responses))


def _chain(leaf: Certificate, others: CertificateStore, usage: RequestedUsage, yardstick: Yardstick) -> Judged:
    return yardstick.find_chain(leaf, others, yardstick.question(usage), yardstick.profile)


def _parameters(auth_type: AuthType, host: str | None, yardstick: Yardstick) -> PolicyParameters:
    ssl = SslPara(auth_type, yardstick.ssl_checks, host, yardstick.profile.names)
    return PolicyParameters(yardstick.policy_flags, ssl, yardstick.nt_auth)


def _statuses(
    policies: Iterable[ChainPolicy], context: ChainContext, para: PolicyParameters
) -> tuple[PolicyStatus, ...]:
    return tuple(verify_chain_policy(each, context, para) for each in dict.fromkeys(policies))


def _reason(context: ChainContext, status: PolicyStatus, fetches: tuple[Fetch, ...], mismatch: str = "") -> str:
    """The finding that the status stands for, in its own words; "" for success."""
    if status.error == ERROR_SUCCESS:
        return ""
    if status.error == CERT_E_CN_NO_MATCH:
        return mismatch
    chain = context.chains[status.chain_index]
    findings = chain.findings if status.element_index < 0 else chain.elements[status.element_index].findings
    bits = bits_behind(status.policy, status.error)
    found = (finding.detail for finding in findings if finding.bit & bits)
    reason = next(found, None) or _without_finding(context, status)
    if status.error in _UNKNOWN and status.element_index >= 0 and fetches:
        from certprobe.report.unknown_status import failures

        # Why it was not to be had is more to the point than that it is not there.
        failed = failures(chain.elements[status.element_index].certificate, fetches)
        reason = "; ".join((reason, *(f"{fetch.url}: {fetch.detail}" for fetch in failed[:_FAILURES_SHOWN])))
    return reason


def _without_finding(context: ChainContext, status: PolicyStatus) -> str:
    """What a policy says of an element of which the chain has nothing to say."""
    who = context.chains[status.chain_index].elements[status.element_index].certificate.subject.rfc4514
    match status.policy, status.error:
        case ChainPolicy.NT_AUTH, hresult.CERT_E_UNTRUSTEDCA:
            return f"{who} is not in the NTAuth store"
        case ChainPolicy.MICROSOFT_ROOT, hresult.CERT_E_UNTRUSTEDROOT:
            return f"{who} is none of Microsoft's roots"
        case _:
            return meaning(status.error).text


def _name_mismatch(certificate: Certificate, host: str, rules: NameRules) -> str:
    """Why the certificate is not one of that server; "" if it is."""
    match = match_server_name(certificate, host, rules)
    if match.matched:
        return ""
    named = ", ".join(match.presented[:_NAMES_SHOWN]) + (" ..." if len(match.presented) > _NAMES_SHOWN else "")
    return f"it names {named or 'no server'}, not {host}"
