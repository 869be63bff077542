"""May each issuer of the path act as a CA there? (RFC 5280 6.1.4 (k) to (n))"""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.chain.anchor import TrustAnchor
from certprobe.chain.context import Finding
from certprobe.chain.path import name_of
from certprobe.pki.usage import KeyUsage
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result


def check_basic_constraints(path: PathView) -> Iterator[Result]:
    """Every issuer must be a CA; only a root may leave the extension out, or an anchor that is a bare name and key."""
    for index in range(1, len(path.certificates)):
        constraints = path.certificates[index].basic_constraints
        if constraints is None:
            if index != path.root and not isinstance(path.certificates[index], TrustAnchor):
                yield index, _invalid("acts as a CA without a readable basicConstraints extension")
        elif not constraints.ca:
            yield index, _invalid("acts as a CA, but its basicConstraints say cA FALSE")


def check_path_length(path: PathView) -> Iterator[Result]:
    """To Windows a violated pathLenConstraint marks the CA that set it and every CA below.

    Self-issued CAs do not count.
    """
    violated_by: str | None = None
    depths = _depths(path)
    for index in range(path.last, 0, -1):
        certificate = path.certificates[index]
        constraints = certificate.basic_constraints
        limit = constraints.path_length if constraints is not None and constraints.ca else None
        who = name_of(certificate)
        asked = path.question.path_length
        if index == path.last and asked is not None and (limit is None or asked < limit):
            limit, who = asked, "the question"
        if limit is not None and depths[index] > limit:
            violated_by = f"{who} allows {limit} below it"
            below = f"{depths[index]} {'CA' if depths[index] == 1 else 'CAs'}"
            yield index, _invalid(f"allows a path length of {limit}, but the path has {below} below it")
        elif violated_by is not None:
            yield index, _invalid(f"stands in a path with more CAs than allowed: {violated_by}")


def _depths(path: PathView) -> list[int]:
    """For each element the number of CAs below it that count, the end certificate being none of them."""
    depths = [0, 0]
    for certificate in path.certificates[1:]:
        depths.append(depths[-1] + (not certificate.is_self_issued))
    return depths


def check_max_path_length(path: PathView) -> Iterator[Result]:
    """By RFC 5280 6.1.4 (l) and (m) it is each CA for which no place is left that is wrong."""
    left, limit = path.question.path_length, "the question"
    for index in range(path.last, 0, -1):
        certificate = path.certificates[index]
        if index != path.anchor and left is not None and not certificate.is_self_issued:
            if left == 0:
                yield index, _invalid(f"stands in a path with more CAs than allowed: {limit} leaves no place for it")
            left = max(left - 1, 0)
        constraints = certificate.basic_constraints
        allowed = constraints.path_length if constraints is not None and constraints.ca else None
        if allowed is not None and (left is None or allowed < left):
            left, limit = allowed, name_of(certificate)


def check_key_usage(path: PathView) -> Iterator[Result]:
    """An issuer with keyUsage needs keyCertSign; no keyUsage restricts nothing."""
    for index, certificate in enumerate(path.certificates[1:], start=1):
        usage = certificate.key_usage
        if usage is not None and KeyUsage.keyCertSign not in usage:
            yield index, _wrong_usage("a CA whose keyUsage does not allow it to sign certificates (keyCertSign)")


def check_end_key_usage(path: PathView) -> Iterator[Result]:
    """To Windows, an end certificate that is no CA must not have keyCertSign, and one that is must."""
    certificate = path.certificates[0]
    usage, constraints = certificate.key_usage, certificate.basic_constraints
    if usage is None:
        return
    is_ca, signs = constraints is not None and constraints.ca, KeyUsage.keyCertSign in usage
    if is_ca and not signs:
        yield 0, _wrong_usage("a CA whose keyUsage does not allow it to sign certificates (keyCertSign)")
    elif signs and not is_ca:
        yield 0, _wrong_usage("keyUsage has keyCertSign, but basicConstraints do not make it a CA")


def _invalid(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "RFC 5280 4.2.1.9", detail)


def _wrong_usage(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "RFC 5280 4.2.1.3", detail)
