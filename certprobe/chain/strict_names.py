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
_LONGEST_NAME: Final = 253
# Whatever some resolver takes for an address: IPv6, and IPv4 in all the spellings of inet_aton.
_ADDRESS: Final = re.compile(r"[0-9a-f]*:[0-9a-f:.]*|(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)


def check_subject_alt_name(path: PathView) -> Iterator[Result]:
    """subjectAltName is critical just where there is no other name, and is never empty."""
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
    if certificate.subject_alt_names == ():
        yield 0, Remark("RFC 5280 4.2.1.6", "subjectAltName is empty")


def check_server_names(path: PathView) -> Iterator[Result]:
    """A server is named in subjectAltName, by names that DNS could have."""
    if not _is_servers(path):
        return
    names = path.certificates[0].subject_alt_names
    if names is None:
        yield 0, Remark("BR 7.1.2.7.12", "there is no subjectAltName that could name the server")
    for name in names or ():
        if name.kind is GeneralNameKind.dNSName and not _is_dns_name(name.value):
            yield 0, Remark("RFC 5280 4.2.1.6, BR 7.1.4.2", f"the dNSName {name.value!r} is no DNS name")
        elif name.kind is GeneralNameKind.iPAddress and ("/" in name.value or "#" in name.value):
            yield 0, Remark("RFC 5280 4.2.1.6", f"the iPAddress {name.value} is no address")


def check_common_name(path: PathView) -> Iterator[Result]:
    """An address in commonName is spelled like those of subjectAltName.

    That any other commonName is repeated there as well is asked of CAs; who validates does not look (RFC 9525 2).
    """
    if not _is_servers(path):
        return
    certificate = path.certificates[0]
    names = {name.value for name in certificate.subject_alt_names or () if name.kind is GeneralNameKind.iPAddress}
    for common_name in certificate.subject.common_names:
        if names and _ADDRESS.fullmatch(common_name) and not _is_canonical(common_name):
            yield 0, Remark("BR 7.1.4.3", f"the commonName {common_name!r} is no usual spelling of an address")


def _is_canonical(address: str) -> bool:
    from ipaddress import ip_address

    try:
        return str(ip_address(address)) == address
    except ValueError:
        return False


def _is_servers(path: PathView) -> bool:
    return SERVER_AUTH in path.question.requested_usage.oids


def _is_dns_name(name: str) -> bool:
    """Labels of letters, digits, hyphens and underscores; the first may be a wildcard, but not right below a TLD."""
    labels = name.split(".")
    if labels[0] == "*":
        labels = labels[1:]
        if len(labels) < 2:
            return False
    return len(name) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)
