"""Websites whose certificate is revoked, and those of which nobody says whether they are."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Issued
from certprobe.lab.revocation import (
    crl,
    distribution_point,
    distribution_points,
    good,
    ocsp,
    ocsp_without_success,
    revoked,
    unknown,
)
from certprobe.lab.scenario import (
    HOSTS,
    NO_CHAIN,
    Cast,
    Expectation,
    Group,
    Option,
    Scenario,
    both,
)
from certprobe.pki.distribution import AUTHORITY_INFO_ACCESS
from certprobe.pki.ocsp import OcspResponseStatus
from certprobe.report.model import Outcome
from certprobe.tls.openssl import Requirement

_OCSP: Final = "1.3.6.1.5.5.7.48.1"
_CRL: Final = "/lab.crl"
_RESPONDER: Final = "/ocsp"
_MONTH: Final = timedelta(days=30)
_VISIT: Final = Expectation(Outcome.NOT_ASKED, ("not-asked",), 0, client=NO_CHAIN, asked=(), sent=None)

_website: Final = partial(
    Scenario, requirement=Requirement.NONE, identities=(), options=(Option.REVOCATION_OF_THE_END,)
)


def _fault(symbol: str, element_index: int = 0) -> Expectation:
    return _VISIT._replace(causes=(symbol, "not-asked"), exit_code=1, server=both(symbol, 0, element_index))


_REVOKED: Final = _fault("CRYPT_E_REVOKED")
_OFFLINE: Final = _fault("CRYPT_E_REVOCATION_OFFLINE")


def _crl_at(cast: Cast) -> Extension:
    return distribution_points(distribution_point(f"{cast.published_at}{_CRL}"))


def _with_crl(cast: Cast) -> Issued:
    return cast.issuing.server(*HOSTS, extensions=(_crl_at(cast),))


def _with_responder(cast: Cast) -> Issued:
    uri = tlv(0x86, f"{cast.published_at}{_RESPONDER}".encode())
    access = Extension(AUTHORITY_INFO_ACCESS, sequence(sequence(oid(_OCSP), uri)))
    return cast.issuing.server(*HOSTS, extensions=(access,))


def _below_a_revoked_ca(cast: Cast) -> Issued:
    return cast.root.intermediate("Lab revoked CA", extensions=(_crl_at(cast),)).server(*HOSTS)


def _issuer(issued: Issued, cast: Cast) -> Authority:
    """The authority of the first certificate beside the server's own, which signs nothing any more."""
    return Authority(Issued(issued.chain[0], issued.private_key, (), issued.issuer, issued.issuer), cast.at)


REVOCATION: Final = Group(
    "Revocation",
    (
        _website(
            name="not-revoked",
            description="The CRL is there, and the server's certificate is not in it.",
            server=_with_crl,
            published=lambda cast, _: {_CRL: crl(cast.issuing)},
            expectation=_VISIT,
        ),
        _website(
            name="revoked-by-crl",
            description="The server's certificate is in the CRL of its CA.",
            server=_with_crl,
            published=lambda cast, shown: {_CRL: crl(cast.issuing, revoked(shown))},
            expectation=_REVOKED,
        ),
        _website(
            name="revoked-by-ocsp",
            description="The OCSP responder of the CA says that the server's certificate is revoked.",
            server=_with_responder,
            published=lambda cast, shown: {_RESPONDER: ocsp(cast.issuing, revoked(shown))},
            expectation=_REVOKED,
        ),
        _website(
            name="revoked-by-staple",
            description="The server itself staples the OCSP response that says that it is revoked.",
            staple=lambda cast, shown: ocsp(cast.issuing, revoked(shown)),
            expectation=_REVOKED,
        ),
        _website(
            name="revoked-intermediate",
            description="The CA that issued the server's certificate is in the CRL of the root.",
            server=_below_a_revoked_ca,
            published=lambda cast, shown: {_CRL: crl(cast.root, revoked(_issuer(shown, cast)))},
            options=(Option.REVOCATION,),
            expectation=_fault("CRYPT_E_REVOKED", 1),
        ),
        _website(
            name="revocation-offline",
            description="The CRL is not where the server's certificate says.",
            server=_with_crl,
            published=lambda *_: {},
            expectation=_OFFLINE,
        ),
        _website(
            name="no-revocation-information",
            description="The server's certificate does not say where it could be looked up.",
            expectation=_OFFLINE,
        ),
        _website(
            name="stale-crl",
            description="The CRL should have been renewed a month ago.",
            server=_with_crl,
            published=lambda cast, _: {
                _CRL: crl(cast.issuing, this_update=cast.at - 2 * _MONTH, next_update=cast.at - _MONTH)
            },
            expectation=_OFFLINE,
        ),
        _website(
            name="stale-staple",
            description="The OCSP response that the server staples is a month old.",
            staple=lambda cast, shown: ocsp(
                cast.issuing, good(shown), this_update=cast.at - 2 * _MONTH, next_update=cast.at - _MONTH
            ),
            expectation=_OFFLINE,
        ),
        _website(
            name="ocsp-unknown",
            description="The OCSP responder does not know the server's certificate.",
            server=_with_responder,
            published=lambda cast, shown: {_RESPONDER: ocsp(cast.issuing, unknown(shown))},
            expectation=_OFFLINE,
        ),
        _website(
            name="staple-try-later",
            description="The server staples tryLater, as apache does when it does not reach the responder.",
            staple=lambda *_: ocsp_without_success(OcspResponseStatus.tryLater),
            expectation=_OFFLINE,
        ),
    ),
)
