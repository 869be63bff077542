"""By which profile each foreign suite is judged: RFC 5280 as its library understands it, with what a case says.

Everything here is composed of the parts that profiles are made of. What a case needs and no part gives is `Unasked`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from certprobe.chain.authority import check_basic_constraints
from certprobe.chain.context import Finding
from certprobe.chain.element import check_validity
from certprobe.chain.extension import check_unprocessed_extensions
from certprobe.chain.path import Check, PathView, Profile, Result
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS
from certprobe.chain.rules import AnchorFields, Anchors
from certprobe.chain.strict_extensions import (
    check_authority_key_identifier,
    check_ca_extensions,
    check_criticality,
    check_end_entity_extensions,
    check_subject_key_identifier,
)
from certprobe.chain.strict_fields import check_names, check_weakness
from certprobe.chain.strict_names import check_subject_alt_name
from certprobe.pki.server_identity import NameRules
from certprobe.pki.signature import signature_hash
from certprobe.wincrypt.trust_status import TrustError
from tests.corpora import purposes
from tests.corpora.limbo import Case, Choice, Unasked
from tests.corpora.strength import LEVELS, RSA, SUITE_B_128, SUITE_B_192, Strength, demanding, hashes

# Libraries look at what an anchor's certificate says of itself; RFC 5280 leaves that open (6.2).
LIBRARY = RFC_5280._replace(anchors=Anchors.ANY, anchor_fields=WEBPKI.anchor_fields)


def with_checks(profile: Profile, *checks: Check) -> Profile:
    """The profile with these checks too."""
    return profile._replace(checks=lambda: (*profile.checks(), *checks))


def without_checks(profile: Profile, *checks: Check) -> Profile:
    """The profile without these checks."""
    return profile._replace(checks=lambda: tuple(check for check in profile.checks() if check not in checks))


def with_strength(case: Case, profile: Profile, strength: Strength) -> Choice:
    """The profile with that demand instead of its own, unless it allows what nobody can verify any more."""
    signed_with = {signature_hash(certificate) for certificate in (case.leaf, *case.intermediates)}
    if signed_with & strength.hashes & {"md2", "md4"}:
        return Unasked("needs MD2 or MD4, which cryptography does not verify")
    return with_checks(without_checks(profile, check_weakness), demanding(strength))


def limbo(case: Case) -> Choice:
    """The profile that limbo is about; of what contradicts it, what RFC 5280 says alone."""
    if "pedantic-public-suffix-wildcard" in case.features:
        return Unasked("needs the Public Suffix List")
    return RFC_5280 if any(other.startswith("webpki::") for other in case.conflicts_with) else WEBPKI


def go(_case: Case) -> Choice:
    return LIBRARY


# -- BoringSSL

# What of an anchor counts, by last_cert_trust; which certificates are one, the stores say.
ANCHOR_FIELDS = {
    "DISTRUSTED": AnchorFields.NAME_AND_KEY,
    "UNSPECIFIED": AnchorFields.NAME_AND_KEY,
    "TRUSTED_LEAF": AnchorFields.NAME_AND_KEY,
    "TRUSTED_LEAF_REQUIRE_SELF_SIGNED": AnchorFields.NAME_AND_KEY,
    "TRUSTED_ANCHOR": AnchorFields.NAME_AND_KEY,
    "TRUSTED_ANCHOR_OR_LEAF": AnchorFields.NAME_AND_KEY,
    "TRUSTED_ANCHOR_WITH_REQUIRE_BASIC_CONSTRAINTS": AnchorFields.NAME_AND_KEY,
    "TRUSTED_ANCHOR_WITH_EXPIRATION": AnchorFields.VALIDITY,
    "TRUSTED_ANCHOR_WITH_CONSTRAINTS": AnchorFields.EXTENSIONS,
    "TRUSTED_ANCHOR_WITH_CONSTRAINTS_REQUIRE_BASIC_CONSTRAINTS": AnchorFields.EXTENSIONS,
    "TRUSTED_ANCHOR_WITH_EXPIRATION_AND_CONSTRAINTS": AnchorFields.VALIDITY | AnchorFields.EXTENSIONS,
}
PURPOSES: dict[str, tuple[Check, ...]] = {
    "ANY_EKU": (),
    "SERVER_AUTH": (),
    "CLIENT_AUTH": (),
    "SERVER_AUTH_STRICT": purposes.STRICT,
    "CLIENT_AUTH_STRICT": purposes.STRICT,
    "SERVER_AUTH_STRICT_LEAF": purposes.STRICT_LEAF,
    "CLIENT_AUTH_STRICT_LEAF": purposes.STRICT_LEAF,
    "MLS_CLIENT_AUTH": purposes.MLS,
    "C2PA_TIMESTAMPING": (purposes.check_time_stamping_alone,),
    "C2PA_MANIFEST": (purposes.check_claim_signing,),
}


def boringssl(case: Case) -> Choice:
    """RFC 5280 as it stands, with what the case says of anchor, key purpose and strength."""
    trust, purpose = case.ext["last_cert_trust"], case.ext["key_purpose"]
    if purpose not in PURPOSES or trust not in ANCHOR_FIELDS:
        return Unasked(f"needs {purpose} and {trust} of BoringSSL")
    profile = RFC_5280._replace(anchor_fields=ANCHOR_FIELDS[trust])
    if trust.endswith("_CONSTRAINTS_REQUIRE_BASIC_CONSTRAINTS"):
        profile = with_checks(profile, check_anchor_is_a_ca)
    if purpose == "MLS_CLIENT_AUTH":
        profile = without_checks(profile, check_unprocessed_extensions)
    allowed = hashes(112 if case.ext["digest_policy"] == "STRONG" else 80)
    strength = Strength(case.ext["min_rsa_bits"], 0, allowed)
    return with_strength(case, with_checks(profile, *PURPOSES[purpose]), strength)


def check_anchor_is_a_ca(path: PathView) -> Iterator[Result]:
    """An anchor that can say so says that it is a CA."""
    certificate = path.certificates[-1]
    if path.anchor and certificate.version == 3 and certificate.basic_constraints is None:
        yield path.anchor, _no_ca("an anchor without basicConstraints")


# -- GnuTLS


def gnutls(case: Case) -> Choice:
    """Flags of gnutls_certificate_verify_flags and a profile of gnutls_certificate_verification_profiles_t."""
    flags, level = set(case.ext["gnutls_flags"]), case.ext["gnutls_profile"]
    missing = flags - GNUTLS_FLAGS.keys() - GNUTLS_HASHES.keys()
    if missing or level not in GNUTLS_PROFILES:
        return Unasked(f"needs {', '.join(sorted(missing)) or f'the profile {level}'} of GnuTLS")
    profile = LIBRARY
    for flag in sorted(flags & GNUTLS_FLAGS.keys()):
        profile = GNUTLS_FLAGS[flag](profile)
    strength = GNUTLS_PROFILES[level]
    allowed = strength.hashes.union(*(GNUTLS_HASHES.get(flag, ()) for flag in flags))
    return with_strength(case, profile, strength._replace(hashes=allowed))


def check_no_v1_issuer(path: PathView) -> Iterator[Result]:
    """No CA is of version 1, not even an anchor."""
    for index, certificate in enumerate(path.certificates[1:], start=1):
        if certificate.version == 1:
            yield index, _no_ca("a CA of version 1")


def check_later_basic_constraints(path: PathView) -> Iterator[Result]:
    """Every issuer must be a CA, but one of version 1 cannot say so."""
    for index, result in check_basic_constraints(path):
        if path.certificates[index].version > 1:
            yield index, result


def _same(profile: Profile) -> Profile:
    return profile


GNUTLS_FLAGS: dict[str, Callable[[Profile], Profile]] = {
    "DISABLE_TIME_CHECKS": lambda profile: without_checks(profile, check_validity),
    "DISABLE_TRUSTED_TIME_CHECKS": lambda profile: profile._replace(anchor_fields=AnchorFields.EXTENSIONS),
    "DISABLE_CA_SIGN": lambda profile: without_checks(profile, check_basic_constraints),
    "DISABLE_CRL_CHECKS": _same,
    "ALLOW_X509_V1_CA_CRT": _same,
    "ALLOW_ANY_X509_V1_CA_CRT": lambda profile: with_checks(
        without_checks(profile, check_basic_constraints), check_later_basic_constraints
    ),
    "ALLOW_UNSORTED_CHAIN": _same,
    "DO_NOT_ALLOW_X509_V1_CA_CRT": lambda profile: with_checks(profile, check_no_v1_issuer),
    "DO_NOT_ALLOW_SAME": lambda profile: profile._replace(anchors=Anchors.ISSUERS),
    "IGNORE_UNKNOWN_CRIT_EXTENSIONS": lambda profile: without_checks(profile, check_unprocessed_extensions),
}
GNUTLS_HASHES = {
    "ALLOW_SIGN_RSA_MD2": ("md2",),
    "ALLOW_SIGN_RSA_MD5": ("md5",),
    "ALLOW_SIGN_WITH_SHA1": ("sha1",),
    "ALLOW_BROKEN": ("md2", "md5"),
}
GNUTLS_PROFILES = {
    None: LEVELS[80],
    "VERY_WEAK": Strength(0, 0, hashes(80)),
    "LOW": LEVELS[80],
    "LEGACY": LEVELS[96],
    "MEDIUM": LEVELS[112],
    "HIGH": LEVELS[128],
    "ULTRA": LEVELS[192],
    "FUTURE": LEVELS[256],
    "SUITEB128": SUITE_B_128,
    "SUITEB192": SUITE_B_192,
}

# -- Mbed TLS

MBEDTLS_PROFILES = {
    "all": LEVELS[0],
    "compat": LEVELS[80],
    "default": Strength(2048, 0, hashes(112)),
    "next": Strength(2048, 256, hashes(128)),
    "suiteb": SUITE_B_128,
    "suite_b": SUITE_B_128,
    "rsa3072": Strength(3072, 0, hashes(112), keys=RSA),
    "sha512": Strength(0, 0, frozenset({"sha512"})),
}


def mbedtls(case: Case) -> Choice:
    """A commonName is a name; to trust an end certificate is not enough."""
    name = case.ext["mbedtls_profile"]
    if name not in MBEDTLS_PROFILES:
        return Unasked(f"needs the profile {name} of Mbed TLS")
    anchors = Anchors.ISSUERS if case.leaf in case.roots else Anchors.ANY
    profile = LIBRARY._replace(anchors=anchors, names=NameRules.RFC_6125)
    return with_strength(case, profile, MBEDTLS_PROFILES[name])


# -- OpenSSL

# The documentation of -x509_strict lists these.
OPENSSL_STRICT: tuple[Check, ...] = (
    check_ca_extensions,
    check_names,
    check_criticality,
    check_authority_key_identifier,
    check_subject_key_identifier,
    check_end_entity_extensions,
    check_subject_alt_name,
)
# -auth_level; below level 2 SHA-1 has 63 bits.
OPENSSL_LEVELS = {
    0: LEVELS[0],
    1: LEVELS[80]._replace(hashes=hashes(96)),
    2: LEVELS[112],
    3: LEVELS[128],
    4: LEVELS[192],
    5: LEVELS[256],
}


def openssl(case: Case) -> Choice:
    """An anchor is self-signed unless the case says -partial_chain; a commonName is a name."""
    if "-allow_proxy_certs" in case.ext["openssl_options"]:
        return Unasked("needs RFC 3820, by which an end entity issues proxy certificates")
    anchors = LIBRARY if case.ext["partial_chain"] else WINDOWS
    profile = LIBRARY._replace(anchors=anchors.anchors, anchor_fields=anchors.anchor_fields, names=NameRules.RFC_6125)
    if case.ext["x509_strict"]:
        profile = with_checks(profile, *OPENSSL_STRICT)
    return with_strength(case, profile, OPENSSL_LEVELS[case.ext["auth_level"]])


def _no_ca(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "RFC 5280 4.2.1.9", detail)
