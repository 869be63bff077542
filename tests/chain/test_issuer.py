from __future__ import annotations

import pytest

from certprobe.chain.issuer import IssuerMatch, match_issuer
from certprobe.lab.der import integer, sequence, tlv
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    SUBJECT_KEY_IDENTIFIER,
    Authority,
    Extension,
    common_name_only,
)
from tests.chain.judging import AT, certificate, errors, infos, judge

SERIAL = 4711
ROOT = Authority.root("Root", at=AT, serial_number=SERIAL)
BARE_ROOT = Authority.root("Root", at=AT, omit=(AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER))
KEY_IDENTIFIER = tlv(0x80, certificate(ROOT).subject_key_identifier or b"")
FOREIGN_KEY = tlv(0x80, b"somebody else")


def issuer_and_serial(serial: int, name: str = "Root") -> bytes:
    return tlv(0xA1, tlv(0xA4, common_name_only(name))) + b"\x82" + integer(serial)[1:]


@pytest.mark.parametrize(
    ("root", "identifier", "match", "info"),
    [
        pytest.param(ROOT, None, IssuerMatch.NAME, 0x4, id="absent"),
        pytest.param(ROOT, b"", IssuerMatch.NAME, 0x4, id="empty"),
        pytest.param(ROOT, KEY_IDENTIFIER, IssuerMatch.KEY, 0x2, id="key"),
        pytest.param(ROOT, FOREIGN_KEY, IssuerMatch.CONTRADICTED, 0x4, id="another key"),
        pytest.param(BARE_ROOT, FOREIGN_KEY, IssuerMatch.NAME, 0x4, id="another key, but the root names none"),
        pytest.param(ROOT, issuer_and_serial(SERIAL), IssuerMatch.EXACT, 0x1, id="issuer and serial"),
        pytest.param(
            ROOT, KEY_IDENTIFIER + issuer_and_serial(SERIAL), IssuerMatch.EXACT, 0x1, id="key, issuer and serial"
        ),
        pytest.param(ROOT, issuer_and_serial(SERIAL + 1), IssuerMatch.CONTRADICTED, 0x4, id="another serial"),
        pytest.param(ROOT, issuer_and_serial(SERIAL, "Other"), IssuerMatch.CONTRADICTED, 0x4, id="another issuer"),
        pytest.param(
            ROOT, KEY_IDENTIFIER + issuer_and_serial(SERIAL + 1), IssuerMatch.KEY, 0x2, id="key, but another serial"
        ),
        pytest.param(ROOT, issuer_and_serial(SERIAL)[:-4], IssuerMatch.NAME, 0x4, id="cut off at its end"),
        pytest.param(ROOT, issuer_and_serial(SERIAL)[-4:], IssuerMatch.NAME, 0x4, id="cut off at its start"),
    ],
)
def test_identifier(root: Authority, identifier: bytes | None, match: IssuerMatch, info: int) -> None:
    """Whatever the identifier says, the one certificate of the issuer's name is taken in the end."""
    if identifier is None:
        leaf = root.server("www.lab.test", omit=(AUTHORITY_KEY_IDENTIFIER,))
    else:
        leaf = root.server("www.lab.test", extensions=(Extension(AUTHORITY_KEY_IDENTIFIER, sequence(identifier)),))
    assert match_issuer(certificate(leaf), certificate(root)) is match
    chain = judge(leaf, roots=(root,))
    assert errors(chain) == [0, 0, 0]
    assert infos(chain)[1] == info
