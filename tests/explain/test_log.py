"""Lines as the programs write them that people meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.explain import log
from certprobe.explain.families import HOMES, Family
from certprobe.explain.log import Annotator, explain_text, find

IIS = "2026-11-20 04:01:17 10.0.0.5 GET /app - 443 - 10.0.0.7 curl/8.11 - "
HTTPD = "[Fri Nov 20 04:01:17.123456 2026] [ssl:info] [pid 4711:tid 140] [client 10.0.0.7:51234] "
NGINX = "2026/11/20 04:01:17 [info] 7#7: *1 client SSL certificate verify error: "
OPENSSL = "140735:error:0A000418:SSL routines:ssl3_read_bytes:"
LDAP_ERR = "LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data"


def codes(line: str) -> list[str]:
    """What is annotated under a line of a log that begins with it."""
    return [
        f"{explained.readings[0].family.value} {explained.readings[0].code}" for explained in Annotator().line(line)
    ]


@pytest.mark.parametrize(("line", "expected"), [
    (IIS + "403 16 2148204809 15", ["iis-sub-status 403.16", "hresult 0x800B0109"]),
    (IIS + "403 13 2148081683 5015", ["iis-sub-status 403.13", "hresult 0x80092013"]),
    (IIS + "403 7 64 15", ["iis-sub-status 403.7", "win32 64"]),
    (IIS + "403 7 0 15", ["iis-sub-status 403.7"]),
    (IIS + "200 0 0 15", []),
    (IIS + "404 0 2 15", []),
    ("#define CERT_E_UNTRUSTEDROOT _HRESULT_TYPEDEF_(0x800B0109L)", ["hresult 0x800B0109"]),
    ("failed with (800b0109h).", ["hresult 0x800B0109"]),
    ("_HRESULT_TYPEDEF_(0x80092013L)", ["hresult 0x80092013"]),
    ("HTTP Error 403.7 - Forbidden", ["iis-sub-status 403.7"]),
    (HTTPD + "AH02276: Certificate Verification: Error (10): certificate has expired [subject: CN=alice]",
     ["openssl-verify 10"]),
    (HTTPD + "AH02039: Certificate Verification: Error (20): unable to get local issuer certificate",
     ["openssl-verify 20"]),
    (HTTPD + "AH02008: SSL library error 1 in handshake (server dc1.lab.test:443)", []),
    (HTTPD + "SSL Library Error: error:0A000412:SSL routines::sslv3 alert bad certificate (SSL alert number 42)",
     ["tls-alert 42"]),
    (NGINX + "(18:self-signed certificate) while reading client request headers", ["openssl-verify 18"]),
    (NGINX + "(27:certificate not trusted) while SSL handshaking", ["openssl-verify 27"]),
    ('10.0.0.7 - - [20/Nov/2026:04:01:17 +0000] "GET / HTTP/1.1" 403 16 "-" "curl/8.11"', []),
    ("673f4b3d conn=1001 op=0 RESULT tag=97 err=49 qtime=0.000012 text=", ["ldap-result 49"]),
    ("673f4b3d conn=1001 op=0 RESULT tag=97 err=0 text=", []),
    ("[20/Nov/2026:04:01:17.1 +0000] conn=3 op=0 RESULT err=48 tag=97 nentries=0 wtime=0.1", ["ldap-result 48"]),
    ("TLS: can't accept: error:0A000418:SSL routines::tlsv1 alert unknown ca (unknown CA).", ["tls-alert 48"]),
    ("TLS trace: SSL3 alert read:fatal:unknown CA", []),
    ("ldap_sasl_interactive_bind: Can't contact LDAP server (-1)", ["ldap-api 81"]),
    ("ldap_bind: Invalid credentials (49)", ["ldap-result 49"]),
    (f"[LDAP: error code 49 - 80090308: {LDAP_ERR} 52e, v1db1]", ["ldap-result 49", "ad-data 52e"]),
    (f"\tadditional info: 80090346: {LDAP_ERR} 80090346, v4563", ["hresult 0x80090346"]),
    ("000004DC: LdapErr: DSID-0C090A5C, comment: a successful bind must be completed on the connection., data 0, v4563",
     ["win32 1244"]),
    (OPENSSL + "tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1586:SSL alert number 48", ["tls-alert 48"]),
    ("error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116", ["tls-alert 116"]),
    ("curl: (56) OpenSSL SSL_read: error:0A00045C", ["tls-alert 116"]),
    ("SSL: error:14094412", ["tls-alert 42"]),
    ("SSL: error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed", []),
    ("ssl.SSLError: [SSL: SSLV3_ALERT_CERTIFICATE_UNKNOWN] (_ssl.c:1000)", ["tls-alert 46"]),
    ("PR_Read failed: SSL_ERROR_EXPIRED_CERT_ALERT", ["tls-alert 45"]),
    ("*** Received alert [48]: CA is unknown", ["tls-alert 48"]),
    ("verify error:num=21:unable to verify the first certificate", ["openssl-verify 21"]),
    ("Verify return code: 19 (self-signed certificate in certificate chain)", ["openssl-verify 19"]),
    ("    Verify return code: 0 (ok)", []),
    ("error 10 at 0 depth lookup: certificate has expired", ["openssl-verify 10"]),
    ("curl: (60) SSL certificate problem: unable to get local issuer certificate", ["openssl-verify 20"]),
    ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, "
     "certificate is not valid for 'dc1'. (_ssl.c:1016)", ["openssl-verify 62"]),
    ("http: TLS handshake error from 10.0.0.7:51234: remote error: tls: bad certificate", ["tls-alert 42"]),
    ("remote error: tls: unknown certificate authority", ["tls-alert 48"]),
    ("javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_unknown", ["tls-alert 46"]),
    ("A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is 40.",
     ["tls-alert 40"]),
    ("Error,11/20/2026 4:01:17 AM,Schannel,36887,None,The TLS protocol defined fatal alert code is 46.",
     ["schannel-event 36887", "tls-alert 46"]),
    ("<Provider Name='Schannel'/><EventID Qualifiers='0'>36874</EventID>", ["schannel-event 36874"]),
    ("Event ID:      36888", ["schannel-event 36888"]),
    ("Warning,11/20/2026 4:01:17 AM,Microsoft-Windows-Kerberos-Key-Distribution-Center,39,None,", ["kdc-event 39"]),
    ("<Provider Name='Microsoft-Windows-Kerberos-Key-Distribution-Center'/><EventID>41</EventID>", ["kdc-event 41"]),
    ("Critical,11/20/2026 4:01:17 AM,Microsoft-Windows-Kernel-Power,41,(63),", []),
    ("Event ID: 41 Kernel-Power", []),
    ("ChainContext.dwErrorStatus = CERT_TRUST_IS_PARTIAL_CHAIN (0x10000)", ["trust-error 0x00010000"]),
    ("CertContext[0][0]: dwInfoStatus=102 dwErrorStatus=1000040", ["trust-info 0x00000102", "trust-error 0x01000040"]),
    ("CertContext[0][0]: dwInfoStatus=10c dwErrorStatus=0", ["trust-info 0x0000010C"]),
    ("The revocation function was unable to check revocation. 0x80092012 (-2146885614 CRYPT_E_NO_REVOCATION_CHECK)",
     ["hresult 0x80092012"]),
    ("schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - The certificate chain was issued by an untrusted authority",
     ["hresult 0x80090325"]),
    ("WinHttpSendRequest failed: 12175 ERROR_WINHTTP_SECURE_FAILURE", ["win32 12175"]),
    ("pid 48 port 443 at 0x7f48 took 49 ms, id 800b0109deadbeef, 1.2148204809, 2148204809.5", []),
])  # fmt: skip
def test_line(line: str, expected: list[str]) -> None:
    assert codes(line) == expected


@pytest.mark.parametrize(("text", "expected"), [
    (f"80090308: {LDAP_ERR} 52e, v2580", ["ad-data 52e"]),
    ("hr=0x80092013", ["hresult 0x80092013"]),
    ("CERT_TRUST_IS_REVOKED|CERT_TRUST_IS_CYCLIC", ["trust-error 0x00000004", "trust-error 0x00000080"]),
    ("error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:SSL alert number 48", ["tls-alert 48"]),
    ("alert 48", ["tls-alert 48"]),
    ("nothing to see", []),
    ("x" * 100_000 + " 0x80092013", []),
])  # fmt: skip
def test_a_message_that_is_given_is_searched(text: str, expected: list[str]) -> None:
    found = explain_text(text)
    assert [f"{reading.family.value} {reading.code}" for each in found for reading in each.readings] == expected
    assert found


def test_each_code_is_told_once_and_counted_by_lines() -> None:
    annotator = Annotator()
    lines = [
        IIS + "403 16 2148204809 15",
        "nothing here",
        "CERT_E_UNTRUSTEDROOT 0x800b0109 (-2146762487)",
        "alert number 48 and alert number 48",
        IIS + "403 16 2148204801 15",
    ]
    assert [[explained.given for explained in annotator.line(line)] for line in lines] == [
        ["403.16", "2148204809"],
        [],
        [],
        ["alert 48"],
        ["2148204801"],
    ]
    assert [(each.explained.readings[0].code, each.lines, each.first_line) for each in annotator.occurrences] == [
        ("403.16", 2, 1),
        ("0x800B0109", 2, 1),
        ("48", 1, 4),
        ("0x800B0101", 1, 5),
    ]
    assert annotator.unknown == ()


def test_names_of_the_form_of_a_code_that_are_unknown() -> None:
    annotator = Annotator()
    for line in ("SEC_E_NEWER_THAN_THIS at 0x80090999", "SEC_E_NEWER_THAN_THIS X509_V_ERR_NEW ERROR_FILE_NOT_FOUND"):
        assert annotator.line(line) == ()
    assert annotator.unknown == ("SEC_E_NEWER_THAN_THIS", "X509_V_ERR_NEW")


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_CODES", 3)
    annotator = Annotator()
    told = [annotator.line(f"dwErrorStatus={mask:x} SEC_E_NO{mask}") for mask in range(1, 8)]
    assert [len(each) for each in told] == [1, 1, 1, 0, 0, 0, 0]
    assert len(annotator.occurrences) == len(annotator.unknown) == 3
    annotator.line("dwErrorStatus=1")
    assert annotator.occurrences[0].lines == 2, "what is known is still counted"


FRAGMENTS = st.sampled_from([
    *("alert ", "alert number ", "unknown ca", "remote error: tls: ", "verify error:num=", "Verification: Error ("),
    *("403", " 16 ", ".", "2148204809", "0x800b0109", "-2146762487", "SEC_E_", "CERT_TRUST_IS_REVOKED", "RESULT"),
    *("dwErrorStatus=", " err=", "ldap_bind: ", "(", ")", "LdapErr", "data ", ", v1db1", "Event ID: ", "Schannel,"),
    *("KDC ", "36887", "39", "0", "self-signed certificate", "certificate", "\x1b[2J", "\u202e", "\ud800", " ", "_"),
    "İ",
])  # fmt: skip


@given(st.text() | st.lists(FRAGMENTS | st.text(max_size=5), max_size=30).map("".join))
def test_no_line_raises(line: str) -> None:
    for explained in Annotator().line(line):
        assert explained.readings


@given(st.lists(FRAGMENTS, min_size=1, max_size=4).map("".join))
def test_anything_over_and_over_again_comes_to_an_end(fragment: str) -> None:
    """A pattern that can match in two ways would take hours here."""
    for spelling in find((fragment * 16384)[:16384]):
        assert spelling


def test_every_prefix_that_a_line_is_spelled_with_is_understood() -> None:
    """What `find` says is what `explain` is asked; both have to mean the same family."""
    asked = {"hresult", "error", "info", "alert", "x509", "ldap", "win32", "data", "schannel", "kdc"}
    assert asked <= {prefix for home in HOMES.values() for prefix in home.prefixes}
    assert HOMES[Family.SCHANNEL_EVENT].prefixes.count("schannel") == 1
