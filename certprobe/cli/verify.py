"""`certprobe verify`."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from certprobe import __version__
from certprobe.chain.context import NO_USAGE, RequestedUsage, UsageMatch
from certprobe.chain.profile import HYGIENE, RFC_5280, WEBPKI
from certprobe.chain.question import ANY_POLICY, EMPTY_STORE, PolicyDemands, PolicyInputs
from certprobe.chain.search import Allowance
from certprobe.cli.command import Command
from certprobe.cli.exits import exit_codes_epilog
from certprobe.cli.flags import flag_names, parse_flag, union
from certprobe.cli.inputs import (
    Passwords,
    name_of,
    parse_time,
    read_certificates,
    read_crls,
    read_ocsp_responses,
    read_trust,
)
from certprobe.cli.revocation import (
    REVOCATION,
    RevocationTyped,
    gatherer,
    given_evidence,
    revocation_flags,
    take_revocation,
)
from certprobe.cli.shared import AT, NTAUTH, PASSWORD_ENV, PASSWORD_FILE, QUIET, TRUST, VERBOSE
from certprobe.cli.streams import standard_streams
from certprobe.endpoint import parse_host_port
from certprobe.errors import InputError, UsageError
from certprobe.judging import Purpose, Yardstick
from certprobe.pki import usage as usages
from certprobe.pki.decode import Locked
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH, usage_name
from certprobe.policy.status import ChainPolicy
from certprobe.render.verbosity import Verbosity
from certprobe.report.model import Role
from certprobe.report.verification import Verification
from certprobe.transport import Deadline
from certprobe.verify import cut_short, terms
from certprobe.verify import verify as judge
from certprobe.wincrypt.chain_flags import REVOCATION_CHECKS, ChainFlags, ExclusiveFlags
from certprobe.wincrypt.policy_flags import PolicyFlags, SslChecks

if TYPE_CHECKING:
    from certprobe.pki.store import CertificateStore

_CACHE_ONLY: Final = ChainFlags.CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL | ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY
_SECONDS: Final = 30.0
_NAMED: Final = (
    *(SERVER_AUTH, CLIENT_AUTH, usages.CODE_SIGNING, usages.EMAIL_PROTECTION, usages.TIME_STAMPING),
    *(usages.OCSP_SIGNING, usages.SMARTCARD_LOGON, usages.KERBEROS_PKINIT_CLIENT, usages.KERBEROS_PKINIT_KDC),
)
_USAGES: Final = {"server": SERVER_AUTH, "client": CLIENT_AUTH, **{usage_name(oid).lower(): oid for oid in _NAMED}}
_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,64}")
# certprobe judges as Windows does, and remarks what Windows does not mind.
_PROFILES: Final = {profile.name: profile for profile in (HYGIENE, RFC_5280, WEBPKI)}


class Typed(NamedTuple):
    """What was typed, by the names of the options; those of revocation and fetching stand apart."""

    revocation: RevocationTyped
    host: str | None
    usage: tuple[str, ...]
    trust: str
    untrusted: tuple[str, ...]
    disallowed: str | None
    trusted_people: str | None
    at: str
    policy: str | None
    ntauth: str | None
    initial_policy: tuple[str, ...]
    issuance_policy: tuple[str, ...]
    flag: tuple[str, ...]
    profile: str
    all_paths: bool
    password_file: str | None
    password_env: str | None
    format: str
    verbose: bool
    quiet: bool


def revocation_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give the command the options of revocation and fetching."""
    for option in reversed(REVOCATION):
        command = option(command)
    return command


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n"
    "  certprobe verify fullchain.pem --host www.example\n"
    "  certprobe verify me.p12 --usage client --trust corp-root.pem --untrusted issuing.pem\n"
    "  certprobe verify *.crt --crl corp.crl --format json | jq -c '[.file, .verdict.exit_code]'\n"
    "  certprobe verify old.pem --at 2025-12-31 --flag IGNORE_WRONG_USAGE_FLAG\n\n" + exit_codes_epilog(),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--host", metavar="NAME", help="The name that the server's certificate has to have.")
@click.option(
    "--usage",
    metavar="server|client|any|OID",
    multiple=True,
    help="What it has to be good for. Repeatable: for all of them; with commas between: for one of them."
    "  [default: server with --host, else any]",
)
@TRUST
@click.option("--untrusted", metavar="FILE", multiple=True, help="More certificates to find issuers in. Repeatable.")
@revocation_options
@click.option("--disallowed", metavar="FILE", help="Certificates that are expressly distrusted.")
@click.option(
    "--trusted-people", metavar="FILE", help="End certificates that are trusted for themselves, as TrustedPeople's are."
)
@AT
@click.option(
    "--policy",
    type=click.Choice([policy.value for policy in ChainPolicy]),
    help="The chain policy that decides the exit code.  [default: ssl with --host, else base]",
)
@NTAUTH
@click.option(
    "--initial-policy",
    metavar="OID|any",
    multiple=True,
    help="A certificate policy that will do, where one is required (user-initial-policy-set of RFC 5280 6.1.1). "
    "Shows which are valid. Repeatable.",
)
@click.option(
    "--issuance-policy",
    metavar="OID",
    multiple=True,
    help="A certificate policy that must be valid (RequestedIssuancePolicy of wincrypt.h). Repeatable: all of them.",
)
@click.option(
    "--flag",
    metavar="NAME",
    multiple=True,
    shell_complete=flag_names,
    help="A flag of wincrypt.h for the policies, the SSL checks or the chain; CERT_CHAIN_POLICY_ may be left out; "
    "or INITIAL_EXPLICIT_POLICY and others of RFC 5280 6.1.1. Repeatable.",
)
@click.option(
    "--profile",
    type=click.Choice(list(_PROFILES)),
    default="windows",
    show_default=True,
    help="Answer as Windows does, by the path validation of RFC 5280, or by that and the CA/B Forum's rules.",
)
@click.option("--all-paths", is_flag=True, help="Show the other paths too, with what is wrong with them.")
@PASSWORD_FILE
@PASSWORD_ENV
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one document in one line for each FILE.",
)
@VERBOSE
@QUIET
def verify(files: tuple[str, ...], **typed: Any) -> int:
    """Judge the certificates in each FILE (PEM, DER, PKCS#7, PKCS#12) as Windows would.

    A file is about its end entities; its other certificates may be their issuers, as those of --untrusted and --trust.
    For each it shows the best path with everything that is wrong on it, and what every chain policy of Windows answers.
    What Windows does not mind, but RFC 5280 or the CA/B Forum does, is told apart. A FILE of - is standard input.

    Revocation is judged if --revocation, --crl or --ocsp is given, for the whole chain but its root, unless that or a
    --flag CERT_CHAIN_REVOCATION_CHECK_... says otherwise. With --at everything is judged as of that time, CRLs that are
    given too. Fetching takes at most 30 seconds a file; the CACHE_ONLY flags forbid it, as --offline does.

    The exit code is 0 if the policy that decides, and the profile, pass every certificate, whatever they overlook; 1 if
    they do not; and 4 if a file cannot be used, though the others are judged all the same.
    """
    chosen = Typed(take_revocation(typed), **typed)
    if chosen.verbose and chosen.quiet:
        raise UsageError("--verbose and --quiet exclude each other")
    batch = _Batch(files, chosen)
    with standard_streams():
        if chosen.format == "json":
            from certprobe.render.json import write_json_lines

            write_json_lines(batch, sys.stdout)
        else:
            from certprobe.render.verify import render_verifications

            verbosity = Verbosity.QUIET if chosen.quiet else Verbosity.VERBOSE if chosen.verbose else Verbosity.NORMAL
            render_verifications(batch, sys.stdout, verbosity)
    return batch.exit_code


class _Batch:
    """The files, each judged when it is its turn; `exit_code` is the worst so far."""

    def __init__(self, files: tuple[str, ...], typed: Typed) -> None:
        self.exit_code = 0
        self._files = files
        self._passwords = Passwords(typed.password_file, typed.password_env)
        self._revocation = typed.revocation
        self._purpose = _purpose(typed)
        trust = read_trust(typed.trust)
        self._yardstick = _yardstick(typed, trust.roots)
        self._terms = terms(self._purpose, self._yardstick, trust.words)
        self._untrusted = tuple(certificate for path in typed.untrusted for certificate in read_certificates(path))

    def __iter__(self) -> Iterator[Verification]:
        for path in self._files:
            verified = self._verified(path)
            self.exit_code = max(self.exit_code, verified.exit_code)
            yield verified

    def _verified(self, path: str) -> Verification:
        try:
            contents = self._passwords.decode(path, Locked.KEPT)
            if not contents.certificates:
                raise InputError(f"{name_of(path)}: no certificate in it")
        except InputError as error:
            return Verification(__version__, path, self._terms, fault=f"{error}{_what_it_is(path)}")
        judged = judge(contents, self._untrusted, self._purpose, self._for_a_file())
        return Verification(__version__, path, self._terms, judged, (*contents.notes, *cut_short(judged)))

    def _for_a_file(self) -> Yardstick:
        """The yardstick with a new allowance, and somebody who fetches if anything is to be fetched."""
        typed = self._revocation
        if self._yardstick.flags & _CACHE_ONLY:
            typed = typed._replace(offline=True)
        fetching = gatherer(typed, Deadline(_SECONDS, _SECONDS / 3))
        yardstick = self._yardstick._replace(allowance=Allowance())
        return yardstick._replace(find_chain=fetching.get_certificate_chain) if fetching else yardstick


def _what_it_is(path: str) -> str:
    """What a file is good for that holds no certificate."""
    if path == "-":
        return ""
    for read, words in (
        (read_crls, "it is a CRL, for --crl"),
        (read_ocsp_responses, "it is an OCSP response, for --ocsp"),
    ):
        with contextlib.suppress(InputError):
            read(path)
            return f"; {words}"
    return ""


def _purpose(typed: Typed) -> Purpose:
    host = parse_host_port(typed.host, 0).host if typed.host is not None else None
    match, named = _match(typed.usage or (("server",) if host else ("any",)))
    asked = dict.fromkeys(map(_usage, named))
    if None in asked and len(asked) > 1:
        raise UsageError("--usage any asks for nothing, so that another --usage contradicts it")
    oids = tuple(oid for oid in asked if oid is not None)
    return Purpose(_role(host, match, oids), RequestedUsage(match, oids) if oids else NO_USAGE, host)


def _match(usages: tuple[str, ...]) -> tuple[UsageMatch, tuple[str, ...]]:
    """How the usages are asked for: CERT_USAGE_MATCH has all of them or one of them, never a mixture."""
    if not any("," in each for each in usages):
        return UsageMatch.AND, usages
    if len(usages) > 1:
        raise UsageError(
            "--usage asks for all usages (--usage client --usage server) or for one of them (--usage client,server), "
            "not for a mixture"
        )
    return UsageMatch.OR, tuple(each.strip() for each in usages[0].split(","))


def _role(host: str | None, match: UsageMatch, oids: tuple[str, ...]) -> Role:
    """As what the certificate is judged; what may be a server's or a client's is neither."""
    if host is None and match is UsageMatch.OR and {SERVER_AUTH, CLIENT_AUTH}.issubset(oids):
        return Role.ANY
    return Role.SERVER if host or SERVER_AUTH in oids else Role.CLIENT if CLIENT_AUTH in oids else Role.ANY


def _usage(text: str) -> str | None:
    """The OID of a usage by any of its names; None for `any`."""
    if text == "any":
        return None
    oid = _USAGES.get(text.lower(), text)
    if not _OID.fullmatch(oid):
        raise UsageError(f"{text!r} is no usage: server, client, any, codeSigning, or a dotted OID as {CLIENT_AUTH}")
    return oid


def _yardstick(typed: Typed, roots: CertificateStore) -> Yardstick:
    given = [parse_flag(text) for text in typed.flag]
    flags = union(ChainFlags, given)
    if not flags & REVOCATION_CHECKS:
        flags |= revocation_flags(typed.revocation)
    if typed.trusted_people is not None:
        flags |= ChainFlags.CERT_CHAIN_ENABLE_PEER_TRUST
    if typed.all_paths:
        flags |= ChainFlags.CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS
    return Yardstick(
        roots,
        parse_time(typed.at),
        ChainPolicy(typed.policy or ("ssl" if typed.host is not None else "base")),
        read_certificates(typed.ntauth) if typed.ntauth is not None else None,
        flags,
        given_evidence(typed.revocation),
        union(PolicyFlags, given),
        union(SslChecks, given),
        read_certificates(typed.disallowed) if typed.disallowed is not None else EMPTY_STORE,
        _PROFILES[typed.profile],
        _policies(typed, union(PolicyDemands, given)),
        union(ExclusiveFlags, given),
        read_certificates(typed.trusted_people) if typed.trusted_people is not None else EMPTY_STORE,
    )


def _policies(typed: Typed, demands: PolicyDemands) -> PolicyInputs | None:
    if not (typed.initial_policy or typed.issuance_policy or demands):
        return None
    initial = {ANY_POLICY if text == "any" else _policy_oid(text) for text in typed.initial_policy}
    requested = RequestedUsage(UsageMatch.AND, tuple(dict.fromkeys(map(_policy_oid, typed.issuance_policy))))
    return PolicyInputs(frozenset(initial or {ANY_POLICY}), demands, requested)


def _policy_oid(text: str) -> str:
    if not _OID.fullmatch(text):
        raise UsageError(f"{text!r} is no certificate policy: a dotted OID such as 2.23.140.1.2.1 is")
    return text
