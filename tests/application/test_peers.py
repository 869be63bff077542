"""LDAP and HTTP in clear, with servers and a client that we did not write."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from certprobe.application.http import BODY_LIMIT, BodyEnd, HttpAnswered, HttpExchange
from certprobe.application.ldap import BindAnswered, LdapConversation, RootDseAnswered, StartTlsAnswered, WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.application.ldap_server import LdapResponder, Unbound
from certprobe.transport import Deadline, dial, pump
from tests.peers.process import HOST, directory, free_port, program, running
from tests.peers.slapd import Slapd


def test_slapd_without_tls(slapd: Callable[..., Slapd]) -> None:
    deadline = Deadline(60, 20)
    client = LdapConversation()
    channel = dial(HOST, slapd(None).ldap, deadline.step("dial"))
    events = pump(channel, client, deadline.step("LDAP"))

    client.start_tls()
    refusal = LdapResult(2, "protocolError", "", "unsupported extended operation", None)
    assert next(events) == StartTlsAnswered(refusal)

    client.who_am_i()
    assert next(events) == WhoAmIAnswered(LdapResult(0, "success", "", "", None), "")

    client.bind_external()
    bound = next(events)
    assert isinstance(bound, BindAnswered)
    assert bound.result.name == "authMethodNotSupported"

    client.search_root_dse()
    answer = next(events)
    assert isinstance(answer, RootDseAnswered)
    attributes = dict(answer.attributes)
    assert attributes["objectClass"] == ("top", "OpenLDAProotDSE")
    assert attributes["supportedLDAPVersion"] == ("3",)
    assert attributes["namingContexts"] == ("dc=lab,dc=test",)
    assert "EXTERNAL" not in attributes.get("supportedSASLMechanisms", ())

    client.unbind()
    assert list(events) == []  # slapd closes when it has read the unbind request
    channel.close()


def test_ldapsearch_reads_our_responder() -> None:
    ldapsearch = program("ldapsearch", package="ldap-utils")
    with socket.create_server((HOST, 0)) as listener:
        uri = f"ldap://{HOST}:{listener.getsockname()[1]}"
        command = [ldapsearch, "-LLL", "-x", "-H", uri, "-s", "base", "-b", "", "namingContexts", "vendorName"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        connection, _ = listener.accept()
        server = LdapResponder()
        with connection:
            ended = None
            while ended is None:
                data = connection.recv(4096)
                server.receive_data(data)
                if not data:
                    server.receive_eof()
                ended = server.next_event()
                connection.sendall(server.data_to_send())
        output, _ = process.communicate()
    assert ended == Unbound()
    assert output == "dn:\nnamingContexts: dc=lab,dc=test\nvendorName: certprobe lab\n\n"


def fetch(port: int, target: str) -> HttpAnswered:
    deadline = Deadline(60, 20)
    channel = dial(HOST, port, deadline.step("dial"))
    answer = next(pump(channel, HttpExchange(f"{HOST}:{port}", target), deadline.step("HTTP")))
    channel.close()
    return answer


def test_http_server_of_the_standard_library() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/there" else 404, "Reason")
            self.end_headers()
            self.wfile.write(b"body")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            there, elsewhere = fetch(server.server_port, "/there"), fetch(server.server_port, "/elsewhere")
        finally:
            server.shutdown()
            thread.join()
    assert (there.status, there.reason, there.http_version) == (200, "Reason", "1.0")
    assert (there.body, there.body_end) == (b"body", BodyEnd.COMPLETE)
    assert dict(there.headers)["server"].startswith("BaseHTTP/")
    assert elsewhere.status == 404


@contextmanager
def plain_nginx() -> Iterator[int]:
    """nginx without TLS, with a small file, a large one, and a refusal in nginx's words."""
    binary, port = program("nginx", package="nginx"), free_port()
    user = "user root;\n" if os.geteuid() == 0 else ""
    with directory("plain-nginx") as home:
        (home / "small").write_bytes(b"small")
        (home / "large").write_bytes(b"l" * 1_000_000)
        config = home / "nginx.conf"
        config.write_text(
            f"{user}daemon off; pid nginx.pid; error_log stderr crit; events {{}}\n"
            "http { access_log off; client_body_temp_path body; proxy_temp_path proxy;\n"
            "fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n"
            f"server {{ listen {HOST}:{port}; root {home};\n"
            'location /refused { return 400 "No required SSL certificate was sent"; } } }\n'
        )
        with running((binary, "-p", str(home), "-e", "stderr", "-c", str(config)), ports=(port,), cwd=home):
            yield port


def test_nginx() -> None:
    with plain_nginx() as port:
        small, large, refused = fetch(port, "/small"), fetch(port, "/large"), fetch(port, "/refused")
    assert (small.status, small.body, small.body_end) == (200, b"small", BodyEnd.COMPLETE)
    assert (large.status, large.body, large.body_end) == (200, b"l" * BODY_LIMIT, BodyEnd.EXCERPT)
    assert (refused.status, refused.reason, refused.http_version) == (400, "Bad Request", "1.1")
    assert refused.body == b"No required SSL certificate was sent"
