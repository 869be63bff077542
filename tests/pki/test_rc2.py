"""RC2 against the vectors of its standard, and against a library where it has one."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import RC2
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from certprobe.pki.rc2 import decrypt_cbc

# RFC 2268 5: key, effective key length in bits, plaintext, ciphertext.
VECTORS = [
    ("0000000000000000", 63, "0000000000000000", "ebb773f993278eff"),
    ("ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"),
    ("3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"),
    ("88", 64, "0000000000000000", "61a8a244adacccf0"),
    ("88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"),
    ("88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"),
    ("88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"),
    (
        "88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e",
        129,
        "0000000000000000",
        "5b78d3a43dfff1f1",
    ),
]


@pytest.mark.parametrize(("key", "bits", "plain", "encrypted"), VECTORS)
def test_vectors(key: str, bits: int, plain: str, encrypted: str) -> None:
    assert decrypt_cbc(bytes.fromhex(key), bits, bytes(8), bytes.fromhex(encrypted)).hex() == plain


def test_chains_of_blocks() -> None:
    key, iv, plain = os.urandom(16), os.urandom(8), os.urandom(800)
    encryptor = Cipher(RC2(key), modes.CBC(iv)).encryptor()
    assert decrypt_cbc(key, 128, iv, encryptor.update(plain) + encryptor.finalize()) == plain
