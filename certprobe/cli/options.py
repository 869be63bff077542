"""The options that `https` and `ldap` share, and the run that they describe."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from certprobe.attempt import Route
from certprobe.chooser import BySelection, Store, by_callback
from certprobe.cli.inputs import Passwords, parse_time, read_certificates, read_identities, read_trust
from certprobe.cli.revocation import (
    REVOCATION,
    RevocationTyped,
    gatherer,
    given_evidence,
    revocation_flags,
    take_revocation,
)
from certprobe.cli.shared import AT, PASSWORD_ENV, PASSWORD_FILE, QUIET, TRUST, VERBOSE
from certprobe.cli.streams import kept_for_the_report, standard_streams
from certprobe.endpoint import is_ip, parse_host_port, parse_proxy
from certprobe.errors import PasswordRequired, UsageError
from certprobe.judging import Yardstick
from certprobe.policy.status import ChainPolicy
from certprobe.probe import Probe, probe
from certprobe.render.verbosity import Verbosity
from certprobe.report.model import Outcome
from certprobe.talk import Reading
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.openssl import Compatibility, VersionRange
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline
from certprobe.trials import each_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.chooser import Chooser
    from certprobe.endpoint import Endpoint, Proxy
    from certprobe.report.model import ProbeReport
    from certprobe.transport import Step

_VERSIONS = {f"1.{minor}": ProtocolVersion(0x0301 + minor) for minor in range(4)}
_PROXY_PASSWORD = "CERTPROBE_PROXY_PASSWORD"  # noqa: S105 - a variable's name
_DEFAULT_TIMEOUT = 30.0
_SHORTEST_STEP = 10.0
_LONGEST_RUN = 900.0


class Common(NamedTuple):
    """What was typed, by the names of the options; those of revocation and fetching stand apart."""

    revocation: RevocationTyped
    cert: tuple[str, ...]
    key: tuple[str, ...]
    password_file: str | None
    password_env: str | None
    select: str | None
    callback: str | None
    pick: bool
    trust: str
    policy: str
    ntauth: str | None
    at: str
    connect: str | None
    sni: str | None
    via: str | None
    tls_min: str | None
    tls_max: str | None
    legacy: bool
    timeout: float
    format: str
    verbose: bool
    quiet: bool


_JUDGING = (
    click.option(
        "--cert",
        metavar="FILE",
        multiple=True,
        help="Client certificates and keys: PEM (any number, any order), DER, PKCS#12. Repeatable.",
    ),
    click.option("--key", metavar="FILE", multiple=True, help="Private key, if --cert holds none. Repeatable."),
    PASSWORD_FILE,
    PASSWORD_ENV,
    click.option(
        "--select",
        metavar="WHICH",
        help="auto, none, NUMBER, subject=TEXT or thumbprint=HEX. "
        "What is named is sent when asked for, even if it does not fit.  [default: auto]",
    ),
    click.option(
        "--callback",
        metavar="MODULE:FUNCTION",
        help="Ask this Python function, a QUERYCLIENTCERT or WS_GET_CERT_CALLBACK, what to send.",
    ),
    click.option("--pick", is_flag=True, help="Choose at the terminal while the handshake rests."),
    TRUST,
    click.option(
        "--policy",
        type=click.Choice([policy.value for policy in ChainPolicy]),
        default="ssl",
        show_default=True,
        help="The chain policy that decides the exit code.",
    ),
    AT,
)
_REACHING = (
    click.option("--connect", metavar="HOST[:PORT]", help="Dial this place instead; names stay as in the address."),
    click.option("--sni", metavar="NAME|none", help="Server name to send.  [default: the host's, none for an address]"),
    click.option(
        "--via",
        metavar="PROXY",
        help=f"http://[user@]HOST:PORT or socks5://[user@]HOST:PORT; password from {_PROXY_PASSWORD} or the terminal.",
    ),
    click.option("--tls-min", type=click.Choice(list(_VERSIONS)), help="Lowest TLS version to offer.  [default: 1.2]"),
    click.option("--tls-max", type=click.Choice(list(_VERSIONS)), help="Highest TLS version to offer.  [default: 1.3]"),
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
    click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one document on stdout.",
    ),
    VERBOSE,
    QUIET,
)


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the shared options, in this order."""
    for option in reversed((*_JUDGING, *REVOCATION, *_REACHING)):
        command = option(command)
    return command


def run_probe(
    endpoints: tuple[Endpoint, ...],
    alpn: tuple[str, ...],
    typed: dict[str, Any],
    reading: Reading = Reading.ROOT_DSE,
) -> int:
    """Do what was typed, print the report, and return the exit code."""
    common = Common(take_revocation(typed), **typed)
    _require_consistency(common)
    with kept_for_the_report() if common.callback is not None else contextlib.nullcontext():
        wanted = _wanted(endpoints, alpn, common)
        deadline = _deadline(common, len(wanted.plan.trials))
        wanted = wanted._replace(gatherer=gatherer(common.revocation, deadline), reading=reading)
        report = probe(wanted, deadline)
    if report.conclusion.outcome is Outcome.INTERRUPTED:
        click.echo("\ninterrupted", err=True)
    with standard_streams():
        _print(report, common)
    return report.exit_code


def _deadline(common: Common, connections: int) -> Deadline:
    step = max(min(_SHORTEST_STEP, common.timeout), common.timeout / 3)
    run = common.timeout if connections == 1 else max(common.timeout, _LONGEST_RUN)
    return (_ToldDeadline if common.verbose else Deadline)(common.timeout, step, run=run)


class _ToldDeadline(Deadline):
    """Says on standard error which step begins."""

    def step(self, name: str) -> Step:
        click.echo(f"certprobe: {name} ...", err=True)
        return super().step(name)


def _require_consistency(common: Common) -> None:
    decided_by = {"--select": common.select, "--callback": common.callback, "--pick": common.pick}
    deciders = [name for name, value in decided_by.items() if value]
    if len(deciders) > 1:
        raise UsageError(f"{' and '.join(deciders)} exclude each other: one of them decides what is sent")
    if not math.isfinite(common.timeout):
        raise UsageError("--timeout takes a number of seconds")
    if common.verbose and common.quiet:
        raise UsageError("--verbose and --quiet exclude each other")
    if common.pick and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("--pick needs a terminal; --select names a certificate without one")
    if common.key and not common.cert:
        raise UsageError("--key needs --cert: a key alone is no identity")


def _wanted(endpoints: tuple[Endpoint, ...], alpn: tuple[str, ...], common: Common) -> Probe:
    at = parse_time(common.at)
    proxy = parse_proxy(common.via) if common.via is not None else None
    options = ClientOptions(_server_name(endpoints[0], common), alpn, _versions(common), _compatibility(common))
    address = parse_host_port(common.connect, endpoints[0].port) if common.connect is not None else None
    identities = read_identities(common.cert, common.key, Passwords(common.password_file, common.password_env))
    nt_auth = read_certificates(common.ntauth) if common.ntauth is not None else None
    trust = read_trust(common.trust)
    return Probe(
        plan=each_path(endpoints, _chooser(Store(identities.credentials, at), common)),
        route=Route(address, proxy, _proxy_password(proxy)),
        options=options,
        identities=identities,
        yardstick=Yardstick(
            trust.roots,
            at,
            ChainPolicy(common.policy),
            nt_auth,
            revocation_flags(common.revocation),
            given_evidence(common.revocation),
        ),
        trust=trust.words,
        started=datetime.now(UTC),
    )


def _chooser(store: Store, common: Common) -> Chooser:
    if common.callback is not None:
        from certprobe.callbacks import load_callback

        return by_callback(store, load_callback(common.callback))
    if common.pick:
        from certprobe.cli.pick import person

        return person(store)
    if common.select is None:
        return BySelection(store)
    from certprobe.selection.select import named_credential, parse_choice

    choice = parse_choice(common.select)
    named_credential(choice, store.credentials)
    return BySelection(store, choice)


def _server_name(endpoint: Endpoint, common: Common) -> str | None:
    if common.sni is not None:
        return None if common.sni == "none" else _dns_name(common.sni)
    return None if endpoint.is_ip else endpoint.host


def _dns_name(text: str) -> str:
    host = parse_host_port(text, 0).host
    if is_ip(host):
        raise UsageError(
            f"{text!r} cannot be sent as a server name: an address is none (RFC 6066 3); --sni none sends none"
        )
    return host


def _compatibility(common: Common) -> Compatibility:
    return Compatibility.LEGACY if common.legacy else Compatibility.MODERN


def _versions(common: Common) -> VersionRange:
    lowest = ProtocolVersion.TLS_1_0 if common.legacy else ProtocolVersion.TLS_1_2
    maximum = _VERSIONS[common.tls_max] if common.tls_max is not None else ProtocolVersion.TLS_1_3
    minimum = _VERSIONS[common.tls_min] if common.tls_min is not None else min(lowest, maximum)
    if minimum > maximum:
        raise UsageError(f"--tls-min {common.tls_min} is above --tls-max {common.tls_max or '1.3'}")
    return VersionRange(minimum, maximum)


def _proxy_password(proxy: Proxy | None) -> str | None:
    if proxy is None or proxy.user is None:
        return None
    if (given := os.environ.get(_PROXY_PASSWORD)) is not None:
        return given
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise PasswordRequired(f"the proxy's password: set {_PROXY_PASSWORD}, or run on a terminal")
    answer: str = click.prompt(f"Password of {proxy.user} for the proxy", hide_input=True, err=True)
    return answer


def _print(report: ProbeReport, common: Common) -> None:
    if common.format == "json":
        from certprobe.render.json import render_json

        sys.stdout.write(render_json(report, indent=2 if sys.stdout.isatty() else None))
        return
    from certprobe.render.text import render_text

    verbosity = Verbosity.QUIET if common.quiet else Verbosity.VERBOSE if common.verbose else Verbosity.NORMAL
    render_text(report, sys.stdout, verbosity)
