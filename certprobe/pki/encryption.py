"""Password-based encryption (RFC 8018, RFC 7292 appendix C): which one it is, and its undoing.

Libraries that decrypt keys tell a wrong password from an unknown algorithm by English text only, run any number of
iterations that a file asks for, and open the certificates of a PKCS#12 file in one piece or not at all; so the schemes
are taken apart here, and the ciphers are left to `cryptography`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import UnsupportedError
from certprobe.pki import ber, der, derivation, fields
from certprobe.pki.derivation import Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.ciphers import CipherAlgorithm

    from certprobe.pki.derivation import Effort, Password
    from certprobe.pki.fields import AlgorithmIdentifier

PBES2: Final = "1.2.840.113549.1.5.13"
TRADITIONAL_CIPHERS: Final = ("AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC")
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
_RC2_ITERATIONS_PER_BLOCK: Final = 40
_RC2_BITS: Final = {160: 40, 120: 64, 58: 128}  # RFC 8018 B.2.3

PSEUDORANDOM_FUNCTIONS: Final = {
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.840.113549.2.12": "sha512_224",
    "1.2.840.113549.2.13": "sha512_256",
}
"""HMAC with a hash function (RFC 8018 B.1.2), by the name that `hashlib` has for it."""


class _Cipher(NamedTuple):
    """A cipher: which, and the size of its key in octets."""

    name: str
    key_length: int
    rc2_bits: int = 0


class _Pbes1(NamedTuple):
    """A scheme of RFC 8018 A.3 (PBKDF1, with the IV behind the key) or of RFC 7292 appendix C."""

    hash_name: str
    cipher: _Cipher


_DES = _Cipher("DES", 8)
_RC2_64 = _Cipher("RC2", 8, 64)
_OF_PKCS12: Final = "1.2.840.113549.1.12.1."
_PBES1: Final = {
    "1.2.840.113549.1.5.3": _Pbes1("md5", _DES),
    "1.2.840.113549.1.5.6": _Pbes1("md5", _RC2_64),
    "1.2.840.113549.1.5.10": _Pbes1("sha1", _DES),
    "1.2.840.113549.1.5.11": _Pbes1("sha1", _RC2_64),
    "1.2.840.113549.1.12.1.1": _Pbes1("sha1", _Cipher("RC4", 16)),
    "1.2.840.113549.1.12.1.2": _Pbes1("sha1", _Cipher("RC4", 5)),
    "1.2.840.113549.1.12.1.3": _Pbes1("sha1", _Cipher("TripleDES", 24)),
    "1.2.840.113549.1.12.1.4": _Pbes1("sha1", _Cipher("TripleDES", 16)),
    "1.2.840.113549.1.12.1.5": _Pbes1("sha1", _Cipher("RC2", 16, 128)),
    "1.2.840.113549.1.12.1.6": _Pbes1("sha1", _Cipher("RC2", 5, 40)),
}
_RC2: Final = "1.2.840.113549.3.2"
_CIPHERS: Final = {
    "2.16.840.1.101.3.4.1.2": _Cipher("AES", 16),
    "2.16.840.1.101.3.4.1.22": _Cipher("AES", 24),
    "2.16.840.1.101.3.4.1.42": _Cipher("AES", 32),
    "1.2.840.113549.3.7": _Cipher("TripleDES", 24),
    "1.3.14.3.2.7": _DES,
    "1.2.392.200011.61.1.1.1.2": _Cipher("Camellia", 16),
    "1.2.392.200011.61.1.1.1.3": _Cipher("Camellia", 24),
    "1.2.392.200011.61.1.1.1.4": _Cipher("Camellia", 32),
}

_UNSUPPORTED: Final = {
    "1.2.840.113549.1.5.1": "pbeWithMD2AndDES-CBC",
    "1.2.840.113549.1.5.4": "pbeWithMD2AndRC2-CBC",
    "1.2.840.113549.2.2": "md2",
    "1.3.36.3.2.1": "ripemd160",
    "1.2.840.113549.1.5.14": "id-PBMAC1",
    "2.16.840.1.101.3.4.1.6": "aes128-GCM",
    "2.16.840.1.101.3.4.1.26": "aes192-GCM",
    "2.16.840.1.101.3.4.1.46": "aes256-GCM",
    "1.2.840.113549.3.4": "rc4",
    "1.2.840.113549.3.9": "rc5-CBC-PAD",
    "1.2.840.113549.1.9.16.3.18": "id-alg-AEADChaCha20Poly1305",
    "1.2.410.200004.1.4": "seed-CBC",
    "1.2.410.200046.1.1.2": "aria128-CBC",
    "1.2.410.200046.1.1.7": "aria192-CBC",
    "1.2.410.200046.1.1.12": "aria256-CBC",
    "1.2.156.10197.1.104.2": "sm4-CBC",
    "1.2.156.10197.1.401": "sm3",
    "1.2.156.10197.1.401.3.1": "hmacWithSM3",
    "1.2.643.2.2.9": "id-GostR3411-94",
    "1.2.643.2.2.10": "id-HMACGostR3411-94",
    "1.2.643.2.2.21": "id-Gost28147-89",
    "1.2.643.7.1.1.2.2": "id-tc26-gost3411-12-256",
    "1.2.643.7.1.1.2.3": "id-tc26-gost3411-12-512",
    "1.2.643.7.1.1.4.1": "id-tc26-hmac-gost-3411-12-256",
    "1.2.643.7.1.1.4.2": "id-tc26-hmac-gost-3411-12-512",
    "1.2.643.7.1.1.5.1.1": "id-tc26-cipher-gostr3412-2015-magma-ctracpkm",
    "1.2.643.7.1.1.5.2.1": "id-tc26-cipher-gostr3412-2015-kuznyechik-ctracpkm",
}


def unsupported(what: str, oid: str, instead: str = "PBES2 with AES-256-CBC and PBKDF2") -> UnsupportedError:
    """Say which algorithm there is no support for, by its OID and, where we know it, its name, and what to use."""
    name = f"{_UNSUPPORTED[oid]} ({oid})" if oid in _UNSUPPORTED else oid
    return UnsupportedError(f"{what} {name} is not supported; {instead} is")


def open_sequence(
    algorithm: AlgorithmIdentifier, data: bytes, passwords: Iterable[Password], effort: Effort
) -> bytes | None:
    """Decrypt what must be a SEQUENCE with the first password that makes one of it; None if none does.

    Raises as `decrypt` does.
    """
    for password in {written(one, algorithm): one for one in passwords}.values():
        plain = decrypt(algorithm, data, password, effort)
        if plain is not None and _is_sequence(plain):
            return plain
    return None


def _is_sequence(plain: bytes) -> bool:
    try:
        return ber.is_indefinite(plain, 0) or der.whole(plain, der.SEQUENCE, "").end > 0
    except der.DerError:
        return False


def written(password: Password, algorithm: AlgorithmIdentifier) -> bytes:
    """Return the octets of the password that an algorithm works with."""
    return password.bmp_string if algorithm.oid.startswith(_OF_PKCS12) else password.octets


def decrypt(algorithm: AlgorithmIdentifier, data: bytes, password: Password, effort: Effort) -> bytes | None:
    """Undo the encryption; None if what comes out has no right padding, as nearly every wrong password's has not.

    Raises UnsupportedError, also for an excess of iterations, and DerError for parameters or data that cannot be.
    """
    if algorithm.oid == PBES2:
        return _decrypt_pbes2(algorithm, data, password, effort)
    if (scheme := _PBES1.get(algorithm.oid)) is None:
        raise unsupported("encryption algorithm", algorithm.oid)
    salt, count = _parameters(algorithm, "PBEParameter", der.OCTET_STRING, der.INTEGER)
    iterations, cipher, octets = der.integer(count), scheme.cipher, written(password, algorithm)
    if not algorithm.oid.startswith(_OF_PKCS12):
        derived = derivation.pbkdf1(scheme.hash_name, octets, salt, iterations, effort)
        return _decrypt(cipher, derived[:8], derived[8:16], data, effort)
    key, iv = (
        derivation.pkcs12(use, scheme.hash_name, octets, salt, iterations, length, effort)
        for use, length in ((Use.KEY, cipher.key_length), (Use.INITIALIZATION_VECTOR, 8))
    )
    return _decrypt(cipher, key, iv, data, effort)


def _decrypt_pbes2(algorithm: AlgorithmIdentifier, data: bytes, password: Password, effort: Effort) -> bytes | None:
    derivation_function, scheme = two_algorithms(algorithm)
    if scheme.oid == _RC2:
        cipher, iv = _rc2(scheme)
    elif scheme.oid in _CIPHERS:
        cipher, iv = _CIPHERS[scheme.oid], _iv(scheme)
    else:
        raise unsupported("cipher", scheme.oid)
    key = derive(derivation_function, password.octets, cipher.key_length, effort)
    return _decrypt(cipher, key, iv, data, effort)


def two_algorithms(algorithm: AlgorithmIdentifier) -> tuple[AlgorithmIdentifier, AlgorithmIdentifier]:
    """Decode PBES2-params, and PBMAC1-params alike, to their two algorithms; raise DerError."""
    parameters = algorithm.parameters
    sequence = der.expect(parameters, der.SEQUENCE, 0, len(parameters), "PBES2-params")
    function = der.expect(parameters, der.SEQUENCE, sequence.value_start, sequence.end, "keyDerivationFunc")
    scheme = der.expect(parameters, der.SEQUENCE, function.end, sequence.end, "encryptionScheme")
    return fields.algorithm_identifier(parameters, function), fields.algorithm_identifier(parameters, scheme)


def derive(function: AlgorithmIdentifier, password: bytes, length: int | None, effort: Effort) -> bytes:
    """Run PBKDF2 or scrypt; a `length` of None is taken from the parameters. Raises as `decrypt` does."""
    if function.oid == _PBKDF2:
        return _pbkdf2(function, password, length, effort)
    if function.oid != _SCRYPT:
        raise unsupported("key derivation function", function.oid)
    salt, *numbers = _parameters(function, "scrypt-params", der.OCTET_STRING, *(der.INTEGER,) * 3)
    cost, block_size, parallelization = map(der.integer, numbers)
    if length is None:
        raise der.DerError("scrypt-params: no keyLength")
    return derivation.scrypt(password, salt, (cost, block_size, parallelization), length, effort)


def _pbkdf2(function: AlgorithmIdentifier, password: bytes, length: int | None, effort: Effort) -> bytes:
    salt, count = _parameters(function, "PBKDF2-params", der.OCTET_STRING, der.INTEGER)
    parameters, hash_name = function.parameters, "sha1"  # RFC 8018 A.2: DEFAULT algid-hmacWithSHA1
    for child in list(der.children(parameters, der.read(parameters), limit=4))[2:]:
        if child.tag == der.INTEGER:
            length = length or der.integer(der.value(parameters, child))
        elif child.tag == der.SEQUENCE:
            pseudorandom_function = fields.algorithm_identifier(parameters, child).oid
            if pseudorandom_function not in PSEUDORANDOM_FUNCTIONS:
                raise unsupported("pseudorandom function", pseudorandom_function)
            hash_name = PSEUDORANDOM_FUNCTIONS[pseudorandom_function]
    if length is None:
        raise der.DerError("PBKDF2-params: no keyLength")
    return derivation.pbkdf2(hash_name, password, salt, der.integer(count), length, effort)


def _parameters(algorithm: AlgorithmIdentifier, what: str, *tags: int) -> list[bytes]:
    """Return the contents of the first values of a SEQUENCE of parameters, which must have these tags."""
    parameters = algorithm.parameters
    sequence = der.expect(parameters, der.SEQUENCE, 0, len(parameters), what)
    values, offset = [], sequence.value_start
    for tag in tags:
        value = der.expect(parameters, tag, offset, sequence.end, what)
        values.append(der.value(parameters, value))
        offset = value.end
    return values


def _iv(scheme: AlgorithmIdentifier) -> bytes:
    return der.value(
        scheme.parameters, der.expect(scheme.parameters, der.OCTET_STRING, 0, len(scheme.parameters), "IV")
    )


def _rc2(scheme: AlgorithmIdentifier) -> tuple[_Cipher, bytes]:
    """Decode RC2-CBC-Parameter (RFC 8018 B.2.3); the key is as long as its effective bits."""
    if scheme.parameters[:1] == bytes([der.OCTET_STRING]):
        return _Cipher("RC2", 4, 32), _iv(scheme)
    version, iv = _parameters(scheme, "RC2-CBC-Parameter", der.INTEGER, der.OCTET_STRING)
    number = der.integer(version)
    bits = _RC2_BITS.get(number, number if 256 <= number <= 1024 else 0)
    if not bits:
        raise UnsupportedError(f"RC2 of version {number} is not supported")
    return _Cipher("RC2", (bits + 7) // 8, bits), iv


def _decrypt(cipher: _Cipher, key: bytes, iv: bytes, data: bytes, effort: Effort) -> bytes | None:
    if cipher.name == "RC4":
        return _run(cipher, key, None, data)
    size = 16 if cipher.name in ("AES", "Camellia") else 8
    if len(iv) != size or len(data) % size or not data:
        raise der.DerError(f"{len(data)} encrypted bytes and an IV of {len(iv)} where blocks have {size}")
    if cipher.name == "RC2":
        from certprobe.pki import rc2

        effort.spend(_RC2_ITERATIONS_PER_BLOCK, len(data) // size)
        plain = rc2.decrypt_cbc(key, cipher.rc2_bits, iv, data)
    else:
        plain = _run(cipher, key, iv, data)
    padding = plain[-1]
    return plain[:-padding] if 1 <= padding <= size and plain.endswith(bytes([padding]) * padding) else None


def _run(cipher: _Cipher, key: bytes, iv: bytes | None, data: bytes) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    try:
        decryptor = Cipher(_algorithm(cipher.name, key), modes.CBC(iv) if iv is not None else None).decryptor()
    except UnsupportedAlgorithm:
        raise UnsupportedError(f"this machine's cryptography has no {cipher.name}") from None
    return decryptor.update(data) + decryptor.finalize()


def _algorithm(name: str, key: bytes) -> CipherAlgorithm:
    from cryptography.hazmat.decrepit.ciphers import algorithms as decrepit
    from cryptography.hazmat.primitives.ciphers import algorithms

    match name:
        case "AES":
            return algorithms.AES(key)
        case "Camellia":
            return decrepit.Camellia(key)
        case "RC4":
            return decrepit.ARC4(key)
        case _:
            # Single DES is Triple DES with one key three times, and two keys are three with the first again.
            return decrepit.TripleDES((key * 3)[:24])
