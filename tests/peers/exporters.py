"""PKCS#12 and PKCS#8 as the tools write them that people have: openssl, GnuTLS's certtool, NSS's pk12util."""

from __future__ import annotations

import subprocess
from pathlib import Path

from certprobe.lab.pki import Issued
from tests.peers.process import program

_SECONDS = 60.0


def _run(name: str, package: str, *arguments: str | Path, data: bytes | None = None) -> bytes:
    command = [program(name, package=package), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS, input=data)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Exporters:
    """Works in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def _write(self, name: str, data: bytes) -> Path:
        file = self._directory / name
        file.write_bytes(data)
        return file

    def openssl(self, issued: Issued, password: str, *options: str) -> bytes:
        """`openssl pkcs12 -export`: an identity with its issuers."""
        both = self._write("identity.pem", issued.chain_pem + issued.private_key_pem())
        return _run("openssl", "openssl", "pkcs12", "-export", "-in", both, "-passout", f"pass:{password}", *options)

    def pem_of_pkcs12(self, data: bytes, password: str) -> bytes:
        """`openssl pkcs12 -nodes`: PEM with the attributes of the bags as text between the blocks."""
        return _run("openssl", "openssl", "pkcs12", "-nodes", "-passin", f"pass:{password}", data=data)

    def openssl_pkcs8(self, issued: Issued, password: str, *options: str) -> bytes:
        """`openssl pkcs8 -topk8`: an encrypted key in PEM."""
        key = issued.private_key_pem()
        given = ("-topk8", "-passout", f"pass:{password}", "-provider", "default", "-provider", "legacy")
        return _run("openssl", "openssl", "pkcs8", *given, *options, data=key)

    def certtool(self, identities: tuple[Issued, ...], name: str, *options: str) -> bytes:
        """`certtool --to-p12`: identities with their issuers, all under one name."""
        certificates = self._write("certificates.pem", b"".join(issued.chain_pem for issued in identities))
        keys = self._write("keys.pem", b"".join(issued.private_key_pem() for issued in identities))
        files = ("--load-certificate", certificates, "--load-privkey", keys)
        return _run("certtool", "gnutls-bin", "--to-p12", "--outder", *files, "--p12-name", name, *options)

    def nss(self, identities: dict[str, Issued], nickname: str, password: str, *options: str) -> bytes:
        """`pk12util -o`: what a database with these identities has under a nickname."""
        database = self._directory / "nss"
        password_file = self._write("password", password.encode())
        if not database.exists():
            database.mkdir()
            _run("certutil", "libnss3-tools", "-N", "-d", f"sql:{database}", "--empty-password")
        for name, issued in identities.items():
            brought = self._write("brought.p12", self.openssl(issued, "brought", "-name", name))
            secret = ("-W", "brought", "-K", "")
            _run("pk12util", "libnss3-tools", "-i", brought, "-d", f"sql:{database}", *secret)
        out = self._directory / "nss.p12"
        wanted = ("-o", out, "-n", nickname, "-d", f"sql:{database}", "-w", password_file, "-K", "")
        _run("pk12util", "libnss3-tools", *wanted, *options)
        return out.read_bytes()
