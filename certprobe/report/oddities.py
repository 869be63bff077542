"""What Windows puts up with in a server's chain, and other clients do not."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from certprobe.pki.extensions import GeneralNameKind
from certprobe.report import words
from certprobe.report.model import Cause, Judgement, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.pki.certificate import Certificate

_NAMES = (GeneralNameKind.dNSName, GeneralNameKind.iPAddress)


def of_server_chain(judgement: Judgement, sent: tuple[Certificate, ...]) -> Iterator[Cause]:
    """Tell what Windows overlooks; `sent` are the certificates of the Certificate message, in its order."""
    elements = [element.certificate for element in judgement.context.chains[0].elements]
    missing = next((each for each in elements[1:] if each not in sent and not each.is_self_issued), None)
    if missing is not None:
        title = f"the server does not send the certificate of {words.subject(missing)}"
        detail = "It was fetched, or found among what is trusted; without that the chain is incomplete."
        yield Cause("issuer-not-sent", Weight.NOTE, title, detail, "Add it to what the server sends.")
    positions = [sent.index(each) for each in elements if each in sent]
    if any(later < earlier for earlier, later in pairwise(positions)):
        title = "the server sends its certificates in the wrong order"
        detail = "Each must certify the one before it (RFC 5246 7.4.2); TLS 1.3 and Windows put up with any order."
        advice = "Put the server's own certificate first, then its issuer, and so on."
        yield Cause("wrong-order", Weight.NOTE, title, detail, advice)
    if not judgement.name_mismatch and _has_common_name_alone(elements[0]):
        title = "the server's certificate has its name in the commonName alone"
        detail = "Windows still looks there; browsers and others that follow RFC 9525 do not."
        advice = "Have it issued with the name in subjectAltName."
        yield Cause("common-name-only", Weight.NOTE, title, detail, advice)


def _has_common_name_alone(certificate: Certificate) -> bool:
    names = certificate.subject_alt_names or ()
    return not any(name.kind in _NAMES for name in names) and bool(certificate.subject.common_names)
