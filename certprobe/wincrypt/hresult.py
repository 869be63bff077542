"""HRESULTs that Windows returns for certificates, chains and TLS (winerror.h)."""

from __future__ import annotations

from typing import Final


class HResult(int):
    """A status code of Windows as an unsigned 32-bit value.

    Takes the signed form as well (-2146762495 is 0x800B0101). Raises ValueError for what does not fit into 32 bits.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> HResult:
        if not -0x80000000 <= value <= 0xFFFFFFFF:
            raise ValueError(f"{value} does not fit into 32 bits")
        return super().__new__(cls, value & 0xFFFFFFFF)

    @property
    def symbol(self) -> str:
        """The name in winerror.h, or the hexadecimal text of a code that we do not know."""
        return _SYMBOLS.get(self, self.hexadecimal)

    @property
    def hexadecimal(self) -> str:
        """The code as `0x800B0101`."""
        return f"0x{int(self):08X}"

    @property
    def signed(self) -> int:
        """The code as the 32-bit two's complement that logs show."""
        return self - 0x1_0000_0000 if self.failed else int(self)

    @property
    def failed(self) -> bool:
        """FAILED(): the severity bit is set."""
        return self >= 0x80000000

    def __repr__(self) -> str:
        return f"HResult({self.symbol})"


ERROR_SUCCESS: Final = HResult(0)

E_FAIL: Final = HResult(0x80004005)
E_INVALIDARG: Final = HResult(0x80070057)

TRUST_E_CERT_SIGNATURE: Final = HResult(0x80096004)
TRUST_E_BASIC_CONSTRAINTS: Final = HResult(0x80096019)

CRYPT_E_REVOKED: Final = HResult(0x80092010)
CRYPT_E_NO_REVOCATION_DLL: Final = HResult(0x80092011)
CRYPT_E_NO_REVOCATION_CHECK: Final = HResult(0x80092012)
CRYPT_E_REVOCATION_OFFLINE: Final = HResult(0x80092013)
CRYPT_E_NOT_IN_REVOCATION_DATABASE: Final = HResult(0x80092014)
CRYPT_E_ASN1_BADTAG: Final = HResult(0x8009310B)

CERT_E_EXPIRED: Final = HResult(0x800B0101)
CERT_E_VALIDITYPERIODNESTING: Final = HResult(0x800B0102)
CERT_E_ROLE: Final = HResult(0x800B0103)
CERT_E_PATHLENCONST: Final = HResult(0x800B0104)
CERT_E_CRITICAL: Final = HResult(0x800B0105)
CERT_E_PURPOSE: Final = HResult(0x800B0106)
CERT_E_ISSUERCHAINING: Final = HResult(0x800B0107)
CERT_E_MALFORMED: Final = HResult(0x800B0108)
CERT_E_UNTRUSTEDROOT: Final = HResult(0x800B0109)
CERT_E_CHAINING: Final = HResult(0x800B010A)
TRUST_E_FAIL: Final = HResult(0x800B010B)
CERT_E_REVOKED: Final = HResult(0x800B010C)
CERT_E_UNTRUSTEDTESTROOT: Final = HResult(0x800B010D)
CERT_E_REVOCATION_FAILURE: Final = HResult(0x800B010E)
CERT_E_CN_NO_MATCH: Final = HResult(0x800B010F)
CERT_E_WRONG_USAGE: Final = HResult(0x800B0110)
TRUST_E_EXPLICIT_DISTRUST: Final = HResult(0x800B0111)
CERT_E_UNTRUSTEDCA: Final = HResult(0x800B0112)
CERT_E_INVALID_POLICY: Final = HResult(0x800B0113)
CERT_E_INVALID_NAME: Final = HResult(0x800B0114)

NTE_BAD_ALGID: Final = HResult(0x80090008)

SEC_E_OK: Final = HResult(0)
SEC_I_INCOMPLETE_CREDENTIALS: Final = HResult(0x00090320)
SEC_E_UNSUPPORTED_FUNCTION: Final = HResult(0x80090302)
SEC_E_INTERNAL_ERROR: Final = HResult(0x80090304)
SEC_E_INVALID_TOKEN: Final = HResult(0x80090308)
SEC_E_LOGON_DENIED: Final = HResult(0x8009030C)
SEC_E_UNKNOWN_CREDENTIALS: Final = HResult(0x8009030D)
SEC_E_NO_CREDENTIALS: Final = HResult(0x8009030E)
SEC_E_MESSAGE_ALTERED: Final = HResult(0x8009030F)
SEC_E_INCOMPLETE_CREDENTIALS: Final = HResult(0x80090320)
SEC_E_WRONG_PRINCIPAL: Final = HResult(0x80090322)
SEC_E_UNTRUSTED_ROOT: Final = HResult(0x80090325)
SEC_E_ILLEGAL_MESSAGE: Final = HResult(0x80090326)
SEC_E_CERT_UNKNOWN: Final = HResult(0x80090327)
SEC_E_CERT_EXPIRED: Final = HResult(0x80090328)
SEC_E_DECRYPT_FAILURE: Final = HResult(0x80090330)
SEC_E_ALGORITHM_MISMATCH: Final = HResult(0x80090331)
SEC_E_UNFINISHED_CONTEXT_DELETED: Final = HResult(0x80090333)
SEC_E_STRONG_CRYPTO_NOT_SUPPORTED: Final = HResult(0x8009033A)
SEC_E_CERT_WRONG_USAGE: Final = HResult(0x80090349)
SEC_E_SMARTCARD_CERT_REVOKED: Final = HResult(0x80090351)
SEC_E_ISSUING_CA_UNTRUSTED: Final = HResult(0x80090352)
SEC_E_REVOCATION_OFFLINE_C: Final = HResult(0x80090353)
SEC_E_SMARTCARD_CERT_EXPIRED: Final = HResult(0x80090355)
SEC_E_MUTUAL_AUTH_FAILED: Final = HResult(0x80090363)

BY_SYMBOL: Final = {name: value for name, value in tuple(globals().items()) if isinstance(value, HResult)}
"""Every code above by its name; two names may have one value."""

# Of two names for one code the first above wins.
_SYMBOLS: Final = {int(value): name for name, value in reversed(BY_SYMBOL.items())}
