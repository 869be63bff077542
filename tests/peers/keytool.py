"""Key stores as Java's keytool writes them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from certprobe.lab.pki import Issued
from tests.peers.process import program

PASSWORD = b"changeit"
_SECONDS = 60.0
_QUICK_START = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Dfile.encoding=UTF-8")


def keytool(*arguments: str | Path) -> str:
    """Run keytool, and return what it says; it must succeed."""
    command = program("keytool", package="default-jre-headless")
    done = subprocess.run(
        [command, *_QUICK_START, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Store:
    """A key store that is filled entry by entry; `kind` is JKS, JCEKS or PKCS12."""

    def __init__(self, file: Path, kind: str, password: bytes = PASSWORD) -> None:
        self.file = file
        self._kind = kind
        self._password = password.decode()

    @property
    def octets(self) -> bytes:
        """The file as it is now."""
        return self.file.read_bytes()

    def add_identity(self, alias: str, issued: Issued, *, key_password: bytes | None = None) -> None:
        """Put in a certificate with its chain and its key, which may have a password of its own."""
        brought = self.file.with_suffix(".brought")
        brought.write_bytes(issued.pkcs12(self._password.encode(), "entry"))
        own = (key_password or self._password.encode()).decode()
        keytool(
            *("-importkeystore", "-noprompt", "-srckeystore", brought, "-srcstoretype", "PKCS12"),
            *("-srcstorepass", self._password, "-srcalias", "entry", "-destalias", alias, "-destkeypass", own),
            *self._options("dest"),
        )
        brought.unlink()

    def add_certificate(self, alias: str, certificate: bytes) -> None:
        """Put in a trusted certificate, DER."""
        brought = self.file.with_suffix(".brought")
        brought.write_bytes(certificate)
        keytool("-importcert", "-noprompt", "-trustcacerts", "-alias", alias, "-file", brought, *self._options())
        brought.unlink()

    def add_secret(self, alias: str) -> None:
        """Put in a secret key, which JKS cannot hold."""
        keytool(
            "-genseckey",
            "-alias",
            alias,
            "-keyalg",
            "AES",
            "-keysize",
            "256",
            "-keypass",
            self._password,
            *self._options(),
        )

    def _options(self, which: str = "") -> tuple[str | Path, ...]:
        given = (("keystore", self.file), ("storetype", self._kind), ("storepass", self._password))
        return tuple(word for name, value in given for word in (f"-{which}{name}", value))
