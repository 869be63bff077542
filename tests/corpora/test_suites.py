"""What the foreign suites may ask, on chains of our own: each kind of trust, key purpose, flag and level once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from certprobe.lab.der import pem, tlv
from certprobe.lab.pki import (
    BASIC_CONSTRAINTS,
    SUBJECT_KEY_IDENTIFIER,
    Authority,
    Extension,
    Issued,
    KeyUsageName,
    Options,
    rsa_key,
)
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE as ANY
from certprobe.pki.usage import CLIENT_AUTH, CODE_SIGNING, EMAIL_PROTECTION, OCSP_SIGNING, SERVER_AUTH, TIME_STAMPING
from tests.corpora import limbo, suites
from tests.corpora.limbo import RCS_MLS_CLIENT, Verdict

AT = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
SERVER = CA.server("www.lab.test")
ALONE = Authority.root("alone", at=AT).issued
ACCEPT, REJECT, SKIP = Verdict.ACCEPT, Verdict.REJECT, Verdict.SKIP
Chain = tuple[Issued, *tuple[Authority, ...]]


def judged(profile_of: limbo.ProfileOf, end: Issued, *issuers: Authority, **ext: Any) -> Verdict:
    """The verdict on a chain, of which the last certificate is trusted as the extras say."""
    chain = [pem(issued.der).decode() for issued in (end, *(issuer.issued for issuer in issuers))]
    raw = {
        "id": "made",
        "peer_certificate": chain[0],
        "untrusted_intermediates": chain[1:-1],
        "trusted_certs": chain[-1:],
        "validation_time": AT.isoformat(),
        "validation_kind": "SERVER",
        "expected_peer_name": None,
        "extended_key_usage": ext.pop("usages", []),
        "crls": [],
        "max_chain_depth": None,
        "conflicts_with": [],
        "features": [],
        "expected_result": "SUCCESS",
        "ext": {"purpose": "any", **ext},
    }
    case = limbo.case_of("made", raw)
    return limbo.judge(case, profile_of(case)).verdict


def boringssl(end: Issued, *issuers: Authority, trust: str = "TRUSTED_ANCHOR", purpose: str = "ANY_EKU") -> Verdict:
    extras = {"last_cert_trust": trust, "key_purpose": purpose, "digest_policy": "STRONG", "min_rsa_bits": 2048}
    usages = {"SERVER": ["serverAuth"], "CLIENT": ["clientAuth"]}.get(purpose.partition("_")[0], [])
    last = pem(issuers[-1].issued.der if issuers else end.der).decode()
    return judged(suites.boringssl, end, *issuers, last_cert=last, usages=usages, **extras)


# Of a chain to a root, of an end certificate that is in the store, and of one that is self-signed besides.
TRUST = {
    "TRUSTED_ANCHOR": (ACCEPT, REJECT, REJECT),
    "TRUSTED_ANCHOR_OR_LEAF": (ACCEPT, ACCEPT, ACCEPT),
    "TRUSTED_LEAF": (REJECT, ACCEPT, ACCEPT),
    "TRUSTED_LEAF_REQUIRE_SELF_SIGNED": (REJECT, REJECT, ACCEPT),
    "UNSPECIFIED": (REJECT, REJECT, REJECT),
    "DISTRUSTED": (REJECT, REJECT, REJECT),
    "SOMETHING_NEW": (SKIP, SKIP, SKIP),
}


def test_trust_of_one_certificate() -> None:
    chains: tuple[Chain, ...] = ((SERVER, CA, ROOT), (SERVER,), (ALONE,))
    assert {trust: tuple(boringssl(*chain, trust=trust) for chain in chains) for trust in TRUST} == TRUST


EXPIRED: Options = {"not_after": AT - DAY}
MUTE: Options = {"omit": (BASIC_CONSTRAINTS,)}
LIMITED: Options = {"basic_constraints": x509.BasicConstraints(ca=True, path_length=0)}


# Which of these refuse their chain.
ANCHORS = {
    "TRUSTED_ANCHOR": (),
    "TRUSTED_ANCHOR_WITH_REQUIRE_BASIC_CONSTRAINTS": (),
    "TRUSTED_ANCHOR_WITH_EXPIRATION": (EXPIRED,),
    "TRUSTED_ANCHOR_WITH_CONSTRAINTS": (LIMITED,),
    "TRUSTED_ANCHOR_WITH_CONSTRAINTS_REQUIRE_BASIC_CONSTRAINTS": (MUTE, LIMITED),
    "TRUSTED_ANCHOR_WITH_EXPIRATION_AND_CONSTRAINTS": (EXPIRED, LIMITED),
}


def test_what_counts_of_an_anchor() -> None:
    chains: list[tuple[Options, Chain]] = []
    for options in (EXPIRED, MUTE, LIMITED):
        root = Authority.root("Root", at=AT, **options)
        ca = root.intermediate("CA", not_before=AT - DAY, not_after=AT + DAY)
        chains.append((options, (ca.server("www.lab.test"), ca, root)))
    assert {
        trust: tuple(options for options, chain in chains if boringssl(*chain, trust=trust) is REJECT)
        for trust in ANCHORS
    } == ANCHORS


SIGNING: tuple[KeyUsageName, ...] = ("digitalSignature",)
PARTICIPANT = Extension("2.23.146.2.1.4", tlv(0x05, b""), critical=True)


Usages = tuple[str, ...] | None

# The usages of the end certificate, of its issuer, and of the CA above that.
PURPOSES: list[tuple[str, tuple[Usages, Usages, Usages], Verdict]] = [
    ("SERVER_AUTH", ((ANY,), (ANY,), None), ACCEPT),
    ("SERVER_AUTH_STRICT", ((SERVER_AUTH,), None, (ANY,)), ACCEPT),
    ("SERVER_AUTH_STRICT", ((SERVER_AUTH,), None, None), REJECT),
    ("SERVER_AUTH_STRICT", ((SERVER_AUTH,), (ANY,), (ANY,)), REJECT),
    ("SERVER_AUTH_STRICT", ((SERVER_AUTH,), (SERVER_AUTH, CODE_SIGNING), (ANY,)), REJECT),
    ("SERVER_AUTH_STRICT_LEAF", ((SERVER_AUTH,), (ANY, CODE_SIGNING), None), ACCEPT),
    ("SERVER_AUTH_STRICT_LEAF", ((ANY,), None, None), REJECT),
    ("SERVER_AUTH_STRICT_LEAF", (None, None, None), REJECT),
    ("SERVER_AUTH_STRICT_LEAF", ((SERVER_AUTH, OCSP_SIGNING), None, None), REJECT),
    ("CLIENT_AUTH_STRICT", ((CLIENT_AUTH,), (CLIENT_AUTH,), (ANY,)), ACCEPT),
    ("CLIENT_AUTH_STRICT", ((CLIENT_AUTH,), None, (ANY,)), REJECT),
    ("MLS_CLIENT_AUTH", ((RCS_MLS_CLIENT,), (RCS_MLS_CLIENT,), (RCS_MLS_CLIENT,)), ACCEPT),
    ("MLS_CLIENT_AUTH", ((RCS_MLS_CLIENT,), (RCS_MLS_CLIENT,), (RCS_MLS_CLIENT, ANY)), REJECT),
    ("ANY_EKU", ((RCS_MLS_CLIENT,), (RCS_MLS_CLIENT,), None), ACCEPT),
    ("C2PA_TIMESTAMPING", ((TIME_STAMPING,), (CODE_SIGNING,), None), ACCEPT),
    ("C2PA_TIMESTAMPING", ((TIME_STAMPING, EMAIL_PROTECTION), None, None), REJECT),
    ("C2PA_MANIFEST", ((EMAIL_PROTECTION, SERVER_AUTH), (CODE_SIGNING,), None), ACCEPT),
    ("C2PA_MANIFEST", ((EMAIL_PROTECTION, TIME_STAMPING), None, None), REJECT),
    ("C2PA_MANIFEST", ((SERVER_AUTH,), None, None), REJECT),
]


def test_key_purposes() -> None:
    for purpose, (end, issuer, above), expected in PURPOSES:
        upper = ROOT.intermediate("Upper", extended_key_usage=above)
        ca = upper.intermediate("CA", extended_key_usage=issuer)
        leaf = ca.server("www.lab.test", extended_key_usage=end, key_usage=SIGNING)
        verdict = boringssl(leaf, ca, upper, ROOT, purpose=purpose)
        assert (purpose, end, issuer, above, verdict) == (purpose, end, issuer, above, expected)


def test_rcs_understands_its_own_critical_extensions() -> None:
    ca = ROOT.intermediate("CA", extended_key_usage=(RCS_MLS_CLIENT,))
    good: Options = {"key_usage": SIGNING, "extended_key_usage": (RCS_MLS_CLIENT,), "extensions": (PARTICIPANT,)}
    more: Options = {**good, "key_usage": (*SIGNING, "keyAgreement")}
    assert boringssl(ca.server("www.lab.test", **good), ca, ROOT, purpose="MLS_CLIENT_AUTH") is ACCEPT
    assert boringssl(ca.server("www.lab.test", **good), ca, ROOT, purpose="ANY_EKU") is REJECT
    assert boringssl(ca.server("www.lab.test", **more), ca, ROOT, purpose="MLS_CLIENT_AUTH") is REJECT


# -- flags and levels


def gnutls(end: Issued, *issuers: Authority, flags: tuple[str, ...] = (), profile: str | None = None) -> Verdict:
    return judged(suites.gnutls, end, *issuers, gnutls_flags=list(flags), gnutls_profile=profile)


def test_flags_of_gnutls() -> None:
    old = Authority.root("Old", at=AT, version=1, omit=(BASIC_CONSTRAINTS,), key=rsa_key(2048))
    first = ROOT.intermediate("First", version=1, omit=(BASIC_CONSTRAINTS,))
    late = Authority.root("Late", at=AT, not_after=AT - DAY)
    in_time: Options = {"not_before": AT - DAY, "not_after": AT + DAY}
    critical = CA.server("www.lab.test", extensions=(PARTICIPANT,))
    by_md5 = old.server("www.lab.test", signature_hash=hashes.MD5())
    table: list[tuple[str, Chain, Verdict]] = [
        ("DISABLE_TIME_CHECKS", (CA.server("www.lab.test", not_after=AT - DAY), CA, ROOT), REJECT),
        ("DISABLE_TRUSTED_TIME_CHECKS", (late.server("www.lab.test", **in_time), late), REJECT),
        ("ALLOW_ANY_X509_V1_CA_CRT", (first.server("www.lab.test"), first, ROOT), REJECT),
        ("DO_NOT_ALLOW_X509_V1_CA_CRT", (old.server("www.lab.test"), old), ACCEPT),
        ("DO_NOT_ALLOW_SAME", (SERVER,), ACCEPT),
        ("IGNORE_UNKNOWN_CRIT_EXTENSIONS", (critical, CA, ROOT), REJECT),
        ("ALLOW_SIGN_RSA_MD5", (by_md5, old), REJECT),
    ]
    opposite = {ACCEPT: REJECT, REJECT: ACCEPT}
    for flag, chain, without in table:
        assert (flag, gnutls(*chain), gnutls(*chain, flags=(flag,))) == (flag, without, opposite[without])
    assert gnutls(SERVER, CA, ROOT, flags=("DO_NOT_ALLOW_UNSORTED_CHAIN",)) is SKIP


def test_levels() -> None:
    root = Authority.root("Root", at=AT, key=rsa_key(2048))
    end = root.server("www.lab.test", signature_hash=hashes.SHA1())
    levels = ("LOW", "LEGACY", "MEDIUM", "SUITEB128")
    assert [gnutls(end, root, profile=level) for level in levels] == [ACCEPT, REJECT, REJECT, REJECT]
    assert [gnutls(SERVER, CA, ROOT, profile=level) for level in ("HIGH", "ULTRA", "SUITEB128")] == [
        ACCEPT,
        REJECT,
        ACCEPT,
    ]
    assert gnutls(SERVER, CA, ROOT, profile="HIGHEST") is SKIP


def test_options_of_openssl() -> None:
    def openssl(end: Issued, *issuers: Authority, **ext: Any) -> Verdict:
        options = {"openssl_options": [], "auth_level": 1, "x509_strict": False, "partial_chain": False, **ext}
        return judged(suites.openssl, end, *issuers, **options)

    nameless = ROOT.intermediate("CA", omit=(SUBJECT_KEY_IDENTIFIER,))
    chain = (nameless.server("www.lab.test"), nameless, ROOT)
    assert [openssl(*chain, x509_strict=strict) for strict in (False, True)] == [ACCEPT, REJECT]
    assert [openssl(SERVER, CA, partial_chain=partial) for partial in (False, True)] == [REJECT, ACCEPT]
    assert [openssl(SERVER, CA, ROOT, auth_level=level) for level in range(6)] == [ACCEPT] * 4 + [REJECT] * 2
    assert openssl(SERVER, CA, ROOT, openssl_options=["-allow_proxy_certs"]) is SKIP
