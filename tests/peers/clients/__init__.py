"""Real clients that visit a server of ours, with and without a certificate."""

from __future__ import annotations

from typing import Final

from certprobe.tls.enums import AlertDescription
from tests.peers.clients.browser import chromium
from tests.peers.clients.commands import curl, gnutls_cli, ldapwhoami, s_client
from tests.peers.clients.programs import httpx, java, node
from tests.peers.clients.visit import Client, HoldsBack, LateRequest, Protocol

_HTTPS, _LDAPS, _STARTTLS = Protocol.HTTPS, Protocol.LDAPS, Protocol.LDAP_STARTTLS
_NOTHING, _NOT_LISTED, _UNFIT = HoldsBack.NOTHING, HoldsBack.NOT_LISTED, HoldsBack.NOT_LISTED_OR_UNFIT
_BOTH, _BEFORE, _NEVER = LateRequest.IN_BOTH_VERSIONS, LateRequest.BEFORE_TLS_1_3, LateRequest.NOT_IN_LDAP
_CA, _BAD = AlertDescription.unknown_ca, AlertDescription.bad_certificate
_UNKNOWN = AlertDescription.certificate_unknown

CLIENTS: Final = (
    Client("curl", "curl 7.88 with OpenSSL", _HTTPS, _NOTHING, _BOTH, _CA, curl),
    Client("s_client", "OpenSSL 3.0", _HTTPS, _NOTHING, _BOTH, _CA, s_client),
    Client("gnutls-cli", "GnuTLS 3.7", _HTTPS, _NOTHING, _BOTH, _BAD, gnutls_cli),
    Client("httpx", "httpx 0.28, Python 3.11", _HTTPS, _NOTHING, _BEFORE, _CA, httpx),
    Client("node", "Node 20", _HTTPS, _NOTHING, _BEFORE, None, node),
    Client("java", "Java 17", _HTTPS, _NOT_LISTED, _BEFORE, _UNKNOWN, java),
    Client("chromium", "Chromium 156, NSS", _HTTPS, _UNFIT, _BEFORE, _UNKNOWN, chromium),
    Client("ldapwhoami", "OpenLDAP 2.5 with GnuTLS", _LDAPS, _NOT_LISTED, _NEVER, None, ldapwhoami()),
    Client("ldapwhoami-ZZ", "likewise", _STARTTLS, _NOT_LISTED, _NEVER, None, ldapwhoami("-ZZ")),
)
