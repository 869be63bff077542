"""The way through a proxy: HTTP CONNECT (RFC 9110 9.3.6) and SOCKS5 (RFC 1928, RFC 1929) over a dialled channel.

Nothing is read past the proxy's answer: the octet after it is the server's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn, assert_never

from certprobe import __version__
from certprobe.endpoint import HostPort, Proxy, ProxyKind, is_ip
from certprobe.errors import FailureKind, NotReached, Party, ProtocolError, UsageError
from certprobe.transport import receive

if TYPE_CHECKING:
    from certprobe.transport import Channel, Step

_ANSWER_LIMIT: Final = 16 * 1024
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})(?: ([^\r\n]*))?\r?\n")
_SQUID_ERROR: Final = re.compile(rb"^X-Squid-Error:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_SHOWN: Final = 200

_NO_AUTHENTICATION: Final = 0
_USER_PASSWORD: Final = 2
_NO_ACCEPTABLE_METHOD: Final = 255
_CONNECT: Final = 1
_REPLIES: Final = {
    1: (FailureKind.PROXY_REFUSED, "general failure; some proxies say this of a name that they cannot resolve"),
    2: (FailureKind.PROXY_REFUSED, "not allowed by its rules"),
    3: (FailureKind.UNREACHABLE, "network unreachable"),
    4: (FailureKind.UNREACHABLE, "host unreachable; some proxies say this of a name that they cannot resolve"),
    5: (FailureKind.CONNECTION_REFUSED, "connection refused"),
    6: (FailureKind.UNREACHABLE, "TTL expired on the way"),
    7: (FailureKind.PROXY_REFUSED, "it does not know CONNECT"),
    8: (FailureKind.PROXY_REFUSED, "it does not know this type of address"),
}


def through_proxy(channel: Channel, proxy: Proxy, host: str, port: int, password: str | None, step: Step) -> None:
    """Have `proxy`, dialled by `channel`, connect to `host`: afterwards the channel is the server's.

    A name is resolved by the proxy. `password` belongs to `proxy.user` and is used only with it. Raises NotReached when
    the proxy refuses, and ProtocolError when it speaks something else; UsageError for what no proxy can carry.
    """
    if "%" in host:
        raise UsageError(f"the zone id of {host} means nothing to a proxy")
    match proxy.kind:
        case ProxyKind.HTTP:
            _http_connect(channel, proxy, HostPort(host, port), password, step)
        case ProxyKind.SOCKS5:
            _socks5(channel, proxy, HostPort(host, port), password, step)
        case _:
            assert_never(proxy.kind)


def _http_connect(channel: Channel, proxy: Proxy, target: HostPort, password: str | None, step: Step) -> None:
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", f"User-Agent: certprobe/{__version__}"]
    if proxy.user is not None:
        lines.append(f"Proxy-Authorization: Basic {_basic(proxy.user, password or '')}")
    channel.send("".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii"))
    answer = _read_answer(channel, proxy, step)
    status_line = _STATUS_LINE.match(answer)
    if status_line is None:
        _broken(proxy, f"did not answer as an HTTP proxy: {answer[:40]!r}")
    status = int(status_line[1])
    if not 200 <= status < 300:
        raise _connect_refused(proxy, target, status, _shown(status_line[2] or b""), answer)


def _basic(user: str, password: str) -> str:
    from binascii import b2a_base64

    return b2a_base64(f"{user}:{password}".encode(), newline=False).decode("ascii")


def _read_answer(channel: Channel, proxy: Proxy, step: Step) -> bytes:
    answer = bytearray()
    while not answer.endswith((b"\r\n\r\n", b"\n\n")):
        answer += _read(channel, proxy, 1, step)
        if len(answer) >= _ANSWER_LIMIT:
            _broken(proxy, f"answered CONNECT with more than {_ANSWER_LIMIT // 1024} KiB")
        if len(answer) == 5 and answer != b"HTTP/":
            break
    return bytes(answer)


def _connect_refused(proxy: Proxy, target: HostPort, status: int, reason: str, answer: bytes) -> NotReached:
    kind = FailureKind.PROXY_REFUSED
    match status:
        case 401 | 407 if proxy.user is None:
            kind, words = FailureKind.PROXY_AUTHENTICATION, "wants a user name and password"
        case 401 | 407:
            kind, words = FailureKind.PROXY_AUTHENTICATION, f"does not accept the password of {proxy.user}"
        case 403:
            words = f"forbids the way to {target}"
        case 405 | 501:
            words = "does not know CONNECT; it may be an ordinary web server"
        case _ if status >= 500:
            kind, words = FailureKind.UNREACHABLE, f"could not reach {target}"
        case _:
            words = f"refused the way to {target}"
    squid_error = _SQUID_ERROR.search(answer)
    details = f"{status} {reason}".strip() + (f", X-Squid-Error: {_shown(squid_error[1])}" if squid_error else "")
    return NotReached(f"the proxy {_place(proxy)} {words} ({details})", kind=kind, party=Party.PROXY)


def _socks5(channel: Channel, proxy: Proxy, target: HostPort, password: str | None, step: Step) -> None:
    methods = [_NO_AUTHENTICATION] if proxy.user is None else [_NO_AUTHENTICATION, _USER_PASSWORD]
    channel.send(bytes([5, len(methods), *methods]))
    version, method = _read(channel, proxy, 2, step)
    if version != 5:
        _broken(proxy, f"did not answer as a SOCKS5 proxy: {bytes([version, method])!r}")
    if method == _NO_ACCEPTABLE_METHOD:
        wants = "wants authentication" if proxy.user is None else "wants another authentication than a password"
        words = f"the proxy {_place(proxy)} {wants} (SOCKS5 method 255)"
        raise NotReached(words, kind=FailureKind.PROXY_AUTHENTICATION, party=Party.PROXY)
    if method not in methods:
        _broken(proxy, f"chose SOCKS5 method {method}, which was not offered")
    if method == _USER_PASSWORD:
        _socks5_authenticate(channel, proxy, password or "", step)
    _socks5_connect(channel, proxy, target, step)


def _socks5_authenticate(channel: Channel, proxy: Proxy, password: str, step: Step) -> None:
    user, secret = (proxy.user or "").encode(), password.encode()
    if max(len(user), len(secret)) > 255:
        raise UsageError("SOCKS5 carries user names and passwords of at most 255 octets (RFC 1929 2)")
    channel.send(bytes([1, len(user)]) + user + bytes([len(secret)]) + secret)
    _, status = _read(channel, proxy, 2, step)
    if status:
        words = f"the proxy {_place(proxy)} does not accept the password of {proxy.user} (RFC 1929 status {status})"
        raise NotReached(words, kind=FailureKind.PROXY_AUTHENTICATION, party=Party.PROXY)


def _socks5_connect(channel: Channel, proxy: Proxy, target: HostPort, step: Step) -> None:
    channel.send(bytes([5, _CONNECT, 0]) + _socks5_address(target.host) + target.port.to_bytes(2, "big"))
    version, reply, _, address_type = _read(channel, proxy, 4, step)
    if version != 5:
        _broken(proxy, f"answered the SOCKS5 request with version {version}")
    if reply:
        kind, words = _REPLIES.get(reply, (FailureKind.PROXY_REFUSED, "a reply that RFC 1928 does not know"))
        words = f"the proxy {_place(proxy)} could not reach {target}: {words} (SOCKS5 reply {reply})"
        raise NotReached(words, kind=kind, party=Party.PROXY)
    match address_type:
        case 1:
            length = 4
        case 3:
            length = _read(channel, proxy, 1, step)[0]
        case 4:
            length = 16
        case _:
            _broken(proxy, f"answered with SOCKS5 address type {address_type}")
    _read(channel, proxy, length + 2, step)


def _socks5_address(host: str) -> bytes:
    import socket

    if not is_ip(host):
        return bytes([3, len(host)]) + host.encode("ascii")
    if ":" in host:
        return b"\x04" + socket.inet_pton(socket.AF_INET6, host)
    return b"\x01" + socket.inet_pton(socket.AF_INET, host)


def _read(channel: Channel, proxy: Proxy, length: int, step: Step) -> bytes:
    data = b""
    while len(data) < length:
        part = receive(channel, step, Party.PROXY, length - len(data))
        if not part:
            hint = ", as ssh -D does when it cannot connect" if proxy.kind is ProxyKind.SOCKS5 else ""
            words = f"the proxy {_place(proxy)} closed the connection without a full reply{hint}"
            raise NotReached(words, kind=FailureKind.CLOSED, party=Party.PROXY)
        data += part
    return data


def _broken(proxy: Proxy, words: str) -> NoReturn:
    raise ProtocolError(f"{_place(proxy)} {words}", kind=FailureKind.MALFORMED, party=Party.PROXY)


def _place(proxy: Proxy) -> str:
    return str(HostPort(proxy.host, proxy.port))


def _shown(text: bytes) -> str:
    return text[:_SHOWN].decode("latin-1").strip()
