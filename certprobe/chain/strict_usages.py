"""Strict rules for what a certificate says that it is good for (RFC 5280 4.2.1.3, BR 7.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.chain.context import Remark
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE, SERVER_AUTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result


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
