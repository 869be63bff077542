"""Where a validator is known to judge otherwise than we do, and why we do not follow it.

A class speaks of one fault and of the words in which somebody refuses it; what no class speaks of is a mistake of ours
until somebody has argued it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tests.differential.faults import Chain


class Known(NamedTuple):
    """`fault` and `words` are regular expressions: for one of the chain's faults, and for what is said against it."""

    fault: str
    words: str
    reason: str


def is_known(classes: tuple[Known, ...], chain: Chain, complaints: list[str]) -> bool:
    """Whether each complaint belongs to a class that speaks of one of the chain's faults."""
    return all(any(_speaks_of(known, chain, complaint) for known in classes) for complaint in complaints)


def _speaks_of(known: Known, chain: Chain, complaint: str) -> bool:
    return re.search(known.words, complaint) is not None and any(
        re.fullmatch(f"[^:]*: (?:{known.fault})", fault) for fault in chain.faults
    )


_DAMAGED: Final = (
    "What path validation does not need is damaged: BoringSSL, Go and OpenSSL's parser refuse it, as we do."
)
_FORM: Final = "RFC 5280 4.2.1.6: a name has the form of its kind."
_PREFIX: Final = "RFC 5280 4.2.1.10: a network is an address and the mask of a prefix."
_FORM_WORDS: Final = "has not the form of one|which is no|2.5.29.17|cannot be decoded|no subjectAltName|strict parser"
_HYGIENE: Final = "RFC 5280 and the Baseline Requirements ask it of CAs; x509-limbo expects validators to mind."

# -- what we refuse and they take

TAKEN: Final[dict[str, tuple[Known, ...]]] = {
    "openssl": (
        Known("something after basicConstraints", "after its end|readable basicConstraints|stands more", _DAMAGED),
        Known("named (with|by) .*", _FORM_WORDS, _FORM),
        Known("wildcard within a label|two wildcards|name with a dot behind", _FORM_WORDS, _FORM),
        Known("name with a dot behind", "in the excluded", "The dot names the same host, which is excluded."),
        Known("permits an odd mask", "is nonsense", _PREFIX),
    ),
    "pyca": (
        Known("(own )?identifier .*", "(authority|subject)KeyIdentifier|KeyIdentifier:|strict parser", _HYGIENE),
        Known("without (own )?identifier", "KeyIdentifier is missing|KeyIdentifier does not fit", _HYGIENE),
        Known("alternative name damaged", "2.5.29.17|strict parser", _DAMAGED),
        Known("alternative name empty", "subjectAltName is empty", _HYGIENE),
        Known("serial number (zero|long)", "serial number", _HYGIENE),
        Known("policy twice|no policy in the list", "certificatePolicies name", _HYGIENE),
        Known("extKeyUsage for servers", "extKeyUsage stands in a root", _HYGIENE),
        Known("no extKeyUsage", "extKeyUsage is missing", _HYGIENE),
        Known("short RSA key|small curve|Ed25519 key", "RSA key of 1024|only P-256|only RSA and ECDSA", _HYGIENE),
        Known(
            "permits an odd mask|constraints with a minimum", "mask|minimum|nonsense", "RFC 5280 4.2.1.10 forbids it."
        ),
        Known("named (with|by) .*", _FORM_WORDS, _FORM),
    ),
    "gnutls": (
        Known(
            "keyUsage damaged|extKeyUsage damaged|(own )?identifier damaged", "cannot be used|KeyIdentifier:", _DAMAGED
        ),
        Known("extKeyUsage damaged|keyUsage damaged", "the extension 2.5.29", _DAMAGED),
        Known("extKeyUsage empty", "not valid for serverAuth", "An empty list allows nothing."),
        Known("extKeyUsage .*", "not valid for serverAuth|CERT_E_WRONG", "GnuTLS does not look at a root's usages."),
        Known("path length negative", "pathLenConstraint is -1|basicConstraints|2.5.29.19", _DAMAGED),
        Known("permits a directory", "outside of the permitted", "GnuTLS does not compare directory names."),
        Known("constraints with a minimum", "minimum", "RFC 5280 4.2.1.10 forbids it, and nobody knows what it means."),
        Known(
            "alternative name empty|nameless|v1", "CERT_E_CN_NO_MATCH", "RFC 9525 2: a commonName is no server's name."
        ),
        Known("named (with|by) .*", _FORM_WORDS, _FORM),
    ),
}

# -- what they refuse and we take

_HINT: Final = "RFC 5280 4.2.1.1: the identifier helps to find an issuer; a signature says who it is."
_COMMON_NAME: Final = "RFC 9525 2: a commonName is no DNS name, and no constraint on those binds it."
_PRINCIPALS: Final = "Windows compares user principal names, and so do we; RFC 5280 leaves other forms open."
_UNREADABLE: Final = "RFC 5280 has no such kind of name; Windows leaves it out."

REFUSED: Final[dict[str, tuple[Known, ...]]] = {
    "openssl": (
        Known("(own )?identifier (of another key|critical)", "unable to get|self-signed|partial", _HINT),
        Known("own identifier critical", "unhandled critical extension", "It asks for nothing in path validation."),
        Known("permits a host with a dot behind", "permitted subtree violation", "The dot names the same host."),
        Known("nameless|v1|alternative name empty", "(permitted|excluded) subtree violation", _COMMON_NAME),
        Known("constraints with a minimum", "minimum and maximum", "RFC 5280 4.2.1.10: no name has that form."),
        Known("named by an unknown kind", "unable to get|decode|parse", _UNREADABLE),
        Known("permits principals", "unsupported name constraint", _PRINCIPALS),
    ),
    "pyca": (
        Known("permits principals", "unsupported name constraint", _PRINCIPALS),
        Known("permits URIs", "unsupported name constraint", "RFC 5280 4.2.1.10 tells how they are compared."),
        Known("inhibitAnyPolicy", "unaccounted-for critical", "pyca knows no certificate policies."),
        Known("no keyUsage", "missing required extension", "RFC 5280 asks that of CAs; a root's is not asked for."),
        Known(
            "named with an underscore", "malformed SAN", "Servers have such names; pyca minds where names are limited."
        ),
        Known(
            "permits all hosts|excludes all hosts", "malformed DNS name constraint", "Nothing is a part of every name."
        ),
        Known(
            "permits all directories|.* a directory", "unsupported directoryName", "RFC 5280 4.2.1.10 wants it known."
        ),
    ),
    "gnutls": (
        Known("(own )?identifier (of another key|critical)", "issuer is unknown", _HINT),
        Known(
            "signed over SHA-1", "insecure algorithm", "RFC 5280 leaves algorithms to the profile; webpki refuses it."
        ),
        Known(
            "nameless", "requested data were not available", "RFC 5280 6.1 compares names, and empty ones are equal."
        ),
        Known("permits an odd mask", "violates the signer's", "No name has the form that the constraint speaks of."),
        Known("excludes a directory", "violates the signer's", "GnuTLS does not compare directory names."),
        Known("permits all hosts", "violates the signer's", "GnuTLS takes every name and fewer names for none at all."),
        Known("excludes registered IDs", "violates the signer's", "RFC 5280 4.2.1.10: no name has that form."),
        Known("named by an unknown kind", "parsing", _UNREADABLE),
        Known("named by an X.400 address too", "parsing", "RFC 5280 4.2.1.6 knows the kind; here it holds nothing."),
    ),
}
