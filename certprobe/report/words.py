"""Small phrases that several causes share; texts of servers and certificates stand in them as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.name import DistinguishedName
from certprobe.tls.enums import AlertDescription, name_of
from certprobe.tls.messages import Announced
from certprobe.wincrypt import hresult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.application.http import HttpAnswered
    from certprobe.pki.certificate import Certificate
    from certprobe.policy.status import PolicyStatus
    from certprobe.report.model import Attempt, Judgement, RequestRecord

NAMES_IN_A_LINE: Final = 3
SCHANNEL_LIMIT: Final = 16 * 1024
"""Of the list of CAs that Schannel sends, in bytes (KB 2880390)."""
_UNTRUSTED: Final = (hresult.CERT_E_UNTRUSTEDROOT, hresult.CERT_E_CHAINING)
_NOT_KNOWN: Final = (
    hresult.CRYPT_E_REVOCATION_OFFLINE,
    hresult.CRYPT_E_NO_REVOCATION_CHECK,
    hresult.CERT_E_REVOCATION_FAILURE,
)


def asked(record: RequestRecord) -> str:
    """Which issuers a CertificateRequest names, the first few by name."""
    request = record.request
    if request.announced is not Announced.LIST or request.certificate_authorities is None:
        return "The server names no CA: any issuer may do."
    names = [DistinguishedName(der).rfc4514 for der in request.certificate_authorities[:NAMES_IN_A_LINE]]
    rest = len(request.certificate_authorities) - len(names)
    return f"The server lists: {'; '.join(names)}" + (f" and {rest} more." if rest else ".")


def how_to_be_asked(attempt: Attempt) -> str:
    """What could make a server ask that did not."""
    if attempt.http is None:
        return "If the server should ask for one: TLSVerifyClient try or demand in slapd."
    if attempt.tls is not None and attempt.tls.server_name is None:
        return "No SNI was sent: a name instead of an address, or --sni, may reach another virtual host that asks."
    return "If the server should ask for one: ssl_verify_client (nginx), SSLVerifyClient (apache), or another --path."


def http_answer(answer: HttpAnswered) -> str:
    """The status line as a sentence."""
    return f"The server answered HTTP {answer.status} {answer.reason}".rstrip() + "."


def sent_subject(record: RequestRecord) -> str:
    """The subject of the certificate that was sent."""
    return subject(record.sent[0]) if record.sent else "(none)"


def subject(certificate: Certificate) -> str:
    """A certificate's subject as RFC 4514 text, and words where it is empty."""
    return certificate.subject.rfc4514 or "(empty subject)"


def alert(description: int) -> str:
    """An alert by name and number."""
    return f"{name_of(AlertDescription, description)} ({description})"


def status(status: PolicyStatus) -> str:
    """A policy's answer as Windows' programmers read it."""
    error = status.error
    where = f"chain {status.chain_index}, element {status.element_index}"
    return f"Windows: {error.symbol} {error.hexadecimal} ({error.signed}), {where}, policy {status.policy.value}."


def fault(judgement: Judgement) -> str:
    """What the deciding policy, which is not S_OK, says of a certificate: "is not valid: expired at ...".

    If the fault is not its own but another element's, that one is named.
    """
    status, reason = judgement.deciding, judgement.reason
    if status.element_index > 0:
        who = subject(judgement.context.chains[status.chain_index].elements[status.element_index].certificate)
        reason = reason if who in reason else f"{who}: {reason}"
    if status.error in _UNTRUSTED:
        return f"is not trusted: {reason}"
    if status.error in _NOT_KNOWN:
        return f"may be revoked: {reason}"
    return f"is {reason}" if reason.startswith("not valid ") else f"is not valid: {reason}"


def listing(names: Sequence[str]) -> str:
    """ "/a, /b, /c and 7 more"."""
    rest = len(names) - NAMES_IN_A_LINE
    return ", ".join(names[:NAMES_IN_A_LINE]) + (f" and {rest} more" if rest > 0 else "")


def sentence(text: str) -> str:
    """The text with a capital and a full stop, unless it is empty or has an end."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
