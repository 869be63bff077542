"""docs/clients.md: what the clients do, as the tests of `listen` hold them to it. `make clients` writes it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.peers.clients import CLIENTS
from tests.peers.clients.visit import Client, HoldsBack, LateRequest

PAGE: Final = Path(__file__).parents[3] / "docs" / "clients.md"

_HEAD: Final = """\
# Clients

What real clients do when a server asks for a certificate. `certprobe listen` shows what yours does. The tests hold
the clients below to what stands here, and the table is written from theirs (`make clients`).

An empty answer is a Certificate message without a certificate: to the server it looks as if the client had none.

"""
_COLUMNS: Final = (
    "client",
    "seen with",
    "its CA is not in the list",
    "expired, or not for clientAuth",
    "can be asked late in TLS 1.3",
    "does not trust the server's root",
)
_TAIL: Final = """
With an empty list all of them send what they have, but for what they hold back as unfit. All that speak HTTP can be
asked late in TLS 1.2, by renegotiation.

## What to make of it

* **"No certificate" may be one that was held back.** Announce no list (`certprobe listen https --announce none`): then
  Java and ldapwhoami send what they have, and the report tells what is wrong with it. Chromium still hides what is
  expired or not for clientAuth.
* **Chromium sends its issuers only as far as the list asks for them.** Where the list is empty, or names the issuing
  CA, it sends its certificate alone. Announce the root, or trust the issuing CA as well (`--ca`); `listen` says so
  where a certificate came alone for such a list. To add issuers to the client's file does not help it.
* **Chromium comes more than once.** When it is asked it closes its first connections without an alert, looks for a
  certificate or asks its user, and comes again with the answer. Java comes a second time where it was refused in
  TLS 1.3. Each connection has a report.
* **In TLS 1.3 a client is done with its handshake before the server has read its certificate.** A refusal meets it when
  it reads the answer: a read error in httpx and curl (56), in ldapwhoami "Unknown authentication method (-6)".
* **An alert about a certificate that comes from a client is about the server's.** Clients that judge after the
  handshake close without a word instead: in TLS 1.3 Node does so before it has sent a certificate, ldapwhoami
  afterwards. After StartTLS ldapwhoami says goodbye in clear, which the server has to take for an error in TLS.
* **libldap takes "localhost" for the name of the machine** when it compares names: use the address or the real name.
"""


def page() -> str:
    """The whole page."""
    head = (_line(_COLUMNS), _line("---" for _ in _COLUMNS))
    return _HEAD + "".join((*head, *map(_row, CLIENTS))) + _TAIL


def _row(client: Client) -> str:
    lists = "sent all the same" if client.holds_back is HoldsBack.NOTHING else "empty answer"
    unfit = "empty answer" if client.holds_back is HoldsBack.NOT_LISTED_OR_UNFIT else "sent all the same"
    late = {LateRequest.IN_BOTH_VERSIONS: "yes", LateRequest.BEFORE_TLS_1_3: "no", LateRequest.NOT_IN_LDAP: "-"}
    distrust = "closes without an alert" if client.distrust is None else f"`{client.distrust.name}`"
    return _line((f"`{client.name}`", client.seen, lists, unfit, late[client.late_request], distrust))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
