"""The strict rules, RFC 5280 and CA/B, that Windows has no bit for; their checks report remarks and nothing else.

"BR" are the Baseline Requirements for the Issuance and Management of Publicly-Trusted TLS Server Certificates of the
CA/Browser Forum, version 2. What they say of validity periods, revocation services and certificate policies is left
out: it concerns public CAs alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.strict_extensions import (
    check_authority_key_identifier,
    check_ca_extensions,
    check_criticality,
    check_end_entity_extensions,
    check_subject_key_identifier,
    check_usages,
)
from certprobe.chain.strict_fields import (
    check_encoding_strictly,
    check_key,
    check_names,
    check_serial_number,
    check_signature_algorithm,
    check_version,
)
from certprobe.chain.strict_names import check_common_name, check_server_names, check_subject_alt_name

if TYPE_CHECKING:
    from certprobe.chain.path import Check

STRICT_CHECKS: Final[tuple[Check, ...]] = (
    check_encoding_strictly,
    check_version,
    check_serial_number,
    check_names,
    check_key,
    check_signature_algorithm,
    check_criticality,
    check_authority_key_identifier,
    check_subject_key_identifier,
    check_ca_extensions,
    check_end_entity_extensions,
    check_usages,
    check_subject_alt_name,
    check_server_names,
    check_common_name,
)
