"""What a user types to name a server or a proxy, read into records; nothing is resolved or dialled here."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple, NoReturn

from certprobe.errors import UsageError

_HOST_LIMIT: Final = 253  # RFC 1035 2.3.4, without the root's length octet
_LABEL_LIMIT: Final = 63
_LABEL_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


class Scheme(enum.Enum):
    """How a conversation begins, and what is said inside."""

    HTTPS = "https"
    LDAPS = "ldaps"
    LDAP_STARTTLS = "ldap"


class StartTls(enum.Enum):
    """Whether StartTLS (RFC 4511 4.14) was asked for beside the address."""

    ASKED = "asked"
    NOT_ASKED = "not-asked"


class ProxyKind(enum.Enum):
    """What a proxy speaks."""

    HTTP = "http"
    SOCKS5 = "socks5"


DEFAULT_PORT: Final = {Scheme.HTTPS: 443, Scheme.LDAPS: 636, Scheme.LDAP_STARTTLS: 389}


class HostPort(NamedTuple):
    """Where to dial: a DNS name in A-labels or an IP literal without brackets (an IPv6 zone id stays), and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Endpoint(NamedTuple):
    """One server, as the user named it.

    `host` is a DNS name in lower-case A-labels without a trailing dot, or an IP literal without brackets; `path` is the
    request target of https ("/" if none was given, query included, fragment dropped) and "" for LDAP.
    """

    scheme: Scheme
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as a URL, without a port that goes without saying."""
        return f"{self.scheme.value}://{self.host_header}{self.path}"

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP literal: then there is no SNI, and an iPAddress must match (RFC 9525 6.1)."""
        return is_ip(self.host)

    @property
    def authority(self) -> str:
        """Host and port as one text, "[::1]:636"."""
        return str(HostPort(self.host, self.port))

    @property
    def host_header(self) -> str:
        """The value of HTTP's Host field (RFC 9110 7.2): no default port, and no zone id, which only we understand."""
        return _host_field(self.host, self.port, DEFAULT_PORT[self.scheme])


class WebAddress(NamedTuple):
    """A URL of the scheme "http" or "https" taken apart; `host` as in Endpoint, `target` as in RFC 9112 3.2.1."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The value of HTTP's Host field (RFC 9110 7.2)."""
        return _host_field(self.host, self.port, _WEB_PORT[self.scheme])


_WEB_PORT: Final = {"http": 80, "https": 443}


class Proxy(NamedTuple):
    """A proxy to dial through; its password is never part of it."""

    kind: ProxyKind
    host: str
    port: int
    user: str | None


def is_ip(host: str) -> bool:
    """Whether a host that one of the parsers here returned is an IP literal."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def parse_https(text: str) -> Endpoint:
    """Read "host", "host:port", "host/path" or "https://host:port/path?query"; raises UsageError."""
    scheme, authority, target = _split(text)
    _refuse_userinfo(authority)
    match scheme:
        case "" | "https":
            pass
        case "http":
            raise UsageError(f"{text!r} has no TLS, so there is no certificate to look at; try {'https' + text[4:]!r}")
        case "ldap" | "ldaps":
            raise UsageError(f"{text!r} is a directory server: use 'certprobe ldap {text}'")
        case _:
            raise UsageError(f"{text!r}: {scheme}:// is not known here, https:// is")
    host, port = _host_port(authority, DEFAULT_PORT[Scheme.HTTPS])
    return Endpoint(Scheme.HTTPS, host, port, parse_path(target))


def parse_path(text: str) -> str:
    """Read a path with its query into a request target (RFC 9112 3.2.1).

    It is kept as typed ("/a/../b" stays), with a "/" before it if there was none and characters outside ASCII
    percent-encoded as UTF-8; a fragment is dropped, since it is never sent. Raises UsageError.
    """
    _refuse_unprintable(text)
    target = text.partition("#")[0]
    if not target.startswith("/"):
        target = "/" + target
    if target.isascii():
        return target
    return "".join(chr(octet) if octet < 0x80 else f"%{octet:02X}" for octet in target.encode())


def parse_ldap(text: str, starttls: StartTls) -> Endpoint:
    """Read "host", "host:port", "ldap://host" or "ldaps://host:port".

    ldap:// is StartTLS on 389, ldaps:// TLS from the first byte on 636; a bare host is LDAPS unless StartTLS was asked
    for. The rest of an LDAP URL (RFC 4516: DN, attributes, filter) is accepted and ignored, as only the root DSE is
    read. Raises UsageError, also for ldaps:// together with StartTLS.
    """
    scheme, authority, _ = _split(text)
    _refuse_userinfo(authority)
    match scheme, starttls:
        case "ldaps", StartTls.ASKED:
            raise UsageError(f"{text!r} starts with TLS already; StartTLS needs ldap://")
        case ("ldap", _) | ("", StartTls.ASKED):
            meant = Scheme.LDAP_STARTTLS
        case "ldaps" | "", _:
            meant = Scheme.LDAPS
        case "ldapi", _:
            raise UsageError(f"{text!r} is a Unix socket, which needs no certificate; use ldaps:// or ldap://")
        case (("https" | "http"), _):
            raise UsageError(f"{text!r} is a web server: use 'certprobe https {text}'")
        case _:
            raise UsageError(f"{text!r}: {scheme}:// is not known here, ldap:// and ldaps:// are")
    host, port = _host_port(authority, DEFAULT_PORT[meant])
    return Endpoint(meant, host, port, "")


def parse_web_address(text: str) -> WebAddress:
    """Read "http://host:port/path?query" or the same with https; raises UsageError, also for a name or password."""
    scheme, authority, target = _split(text)
    if scheme not in _WEB_PORT:
        found = f"{scheme}:// is" if scheme else "what names no scheme is"
        raise UsageError(f"{found} not fetched, only http:// and https:// are")
    if "@" in authority:
        raise UsageError("a URL with a name or a password in it is not fetched")
    host, port = _host_port(authority, _WEB_PORT[scheme])
    return WebAddress(scheme, host, port, parse_path(target))


def parse_host_port(text: str, default_port: int) -> HostPort:
    """Read "host", "host:port", "[::1]:636" or "::1", the place to dial instead of the named one; raises UsageError."""
    scheme, authority, target = _split(text)
    _refuse_userinfo(authority)
    if scheme or target:
        raise UsageError(f"{text!r}: only HOST or HOST:PORT is meant here")
    return _host_port(authority, default_port)


def parse_proxy(text: str) -> Proxy:
    """Read "http://[user@]host:port" or "socks5://[user@]host:port" (socks5h:// is the same); raises UsageError.

    The user name may be percent-encoded. A password in it is refused, and not repeated in the message.
    """
    scheme, authority, target = _split(text)
    kinds = {"http": ProxyKind.HTTP, "socks5": ProxyKind.SOCKS5, "socks5h": ProxyKind.SOCKS5}
    if scheme not in kinds:
        raise UsageError("a proxy is named http://HOST:PORT or socks5://HOST:PORT")
    if target not in ("", "/"):
        raise UsageError("a proxy has no path: name it http://HOST:PORT or socks5://HOST:PORT")
    userinfo, at, place = authority.rpartition("@")
    host, port = _host_port(place, 0)
    if not port:
        raise UsageError(f"{place!r}: the port of the proxy is missing")
    return Proxy(kinds[scheme], host, port, _proxy_user(userinfo) if at else None)


def _host_field(host: str, port: int, default_port: int) -> str:
    shown = f"[{host.partition('%')[0]}]" if ":" in host else host
    return shown if port == default_port else f"{shown}:{port}"


def _split(text: str) -> tuple[str, str, str]:
    """Scheme in lower case ("" if none), authority, and all that follows it."""
    _refuse_unprintable(text)
    scheme, separator, rest = text.partition("://")
    if not separator or not (scheme.isascii() and scheme.isalnum()):
        scheme, rest = "", text
    ends = [place for place in map(rest.find, "/?#") if place >= 0]
    end = min(ends, default=len(rest))
    return scheme.lower(), rest[:end], rest[end:]


def _refuse_unprintable(text: str) -> None:
    odd = next((character for character in text if character == " " or not character.isprintable()), None)
    if odd is not None:
        # Only the character is repeated: the text around it may hold a password.
        raise UsageError(f"an address has a {odd!a} in it: blanks and control characters have no place there")


def _refuse_userinfo(authority: str) -> None:
    if "@" in authority:
        # The text is not repeated: what stands before the "@" may be a password.
        raise UsageError("an address with '@' in it is refused: a name or password there shows in the process list")


def _host_port(authority: str, default_port: int) -> HostPort:
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or ":" not in host:
            _refuse_host(authority, "is not [IPv6 address] or [IPv6 address]:PORT")
        return HostPort(_ipv6(host), _port(rest, default_port))
    if authority.count(":") > 1:
        return HostPort(_ipv6(authority), default_port)
    host, colon, port = authority.partition(":")
    return HostPort(_host(host), _port(colon + port, default_port))


def _port(text: str, default_port: int) -> int:
    if not text:
        return default_port
    digits = text[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 0 < int(digits) < 65536):
        raise UsageError(f"{digits!r} is not a port: a number from 1 to 65535 is")
    return int(digits)


def _host(text: str) -> str:
    """A DNS name or IPv4 address in the form that is dialled, sent as SNI and compared with certificates.

    A trailing dot goes: neither SNI (RFC 6066 3) nor a certificate has one, and resolvers try a name with a dot in it
    as absolute first. Names outside ASCII become A-labels by IDNA 2003, which is all that the standard library knows:
    "ß" becomes "ss".
    """
    host = (text if text.isascii() else _a_labels(text)).lower().removesuffix(".")
    labels = host.split(".")
    if not host:
        _refuse_host(text, "names no host")
    if labels[-1].isdigit():
        return _ipv4(text, labels)
    if len(host) > _HOST_LIMIT:
        _refuse_host(text[:80] + "...", f"is longer than {_HOST_LIMIT} characters")
    for label in labels:
        if not 0 < len(label) <= _LABEL_LIMIT:
            _refuse_host(text, f"has a label that is empty or longer than {_LABEL_LIMIT} characters")
        if not _LABEL_CHARACTERS.issuperset(label):
            _refuse_host(text, "has a character that no host name has")
    return host


_DEVIATIONS: Final = frozenset("ßς\u200c\u200d")


def _a_labels(text: str) -> str:
    if not _DEVIATIONS.isdisjoint(text):
        # IDNA 2003 and IDNA 2008 make different hosts of these (UTS 46, deviation characters).
        _refuse_host(text, "means different hosts to different programs: write it in A-labels (xn--...)")
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        _refuse_host(text, "is not a name that IDNA can write in A-labels")


def _ipv4(text: str, labels: list[str]) -> str:
    # 010.0.0.1 is 8.0.0.1 to some programs and 10.0.0.1 to others, and 127.1 is an address only to some.
    if len(labels) != 4 or any(not part.isdigit() or str(int(part[:4])) != part or int(part) > 255 for part in labels):
        _refuse_host(text, "is neither a host name nor an IPv4 address of four decimal numbers")
    return ".".join(labels)


def _ipv6(text: str) -> str:
    import ipaddress

    address, percent, zone = text.partition("%")
    try:
        compressed = ipaddress.IPv6Address(address).compressed
    except ValueError:
        _refuse_host(text, "is not an IPv6 address")
    if not percent:
        return compressed
    if len(zone) > 2:
        zone = zone.removeprefix("25")  # RFC 6874: in a URL the "%" itself is written "%25"
    if not zone or not zone.isascii() or set(zone) & set("%/]"):
        _refuse_host(text, "has no usable zone id after the '%'")
    return f"{compressed}%{zone}"


def _proxy_user(text: str) -> str:
    if ":" in text:
        raise UsageError("a proxy's password has no place in its address: it would show in the process list")
    user = text
    if "%" in text:
        from urllib.parse import unquote

        user = unquote(text)
    if not user or not user.isprintable() or ":" in user:
        raise UsageError("the user name before the proxy's '@' is empty, or has a ':' or a control character in it")
    return user


def _refuse_host(text: str, why: str) -> NoReturn:
    raise UsageError(f"{text!r} {why}")
