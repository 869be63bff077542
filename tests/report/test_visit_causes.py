"""What is said of a client: its outcome, the first reason, the exit code, and what it should change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from certprobe.application.ldap_results import LdapOperation
from certprobe.errors import FailureKind, Party
from certprobe.lab.pki import Authority, Issued, KeyUsageName
from certprobe.mapping.store import AccountStore
from certprobe.pki.certificate import Certificate
from certprobe.report.model import Outcome, Stage
from certprobe.report.visits import Visit
from certprobe.tls.enums import AlertDescription, ProtocolVersion
from certprobe.tls.events import Negotiated
from certprobe.wincrypt import hresult
from tests.report import visits
from tests.report.reports import AT, lab
from tests.report.visits import (
    EXTERNAL,
    INVALID_CREDENTIALS,
    NOT_SUPPORTED,
    READ,
    START_TLS,
    Case,
    alert,
    asked,
    broken,
    check,
    in_the_end,
    judged,
    report,
    silent,
    visit,
    with_error,
)

ROOT = lab().root
ALICE = lab().alice
OTHER = Authority.root("Another root", at=AT)
LONELY = replace(ALICE, chain=())
NOT_ALONE = OTHER.intermediate("Its CA").client("carol")
MISSING = "no root was reached"
OURSELVES = Party.OURSELVES
TLS_1_2 = Negotiated(ProtocolVersion.TLS_1_2, 0xC02B)
NOTHING = Negotiated()
KEY_AGREEMENT: Final[tuple[KeyUsageName, ...]] = ("keyAgreement",)


def came_with(issued: Issued, reason: str = "", *names: bytes | None, **changes: object) -> Visit:
    return visit(asked(issued, *names), client=judged(issued, reason), status=changes.pop("status", 403), **changes)  # type: ignore[arg-type]


def directory(*operations: LdapOperation, sent: Issued | None = ALICE) -> Visit:
    client = judged(sent) if sent is not None else None
    return visit(asked(sent), client=client, path=None, operations=operations)


GOOD = visit(asked(ALICE), client=judged(ALICE))
REFUSED_EXTERNAL = EXTERNAL._replace(result=INVALID_CREDENTIALS)


CASES = [
    # --- no certificate ---
    Case(
        "none of the announced CAs",
        visit(asked(), status=403),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("no-certificate",),
        1,
        "The listener names CN=Lab root. The client has none of these, was not told to use it, or holds it back",
    ),
    Case(
        "none though any would do",
        visit(asked(None, None)),
        Outcome.ACCEPTED_ANONYMOUSLY,
        ("no-certificate",),
        1,
        "No CA was named to the client. It has no certificate",
    ),
    Case(
        "none in a handshake that demands one",
        broken(asked(), kind=FailureKind.ALERT, alerts=(alert(AlertDescription.certificate_required, OURSELVES),)),
        Outcome.REFUSED_BY_ALERT,
        ("no-certificate",),
        1,
        "It was refused with the alert certificate_required (116).",
    ),
    Case("not asked on this path", visit(), Outcome.NOT_ASKED, ("not-asked",), 0, "this path does not need one"),
    # --- certificates ---
    Case("good", GOOD, Outcome.ACCEPTED, ("accepted",), 0, "the client certificate CN=alice is valid"),
    Case(
        "root that is not trusted",
        came_with(lab().bob, "no root was reached"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_UNTRUSTEDROOT", "CERT_E_EXPIRED"),
        1,
        "Have the client send the certificate of CN=Other root along, if that is an intermediate CA",
    ),
    Case(
        "self-signed",
        came_with(OTHER.issued, "it is not trusted"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_UNTRUSTEDROOT", "wrong-key-usage"),
        1,
        "or have CN=Another root trusted (--ca)",
    ),
    Case(
        "announced but not trusted",
        came_with(lab().bob, "no root was reached", OTHER.issued.subject, lab().bob.issuer),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_UNTRUSTEDROOT", "CERT_E_EXPIRED"),
        1,
        "Its CA was announced to the client all the same.",
    ),
    Case(
        "trusted but not announced",
        came_with(ALICE, "", OTHER.issued.subject, status=200),
        Outcome.ACCEPTED,
        ("accepted", "trusted-not-announced"),
        0,
        "The listener names CN=Another root.",
    ),
    Case(
        "expired",
        came_with(visits.expired_alice(), "expired at 2026-11-19T12:00:00Z"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_EXPIRED",),
        1,
        "Renew the certificate",
    ),
    Case(
        "not yet valid",
        came_with(ROOT.client("alice", not_before=AT + timedelta(days=1)), "not valid before 2026-11-21T12:00:00Z"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_EXPIRED",),
        1,
        "Wait until then, or correct the clock here",
    ),
    Case(
        "expired CA",
        came_with(ROOT.intermediate("Old CA", not_after=AT - timedelta(days=1)).client("alice"), "expired yesterday"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_EXPIRED",),
        1,
        "Renew that CA's certificate",
    ),
    Case(
        "for servers",
        came_with(ROOT.server("alice"), "not valid for clientAuth: it allows serverAuth"),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_WRONG_USAGE",),
        1,
        "Have it issued with the extended key usage clientAuth (1.3.6.1.5.5.7.3.2)",
    ),
    Case(
        "may not sign",
        came_with(ROOT.client("alice", key_usage=KEY_AGREEMENT), status=200),
        Outcome.ACCEPTED,
        ("accepted", "wrong-key-usage"),
        0,
        "its keyUsage lacks digitalSignature",
    ),
    Case(
        "revoked",
        with_error(came_with(ALICE, "revoked at 2026-11-01T00:00:00Z"), hresult.CRYPT_E_REVOKED),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CRYPT_E_REVOKED",),
        1,
        "Give the client another certificate",
    ),
    Case(
        "revocation unknown",
        with_error(came_with(ALICE, "no CRL was to be had"), hresult.CRYPT_E_REVOCATION_OFFLINE),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CRYPT_E_REVOCATION_OFFLINE",),
        1,
        "may be revoked: no CRL was to be had",
    ),
    Case(
        "not of an NTAuth CA",
        with_error(came_with(ALICE, "CN=Lab issuing CA is not in the NTAuth store"), hresult.CERT_E_UNTRUSTEDCA),
        Outcome.REFUSED_BY_HTTP_STATUS,
        ("CERT_E_UNTRUSTEDCA",),
        1,
        "NTAuth",
    ),
    Case(
        "bad and gone before the answer",
        silent(came_with(visits.expired_alice(), "expired at 2026-11-19T12:00:00Z")),
        Outcome.WOULD_BE_REFUSED,
        ("CERT_E_EXPIRED", "no-request"),
        1,
        "Renew the certificate",
    ),
    Case(
        "key that is not its own",
        broken(asked(ALICE), kind=FailureKind.ALERT, alerts=(alert(AlertDescription.decrypt_error, OURSELVES),)),
        Outcome.REFUSED_BY_ALERT,
        ("key-proof-failed",),
        1,
        "could not prove that it has the private key of CN=alice",
    ),
    # --- inside TLS ---
    Case(
        "no request that is understood",
        in_the_end(silent(GOOD), FailureKind.MALFORMED),
        Outcome.ACCEPTED,
        ("malformed", "accepted"),
        1,
        "Check that the client speaks the protocol of this port",
    ),
    Case(
        "asked nothing in time",
        in_the_end(silent(GOOD), FailureKind.TIMEOUT),
        Outcome.ACCEPTED,
        ("accepted", "no-request"),
        0,
        "asked nothing until its time was up",
    ),
    # --- directories ---
    Case("bound", directory(START_TLS, EXTERNAL, READ), Outcome.ACCEPTED, ("accepted",), 0, "CN=alice is valid"),
    Case(
        "never bound",
        directory(START_TLS, READ),
        Outcome.ACCEPTED_ANONYMOUSLY,
        ("no-bind", "accepted"),
        1,
        "Have the client bind with the SASL mechanism EXTERNAL",
    ),
    Case(
        "gone after StartTLS",
        silent(directory(START_TLS)),
        Outcome.ACCEPTED,
        ("accepted", "no-request"),
        0,
        "Have the client trust CN=Lab root",
    ),
    Case(
        "bound with a password",
        directory(LdapOperation("BindRequest", "simple, as 'cn=alice'", NOT_SUPPORTED)),
        Outcome.ACCEPTED_ANONYMOUSLY,
        ("bind-not-external", "accepted"),
        1,
        "bound with a name and a password, not with its certificate",
    ),
    Case(
        "bound as somebody else",
        directory(REFUSED_EXTERNAL),
        Outcome.REFUSED_BY_LDAP_RESULT,
        ("bind-refused", "accepted"),
        1,
        "The certificate is that of dn:cn=alice.",
    ),
    Case(
        "bound without a certificate",
        directory(EXTERNAL._replace(result=NOT_SUPPORTED), sent=None),
        Outcome.REFUSED_BY_LDAP_RESULT,
        ("no-certificate",),
        1,
        "sent none",
    ),
    Case(
        "never began TLS",
        broken(path=None, negotiated=NOTHING, hello=None, stage=Stage.STARTTLS)._replace(operations=(READ,)),
        Outcome.NOT_REACHED,
        ("closed",),
        3,
        "Have the client ask for StartTLS (ldapwhoami -ZZ)",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_conclusion(case: Case) -> None:
    check(case)


RULES = [
    ("alice X509:<I>CN=Lab issuing CA<SR>%SERIAL%", Outcome.ACCEPTED, ("accepted",), "It maps to the account alice."),
    ("bob X509:<S>CN=bob", Outcome.NOT_MAPPED, ("not-mapped",), "Write into altSecurityIdentities of the account:"),
    ("alice X509:<S>CN=alice", Outcome.NOT_MAPPED, ("weakly-mapped",), "(event 39 of Kdcsvc, KB5014754)"),
    (
        "alice X509:<I>CN=LAB ISSUING  CA<SR>%BACKWARDS%",
        Outcome.NOT_MAPPED,
        ("not-mapped",),
        "but its <I> and <SR> are not as Windows has them. Correct line 1: it should be"
        " X509:<I>CN=Lab issuing CA<SR>%SERIAL%",
    ),
    (
        "alice X509:<I>CN=Lab issuing CA<SR>%BACKWARDS%",
        Outcome.NOT_MAPPED,
        ("not-mapped",),
        "Correct line 1: it should be X509:<I>CN=Lab issuing CA<SR>%SERIAL%",
    ),
]


@pytest.mark.parametrize(
    ("rule", "outcome", "codes", "words"), RULES, ids=["strong", "nobody", "weak", "twice", "backwards"]
)
def test_account(rule: str, outcome: Outcome, codes: tuple[str, ...], words: str) -> None:
    serial = bytes.fromhex(Certificate(ALICE.der).serial_hex)
    rule, words = (each.replace("%SERIAL%", serial[::-1].hex()) for each in (rule, words))
    written = rule.replace("%BACKWARDS%", serial.hex())
    told = visits.mapped(f"{written}\n".encode())
    assert (told.conclusion.outcome, tuple(cause.code for cause in told.conclusion.causes)) == (outcome, codes)
    assert words in " ".join(f"{cause.title} {cause.detail} {cause.advice}" for cause in told.conclusion.causes)


CHROMIUM = "; Chromium on Linux leaves it out, as "
FOR_ALL_OTHERS = "append it to the client's certificate file"


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (came_with(LONELY, MISSING), None),
        (
            came_with(LONELY, MISSING, LONELY.issuer),
            "the list names it: announce the root above it instead (--announce).",
        ),
        (
            came_with(LONELY, MISSING, None),
            "no CA was named to it: announce the root above it (--announce).",
        ),
        (came_with(NOT_ALONE, MISSING, None), None),
        (visit(asked(LONELY, None), client=judged(LONELY, MISSING), path=None, operations=(REFUSED_EXTERNAL,)), None),
    ],
    ids=["a-CA-above-is-named", "its-issuer-is-named", "none-is-named", "not-alone", "directory"],
)
def test_who_sends_the_certificate_alone_may_go_by_the_list(came: Visit, words: str | None) -> None:
    cause = report(came).conclusion.causes[0]
    assert cause.code == "CERT_E_UNTRUSTEDROOT"
    assert FOR_ALL_OTHERS + ("." if words is None else CHROMIUM + words) in cause.advice


def test_several_accounts() -> None:
    told = visits.mapped(b"alice X509:<S>CN=alice\nalso X509:<S>CN=alice\n")
    assert told.conclusion.outcome is Outcome.NOT_MAPPED
    assert told.conclusion.causes[0].code == "several-accounts"
    assert "alice, also" in told.conclusion.causes[0].title


def test_a_directory_that_does_not_answer_is_no_denial() -> None:
    told = report(GOOD, AccountStore(None))
    assert [cause.code for cause in told.conclusion.causes] == ["mapping-unknown"]
    assert told.conclusion.outcome is Outcome.ACCEPTED
