"""The shape of the JSON document, member by member, for the type checker; `schema.json` says the same to everyone else.

Spellings, the same everywhere: times RFC 3339 in UTC ("2026-01-02T03:04:05Z"), names RFC 4514 text as they came, DER in
base64, digests and serial numbers in lower-case hexadecimal digits, object identifiers dotted. A member is never left
out: what is not known, not there or not sent is null, and an empty list is a list that is empty.
"""

from __future__ import annotations

from typing import TypedDict

from certprobe.report.shape_mapping import Mapping
from certprobe.report.shape_pki import Certificate, Judgement, Name, Status, Summary
from certprobe.report.shape_run import Acceptance, PathMap, Played, Untried
from certprobe.report.shape_values import Code, HeaderField, LdapResult
from certprobe.report.shape_visit import Visit


class Cause(TypedDict):
    """One reason in plain words; `code` is for scripts: an HRESULT's symbol, an alert's name, or words with hyphens."""

    code: str
    weight: str
    title: str
    detail: str
    advice: str


class Conclusion(TypedDict):
    """What one attempt comes to."""

    outcome: str
    causes: list[Cause]


class Verdict(TypedDict):
    """What the run comes to; the causes of all attempts, the gravest first."""

    outcome: str
    exit_code: int
    causes: list[Cause]


class Endpoint(TypedDict):
    """The server as it was asked for."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


class Times(TypedDict):
    """When the run began, how long it took, and the time at which certificates were judged."""

    started: str
    seconds: float
    at: str


class Identity(Summary):
    """A certificate of the user's that may be presented; its number is its place in the store, from 1."""

    number: int
    friendly_name: str | None
    source: str
    key_status: str
    intermediates: list[Summary]


class Store(TypedDict):
    """What the user gave, and what was odd about the files."""

    identities: list[Identity]
    notes: list[str]


class Stage(TypedDict):
    """A station of the attempt; `kind` and `party` are null when it went well."""

    stage: str
    seconds: float
    detail: str
    kind: str | None
    party: str | None


class OidFilter(TypedDict):
    """What an extension must hold (RFC 8446 4.2.5); the OID is null if unreadable, `oid_der` and `values` are DER."""

    oid: str | None
    oid_der: str
    values: str


class Rejection(TypedDict):
    """A demand that is not met, or (among cautions) one that a server may stumble over."""

    reason: str
    clause: str
    detail: str
    change: str


class Cell(TypedDict):
    """The answer of one criterion with its fact; `reason` and `change` only where it is rejected or a caution."""

    subject: str
    verdict: str
    reason: str | None
    clause: str
    detail: str
    change: str | None


class Candidate(Summary):
    """A certificate of the store held against a request; without rejections it fits.

    `change` is the single change that would make it fit, null where it does.
    """

    number: int
    rejections: list[Rejection]
    cautions: list[Rejection]
    not_asked: list[str]
    cells: list[Cell]
    change: str | None
    friendly_name: str | None
    source: str


class Chosen(TypedDict):
    """The credential that the answer was made with; no number where it is not from the store."""

    number: int | None
    subject: str
    thumbprint: str


class Selection(TypedDict):
    """How the choice came about, and every candidate."""

    how: str
    candidates: list[Candidate]


class CertificateRequest(TypedDict):
    """`certificate_authorities` is null where the extension is absent; `sent` is null where nothing was sent."""

    phase: str
    version: str
    state: str
    certificate_authorities: list[Name] | None
    certificate_authorities_count: int
    certificate_authorities_size: int
    size: int
    certificate_types: list[Code] | None
    signature_algorithms: list[Code] | None
    signature_algorithms_cert: list[Code] | None
    oid_filters: list[OidFilter]
    faults: list[str]
    selection: Selection | None
    chosen: Chosen | None
    sent: list[str] | None
    note: str | None


class Alert(TypedDict):
    """`status` is what a Windows program sees when its peer sends this alert; null for our own."""

    by: str
    level: Code
    description: Code
    status: Status | None


class OcspStatus(TypedDict):
    """SingleResponse; `of_server` says whether its CertID is the server's certificate, null if no issuer was sent."""

    serial_number: str
    of_server: bool | None
    status: str
    this_update: str
    next_update: str | None
    revocation_time: str | None
    reason: str | None


class Ocsp(TypedDict):
    """OCSPResponse as it was read, not verified; `responder` is a name, or the SHA-1 of a key in hexadecimal digits."""

    status: str | None
    fault: str | None
    responder: str | None
    produced_at: str | None
    responses: list[OcspStatus]


class Tls(TypedDict):
    """What the TLS conversation showed, as far as it came; `certificate_requests` is empty when none was made."""

    server_name: str | None
    version: str | None
    cipher_suite: Code | None
    group: Code | None
    alpn: str | None
    certificates: list[Certificate]
    certificate_faults: list[str]
    stapled_ocsp: str | None
    ocsp: Ocsp | None
    certificate_requests: list[CertificateRequest]
    alerts: list[Alert]
    completed: list[str]
    closure: str | None


class WhoAmI(LdapResult):
    """`authzid` is empty for anonymous, null where the request failed."""

    authzid: str | None


class Attribute(TypedDict):
    """An attribute and its values."""

    type: str
    values: list[str]


class RootDse(LdapResult):
    """The root DSE (RFC 4512 5.1)."""

    attributes: list[Attribute]


class NtAuth(TypedDict):
    """The entry of the NTAuth store and its CAs; `name` is null where the root DSE names no configuration."""

    name: str | None
    answer: LdapResult | None
    certificates: list[Summary]


class Ldap(TypedDict):
    """The LDAP conversation; null is an answer that was not read or not asked for."""

    start_tls: LdapResult | None
    who_am_i_before: WhoAmI | None
    bind: LdapResult | None
    who_am_i_after: WhoAmI | None
    root_dse: RootDse | None
    nt_auth: NtAuth | None


class HttpAnswer(TypedDict):
    """The answer, with as much of its body as was kept, in base64."""

    status: int
    reason: str
    http_version: str
    headers: list[HeaderField]
    body: str
    body_end: str


class Http(TypedDict):
    """The one request; `answer` is null where none was read."""

    path: str
    answer: HttpAnswer | None


class Attempt(TypedDict):
    """One connection; `asked` is null where it broke before the server could ask for a certificate.

    `played` is null where it was no experiment, and whoever chooses was asked.

    `cert_flags` is that of HTTP_SSL_CLIENT_CERT_INFO, as http.sys would have it; null for LDAP and where nothing was
    sent. `mapping` is that of the certificate that was sent.
    """

    path: str | None
    played: Played | None
    peer: str | None
    conclusion: Conclusion
    asked: str | None
    stages: list[Stage]
    tls: Tls | None
    http: Http | None
    ldap: Ldap | None
    server: Judgement | None
    client: Judgement | None
    cert_flags: Status | None
    mapping: Mapping | None


class Document(TypedDict):
    """The whole report; `path_map` is null where there is one path, or none.

    `acceptances` and `untried` are empty where no experiment was made, and where nothing is left untried. `visit` is
    null where we were the client.
    """

    schema: int
    tool: str
    version: str
    verdict: Verdict
    endpoint: Endpoint
    times: Times
    trust: str
    store: Store
    attempts: list[Attempt]
    acceptances: list[Acceptance]
    path_map: PathMap | None
    untried: list[Untried]
    visit: Visit | None
