"""Client certificates that are not sent, or are sent and refused, in the manners of various servers."""

from __future__ import annotations

from typing import Final

from certprobe.lab.scenario import (
    ALICE,
    CLEAN,
    INCOMPLETE,
    NO_CHAIN,
    Expectation,
    Group,
    Scenario,
    both,
    nothing_sent,
)
from certprobe.lab.scenarios.identities import (
    BOB,
    EXPIRED_ALICE,
    FOREIGN_ALICE,
    SERVER_ALICE,
    SILENT_ALICE,
    UNBORN_ALICE,
    WEAK_ALICE,
)
from certprobe.lab.service import Refusal
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason

CLIENT_REFUSAL: Final = Group(
    "The client's certificate",
    (
        Scenario(
            name="no-certificate",
            description="The server demands a certificate and the client has none.",
            identities=(),
            expectation=nothing_sent("no-certificate"),
        ),
        Scenario(
            name="expired-client",
            description="The only certificate expired yesterday, so none is sent.",
            identities=(EXPIRED_ALICE,),
            expectation=nothing_sent("not-time-valid", Reason.NOT_TIME_VALID),
        ),
        Scenario(
            name="not-yet-valid-client",
            description="The only certificate is valid from tomorrow on, so none is sent.",
            identities=(UNBORN_ALICE,),
            expectation=nothing_sent("not-time-valid", Reason.NOT_TIME_VALID),
        ),
        Scenario(
            name="wrong-usage-client",
            description="The only certificate is good for serverAuth only (clientAuth missing), so none is sent.",
            identities=(SERVER_ALICE,),
            expectation=nothing_sent("wrong-extended-key-usage", Reason.WRONG_EXTENDED_KEY_USAGE),
        ),
        Scenario(
            name="client-may-not-sign",
            description="The keyUsage of the only certificate lacks digitalSignature, so it is not sent.",
            identities=(SILENT_ALICE,),
            expectation=nothing_sent("wrong-key-usage", Reason.WRONG_KEY_USAGE),
        ),
        Scenario(
            name="tiny-key-client",
            description="The client's key is of RSA with 768 bits, with which TLS does not sign any more.",
            identities=(WEAK_ALICE,),
            expectation=Expectation(Outcome.UNUSABLE_INPUT, ("credential-unusable",), 4, client=NO_CHAIN, sent=None),
        ),
        Scenario(
            name="expired-client-sent",
            description="A certificate that expired yesterday is sent all the same; the website answers 403.",
            identities=(EXPIRED_ALICE,),
            select="1",
            expectation=Expectation(
                Outcome.REFUSED_BY_HTTP_STATUS,
                ("CERT_E_EXPIRED",),
                1,
                client=both("CERT_E_EXPIRED", 0, 0),
                sent=EXPIRED_ALICE,
                rejected=(Reason.NOT_TIME_VALID,),
            ),
        ),
        Scenario(
            name="expired-client-alert",
            description="A certificate that expired yesterday is sent all the same, and refused (certificate_expired).",
            identities=(EXPIRED_ALICE,),
            select="1",
            refusal=Refusal.ALERT,
            expectation=Expectation(
                Outcome.REFUSED_BY_ALERT,
                ("CERT_E_EXPIRED",),
                1,
                client=both("CERT_E_EXPIRED", 0, 0),
                sent=EXPIRED_ALICE,
                rejected=(Reason.NOT_TIME_VALID,),
            ),
        ),
        Scenario(
            name="wrong-usage-client-sent",
            description="A certificate without clientAuth is sent all the same and refused (unsupported_certificate).",
            identities=(SERVER_ALICE,),
            select="1",
            refusal=Refusal.ALERT,
            expectation=Expectation(
                Outcome.REFUSED_BY_ALERT,
                ("CERT_E_WRONG_USAGE",),
                1,
                client=both("CERT_E_WRONG_USAGE", 0, 0),
                sent=SERVER_ALICE,
                rejected=(Reason.WRONG_EXTENDED_KEY_USAGE,),
            ),
        ),
        Scenario(
            name="revoked-client",
            description="The server knows that the client's certificate is revoked (certificate_revoked).",
            identities=(BOB,),
            revoked=frozenset({BOB}),
            refusal=Refusal.ALERT,
            expectation=Expectation(Outcome.REFUSED_BY_ALERT, ("certificate_revoked",), 1, client=CLEAN, sent=BOB),
        ),
        Scenario(
            name="close-without-alert",
            description="The server does not trust the client's CA, and closes without an alert.",
            accepted=lambda cast: (cast.foreign,),
            refusal=Refusal.CLOSE,
            expectation=Expectation(Outcome.REFUSED_BY_CLOSE, ("refused-by-close",), 1, sent=ALICE),
        ),
        Scenario(
            name="foreign-client-sent",
            description="The client sends a certificate of a CA that the server neither lists nor trusts (unknown_ca).",
            identities=(FOREIGN_ALICE,),
            select="1",
            refusal=Refusal.ALERT,
            expectation=Expectation(
                Outcome.REFUSED_BY_ALERT,
                ("issuer-not-listed",),
                1,
                client=INCOMPLETE,
                sent=FOREIGN_ALICE,
                rejected=(Reason.ISSUER_NOT_LISTED,),
            ),
        ),
    ),
)
