"""Fixtures of the tests of the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.cli.command import Arguments, Document, report
from tests.peers.nginx import Nginx
from tests.peers.site import Site


@pytest.fixture
def optional(site: Site, nginx: Nginx) -> Callable[..., Document]:
    """A run against nginx that asks, takes what it can verify, and says whom it saw."""

    def run(*arguments: Arguments, env: Mapping[str, str] | None = None) -> Document:
        return report("https", f"https://localhost:{nginx.optional}/", "--trust", site.root_file, *arguments, env=env)

    return run
