"""stunnel as a TLS terminator: it asks for a client certificate itself, and what it fronts never sees it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.peers.process import HOST, directory, free_port, program, running
from tests.peers.site import Site


@contextlib.contextmanager
def stunnel(site: Site, backend: int) -> Iterator[int]:
    """Run stunnel before a port of 127.0.0.1; it demands a certificate of the site's root. Gives its own port."""
    binary, port = program("stunnel4", package="stunnel4"), free_port()
    with directory("stunnel") as home:
        config = home / "stunnel.conf"
        config.write_text(
            "foreground = yes\n"
            "pid =\n"
            "[terminator]\n"
            f"accept = {HOST}:{port}\n"
            f"connect = {HOST}:{backend}\n"
            f"cert = {site.servers.good.chain}\n"
            f"key = {site.servers.good.key}\n"
            f"CAfile = {site.root_file}\n"
            "verifyChain = yes\n"
        )
        with running((binary, str(config)), cwd=home, ports=(port,)):
            yield port
