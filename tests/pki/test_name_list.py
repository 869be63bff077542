"""Lists of names as people have them: a name a line in several notations, or what a TLS client printed."""

from __future__ import annotations

import pytest

from certprobe.errors import DecodeError
from certprobe.pki.name_list import is_client_output, parse_names

S_CLIENT = """\
CONNECTED(00000003)
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
subject=CN = localhost
issuer=CN = Nobody
---
Acceptable client certificate CA names
C = GB, O = "Corp, Inc.", OU = \\C3\\9Cber + CN = G2
DC = lab, DC = test
/C=GB/CN=old style
Client Certificate Types: RSA sign, DSA sign, ECDSA sign
Requested Signature Algorithms: ECDSA+SHA256
"""
GNUTLS_CLI = """\
Processed 0 CA certificate(s).
- Certificate[0] info:
 - subject `CN=localhost', issuer `CN=Nobody'
- Server's trusted authorities:
   [0]: C=GB,O=Corp\\, Inc.,CN=G2
   [1]: DC=lab,DC=test
- Successfully sent 0 certificate(s) to server.
"""
PLAIN = """\
# CAs of the proxy
CN=G2,O=Corp\\, Inc.,C=GB

C=GB, O=Corp, CN=X.500 order
CN=LDAP order, O=Corp
C = GB, CN = a = b
CN = root first, O = Odd
/C=GB/CN=oneline
subject=C = GB, CN = of x509 -subject
issuer= /C=GB/CN=of an old x509
#3005
"""


def texts(data: str | bytes) -> list[str]:
    return [name.rfc4514 for name in parse_names(data.encode() if isinstance(data, str) else data)]


def test_openssl_s_client() -> None:
    assert is_client_output(S_CLIENT.encode())
    assert texts(S_CLIENT) == ["CN=G2+OU=\u00dcber,O=Corp\\, Inc.,C=GB", "DC=test,DC=lab", "CN=old style,C=GB"]


def test_gnutls_cli() -> None:
    assert is_client_output(GNUTLS_CLI.encode())
    assert texts(GNUTLS_CLI) == ["CN=G2,O=Corp\\, Inc.,C=GB", "DC=test,DC=lab"]


def test_a_client_that_says_that_there_are_none() -> None:
    told = b"---\nNo client certificate CA names sent\nPeer signing digest: SHA256\n"
    assert is_client_output(told)
    assert parse_names(told) == ()
    told = b"- Server did not send us any trusted authorities names.\r\n- Server has requested a certificate.\r\n"
    assert is_client_output(told)
    assert parse_names(told) == ()


GNUTLS_SILENT = """\
Processed 0 CA certificate(s).
- Got a certificate list of 1 certificates.
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
"""


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (GNUTLS_SILENT, "the server asked gnutls-cli for no certificate"),
        (f"{GNUTLS_SILENT}- Server has requested a certificate.\n", "no list of CAs without -V (--verbose)"),
        (f"{GNUTLS_SILENT}- Successfully sent 0 certificate(s) to server.\n", "prints no list of CAs without -V"),
        ("CONNECTION ESTABLISHED\nProtocol version: TLSv1.3\n", "no list of CAs with -brief"),
    ],
    ids=["not-asked", "not-verbose", "handshake-failed", "openssl-brief"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_client_that_printed_no_list(printed: str, words: str, encoding: str) -> None:
    """The certificates in it are the server's own."""
    data = printed.replace("\n", "\r\n").encode(encoding)
    assert is_client_output(data)
    with pytest.raises(DecodeError) as raised:
        parse_names(data)
    assert words in str(raised.value)


def test_a_name_a_line() -> None:
    assert not is_client_output(PLAIN.encode())
    assert texts(PLAIN) == [
        "CN=G2,O=Corp\\, Inc.,C=GB",
        "CN=X.500 order,O=Corp,C=GB",
        "CN=LDAP order,O=Corp",
        "CN=a = b,C=GB",
        "O=Odd,CN=root first",
        "CN=oneline,C=GB",
        "CN=of x509 -subject,C=GB",
        "CN=of an old x509,C=GB",
        "#3005",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert texts("CN=\u00dcber\r\nCN=zwei\r\n".encode(encoding)) == ["CN=\u00dcber", "CN=zwei"]


@pytest.mark.parametrize("printed", [S_CLIENT, GNUTLS_CLI], ids=["openssl", "gnutls"])
def test_what_a_client_printed_is_known_as_powershell_writes_it(printed: str) -> None:
    """Else the certificates in it would be taken for the list."""
    assert is_client_output(printed.encode("utf-16"))
    assert texts(printed.encode("utf-16")) == texts(printed)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "no distinguished name in it"),
        ("# nothing\n\n", "no distinguished name in it"),
        ("CN=a\n\nhello\n", "line 3: no TYPE=VALUE"),
        ("Acceptable client certificate CA names\nCN = a\nC = GB, XX = b\n", "line 3: XX is no attribute type"),
        ("CN=a\n" * 100_001, "more than 100000 names"),
    ],
    ids=["empty", "comments", "line", "client-line", "many"],
)
def test_what_is_no_list(data: str, words: str) -> None:
    with pytest.raises(DecodeError) as raised:
        parse_names(data.encode())
    assert words in str(raised.value)
