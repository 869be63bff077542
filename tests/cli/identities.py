"""Who is in the site's store, and what a document says of a request."""

from __future__ import annotations

import base64

from tests.cli.command import Document

ALICE = "CN=alice,OU=people,DC=lab,DC=test"
UNMAPPED = "CN=unmapped,OU=machines,DC=lab,DC=test"
# The store's order is that of its certificates: foreign, expired, alice, unmapped.
FOREIGN_NUMBER, EXPIRED_NUMBER, ALICE_NUMBER, UNMAPPED_NUMBER = range(1, 5)


def body(document: Document) -> str:
    (attempt,) = document["attempts"]
    return base64.b64decode(attempt["http"]["answer"]["body"]).decode()


def request_of(document: Document) -> Document:
    return document["attempts"][-1]["tls"]["certificate_requests"][-1]  # type: ignore[no-any-return]
