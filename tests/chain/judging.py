"""Small PKIs for the chain and policy tests: `judge(end, *senders, roots=...)` at one fixed time."""

from __future__ import annotations

from datetime import UTC, datetime

from certprobe.chain.context import NO_USAGE, ChainContext, RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import WINDOWS
from certprobe.chain.question import ChainQuestion
from certprobe.chain.search import DEFAULT_BUDGET, Budget
from certprobe.lab.pki import Authority, Issued
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
SERVER = CA.server("www.lab.test")

SERVER_USAGE = RequestedUsage(UsageMatch.AND, (SERVER_AUTH,))
CLIENT_USAGE = RequestedUsage(UsageMatch.AND, (CLIENT_AUTH,))

Holder = Authority | Issued | Certificate


def certificate(holder: Holder) -> Certificate:
    """The certificate of whatever has one."""
    match holder:
        case Authority():
            return Certificate(holder.issued.der)
        case Issued():
            return Certificate(holder.der)
        case Certificate():
            return holder


def store(*holders: Holder) -> CertificateStore:
    return CertificateStore(map(certificate, holders))


def judge(
    end: Holder,
    *others: Holder,
    roots: tuple[Holder, ...] = (ROOT,),
    at: datetime = AT,
    requested_usage: RequestedUsage = NO_USAGE,
    budget: Budget = DEFAULT_BUDGET,
) -> ChainContext:
    """The chain context of `end`, with `others` in the additional store."""
    return get_certificate_chain(
        certificate(end), store(*others), ChainQuestion(store(*roots), at, requested_usage), budget=budget
    )


def ask(
    end: Holder,
    *others: Holder,
    question: ChainQuestion,
    profile: Profile = WINDOWS,
    budget: Budget = DEFAULT_BUDGET,
) -> ChainContext:
    """The same for a whole question."""
    return get_certificate_chain(certificate(end), store(*others), question, profile, budget)


def remarks(chain: ChainContext) -> list[tuple[int, str]]:
    """What the strict rules say: element and detail."""
    return [(index, remark.detail) for index, element in enumerate(chain.elements) for remark in element.remarks]


def errors(chain: ChainContext) -> list[int]:
    """dwErrorStatus of the chain and then of each element."""
    return [chain.error.value, *(element.error.value for element in chain.elements)]


def infos(chain: ChainContext) -> list[int]:
    """dwInfoStatus of the chain and then of each element."""
    return [chain.info.value, *(element.info.value for element in chain.elements)]


def subjects(chain: ChainContext) -> list[str]:
    return [element.certificate.subject.rfc4514 for element in chain.elements]


def details(chain: ChainContext, index: int) -> list[str]:
    return [finding.detail for finding in chain.elements[index].findings]
