from __future__ import annotations

import pytest

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.prose import meaning, trust_error_words, trust_info_words
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

CODES = {name: value for name, value in vars(hresult).items() if isinstance(value, HResult)}
GENERAL = {meaning(HResult(0x8FFFFFFF)).advice, meaning(HResult(0x0FFFFFFF)).text}


@pytest.mark.parametrize("name", CODES)
def test_every_code_that_can_be_returned_is_explained(name: str) -> None:
    explained = meaning(CODES[name])
    assert explained.text not in GENERAL
    assert explained.advice not in GENERAL
    for sentence in explained:
        assert sentence.strip() == sentence
        assert sentence.endswith(".")


def test_an_unknown_code_is_shown_as_its_number() -> None:
    assert meaning(HResult(0x8FFFFFFF)).text == "Windows reports the error 0x8FFFFFFF."
    assert meaning(HResult(0x0FFFFFFF)).text == "Windows reports the status 0x0FFFFFFF, which is not an error."


@pytest.mark.parametrize("bit", list(TrustError))
def test_every_error_bit_has_words_of_its_own(bit: TrustError) -> None:
    assert not trust_error_words(bit).startswith("bit 0x")
    assert [other for other in TrustError if trust_error_words(other) == trust_error_words(bit)] == [bit]


@pytest.mark.parametrize("bit", list(TrustInfo))
def test_every_info_bit_has_words_of_its_own(bit: TrustInfo) -> None:
    assert not trust_info_words(bit).startswith("bit 0x")
    assert [other for other in TrustInfo if trust_info_words(other) == trust_info_words(bit)] == [bit]


def test_several_bits_are_joined_and_unknown_ones_numbered() -> None:
    both = TrustError.CERT_TRUST_IS_REVOKED | TrustError.CERT_TRUST_IS_CYCLIC | TrustError(0x40000000)
    assert trust_error_words(both) == "revoked; the issuers form a ring; bit 0x40000000"
    assert trust_error_words(TrustError.CERT_TRUST_NO_ERROR) == "no error"
    assert trust_info_words(TrustInfo.CERT_TRUST_NO_INFO) == "nothing to note"
