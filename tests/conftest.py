"""Fixtures for every room: the site's certificates, and the real servers that stand on it.

Each server is started when a test first asks for it, once per configuration, and stopped at the end of the session.
One that is not installed skips its tests, or fails them under CI=true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.corpora.summary import pytest_terminal_summary as pytest_terminal_summary

if TYPE_CHECKING:
    from tests.peers.apache import Apache
    from tests.peers.nginx import Nginx
    from tests.peers.site import Site
    from tests.peers.slapd import Slapd


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Octets make no name: where they are random, parallel workers would not agree on which tests there are."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The certificates and their files (see `tests.peers.site`)."""
    from tests.peers.site import build

    return build(tmp_path_factory.mktemp("site"), datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="session")
def nginx(site: Site) -> Iterator[Nginx]:
    """The ports of a running nginx (see `tests.peers.nginx.Nginx`)."""
    from tests.peers.nginx import nginx

    with nginx(site) as ports:
        yield ports


@pytest.fixture(scope="session")
def apache(site: Site) -> Iterator[Apache]:
    """The ports of a running Apache (see `tests.peers.apache.Apache`)."""
    from tests.peers.apache import apache

    with apache(site) as ports:
        yield ports


@pytest.fixture(scope="session")
def slapd(site: Site) -> Iterator[Callable[..., Slapd]]:
    """`slapd("try")`: the ports of a running slapd with that TLSVerifyClient (see `tests.peers.slapd.slapd`)."""
    from tests.peers.process import started_once
    from tests.peers.slapd import slapd

    with started_once(partial(slapd, site)) as start:
        yield start


@pytest.fixture(scope="session")
def s_server(site: Site) -> Iterator[Callable[..., int]]:
    """`s_server("-tls1_2", *REQUIRE)`: the port of a running `openssl s_server` (see `tests.peers.s_server`)."""
    from tests.peers.process import started_once
    from tests.peers.s_server import s_server

    with started_once(partial(s_server, site)) as start:
        yield start


@pytest.fixture(scope="session")
def hostile(site: Site) -> Callable[[str], AbstractContextManager[int]]:
    """`with hostile("silent") as port`: a peer that misbehaves in that way (see `tests.peers.hostile.CATALOGUE`)."""
    from tests.peers.hostile import hostile

    return partial(hostile, site)
