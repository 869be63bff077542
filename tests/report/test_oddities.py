"""What Windows overlooks in a server's chain is told, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certprobe.judging import Yardstick, judge_server
from certprobe.lab.pki import Authority, Issued, common_name_only
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.report.oddities import of_server_chain
from tests.selection.credentials import AT

ROOT = Authority.root("Root", at=AT)
UPPER = ROOT.intermediate("Upper")
LOWER = UPPER.intermediate("Lower")
OTHER = ROOT.intermediate("Other")
SERVER = LOWER.server("www.lab.test")
WAY_UP = SERVER.chain


def notes(server: Issued, *known: Authority, host: str = "www.lab.test") -> list[str]:
    sent = tuple(map(Certificate, (server.der, *server.chain)))
    trusted = CertificateStore(Certificate(each.issued.der) for each in (ROOT, *known))
    judgement = judge_server(sent, None, host, Yardstick(trusted, AT))
    assert judgement is not None
    return [cause.code for cause in of_server_chain(judgement, sent)]


@pytest.mark.parametrize(("chain", "known", "codes"), [
    (WAY_UP, (), []),
    ((*WAY_UP, ROOT.issued.der), (), []),
    ((OTHER.issued.der, *WAY_UP), (), []),
    (WAY_UP[::-1], (), ["wrong-order"]),
    ((ROOT.issued.der, *WAY_UP), (), ["wrong-order"]),
    (WAY_UP[:1], (UPPER,), ["issuer-not-sent"]),
    (WAY_UP[1:], (LOWER,), ["issuer-not-sent"]),
    (WAY_UP[:1], (), []),
])  # fmt: skip
def test_what_is_sent_and_in_which_order(
    chain: tuple[bytes, ...], known: tuple[Authority, ...], codes: list[str]
) -> None:
    """Where no root is reached, that is what is told, and not here."""
    assert notes(replace(SERVER, chain=chain), *known) == codes


def test_name_in_the_common_name_alone() -> None:
    in_common_name = LOWER.server("www.lab.test", subject_alt_names=())
    assert notes(in_common_name) == ["common-name-only"]
    assert notes(in_common_name, host="other.lab.test") == []
    assert notes(LOWER.server("www.lab.test", subject=common_name_only("www.lab.test"))) == []
