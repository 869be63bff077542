"""Certificate policies, path lengths and self-issued CAs at random, before us and before `openssl verify`."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.profile import RFC_5280, refuses
from certprobe.chain.question import ChainQuestion, PolicyDemands, PolicyInputs
from certprobe.lab.der import integer, oid, pem, sequence, tlv
from certprobe.lab.pki import BASIC_CONSTRAINTS, Authority, Extension, Options, ec_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from tests.differential.faults import ANY_POLICY, AT, policies
from tests.peers.process import program

COMBINATIONS = int(os.environ.get("CERTPROBE_DIFFERENTIAL", "200")) // 2
KEYS = [ec_key() for _ in range(5)]
NAMED = ("1.2.3.1", "1.2.3.2", "1.2.3.3")
SWITCHES = {
    PolicyDemands.INITIAL_EXPLICIT_POLICY: "-explicit_policy",
    PolicyDemands.INITIAL_POLICY_MAPPING_INHIBIT: "-inhibit_map",
    PolicyDemands.INITIAL_ANY_POLICY_INHIBIT: "-inhibit_any",
}

named = st.sampled_from(NAMED)
asserted = st.none() | st.lists(st.sampled_from((*NAMED, ANY_POLICY)), min_size=1, max_size=3, unique=True)
mappings = st.lists(st.tuples(named, named), max_size=2, unique=True)
skips = st.none() | st.integers(0, 2)


@st.composite
def extensions(draw: st.DrawFn) -> tuple[Extension, ...]:
    found = []
    if (listed := draw(asserted)) is not None:
        found.append(policies(*listed))
    explicit, mapping, any_policy = draw(skips), draw(skips), draw(skips)
    if explicit is not None or mapping is not None:
        fields = ((0x80, explicit), (0x81, mapping))
        constraints = sequence(*(tlv(tag, bytes([skip])) for tag, skip in fields if skip is not None))
        found.append(Extension("2.5.29.36", constraints, critical=True))
    if any_policy is not None:
        found.append(Extension("2.5.29.54", integer(any_policy), critical=True))
    return tuple(found)


@st.composite
def authorities(draw: st.DrawFn) -> Options:
    found = draw(extensions())
    pairs, limit = draw(mappings), draw(skips)
    if pairs:
        mapped = sequence(*(sequence(oid(issuer), oid(subject)) for issuer, subject in pairs))
        found += (Extension("2.5.29.33", mapped, critical=True),)
    limits = () if limit is None else (integer(limit),)
    return {"extensions": (*found, Extension(BASIC_CONSTRAINTS, sequence(b"\x01\x01\xff", *limits), critical=True))}


@settings(max_examples=COMBINATIONS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    cas=st.lists(st.tuples(authorities(), st.booleans()), max_size=3),
    end=extensions(),
    demands=st.builds(PolicyDemands, st.integers(0, 7)),
)
def test_policies(cas: list[tuple[Options, bool]], end: tuple[Extension, ...], demands: PolicyDemands) -> None:
    """A CA may bear the name of the one above.

    An end certificate does not: OpenSSL does not count a self-issued one down, as RFC 5280 6.1.5 (a) wants it.
    """
    top = root = Authority.root("Root", at=AT, key=KEYS[0])
    issuers: list[bytes] = []
    for number, (options, self_issued) in enumerate(cas):
        given: Options = {**options, "key": KEYS[number + 1]}
        if self_issued and issuers:
            given["subject"] = top.issued.subject
        top = top.intermediate(f"CA {number}", **given)
        issuers.insert(0, top.issued.der)
    leaf = top.client("alice", key=KEYS[4], extensions=end)
    ours, theirs = (
        judged(leaf.der, issuers, root.issued.der, demands),
        verified(leaf.der, issuers, root.issued.der, demands),
    )
    if ours and not theirs:
        assert maps_what_is_inhibited(issuers), ours
    else:
        assert bool(ours) is bool(theirs), (ours, theirs)


def maps_what_is_inhibited(issuers: list[bytes]) -> bool:
    """Known: OpenSSL maps policies that anyPolicy stands for where anyPolicy no longer counts (RFC 5280 6.1.4 (b))."""
    return any(
        certificate.policy_mappings and ANY_POLICY in [one.policy for one in certificate.certificate_policies or ()]
        for certificate in map(Certificate, issuers)
    )


def judged(end: bytes, cas: list[bytes], root: bytes, demands: PolicyDemands) -> list[str]:
    store = CertificateStore((Certificate(root),))
    question = ChainQuestion(store, AT, policies=PolicyInputs(demands=demands))
    context = get_certificate_chain(Certificate(end), CertificateStore(map(Certificate, cas)), question, RFC_5280)
    told = [finding.detail for element in context.elements for finding in element.findings]
    return told + [remark.detail for _, remark in refuses(RFC_5280, context)]


def verified(end: bytes, cas: list[bytes], root: bytes, demands: PolicyDemands) -> str:
    """What `openssl verify` says of the chain, nothing if that is OK; pyOpenSSL has no initial policy set."""
    with tempfile.TemporaryDirectory(prefix="certprobe-openssl-") as directory:
        files = {"end": [end], "untrusted": cas, "CAfile": [root]}
        for name, ders in files.items():
            Path(directory, name).write_bytes(b"".join(map(pem, ders)))
        argv = [program("openssl", package="openssl"), "verify", "-no-CApath", "-no-CAstore"]
        argv += ["-policy_check", "-policy", ANY_POLICY, "-attime", str(int(AT.timestamp())), "-CAfile", "CAfile"]
        argv += ["-untrusted", "untrusted"] if cas else []
        argv += [option for demand, option in SWITCHES.items() if demand in demands]
        ran = subprocess.run([*argv, "end"], check=False, capture_output=True, text=True, cwd=directory)
    refusal = re.search(r"error \d+ at [^:]*: (.*)", ran.stdout + ran.stderr)
    assert (ran.returncode == 0) is (refusal is None), ran.stderr
    return refusal[1] if refusal else ""
