"""The options of reaching a server, and what they come to; how a report is printed is among them."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Final, Protocol

import click

from certprobe.attempt import Route
from certprobe.cli.shared import FORMAT, QUIET, VERBOSE
from certprobe.endpoint import is_ip, parse_host_port, parse_proxy
from certprobe.errors import PasswordRequired, UsageError
from certprobe.render.verbosity import Verbosity
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.openssl import Compatibility, VersionRange
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline

if TYPE_CHECKING:
    from certprobe.endpoint import Endpoint, Proxy
    from certprobe.transport import Step

VERSIONS: Final = {f"1.{minor}": ProtocolVersion(0x0301 + minor) for minor in range(4)}
PROXY_PASSWORD: Final = "CERTPROBE_PROXY_PASSWORD"  # noqa: S105 - a variable's name
_DEFAULT_TIMEOUT: Final = 30.0
_SHORTEST_STEP: Final = 10.0
_LONGEST_RUN: Final = 900.0

REACHING: Final = (
    click.option("--connect", metavar="HOST[:PORT]", help="Dial this place instead; names stay as in the address."),
    click.option("--sni", metavar="NAME|none", help="Server name to send.  [default: the host's, none for an address]"),
    click.option(
        "--via",
        metavar="PROXY",
        help=f"http://[user@]HOST:PORT or socks5://[user@]HOST:PORT; password from {PROXY_PASSWORD} or the terminal.",
    ),
    click.option("--tls-min", type=click.Choice(list(VERSIONS)), help="Lowest TLS version to offer.  [default: 1.2]"),
    click.option("--tls-max", type=click.Choice(list(VERSIONS)), help="Highest TLS version to offer.  [default: 1.3]"),
    click.option(
        "--legacy",
        is_flag=True,
        help="For diagnosing old servers: TLS 1.0, SECLEVEL 0, old ciphers, unsafe renegotiation.",
    ),
    click.option(
        "--timeout",
        metavar="SECONDS",
        type=click.FloatRange(0.1, 3600),
        default=_DEFAULT_TIMEOUT,
        show_default="30",
        help="For each connection; one step of it gets a third, but at least 10. "
        "A run of several connections ends after 15 minutes.",
    ),
    FORMAT,
    VERBOSE,
    QUIET,
)


class Versions(Protocol):
    """What was typed of TLS's versions, by the names of the options."""

    @property
    def tls_min(self) -> str | None: ...
    @property
    def tls_max(self) -> str | None: ...
    @property
    def legacy(self) -> bool: ...


class Reaching(Versions, Protocol):
    """What was typed of all these options, likewise."""

    @property
    def connect(self) -> str | None: ...
    @property
    def sni(self) -> str | None: ...
    @property
    def via(self) -> str | None: ...
    @property
    def timeout(self) -> float: ...
    @property
    def verbose(self) -> bool: ...
    @property
    def quiet(self) -> bool: ...


def require_consistency(typed: Reaching) -> None:
    """Raise UsageError for options that contradict each other."""
    if not math.isfinite(typed.timeout):
        raise UsageError("--timeout takes a number of seconds")
    if typed.verbose and typed.quiet:
        raise UsageError("--verbose and --quiet exclude each other")


def route(typed: Reaching, endpoint: Endpoint) -> Route:
    """How to get there. Raises UsageError, and PasswordRequired where the proxy's password cannot be asked for."""
    proxy = parse_proxy(typed.via) if typed.via is not None else None
    address = parse_host_port(typed.connect, endpoint.port) if typed.connect is not None else None
    return Route(address, proxy, _proxy_password(proxy))


def client_options(typed: Reaching, endpoint: Endpoint, alpn: tuple[str, ...]) -> ClientOptions:
    """What to offer in the handshake. Raises UsageError."""
    compatibility = Compatibility.LEGACY if typed.legacy else Compatibility.MODERN
    return ClientOptions(_server_name(endpoint, typed), alpn, version_range(typed), compatibility)


def deadline(typed: Reaching, connections: int) -> Deadline:
    """How long a run of so many connections may take; its steps are told if everything is."""
    step = max(min(_SHORTEST_STEP, typed.timeout), typed.timeout / 3)
    run = typed.timeout if connections == 1 else max(typed.timeout, _LONGEST_RUN)
    return (_ToldDeadline if typed.verbose else Deadline)(typed.timeout, step, run=run)


def verbosity(typed: Reaching) -> Verbosity:
    """How much is to be shown."""
    return Verbosity.QUIET if typed.quiet else Verbosity.VERBOSE if typed.verbose else Verbosity.NORMAL


class _ToldDeadline(Deadline):
    """Says on standard error which step begins."""

    def step(self, name: str) -> Step:
        click.echo(f"certprobe: {name} ...", err=True)
        return super().step(name)


def _server_name(endpoint: Endpoint, typed: Reaching) -> str | None:
    if typed.sni is not None:
        return None if typed.sni == "none" else _dns_name(typed.sni)
    return None if endpoint.is_ip else endpoint.host


def _dns_name(text: str) -> str:
    host = parse_host_port(text, 0).host
    if is_ip(host):
        raise UsageError(
            f"{text!r} cannot be sent as a server name: an address is none (RFC 6066 3); --sni none sends none"
        )
    return host


def version_range(typed: Versions) -> VersionRange:
    """The versions to speak. Raises UsageError."""
    lowest = ProtocolVersion.TLS_1_0 if typed.legacy else ProtocolVersion.TLS_1_2
    maximum = VERSIONS[typed.tls_max] if typed.tls_max is not None else ProtocolVersion.TLS_1_3
    minimum = VERSIONS[typed.tls_min] if typed.tls_min is not None else min(lowest, maximum)
    if minimum > maximum:
        raise UsageError(f"--tls-min {typed.tls_min} is above --tls-max {typed.tls_max or '1.3'}")
    return VersionRange(minimum, maximum)


def _proxy_password(proxy: Proxy | None) -> str | None:
    if proxy is None or proxy.user is None:
        return None
    if (given := os.environ.get(PROXY_PASSWORD)) is not None:
        return given
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise PasswordRequired(f"the proxy's password: set {PROXY_PASSWORD}, or run on a terminal")
    answer: str = click.prompt(f"Password of {proxy.user} for the proxy", hide_input=True, err=True)
    return answer
