"""Times of the chain engine within one process, against two verifiers that everybody has, in turns.

`cryptography.x509.verification` and OpenSSL (by pyOpenSSL's X509StoreContext) say yes, or one reason for no; the engine
finds every fault of every path and answers two policies. Each starts from the octets of what a server sends and has the
trust store at hand.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from OpenSSL import crypto

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.question import ChainQuestion
from certprobe.lab.pki import Authority
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.policy_flags import AuthType
from tests.corpora import limbo

HOST = "www.lab.test"
ANCHORS = 10_000
PLACE = b"Root 00000"  # what is overwritten to make many anchors of one


class Row(NamedTuple):
    """One line of the table, in milliseconds; the ratio is to the line that `against` names."""

    name: str
    milliseconds: float
    against: str | None = None
    goal: float | None = None


class Chain(NamedTuple):
    """What a server sends, end certificate first, and what it is judged by; all octets are DER."""

    sent: tuple[bytes, ...]
    roots: tuple[bytes, ...]
    at: datetime
    host: str


def a_chain(at: datetime) -> Chain:
    root = Authority.root(PLACE.decode(), at=at)
    ca = root.intermediate("CA")
    return Chain((ca.server(HOST).der, ca.issued.der), (root.issued.der,), at, HOST)


def engine(chain: Chain, roots: CertificateStore | None = None) -> Callable[[], None]:
    """Every path and every bit, then BASE and SSL."""
    store = roots if roots is not None else CertificateStore(map(Certificate, chain.roots))
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_SERVER, server_name=chain.host))
    question = ChainQuestion(store, chain.at, RequestedUsage(UsageMatch.AND, (SERVER_AUTH,)))

    def judge() -> None:
        end, *others = map(Certificate, chain.sent)
        context = get_certificate_chain(end, CertificateStore(others), question)
        for policy in (ChainPolicy.BASE, ChainPolicy.SSL):
            verify_chain_policy(policy, context, para)

    return judge


def pyca(chain: Chain) -> Callable[[], None]:
    store = Store([x509.load_der_x509_certificate(root) for root in chain.roots])
    builder = PolicyBuilder().store(store).time(chain.at)

    def judge() -> None:
        end, *others = map(x509.load_der_x509_certificate, chain.sent)
        try:
            builder.build_server_verifier(x509.DNSName(chain.host)).verify(end, others)
        except VerificationError:
            return

    return judge


def openssl(chain: Chain) -> Callable[[], None]:
    store = crypto.X509Store()
    for root in chain.roots:
        store.add_cert(_x509(root))
    store.set_time(chain.at)

    def judge() -> None:
        end, *others = map(_x509, chain.sent)
        try:
            crypto.X509StoreContext(store, end, chain=others).verify_certificate()
        except crypto.X509StoreContextError:
            return

    return judge


def _x509(der: bytes) -> crypto.X509:
    return crypto.X509.from_cryptography(x509.load_der_x509_certificate(der))


def hard_chains() -> Iterator[Chain]:
    """What corpora have to make path building expensive."""
    for corpus, kind in (("limbo", "pathological::"), ("bettertls", "::pathbuilding::")):
        if limbo.path(corpus).exists():
            for case in limbo.read(corpus):
                if kind in case.id and case.peer_name is not None:
                    sent = (case.leaf, *case.intermediates)
                    ders = tuple(one.der for one in sent), tuple(one.der for one in case.roots)
                    yield Chain(*ders, case.at, case.peer_name[1])


def many_anchors(root: bytes) -> CertificateStore:
    """The root among others that differ from it in the name."""
    names = (b"Root %05d" % number for number in range(ANCHORS))
    return CertificateStore(Certificate(root.replace(PLACE, name)) for name in names)


def medians(subjects: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Milliseconds of each; a round runs all of them, so that they share the machine's moods."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            start = time.perf_counter()
            subject()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}


def rows(rounds: int) -> Iterator[Row]:
    """The lines of the table."""
    chain = a_chain(datetime.now(UTC).replace(microsecond=0))
    anchors = many_anchors(chain.roots[0])
    start = time.perf_counter()
    engine(chain, anchors)()
    first = (time.perf_counter() - start) * 1000
    easy = medians(
        {
            "cryptography's verifier": pyca(chain),
            "X509StoreContext": openssl(chain),
            "certprobe": engine(chain),
            "certprobe, many anchors": engine(chain, anchors),
        },
        rounds * 5,
    )
    yield Row("cryptography's verifier, 3 certificates", easy["cryptography's verifier"])
    yield Row("pyOpenSSL's X509StoreContext, 3 certificates", easy["X509StoreContext"])
    yield Row("certprobe, all bits and 2 policies", easy["certprobe"], "cryptography's verifier, 3 certificates", 4.0)
    yield Row(
        f"certprobe among {ANCHORS:,} anchors",
        easy["certprobe, many anchors"],
        "certprobe, all bits and 2 policies",
        1.2,
    )
    yield Row(f"certprobe, the first of them: {ANCHORS:,} anchors indexed", first)
    hard = [medians({"pyca": pyca(one), "certprobe": engine(one)}, max(rounds // 8, 1)) for one in hard_chains()]
    if hard:
        yield Row("cryptography's verifier, worst of the hard cases", max(each["pyca"] for each in hard))
        yield Row(
            "certprobe, worst of the hard cases",
            max(each["certprobe"] for each in hard),
            "cryptography's verifier, worst of the hard cases",
            10.0,
        )


def table(rows: list[Row], what: str = "judging a chain") -> str:
    known = {row.name: row.milliseconds for row in rows}
    lines = [f"| {what} | ms | ratio | to | goal |", "| --- | ---: | ---: | --- | ---: |"]
    for row in rows:
        ratio = f"{row.milliseconds / known[row.against]:.1f}" if row.against else ""
        goal = f"{row.goal:.1f}" if row.goal else ""
        lines.append(f"| {row.name} | {row.milliseconds:.2f} | {ratio} | {row.against or ''} | {goal} |")
    return "\n".join(lines)
