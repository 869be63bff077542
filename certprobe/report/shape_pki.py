"""The shape of certificates and judged chains in the JSON document; see `certprobe.report.shape` for its spellings."""

from __future__ import annotations

from typing import TypedDict


class Status(TypedDict):
    """An HRESULT."""

    symbol: str
    hex: str
    signed: int


class Bits(TypedDict):
    """dwErrorStatus or dwInfoStatus: the names of the bits that are set, and the whole number."""

    names: list[str]
    hex: str


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
    application_policies: list[Usage] | None
    basic_constraints: BasicConstraints | None
    subject_key_identifier: str | None
    fault: str | None
    strict_fault: str | None
    extension_faults: list[ExtensionFault]
    der: str


class Finding(TypedDict):
    """One thing that is wrong: the bit it sets, the rule it breaks, the facts."""

    bit: str
    citation: str
    detail: str


class Remark(TypedDict):
    """A strict rule that is broken and that Windows has no bit for."""

    citation: str
    detail: str


class Element(Summary):
    """CERT_CHAIN_ELEMENT; to its bits `remarks` add nothing."""

    public_key: PublicKey
    error: Bits
    info: Bits
    findings: list[Finding]
    remarks: list[Remark]


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


class Fetch(TypedDict):
    """A URL that was wanted; `size` is that of what is used, null if nothing is, `detail` is empty if all went well."""

    kind: str
    url: str
    outcome: str
    size: int | None
    detail: str


class Judgement(TypedDict):
    """CERT_CHAIN_CONTEXT and what each policy says of it.

    `chains` holds the best path; `deciding` counts for the exit code, and `reason` says it in words. `name_mismatch`
    says why the server's name does not fit, also where a policy names another fault; "" if it does, or none was asked.
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
    fetches: list[Fetch]
    name_mismatch: str
