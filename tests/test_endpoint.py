"""Addresses as users of curl and ldapsearch type them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.endpoint import (
    Endpoint,
    HostPort,
    Proxy,
    ProxyKind,
    Scheme,
    StartTls,
    WebAddress,
    parse_host_port,
    parse_https,
    parse_ldap,
    parse_path,
    parse_proxy,
    parse_web_address,
)
from certprobe.errors import UsageError

HTTPS_ADDRESSES = {
    "host": ("host", 443, "/"),
    "HOST.Example.": ("host.example", 443, "/"),
    "host:8443": ("host", 8443, "/"),
    "host/p": ("host", 443, "/p"),
    "host?q": ("host", 443, "/?q"),
    "https://host:8443/p?q#there": ("host", 8443, "/p?q"),
    "HTTPS://host": ("host", 443, "/"),
    "host:8443/p?back=http://x": ("host", 8443, "/p?back=http://x"),
    "host/a/../b%20c": ("host", 443, "/a/../b%20c"),
    "host/é": ("host", 443, "/%C3%A9"),
    "host/a@b": ("host", 443, "/a@b"),
    "bücher.example": ("xn--bcher-kva.example", 443, "/"),
    "_sip.host-1.example": ("_sip.host-1.example", 443, "/"),
    "127.0.0.1:1": ("127.0.0.1", 1, "/"),
    "https://[2001:DB8::1]:8443/": ("2001:db8::1", 8443, "/"),
    "https://[fe80::1%25eth0]": ("fe80::1%eth0", 443, "/"),
    "[fe80::1%eth0]": ("fe80::1%eth0", 443, "/"),
    "fe80::1%25": ("fe80::1%25", 443, "/"),
    "::1": ("::1", 443, "/"),
    "2001:db8:0:0::1": ("2001:db8::1", 443, "/"),
}


@pytest.mark.parametrize("text", HTTPS_ADDRESSES)
def test_https_addresses(text: str) -> None:
    assert parse_https(text) == Endpoint(Scheme.HTTPS, *HTTPS_ADDRESSES[text])


LDAP_ADDRESSES = {
    ("host", StartTls.NOT_ASKED): (Scheme.LDAPS, "host", 636),
    ("host", StartTls.ASKED): (Scheme.LDAP_STARTTLS, "host", 389),
    ("host:389", StartTls.NOT_ASKED): (Scheme.LDAPS, "host", 389),
    ("ldap://h", StartTls.NOT_ASKED): (Scheme.LDAP_STARTTLS, "h", 389),
    ("ldap://h:3389", StartTls.ASKED): (Scheme.LDAP_STARTTLS, "h", 3389),
    ("ldaps://h:3269", StartTls.NOT_ASKED): (Scheme.LDAPS, "h", 3269),
    ("ldap://h/dc=example,dc=com??sub?(cn=a)", StartTls.NOT_ASKED): (Scheme.LDAP_STARTTLS, "h", 389),
    ("[::1]:636", StartTls.NOT_ASKED): (Scheme.LDAPS, "::1", 636),
    ("::1", StartTls.NOT_ASKED): (Scheme.LDAPS, "::1", 636),
}


@pytest.mark.parametrize(("text", "starttls"), LDAP_ADDRESSES)
def test_ldap_addresses(text: str, starttls: StartTls) -> None:
    assert parse_ldap(text, starttls) == Endpoint(*LDAP_ADDRESSES[text, starttls], "")


UNUSABLE = {
    "": "names no host",
    "https://": "names no host",
    "/path": "names no host",
    ":443": "names no host",
    ".": "names no host",
    "http://host/p": "has no TLS, so there is no certificate to look at; try 'https://host/p'",
    "ldaps://host": "use 'certprobe ldap ldaps://host'",
    "gopher://host": "gopher:// is not known here",
    "ho st": "has a ' ' in it",
    "host\n": r"has a '\n' in it",
    "host\u202e.example": r"has a '\u202e' in it",
    "host:": "'' is not a port",
    "host:0": "'0' is not a port",
    "host:65536": "'65536' is not a port",
    "host:https": "'https' is not a port",
    "host:٣": "is not a port",
    "[::1]:": "'' is not a port",
    "[::1": "is not [IPv6 address]",
    "[::1]x": "is not [IPv6 address]",
    "[host]": "is not [IPv6 address]",
    "1::2::3": "is not an IPv6 address",
    "fe80::1%": "has no usable zone id",
    "a..b": "has a label that is empty or longer than 63",
    "a" * 64 + ".b": "has a label that is empty or longer than 63",
    "ab." * 90 + "c": "is longer than 253 characters",
    "*.example": "has a character that no host name has",
    "ho%20st": "has a character that no host name has",
    "\u05d0a.example": "is not a name that IDNA can write",
    "127.1": "is neither a host name nor an IPv4 address",
    "010.0.0.1": "is neither a host name nor an IPv4 address",
    "256.0.0.1": "is neither a host name nor an IPv4 address",
    "2130706433": "is neither a host name nor an IPv4 address",
}


@pytest.mark.parametrize("text", UNUSABLE)
def test_unusable_addresses(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_https(text)
    assert UNUSABLE[text] in str(caught.value)


@pytest.mark.parametrize(
    ("text", "starttls", "words"),
    [
        ("ldaps://h", StartTls.ASKED, "starts with TLS already"),
        ("ldapi://%2Frun%2Fldapi", StartTls.NOT_ASKED, "is a Unix socket"),
        ("https://h", StartTls.NOT_ASKED, "use 'certprobe https https://h'"),
        ("ldap:///dc=example", StartTls.NOT_ASKED, "names no host"),
        ("ftp://h", StartTls.NOT_ASKED, "ftp:// is not known here"),
    ],
)
def test_unusable_ldap_addresses(text: str, starttls: StartTls, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ldap(text, starttls)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["https://me:secret@host", "http://me:secret@host", "gopher://me:secret@h", "me:secret@host", "x://secret@h"],
)
def test_userinfo_is_refused_and_not_repeated(text: str) -> None:
    for parse in (parse_https, lambda text: parse_ldap(text, StartTls.ASKED), lambda text: parse_host_port(text, 1)):
        with pytest.raises(UsageError) as caught:
            parse(text)
        assert "process list" in str(caught.value)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "url", "authority", "host_header"),
    [
        (parse_https("host"), "https://host/", "host:443", "host"),
        (parse_https("host:8443/p?q"), "https://host:8443/p?q", "host:8443", "host:8443"),
        (parse_https("::1"), "https://[::1]/", "[::1]:443", "[::1]"),
        (parse_https("[fe80::1%lo]:1"), "https://[fe80::1]:1/", "[fe80::1%lo]:1", "[fe80::1]:1"),
        (parse_ldap("[::1]:636", StartTls.NOT_ASKED), "ldaps://[::1]", "[::1]:636", "[::1]"),
        (parse_ldap("ldap://h:636", StartTls.NOT_ASKED), "ldap://h:636", "h:636", "h:636"),
    ],
)
def test_spellings(endpoint: Endpoint, url: str, authority: str, host_header: str) -> None:
    assert (endpoint.url, endpoint.authority, endpoint.host_header) == (url, authority, host_header)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1", True), ("::1", True), ("host1", False), ("1.example", False), ("10.0.0.x1", False)],
)
def test_is_ip(text: str, expected: bool) -> None:
    assert parse_https(text).is_ip is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("host", ("host", 5)), ("host:7", ("host", 7)), ("[::1]:7", ("::1", 7)), ("::1", ("::1", 5))],
)
def test_host_port(text: str, expected: tuple[str, int]) -> None:
    assert parse_host_port(text, 5) == HostPort(*expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("", "/"), ("a", "/a"), ("/a?b+c", "/a?b+c"), ("?q", "/?q"), ("/ü#x", "/%C3%BC")]
)
def test_path(text: str, expected: str) -> None:
    assert parse_path(text) == expected


@pytest.mark.parametrize("text", ["/a b", "/a\r\nHost: x", "/\u202e"])
def test_a_path_with_blanks_or_controls(text: str) -> None:
    with pytest.raises(UsageError, match="blanks and control characters have no place there"):
        parse_path(text)


@pytest.mark.parametrize("text", ["https://host", "host/path", "host?q"])
def test_host_port_is_nothing_more(text: str) -> None:
    with pytest.raises(UsageError, match="only HOST or HOST:PORT is meant here"):
        parse_host_port(text, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://proxy:3128", Proxy(ProxyKind.HTTP, "proxy", 3128, None)),
        ("http://proxy:3128/", Proxy(ProxyKind.HTTP, "proxy", 3128, None)),
        ("socks5://me@[::1]:1080", Proxy(ProxyKind.SOCKS5, "::1", 1080, "me")),
        ("socks5h://proxy:1080", Proxy(ProxyKind.SOCKS5, "proxy", 1080, None)),
        ("http://corp%5Cme%40x@proxy:1", Proxy(ProxyKind.HTTP, "proxy", 1, "corp\\me@x")),
    ],
)
def test_proxy(text: str, expected: Proxy) -> None:
    assert parse_proxy(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("proxy:3128", "a proxy is named"),
        ("https://proxy:3128", "a proxy is named"),
        ("socks4://proxy:1080", "a proxy is named"),
        ("http://proxy", "the port of the proxy is missing"),
        ("http://proxy:1/path", "a proxy has no path"),
        ("http://me:secret@proxy:1", "a proxy's password has no place"),
        ("http://me%3Asecret@proxy:1", "has a ':'"),
        ("http://me%0Asecret@proxy:1", "has a ':' or a control character"),
        ("http://@proxy:1", "is empty"),
    ],
)
def test_unusable_proxy(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_proxy(text)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "address", "host_header"),
    [
        ("http://crl.example", WebAddress("http", "crl.example", 80, "/"), "crl.example"),
        ("HTTPS://CRL.example:8443/a?b#c", WebAddress("https", "crl.example", 8443, "/a?b"), "crl.example:8443"),
        ("https://[::1]/ä", WebAddress("https", "::1", 443, "/%C3%A4"), "[::1]"),
    ],
)
def test_web_address(text: str, address: WebAddress, host_header: str) -> None:
    assert parse_web_address(text) == address
    assert address.host_header == host_header


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ldap:///CN=Lab?certificateRevocationList", "ldap:// is not fetched"),
        ("ftp://crl.example/", "ftp:// is not fetched"),
        ("file:///etc/passwd", "file:// is not fetched"),
        ("/ca.crl", "names no scheme"),
        ("http://me:secret@crl.example/", "a name or a password"),
        ("http:///ca.crl", "names no host"),
        ("http://crl.example/a\r\nHost: b", "control characters"),
    ],
)
def test_unusable_web_address(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_web_address(text)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text(st.characters(), max_size=30))
def test_any_text_is_an_endpoint_or_a_usage_error(text: str) -> None:
    try:
        endpoint = parse_https(text)
    except UsageError:
        return
    assert parse_https(endpoint.url).host == endpoint.host.partition("%")[0]
    assert endpoint.path.isascii()
    assert endpoint.host == endpoint.host.lower() or endpoint.is_ip


def test_an_ordinary_address_loads_no_codec_and_no_library() -> None:
    program = (
        "import sys; from certprobe.endpoint import parse_https; parse_https('https://host.example:8443/p');"
        "print(sorted({'encodings.idna', 'ipaddress', 'urllib', 'socket'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-S", "-c", program], text=True) == "[]\n"


@pytest.mark.parametrize("text", ["straße.example", "ς.example", "a\u200db.example"])
def test_names_that_are_different_hosts_to_different_programs(text: str) -> None:
    with pytest.raises(UsageError):
        parse_https(text)
