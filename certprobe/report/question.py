"""What a program is asked (`--callback-exec`), as a document of dictionaries, lists, strings and numbers.

Its members are those of the report wherever the report has them; `question.json` is the contract.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypedDict

from certprobe import __version__
from certprobe.report import shape, shape_pki
from certprobe.report.handshake import certificate_request, distinguished_name, objection
from certprobe.report.model import RequestRecord, StoreFacts
from certprobe.report.spelling import base64, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.pki.credential import Credential
    from certprobe.pki.name import DistinguishedName
    from certprobe.selection.callbacks import ConnectionInfo, EndpointAddress
    from certprobe.selection.select import Candidate

SCHEMA: Final = 1


class Offered(shape_pki.Summary):
    """A certificate to choose from, and what speaks against it; null where no request has come to hold it against."""

    number: int
    fits: bool | None
    sha256: str
    friendly_name: str | None
    source: str
    key_status: str
    rejections: list[shape.Rejection] | None
    cautions: list[shape.Rejection] | None
    change: str | None
    der: str


class Question(TypedDict):
    """The arguments of a contract. What the other contract has is null."""

    schema: int
    tool: str
    version: str
    contract: str
    url: str
    phase: str | None
    via_uri: str | None
    trusted_CAs: list[shape_pki.Name] | None
    issuer_list: list[shape_pki.Name] | None
    certificate_request: shape.CertificateRequest | None
    candidates: list[Offered]


def on_request(connection: ConnectionInfo, trusted_cas: Iterable[DistinguishedName]) -> Question:
    """The question of QUERYCLIENTCERT."""
    record = RequestRecord(connection.phase, connection.request)
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": __version__,
        "contract": "QUERYCLIENTCERT",
        "url": connection.url,
        "phase": connection.phase.value,
        "via_uri": None,
        "trusted_CAs": [distinguished_name(each) for each in trusted_cas],
        "issuer_list": None,
        "certificate_request": certificate_request(record, StoreFacts((), ())),
        "candidates": [_candidate(each) for each in connection.candidates],
    }


def on_open(
    target_address: EndpointAddress,
    via_uri: str | None,
    issuer_list: Iterable[DistinguishedName] | None,
    credentials: Iterable[Credential],
) -> Question:
    """The question of WS_GET_CERT_CALLBACK; the issuer list is None until the server has refused and named it."""
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": __version__,
        "contract": "WS_GET_CERT_CALLBACK",
        "url": target_address.url,
        "phase": None,
        "via_uri": via_uri,
        "trusted_CAs": None,
        "issuer_list": None if issuer_list is None else [distinguished_name(each) for each in issuer_list],
        "certificate_request": None,
        "candidates": [_offered(number, each) for number, each in enumerate(credentials, 1)],
    }


def question_text(question: Question) -> str:
    """Return the document in ASCII, each member on a line and each name and candidate on one of its own.

    So grep and sed are enough to find a candidate; nothing within a string can look like the end of one.
    """
    members = (f"{_json(member)}: {_value(value)}" for member, value in question.items())
    return "{" + ",\n".join(members) + "}\n"


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _json(value)
    return "[\n" + ",\n".join(map(_json, value)) + "]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _offered(number: int, credential: Credential) -> Offered:
    certificate = credential.certificate
    return {
        "number": number,
        "fits": None,
        **summary(certificate),
        "sha256": certificate.sha256,
        "friendly_name": credential.friendly_name,
        "source": credential.source,
        "key_status": credential.key_status.value,
        "rejections": None,
        "cautions": None,
        "change": None,
        "der": base64(certificate.der),
    }


def _candidate(candidate: Candidate) -> Offered:
    return {
        **_offered(candidate.number, candidate.credential),
        "fits": candidate.fits,
        "rejections": [objection(each) for each in candidate.rejections],
        "cautions": [objection(each) for each in candidate.cautions],
        "change": candidate.change or None,
    }
