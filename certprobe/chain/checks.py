"""The table of checks, in the order of RFC 5280 6.1; a new check is a new line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.anchor import check_anchor, check_distrust, note_trust
from certprobe.chain.authority import (
    check_basic_constraints,
    check_end_key_usage,
    check_key_usage,
    check_path_length,
)
from certprobe.chain.constraints import check_name_constraints
from certprobe.chain.element import (
    check_encoding,
    check_signature,
    check_strength,
    check_validity,
    note_issuer_match,
)
from certprobe.chain.extension import check_critical_extensions, check_extension_contents
from certprobe.chain.policies import check_certificate_policies, check_policy_extensions
from certprobe.chain.purpose import check_usage
from certprobe.chain.revocation import check_revocation

if TYPE_CHECKING:
    from certprobe.chain.path import Check

CHECKS: Final[tuple[Check, ...]] = (
    note_issuer_match,
    note_trust,
    check_encoding,
    check_anchor,  # 6.1.1 (d)
    check_distrust,
    check_signature,  # 6.1.3 (a)(1)
    check_strength,
    check_validity,  # 6.1.3 (a)(2)
    check_revocation,  # 6.1.3 (a)(3)
    check_name_constraints,  # 6.1.3 (b), (c)
    check_policy_extensions,
    check_certificate_policies,  # 6.1.3 (d) to (f), 6.1.5 (g)
    check_basic_constraints,  # 6.1.4 (k)
    check_path_length,  # 6.1.4 (l), (m)
    check_key_usage,  # 6.1.4 (n)
    check_end_key_usage,
    check_critical_extensions,  # 6.1.4 (o), 6.1.5 (f)
    check_extension_contents,
    check_usage,
)
