"""`certprobe match`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from certprobe import __version__
from certprobe.chooser import Store
from certprobe.cli.command import Command
from certprobe.cli.directories import Reach
from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.inputs import Passwords, name_of, parse_time, read_file, read_identities
from certprobe.cli.name_lists import read_name_list
from certprobe.cli.reaching import REACHING, client_options, deadline, require_consistency, route, verbosity
from certprobe.cli.shared import AT, PASSWORD_ENV, PASSWORD_FILE, RECURSIVE
from certprobe.cli.streams import standard_streams
from certprobe.endpoint import Scheme, StartTls, parse_https, parse_ldap
from certprobe.errors import DecodeError, UsageError
from certprobe.report import evidence
from certprobe.report.matching import Kind, Matching, Origin, matched, unasked, unmatched
from certprobe.report.model import RequestRecord, StoreFacts
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import Phase
from certprobe.tls.messages import CertificateRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.endpoint import Endpoint
    from certprobe.report.model import ProbeReport

_LONGEST_FILE: Final = 64 * 1024 * 1024


class Typed(NamedTuple):
    """What was typed, by the names of the options."""

    key: tuple[str, ...]
    like: str | None
    ca_list: str | None
    report: str | None
    reach: Reach
    password_file: str | None
    password_env: str | None
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


def _reaching(command: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(REACHING):
        command = option(command)
    return command


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe match store.pem --like https://intranet.example/\n"
    "  certprobe match *.p12 --password-file p --like ldap://dc1.example\n"
    "  certprobe match me.pem --ca-list /etc/apache2/client-cas.pem\n"
    "  certprobe https https://intranet.example/ --format json | certprobe match me.pem --report -\n\n"
    + exit_codes_epilog(),
)
@click.argument("stores", metavar="STORE...", nargs=-1, required=True)
@click.option("--key", metavar="FILE", multiple=True, help="Private key, if no STORE holds it. Repeatable.")
@RECURSIVE
@PASSWORD_FILE
@PASSWORD_ENV
@click.option(
    "--like",
    metavar="URL",
    help="Ask this server what it wants: https://, ldaps:// or ldap:// (StartTLS). One connection, anonymous.",
)
@click.option(
    "--ca-list",
    metavar="FILE",
    help="CAs that a server lists: certificates (PEM, DER, PKCS#7, a directory of them), names one a line, "
    "or what openssl s_client or gnutls-cli printed.",
)
@click.option("--report", metavar="FILE", help="What certprobe https or ldap wrote with --format json; - is stdin.")
@AT
@_reaching
def match(stores: tuple[str, ...], **options: Any) -> int:
    """Hold every client certificate of each STORE against what a server asks for.

    A STORE is a file as for --cert, or a directory of them. For each certificate and each demand (a listed issuer, key,
    dates, keyUsage, extended key usage, key type, signature schemes, chain, OID filters) it shows whether it is met,
    and for each certificate the single change that would make it fit. A list of CAs alone asks for issuers only.

    The exit code is 0 if a certificate fits, 1 if none does or none is asked for, 3 if the server was not reached.
    """
    typed = Typed(**options)
    given = [name for name in ("like", "ca_list", "report") if options[name] is not None]
    if len(given) != 1:
        raise UsageError("give one of --like URL, --ca-list FILE and --report FILE: it says what is asked for")
    require_consistency(typed)
    at = parse_time(typed.at)
    identities = read_identities(stores, typed.key, Passwords(typed.password_file, typed.password_env), typed.reach)
    if not identities.credentials:
        raise DecodeError("; ".join(identities.notes) or "no client certificate in it")
    store = Store(identities.credentials, at, identities.certificates)
    matching = _Matcher(typed, store, identities.notes).matching()
    with standard_streams():
        _print(matching, typed)
    return matching.exit_code


class _Matcher:
    """One store and one origin of a request."""

    def __init__(self, typed: Typed, store: Store, notes: tuple[str, ...]) -> None:
        self._typed = typed
        self._store = store
        self._facts = StoreFacts(store.credentials, notes)

    def matching(self) -> Matching:
        """Find the request, and hold every credential against it."""
        typed = self._typed
        if typed.like is not None:
            return self._like(_endpoint(typed.like))
        if typed.ca_list is not None:
            origin = Origin(Kind.CA_LIST, file=name_of(typed.ca_list))
            return self._held(origin, Phase.INITIAL, _listing(read_name_list(typed.ca_list, "; --report reads JSON")))
        assert typed.report is not None
        return self._reported(typed.report)

    def _like(self, endpoint: Endpoint) -> Matching:
        report = _asked(endpoint, self._typed, self._store.at)
        attempt = report.attempts[-1]
        requests = evidence.requests(attempt)
        origin = Origin(Kind.SERVER, endpoint.url, requests=len(requests))
        if not requests:
            return unmatched(report, origin, self._facts)
        record = evidence.deciding_request(attempt) or requests[-1]
        return self._held(origin, record.phase, record.request)

    def _reported(self, path: str) -> Matching:
        from certprobe.report.reading import read_report

        try:
            saved = read_report(read_file(path, _LONGEST_FILE))
        except DecodeError as error:
            raise DecodeError(f"{name_of(path)}: {error}") from None
        origin = Origin(Kind.REPORT, saved.url, name_of(path), requests=len(saved.requests))
        if (found := saved.deciding) is None:
            advice = "Probe it again, another --path perhaps, until it asks; then save that report."
            return unasked(__version__, self._store.at, origin, self._facts, advice)
        origin = origin._replace(path=found.path, attempt=found.attempt)
        return self._held(origin, found.phase, found.request)

    def _held(self, origin: Origin, phase: Phase, request: CertificateRequest) -> Matching:
        selection = self._store.select(request)
        record = RequestRecord(phase, request, selection, selection.chosen)
        return matched(__version__, self._store.at, origin, self._facts, record)


def _endpoint(text: str) -> Endpoint:
    if text.lower().startswith(("ldap://", "ldaps://", "ldapi://")):
        return parse_ldap(text, StartTls.NOT_ASKED)
    return parse_https(text)


def _asked(endpoint: Endpoint, typed: Typed, at: datetime) -> ProbeReport:
    """Connect once without any certificate; what the server's own chain is worth is not asked."""
    from certprobe.chooser import BySelection
    from certprobe.judging import Yardstick
    from certprobe.pki.store import CertificateStore
    from certprobe.policy.status import ChainPolicy
    from certprobe.probe import Probe, probe
    from certprobe.trials import each_path

    alpn = ("http/1.1",) if endpoint.scheme is Scheme.HTTPS else ()
    wanted = Probe(
        plan=each_path((endpoint,), BySelection(Store((), at))),
        route=route(typed, endpoint),
        options=client_options(typed, endpoint, alpn),
        identities=read_identities((), (), Passwords(None, None), Reach.FLAT),
        yardstick=Yardstick(CertificateStore(()), at, ChainPolicy.BASE),
        trust="no root at all",
        started=datetime.now(UTC),
    )
    return probe(wanted, deadline(typed, 1))


def _listing(names: tuple[bytes, ...]) -> CertificateRequest:
    """A request that lists these and asks for nothing else."""
    size = sum(len(name) + 2 for name in names)
    return CertificateRequest(
        ProtocolVersion.TLS_1_3, size, certificate_authorities=names, certificate_authorities_size=size
    )


def _print(matching: Matching, typed: Typed) -> None:
    if typed.format == "json":
        from certprobe.render.json import render_match_json

        sys.stdout.write(render_match_json(matching, indent=2 if sys.stdout.isatty() else None))
        return
    from certprobe.render.match import render_match

    render_match(matching, sys.stdout, verbosity(typed))
