"""What a server announces in its CertificateRequest, and what it makes of who follows it."""

from __future__ import annotations

from itertools import count, takewhile
from typing import TYPE_CHECKING, Final

from certprobe.lab.pki import common_name_only
from certprobe.lab.scenario import (
    ALICE,
    GOOD_LOGIN,
    INCOMPLETE,
    NO_CHAIN,
    TLS_1_2,
    Cast,
    Expectation,
    Group,
    Option,
    Scenario,
    nothing_sent,
)
from certprobe.lab.scenarios.identities import FOREIGN_ALICE, LONELY_ALICE
from certprobe.lab.service import Refusal
from certprobe.lab.wrapped_list import WrappedList
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason
from certprobe.tls.events import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHANNEL_LIMIT: Final = 16 * 1024
_NOT_LISTED: Final = nothing_sent("issuer-not-listed", Reason.ISSUER_NOT_LISTED)


def _partners() -> Iterator[bytes]:
    """The names of CAs that everybody has heard of."""
    return (common_name_only(f"Partner CA {number:04} of the lab's many partners") for number in count(1))


def _many(cast: Cast, number: int) -> tuple[bytes, ...]:
    partners = _partners()
    return (*(next(partners) for _ in range(number - 1)), cast.root.issued.subject)


def _cut(_: Cast) -> tuple[bytes, ...]:
    size = 0

    def fits(name: bytes) -> bool:
        nonlocal size
        size += 2 + len(name)
        return size <= _SCHANNEL_LIMIT

    return tuple(takewhile(fits, _partners()))


CLIENT_LIST: Final = Group(
    "The server's list of CAs",
    (
        Scenario(
            name="empty-list",
            description="The server asks for a certificate without naming any CA.",
            announced=lambda _: (),
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="wrong-ca-passed-over",
            description="Of two certificates the first is of a CA that the server does not list: the second is sent.",
            identities=(FOREIGN_ALICE, ALICE),
            expectation=GOOD_LOGIN._replace(rejected=(Reason.ISSUER_NOT_LISTED,)),
        ),
        Scenario(
            name="wrong-ca",
            description="The only certificate is of a CA that the server does not list, so none is sent.",
            identities=(FOREIGN_ALICE,),
            expectation=_NOT_LISTED,
        ),
        Scenario(
            name="no-intermediate-client",
            description="The client's file lacks the issuing CA, and the server lists only the root.",
            identities=(LONELY_ALICE,),
            expectation=_NOT_LISTED,
        ),
        Scenario(
            name="listed-but-not-trusted",
            description="The server lists a CA that it does not trust, and refuses its certificates (unknown_ca).",
            announced=lambda cast: (cast.root.issued.subject, cast.foreign.issued.subject),
            identities=(FOREIGN_ALICE,),
            refusal=Refusal.ALERT,
            expectation=Expectation(
                Outcome.REFUSED_BY_ALERT, ("unknown_ca",), 1, client=INCOMPLETE, sent=FOREIGN_ALICE
            ),
        ),
        Scenario(
            name="trusted-but-not-listed",
            description="The server trusts a CA that it does not list; trying every certificate shows it.",
            accepted=lambda cast: (cast.root, cast.foreign),
            identities=(FOREIGN_ALICE,),
            options=(Option.ACCEPTS,),
            expectation=Expectation(
                Outcome.ACCEPTED,
                ("accepts-unlisted",),
                1,
                client=INCOMPLETE,
                asked=(Phase.INITIAL, Phase.INITIAL),
                sent=FOREIGN_ALICE,
                rejected=(Reason.ISSUER_NOT_LISTED, Reason.ISSUER_NOT_LISTED),
            ),
        ),
        Scenario(
            name="600-names",
            description="The server lists 600 CAs, the right one last.",
            announced=lambda cast: _many(cast, 600),
            expectation=GOOD_LOGIN._replace(causes=("accepted", "ca-list-near-limit")),
        ),
        Scenario(
            name="cut-list",
            description="The server's list ends at 16 KiB, as Schannel's does, before it comes to the right CA.",
            announced=_cut,
            expectation=_NOT_LISTED._replace(causes=("issuer-not-listed", "ca-list-near-limit")),
        ),
        Scenario(
            name="wrapped-list",
            description="The server's list is beyond 64 KiB and wraps, as with GnuTLS and Go in TLS 1.2.",
            versions=TLS_1_2,
            acceptor=WrappedList,
            expectation=Expectation(
                Outcome.NOT_REACHED, ("malformed", "ca-list-near-limit"), 3, client=NO_CHAIN, sent=None
            ),
        ),
        Scenario(
            name="list-too-long",
            description="The server's list is beyond 64 KiB, and it fails (internal_error), as those with OpenSSL do.",
            announced=lambda cast: _many(cast, 1500),
            expectation=Expectation(
                Outcome.NOT_REACHED, ("alert",), 3, server=NO_CHAIN, client=NO_CHAIN, asked=(), sent=None
            ),
        ),
    ),
)
