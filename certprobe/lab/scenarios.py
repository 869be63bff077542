"""The lab's scenarios. A declaration in the table is all that it takes to add one: tests and commands read it here."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from certprobe.endpoint import Scheme
from certprobe.lab.pki import CLIENT_AUTH, SERVER_AUTH
from certprobe.lab.scenario import (
    ALICE,
    HOSTS,
    INCOMPLETE,
    NO_CHAIN,
    Expectation,
    Identity,
    Scenario,
    both,
    person,
    ssl_only,
)
from certprobe.lab.service import Refusal, Unmapped
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Requirement, VersionRange

TLS_1_2: Final = VersionRange(maximum=ProtocolVersion.TLS_1_2)
TLS_1_3: Final = VersionRange(minimum=ProtocolVersion.TLS_1_3)

FOREIGN_ALICE: Final = Identity(
    "alice-of-another-ca", lambda cast: cast.foreign.client("alice", subject=person("alice"))
)
EXPIRED_ALICE: Final = Identity(
    "alice-expired",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), not_after=cast.yesterday),
)
SERVER_ALICE: Final = Identity(
    "alice-for-servers",
    lambda cast: cast.issuing.client("alice", subject=person("alice"), extended_key_usage=(SERVER_AUTH,)),
)
LONELY_ALICE: Final = Identity("alice-without-chain", lambda cast: replace(ALICE.issue(cast), chain=()))
NO_ACCOUNT: Final = Identity("nobody", lambda cast: cast.issuing.client("nobody", subject=person("nobody")))


GOOD_LOGIN: Final = Expectation(Outcome.ACCEPTED, ("accepted",), 0)

SCENARIOS: Final = (
    Scenario(
        name="https-login",
        description="The client certificate is of the CA that the server asks for, and is accepted.",
        expectation=GOOD_LOGIN,
    ),
    Scenario(
        name="ldaps-login",
        description="A directory over LDAPS binds the client certificate to an account by SASL EXTERNAL.",
        scheme=Scheme.LDAPS,
        expectation=GOOD_LOGIN,
    ),
    Scenario(
        name="starttls-login",
        description="The same after StartTLS.",
        scheme=Scheme.LDAP_STARTTLS,
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
        expectation=Expectation(
            Outcome.REFUSED_BY_ALERT,
            ("issuer-not-listed",),
            1,
            client=NO_CHAIN,
            sent=None,
            rejected=(Reason.ISSUER_NOT_LISTED,),
        ),
    ),
    Scenario(
        name="expired-server",
        description="The server's certificate expired yesterday.",
        server=lambda cast: cast.issuing.server(*HOSTS, not_after=cast.yesterday),
        expectation=Expectation(
            Outcome.ACCEPTED, ("CERT_E_EXPIRED", "accepted"), 1, server=both("CERT_E_EXPIRED", 0, 0)
        ),
    ),
    Scenario(
        name="untrusted-root",
        description="The server's certificate is of a root that the client does not trust.",
        server=lambda cast: replace(cast.foreign.server(*HOSTS), chain=(cast.foreign.issued.der,)),
        expectation=Expectation(
            Outcome.ACCEPTED, ("CERT_E_UNTRUSTEDROOT", "accepted"), 1, server=both("CERT_E_UNTRUSTEDROOT", 0, 1)
        ),
    ),
    Scenario(
        name="name-mismatch",
        description="The server's certificate is for another host.",
        server=lambda cast: cast.issuing.server("other.lab.test"),
        expectation=Expectation(
            Outcome.ACCEPTED, ("CERT_E_CN_NO_MATCH", "accepted"), 1, server=ssl_only("CERT_E_CN_NO_MATCH", 0, 0)
        ),
    ),
    Scenario(
        name="missing-intermediate",
        description="The server leaves its issuing CA out.",
        server=lambda cast: replace(cast.issuing.server(*HOSTS), chain=()),
        expectation=Expectation(Outcome.ACCEPTED, ("CERT_E_UNTRUSTEDROOT", "accepted"), 1, server=INCOMPLETE),
    ),
    Scenario(
        name="wrong-usage-server",
        description="The server's certificate is good for clientAuth only.",
        server=lambda cast: cast.issuing.server(*HOSTS, extended_key_usage=(CLIENT_AUTH,)),
        expectation=Expectation(
            Outcome.ACCEPTED, ("CERT_E_WRONG_USAGE", "accepted"), 1, server=both("CERT_E_WRONG_USAGE", 0, 0)
        ),
    ),
    Scenario(
        name="per-path",
        description="Only /private asks for a certificate, after the handshake (TLS 1.3).",
        versions=TLS_1_3,
        requirement=Requirement.NONE,
        asking_paths=frozenset({"/private"}),
        paths=("/", "/private"),
        expectation=GOOD_LOGIN._replace(causes=("accepted", "not-asked"), asked=(Phase.POST_HANDSHAKE,)),
    ),
    Scenario(
        name="per-path-renegotiation",
        description="Only /private asks for a certificate, by a renegotiation (TLS 1.2).",
        versions=TLS_1_2,
        requirement=Requirement.NONE,
        asking_paths=frozenset({"/private"}),
        paths=("/", "/private"),
        expectation=GOOD_LOGIN._replace(causes=("accepted", "not-asked"), asked=(Phase.RENEGOTIATION,)),
    ),
    Scenario(
        name="expired-client",
        description="The only certificate expired yesterday, so none is sent.",
        identities=(EXPIRED_ALICE,),
        expectation=Expectation(
            Outcome.REFUSED_BY_ALERT,
            ("not-time-valid",),
            1,
            client=NO_CHAIN,
            sent=None,
            rejected=(Reason.NOT_TIME_VALID,),
        ),
    ),
    Scenario(
        name="expired-client-sent",
        description="A certificate that expired yesterday is sent all the same, and the server refuses it.",
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
        name="wrong-usage-client",
        description="The only certificate is good for serverAuth only, so none is sent.",
        identities=(SERVER_ALICE,),
        expectation=Expectation(
            Outcome.REFUSED_BY_ALERT,
            ("wrong-extended-key-usage",),
            1,
            client=NO_CHAIN,
            sent=None,
            rejected=(Reason.WRONG_EXTENDED_KEY_USAGE,),
        ),
    ),
    Scenario(
        name="no-intermediate-client",
        description="The client's file lacks the issuing CA, and the server lists only the root.",
        identities=(LONELY_ALICE,),
        expectation=Expectation(
            Outcome.REFUSED_BY_ALERT,
            ("issuer-not-listed",),
            1,
            client=NO_CHAIN,
            sent=None,
            rejected=(Reason.ISSUER_NOT_LISTED,),
        ),
    ),
    Scenario(
        name="no-certificate",
        description="The server demands a certificate and the client has none.",
        identities=(),
        expectation=Expectation(Outcome.REFUSED_BY_ALERT, ("no-certificate",), 1, client=NO_CHAIN, sent=None),
    ),
    Scenario(
        name="optional-certificate",
        description="The server asks for a certificate, and lets clients without one in.",
        requirement=Requirement.OPTIONAL,
        identities=(),
        expectation=Expectation(Outcome.ACCEPTED_ANONYMOUSLY, ("accepted-anonymously",), 0, client=NO_CHAIN, sent=None),
    ),
    Scenario(
        name="not-asked",
        description="The server does not ask for a certificate at all.",
        requirement=Requirement.NONE,
        expectation=Expectation(Outcome.NOT_ASKED, ("not-asked",), 0, client=NO_CHAIN, asked=(), sent=None),
    ),
    Scenario(
        name="empty-list",
        description="The server asks for a certificate without naming any CA.",
        announced=lambda _: (),
        expectation=GOOD_LOGIN,
    ),
    Scenario(
        name="listed-but-not-trusted",
        description="The server lists a CA that it does not trust, and closes without an alert on its certificates.",
        announced=lambda cast: (cast.root, cast.foreign),
        refusal=Refusal.CLOSE,
        identities=(FOREIGN_ALICE,),
        expectation=Expectation(
            Outcome.REFUSED_BY_CLOSE,
            ("refused-by-close",),
            1,
            client=INCOMPLETE,
            sent=FOREIGN_ALICE,
        ),
    ),
    Scenario(
        name="unmapped-account",
        description="The directory takes the certificate, but has no account for it (invalidCredentials).",
        scheme=Scheme.LDAPS,
        identities=(NO_ACCOUNT,),
        expectation=Expectation(Outcome.NOT_MAPPED, ("not-mapped",), 1, sent=NO_ACCOUNT),
    ),
    Scenario(
        name="tls-terminator",
        description="The certificate does not get as far as the directory, which does not offer EXTERNAL.",
        scheme=Scheme.LDAPS,
        accepted=lambda _: (),
        expectation=Expectation(Outcome.TLS_TERMINATOR, ("tls-terminator",), 1),
    ),
    Scenario(
        name="own-subject",
        description="The directory has no account for the certificate, and takes its subject as the identity.",
        scheme=Scheme.LDAPS,
        unmapped=Unmapped.OWN_SUBJECT,
        identities=(NO_ACCOUNT,),
        expectation=Expectation(Outcome.ACCEPTED_NOT_MAPPED, ("accepted-not-mapped",), 0, sent=NO_ACCOUNT),
    ),
)

DEMONSTRATED: Final = (
    "https-login",
    "ldaps-login",
    "wrong-ca-passed-over",
    "expired-server",
    "untrusted-root",
    "per-path",
    "per-path-renegotiation",
)
"""What `certprobe lab demo` shows, in this order."""

BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}
