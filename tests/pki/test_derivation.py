"""From passwords to keys: how they are written, and how much work a file may ask for."""

from __future__ import annotations

from functools import partial

import pytest

from certprobe.errors import UnsupportedError
from certprobe.lab.der import integer, sequence, tlv
from certprobe.pki import derivation
from certprobe.pki.der import DerError
from certprobe.pki.derivation import ABSENT, EMPTY, Effort, Password, Use, readings
from certprobe.pki.encryption import decrypt
from certprobe.pki.fields import AlgorithmIdentifier

READINGS = {
    "none": (None, (ABSENT, EMPTY)),
    "empty": (b"", (EMPTY, ABSENT)),
    "ascii": (b"ab", (Password(b"\0a\0b\0\0", b"ab"),)),
    "utf-8": (
        "é".encode(),
        (Password(b"\0\xe9\0\0", b"\xc3\xa9"), Password(b"\0\xc3\0\xa9\0\0", b"\xe9")),
    ),
    "beyond-iso-8859-1": (
        "€".encode(),
        (Password(b"\x20\xac\0\0", b"\xe2\x82\xac"), Password(b"\0\xe2\0\x82\0\xac\0\0", b"\xe2\x82\xac")),
    ),
    "beyond-the-bmp": (
        "\N{GRINNING FACE}".encode(),
        (
            Password(b"\xd8\x3d\xde\x00\0\0", b"\xf0\x9f\x98\x80"),
            Password(b"\0\xf0\0\x9f\0\x98\0\x80\0\0", b"\xf0\x9f\x98\x80"),
        ),
    ),
    "iso-8859-1": (b"\xe9", (Password(b"\0\xe9\0\0", b"\xc3\xa9"), Password(b"\0\xe9\0\0", b"\xe9"))),
}


@pytest.mark.parametrize(("password", "expected"), READINGS.values(), ids=READINGS)
def test_ways_to_write_a_password(password: bytes | None, expected: tuple[Password, ...]) -> None:
    assert readings(password) == expected


def test_a_password_is_not_in_its_repr() -> None:
    assert repr(readings(b"hidden")) == "(<Password>,)"


def test_the_effort_for_one_file() -> None:
    effort = Effort()
    effort.spend(10_000_000)
    effort.spend(2_500_000, 4)
    assert not effort.is_spent
    with pytest.raises(UnsupportedError, match="more than 20000000 iterations of its key derivation functions in all"):
        effort.spend(1)
    assert effort.is_spent


def test_what_is_too_much_at_once_is_named() -> None:
    effort = Effort()
    with pytest.raises(UnsupportedError, match=r"asks for 20000001 iterations of its key derivation function$"):
        effort.spend(20_000_001)
    assert effort.is_spent


@pytest.mark.parametrize("iterations", [0, -1])
def test_no_iterations_are_damage(iterations: int) -> None:
    with pytest.raises(DerError, match=f"iteration count {iterations}"):
        Effort().spend(iterations)


def test_every_kind_of_derivation_is_counted_before_it_is_done() -> None:
    for derive in (
        partial(derivation.pkcs12, Use.KEY, "sha1", b"", b"salt", 10_000_001, 24),
        partial(derivation.pbkdf2, "sha1", b"", b"salt", 10_000_001, 24),
        partial(derivation.pbkdf1, "md5", b"", b"salt", 20_000_001),
        partial(derivation.scrypt, b"", b"salt", (2**20, 8, 1), 32),
    ):
        with pytest.raises(UnsupportedError, match="asks for"):
            derive(Effort())


def test_what_rc2_takes_counts_too() -> None:
    parameters = sequence(tlv(0x04, b"saltsalt"), integer(1))
    algorithm = AlgorithmIdentifier("1.2.840.113549.1.12.1.6", parameters)
    effort = Effort()
    effort.spend(19_999_900)
    with pytest.raises(UnsupportedError, match="in all"):
        decrypt(algorithm, bytes(24), ABSENT, effort)


@pytest.mark.parametrize("numbers", [(3, 8, 1), (1, 8, 1), (0, 8, 1), (2, 0, 1), (2, 8, 0), (-2, 8, 1), (2, -8, -1)])
def test_numbers_that_scrypt_has_not(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(DerError, match="scrypt with N="):
        derivation.scrypt(b"", b"salt", numbers, 32, Effort())


def test_scrypt() -> None:
    """RFC 7914 12, the second vector."""
    derived = derivation.scrypt(b"password", b"NaCl", (1024, 8, 16), 64, Effort())
    assert derived.hex().startswith("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
