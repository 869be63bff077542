"""Logins that go well, and what comes after TLS: when a server asks, whether it insists, and what directories do."""

from __future__ import annotations

from typing import Final

from certprobe.endpoint import Scheme
from certprobe.lab.scenario import (
    GOOD_LOGIN,
    HOSTS,
    NO_CHAIN,
    TLS_1_2,
    TLS_1_3,
    Expectation,
    Group,
    Option,
    Scenario,
    nothing_sent,
    server_fault,
)
from certprobe.lab.scenarios.identities import FOREIGN_ALICE, NO_ACCOUNT
from certprobe.lab.service import Anonymous, Binding, Refusal, Unmapped
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Requirement

APPLICATION: Final = Group(
    "Websites: who asks, when, and how firmly",
    (
        Scenario(
            name="https-login",
            description="The client certificate is of the CA that the server asks for, and is accepted.",
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="not-asked",
            description="The server does not ask for a certificate at all.",
            requirement=Requirement.NONE,
            expectation=Expectation(Outcome.NOT_ASKED, ("not-asked",), 0, client=NO_CHAIN, asked=(), sent=None),
        ),
        Scenario(
            name="optional-certificate",
            description="The server asks for a certificate, and lets clients without one in.",
            requirement=Requirement.OPTIONAL,
            identities=(),
            expectation=Expectation(
                Outcome.ACCEPTED_ANONYMOUSLY, ("accepted-anonymously",), 0, client=NO_CHAIN, sent=None
            ),
        ),
        Scenario(
            name="optional-but-required",
            description="TLS lets clients without a certificate through, and the website then turns them away.",
            requirement=Requirement.OPTIONAL,
            anonymous=Anonymous.TURNED_AWAY,
            identities=(),
            expectation=Expectation(Outcome.REFUSED_BY_HTTP_STATUS, ("no-certificate",), 1, client=NO_CHAIN, sent=None),
        ),
        Scenario(
            name="asked-but-optional",
            description="The server asks, but lets everybody in; trying every certificate, and none, shows it.",
            requirement=Requirement.OPTIONAL,
            options=(Option.ACCEPTS,),
            expectation=GOOD_LOGIN._replace(
                causes=("asks-but-optional",), exit_code=1, asked=(Phase.INITIAL, Phase.INITIAL)
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
    ),
)

DIRECTORIES: Final = Group(
    "Directories, over LDAPS and StartTLS",
    (
        Scenario(
            name="ldaps-login",
            description="A directory over LDAPS binds the client certificate to an account by SASL EXTERNAL.",
            scheme=Scheme.LDAPS,
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="starttls-login",
            description="A directory binds the client certificate to an account by SASL EXTERNAL, after StartTLS.",
            scheme=Scheme.LDAP_STARTTLS,
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="ad-port-636",
            description="As on Active Directory's port 636, TLS is the bind already, and EXTERNAL is refused.",
            scheme=Scheme.LDAPS,
            binding=Binding.TLS,
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="unmapped-account",
            description="The directory takes the certificate, but has no account for it (invalidCredentials).",
            scheme=Scheme.LDAPS,
            identities=(NO_ACCOUNT,),
            expectation=Expectation(Outcome.NOT_MAPPED, ("not-mapped",), 1, sent=NO_ACCOUNT),
        ),
        Scenario(
            name="own-subject",
            description="The directory has no account for the certificate, and takes its subject as the identity.",
            scheme=Scheme.LDAPS,
            unmapped=Unmapped.OWN_SUBJECT,
            identities=(NO_ACCOUNT,),
            expectation=Expectation(Outcome.ACCEPTED_NOT_MAPPED, ("accepted-not-mapped",), 0, sent=NO_ACCOUNT),
        ),
        Scenario(
            name="tls-terminator",
            description="The certificate does not get as far as the directory, which does not offer EXTERNAL.",
            scheme=Scheme.LDAPS,
            accepted=lambda _: (),
            expectation=Expectation(Outcome.TLS_TERMINATOR, ("tls-terminator",), 1),
        ),
        Scenario(
            name="ldaps-close",
            description="The directory does not trust the client's CA, and closes without an alert, as slapd does.",
            scheme=Scheme.LDAPS,
            accepted=lambda cast: (cast.foreign,),
            refusal=Refusal.CLOSE,
            expectation=Expectation(Outcome.REFUSED_BY_CLOSE, ("refused-by-close",), 1),
        ),
        Scenario(
            name="starttls-expired-server",
            description="After StartTLS the directory shows a certificate that expired yesterday.",
            scheme=Scheme.LDAP_STARTTLS,
            server=lambda cast: cast.issuing.server(*HOSTS, not_after=cast.yesterday),
            expectation=server_fault("CERT_E_EXPIRED"),
        ),
        Scenario(
            name="starttls-wrong-ca",
            description="After StartTLS the directory demands a certificate of a CA that the client has none of.",
            scheme=Scheme.LDAP_STARTTLS,
            identities=(FOREIGN_ALICE,),
            expectation=nothing_sent("issuer-not-listed", Reason.ISSUER_NOT_LISTED),
        ),
        Scenario(
            name="starttls-unmapped-account",
            description="After StartTLS the directory takes the certificate, but has no account for it.",
            scheme=Scheme.LDAP_STARTTLS,
            identities=(NO_ACCOUNT,),
            expectation=Expectation(Outcome.NOT_MAPPED, ("not-mapped",), 1, sent=NO_ACCOUNT),
        ),
    ),
)
