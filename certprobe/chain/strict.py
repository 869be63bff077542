"""Path validation by RFC 5280, and the strict rules of RFC 5280 and CA/B that Windows has no bit for.

What Windows has no bit for is a remark and nothing else.
"BR" are the Baseline Requirements for the Issuance and Management of Publicly-Trusted TLS Server Certificates of the
CA/Browser Forum, version 2. What they say of validity periods, revocation services and certificate policies is left
out: it concerns public CAs alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.authority import check_end_key_usage, check_max_path_length, check_path_length
from certprobe.chain.checks import CHECKS
from certprobe.chain.constraints import remark_name_constraints
from certprobe.chain.element import check_strength
from certprobe.chain.extension import (
    check_critical_extensions,
    check_extension_contents,
    check_processed_contents,
    check_unprocessed_extensions,
)
from certprobe.chain.purpose import check_extended_key_usage, check_usage
from certprobe.chain.strict_extensions import (
    check_authority_key_identifier,
    check_ca_extensions,
    check_criticality,
    check_end_entity_extensions,
    check_subject_key_identifier,
    check_tls_features,
)
from certprobe.chain.strict_fields import (
    check_encoding_strictly,
    check_extension_faults,
    check_hash,
    check_key,
    check_named_curve,
    check_names,
    check_serial_number,
    check_signature_algorithm,
    check_version,
    check_weakness,
)
from certprobe.chain.strict_names import (
    check_alternative_names,
    check_common_name,
    check_general_names,
    check_server_names,
    check_subject_alt_name,
)
from certprobe.chain.strict_policies import check_policy_lists
from certprobe.chain.strict_revocation import check_crls
from certprobe.chain.strict_usages import check_foreign_usages, check_issuers_foreign_usages, check_usages

if TYPE_CHECKING:
    from certprobe.chain.path import Check

# In these Windows goes its own way.
_WINDOWS_ALONE: Final = (
    check_strength,
    check_path_length,
    check_end_key_usage,
    check_critical_extensions,
    check_extension_contents,
    check_usage,
)

PATH_VALIDATION: Final[tuple[Check, ...]] = (
    *(check for check in CHECKS if check not in _WINDOWS_ALONE),
    check_max_path_length,
    check_unprocessed_extensions,
    check_processed_contents,
    check_extended_key_usage,
)

RFC_CHECKS: Final[tuple[Check, ...]] = (
    check_extension_faults,
    check_weakness,
    check_named_curve,
    check_tls_features,
    check_general_names,
)

STRICT_CHECKS: Final[tuple[Check, ...]] = (
    check_encoding_strictly,
    check_version,
    check_serial_number,
    check_names,
    check_key,
    check_hash,
    check_signature_algorithm,
    check_criticality,
    check_authority_key_identifier,
    check_subject_key_identifier,
    check_ca_extensions,
    check_end_entity_extensions,
    check_usages,
    check_foreign_usages,
    check_issuers_foreign_usages,
    check_subject_alt_name,
    check_alternative_names,
    check_server_names,
    check_common_name,
    remark_name_constraints,
    check_policy_lists,
    check_crls,
)
