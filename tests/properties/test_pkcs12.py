"""PKCS#12: whatever is changed in a file, it is read or refused by an error of ours."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from certprobe.errors import InputError
from certprobe.pki.decode import decode
from certprobe.pki.identities import credentials
from tests.pki import pfx
from tests.pki.certificates import ISSUING

PASSWORD = b"secret"
ALICE = ISSUING.client("alice")
NAMES = (pfx.friendly_name("alice"), pfx.local_key_id(b"1"))
SEEDS = (
    pfx.pfx(pfx.safe(pfx.bag(pfx.SAFE_CONTENTS, pfx.cert_bag(ALICE, *NAMES)), pfx.key_bag(ALICE, *NAMES))),
    pfx.pfx_with_mac(
        pfx.encrypted_safe(pfx.cert_bag(ALICE, *NAMES), password=PASSWORD),
        pfx.safe(pfx.shrouded_key_bag(ALICE, PASSWORD, *NAMES)),
        password=PASSWORD,
    ),
    b"\x30\x80" + pfx.pfx(pfx.safe(pfx.cert_bag(ALICE)))[4:] + b"\x00\x00",
)
changes = st.lists(
    st.tuples(st.integers(0, 1200), st.integers(0, 4), st.binary(max_size=4)), min_size=1, max_size=3
)  # where, how many bytes are taken away, and what stands there instead


@given(st.sampled_from(SEEDS), changes)
def test_a_changed_file_is_read_or_refused(seed: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    data = bytearray(seed)
    for place, length, instead in changes:
        data[place : place + length] = instead
    with contextlib.suppress(InputError):
        credentials([decode(bytes(data), source="file", password=PASSWORD)])
