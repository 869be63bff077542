"""The options of revocation and of fetching, and what they come to; shared by all commands that judge chains."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from certprobe.chain.question import NO_EVIDENCE, RevocationEvidence
from certprobe.cli.command import Scope
from certprobe.wincrypt.chain_flags import ChainFlags

if TYPE_CHECKING:
    from pathlib import Path

    from certprobe.gather import Gatherer
    from certprobe.transport import Deadline

_FLAGS: Final = {
    "end-cert": ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT,
    "chain": ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN,
    "chain-exclude-root": ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
}
_SCOPES: Final = {
    "end-cert": "end certificates alone",
    "chain": "every certificate",
    "chain-exclude-root": "every certificate but the root",
}
_USUAL: Final = "chain-exclude-root"

REVOCATION: Final = (
    click.option(
        "--revocation",
        is_flag=False,
        flag_value=_USUAL,
        type=Scope(_FLAGS, _USUAL),
        help="Check whether certificates are revoked: ask OCSP responders and fetch CRLs, by http and https, directly, "
        f"not through a proxy.  [without a value: {_USUAL}]",
    ),
    click.option("--crl", metavar="FILE", multiple=True, help="CRLs to judge revocation by, DER or PEM. Repeatable."),
    click.option(
        "--ocsp", metavar="FILE", multiple=True, help="OCSP responses to judge revocation by, DER or PEM. Repeatable."
    ),
    click.option(
        "--fetch", is_flag=True, help="Fetch missing issuers from where certificates say that they are (AIA)."
    ),
    click.option("--offline", is_flag=True, help="Fetch nothing: only what is given, stapled, or was fetched before."),
    click.option(
        "--allow-private",
        is_flag=True,
        help="Fetch from private, link-local and loopback addresses too, wherever a certificate points.",
    ),
)
"""The decorators of the options, in their order."""


class RevocationTyped(NamedTuple):
    """What was typed, by the names of the options."""

    revocation: str | None
    crl: tuple[str, ...]
    ocsp: tuple[str, ...]
    fetch: bool
    offline: bool
    allow_private: bool


def take_revocation(typed: dict[str, Any]) -> RevocationTyped:
    """Take what these options gave out of the arguments of a command."""
    return RevocationTyped(*map(typed.pop, RevocationTyped._fields))


def revocation_flags(typed: RevocationTyped) -> ChainFlags:
    """Return what is checked: what --revocation says, else all but the root if there is something to judge by."""
    if typed.revocation is not None:
        return _FLAGS[typed.revocation]
    return _FLAGS[_USUAL] if typed.crl or typed.ocsp else ChainFlags.CERT_CHAIN_DEFAULT


def revocation_words(typed: RevocationTyped, evidence: RevocationEvidence) -> str:
    """Say what is checked, and by what beside what servers staple; "" if nothing is."""
    if not revocation_flags(typed):
        return ""
    given = " and ".join(
        f"{len(each)} {noun}{'s' * (len(each) > 1)}"
        for each, noun in ((evidence.crls, "CRL"), (evidence.ocsp_responses, "OCSP response"))
        if each
    )
    if typed.revocation is None:
        fetched = "nothing is fetched (--revocation does)"
    else:
        fetched = "nothing is fetched (--offline)" if typed.offline else "CRLs and OCSP responses are fetched"
    scope = _SCOPES[typed.revocation or _USUAL]
    return f"asked for, of {scope}; {fetched}, {given or 'none'} given"


def given_evidence(typed: RevocationTyped) -> RevocationEvidence:
    """Read the files of --crl and --ocsp. Raises InputError."""
    if not (typed.crl or typed.ocsp):
        return NO_EVIDENCE
    from certprobe.cli.inputs import read_crls, read_ocsp_responses

    return RevocationEvidence(
        tuple(crl for path in typed.crl for crl in read_crls(path)),
        tuple(response for path in typed.ocsp for response in read_ocsp_responses(path)),
    )


def gatherer(typed: RevocationTyped, deadline: Deadline) -> Gatherer | None:
    """Return who fetches within the time of `deadline`; None if nothing was asked for that could be fetched."""
    if typed.revocation is None and not typed.fetch:
        return None
    from certprobe.cache import Cache
    from certprobe.fetch import Fetcher, Network
    from certprobe.gather import Gatherer, Gathering
    from certprobe.vicinity import ALL_UNICAST, PUBLIC_ONLY

    gathering = Gathering.ISSUERS if typed.fetch else Gathering(0)
    if typed.revocation is not None:
        gathering |= Gathering.REVOCATION
    network = Network.FORBIDDEN if typed.offline else Network.ALLOWED
    fetcher = Fetcher(Cache(_cache_directory()), deadline, network, lambda: datetime.now(UTC))
    return Gatherer(fetcher, gathering, ALL_UNICAST if typed.allow_private else PUBLIC_ONLY)


def _cache_directory() -> Path | None:
    """`certprobe` under $XDG_CACHE_HOME, which counts only if absolute (XDG Base Directory Specification)."""
    from pathlib import Path

    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / "certprobe"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".cache" / "certprobe" if home.is_absolute() else None
