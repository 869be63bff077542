"""Point 3: what is said inside the channel, and every way in which a login goes well or does not."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from certprobe.application.ldap_results import LdapResult
from certprobe.application.ldap_server import LdapResponder, Unbound
from tests.cli.command import Arguments, Document, certprobe, report
from tests.peers.apache import Apache
from tests.peers.channel import Channel, listening
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import Identity, Site
from tests.peers.slapd import ALICE, SUFFIX, Slapd
from tests.peers.stunnel import stunnel
from tests.peers.tls_server import TlsServer, context

ALICE_SUBJECT = "CN=alice,OU=people,DC=lab,DC=test"
UNMAPPED = "cn=unmapped,ou=machines,dc=lab,dc=test"
NOT_SUPPORTED = ("authMethodNotSupported", 7)
SUCCESS = ("success", 0)


def only(document: Document) -> Document:
    (attempt,) = document["attempts"]
    return attempt  # type: ignore[no-any-return]


def ldap(site: Site, url: str, *arguments: Arguments) -> Document:
    return report("ldap", url, "--trust", site.root_file, *arguments)


def pair(identity: Identity) -> tuple[Arguments, ...]:
    """Sent whatever the selection thinks of it."""
    return ("--cert", identity.chain, "--key", identity.key, "--select", "1")


def attributes(answer: Document) -> dict[str, list[str]]:
    return {each["type"]: each["values"] for each in answer["attributes"]}


# --- slapd ------------------------------------------------------------------------------------------------------------


class Login(NamedTuple):
    """How slapd takes a client: TLSVerifyClient, the site's identity; outcome, cause, EXTERNAL's result, WhoAmI."""

    verify_client: str
    identity: str | None
    outcome: str
    cause: str
    bind: tuple[str, int] | None
    who_am_i: str | None


LOGINS = (
    Login("demand", None, "refused-by-close", "no-certificate", None, None),
    Login("demand", "alice", "accepted", "accepted", SUCCESS, f"dn:{ALICE}"),
    Login("demand", "unmapped", "accepted-not-mapped", "accepted-not-mapped", SUCCESS, f"dn:{UNMAPPED}"),
    Login("demand", "expired", "refused-by-close", "CERT_E_EXPIRED", None, None),
    Login("demand", "foreign", "refused-by-close", "issuer-not-listed", None, None),
    Login("try", None, "accepted-anonymously", "accepted-anonymously", NOT_SUPPORTED, ""),
    Login("try", "alice", "accepted", "accepted", SUCCESS, f"dn:{ALICE}"),
    Login("try", "unmapped", "accepted-not-mapped", "accepted-not-mapped", SUCCESS, f"dn:{UNMAPPED}"),
    Login("try", "expired", "refused-by-close", "CERT_E_EXPIRED", None, None),
    Login("allow", None, "accepted-anonymously", "accepted-anonymously", NOT_SUPPORTED, ""),
    Login("allow", "alice", "accepted", "accepted", SUCCESS, f"dn:{ALICE}"),
    # Debian's slapd, on GnuTLS, lets these in.
    Login("allow", "expired", "accepted", "CERT_E_EXPIRED", SUCCESS, f"dn:{ALICE}"),
    Login("allow", "foreign", "accepted", "accepted", SUCCESS, f"dn:{ALICE}"),
    Login("never", None, "not-asked", "not-asked", NOT_SUPPORTED, ""),
    Login("never", "alice", "refused-by-ldap-result", "not-asked", NOT_SUPPORTED, ""),
)


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
@pytest.mark.parametrize("login", LOGINS, ids=lambda login: f"{login.verify_client}-{login.identity}")
def test_slapd(site: Site, slapd: Callable[..., Slapd], login: Login, way: str) -> None:
    ports = slapd(login.verify_client)
    url = f"ldaps://localhost:{ports.ldaps}" if way == "ldaps" else f"ldap://localhost:{ports.ldap}"
    identity = () if login.identity is None else pair(getattr(site.clients, login.identity))
    document = ldap(site, url, *identity)
    verdict, attempt = document["verdict"], only(document)
    assert (verdict["outcome"], verdict["causes"][0]["code"]) == (login.outcome, login.cause)
    is_problem = login.outcome.startswith("refused") or login.cause == "CERT_E_EXPIRED"
    assert verdict["exit_code"] == int(is_problem)
    said = attempt["ldap"]
    assert (said["start_tls"] is not None) == (way == "starttls")
    if way == "starttls":
        assert said["start_tls"]["result"] == {"name": "success", "code": 0}
    if login.bind is None:
        assert (said["bind"], said["who_am_i_after"], said["root_dse"]) == (None, None, None)
        assert attempt["tls"]["closure"] == "without-alert"
        return
    assert (said["bind"]["result"]["name"], said["bind"]["result"]["code"]) == login.bind
    assert said["who_am_i_before"]["authzid"] == ""
    assert said["who_am_i_after"]["authzid"] == login.who_am_i
    root_dse = attributes(said["root_dse"])
    assert root_dse["namingContexts"] == [SUFFIX.lower()]
    assert "1.3.6.1.4.1.4203.1.11.3" in root_dse["supportedExtension"], "WhoAmI"
    assert ("EXTERNAL" in root_dse.get("supportedSASLMechanisms", ())) == (login.bind == SUCCESS)


def test_own_subject_is_told_from_a_mapped_entry(site: Site, slapd: Callable[..., Slapd]) -> None:
    ran = certprobe(
        "ldap", f"ldaps://localhost:{slapd('demand').ldaps}", *pair(site.clients.unmapped), "--trust", site.root_file
    )
    assert ran.exit_code == 0
    assert "but seems to know no account for it" in ran.head
    assert f"WhoAmI: dn:{UNMAPPED}" in ran.head
    assert "authz-regexp" in ran.head


def test_what_is_let_in_although_it_does_not_fit(site: Site, slapd: Callable[..., Slapd]) -> None:
    ran = certprobe(
        "ldap", f"ldaps://localhost:{slapd('allow').ldaps}", *pair(site.clients.foreign), "--trust", site.root_file
    )
    assert ran.exit_code == 0
    assert (
        "NOTE     the server accepted the certificate although it is of a CA that the server does not list" in ran.head
    )


def test_directory_that_tells_nothing_before_the_bind(site: Site, slapd: Callable[..., Slapd]) -> None:
    ports = slapd("try", lines=("require authc",))
    document = ldap(site, f"ldaps://localhost:{ports.ldaps}", "--cert", site.store_file)
    assert document["verdict"]["outcome"] == "accepted"
    assert attributes(only(document)["ldap"]["root_dse"])["namingContexts"] == [SUFFIX.lower()]


def test_starttls_refused(site: Site, slapd: Callable[..., Slapd]) -> None:
    url = f"ldap://localhost:{slapd(None).ldap}"
    document = ldap(site, url)
    attempt = only(document)
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-reached", 3)
    assert document["verdict"]["causes"][0]["code"] == "starttls-refused"
    assert attempt["ldap"]["start_tls"]["result"] == {"name": "protocolError", "code": 2}
    assert attempt["ldap"]["start_tls"]["diagnostic_message"] == "unsupported extended operation"
    assert attempt["tls"] is None
    head = certprobe("ldap", url).head
    assert "the server refuses StartTLS" in head
    assert "protocolError (2): unsupported extended operation" in head


@pytest.mark.parametrize(
    ("way", "kind", "words"),
    [
        ("starttls to ldaps", "closed", "the server closed the connection before StartTLS was answered"),
        ("ldaps to starttls", "closed", "the server closed the connection during the TLS handshake"),
    ],
)
def test_wrong_port(site: Site, slapd: Callable[..., Slapd], way: str, kind: str, words: str) -> None:
    ports = slapd("demand")
    is_starttls = way.startswith("starttls")
    url = f"ldap://localhost:{ports.ldaps}" if is_starttls else f"ldaps://localhost:{ports.ldap}"
    ran = certprobe("ldap", url, "--timeout", "5")
    assert ran.exit_code == 3
    assert words in ran.head
    assert ("ldaps://" if is_starttls else "ldap://") in ran.head.split("Change:")[1]
    assert kind in ran.stdout


# --- other directories ------------------------------------------------------------------------------------------------


def test_tls_terminator(site: Site, slapd: Callable[..., Slapd]) -> None:
    with stunnel(site, slapd("never").ldap) as port:
        url = f"ldaps://localhost:{port}"
        document = ldap(site, url, "--cert", site.store_file)
        head = certprobe("ldap", url, "--cert", site.store_file, "--trust", site.root_file).head
        refused = ldap(site, url, *pair(site.clients.foreign))
    assert document["verdict"]["outcome"] == "tls-terminator"
    assert document["verdict"]["exit_code"] == 1
    assert only(document)["ldap"]["bind"]["result"]["code"] == 7
    assert "but the directory behind it never saw it" in head
    assert "a TLS terminator stands in front" in head
    assert refused["verdict"]["outcome"] == "refused-by-alert"


@contextlib.contextmanager
def directory(site: Site, authzid: str, *, bind: int = 7) -> Iterator[int]:
    """A directory over real TLS that asks for a certificate, and knows whom it talks to before any bind, as AD on 636.

    Its answer to the bind itself is `bind`.
    """
    tls = context(site.servers.good.issued, client_authorities=(site.root.issued,))

    def serve(channel: Channel) -> None:
        server = TlsServer(channel, tls)
        server.handshake()
        responder = Authenticated(authzid, bind)
        while True:
            responder.receive_data(server.receive())
            ended = isinstance(responder.next_event(), Unbound)
            if data := responder.data_to_send():
                server.send(data)
            if ended:
                return

    with listening(serve) as port:
        yield port


class Authenticated(LdapResponder):
    """MS-ADTS 5.1.1.2: on a port with TLS at once the certificate already is the bind."""

    def __init__(self, authzid: str, bind: int) -> None:
        super().__init__(external_answer=LdapResult(bind, "", "", "00002029: LdapErr: data 0, v4563", None))
        self.secured(None)
        self._authzid = authzid


def test_certificate_is_the_bind(site: Site) -> None:
    """EXTERNAL is refused there, and that is no failure."""
    with directory(site, "u:LAB\\alice") as port:
        url = f"ldaps://{HOST}:{port}"
        document = ldap(site, url, "--cert", site.store_file)
        ran = certprobe("ldap", url, "--cert", site.store_file, "--trust", site.root_file)
    assert document["verdict"]["outcome"] == "accepted"
    assert only(document)["ldap"]["who_am_i_before"]["authzid"] == "u:LAB\\alice"
    assert only(document)["ldap"]["bind"]["result"]["code"] == 7
    assert ran.exit_code == 0
    assert "The TLS connection itself is the bind (WhoAmI: u:LAB\\alice)" in ran.head


def test_certificate_that_maps_to_nobody(site: Site) -> None:
    """389 Directory Server: invalidCredentials, and no word."""
    with directory(site, "", bind=49) as port:
        document = ldap(site, f"ldaps://{HOST}:{port}", "--cert", site.store_file)
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-mapped", 1)
    assert "maps it to no account" in document["verdict"]["causes"][0]["title"]


# --- HTTP -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "identity", "outcome", "status", "page"),
    [
        ("on", None, "refused-by-http-status", 400, "No required SSL certificate was sent"),
        ("on", "expired", "refused-by-http-status", 400, "The SSL certificate error"),
        ("on_tls12", "foreign", "refused-by-http-status", 400, "The SSL certificate error"),
        ("on", "alice", "accepted", 200, f"subject={ALICE_SUBJECT}"),
        ("on_tls12", "alice", "accepted", 200, f"subject={ALICE_SUBJECT}"),
        ("optional", None, "accepted-anonymously", 200, "verify=NONE"),
        ("optional", "wrong_usage", "refused-by-http-status", 400, "The SSL certificate error"),
        ("trusted_not_advertised", "alice", "accepted", 200, f"subject={ALICE_SUBJECT}"),
        ("anonymous", "alice", "not-asked", 200, "verify=NONE"),
    ],
)
def test_nginx(site: Site, nginx: Nginx, host: str, identity: str | None, outcome: str, status: int, page: str) -> None:
    client = () if identity is None else pair(getattr(site.clients, identity))
    url = f"https://localhost:{getattr(nginx, host)}/"
    document = report("https", url, *client, "--trust", site.root_file)
    answer = only(document)["http"]["answer"]
    assert (document["verdict"]["outcome"], answer["status"]) == (outcome, status)
    assert page in base64.b64decode(answer["body"]).decode()


def test_ca_list_is_not_the_trust_list(site: Site, nginx: Nginx, apache: Apache) -> None:
    """Apache names the foreign root and trusts the site's; nginx trusts both and names one."""
    common = ("--cert", site.store_file, "--trust", site.root_file)
    by_list = report("https", f"https://localhost:{apache.advertises_other}/", *common)
    assert only(by_list)["tls"]["certificate_requests"][0]["chosen"]["number"] == 1
    (cause,) = by_list["verdict"]["causes"]
    assert (by_list["verdict"]["outcome"], cause["code"]) == ("refused-by-alert", "unknown_ca")
    assert "Its CA is in the server's own list: what the server announces is not what it trusts." in cause["detail"]
    for port in (nginx.trusted_not_advertised, apache.advertises_other):
        told = report("https", f"https://localhost:{port}/", *common, "--select", "3")
        assert told["verdict"]["outcome"] == "accepted"
        assert [cause["code"] for cause in told["verdict"]["causes"]] == ["accepted", "accepted-although"]


@pytest.mark.parametrize(
    ("identity", "alert"),
    [(None, "certificate_required"), ("expired", "certificate_expired"), ("foreign", "unknown_ca")],
)
def test_apache_refuses_by_alert(site: Site, apache: Apache, identity: str | None, alert: str) -> None:
    client = () if identity is None else pair(getattr(site.clients, identity))
    url = f"https://localhost:{apache.require}/"
    document = report("https", url, *client, "--trust", site.root_file)
    assert document["verdict"]["outcome"] == "refused-by-alert"
    (received,) = (each for each in only(document)["tls"]["alerts"] if each["by"] == "peer")
    assert received["description"]["name"] == alert
    assert f"alert {alert} (" in document["verdict"]["causes"][0]["detail"]


def test_apache_forbids(site: Site, apache: Apache) -> None:
    url = f"https://localhost:{apache.require}/"
    options = ("--path", "/", "--path", "/forbidden", "--cert", site.store_file, "--trust", site.root_file)
    document = report("https", url, *options)
    good, bad = document["attempts"]
    assert (good["conclusion"]["outcome"], good["http"]["answer"]["status"]) == ("accepted", 200)
    assert (bad["conclusion"]["outcome"], bad["http"]["answer"]["status"]) == ("refused-by-http-status", 403)
    assert document["verdict"]["exit_code"] == 1
    cause = document["verdict"]["causes"][0]
    assert cause["title"] == f"/forbidden: the server refused {ALICE_SUBJECT}"
    assert "HTTP 403 Forbidden" in cause["detail"]


def test_apache_forbids_whom_it_never_asked(site: Site, apache: Apache) -> None:
    url = f"https://localhost:{apache.location_tls13}/forbidden"
    ran = certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file)
    assert ran.exit_code == 1
    assert "the server turned us away without ever asking for a client certificate" in ran.head


def test_an_ordinary_404_is_no_refusal(site: Site, apache: Apache) -> None:
    url = f"https://localhost:{apache.require}/nowhere"
    document = report("https", url, "--cert", site.store_file, "--trust", site.root_file)
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("accepted", 0)
    assert only(document)["http"]["answer"]["status"] == 404
