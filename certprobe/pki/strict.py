"""What a strict parser says of a certificate that the lenient reader takes."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELDS: Final[tuple[Callable[[x509.Certificate], object], ...]] = (
    lambda certificate: certificate.version,
    lambda certificate: certificate.not_valid_before_utc,
    lambda certificate: certificate.not_valid_after_utc,
    lambda certificate: certificate.issuer,
    lambda certificate: certificate.subject,
    lambda certificate: certificate.public_key(),
    lambda certificate: certificate.signature_algorithm_parameters,
    lambda certificate: certificate.extensions,
)


def strict_fault(der: bytes) -> str | None:
    """Return why `cryptography` refuses a certificate or a field of it, or None; what it does not know is no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(der)
            for field in _FIELDS:
                with suppress(UnsupportedAlgorithm, x509.UnsupportedGeneralNameType):
                    field(certificate)
        except (ValueError, TypeError, LookupError, x509.DuplicateExtension, x509.InvalidVersion) as error:
            return str(error) or type(error).__name__
    return None
