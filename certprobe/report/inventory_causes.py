"""What is wrong with a certificate, a chain or a key of an inventory, or missing, in words.

A PROBLEM is wrong wherever the thing is used; a NOTE is what somebody may have meant so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki import algorithms
from certprobe.pki.credential import KeyStatus
from certprobe.pki.issuers import GIVEN_UP
from certprobe.pki.signature import SignatureCheck, is_weak, signature_hash, verify_signature
from certprobe.pki.usage import KeyUsage
from certprobe.report.inventory import ChainEnd
from certprobe.report.model import Cause, Weight
from certprobe.report.spelling import time
from certprobe.report.words import NAMES_IN_A_LINE, sentence, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from certprobe.pki.certificate import Certificate

HOW_TO_OPEN: Final = "give its password by --password-file or --password-env, or run on a terminal"

_LEAST_RSA_BITS: Final = 2048
_REISSUE: Final = "Have the certificate issued again."


def of_certificate(certificate: Certificate, at: datetime) -> Iterator[Cause]:
    """What is wrong with a certificate by itself: encoding, times, algorithms."""
    yield from _encoding(certificate)
    yield from _validity(certificate, at)
    yield from _algorithms(certificate)


def _encoding(certificate: Certificate) -> Iterator[Cause]:
    if certificate.fault:
        advice = "Take the certificate from its issuer anew; if it is the same there, have it issued again."
        yield _problem("malformed", "cannot be read whole", certificate.fault, advice)
    for fault in certificate.extension_faults:
        yield _problem("extension", f"the extension {fault.oid} cannot be read", fault.message, _REISSUE)
    if certificate.strict_fault and not certificate.fault and not certificate.extension_faults:
        yield _problem("strict", "strict programs refuse it", certificate.strict_fault, _REISSUE)


def _validity(certificate: Certificate, at: datetime) -> Iterator[Cause]:
    if certificate.not_after is not None and certificate.not_after < at:
        yield _problem("expired", f"expired on {time(certificate.not_after)}", "", "Have it renewed.")
    if certificate.not_before is not None and at < certificate.not_before:
        title = f"not valid before {time(certificate.not_before)}"
        yield _problem("not-yet-valid", title, "", "Wait until then, or check this machine's clock.")


def _algorithms(certificate: Certificate) -> Iterator[Cause]:
    if reason := is_weak(certificate):
        yield _problem("weak", f"too weak: {reason}", "", "Have a certificate issued for a new key.")
        return
    is_rsa = certificate.public_key.algorithm.oid in (algorithms.RSA_ENCRYPTION, algorithms.RSASSA_PSS)
    if is_rsa and (certificate.public_key_bits or _LEAST_RSA_BITS) < _LEAST_RSA_BITS:
        title = f"RSA key of {certificate.public_key_bits} bits, where {_LEAST_RSA_BITS} are asked for today"
        yield _note("outdated", title, "", "Make a new key when it is renewed.")
    if signature_hash(certificate) == "sha1" and not certificate.is_self_issued:
        yield _note("outdated", f"signed with {certificate.signature_algorithm}", "", _REISSUE)


def of_key(status: KeyStatus) -> Iterator[Cause]:
    """What is wrong with the private key of an identity."""
    if status is KeyStatus.DOES_NOT_FIT:
        advice = "Put the key that the certificate was requested with beside it."
        yield _problem("key-does-not-fit", "its private key is that of another certificate", "", advice)
    if status is KeyStatus.ABSENT:
        yield _note("no-key", "no private key for it is here")


def of_chain(certificate: Certificate, issuers: Sequence[Certificate], end: ChainEnd, named_so: int) -> Iterator[Cause]:
    """What is wrong on the way up; `named_so` counts certificates that have the name of the missing issuer."""
    path = (certificate, *issuers)
    for issued, issuer in zip(path, issuers, strict=False):
        yield from _link(issued, issuer)
    if end is ChainEnd.ISSUER_MISSING:
        yield _missing_issuer(path[-1], named_so)


def _link(certificate: Certificate, issuer: Certificate) -> Iterator[Cause]:
    if verify_signature(certificate, issuer) is SignatureCheck.INVALID:
        title = f"the signature of {subject(certificate)} is not by {subject(issuer)}, although that is named in it"
        yield _problem("signature", title, "", "Find the issuer's certificate with the right key, or the right copy.")
    constraints, usage = issuer.basic_constraints, issuer.key_usage
    if issuer.version == 3 and not (constraints and constraints.ca):
        title = f"its issuer {subject(issuer)} is no CA"
        yield _problem(
            "issuer-no-ca", title, "basicConstraints does not say cA.", "Have the CA's certificate issued again."
        )
    if usage is not None and KeyUsage.keyCertSign not in usage:
        title = f"its issuer {subject(issuer)} may not sign certificates"
        detail = "keyUsage is there without keyCertSign."
        yield _problem("issuer-cannot-sign", title, detail, "Have the CA's certificate issued again.")


def _missing_issuer(last: Certificate, named_so: int) -> Cause:
    title = f"the issuer of {subject(last)} is missing: {last.issuer.rfc4514 or '(empty name)'}"
    others = "What is here under that name did not sign it." if named_so else ""
    return _note("issuer-missing", title, others, "Put it in if it is no root: not every peer knows intermediate CAs.")


def contradicted(words: str) -> Cause:
    """A PKCS#12 file gives a certificate the key of another one: who goes by it uses the wrong key."""
    return _problem("local-key-id", words, "", "Write the file anew, one entry for each key and its certificate.")


def issuers_not_told_apart() -> Cause:
    """Too many CAs have one name to try all their keys."""
    advice = "Look at this file with suspicion, or take out the CAs that are not needed."
    return _note("issuers-not-told-apart", "too many CAs have the name of its issuer", sentence(GIVEN_UP), advice)


def key_without_certificate(request: str | None) -> Cause:
    """A private key is there, and no certificate for it; `request` is where the request for one was found."""
    title = "private key without the certificate that it belongs to"
    if request is None:
        return _problem("no-certificate", title, "", "Put the certificate that was issued for it beside it.")
    return _problem("no-certificate", title, f"It is the key of the request {request}.", "Have the request answered.")


def locked(reason: str, password: bytes | None) -> Cause:
    """A private key does not open: for want of a password, or by the one that was given."""
    if password is None:
        return _note("locked", f"{reason}: what it fits was not looked at", "", sentence(HOW_TO_OPEN))
    return _problem("wrong-password", reason, "", "Give the password of this key; it may differ from the file's.")


def unusable_part(note: str) -> Cause:
    """A part of a file cannot be used, while the rest can."""
    return _problem("unusable-part", note)


def passed_over(reason: str) -> Cause:
    """A file in a directory, or something that is none, was not used."""
    return _note("passed-over", f"passed over: {reason}")


def duplicates(what: str, repeated: Sequence[tuple[str, str]]) -> Cause:
    """Parts of a file are there again, in it or in files after it: pairs of places, the later one first."""
    number = len(repeated)
    title = f"a {what} of it is there again" if number == 1 else f"{number} {what}s of it are there again"
    shown = "; ".join(f"{place} is {first}" for place, first in repeated[:NAMES_IN_A_LINE])
    rest = f"; and {number - NAMES_IN_A_LINE} more" if number > NAMES_IN_A_LINE else ""
    return _note("duplicate", title, f"{shown}{rest}.")


def order() -> Cause:
    """A file with one chain has it in another order than from the end entity up."""
    return _note(
        "order",
        "its certificates stand in another order than that of the chain",
        "RFC 5246 7.4.2 wants the end entity's first and each issuer after what it issued.",
        "Put them in order if a server is to send the file as it stands.",
    )


def _problem(code: str, title: str, detail: str = "", advice: str = "") -> Cause:
    return Cause(code, Weight.PROBLEM, title, detail, advice)


def _note(code: str, title: str, detail: str = "", advice: str = "") -> Cause:
    return Cause(code, Weight.NOTE, title, detail, advice)
