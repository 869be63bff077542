"""The options that `https` and `ldap` share, and the run that they describe."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from certprobe.chooser import BySelection, Store, by_callback
from certprobe.cli.inputs import Passwords, parse_time, read_certificates, read_identities, read_trust
from certprobe.cli.mapping import MAP_PASSWORD, MAPPING, MappingTyped, known_accounts, take_mapping
from certprobe.cli.reaching import (
    PROXY_PASSWORD,
    REACHING,
    client_options,
    deadline,
    require_consistency,
    route,
    verbosity,
)
from certprobe.cli.revocation import (
    REVOCATION,
    RevocationTyped,
    gatherer,
    given_evidence,
    revocation_flags,
    revocation_words,
    take_revocation,
)
from certprobe.cli.shared import AT, PASSWORD_ENV, PASSWORD_FILE, RECURSIVE, TRUST
from certprobe.cli.streams import kept_for_the_report, standard_streams
from certprobe.errors import UsageError
from certprobe.judging import Yardstick
from certprobe.policy.status import ChainPolicy
from certprobe.probe import Probe, probe
from certprobe.report.evidence import deciding_request
from certprobe.report.model import Outcome
from certprobe.talk import Reading
from certprobe.trials import each_identity, each_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certprobe.chooser import Chooser
    from certprobe.cli.directories import Reach
    from certprobe.endpoint import Endpoint
    from certprobe.pki.certificate import Certificate
    from certprobe.report.model import ProbeReport
    from certprobe.trials import Plan

_MOST_CONNECTIONS = 1000
_PAUSE = 0.3


class Common(NamedTuple):
    """What was typed, by the names of the options; those of revocation, fetching and mapping stand apart."""

    revocation: RevocationTyped
    mapping: MappingTyped
    cert: tuple[str, ...]
    key: tuple[str, ...]
    reach: Reach
    password_file: str | None
    password_env: str | None
    select: str | None
    callback: str | None
    callback_exec: str | None
    callback_contract: str | None
    pick: bool
    accepts: bool
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
        metavar="FILE|DIR",
        multiple=True,
        help="Client certificates and keys: PEM (any number, any order), DER, PKCS#7, PKCS#12, JKS, JCEKS; or a"
        " directory of such files. Repeatable.",
    ),
    click.option("--key", metavar="FILE", multiple=True, help="Private key, if --cert holds none. Repeatable."),
    RECURSIVE,
    PASSWORD_FILE,
    PASSWORD_ENV,
    click.option(
        "--select",
        metavar="WHICH",
        help="auto, none, NUMBER, subject=TEXT, name=TEXT (friendlyName or alias) or thumbprint=HEX. "
        "What is named is sent when asked for, even if it does not fit.  [default: auto]",
    ),
    click.option(
        "--callback",
        metavar="MODULE:FUNCTION|NAME",
        help="Ask this Python function, or the installed plug-in of this name, what to send: a QUERYCLIENTCERT or"
        " WS_GET_CERT_CALLBACK.",
    ),
    click.option(
        "--callback-exec",
        metavar="PROGRAM",
        help="Ask this program what to send: the question is JSON on its standard input, its answer on the output.",
    ),
    click.option(
        "--callback-contract",
        type=click.Choice(["query-client-cert", "get-cert"]),
        help="When --callback-exec is asked: at the server's request (QUERYCLIENTCERT), or before the connection"
        " begins (WS_GET_CERT_CALLBACK).  [default: query-client-cert]",
    ),
    click.option(
        "--pick",
        is_flag=True,
        help="Choose from a table at the terminal while the handshake rests: arrow keys or a number.",
    ),
    click.option(
        "--accepts",
        is_flag=True,
        help="Try none and then each certificate in turn, whether it fits or not, and compare what the server announces"
        " with what it does: one connection after the other, 0.3 seconds apart.",
    ),
    TRUST,
    click.option(
        "--policy",
        type=click.Choice([policy.value for policy in ChainPolicy]),
        default="ssl",
        show_default=True,
        help="The chain policy that decides the exit code.",
    ),
    AT,
    *MAPPING,
)


def common_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the shared options, in this order."""
    for option in reversed((*_JUDGING, *REVOCATION, *REACHING)):
        command = option(command)
    return command


def run_probe(
    endpoints: tuple[Endpoint, ...],
    alpn: tuple[str, ...],
    typed: dict[str, Any],
    reading: Reading = Reading.ROOT_DSE,
) -> int:
    """Do what was typed, print the report, and return the exit code."""
    common = Common(take_revocation(typed), take_mapping(typed), **typed)
    _require_consistency(common)
    with kept_for_the_report() if common.callback is not None else contextlib.nullcontext():
        wanted = _wanted(endpoints, alpn, common)
        limits = deadline(common, len(wanted.plan.trials))
        wanted = wanted._replace(gatherer=gatherer(common.revocation, limits), reading=reading)
        known = known_accounts(common.mapping, lambda: wanted.yardstick.roots)
        report = probe(wanted._replace(accounts=known.rules), limits)
    if report.conclusion.outcome is not Outcome.INTERRUPTED:
        report = report._replace(accounts=known.of(_sent(report), lambda: deadline(common, 1)))
    if report.conclusion.outcome is Outcome.INTERRUPTED:
        click.echo("\ninterrupted", err=True)
    with standard_streams():
        _print(report, common)
    return report.exit_code


def _sent(report: ProbeReport) -> Iterator[Certificate]:
    """The certificates that were sent, whose accounts the report is to tell."""
    records = map(deciding_request, report.attempts)
    return (record.sent[0] for record in records if record is not None and record.sent)


def _require_consistency(common: Common) -> None:
    require_consistency(common)
    decided_by = {
        "--select": common.select,
        "--callback": common.callback,
        "--callback-exec": common.callback_exec,
        "--pick": common.pick,
    }
    deciders = [name for name, value in decided_by.items() if value]
    if len(deciders) > 1:
        raise UsageError(f"{' and '.join(deciders)} exclude each other: one of them decides what is sent")
    if common.accepts and deciders:
        raise UsageError(f"--accepts and {deciders[0]} exclude each other: --accepts tries every certificate in turn")
    if common.callback_contract is not None and common.callback_exec is None:
        raise UsageError("--callback-contract is for --callback-exec; a Python function says by its mark which it is")
    if common.pick and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("--pick needs a terminal; --select names a certificate without one")
    if common.key and not common.cert:
        raise UsageError("--key needs --cert: a key alone is no identity")


def _wanted(endpoints: tuple[Endpoint, ...], alpn: tuple[str, ...], common: Common) -> Probe:
    at = parse_time(common.at)
    way, options = route(common, endpoints[0]), client_options(common, endpoints[0], alpn)
    passwords = Passwords(common.password_file, common.password_env)
    identities = read_identities(common.cert, common.key, passwords, common.reach)
    nt_auth = read_certificates(common.ntauth) if common.ntauth is not None else None
    evidence = given_evidence(common.revocation)
    trust = read_trust(common.trust)
    return Probe(
        plan=_plan(endpoints, Store(identities.credentials, at, identities.certificates), common),
        route=way,
        options=options,
        identities=identities,
        yardstick=Yardstick(
            trust.roots,
            at,
            ChainPolicy(common.policy),
            nt_auth,
            revocation_flags(common.revocation),
            evidence,
        ),
        trust=trust.words,
        revocation=revocation_words(common.revocation, evidence),
        started=datetime.now(UTC),
        pause=_PAUSE if common.accepts else 0.0,
    )


def _plan(endpoints: tuple[Endpoint, ...], store: Store, common: Common) -> Plan:
    plan = each_identity(endpoints, store) if common.accepts else each_path(endpoints, _chooser(store, common))
    if len(plan.trials) > _MOST_CONNECTIONS:
        raise UsageError(
            f"this would be {len(plan.trials)} connections, more than {_MOST_CONNECTIONS}: name fewer paths"
        )
    return plan


def _chooser(store: Store, common: Common) -> Chooser:
    if common.callback is not None:
        from certprobe.callbacks import load_callback

        return by_callback(store, load_callback(common.callback, common.timeout))
    if common.callback_exec is not None:
        return _by_program(store, common.callback_exec, common)
    if common.pick:
        from certprobe.cli.pick import person

        return person(store)
    if common.select is None:
        return BySelection(store)
    from certprobe.selection.select import named_credential, parse_choice

    choice = parse_choice(common.select)
    named_credential(choice, store.credentials)
    return BySelection(store, choice)


def _by_program(store: Store, text: str, common: Common) -> Chooser:
    from certprobe.callback_exec import as_get_cert, as_query_client_cert
    from certprobe.child import find_program

    ours_alone = (PROXY_PASSWORD, MAP_PASSWORD, common.password_env)
    environment = {name: value for name, value in os.environ.items() if name not in ours_alone}
    program = find_program(text, environment)
    return (as_get_cert if common.callback_contract == "get-cert" else as_query_client_cert)(store, program)


def _print(report: ProbeReport, common: Common) -> None:
    if common.format == "json":
        from certprobe.render.json import render_json

        sys.stdout.write(render_json(report, indent=2 if sys.stdout.isatty() else None))
        return
    from certprobe.render.text import render_text

    render_text(report, sys.stdout, verbosity(common))
