"""Strict rules for the names of a server's certificate (RFC 5280 4.2.1.6, BR 7.1.2.7.12 and 7.1.4.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Remark
from certprobe.pki import extensions
from certprobe.pki.extensions import GeneralNameKind
from certprobe.pki.usage import SERVER_AUTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_NOT_IN_LOCAL: Final = re.compile(r"[\s@()<>,;:\\\[\]]")
_ADDRESS_LITERAL: Final = re.compile(r"\[(\d{1,3}(\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]", re.IGNORECASE)  # RFC 5321 4.1.3
_LONGEST_NAME: Final = 253
_SERVERS: Final = (GeneralNameKind.dNSName, GeneralNameKind.iPAddress)
# Whatever some resolver takes for an address: IPv6, and IPv4 in all the spellings of inet_aton.
_ADDRESS: Final = re.compile(r"[0-9a-f]*:[0-9a-f:.]*|(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)


def check_subject_alt_name(path: PathView) -> Iterator[Result]:
    """subjectAltName is critical just where there is no other name."""
    certificate = path.certificates[0]
    extension = certificate.extension(extensions.SUBJECT_ALT_NAME)
    if extension is None:
        if not certificate.subject.rdns:
            yield 0, Remark("RFC 5280 4.1.2.6", "there is neither a subject nor a subjectAltName")
        return
    if certificate.subject.rdns and extension.critical:
        yield 0, Remark("BR 7.1.2.7.12", "subjectAltName is critical beside a subject, and must not be")
    if not certificate.subject.rdns and not extension.critical:
        yield 0, Remark("RFC 5280 4.2.1.6", "subjectAltName is not critical without a subject, and must be")


def check_alternative_names(path: PathView) -> Iterator[Result]:
    """A subjectAltName holds a name, a CA's too."""
    for index, certificate in enumerate(path.certificates):
        if certificate.subject_alt_names == ():
            yield index, Remark("RFC 5280 4.2.1.6", "subjectAltName is empty")


def check_general_names(path: PathView) -> Iterator[Result]:
    """What subjectAltName calls a DNS name, a mailbox or an address has the form of one."""
    for name in path.certificates[0].subject_alt_names or ():
        form = _FORMS.get(name.kind)
        if form is not None and not form(name.value):
            yield 0, Remark("RFC 5280 4.2.1.6", f"the {name.kind.name} {name.value!r} has not the form of one")


def check_server_names(path: PathView) -> Iterator[Result]:
    """A server is named in subjectAltName, and never together with a whole top-level domain."""
    if not _is_servers(path):
        return
    names = path.certificates[0].subject_alt_names
    if names is None:
        yield 0, Remark("BR 7.1.2.7.12", "there is no subjectAltName that could name the server")
    for name in names or ():
        if name.kind is GeneralNameKind.dNSName and name.value.startswith("*.") and name.value.count(".") == 1:
            yield 0, Remark("BR 3.2.2.6", f"the wildcard {name.value} stands right below a top-level domain")


def check_common_name(path: PathView) -> Iterator[Result]:
    """A commonName that is an address, or a name of subjectAltName, or internationalized, is spelled as it is there.

    That any other commonName is repeated there as well is asked of CAs; who validates does not look (RFC 9525 2).
    """
    if not _is_servers(path):
        return
    certificate = path.certificates[0]
    names = {name.value for name in certificate.subject_alt_names or () if name.kind in _SERVERS}
    for common_name in certificate.subject.common_names:
        if _ADDRESS.fullmatch(common_name):
            if not _is_canonical(common_name):
                yield 0, Remark("BR 7.1.4.3", f"the commonName {common_name!r} is no usual spelling of an address")
        elif common_name not in names and names:
            known = common_name.casefold() in {name.casefold() for name in names}
            if known or not common_name.isascii() or "xn--" in common_name.lower():
                yield 0, Remark("BR 7.1.4.3", f"the commonName {common_name!r} is not spelled as in subjectAltName")


def _is_canonical(address: str) -> bool:
    from ipaddress import ip_address

    try:
        return str(ip_address(address)) == address
    except ValueError:
        return False


def _is_servers(path: PathView) -> bool:
    return SERVER_AUTH in path.question.requested_usage.oids


def _is_dns_name(name: str) -> bool:
    """Labels of letters, digits, hyphens and underscores; the first may be a wildcard."""
    labels = name.removeprefix("*.").split(".")
    return len(name) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)


def _is_mailbox(name: str) -> bool:
    local, at, domain = name.rpartition("@")
    is_domain = _is_dns_name(domain) or _ADDRESS_LITERAL.fullmatch(domain)
    return bool(local and at and is_domain) and (local.startswith('"') or not _NOT_IN_LOCAL.search(local))


def _is_address(name: str) -> bool:
    return "/" not in name and not name.startswith("#")


_FORMS: Final = {
    GeneralNameKind.dNSName: _is_dns_name,
    GeneralNameKind.rfc822Name: _is_mailbox,
    GeneralNameKind.iPAddress: _is_address,
}
