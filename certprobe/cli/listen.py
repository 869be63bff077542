"""`certprobe listen`: the options, and the listener that they describe."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from certprobe.cli.command import Command
from certprobe.cli.exits import ExitCode, exit_codes_epilog
from certprobe.cli.inputs import parse_time, read_certificates, read_trust
from certprobe.cli.listening import Shown, credential_to_show, open_socket, parse_bind
from certprobe.cli.mapping import known_accounts, mapping_options, take_mapping
from certprobe.cli.name_lists import read_name_list
from certprobe.cli.reaching import VERSIONS, version_range
from certprobe.cli.revocation import REVOCATION, gatherer, given_evidence, revocation_flags, take_revocation
from certprobe.cli.shared import AT, PASSWORD_ENV, PASSWORD_FILE, QUIET, VERBOSE
from certprobe.cli.streams import standard_streams
from certprobe.endpoint import Endpoint, HostPort, Scheme
from certprobe.errors import UsageError
from certprobe.judging import Yardstick
from certprobe.pki.store import CertificateStore
from certprobe.policy.status import ChainPolicy
from certprobe.reception import Asking, Terms
from certprobe.render.verbosity import Verbosity
from certprobe.tls.acceptor import ServerContext, ServerOptions
from certprobe.tls.openssl import Compatibility
from certprobe.transport import Deadline
from certprobe.vicinity import Vicinity, vicinity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certprobe.cli.inputs import Trust
    from certprobe.cli.mapping import KnownAccounts, MappingTyped
    from certprobe.cli.revocation import RevocationTyped
    from certprobe.hosting import Hosting, Media, Page
    from certprobe.mapping.store import AccountStore
    from certprobe.observing import Model
    from certprobe.pki.certificate import Certificate
    from certprobe.report.visits import VisitReport

_NO_NAMES = "none"
_LEAD = "certprobe: "
_JUDGING_SECONDS = 10.0
"""For all that is fetched, and for all that a directory is asked, for one client."""
_STEP_SECONDS = 5.0
_GC_THRESHOLDS = (700, 10, 10)
_VERSION_NAMES = {version: name for name, version in VERSIONS.items()}
_DEFAULT_PORTS = {Scheme.HTTPS: 8443, Scheme.LDAPS: 1636}


class Typed(NamedTuple):
    """What was typed, by the names of the options; those of revocation, fetching and mapping stand apart."""

    revocation: RevocationTyped
    mapping: MappingTyped
    like: str | None
    bind: str | None
    request: str | None
    ca: tuple[str, ...]
    announce: str | None
    cert: tuple[str, ...]
    key: tuple[str, ...]
    password_file: str | None
    password_env: str | None
    callback: str | None
    tls_min: str | None
    tls_max: str | None
    legacy: bool
    ntauth: str | None
    at: str
    format: str
    verbose: bool
    quiet: bool

    @property
    def verbosity(self) -> Verbosity:
        return Verbosity.QUIET if self.quiet else Verbosity.VERBOSE if self.verbose else Verbosity.NORMAL


_OPTIONS = (
    click.option(
        "--like",
        metavar="HOST:PORT",
        help="Look at this server first, and ask as it does: when, for which CAs, key types and signatures, in which"
        " TLS versions; URLs will do. One anonymous connection for each TLS version, and more for each PATH.",
    ),
    click.option(
        "--bind",
        metavar="[HOST:]PORT",
        help="Where to listen; port 0 takes any free one.  [default: 127.0.0.1:8443, for ldap 127.0.0.1:1636]",
    ),
    click.option(
        "--request",
        type=click.Choice([asking.value for asking in Asking]),
        help="When to ask for a certificate: in the handshake, whether one must be sent (always) or not (optional); or"
        " after the request came, for every path or for those below PATH.  [default: optional]",
    ),
    click.option(
        "--ca",
        metavar="FILE|DIR",
        multiple=True,
        help="CAs to trust for clients, and to announce. Repeatable.  [default: the system's, which are not announced]",
    ),
    click.option(
        "--announce",
        metavar="FILE|none",
        help="Announce these CAs instead: certificates, names one a line, or what openssl s_client or gnutls-cli"
        " printed.",
    ),
    click.option(
        "--cert",
        metavar="FILE",
        multiple=True,
        help="Certificate of the listener, with its chain and key.  [default: made on the spot]",
    ),
    click.option("--key", metavar="FILE", multiple=True, help="Private key, if --cert holds none."),
    PASSWORD_FILE,
    PASSWORD_ENV,
    click.option(
        "--callback",
        metavar="MODULE:FUNCTION|NAME",
        help="Ask this WS_GET_CERT_CALLBACK, once, for the listener's certificate; if it fails, nothing is opened.",
    ),
    click.option("--tls-min", type=click.Choice(list(VERSIONS)), help="Lowest TLS version to speak.  [default: 1.2]"),
    click.option("--tls-max", type=click.Choice(list(VERSIONS)), help="Highest TLS version to speak.  [default: 1.3]"),
    click.option("--legacy", is_flag=True, help="For old clients: TLS 1.0, SECLEVEL 0, old ciphers."),
    *REVOCATION,
    click.option("--ntauth", metavar="FILE", help="CA certificates of the NTAuth store: who else is refused."),
    AT,
    mapping_options,
    click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one document in a line for each client.",
    ),
    VERBOSE,
    QUIET,
)


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe listen https --ca corp-root.pem\n"
    "  certprobe listen https --ca corp-root.pem --request per-path /admin\n"
    "  certprobe listen https --like intranet.example:443 /admin\n"
    "  certprobe listen ldap --bind 0.0.0.0:1636 --cert server.pem --ca corp-root.pem --map rules.txt\n"
    "  certprobe listen https --bind 127.0.0.1:0 --format json | jq .verdict\n\n" + exit_codes_epilog(),
)
@click.argument("protocol", metavar="https|ldap", type=click.Choice(["https", "ldap"]))
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@_options
def listen(protocol: str, paths: tuple[str, ...], **options: Any) -> int:
    """Be a diagnostic server: ask each client for its certificate, and report what a server makes of it.

    The report has what the client offers, the chain that it sends, the HTTP_SSL_CLIENT_CERT_INFO that http.sys would
    hand to its application, what Windows says of the chain, and what the client should change. A client of https gets
    it as the answer, as JSON or as a page for browsers. One of ldap, over LDAPS or StartTLS on the same port, may bind
    EXTERNAL, ask WhoAmI and read the root DSE. Runs until Ctrl-C or SIGTERM, the regular end: the exit code is 0.
    """
    typed = Typed(take_revocation(options), take_mapping(options), **options)
    scheme = Scheme.HTTPS if protocol == "https" else Scheme.LDAPS
    _require_consistency(typed, scheme, paths)
    model = _model(typed.like, scheme, paths) if typed.like is not None else None
    place = parse_bind(typed.bind, _DEFAULT_PORTS[scheme])
    trust = _trust(typed)
    shown = credential_to_show(typed, place.host, scheme)
    if model is None:
        terms = _terms(typed, scheme, paths, _options_of(typed, scheme, shown))
    else:
        terms = _terms_like(model, typed, scheme, paths, shown)
    hosting = _hosting(typed, terms, place, trust, known_accounts(typed.mapping, lambda: trust.roots))
    _serve(hosting, typed, shown)
    return ExitCode.CLEAN


def _require_consistency(typed: Typed, scheme: Scheme, paths: tuple[str, ...]) -> None:
    """Raise UsageError for what cannot be meant."""
    asking = Asking(typed.request) if typed.request is not None else None
    if typed.verbose and typed.quiet:
        raise UsageError("--verbose and --quiet exclude each other")
    if scheme is not Scheme.HTTPS and asking in (Asking.POST_HANDSHAKE, Asking.PER_PATH):
        raise UsageError(f"--request {asking.value} is for https: a directory asks in the handshake")
    if scheme is not Scheme.HTTPS and paths:
        raise UsageError(f"{paths[0]!r}: a directory has no paths")
    if asking is Asking.PER_PATH and not paths:
        raise UsageError("--request per-path needs the paths that ask: --request per-path /admin")
    looks = typed.like is not None and asking is None
    if paths and asking is not Asking.PER_PATH and not looks:
        raise UsageError(f"{paths[0]!r}: paths are for --request per-path")
    if odd := next((path for path in paths if not path.startswith("/")), None):
        raise UsageError(f"{odd!r} is no path: it begins with /")


@cache
def _authorities(paths: tuple[str, ...]) -> tuple[Certificate, ...]:
    """Those to trust and to announce: read once, as what is passed over is told."""
    return tuple(certificate for each in paths for certificate in read_certificates(each))


def _trust(typed: Typed) -> Trust:
    if not typed.ca:
        return read_trust("system")
    from certprobe.cli.inputs import Trust

    store = CertificateStore(_authorities(typed.ca))
    many = f"{len(store)} {'certificate' if len(store) == 1 else 'certificates'}"
    return Trust(store, f"{', '.join(typed.ca)} ({many})")


def _options_of(typed: Typed, scheme: Scheme, shown: Shown) -> ServerOptions:
    """What TLS does, as it was typed."""
    return ServerOptions(
        credential=shown.credential,
        requirement=Asking(typed.request or Asking.OPTIONAL).requirement,
        certificate_authorities=_announced(typed),
        alpn=("http/1.1",) if scheme is Scheme.HTTPS else (),
        versions=version_range(typed),
        compatibility=Compatibility.LEGACY if typed.legacy else Compatibility.MODERN,
    )


def _terms(typed: Typed, scheme: Scheme, paths: tuple[str, ...], options: ServerOptions) -> Terms:
    """What every client meets, as it was typed."""
    asking = Asking(typed.request or Asking.OPTIONAL)
    return Terms(scheme, ServerContext(options), options.credential, asking, paths)


def _model(like: str, scheme: Scheme, paths: tuple[str, ...]) -> Model:
    from certprobe.observing import parse_directory_model, parse_web_model

    return parse_web_model(like, paths) if scheme is Scheme.HTTPS else parse_directory_model(like)


def _terms_like(model: Model, typed: Typed, scheme: Scheme, paths: tuple[str, ...], shown: Shown) -> Terms:
    """What every client meets: as it was typed, and for the rest as a server has it that is looked at now."""
    from certprobe.cli.like import look, tell
    from certprobe.mirror import announcing, imitating

    likeness = look(model, _now(), typed.verbosity)
    lowest, highest = likeness.mirror.versions
    meant = typed._replace(
        request=typed.request or likeness.asking.value,
        tls_min=typed.tls_min or _VERSION_NAMES[lowest],
        tls_max=typed.tls_max or _VERSION_NAMES[highest],
    )
    mirror = likeness.mirror if typed.announce is None else announcing(likeness.mirror, _announced(typed))
    options, differences = imitating(mirror, _options_of(meant, scheme, shown))
    if not typed.quiet:
        given = {
            "--request": typed.request,
            "--announce": typed.announce,
            "--tls-min": typed.tls_min,
            "--tls-max": typed.tls_max,
        }
        tell(likeness, differences, [option for option, value in given.items() if value is not None])
    return _terms(meant, scheme, paths if typed.request is not None else likeness.paths, options)


def _announced(typed: Typed) -> tuple[bytes, ...]:
    match typed.announce:
        case None:
            return tuple(dict.fromkeys(certificate.subject.der for certificate in _authorities(typed.ca)))
        case name if name == _NO_NAMES:
            return ()
        case path:
            return read_name_list(path)


def _hosting(typed: Typed, terms: Terms, place: HostPort, trust: Trust, known: KnownAccounts) -> Hosting:
    from certprobe.hosting import Hosting

    nt_auth = read_certificates(typed.ntauth) if typed.ntauth is not None else None
    at = None if typed.at == "now" else parse_time(typed.at)
    maps = known.rules is not None or known.directory is not None
    return Hosting(
        endpoint=Endpoint(terms.scheme, place.host, place.port, "/" if terms.scheme is Scheme.HTTPS else ""),
        terms=terms,
        yardstick=Yardstick(
            trust.roots,
            at or _now(),
            ChainPolicy.SSL if nt_auth is None else ChainPolicy.NT_AUTH,
            nt_auth,
            revocation_flags(typed.revocation),
            given_evidence(typed.revocation),
        ),
        trust=trust.words,
        at=at,
        clock=_now,
        page=_page,
        report=partial(_print, typed),
        gatherer=lambda: gatherer(typed.revocation, _deadline()),
        accounts_for=partial(_accounts_for, known) if maps else None,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _deadline() -> Deadline:
    return Deadline(_JUDGING_SECONDS, _STEP_SECONDS)


def _accounts_for(known: KnownAccounts, certificate: Certificate) -> AccountStore:
    accounts = known.of((certificate,), _deadline)
    assert accounts is not None
    return accounts


def _page(report: VisitReport, media: Media) -> Page:
    from certprobe.hosting import Media, Page

    if media is Media.JSON:
        from certprobe.render.json import render_visit_json

        return Page((("Content-Type", "application/json"),), render_visit_json(report, indent=2).encode())
    from certprobe.render.html import HEADERS, render_html
    from certprobe.report.visit_document import visit_document

    return Page(HEADERS, render_html(visit_document(report)).encode())


def _print(typed: Typed, report: VisitReport) -> None:
    if typed.format == "json":
        from certprobe.render.json import render_visit_json

        sys.stdout.write(render_visit_json(report))
        sys.stdout.flush()
        return
    from certprobe.render.visit import write_visit
    from certprobe.report.visit_document import visit_document

    write_visit(visit_document(report), sys.stdout, typed.verbosity)


def _serve(hosting: Hosting, typed: Typed, shown: Shown) -> None:
    """Listen until a signal comes, or nobody reads the reports any more."""
    import asyncio
    import gc

    from certprobe.hosting import HostedGuest
    from certprobe.listener import Listener

    listening = open_socket(hosting.endpoint.host, hosting.endpoint.port)
    address, port = listening.getsockname()[:2]
    hosting = hosting._replace(endpoint=hosting.endpoint._replace(port=port))
    numbers: Iterator[int] = count(1)
    listener = Listener(listening, lambda peer: HostedGuest(hosting, next(numbers), peer))
    # Unlike other commands this one lives long: what is there now stays, and the rest is collected as usual.
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    with standard_streams():
        asyncio.run(listener.serve(lambda: _announce_itself(hosting.endpoint, vicinity(address), typed, shown)))


def _announce_itself(endpoint: Endpoint, where: Vicinity, typed: Typed, shown: Shown) -> None:
    """Say on standard error what this is; the first line is for scripts, and comes when clients may."""
    click.echo(f"listening on {endpoint.scheme.value}://{endpoint.authority}/", err=True)
    from certprobe.render.page import Page

    page = Page(sys.stderr)
    if where is not Vicinity.LOOPBACK:
        page.line("warning: other machines can connect to it, and are told what it makes of them", lead=_LEAD)
    if typed.quiet:
        return
    page.line("this is a diagnostic server: it reports on its clients, and serves nothing else", lead=_LEAD)
    for line in shown.words:
        page.line(line, lead=_LEAD)
    if endpoint.scheme is not Scheme.HTTPS:
        page.line("clients may start TLS at once (ldaps://) or by StartTLS (ldap://)", lead=_LEAD)
    if typed.verbose and shown.root is not None:
        click.echo(shown.root.decode(), err=True, nl=False)
