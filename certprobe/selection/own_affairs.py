"""What every client certificate must be, whoever asks: readable, with its key, in its time, good for the purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.pki.credential import KeyStatus
from certprobe.pki.usage import ANY_APPLICATION_POLICY, ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, KeyUsage, usage_name
from certprobe.selection.cells import Caution, Met, Reason, Rejection, Subject
from certprobe.selection.words import days, listing, moment, usage_bits

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential
    from certprobe.selection.asked import Asked
    from certprobe.selection.cells import Cell


def readable(credential: Credential, asked: Asked) -> Cell:
    """The certificate is one of RFC 5280 4.1, with extensions that can be decoded."""
    subject, clause = Subject.CERTIFICATE, "RFC 5280 4.1"
    certificate = credential.certificate
    faults = [certificate.fault] if certificate.fault else []
    faults += [f"extension {fault.oid}: {fault.message}" for fault in certificate.extension_faults]
    if not faults:
        return Met(subject, clause, "read in full")
    return Rejection(
        subject,
        Reason.CERTIFICATE_UNREADABLE,
        clause,
        f"the certificate cannot be read in full: {listing(faults)}",
        "have the certificate issued again by a CA that encodes it correctly",
        "by a CA that encodes it correctly",
    )


def private_key(credential: Credential, asked: Asked) -> Cell:
    """Who presents a certificate proves in CertificateVerify that its key is there."""
    subject, clause = Subject.PRIVATE_KEY, "RFC 8446 4.4.3" if asked.is_tls13 else "RFC 5246 7.4.8"
    match credential.key_status:
        case KeyStatus.FITS:
            return Met(subject, clause, "its private key is there")
        case KeyStatus.ABSENT:
            return Rejection(
                subject,
                Reason.NO_PRIVATE_KEY,
                clause,
                f"no private key for it was found beside the certificate from {credential.source}",
                "give its private key too",
            )
        case KeyStatus.DOES_NOT_FIT:
            return Rejection(
                subject,
                Reason.KEY_DOES_NOT_FIT,
                clause,
                f"the private key given with the certificate from {credential.source} belongs to another certificate",
                "give the private key that was made for this certificate",
            )


def validity(credential: Credential, asked: Asked) -> Cell:
    """The time of asking lies between notBefore and notAfter, both included."""
    subject, clause, at = Subject.VALIDITY, "RFC 5280 4.1.2.5", asked.at
    not_before, not_after = credential.certificate.not_before, credential.certificate.not_after
    renewed = "have the certificate renewed"
    if not_before is None or not_after is None:
        return Rejection(subject, Reason.NOT_TIME_VALID, clause, "its validity period cannot be read", renewed, "")
    if at > not_after:
        detail = f"expired on {moment(not_after)}, {days(at, not_after)} before {moment(at)}"
        return Rejection(subject, Reason.NOT_TIME_VALID, clause, detail, renewed, "")
    if at < not_before:
        detail = f"not valid before {moment(not_before)}, {days(not_before, at)} after {moment(at)}"
        return Rejection(subject, Reason.NOT_TIME_VALID, clause, detail, "wait until then, or set the clock right")
    return Met(subject, clause, f"until {moment(not_after)}, {days(not_after, at)} from {moment(at)}")


def key_usage(credential: Credential, asked: Asked) -> Cell:
    """RFC 5280 4.2.1.3: a key that signs needs digitalSignature, unless keyUsage is left out."""
    subject, clause = Subject.KEY_USAGE, "RFC 5280 4.2.1.3"
    usage = credential.certificate.key_usage
    if usage is None:
        return Met(subject, clause, "no keyUsage: the key may be used for anything")
    if KeyUsage.digitalSignature in usage:
        return Met(subject, clause, f"keyUsage is {usage_bits(usage)}")
    return Rejection(
        subject,
        Reason.WRONG_KEY_USAGE,
        clause,
        f"keyUsage is {usage_bits(usage) or 'empty'}; a client signs its CertificateVerify and needs digitalSignature",
        "have the certificate issued with digitalSignature in keyUsage",
        "with digitalSignature in keyUsage",
    )


def extended_key_usage(credential: Credential, asked: Asked) -> Cell:
    """RFC 5280 4.2.1.12: a TLS client needs clientAuth, or any purpose, unless extKeyUsage is left out.

    Microsoft's application policies bind nobody but Windows, to which extKeyUsage then says nothing: a caution at most.
    """
    subject, clause = Subject.EXTENDED_KEY_USAGE, "RFC 5280 4.2.1.12"
    certificate = credential.certificate
    purposes, policies = certificate.extended_key_usage, certificate.application_policies
    named = listing(map(usage_name, purposes or ()))
    if purposes is None or CLIENT_AUTH in purposes or ANY_EXTENDED_KEY_USAGE in purposes:
        if policies is not None and {CLIENT_AUTH, ANY_EXTENDED_KEY_USAGE, ANY_APPLICATION_POLICY}.isdisjoint(policies):
            return Caution(
                subject,
                Reason.WRONG_EXTENDED_KEY_USAGE,
                clause,
                f"its application policies are {listing(map(usage_name, policies)) or 'empty'}, without clientAuth,"
                " and servers on Windows read them in place of extKeyUsage",
                "have the certificate issued with clientAuth in its application policies, or without them",
            )
        return Met(subject, clause, f"extKeyUsage is {named}" if named else "no extKeyUsage: good for any purpose")
    return Rejection(
        subject,
        Reason.WRONG_EXTENDED_KEY_USAGE,
        clause,
        f"extKeyUsage is {named or 'empty'}, without clientAuth"
        " (public CAs leave clientAuth out of new certificates from 2026 on)",
        "have the certificate issued with clientAuth in extKeyUsage, by a private CA if need be",
        "with clientAuth in extKeyUsage",
    )
