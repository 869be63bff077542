"""How a server is called, and what it is called in its certificate; and what hangs on the name that is sent (SNI)."""

from __future__ import annotations

from typing import Final

from certprobe.lab.pki import common_name_only
from certprobe.lab.scenario import (
    GOOD_LOGIN,
    HOSTS,
    NO_CHAIN,
    Expectation,
    Group,
    Scenario,
    VirtualHost,
    server_fault,
    ssl_only,
)
from certprobe.report.model import Outcome
from certprobe.tls.openssl import Requirement

_MISMATCH: Final = server_fault("CERT_E_CN_NO_MATCH")._replace(server=ssl_only("CERT_E_CN_NO_MATCH", 0, 0))
_PRIVATE: Final = VirtualHost("private.lab.test", lambda cast: cast.issuing.server("private.lab.test"))

SERVER_NAME: Final = Group(
    "The server's name",
    (
        Scenario(
            name="name-mismatch",
            description="The server's certificate is for another host.",
            server=lambda cast: cast.issuing.server("other.lab.test"),
            expectation=_MISMATCH,
        ),
        Scenario(
            name="wildcard",
            description="The server's certificate is for *.lab.test, and it is called www.lab.test.",
            host="www.lab.test",
            server=lambda cast: cast.issuing.server("*.lab.test"),
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="wildcard-too-deep",
            description="The server's certificate is for *.lab.test, but it is called www.shop.lab.test.",
            host="www.shop.lab.test",
            server=lambda cast: cast.issuing.server("*.lab.test"),
            expectation=_MISMATCH,
        ),
        Scenario(
            name="wildcard-of-nothing",
            description="The server's certificate is for *.lab.test, but it is called lab.test.",
            host="lab.test",
            server=lambda cast: cast.issuing.server("*.lab.test"),
            expectation=_MISMATCH,
        ),
        Scenario(
            name="address-not-named",
            description="The server is called by its address, and its certificate names only its host name.",
            server=lambda cast: cast.issuing.server("localhost"),
            expectation=_MISMATCH,
        ),
        Scenario(
            name="common-name-only",
            description="The server's certificate has its name in the CN alone, which Windows takes.",
            host="www.lab.test",
            server=lambda cast: cast.issuing.server("www.lab.test", subject_alt_names=()),
            expectation=GOOD_LOGIN._replace(causes=("accepted", "common-name-only")),
        ),
        Scenario(
            name="common-name-not-looked-at",
            description="The server's name is in the CN, but subjectAltName names other hosts, and it alone counts.",
            host="www.lab.test",
            server=lambda cast: cast.issuing.server(
                "shop.lab.test", "mail.lab.test", subject=common_name_only("www.lab.test")
            ),
            expectation=_MISMATCH,
        ),
        Scenario(
            name="sni-login",
            description="The server asks for a certificate only on the host private.lab.test.",
            host=_PRIVATE.name,
            virtual_host=_PRIVATE,
            requirement=Requirement.NONE,
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="sni-not-sent",
            description="Only the host private.lab.test asks, but the server is called by its address: no SNI is sent.",
            virtual_host=_PRIVATE,
            requirement=Requirement.NONE,
            expectation=Expectation(Outcome.NOT_ASKED, ("not-asked",), 0, client=NO_CHAIN, asked=(), sent=None),
        ),
        Scenario(
            name="sni-unknown-name",
            description="The server does not know the name that is sent, and answers with its usual certificate.",
            host="privat.lab.test",
            virtual_host=_PRIVATE,
            server=lambda cast: cast.issuing.server(*HOSTS),
            expectation=_MISMATCH,
        ),
    ),
)
