"""Strict rules for what a certificate says that it is good for (RFC 5280 4.2.1.3, BR 7.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Remark
from certprobe.pki.usage import (
    ANY_EXTENDED_KEY_USAGE,
    CLIENT_AUTH,
    CODE_SIGNING,
    OCSP_SIGNING,
    SERVER_AUTH,
    TIME_STAMPING,
    usage_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

_TLS: Final = {SERVER_AUTH, CLIENT_AUTH}
# Such keys are protected otherwise than one that stands on the network.
_FOREIGN: Final = (CODE_SIGNING, TIME_STAMPING)


def check_usages(path: PathView) -> Iterator[Result]:
    """A server's certificate is one for servers by its own word; a root is one for everything."""
    for index, certificate in enumerate(path.certificates):
        usage, purposes = certificate.key_usage, certificate.extended_key_usage
        if usage is not None and not usage:
            yield index, Remark("RFC 5280 4.2.1.3", "keyUsage allows nothing")
        if index == path.root and index > 0 and purposes is not None:
            yield index, Remark("BR 7.1.2.1.2", "extKeyUsage stands in a root")
        if index == 0 and SERVER_AUTH in path.question.requested_usage.oids:
            if purposes is None:
                yield index, Remark("BR 7.1.2.7.6", "extKeyUsage is missing in a server's certificate")
            elif ANY_EXTENDED_KEY_USAGE in purposes:
                yield index, Remark("BR 7.1.2.7.10", "extKeyUsage has anyExtendedKeyUsage")


def check_foreign_usages(path: PathView) -> Iterator[Result]:
    """A key for TLS signs neither code, nor time stamps, nor OCSP responses."""
    if not _TLS.isdisjoint(path.question.requested_usage.oids):
        for purpose in _of(path.certificates[0], (*_FOREIGN, OCSP_SIGNING)):
            yield 0, Remark("BR 7.1.2.7.10", f"extKeyUsage has {usage_name(purpose)} beside a usage for TLS")


def check_issuers_foreign_usages(path: PathView) -> Iterator[Result]:
    """Nor does whoever issues certificates for TLS issue them for code and time stamps.

    Cross-certificates above it may allow more (BR 7.1.2.2.4); for roots there is a rule of its own.
    """
    if len(path.certificates) > 1 and path.anchor != 1 and not _TLS.isdisjoint(path.question.requested_usage.oids):
        for purpose in _of(path.certificates[1], _FOREIGN):
            yield 1, Remark("BR 7.1.2.10.6", f"extKeyUsage has {usage_name(purpose)} in the issuer of one for TLS")


def _of(certificate: Certificate, purposes: tuple[str, ...]) -> Iterator[str]:
    """Those of the purposes that the certificate names."""
    named = certificate.extended_key_usage or ()
    return (purpose for purpose in purposes if purpose in named)
