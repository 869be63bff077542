"""`openssl s_server`: any version of TLS from 1.0 to 1.3, any way of asking for a certificate."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Literal, TypeAlias

from tests.peers.process import HOST, directory, free_port, program, running
from tests.peers.site import Identity, Site

Version: TypeAlias = Literal["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"]
REQUIRE = ("-Verify", "3", "-verify_return_error")
"""Ask for a certificate, and refuse whoever has none or a bad one."""
REQUEST = ("-verify", "3")
"""Ask for a certificate, and take whatever comes."""


@contextlib.contextmanager
def s_server(site: Site, *options: str, server: Identity | None = None) -> Iterator[int]:
    """Run `openssl s_server -www` with the options and give its port; it answers HTTP/1.0 with a page on the session.

    It trusts and advertises the site's root if it asks for a certificate, and serves one connection after the other.
    TLS 1.0 and 1.1 are unlocked here, so that a version option is enough.
    """
    identity = server or site.servers.good
    port = free_port()
    argv = (
        program("openssl", package="openssl"),
        "s_server",
        *("-accept", f"{HOST}:{port}"),
        *("-cert", str(identity.certificate), "-cert_chain", str(identity.chain), "-key", str(identity.key)),
        *("-CAfile", str(site.root_file)),
        *("-cipher", "ALL:@SECLEVEL=0"),
        "-www",
        *options,
    )
    with directory("s_server") as home, running(argv, ports=(port,), cwd=home):
        yield port
