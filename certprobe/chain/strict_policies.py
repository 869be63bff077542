"""What RFC 5280 asks of whoever writes policy extensions, and nobody needs who reads them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from certprobe.chain.context import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result


def check_policy_lists(path: PathView) -> Iterator[Result]:
    """No policy stands twice, and no list is empty."""
    for index, certificate in enumerate(path.certificates):
        asserted = Counter(information.policy for information in certificate.certificate_policies or ())
        for policy, times in asserted.items():
            if times > 1:
                yield index, Remark("RFC 5280 4.2.1.4", f"certificatePolicies name {policy} {times} times")
        if certificate.certificate_policies == ():
            yield index, Remark("RFC 5280 4.2.1.4", "certificatePolicies name no policy")
        if certificate.policy_mappings == ():
            yield index, Remark("RFC 5280 4.2.1.5", "policyMappings map nothing")
