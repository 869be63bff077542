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


@pytest.mark.parametrize(
    ("code", "signed"),
    [
        (hresult.TRUST_E_CERT_SIGNATURE, -2146869244),
        (hresult.CRYPT_E_REVOKED, -2146885616),
        (hresult.CERT_E_UNTRUSTEDROOT, -2146762487),
        (hresult.CERT_E_CHAINING, -2146762486),
        (hresult.CERT_E_WRONG_USAGE, -2146762480),
        (hresult.CERT_E_INVALID_NAME, -2146762476),
        (hresult.CERT_E_INVALID_POLICY, -2146762477),
        (hresult.TRUST_E_BASIC_CONSTRAINTS, -2146869223),
        (hresult.CERT_E_CRITICAL, -2146762491),
        (hresult.CRYPT_E_NO_REVOCATION_CHECK, -2146885614),
        (hresult.CRYPT_E_REVOCATION_OFFLINE, -2146885613),
        (hresult.CERT_E_CN_NO_MATCH, -2146762481),
        (hresult.CERT_E_UNTRUSTEDCA, -2146762478),
        (hresult.SEC_E_UNTRUSTED_ROOT, -2146893019),
        (hresult.SEC_E_ILLEGAL_MESSAGE, -2146893018),
    ],
)
def test_is_the_number_that_logs_show(code: HResult, signed: int) -> None:
    assert code.signed == signed
