"""Every code that certprobe can print is explained, and the numbers of others are those of their makers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding

from certprobe.application.ldap_results import RESULT_NAMES
from certprobe.explain.alerts import ALERTS
from certprobe.explain.catalogue import entries, folded, names
from certprobe.explain.families import HOMES, Family
from certprobe.explain.lookup import explain
from certprobe.tls.enums import AlertDescription
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

GENERAL = re.compile(r"Windows reports the (error|status) 0x")
HEADER = Path("/usr/include/openssl/x509_vfy.h")


def meant(spelling: str, family: Family) -> str:
    """The symbol of the reading of `spelling` in that family."""
    (explained,) = explain(spelling)
    (symbol,) = (reading.entry.symbol for reading in explained.readings if reading.family is family)
    return symbol


@pytest.mark.parametrize("name", hresult.BY_SYMBOL)
def test_every_hresult(name: str) -> None:
    code = hresult.BY_SYMBOL[name]
    for spelling in (name, name.lower(), code.hexadecimal, code.hexadecimal.lower(), str(code.signed), str(int(code))):
        assert meant(spelling, Family.HRESULT) == code.symbol
    assert not GENERAL.match(entries(Family.HRESULT)[int(code)].text)


@pytest.mark.parametrize("bit", [bit for bit in TrustError if bit], ids=lambda bit: bit.name)
def test_every_error_bit(bit: TrustError) -> None:
    for spelling in (
        str(bit.name),
        f"0x{bit:x}",
        f"0x{bit:08X}",
        f"error:0x{bit:x}",
        f"dwErrorStatus = {bit:#x}",
        str(int(bit)),
    ):
        assert meant(spelling, Family.TRUST_ERROR) == bit.name


@pytest.mark.parametrize("bit", [bit for bit in TrustInfo if bit], ids=lambda bit: bit.name)
def test_every_info_bit(bit: TrustInfo) -> None:
    for spelling in (str(bit.name), f"0x{bit:x}", f"info:0x{bit:x}", str(int(bit))):
        assert meant(spelling, Family.TRUST_INFO) == bit.name


def test_no_bit_at_all() -> None:
    assert meant("CERT_TRUST_NO_ERROR", Family.TRUST_ERROR) == "CERT_TRUST_NO_ERROR"
    assert meant("error:0x0", Family.TRUST_ERROR) == "CERT_TRUST_NO_ERROR"
    assert meant("info:0", Family.TRUST_INFO) == "CERT_TRUST_NO_INFO"


@pytest.mark.parametrize("alert", AlertDescription, ids=lambda alert: alert.name)
def test_every_alert(alert: AlertDescription) -> None:
    words = alert.name.replace("_", " ")
    for spelling in (
        alert.name,
        words,
        f"alert {words}",
        str(int(alert)),
        f"alert {int(alert)}",
        f"alert number {int(alert)}",
    ):
        assert meant(spelling, Family.TLS_ALERT) == alert.name


def test_every_alert_once() -> None:
    assert [entry.number for entry in ALERTS] == [int(alert) for alert in AlertDescription]


@pytest.mark.parametrize("code", RESULT_NAMES)
def test_every_ldap_result(code: int) -> None:
    name = RESULT_NAMES[code]
    for spelling in (name, name.lower(), str(code), f"ldap {code}", f"err={code}", f"resultCode: {code}"):
        assert meant(spelling, Family.LDAP) == name


@pytest.mark.parametrize("number", entries(Family.OPENSSL))
def test_openssl_says_the_same(number: int) -> None:
    """The texts that logs show are OpenSSL's own; codes that this OpenSSL does not know yet have none here."""
    library = Binding()
    said = library.ffi.string(library.lib.X509_verify_cert_error_string(number)).decode()
    entry = entries(Family.OPENSSL)[number]
    if said == "unknown certificate verification error":
        assert entry.aliases == () or number > 94
    else:
        assert entry.aliases[:1] == ((said,) if number else ())
        assert number == 0 or meant(said, Family.OPENSSL) == entry.symbol
    for spelling in (entry.symbol, f"X509_V_ERR {number}", f"verify error:num={number}", f"x509 {number}"):
        assert meant(spelling, Family.OPENSSL) == entry.symbol


@pytest.mark.skipif(not HEADER.exists(), reason="libssl-dev is not installed")
def test_openssl_numbers_are_those_of_the_header() -> None:
    defined = re.findall(r"# *define (X509_V_(?:OK|ERR_\w+)) +(\d+)", HEADER.read_text())
    known = entries(Family.OPENSSL)
    assert [(name, number) for name, number in defined if known[int(number)].symbol != name] == []


def test_openssl_numbers_are_without_gaps() -> None:
    assert sorted(entries(Family.OPENSSL)) == list(range(105))


@pytest.mark.parametrize("family", Family, ids=lambda family: family.value)
def test_every_line_has_words_and_every_name_leads_to_it(family: Family) -> None:
    for number, entry in entries(family).items():
        assert entry.number == number
        assert entry.text.endswith("."), entry
        assert entry.advice.endswith("."), entry
        assert (entry.text + entry.advice + "".join(entry.causes)).isascii(), entry
        if family is not Family.AD_DATA:
            for name in (entry.symbol, *entry.aliases):
                assert (family, number) in names()[folded(name)]


def test_every_family_has_a_home_and_prefixes_that_can_be_typed() -> None:
    assert set(HOMES) == set(Family)
    for home in HOMES.values():
        assert home.prefixes == tuple(map(folded, home.prefixes))


def test_no_name_is_empty() -> None:
    assert "" not in names()


def test_nearest_status_is_one_with_words() -> None:
    nearest = {entry.windows for family in Family for entry in entries(family).values()} - {None}
    assert {code for code in nearest if isinstance(code, HResult)} <= set(map(HResult, entries(Family.HRESULT)))
