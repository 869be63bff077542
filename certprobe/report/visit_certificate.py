"""What a listener has to say of the certificate that a client sent, or of its sending none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.name import DistinguishedName
from certprobe.pki.usage import KeyUsage
from certprobe.policy.tables import SSL, bits_behind
from certprobe.report import visit_handshake, words
from certprobe.report.model import Cause, Weight
from certprobe.tls.enums import AlertDescription
from certprobe.tls.messages import Announced
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import ERROR_SUCCESS, HResult
from certprobe.wincrypt.prose import meaning
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.context import ChainElement, Finding
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore
    from certprobe.report.model import Judgement, RequestRecord
    from certprobe.report.visits import Visit

_CLIENT_AUTH: Final = "clientAuth (1.3.6.1.5.5.7.3.2)"
_CHANGES: Final[dict[HResult, str]] = {
    hresult.CERT_E_EXPIRED: "Renew the certificate, and give the client the new one.",
    hresult.CERT_E_WRONG_USAGE: (
        f"Have it issued with the extended key usage {_CLIENT_AUTH} and the key usage digitalSignature; "
        "public CAs no longer put clientAuth into certificates, so take it from a CA of your own."
    ),
    hresult.CRYPT_E_REVOKED: "Give the client another certificate: its CA withdrew this one.",
    hresult.CRYPT_E_REVOCATION_OFFLINE: (
        "Nothing is wrong with the client: make the CRL or the OCSP responder reachable from here, and keep it current."
    ),
    hresult.CRYPT_E_NO_REVOCATION_CHECK: (
        "Have the CA put the address of a CRL or an OCSP responder into its certificates, or do not ask for the check."
    ),
}
_HELD_BACK: Final = (
    "Java and libldap keep what the list does not name, browsers also what has expired or is not for clientAuth."
)
_HIDDEN: Final = "browsers hide what has expired or is not for clientAuth."
_WHERE: Final = "a browser needs it in its store, curl by --cert and --key, libldap by TLS_CERT and TLS_KEY"
_NOT_YET: Final = "Wait until then, or correct the clock here or that of the CA."
_OF_A_CA: Final = "Renew that CA's certificate, and have the client send the new one along."
_WEAK: Final = (
    "Have the certificate issued again, signed with SHA-256 or better, with an RSA key of 2048 bits or an EC key."
)
_UNTRUSTED: Final = TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT | TrustError.CERT_TRUST_IS_PARTIAL_CHAIN


def of_answer(
    visit: Visit, record: RequestRecord | None, roots: CertificateStore, accounts: AccountStore | None
) -> list[Cause]:
    """What came of the client's Certificate message, or of there being none."""
    if record is None:
        return []
    return of_sent(visit, record, roots, accounts) if record.sent else [_of_nothing_sent(visit, record)]


def of_sent(
    visit: Visit, record: RequestRecord | None, roots: CertificateStore, accounts: AccountStore | None
) -> list[Cause]:
    """Everything that is wrong with the certificate, the decisive first, or that it is valid; nothing without one."""
    if record is None or not record.sent:
        return []
    client = visit.attempt.client
    found = [*_of_key_proof(visit, record)]
    if client is not None and client.deciding.error != ERROR_SUCCESS:
        found += [_of_fault(visit, client, record, roots), *_further_faults(client)]
    if accounts is not None:
        from certprobe.report.visit_account import of_account

        found += of_account(record.sent[0], accounts)
    if client is not None and not found:
        found.append(_of_acceptance(visit, record))
    if client is not None:
        found += [*_unannounced(client, record), *_unsigning(record.sent[0])]
    return found


# --- no certificate ---------------------------------------------------------------------------------------------------


def _of_nothing_sent(visit: Visit, record: RequestRecord) -> Cause:
    title = "the client was asked for a certificate and sent none"
    alert = visit_handshake.our_refusal(visit.attempt)
    how = "" if alert is None else f"It was refused with the alert {words.alert(alert)}."
    if record.request.announced is Announced.LIST:
        detail = (
            f"{_announced(record)} The client has none of these, was not told to use it, or holds it back: {_HELD_BACK}"
        )
        advice = f"Give the client a certificate of one of these CAs, with its key; {_WHERE}."
    else:
        detail = (
            f"No CA was named to the client. It has no certificate, was not told to use it, or holds it back: {_HIDDEN}"
        )
        advice = f"Give the client a certificate with its key; {_WHERE}."
    return Cause("no-certificate", Weight.PROBLEM, title, _joined(detail, how), advice)


def _announced(record: RequestRecord) -> str:
    names = [_name(der) for der in record.request.certificate_authorities or ()]
    return f"The listener names {_listing(names)}." if names else ""


# --- a certificate with faults ----------------------------------------------------------------------------------------


def _of_key_proof(visit: Visit, record: RequestRecord) -> list[Cause]:
    if visit_handshake.our_refusal(visit.attempt) != AlertDescription.decrypt_error:
        return []
    title = f"the client could not prove that it has the private key of {words.sent_subject(record)}"
    detail = f"Its CertificateVerify does not fit: the alert {words.alert(AlertDescription.decrypt_error)} was sent."
    advice = "Give the client the key that belongs to this certificate."
    return [Cause("key-proof-failed", Weight.PROBLEM, title, detail, advice)]


def _of_fault(visit: Visit, client: Judgement, record: RequestRecord, roots: CertificateStore) -> Cause:
    deciding = client.deciding
    title = f"the client certificate {words.sent_subject(record)} {words.fault(client)}"
    code, detail = deciding.error.symbol, words.status(deciding)
    if not client.context.error & _UNTRUSTED & bits_behind(deciding.policy, deciding.error):
        return Cause(code, Weight.PROBLEM, title, detail, _advice(client))
    detail = _joined(detail, _trusted(roots), _announced_all_the_same(client, record))
    return Cause(code, Weight.PROBLEM, title, detail, _towards_a_root(visit, client, record))


def _advice(client: Judgement) -> str:
    deciding, findings = client.deciding, _findings(client)
    if any(TrustError.CERT_TRUST_HAS_WEAK_SIGNATURE & finding.bit for finding in findings):
        return _WEAK
    if deciding.error == hresult.CERT_E_EXPIRED and client.reason.startswith("not valid before"):
        return _NOT_YET
    if deciding.error == hresult.CERT_E_EXPIRED and deciding.element_index > 0:
        return _OF_A_CA
    return _CHANGES.get(deciding.error) or meaning(deciding.error).advice


def _findings(client: Judgement) -> tuple[Finding, ...]:
    deciding = client.deciding
    chain = client.context.chains[deciding.chain_index]
    return chain.findings if deciding.element_index < 0 else chain.elements[deciding.element_index].findings


def _towards_a_root(visit: Visit, client: Judgement, record: RequestRecord) -> str:
    """An unknown root, or no root at all: what would lead to one that is trusted here."""
    last = client.context.elements[-1].certificate
    if last.is_self_issued:
        return (
            f"Give the client a certificate of a CA that is trusted here, or have {words.subject(last)} trusted (--ca)."
        )
    missing = last.issuer.rfc4514 or "(empty name)"
    return (
        f"Have the client send the certificate of {missing} along, if that is an intermediate CA: append it to the "
        f"client's certificate file{_by_the_list(visit, record)}. If it is a root, have it trusted here (--ca)."
    )


def _by_the_list(visit: Visit, record: RequestRecord) -> str:
    """Chromium with NSS sends issuers up to the first that the list names, and none without a list."""
    sent = record.sent or ()
    if len(sent) != 1 or visit.operations:
        return ""
    if record.request.announced is not Announced.LIST:
        return "; Chromium on Linux leaves it out, as no CA was named to it: announce the root above it (--announce)"
    if sent[0].issuer not in map(DistinguishedName, record.request.certificate_authorities or ()):
        return ""
    return "; Chromium on Linux leaves it out, as the list names it: announce the root above it instead (--announce)"


def _trusted(roots: CertificateStore) -> str:
    count = len(roots)
    if not count:
        return "No root is trusted here."
    if count > words.NAMES_IN_A_LINE:
        return f"{count} roots are trusted here; this is none of them."
    return f"Trusted here: {'; '.join(words.subject(root) for root in roots)}."


def _announced_all_the_same(client: Judgement, record: RequestRecord) -> str:
    return "Its CA was announced to the client all the same." if _is_announced(client, record) else ""


def _is_announced(client: Judgement, record: RequestRecord) -> bool:
    listed = {DistinguishedName(der) for der in record.request.certificate_authorities or ()}
    sent = (certificate.issuer for certificate in record.sent or ())
    return any(name in listed for name in (*sent, *(each.certificate.issuer for each in client.context.elements)))


def _further_faults(client: Judgement) -> Iterator[Cause]:
    """What would come next if the decisive fault were mended, each status of Windows once."""
    told = {client.deciding.error}
    for place, element in enumerate(client.context.elements):
        for finding in element.findings:
            error = _error_of(finding, place, element)
            if error is None or error in told:
                continue
            told.add(error)
            who = "the client certificate" if place == 0 else words.subject(element.certificate)
            title = f"another fault of {who}: {finding.detail}"
            yield Cause(error.symbol, Weight.PROBLEM, title, "", _CHANGES.get(error) or meaning(error).advice)


def _error_of(finding: Finding, place: int, element: ChainElement) -> HResult | None:
    """What the SSL policy, which http.sys asks, makes of a finding; nothing where it does not look at this element."""
    if finding.bit & TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN and place > 0:
        return None
    if finding.bit & _UNTRUSTED and element.certificate.is_self_issued and place == 0:
        return hresult.CERT_E_UNTRUSTEDROOT
    return next((rule.error for rule in SSL if rule.bits & finding.bit), None)


# --- a good certificate -----------------------------------------------------------------------------------------------


def _of_acceptance(visit: Visit, record: RequestRecord) -> Cause:
    title = f"the client certificate {words.sent_subject(record)} is valid"
    detail = f"It maps to the account {visit.account}." if visit.account is not None else ""
    return Cause("accepted", Weight.NOTE, title, detail)


def _unannounced(client: Judgement, record: RequestRecord) -> list[Cause]:
    """A client that sends what was not asked for has luck: most choose by the list."""
    is_trusted = not client.context.error & _UNTRUSTED
    if not is_trusted or record.request.announced is not Announced.LIST or _is_announced(client, record):
        return []
    title = "the certificate is of a CA that is trusted here, but not announced"
    detail = f"{_announced(record)} Browsers and Windows choose by this list, and would not have offered it."
    return [Cause("trusted-not-announced", Weight.NOTE, title, detail, "Announce its CA as well (--announce).")]


def _unsigning(certificate: Certificate) -> Iterator[Cause]:
    usage = certificate.key_usage
    if usage is not None and KeyUsage.digitalSignature not in usage:
        title = "the certificate may not sign: its keyUsage lacks digitalSignature"
        detail = "Windows' chain policies do not look at it; OpenSSL, and others that follow RFC 5246 7.4.6, do."
        advice = "Have it issued with digitalSignature."
        yield Cause("wrong-key-usage", Weight.NOTE, title, detail, advice)


def _name(der: bytes) -> str:
    return DistinguishedName(der).rfc4514 or "(empty name)"


def _listing(names: list[str]) -> str:
    shown, rest = names[: words.NAMES_IN_A_LINE], len(names) - words.NAMES_IN_A_LINE
    return "; ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
