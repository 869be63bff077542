"""What can be wrong with the chain that a server shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import CLIENT_AUTH, Extension, ec_key, rsa_key
from certprobe.lab.scenario import (
    GOOD_LOGIN,
    HOSTS,
    INCOMPLETE,
    Cast,
    Group,
    Option,
    Scenario,
    server_fault,
    usual_server,
)
from certprobe.pki.distribution import AUTHORITY_INFO_ACCESS
from certprobe.pki.extensions import NAME_CONSTRAINTS
from certprobe.tls.openssl import Compatibility

if TYPE_CHECKING:
    from certprobe.lab.pki import Issued, KeyUsageName, Options

_CRLS_ONLY: Final[tuple[KeyUsageName, ...]] = ("cRLSign",)
_UNHEARD_OF: Final = Extension("1.2.3", b"\x05\x00", critical=True)
_CA_ISSUERS: Final = "1.3.6.1.5.5.7.48.2"


def _below(cast: Cast, **options: Unpack[Options]) -> Issued:
    """A good server's certificate of an intermediate with these options."""
    return cast.root.intermediate("Lab special CA", **options).server(*HOSTS)


def _of_three(cast: Cast) -> Issued:
    return cast.root.intermediate("Lab policy CA").intermediate("Lab lower CA").server(*HOSTS)


def _cross_signed(cast: Cast, *ways: str) -> Issued:
    """The server sends the certificates that its CA has, from `root` or `foreign`, in this order."""
    given = {"root": cast.issuing, "foreign": cast.foreign.cross_sign(cast.issuing)}
    return replace(usual_server(cast), chain=tuple(given[way].issued.der for way in ways))


def _self_signed(cast: Cast) -> Issued:
    key = ec_key()
    itself = cast.foreign.server(*HOSTS, key=key)
    return replace(replace(cast.foreign, issued=itself).server(*HOSTS, key=key), chain=())


def _says_where_its_issuer_is(cast: Cast) -> Issued:
    uri = tlv(0x86, f"{cast.published_at}/issuing.cer".encode())
    access = Extension(AUTHORITY_INFO_ACCESS, sequence(sequence(oid(_CA_ISSUERS), uri)))
    return replace(cast.issuing.server(*HOSTS, extensions=(access,)), chain=())


def _permits_only(cast: Cast, domain: str) -> Issued:
    permitted = tlv(0xA0, sequence(tlv(0x82, domain.encode())))
    return _below(cast, extensions=(Extension(NAME_CONSTRAINTS, sequence(permitted), critical=True),))


SERVER_CHAIN: Final = Group(
    "The server's chain: dates, trust and what is sent",
    (
        Scenario(
            name="expired-server",
            description="The server's certificate expired yesterday.",
            server=lambda cast: cast.issuing.server(*HOSTS, not_after=cast.yesterday),
            expectation=server_fault("CERT_E_EXPIRED"),
        ),
        Scenario(
            name="not-yet-valid-server",
            description="The server's certificate is valid from tomorrow on.",
            server=lambda cast: cast.issuing.server(*HOSTS, not_before=cast.tomorrow),
            expectation=server_fault("CERT_E_EXPIRED"),
        ),
        Scenario(
            name="expired-intermediate",
            description="The CA that issued the server's certificate expired yesterday.",
            server=lambda cast: _below(cast, not_after=cast.yesterday),
            expectation=server_fault("CERT_E_EXPIRED", 1),
        ),
        Scenario(
            name="not-yet-valid-intermediate",
            description="The CA that issued the server's certificate is valid from tomorrow on.",
            server=lambda cast: _below(cast, not_before=cast.tomorrow),
            expectation=server_fault("CERT_E_EXPIRED", 1),
        ),
        Scenario(
            name="expired-root",
            description="The root above the server's certificate is trusted, but expired yesterday.",
            server=lambda cast: cast.expired_root.server(*HOSTS),
            expectation=server_fault("CERT_E_EXPIRED", 1),
        ),
        Scenario(
            name="not-yet-valid-root",
            description="The root above the server's certificate is trusted, but valid from tomorrow on.",
            server=lambda cast: cast.unborn_root.server(*HOSTS),
            expectation=server_fault("CERT_E_EXPIRED", 1),
        ),
        Scenario(
            name="untrusted-root",
            description="The server's certificate is of a root that the client does not trust.",
            server=lambda cast: replace(cast.foreign.server(*HOSTS), chain=(cast.foreign.issued.der,)),
            expectation=server_fault("CERT_E_UNTRUSTEDROOT", 1),
        ),
        Scenario(
            name="self-signed-server",
            description="The server's certificate is signed by itself.",
            server=_self_signed,
            expectation=server_fault("CERT_E_UNTRUSTEDROOT"),
        ),
        Scenario(
            name="missing-intermediate",
            description="The server leaves its issuing CA out.",
            server=lambda cast: replace(usual_server(cast), chain=()),
            expectation=server_fault("CERT_E_UNTRUSTEDROOT")._replace(server=INCOMPLETE),
        ),
        Scenario(
            name="missing-intermediate-fetched",
            description="The server leaves its issuing CA out, but its certificate says where it is to be had.",
            server=_says_where_its_issuer_is,
            published=lambda cast, _: {"/issuing.cer": cast.issuing.issued.der},
            options=(Option.FETCH,),
            expectation=GOOD_LOGIN._replace(causes=("accepted", "issuer-not-sent")),
        ),
        Scenario(
            name="wrong-order",
            description="The server sends its two intermediates in the wrong order, which Windows sorts out.",
            server=lambda cast: replace(issued := _of_three(cast), chain=issued.chain[::-1]),
            expectation=GOOD_LOGIN._replace(causes=("accepted", "wrong-order")),
        ),
        Scenario(
            name="cross-signed",
            description="The server's CA has two certificates; the one of an unknown root comes first.",
            server=lambda cast: _cross_signed(cast, "foreign", "root"),
            expectation=GOOD_LOGIN,
        ),
        Scenario(
            name="cross-signed-wrong-way",
            description="Of the two certificates of its CA the server sends only the one of an unknown root.",
            server=lambda cast: _cross_signed(cast, "foreign"),
            expectation=server_fault("CERT_E_UNTRUSTEDROOT")._replace(server=INCOMPLETE),
        ),
        Scenario(
            name="broken-signature",
            description="The signature on the server's certificate is damaged.",
            server=lambda cast: usual_server(cast).with_broken_signature(),
            expectation=server_fault("TRUST_E_CERT_SIGNATURE"),
        ),
        Scenario(
            name="weak-signature",
            description="The server's certificate is signed with MD5.",
            server=lambda cast: cast.root.intermediate("Lab old CA", key=rsa_key()).server(
                *HOSTS,
                signature_hash=hashes.MD5(),  # noqa: S303 - the fault
            ),
            expectation=server_fault("TRUST_E_CERT_SIGNATURE"),
        ),
        Scenario(
            name="tiny-key",
            description="The server's key is of RSA with 768 bits.",
            server=lambda cast: cast.issuing.server(*HOSTS, key=rsa_key(768)),
            compatibility=Compatibility.LEGACY,
            expectation=server_fault("TRUST_E_CERT_SIGNATURE"),
        ),
    ),
)

SERVER_CONSTRAINTS: Final = Group(
    "The server's chain: what its certificates are good for",
    (
        Scenario(
            name="wrong-usage-server",
            description="The server's certificate is good for clientAuth only.",
            server=lambda cast: cast.issuing.server(*HOSTS, extended_key_usage=(CLIENT_AUTH,)),
            expectation=server_fault("CERT_E_WRONG_USAGE"),
        ),
        Scenario(
            name="wrong-usage-ca",
            description="The CA that issued the server's certificate may issue for clientAuth only.",
            server=lambda cast: _below(cast, extended_key_usage=(CLIENT_AUTH,)),
            expectation=server_fault("CERT_E_WRONG_USAGE"),
        ),
        Scenario(
            name="ca-may-not-sign",
            description="The keyUsage of the issuing CA lacks keyCertSign.",
            server=lambda cast: _below(cast, key_usage=_CRLS_ONLY),
            expectation=server_fault("CERT_E_WRONG_USAGE", 1),
        ),
        Scenario(
            name="issuer-is-no-ca",
            description="The issuer of the server's certificate is no CA (basicConstraints).",
            server=lambda cast: _below(cast, basic_constraints=x509.BasicConstraints(ca=False, path_length=None)),
            expectation=server_fault("TRUST_E_BASIC_CONSTRAINTS", 1),
        ),
        Scenario(
            name="pathlen",
            description="A CA that may have no CA below it (pathLenConstraint 0) has one.",
            server=lambda cast: (
                cast.root.intermediate("Lab last CA", basic_constraints=x509.BasicConstraints(ca=True, path_length=0))
                .intermediate("Lab CA too many")
                .server(*HOSTS)
            ),
            expectation=server_fault("TRUST_E_BASIC_CONSTRAINTS", 1),
        ),
        Scenario(
            name="name-constraints",
            description="The issuing CA may only issue for names below lab.test (nameConstraints).",
            server=lambda cast: _permits_only(cast, "lab.test"),
            expectation=server_fault("CERT_E_INVALID_NAME", 1),
        ),
        Scenario(
            name="critical-extension",
            description="The server's certificate has a critical extension that nobody knows.",
            server=lambda cast: cast.issuing.server(*HOSTS, extensions=(_UNHEARD_OF,)),
            expectation=server_fault("CERT_E_CRITICAL"),
        ),
    ),
)
