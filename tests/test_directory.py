"""Accounts looked up in a real directory, and in directories that misbehave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certprobe.application.ldap_search import VALUE_LIMIT
from certprobe.directory import MOST_ACCOUNTS, Directory, Login, accounts_for, look_up, parse_directory
from certprobe.endpoint import Endpoint, Scheme
from certprobe.errors import FailureKind, Party, StageError, UsageError
from certprobe.mapping.lookup import LookupFailure
from certprobe.mapping.ruling import candidates
from certprobe.mapping.sid import sid_octets
from certprobe.mapping.store import AccountStore
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.transport import Deadline
from tests.application.test_ldap import DONE, ENTRY, REFERENCE, message, result, tlv
from tests.mapping.certificates import REVERSED, SID, WINDOWS_CA, certificate, dns, mail, upn
from tests.peers.active_directory import schema, user
from tests.peers.channel import Channel, listening
from tests.peers.process import HOST
from tests.peers.site import Site
from tests.peers.slapd import ALICE, SUFFIX, Slapd, slapd
from tests.peers.tls_server import TlsServer, context

PASSWORD = "alice"
NOT_REVERSED = "2b0000000011ac0000000012"
UPN = "alice@lab.test"
STRONG = f"X509:<I>{WINDOWS_CA}<SR>{REVERSED}"
CROWD = 400
KNOWN = certificate(upn(UPN), sid=SID)
_OCTETS = sid_octets(SID)
assert _OCTETS is not None

_ENTRIES = (
    user("Strong", [("sAMAccountName", "strong"), ("altSecurityIdentities", STRONG)]),
    user("Twisted", [("sAMAccountName", "twisted"), ("altSecurityIdentities", STRONG.replace(REVERSED, NOT_REVERSED))]),
    user("By sid", [("sAMAccountName", "sid"), ("objectSid", _OCTETS), ("userAccountControl", "514")]),
    user("By name", [("sAMAccountName", "upn"), ("userPrincipalName", UPN.upper())]),
    user("Computer", [("sAMAccountName", "pc7$"), ("whenCreated", "20240531080000.0Z")]),
    *(
        user(f"crowd {n}", [("sAMAccountName", f"crowd{n}"), ("userPrincipalName", f"crowd{n}@lab.test")])
        for n in range(CROWD)
    ),
    *(user(f"same {n}", [("altSecurityIdentities", "X509:<RFC822>same@lab.test")]) for n in range(MOST_ACCOUNTS + 1)),
)


@pytest.fixture(scope="module")
def ports(site: Site) -> Iterator[Slapd]:
    """A slapd of hundreds of accounts."""
    with slapd(site, "try", lines=schema(), entries="".join(_ENTRIES)) as running:
        yield running


def directory(site: Site, port: int, scheme: str = "ldaps", login: Login | None = None) -> Directory:
    roots = CertificateStore((Certificate(site.root.issued.der),))
    return Directory(parse_directory(f"{scheme}://localhost:{port}"), roots, login)


def soon() -> Deadline:
    return Deadline(whole=20, step=10)


def found(port: int, asked: Certificate, site: Site, scheme: str = "ldaps") -> dict[str, tuple[str | None, ...]]:
    """The accounts of a certificate by their names, and the differences of the rules that are written wrongly."""
    accounts = accounts_for(asked, directory(site, port, scheme), soon()).accounts
    return {
        each.account.name: tuple(unfit.difference.value for _, rule in each.rules for unfit in rule.unfit)
        for each in candidates(asked, AccountStore(accounts))
    }


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"], ids=["tls", "starttls"])
def test_accounts_are_found_by_what_maps_them(site: Site, ports: Slapd, scheme: str) -> None:
    port = ports.ldaps if scheme == "ldaps" else ports.ldap
    assert found(port, KNOWN, site, scheme=scheme) == {
        "strong": (),
        "twisted": ("bytes-reversed",),
        "sid": (),
        "upn": (),
    }


@pytest.mark.parametrize(("asked", "names"), [
    (certificate(upn("crowd7@lab.test"), serial_number=7), {"crowd7"}),
    (certificate(dns("pc7.lab.test"), serial_number=7), {"pc7$"}),
    (certificate(upn("strong@lab.test"), serial_number=7), {"strong"}),
    (certificate(upn("strong@other.example"), serial_number=7), set()),
    (certificate(upn("*"), serial_number=7), set()),
    (certificate(upn("*)(uid=*"), serial_number=7), set()),
], ids=["user-principal-name", "computer", "implicit", "other-domain", "star", "injection"])  # fmt: skip
def test_only_those_are_found(site: Site, ports: Slapd, asked: Certificate, names: set[str]) -> None:
    assert set(found(ports.ldaps, asked, site)) == names
    accounts = accounts_for(asked, directory(site, ports.ldaps), soon()).accounts
    assert {each.name for each in accounts} == names


def test_what_an_entry_says_is_told(site: Site, ports: Slapd) -> None:
    accounts = {each.name: each for each in accounts_for(KNOWN, directory(site, ports.ldaps), soon()).accounts}
    assert accounts["sid"].object_sid == SID
    assert accounts["sid"].enabled is False
    assert accounts["sid"].distinguished_name == f"cn=By sid,{SUFFIX.lower()}"
    assert accounts["upn"].user_principal_name == UPN.upper()
    assert accounts["upn"].domain == "lab.test"
    assert accounts["upn"].enabled is None


def test_many_are_asked_for_over_one_connection(site: Site, ports: Slapd) -> None:
    crowd = [certificate(upn(f"crowd{n}@lab.test"), serial_number=n + 1) for n in range(50)]
    facts = look_up(crowd, directory(site, ports.ldaps), soon())
    assert facts.url == f"ldaps://localhost:{ports.ldaps}"
    assert [[each.name for each in answer.accounts] for answer in facts.answers.values()] == [  # type: ignore[union-attr]
        [f"crowd{n}"] for n in range(50)
    ]


def failure(asked: Certificate, where: Directory) -> LookupFailure:
    """How it fails, which `accounts_for` raises."""
    (told,) = look_up([asked], where, Deadline(whole=2, step=1)).answers.values()
    assert isinstance(told, LookupFailure)
    with pytest.raises(StageError) as caught:
        accounts_for(asked, where, Deadline(whole=2, step=1))
    assert (caught.value.kind, caught.value.party) == (told.kind, told.party)
    return told


def test_more_accounts_than_anybody_may_have_are_a_failure_of_that_certificate(site: Site, ports: Slapd) -> None:
    crowded = certificate(mail("same@lab.test"), serial_number=8)
    facts = look_up([crowded, KNOWN], directory(site, ports.ldaps), soon())
    told, known = facts.answers.values()
    assert told == LookupFailure(
        f"a search below {SUFFIX.lower()} was answered by sizeLimitExceeded (4)", FailureKind.LDAP_RESULT, Party.PEER
    )
    assert not isinstance(known, LookupFailure)


# --- the login --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(site: Site) -> Iterator[Slapd]:
    """A slapd that answers nobody whom it does not know, as Active Directory does."""
    with slapd(site, "try", lines=("require authc", *schema()), entries="".join(_ENTRIES[:4])) as running:
        yield running


def test_a_name_and_its_password_log_in(site: Site, closed: Slapd) -> None:
    where = directory(site, closed.ldaps, login=Login(ALICE, PASSWORD))
    facts = look_up([KNOWN], where, soon())
    assert facts.user == ALICE
    assert {each.name for each in accounts_for(KNOWN, where, soon()).accounts} == {"strong", "twisted", "sid", "upn"}


def test_strangers_are_told_what_would_help(site: Site, closed: Slapd) -> None:
    told = failure(KNOWN, directory(site, closed.ldaps))
    assert told.kind is FailureKind.LDAP_RESULT
    assert told.detail == (
        "the question for its naming contexts was answered by unwillingToPerform (53), authentication required;"
        " we asked as nobody, and --map-user logs in"
    )


def test_a_wrong_password_is_told_and_never_shown(site: Site, closed: Slapd) -> None:
    where = directory(site, closed.ldaps, login=Login(ALICE, "wrong secret"))
    told = failure(KNOWN, where)
    assert told.detail == f"the login of {ALICE} was answered by invalidCredentials (49)"
    assert "wrong secret" not in repr(where)


# --- whom nothing is told ---------------------------------------------------------------------------------------------


class Overheard:
    """A TLS server that shows a certificate and keeps what it is then told."""

    def __init__(self, site: Site, name: str) -> None:
        self.said = b""
        self._context = context(getattr(site.servers, name).issued)

    def serve(self, channel: Channel) -> None:
        server = TlsServer(channel, self._context)
        server.handshake()
        self.said += server.receive()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("expired", "CERT_E_EXPIRED"),
        ("wrong_name", "CERT_E_CN_NO_MATCH"),
        ("untrusted", "CERT_E_UNTRUSTEDROOT"),
        ("wrong_usage", "CERT_E_WRONG_USAGE"),
    ],
)
def test_a_directory_that_cannot_prove_itself_is_told_nothing(site: Site, name: str, reason: str) -> None:
    overheard = Overheard(site, name)
    with listening(overheard.serve) as port:
        told = failure(KNOWN, directory(site, port, login=Login(ALICE, PASSWORD)))
    assert told.kind is FailureKind.NOT_TRUSTED
    assert reason in told.detail
    assert "so it was asked nothing" in told.detail
    assert overheard.said == b""


def test_a_directory_that_can_is_told_the_login_first(site: Site) -> None:
    overheard = Overheard(site, "good")
    with listening(overheard.serve) as port:
        failure(KNOWN, directory(site, port, login=Login(ALICE, PASSWORD)))
    assert PASSWORD.encode() in overheard.said


def test_without_starttls_nothing_is_asked(site: Site) -> None:
    with slapd(site, None, lines=schema()) as running:
        told = failure(KNOWN, directory(site, running.ldap, "ldap", Login(ALICE, PASSWORD)))
    assert told.kind is FailureKind.STARTTLS_REFUSED


# --- directories that misbehave ---------------------------------------------------------------------------------------

ROOT_DSE = message(
    1,
    tlv(ENTRY, tlv(4), tlv(0x30, tlv(0x30, tlv(4, b"namingContexts"), tlv(0x31, tlv(4, SUFFIX.encode()))))),
) + message(1, result(DONE, 0))


def entry(name: bytes, *attributes: bytes) -> bytes:
    return message(2, tlv(ENTRY, tlv(4, name), tlv(0x30, *attributes)))


def attribute(kind: bytes, *values: bytes) -> bytes:
    return tlv(0x30, tlv(4, kind), tlv(0x31, *(tlv(4, value) for value in values)))


@contextlib.contextmanager
def answering(site: Site, *answers: bytes) -> Iterator[Directory]:
    """A directory that gives these answers in turn, and then hangs."""

    def serve(channel: Channel) -> None:
        server = TlsServer(channel, context(site.servers.good.issued))
        server.handshake()
        for answer in answers:
            server.receive()
            server.send(answer)
        channel.wait_for_the_end()

    with listening(serve) as port:
        yield directory(site, port)


@pytest.mark.parametrize(("answers", "kind", "detail"), [
    ((), FailureKind.TIMEOUT, "asking the directory for its naming contexts was not finished within 1 seconds"),
    ((ROOT_DSE,), FailureKind.TIMEOUT, "the search in the directory was not finished within 1 seconds"),
    ((b"\xff" * 600,), FailureKind.MALFORMED, "root DSE search: what came is no LDAP message"),
    ((ROOT_DSE, b"\xff" * 600), FailureKind.MALFORMED, "search: what came is no LDAP message"),
    ((message(1, result(DONE, 0)),), FailureKind.LDAP_RESULT,
     "its root DSE names no naming context, so there is nothing to search below"),
    ((ROOT_DSE, message(2, result(DONE, 10))), FailureKind.LDAP_RESULT, "was answered by referral (10)"),
    ((ROOT_DSE, entry(b"cn=x") * (MOST_ACCOUNTS + 1)), FailureKind.TOO_MUCH_DATA,
     f"search: the server sent more than the {MOST_ACCOUNTS} entries that it may"),
    ((ROOT_DSE, message(2, tlv(REFERENCE, tlv(4, b"ldap://x"))) * (MOST_ACCOUNTS + 1)), FailureKind.TOO_MUCH_DATA,
     f"search: the server referred to more than {MOST_ACCOUNTS} other servers"),
    ((ROOT_DSE, entry(b"cn=x", *[attribute(b"cn")] * 257)), FailureKind.TOO_MUCH_DATA,
     "search: the server sent more attributes or values than entries hold"),
    ((ROOT_DSE, entry(b"cn=x", attribute(b"cn", *[b"y"] * (VALUE_LIMIT + 1)))), FailureKind.TOO_MUCH_DATA,
     "search: the server sent more attributes or values than entries hold"),
    ((ROOT_DSE, entry(b"\xff\xfe")), FailureKind.MALFORMED,
     "search: the server sent an LDAP message that cannot be read"),
], ids=["hangs", "hangs-at-the-search", "rubbish", "rubbish-at-the-search", "no-context", "refers", "entries",
        "references", "attributes", "values", "name"])  # fmt: skip
def test_a_directory_that_misbehaves(site: Site, answers: tuple[bytes, ...], kind: FailureKind, detail: str) -> None:
    with answering(site, *answers) as where:
        told = failure(KNOWN, where)
    assert (told.kind, told.party) == (kind, Party.PEER)
    assert detail in told.detail


def test_references_are_told_and_not_followed(site: Site) -> None:
    accepted: list[str] = []
    with listening(lambda _: accepted.append("somebody came")) as elsewhere:
        uri = f"ldap://{HOST}:{elsewhere}/DC=lab,DC=test"
        found = (
            entry(b"cn=Alice,dc=lab,dc=test", attribute(b"objectSid", sid_octets(SID) or b""))
            + message(2, tlv(REFERENCE, tlv(4, uri.encode())))
            + message(2, result(DONE, 0))
        )
        with answering(site, ROOT_DSE, found) as where:
            told = accounts_for(KNOWN, where, soon())
    assert [each.name for each in told.accounts] == ["cn=Alice,dc=lab,dc=test"]
    assert told.references == (uri,)
    assert accepted == []


@pytest.mark.parametrize(
    "name",
    ["reset-at-accept", "reset-after-request", "ssh", "plain-http", "http-in-tls", "garbage-in-tls", "ldap-in-tls"],
)
def test_what_is_no_directory(
    hostile: Callable[[str], contextlib.AbstractContextManager[int]], site: Site, name: str
) -> None:
    with hostile(name) as port:
        told = failure(KNOWN, directory(site, port))
    assert told.party is Party.PEER
    assert (told.kind is FailureKind.RESET) is name.startswith("reset")


def test_nobody_there(site: Site, tmp_path: Path) -> None:
    with listening(lambda channel: channel.close()) as port:
        pass
    assert failure(KNOWN, directory(site, port)).kind is FailureKind.CONNECTION_REFUSED


def test_a_certificate_that_names_nobody_is_asked_for_all_the_same(site: Site, ports: Slapd) -> None:
    assert accounts_for(certificate(serial_number=9), directory(site, ports.ldaps), soon()).accounts == ()
    nothing = Certificate(b"nothing of a certificate")
    assert accounts_for(nothing, directory(site, ports.ldaps), soon()).accounts == ()


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "endpoint"), [
    ("ldaps://dc1.example", Endpoint(Scheme.LDAPS, "dc1.example", 636, "")),
    ("ldap://dc1.example/", Endpoint(Scheme.LDAP_STARTTLS, "dc1.example", 389, "")),
    ("ldaps://[::1]:3269", Endpoint(Scheme.LDAPS, "::1", 3269, "")),
], ids=["tls", "starttls", "port"])  # fmt: skip
def test_address(text: str, endpoint: Endpoint) -> None:
    assert parse_directory(text) == endpoint


@pytest.mark.parametrize(("text", "why"), [
    ("dc1.example", "names no scheme"),
    ("ldaps://dc1.example/DC=corp", "only the server is named"),
    ("ldap://dc1.example?x", "only the server is named"),
    ("https://dc1.example", "web server"),
    ("ldap://alice:secret@dc1.example", "refused"),
], ids=["no-scheme", "base", "query", "https", "password"])  # fmt: skip
def test_address_that_is_none(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_directory(text)
    assert why in str(caught.value)
    assert "secret" not in str(caught.value)
