"""The shape of what a listener tells of one client; see `certprobe.report.shape` for its spellings."""

from __future__ import annotations

from typing import TypedDict

from certprobe.report.shape_pki import Certificate, Name, Status
from certprobe.report.shape_values import Code, HeaderField, LdapResult


class ClientHello(TypedDict):
    """ClientHello; null is an extension that was not sent.

    `version` is the legacy_version, `size` that of the body in octets. GREASE (RFC 8701) stands in it as it came.
    """

    version: Code
    supported_versions: list[Code] | None
    server_name: str | None
    alpn: list[str] | None
    cipher_suites: list[Code]
    signature_algorithms: list[Code] | None
    signature_algorithms_cert: list[Code] | None
    groups: list[Code] | None
    certificate_authorities: list[Name] | None
    post_handshake_auth: bool
    extensions: list[Code]
    size: int
    faults: list[str]


class ClientCertInfo(TypedDict):
    """HTTP_SSL_CLIENT_CERT_INFO, its members spelled as in http.h; no token is ever made."""

    CertFlags: Status
    CertEncodedSize: int
    pCertEncoded: str
    Token: int | None
    CertDeniedByMapper: bool


class SubStatus(TypedDict):
    """What IIS logs: sc-status.sc-substatus and the title of its page, and sc-win32-status beside it."""

    sub_status: str
    title: str
    win32_status: Status


class Requested(TypedDict):
    """The HTTP request, without its body."""

    method: str
    target: str
    user_agent: str | None
    headers: list[HeaderField]


class LdapOperation(TypedDict):
    """An LDAP request by its name in RFC 4511, with its mechanism, OID or base, and what it was answered."""

    name: str
    detail: str
    result: LdapResult


class Visit(TypedDict):
    """A client that came to a listener; the attempt beside it is this connection, its `peer` the client.

    `certificates` are those that the client sent, `client_cert_info` is null where it sent none, `iis` where IIS,
    requiring a certificate, would let it in, or was not asked. `status` is that of the HTTP answer. `account` is null
    where none was found or looked for.
    """

    number: int
    client_hello: ClientHello | None
    certificates: list[Certificate]
    client_cert_info: ClientCertInfo | None
    iis: SubStatus | None
    account: str | None
    requested: Requested | None
    status: int | None
    operations: list[LdapOperation]
