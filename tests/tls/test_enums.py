"""Names of code points."""

from __future__ import annotations

import subprocess

from certprobe.tls.enums import cipher_suite_name
from tests.peers.process import program


def test_every_cipher_suite_that_openssl_offers_has_its_name_in_the_registry() -> None:
    openssl = program("openssl", package="openssl")
    command = (openssl, "ciphers", "-s", "-V", "-stdname", "ALL:@SECLEVEL=0")
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    names = {int(octets.replace(",0x", ""), 16): name for octets, _, name, *_ in map(str.split, listed)}
    assert len(names) > 50
    assert {code: cipher_suite_name(code) for code in names} == names


def test_signals_that_stand_among_the_cipher_suites() -> None:
    """RFC 5746 3.3 and RFC 7507: what they say is no cipher."""
    assert cipher_suite_name(0x00FF) == "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
    assert cipher_suite_name(0x5600) == "TLS_FALLBACK_SCSV"


def test_an_unknown_cipher_suite_is_its_number() -> None:
    assert cipher_suite_name(0x0BAD) == "0x0bad"
