"""What a request demands of signatures: the kind of key that makes one, its scheme, and those in the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.selection.authorities import chain_of
from certprobe.selection.cells import Met, NotAsked, Reason, Rejection, Subject
from certprobe.selection.schemes import certificate_type, signed_with, signing_schemes
from certprobe.selection.words import alternatives, key_kind, listing, scheme_names
from certprobe.tls.enums import ClientCertificateType, ProtocolVersion, name_of

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential
    from certprobe.selection.asked import Asked
    from certprobe.selection.cells import Cell


def certificate_types(credential: Credential, asked: Asked) -> Cell:
    """Before TLS 1.3 the server names the kinds of keys that it takes."""
    subject = Subject.CERTIFICATE_TYPES
    codes = asked.request.certificate_types
    if not codes:
        why = "TLS 1.3 has no certificate types" if asked.is_tls13 else "the server names no certificate type"
        return NotAsked(subject, "RFC 8446 4.3.2" if asked.is_tls13 else "RFC 5246 7.4.4", why)
    wanted = certificate_type(credential.certificate)
    clause = "RFC 8422 5.5" if wanted is ClientCertificateType.ecdsa_sign else "RFC 5246 7.4.4"
    kind = key_kind(credential.certificate)
    if wanted is not None and wanted in codes:
        return Met(subject, clause, f"a key of {kind} takes {wanted.name}")
    offered = [name_of(ClientCertificateType, code) for code in codes]
    needs = f"takes {wanted.name}" if wanted else "has no certificate type in this version of TLS"
    return Rejection(
        subject,
        Reason.CERTIFICATE_TYPE_NOT_OFFERED,
        clause,
        f"a key of {kind} {needs}; the server offers {listing(offered)}",
        f"use a certificate with a key for {listing(offered)}",
        f"for a key of the type {alternatives(offered)}",
    )


def signature_algorithms(credential: Credential, asked: Asked) -> Cell:
    """The key signs CertificateVerify with a scheme of the server's list."""
    subject, request = Subject.SIGNATURE_ALGORITHMS, asked.request
    clause = "RFC 8446 4.2.3" if asked.is_tls13 else "RFC 5246 7.4.4"
    possible = signing_schemes(credential.certificate, request.version)
    listed = request.signature_algorithms
    kind = key_kind(credential.certificate)
    if listed is None:
        if possible or request.version >= ProtocolVersion.TLS_1_2:
            return NotAsked(subject, clause, "no signature schemes are listed")
        clause, offered = "RFC 4346 7.4.8", "nothing but MD5 and SHA-1 signatures of RSA, DSA and ECDSA keys"
    elif common := [code for code in listed if code in possible]:
        return Met(subject, clause, f"a key of {kind} signs with {scheme_names(common[:1])}")
    else:
        offered = scheme_names(listed) or "no scheme at all"
    can = f"signs with {scheme_names(sorted(possible))}" if possible else "cannot sign in this version of TLS"
    return Rejection(
        subject,
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        clause,
        f"a key of {kind} {can}; the server takes {offered}",
        "use a certificate with another kind of key, or let the server offer one of these schemes",
        f"for a key that signs with {offered}",
    )


def signature_algorithms_cert(credential: Credential, asked: Asked) -> Cell:
    """The certificates that are sent are signed with schemes that the server takes in certificates."""
    subject, clause = Subject.SIGNATURE_ALGORITHMS_CERT, "RFC 8446 4.2.3" if asked.is_tls13 else "RFC 5246 7.4.4"
    offered = asked.request.signature_algorithms_cert or asked.request.signature_algorithms
    if offered is None:
        return NotAsked(subject, clause, "no signature schemes are listed")
    # Self-signed certificates are not validated by their signature, so any algorithm will do (RFC 8446 4.4.2.2).
    sent = [certificate for certificate in chain_of(credential) if not certificate.is_self_issued]
    strange = next((each for each in sent if not signed_with(each).intersection(offered)), None)
    if strange is None:
        algorithms = dict.fromkeys(certificate.signature_algorithm for certificate in sent)
        return Met(subject, clause, f"signed with {listing(algorithms)}" if sent else "no signature is verified")
    return Rejection(
        subject,
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        clause,
        f"the certificate of {strange.subject} is signed with {strange.signature_algorithm or 'unreadable'};"
        f" for certificates the server takes {scheme_names(offered) or 'no scheme at all'}",
        "have that certificate signed with one of these, or let the server offer the scheme",
        f"under a chain that is signed with {scheme_names(offered) or 'nothing'}",
    )
