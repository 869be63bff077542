from __future__ import annotations

import pytest

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.sspi import status_for_alert


@pytest.mark.parametrize(
    ("description", "status"),
    [
        (10, hresult.SEC_E_ILLEGAL_MESSAGE),
        (20, hresult.SEC_E_MESSAGE_ALTERED),
        (30, hresult.SEC_E_MESSAGE_ALTERED),
        (40, hresult.SEC_E_ILLEGAL_MESSAGE),
        (42, hresult.SEC_E_CERT_UNKNOWN),
        (43, hresult.SEC_E_CERT_UNKNOWN),
        (44, hresult.CRYPT_E_REVOKED),
        (45, hresult.SEC_E_CERT_EXPIRED),
        (46, hresult.SEC_E_CERT_UNKNOWN),
        (47, hresult.SEC_E_ILLEGAL_MESSAGE),
        (48, hresult.SEC_E_UNTRUSTED_ROOT),
        (49, hresult.SEC_E_LOGON_DENIED),
        (50, hresult.SEC_E_ILLEGAL_MESSAGE),
        (51, hresult.SEC_E_DECRYPT_FAILURE),
        (70, hresult.SEC_E_UNSUPPORTED_FUNCTION),
        (71, hresult.SEC_E_ALGORITHM_MISMATCH),
        (80, hresult.SEC_E_INTERNAL_ERROR),
        (90, hresult.SEC_E_UNFINISHED_CONTEXT_DELETED),
        (100, hresult.SEC_E_ILLEGAL_MESSAGE),
        (110, hresult.SEC_E_ILLEGAL_MESSAGE),
        (116, hresult.SEC_E_ILLEGAL_MESSAGE),
        (255, hresult.SEC_E_ILLEGAL_MESSAGE),
    ],
)
def test_status_for_alert(description: int, status: HResult) -> None:
    assert status_for_alert(description) == status
