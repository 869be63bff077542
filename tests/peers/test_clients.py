"""What docs/clients.md says of the clients is what the tests of `listen` hold them to."""

from __future__ import annotations

from tests.peers.clients.page import PAGE, page


def test_page_is_written() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make clients"
