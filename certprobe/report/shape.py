"""The shape of the JSON document, member by member, for the type checker; `schema.json` says the same to everyone else.

Spellings, the same everywhere: times RFC 3339 in UTC ("2026-01-02T03:04:05Z"), names RFC 4514 text as they came, DER in
base64, digests and serial numbers in lower-case hexadecimal digits, object identifiers dotted. A member is never left
out: what is not known, not there or not sent is null, and an empty list is a list that is empty.
"""

from __future__ import annotations

from typing import TypedDict


class Code(TypedDict):
    """A code point of a registry and its name there, or its number in hexadecimal."""

    name: str
    code: int


class Status(TypedDict):
    """An HRESULT."""

    symbol: str
    hex: str
    signed: int


class Bits(TypedDict):
    """dwErrorStatus or dwInfoStatus: the names of the bits that are set, and the whole number."""

    names: list[str]
    hex: str


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


class Name(TypedDict):
    """A distinguished name."""

    rfc4514: str
    der: str


class GeneralName(TypedDict):
    """A GeneralName (RFC 5280 4.2.1.6); `kind` is the name of its choice."""

    kind: str
    value: str


class Usage(TypedDict):
    """An extended key usage."""

    oid: str
    name: str


class PublicKey(TypedDict):
    """What kind of key a certificate holds."""

    algorithm: str
    bits: int | None
    curve: str | None


class BasicConstraints(TypedDict):
    """RFC 5280 4.2.1.9."""

    ca: bool
    path_length: int | None


class ExtensionFault(TypedDict):
    """An extension that cannot be decoded, or stands twice."""

    oid: str
    message: str


class Summary(TypedDict):
    """A certificate in short; the thumbprint is the SHA-1 of its DER, as Windows has it."""

    subject: str
    issuer: str
    thumbprint: str
    not_before: str | None
    not_after: str | None


class Certificate(Summary):
    """Everything about a certificate; `fault` is our lenient reader's, `strict_fault` that of a strict parser."""

    sha256: str
    version: int
    serial_number: str
    public_key: PublicKey
    signature_algorithm: str
    subject_alt_names: list[GeneralName] | None
    key_usage: list[str] | None
    extended_key_usage: list[Usage] | None
    basic_constraints: BasicConstraints | None
    subject_key_identifier: str | None
    fault: str | None
    strict_fault: str | None
    extension_faults: list[ExtensionFault]
    der: str


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
    """What an extension must hold (RFC 8446 4.2.5): its OID, null if unreadable, and the DER of the OID and the values."""

    oid: str | None
    oid_der: str
    values: str


class Rejection(TypedDict):
    """A demand that is not met, or (among cautions) one that a server may stumble over."""

    reason: str
    clause: str
    detail: str
    change: str


class Candidate(Summary):
    """A certificate of the store held against a request; without rejections it fits."""

    number: int
    rejections: list[Rejection]
    cautions: list[Rejection]
    not_asked: list[str]


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
    certificate_requests: list[CertificateRequest]
    alerts: list[Alert]
    completed: list[str]
    closure: str | None


class Finding(TypedDict):
    """One thing that is wrong: the bit it sets, the rule it breaks, the facts."""

    bit: str
    citation: str
    detail: str


class Element(Summary):
    """CERT_CHAIN_ELEMENT."""

    public_key: PublicKey
    error: Bits
    info: Bits
    findings: list[Finding]


class SimpleChain(TypedDict):
    """CERT_SIMPLE_CHAIN, end certificate first; `findings` concern no single element."""

    elements: list[Element]
    error: Bits
    info: Bits
    findings: list[Finding]


class PolicyStatus(TypedDict):
    """CERT_CHAIN_POLICY_STATUS."""

    policy: str
    error: Status
    chain_index: int
    element_index: int


class Judgement(TypedDict):
    """CERT_CHAIN_CONTEXT and what each policy says of it.

    `chains` holds the best path; `deciding` counts for the exit code, and `reason` says it in words.
    """

    role: str
    reason: str
    chains: list[SimpleChain]
    error: Bits
    info: Bits
    lower_quality: list[SimpleChain]
    search_end: str
    policies: list[PolicyStatus]
    deciding: PolicyStatus


class LdapResult(TypedDict):
    """LDAPResult; `ad_data` is the Windows error in hexadecimal digits that Active Directory gives in its message."""

    result: Code
    matched_dn: str
    diagnostic_message: str
    ad_data: str | None


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


class Ldap(TypedDict):
    """The LDAP conversation; null is an answer that was not read or not asked for."""

    start_tls: LdapResult | None
    who_am_i_before: WhoAmI | None
    bind: LdapResult | None
    who_am_i_after: WhoAmI | None
    root_dse: RootDse | None


class HeaderField(TypedDict):
    """A header field, its name in lower case."""

    name: str
    value: str


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
    """One connection; `asked` is null where it broke before the server could ask for a certificate."""

    path: str | None
    peer: str | None
    conclusion: Conclusion
    asked: str | None
    stages: list[Stage]
    tls: Tls | None
    http: Http | None
    ldap: Ldap | None
    server: Judgement | None
    client: Judgement | None


class Document(TypedDict):
    """The whole report."""

    schema: int
    tool: str
    version: str
    verdict: Verdict
    endpoint: Endpoint
    times: Times
    trust: str
    store: Store
    attempts: list[Attempt]
