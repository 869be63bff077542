"""By which profile each foreign suite is judged: RFC 5280 as its library understands it."""

from __future__ import annotations

from certprobe.chain.path import Check
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS, Anchors, Profile
from certprobe.chain.strict_fields import check_hash
from certprobe.pki.server_identity import NameRules
from tests.corpora.limbo import Case

# Libraries look at what an anchor's certificate says of itself; RFC 5280 leaves that open (6.2).
LIBRARY = RFC_5280._replace(anchors=Anchors.ANY, anchor_fields=WEBPKI.anchor_fields)


def without_sha1(profile: Profile) -> Profile:
    """The profile of one that refuses signatures over SHA-1."""
    checks: tuple[Check, ...] = (*profile.checks(), check_hash)
    return profile._replace(checks=lambda: checks)


def go(_case: Case) -> Profile:
    return LIBRARY


def gnutls(_case: Case) -> Profile:
    return LIBRARY


def mbedtls(case: Case) -> Profile:
    """SHA-1 is only for its compatible profile; a commonName is a name; to trust an end certificate is not enough."""
    anchors = Anchors.ISSUERS if case.leaf in case.roots else Anchors.ANY
    profile = LIBRARY._replace(anchors=anchors, names=NameRules.RFC_6125)
    return profile if case.ext["mbedtls_profile"] == "compat" else without_sha1(profile)


def openssl(case: Case) -> Profile:
    """An anchor is self-signed unless the case says -partial_chain; a commonName is a name."""
    anchors = LIBRARY if case.ext["partial_chain"] else WINDOWS
    profile = LIBRARY._replace(anchors=anchors.anchors, anchor_fields=anchors.anchor_fields, names=NameRules.RFC_6125)
    return without_sha1(profile)


def boringssl(case: Case) -> Profile:
    """An anchor is a name and a key, but for those whose fields the case has judged."""
    judged = "EXPIRATION" in case.ext["last_cert_trust"] or "CONSTRAINTS" in case.ext["last_cert_trust"]
    profile = LIBRARY if judged else RFC_5280
    return without_sha1(profile) if case.ext["digest_policy"] == "STRONG" else profile
