"""What a strict parser says of a certificate that the lenient reader takes."""

from __future__ import annotations

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

_FIELDS = ("version", "not_valid_before_utc", "issuer", "subject", "signature_algorithm_parameters", "extensions")


def strict_fault(der: bytes) -> str | None:
    """Return why `cryptography` refuses the certificate or a field of it, or None; an unknown algorithm is no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(der)
            certificate.public_key()
            for field in _FIELDS:
                getattr(certificate, field)
        except UnsupportedAlgorithm:
            return None
        except (ValueError, TypeError, x509.DuplicateExtension, x509.InvalidVersion) as error:
            return str(error) or type(error).__name__
    return None
