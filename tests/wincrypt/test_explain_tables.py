from __future__ import annotations

import pytest

from certprobe.wincrypt import hresult
from certprobe.wincrypt.causes import CAUSES, TRUST_ERROR_NOTES, TRUST_INFO_ADVICE
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.event_log import KDC_EVENTS, SCHANNEL_EVENTS
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.iis import SUB_STATUSES
from certprobe.wincrypt.trust_status import TrustError
from certprobe.wincrypt.win32 import SYSTEM_ERRORS
from certprobe.wincrypt.winerror import MORE_HRESULTS

TABLES = {
    "winerror": MORE_HRESULTS,
    "win32": SYSTEM_ERRORS,
    "iis": SUB_STATUSES,
    "kdc": KDC_EVENTS,
    "schannel": SCHANNEL_EVENTS,
}
ENTRIES = [pytest.param(entry, id=entry.symbol) for table in TABLES.values() for entry in table]


@pytest.mark.parametrize("entry", ENTRIES)
def test_words_are_sentences(entry: Entry) -> None:
    for sentence in (entry.text, entry.advice):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
        assert sentence.isascii()
    for cause in entry.causes:
        assert cause == cause.strip()
        assert not cause.endswith(".")
        assert cause.isascii()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_number_and_symbol_stands_once(table: tuple[Entry, ...]) -> None:
    assert len({entry.number for entry in table}) == len(table)
    assert len({entry.symbol for entry in table}) == len(table)


def test_numbers_of_the_tables_are_of_their_kind() -> None:
    assert {HResult(entry.number).failed for entry in MORE_HRESULTS if not entry.symbol.startswith("SEC_I_")} == {True}
    assert {entry.number >> 16 for entry in MORE_HRESULTS} == {0x8009, 0x0009, 0x800B}
    assert all(0 <= entry.number < 0x10000 for entry in (*SYSTEM_ERRORS, *KDC_EVENTS, *SCHANNEL_EVENTS))


def test_causes_are_of_codes_that_have_words() -> None:
    assert set(CAUSES) <= set(hresult.BY_SYMBOL.values())
    assert all(CAUSES.values())


def test_every_error_bit_has_notes() -> None:
    assert set(TRUST_ERROR_NOTES) == set(TrustError.__members__.values())


def test_info_bits_that_ask_for_something_are_single() -> None:
    assert all(bit.bit_count() == 1 for bit in TRUST_INFO_ADVICE)


def test_constants_are_found_by_their_names() -> None:
    assert hresult.BY_SYMBOL["SEC_E_OK"] == hresult.BY_SYMBOL["ERROR_SUCCESS"] == 0
    assert HResult(0).symbol == "ERROR_SUCCESS"
    assert hresult.BY_SYMBOL["CERT_E_EXPIRED"] is hresult.CERT_E_EXPIRED
