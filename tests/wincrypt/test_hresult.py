from __future__ import annotations

import pytest

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult


def test_has_one_value_from_its_signed_and_unsigned_form() -> None:
    assert HResult(-2146762495) == HResult(0x800B0101) == hresult.CERT_E_EXPIRED
    assert hash(HResult(-2146762495)) == hash(2148204801)


@pytest.mark.parametrize(
    ("code", "symbol", "hexadecimal", "signed", "failed"),
    [
        (hresult.CERT_E_EXPIRED, "CERT_E_EXPIRED", "0x800B0101", -2146762495, True),
        (hresult.SEC_I_INCOMPLETE_CREDENTIALS, "SEC_I_INCOMPLETE_CREDENTIALS", "0x00090320", 590624, False),
        (HResult(0), "ERROR_SUCCESS", "0x00000000", 0, False),
        (HResult(0xDEADBEEF), "0xDEADBEEF", "0xDEADBEEF", -559038737, True),
    ],
)
def test_shows_itself(code: HResult, symbol: str, hexadecimal: str, signed: int, failed: bool) -> None:
    assert (code.symbol, code.hexadecimal, code.signed, code.failed) == (symbol, hexadecimal, signed, failed)
    assert repr(code) == f"HResult({symbol})"


@pytest.mark.parametrize("value", [2**32, -(2**31) - 1])
def test_refuses_what_is_not_32_bits(value: int) -> None:
    with pytest.raises(ValueError, match="32 bits"):
        HResult(value)


# As logs and winerror.h show them.
SIGNED = {
    "ERROR_SUCCESS": 0,
    "E_FAIL": -2147467259,
    "E_INVALIDARG": -2147024809,
    "TRUST_E_CERT_SIGNATURE": -2146869244,
    "TRUST_E_BASIC_CONSTRAINTS": -2146869223,
    "CRYPT_E_REVOKED": -2146885616,
    "CRYPT_E_NO_REVOCATION_DLL": -2146885615,
    "CRYPT_E_NO_REVOCATION_CHECK": -2146885614,
    "CRYPT_E_REVOCATION_OFFLINE": -2146885613,
    "CRYPT_E_NOT_IN_REVOCATION_DATABASE": -2146885612,
    "CRYPT_E_ASN1_BADTAG": -2146881269,
    "CERT_E_EXPIRED": -2146762495,
    "CERT_E_VALIDITYPERIODNESTING": -2146762494,
    "CERT_E_ROLE": -2146762493,
    "CERT_E_PATHLENCONST": -2146762492,
    "CERT_E_CRITICAL": -2146762491,
    "CERT_E_PURPOSE": -2146762490,
    "CERT_E_ISSUERCHAINING": -2146762489,
    "CERT_E_MALFORMED": -2146762488,
    "CERT_E_UNTRUSTEDROOT": -2146762487,
    "CERT_E_CHAINING": -2146762486,
    "TRUST_E_FAIL": -2146762485,
    "CERT_E_REVOKED": -2146762484,
    "CERT_E_UNTRUSTEDTESTROOT": -2146762483,
    "CERT_E_REVOCATION_FAILURE": -2146762482,
    "CERT_E_CN_NO_MATCH": -2146762481,
    "CERT_E_WRONG_USAGE": -2146762480,
    "TRUST_E_EXPLICIT_DISTRUST": -2146762479,
    "CERT_E_UNTRUSTEDCA": -2146762478,
    "CERT_E_INVALID_POLICY": -2146762477,
    "CERT_E_INVALID_NAME": -2146762476,
    "NTE_BAD_ALGID": -2146893816,
    "SEC_E_OK": 0,
    "SEC_I_INCOMPLETE_CREDENTIALS": 590624,
    "SEC_E_UNSUPPORTED_FUNCTION": -2146893054,
    "SEC_E_INTERNAL_ERROR": -2146893052,
    "SEC_E_INVALID_TOKEN": -2146893048,
    "SEC_E_LOGON_DENIED": -2146893044,
    "SEC_E_UNKNOWN_CREDENTIALS": -2146893043,
    "SEC_E_NO_CREDENTIALS": -2146893042,
    "SEC_E_MESSAGE_ALTERED": -2146893041,
    "SEC_E_INCOMPLETE_CREDENTIALS": -2146893024,
    "SEC_E_WRONG_PRINCIPAL": -2146893022,
    "SEC_E_UNTRUSTED_ROOT": -2146893019,
    "SEC_E_ILLEGAL_MESSAGE": -2146893018,
    "SEC_E_CERT_UNKNOWN": -2146893017,
    "SEC_E_CERT_EXPIRED": -2146893016,
    "SEC_E_DECRYPT_FAILURE": -2146893008,
    "SEC_E_ALGORITHM_MISMATCH": -2146893007,
    "SEC_E_UNFINISHED_CONTEXT_DELETED": -2146893005,
    "SEC_E_STRONG_CRYPTO_NOT_SUPPORTED": -2146892998,
    "SEC_E_CERT_WRONG_USAGE": -2146892983,
    "SEC_E_SMARTCARD_CERT_REVOKED": -2146892975,
    "SEC_E_ISSUING_CA_UNTRUSTED": -2146892974,
    "SEC_E_REVOCATION_OFFLINE_C": -2146892973,
    "SEC_E_SMARTCARD_CERT_EXPIRED": -2146892971,
    "SEC_E_MUTUAL_AUTH_FAILED": -2146892957,
}


def test_every_code_is_the_number_that_logs_show() -> None:
    assert {name: value.signed for name, value in vars(hresult).items() if isinstance(value, HResult)} == SIGNED
