"""Java's own key stores, JKS and JCEKS: what sun.security.provider.JavaKeyStore and its relation of SunJCE write.

Certificates lie open in them; private keys are encrypted each on its own, and a digest over all needs the password.
"""

from __future__ import annotations

from hashlib import md5, sha1
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import DecodeError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.pki import der, fields
from certprobe.pki.certificate import Certificate
from certprobe.pki.java_data import DataInput, JavaDataError, pass_over_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.pki.credential import PrivateKey
    from certprobe.pki.fields import AlgorithmIdentifier

_KINDS: Final = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}

_MOST_ENTRIES: Final = 100_000
_MOST_CERTIFICATES: Final = 100_000
_PRIVATE_KEY, _TRUSTED_CERTIFICATE, _SECRET_KEY = 1, 2, 3
_VERSIONS: Final = (1, 2)
_MAGIC: Final = 4
_DIGEST: Final = 20
_WHITENER: Final = b"Mighty Aphrodite"
_KEY_PROTECTOR: Final = "1.3.6.1.4.1.42.2.17.1.1"
_PBE_WITH_MD5_AND_TRIPLE_DES: Final = "1.3.6.1.4.1.42.2.19.1"
_BLOCK: Final = 8
# Java writes 200,000 for each key and reads no more than 5,000,000; so many for all keys take ten seconds.
_MOST_ITERATIONS: Final = 20_000_000


class Entry(NamedTuple):
    """One entry: a private key with its chain, or why that key cannot be had, or a trusted certificate."""

    alias: str
    certificates: tuple[Certificate, ...]
    private_key: PrivateKey | None = None
    fault: InputError | None = None


class JavaKeyStore(NamedTuple):
    """The entries in the order of the file, and the aliases of the secret keys, which were passed over.

    `intact` says whether the digest agrees with the password; None where none was given.
    """

    kind: str
    entries: tuple[Entry, ...]
    secret_keys: tuple[str, ...]
    intact: bool | None


class _Sealed(NamedTuple):
    """An entry before its private key, if it has one, is opened: EncryptedPrivateKeyInfo (RFC 5958 3)."""

    alias: str
    certificates: tuple[Certificate, ...]
    info: bytes | None


def load(data: bytes, password: bytes | None) -> JavaKeyStore:
    """Read a store, and open its private keys with `password`, which is of UTF-8 or else ISO 8859-1.

    A key that does not open has its fault: PasswordRequired, WrongPassword, UnsupportedError or DecodeError. Raises
    DecodeError for a damaged file, UnsupportedError for one of another version, and WrongPassword if neither the
    digest nor any key agrees with the password.
    """
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    text = None if password is None else _text(password)
    reader = _Reader(body)
    try:
        sealed = tuple(reader.entries())
    except JavaDataError as error:
        raise DecodeError(f"Java key store is damaged: {error}") from None
    opener = _Opener(text)
    entries = tuple(Entry(one.alias, one.certificates, *opener.opened(one.info)) for one in sealed)
    intact = None if text is None else _is_intact(body, digest, text)
    locked = [entry for entry in entries if isinstance(entry.fault, WrongPassword)]
    if intact is False and locked and not any(entry.private_key for entry in entries):
        raise WrongPassword("password does not open the Java key store, or the file is damaged")
    return JavaKeyStore(_KINDS[data[:_MAGIC]], entries, tuple(reader.secret_keys), intact)


class _Reader:
    """Reads the entries from first to last."""

    def __init__(self, body: bytes) -> None:
        self.secret_keys: list[str] = []
        self._source = DataInput(body, _MAGIC)
        self._certificates_left = _MOST_CERTIFICATES

    def entries(self) -> Iterator[_Sealed]:
        version, count = self._source.number(4), self._source.number(4)
        if version not in _VERSIONS:
            raise UnsupportedError(f"Java key store of version {version}; 1 and 2 are supported")
        if count > _MOST_ENTRIES:
            raise JavaDataError(f"it claims {count} entries, more than {_MOST_ENTRIES}")
        for _ in range(count):
            tag, alias = self._source.number(4), self._source.text()
            self._source.octets(8)  # when it was made
            if tag == _SECRET_KEY:
                pass_over_object(self._source)
                self.secret_keys.append(alias)
            elif tag == _PRIVATE_KEY:
                info = self._source.octets(self._source.number(4))
                chain = tuple(self._certificate(version) for _ in range(self._source.number(4)))
                yield _Sealed(alias, chain, info)
            elif tag == _TRUSTED_CERTIFICATE:
                yield _Sealed(alias, (self._certificate(version),), None)
            else:
                raise JavaDataError(f"entry of kind {tag} before byte {self._source.offset}")
        if self._source.left:
            raise JavaDataError(f"{self._source.left} bytes are left behind its entries")

    def _certificate(self, version: int) -> Certificate:
        self._certificates_left -= 1
        if self._certificates_left < 0:
            raise JavaDataError(f"more than {_MOST_CERTIFICATES} certificates")
        kind = self._source.text() if version == _VERSIONS[-1] else "X.509"
        if kind not in ("X.509", "X509"):
            raise UnsupportedError(f"Java key store with a certificate of type {kind}")
        octets = self._source.octets(self._source.number(4))
        if octets[:1] != b"\x30":
            raise JavaDataError(f"no certificate before byte {self._source.offset}")
        return Certificate(octets)


def _text(password: bytes) -> str:
    try:
        return password.decode()
    except UnicodeDecodeError:
        return password.decode("latin-1")


def _is_intact(body: bytes, digest: bytes, password: str) -> bool:
    expected = sha1(_chars(password) + _WHITENER + body, usedforsecurity=False).digest()
    return compare_digest(expected, digest)


def _chars(password: str) -> bytes:
    """A Java char array, high byte first."""
    return password.encode("utf-16-be", "surrogatepass")


class _Opener:
    """Opens the keys of one store, within a budget of iterations for all."""

    def __init__(self, password: str | None) -> None:
        self._password = password
        self._iterations_left = _MOST_ITERATIONS

    def opened(self, info: bytes | None) -> tuple[PrivateKey | None, InputError | None]:
        """Open a private key, or say why it does not open; nothing of nothing."""
        if info is None:
            return None, None
        try:
            return self._key(info), None
        except InputError as error:
            return None, error
        except der.DerError as error:
            return None, DecodeError(f"private key: {error}")

    def _key(self, info: bytes) -> PrivateKey:
        from certprobe.pki import private_key

        if not self._password:
            raise PasswordRequired("private key is encrypted")
        first, second = der.members(info, der.whole(info, der.SEQUENCE, "EncryptedPrivateKeyInfo"), 2, limit=2)
        algorithm, encrypted = fields.algorithm_identifier(info, first), der.value(info, second)
        if algorithm.oid == _KEY_PROTECTOR:
            return private_key.load_der(_unmasked(encrypted, _chars(self._password)), None)
        if algorithm.oid == _PBE_WITH_MD5_AND_TRIPLE_DES:
            return private_key.load_der(self._deciphered(encrypted, algorithm, self._password), None)
        return private_key.load_der(info, self._password.encode())

    def _deciphered(self, encrypted: bytes, algorithm: AlgorithmIdentifier, password: str) -> bytes:
        parameters = algorithm.parameters
        salt, count = der.members(parameters, der.whole(parameters, der.SEQUENCE, "PBEParameter"), 2, limit=2)
        iterations = der.integer(der.value(parameters, count))
        if not 0 < iterations <= self._iterations_left:
            raise UnsupportedError(f"asks for {iterations} iterations, {self._iterations_left} are left for this file")
        self._iterations_left -= iterations
        if len(encrypted) % _BLOCK or not encrypted:
            raise DecodeError("private key is cut off within a block of its cipher")
        plain = _decrypted(encrypted, der.value(parameters, salt), iterations, password)
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or not plain.endswith(bytes([padding]) * padding) or plain[0] != der.SEQUENCE:
            raise WrongPassword("password does not open the private key")
        return plain[:-padding]


def _unmasked(masked: bytes, password: bytes) -> bytes:
    """Undo sun.security.provider.KeyProtector: a salt, the key under a stream of SHA-1 values, and a digest of both."""
    salt, body, check = masked[:_DIGEST], masked[_DIGEST:-_DIGEST], masked[-_DIGEST:]
    stream, link = bytearray(), salt
    while len(stream) < len(body):
        link = sha1(password + link, usedforsecurity=False).digest()
        stream += link
    plain = bytes(octet ^ mask for octet, mask in zip(body, stream, strict=False))
    if not compare_digest(sha1(password + plain, usedforsecurity=False).digest(), check):
        raise WrongPassword("password does not open the private key")
    return plain


def _decrypted(encrypted: bytes, salt: bytes, iterations: int, password: str) -> bytes:
    """Undo PBEWithMD5AndTripleDES of SunJCE: each half of the salt gives half of the key and initialization vector."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    first, second = salt[: _BLOCK // 2], salt[_BLOCK // 2 :]
    if first == second:
        first = first[::-1]
    octets = password.encode("ascii", "replace")  # SunJCE takes no others
    derived = _iterated(first, iterations, octets) + _iterated(second, iterations, octets)
    decryptor = Cipher(TripleDES(derived[:-_BLOCK]), modes.CBC(derived[-_BLOCK:])).decryptor()
    return decryptor.update(encrypted) + decryptor.finalize()


def _iterated(value: bytes, iterations: int, password: bytes) -> bytes:
    for _ in range(iterations):
        value = md5(value + password, usedforsecurity=False).digest()
    return value
