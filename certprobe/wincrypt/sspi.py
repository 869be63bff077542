"""What schannel makes of a TLS alert that it receives."""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult

# Keys are AlertDescription values of RFC 8446 6 and RFC 5246 7.2.
_STATUS_FOR_ALERT: Final[dict[int, HResult]] = {
    20: hresult.SEC_E_MESSAGE_ALTERED,
    30: hresult.SEC_E_MESSAGE_ALTERED,
    42: hresult.SEC_E_CERT_UNKNOWN,
    43: hresult.SEC_E_CERT_UNKNOWN,
    44: hresult.CRYPT_E_REVOKED,
    45: hresult.SEC_E_CERT_EXPIRED,
    46: hresult.SEC_E_CERT_UNKNOWN,
    48: hresult.SEC_E_UNTRUSTED_ROOT,
    49: hresult.SEC_E_LOGON_DENIED,
    51: hresult.SEC_E_DECRYPT_FAILURE,
    70: hresult.SEC_E_UNSUPPORTED_FUNCTION,
    71: hresult.SEC_E_ALGORITHM_MISMATCH,
    80: hresult.SEC_E_INTERNAL_ERROR,
    90: hresult.SEC_E_UNFINISHED_CONTEXT_DELETED,
}


def status_for_alert(description: int) -> HResult:
    """The SSPI status that a Windows program sees when its peer sends this alert.

    `description` is the alert's second byte; what schannel has no status of its own for is SEC_E_ILLEGAL_MESSAGE.
    """
    return _STATUS_FOR_ALERT.get(description, hresult.SEC_E_ILLEGAL_MESSAGE)
