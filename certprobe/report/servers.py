"""Which server answered, as far as it says so, and what its settings for client certificates are called."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.report.model import Attempt, HttpFacts, LdapFacts


class Server(enum.Enum):
    """A server whose settings are known by name."""

    APACHE = "apache"
    NGINX = "nginx"
    OPENLDAP = "slapd"


class Setting(enum.Enum):
    """What there is to be set otherwise."""

    REQUIREMENT = "whether a certificate is required"
    TRUST = "who is trusted beyond the list"
    LIST = "who is listed and not trusted"
    EMPTY_LIST = "a list that is not told"
    CHECKS = "which certificates are let through unchecked"


_ADVICE: Final = {
    Setting.REQUIREMENT: {
        Server.APACHE: "SSLVerifyClient require demands one, optional does not",
        Server.NGINX: "ssl_verify_client on demands one, optional does not",
        Server.OPENLDAP: "TLSVerifyClient demand demands one, try and allow do not",
    },
    Setting.TRUST: {
        Server.APACHE: "SSLCACertificateFile is what is trusted, SSLCADNRequestFile makes the list: name the same CAs"
        " in both; with SSLVerifyClient optional_no_ca nothing is verified",
        Server.NGINX: "the CAs of ssl_trusted_certificate are trusted and not listed, those of ssl_client_certificate"
        " are both: move them, or take them out; with ssl_verify_client optional_no_ca nothing is verified",
        Server.OPENLDAP: "with TLSVerifyClient allow it goes on with certificates that it cannot verify, and built with"
        " GnuTLS takes them for the login: set try or demand",
    },
    Setting.LIST: {
        Server.APACHE: "SSLCADNRequestFile makes the list, SSLCACertificateFile is what is trusted: name the same CAs"
        " in both; if they are, look at SSLVerifyDepth and SSLCARevocationCheck",
        Server.NGINX: "every CA of ssl_client_certificate is listed and trusted: look at ssl_verify_depth and ssl_crl",
        Server.OPENLDAP: "TLSCACertificateFile makes both list and trust: look at TLSCRLCheck and TLSCRLFile",
    },
    Setting.EMPTY_LIST: {
        Server.APACHE: "SSLCACertificateFile or SSLCADNRequestFile makes the list",
        Server.NGINX: "ssl_client_certificate makes the list, ssl_trusted_certificate does not",
        Server.OPENLDAP: "TLSCACertificateFile makes the list",
    },
    Setting.CHECKS: {
        Server.APACHE: "with SSLVerifyClient optional_no_ca only who reads SSL_CLIENT_VERIFY knows better: set require",
        Server.NGINX: "with ssl_verify_client optional_no_ca only who reads $ssl_client_verify knows better: set on",
        Server.OPENLDAP: "with TLSVerifyClient allow a bad certificate is no obstacle: set try or demand; built with"
        " GnuTLS it never looks at the extended key usage",
    },
}
_OTHERS: Final = {
    Setting.REQUIREMENT: "haproxy: verify required; stunnel: verifyChain = yes",
    Setting.TRUST: "haproxy: ca-verify-file is trusted and not listed",
    Setting.LIST: "haproxy: ca-file is listed and trusted, crl-file revokes",
    Setting.EMPTY_LIST: "haproxy: ca-file; stunnel: CAfile",
    Setting.CHECKS: "haproxy: ca-ignore-err and crt-ignore-err overlook faults",
}
_WEB: Final = (Server.APACHE, Server.NGINX)
_PRODUCTS: Final = {"apache": Server.APACHE, "nginx": Server.NGINX, "openresty": Server.NGINX}


def server_of(attempts: Iterable[Attempt]) -> Server | None:
    """Return what the first answer that tells it is of; None if none does. What stands in front may be another."""
    for attempt in attempts:
        if attempt.http is not None and (server := _web_server(attempt.http)) is not None:
            return server
        if attempt.ldap is not None and _is_openldap(attempt.ldap):
            return Server.OPENLDAP
    return None


def advice(setting: Setting, server: Server | None, attempts: Iterable[Attempt]) -> str:
    """Name the settings of the server, or of each that it may be, in a sentence."""
    if server is not None:
        likely: tuple[Server, ...] = (server,)
    else:
        likely = _WEB if any(attempt.http is not None for attempt in attempts) else (Server.OPENLDAP,)
    told = [f"{each.value}: {_ADVICE[setting][each]}" for each in likely]
    return f"{'. '.join(told if server is not None else [*told, _OTHERS[setting]])}."


def _web_server(http: HttpFacts) -> Server | None:
    if http.answer is None:
        return None
    field = next((value.casefold() for name, value in http.answer.headers if name == "server"), "")
    return next((server for product, server in _PRODUCTS.items() if field.startswith(product)), None)


def _is_openldap(ldap: LdapFacts) -> bool:
    if ldap.root_dse is None:
        return False
    classes = (values for name, values in ldap.root_dse.attributes if name.casefold() == "objectclass")
    return any("OpenLDAProotDSE" in values for values in classes)
