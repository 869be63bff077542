from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.explain.families import HOMES
from certprobe.explain.lookup import LONGEST, explain, phrases

EXPIRED_WRONG_UNTRUSTED = " | ".join((
    *("CERT_TRUST_IS_NOT_TIME_VALID", "CERT_TRUST_IS_NOT_VALID_FOR_USAGE"),
    "CERT_TRUST_IS_UNTRUSTED_ROOT",
))  # fmt: skip
PARTIAL_AND_UNKNOWN = "CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_PARTIAL_CHAIN"


def read(spelling: str) -> list[str]:
    """Every reading as "family code symbol", in order; the parts of a double code after each other."""
    return [
        f"{reading.family.value} {reading.code} {reading.entry.symbol}"
        for explained in explain(spelling)
        for reading in explained.readings
    ]


@pytest.mark.parametrize("spelling", [
    *("CERT_E_UNTRUSTEDROOT", "cert_e_untrustedroot", "0x800B0109", "0x800b0109", "800B0109", "2148204809"),
    *("0x800B0109L", "0X800b0109ul", "800b0109h", "800B0109H"),
    *("-2146762487", " 2148204809 ", "hresult 0x800b0109", "sspi:-2146762487", "error:0x800B0109"),
    "Error: -2146762487",
])  # fmt: skip
def test_hresult_in_every_spelling(spelling: str) -> None:
    assert read(spelling) == ["hresult 0x800B0109 CERT_E_UNTRUSTEDROOT"]


@pytest.mark.parametrize(("spelling", "expected"), [
    ("SEC_I_INCOMPLETE_CREDENTIALS", ["hresult 0x00090320 SEC_I_INCOMPLETE_CREDENTIALS"]),
    ("0x8007052E", ["hresult 0x8007052E HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE)"]),
    ("-2147023570", ["hresult 0x8007052E HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE)"]),
    ("E_INVALIDARG", ["hresult 0x80070057 E_INVALIDARG"]),
    ("0x80072F8F", ["hresult 0x80072F8F HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_FAILURE)"]),
    ("12175", ["win32 12175 ERROR_WINHTTP_SECURE_FAILURE"]),
    ("WININET_E_DECODING_FAILED", ["win32 12175 ERROR_WINHTTP_SECURE_FAILURE"]),
    ("unknown_ca", ["tls-alert 48 unknown_ca"]),
    ("tlsv1 alert unknown ca", ["tls-alert 48 unknown_ca"]),
    ("alert 48", ["tls-alert 48 unknown_ca"]),
    ("SSL alert number 48", ["tls-alert 48 unknown_ca"]),
    ("alert:0x30", ["tls-alert 48 unknown_ca"]),
    ("alert(48)", ["tls-alert 48 unknown_ca"]),
    ("X509_V_ERR_CERT_HAS_EXPIRED", ["openssl-verify 10 X509_V_ERR_CERT_HAS_EXPIRED"]),
    ("verify error:num=10", ["openssl-verify 10 X509_V_ERR_CERT_HAS_EXPIRED"]),
    ("error:num=10", ["openssl-verify 10 X509_V_ERR_CERT_HAS_EXPIRED"]),
    ("self signed certificate", ["openssl-verify 18 X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT"]),
    ("403.16", ["iis-sub-status 403.16 Client certificate is untrusted or invalid"]),
    ("iis 403.7", ["iis-sub-status 403.7 Client certificate required"]),
    ("403 13", ["iis-sub-status 403.13 Client certificate revoked"]),
    ("403,13", ["iis-sub-status 403.13 Client certificate revoked"]),
    ("403/13", ["iis-sub-status 403.13 Client certificate revoked"]),
    ("TLSV1_ALERT_UNKNOWN_CA", ["tls-alert 48 unknown_ca"]),
    ("sslv3_alert_bad_certificate", ["tls-alert 42 bad_certificate"]),
    ("SSL_ERROR_UNKNOWN_CA_ALERT", ["tls-alert 48 unknown_ca"]),
    ("SSL_ERROR_REVOKED_CERT_ALERT", ["tls-alert 44 certificate_revoked"]),
    ("SSL_ERROR_HANDSHAKE_UNEXPECTED_ALERT", ["tls-alert 10 unexpected_message"]),
    ("SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT", ["tls-alert 116 certificate_required"]),
    ("error:0A000418", ["tls-alert 48 unknown_ca"]),
    ("0a00045c", ["tls-alert 116 certificate_required"]),
    ("14094412", ["tls-alert 42 bad_certificate"]),
    ("invalidCredentials (49)", ["ldap-result 49 invalidCredentials"]),
    ("certificate has expired (10)", ["openssl-verify 10 X509_V_ERR_CERT_HAS_EXPIRED"]),
    ("certificate revoked (44)", ["tls-alert 44 certificate_revoked"]),
    ("(0x80070520),", ["hresult 0x80070520 HRESULT_FROM_WIN32(ERROR_NO_SUCH_LOGON_SESSION)"]),
    ("[unknown_ca]", ["tls-alert 48 unknown_ca"]),
    ("data 52e", ["ad-data 52e ERROR_LOGON_FAILURE"]),
    ("52e", ["ad-data 52e ERROR_LOGON_FAILURE"]),
    ("data 80090346", ["hresult 0x80090346 SEC_E_BAD_BINDINGS"]),
    ("LDAP_INVALID_CREDENTIALS", ["ldap-result 49 invalidCredentials"]),
    ("ldap 81", ["ldap-api 81 LDAP_SERVER_DOWN"]),
    ("-1", ["ldap-api 81 LDAP_SERVER_DOWN"]),
    ("event 39", ["kdc-event 39 KDC 39"]),
    ("36887", ["schannel-event 36887 Schannel 36887"]),
    ("EventID: 36870", ["schannel-event 36870 Schannel 36870"]),
    ("IS_UNTRUSTED_ROOT", ["trust-error 0x00000020 CERT_TRUST_IS_UNTRUSTED_ROOT"]),
    ("UntrustedRoot", ["trust-error 0x00000020 CERT_TRUST_IS_UNTRUSTED_ROOT"]),
    ("error:0x10040", [f"trust-error 0x00010040 {PARTIAL_AND_UNKNOWN}"]),
    ("info:0x102", ["trust-info 0x00000102 CERT_TRUST_HAS_KEY_MATCH_ISSUER | CERT_TRUST_HAS_PREFERRED_ISSUER"]),
])  # fmt: skip
def test_one_reading(spelling: str, expected: list[str]) -> None:
    assert read(spelling) == expected


@pytest.mark.parametrize(("spelling", "expected"), [
    ("0x10040", [
        f"trust-error 0x00010040 {PARTIAL_AND_UNKNOWN}",
        "trust-info 0x00010040 CERT_TRUST_NO_OCSP_FAILOVER_TO_CRL | CERT_TRUST_IS_COMPLEX_CHAIN",
    ]),
    ("0x31", [
        f"trust-error 0x00000031 {EXPIRED_WRONG_UNTRUSTED}",
        "trust-info 0x00000031 CERT_TRUST_HAS_EXACT_MATCH_ISSUER | CERT_TRUST_AUTO_UPDATE_CA_REVOCATION"
        " | CERT_TRUST_AUTO_UPDATE_END_REVOCATION",
        "ldap-result 49 invalidCredentials",
        "tls-alert 49 access_denied",
    ]),
    ("65536", [
        "trust-error 0x00010000 CERT_TRUST_IS_PARTIAL_CHAIN",
        "trust-info 0x00010000 CERT_TRUST_IS_COMPLEX_CHAIN",
    ]),
    ("532", [
        "ad-data 532 ERROR_PASSWORD_EXPIRED",
        "trust-error 0x00000214 CERT_TRUST_IS_REVOKED | CERT_TRUST_IS_NOT_VALID_FOR_USAGE"
        " | CERT_TRUST_INVALID_POLICY_CONSTRAINTS",
        "trust-info 0x00000214 CERT_TRUST_HAS_NAME_MATCH_ISSUER | CERT_TRUST_AUTO_UPDATE_CA_REVOCATION"
        " | CERT_TRUST_HAS_ISSUANCE_CHAIN_POLICY",
    ]),
    ("certificate revoked", ["tls-alert 44 certificate_revoked", "openssl-verify 23 X509_V_ERR_CERT_REVOKED"]),
    ("revoked", ["trust-error 0x00000004 CERT_TRUST_IS_REVOKED"]),
    ("0", [
        *("hresult 0x00000000 ERROR_SUCCESS", "tls-alert 0 close_notify", "openssl-verify 0 X509_V_OK"),
        "ldap-result 0 success",
    ]),
])  # fmt: skip
def test_several_readings(spelling: str, expected: list[str]) -> None:
    assert read(spelling) == expected


@pytest.mark.parametrize(("number", "families"), [
    ("48", ["tls-alert", "openssl-verify", "ldap-result", "kdc-event", "trust-error", "trust-info"]),
    ("49", ["ldap-result", "tls-alert", "openssl-verify", "kdc-event", "trust-error", "trust-info"]),
    ("10", ["openssl-verify", "tls-alert", "ldap-result", "trust-error", "trust-info"]),
    ("20", ["openssl-verify", "tls-alert", "ldap-result", "kdc-event", "trust-error", "trust-info"]),
    ("32", ["ldap-result", "openssl-verify", "trust-error", "trust-info"]),
    ("39", ["kdc-event", "openssl-verify"]),
    ("40", ["tls-alert", "openssl-verify", "kdc-event", "trust-error", "trust-info"]),
    ("53", ["ldap-result", "openssl-verify"]),
])  # fmt: skip
def test_a_bare_number_means_the_likeliest_first(number: str, families: list[str]) -> None:
    assert [reading.family.value for reading in explain(number)[0].readings] == families


@pytest.mark.parametrize(("spelling", "given", "expected"), [
    ("403.16 2148204809", ["403.16", "2148204809"], ["iis-sub-status 403.16", "hresult 0x800B0109"]),
    ("403 16 2148204809", ["403.16", "2148204809"], ["iis-sub-status 403.16", "hresult 0x800B0109"]),
    ("403.16/0x800b0109", ["403.16", "0x800b0109"], ["iis-sub-status 403.16", "hresult 0x800B0109"]),
    ("iis 403.7 64", ["403.7", "64"], ["iis-sub-status 403.7", "win32 64"]),
    ("49/52e", ["49", "data 52e"], ["ldap-result 49", "ad-data 52e"]),
    ("49 data 775", ["49", "data 775"], ["ldap-result 49", "ad-data 775"]),
    ("ldap 49 (data 532)", ["49", "data 532"], ["ldap-result 49", "ad-data 532"]),
    ("49, data 80090346", ["49", "data 80090346"], ["ldap-result 49", "hresult 0x80090346"]),
])  # fmt: skip
def test_two_codes_in_one_spelling(spelling: str, given: list[str], expected: list[str]) -> None:
    assert [explained.given for explained in explain(spelling)] == given
    assert [" ".join(each.split()[:2]) for each in read(spelling)] == expected


@pytest.mark.parametrize("spelling", [
    *("", "foo", "0x800B0199", "2148204999", "-4294967296", "99999999999", "0x", "0x123456789", "404.99", "alert"),
    *("alert 300", "alert foo", "error:0x40000000", "error:0xC0000000", "data fff", "52g", "٤٨", "x" * 1000, "4 8"),
    *("--", "unknown ca!x", "invalidCredentials (50)", "0A000086", "14094001", "404/16", "TLSV1_ALERT_FOO"),
])  # fmt: skip
def test_not_known(spelling: str) -> None:
    assert [(explained.given, explained.readings) for explained in explain(spelling)] == [(spelling.strip(), ())]


def test_bits_that_have_no_name_are_told_beside_those_that_have() -> None:
    (explained,) = explain("error:0x40000020")
    (reading,) = explained.readings
    assert [part.entry.symbol for part in reading.parts] == ["CERT_TRUST_IS_UNTRUSTED_ROOT"]
    assert "bit 0x40000000" in reading.entry.text
    assert explain("0x40000020")[0].readings == (), "a number that may mean anything is no mask"


@pytest.mark.parametrize(("words", "expected"), [
    (["alert", "48"], ["alert 48"]),
    (["verify", "error", "20", "48"], ["verify error 20", "48"]),
    (["403.16", "2148204809"], ["403.16", "2148204809"]),
    (["ldap", "49", "data", "52e"], ["ldap 49", "data 52e"]),
    (["alert 48", "alert"], ["alert 48", "alert"]),
    (["403", "16", "64"], ["403 16 64"]),
    (["403", "7", "alert", "48"], ["403 7", "alert 48"]),
    (["403", "99", "64"], ["403", "99", "64"]),
    (["404", "16"], ["404", "16"]),
    ([], []),
])  # fmt: skip
def test_words_that_belong_together(words: list[str], expected: list[str]) -> None:
    assert list(phrases(words)) == expected


PREFIXES = st.sampled_from(sorted({prefix for home in HOMES.values() for prefix in home.prefixes}))
NUMBERS = st.one_of(
    st.integers(-(2**33), 2**33).map(str),
    st.integers(0, 2**33).map(hex),
    st.integers(0, 2**33).map(lambda number: f"{number:x}"),
    st.tuples(st.integers(0, 999), st.integers(0, 99)).map(lambda pair: f"{pair[0]}.{pair[1]}"),
)
SPELLED = st.one_of(
    st.text(max_size=2 * LONGEST),
    NUMBERS,
    st.tuples(PREFIXES, st.sampled_from([" ", ":", "=", " #(", ": "]), NUMBERS | st.text(max_size=20)).map("".join),
    st.tuples(NUMBERS, st.sampled_from(["/", " ", " data ", ", data "]), NUMBERS).map("".join),
)


@given(SPELLED)
def test_nothing_that_is_typed_raises(text: str) -> None:
    for explained in explain(text):
        for reading in explained.readings:
            assert reading.entry.text
            assert reading.code


@given(st.lists(SPELLED, max_size=6))
def test_no_word_is_lost(words: list[str]) -> None:
    assert " ".join(phrases(words)) == " ".join(words)
