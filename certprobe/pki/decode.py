"""From the bytes of files (PEM, DER, PKCS#7, PKCS#8, PKCS#12, JKS) to what is in them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from certprobe.errors import DecodeError, FileError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.pki import der, pem
from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from certprobe.pki.credential import PrivateKey

LONGEST_FILE: Final = 64 * 1024 * 1024
MOST_BLOCKS: Final = 100_000

_CERTIFICATE_LABELS: Final = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_PKCS7_LABELS: Final = ("PKCS7", "CMS", "PKCS #7 SIGNED DATA")
_LABELS_WITHOUT_INTEREST: Final = ("EC PARAMETERS", "DH PARAMETERS", "DSA PARAMETERS", "PUBLIC KEY", "RSA PUBLIC KEY")
_JAVA_KEY_STORES: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")  # JKS and JCEKS


class FoundCertificate(NamedTuple):
    """A certificate, where it was found ("store.p12 #2"), its friendlyName, and which key its file says that it has.

    `local_key_id` is localKeyID of PKCS#12 (RFC 2985 5.5.2), or whatever else ties a key and a certificate of one file.
    `is_trusted` is what Java calls a trusted certificate entry: others are verified with it, nobody logs in with it.
    """

    certificate: Certificate
    source: str
    friendly_name: str | None = None
    local_key_id: bytes | None = None
    is_trusted: bool = False


class FoundKey(NamedTuple):
    """A private key, where it was found, and its friendlyName and localKeyID as with FoundCertificate."""

    private_key: PrivateKey
    source: str
    friendly_name: str | None = None
    local_key_id: bytes | None = None


class Locked(enum.Enum):
    """What becomes of a file whose private keys do not open: an error, or `Contents.locked` beside what lies open."""

    REFUSED = "refused"
    KEPT = "kept"


class LockedKey(NamedTuple):
    """A private key that does not open, where it was found, and why in plain words."""

    source: str
    reason: str


class Contents(NamedTuple):
    """What one file holds, in its order, and notes in plain words on what of it could not be used."""

    source: str
    found_certificates: tuple[FoundCertificate, ...] = ()
    found_keys: tuple[FoundKey, ...] = ()
    notes: tuple[str, ...] = ()
    locked: tuple[LockedKey, ...] = ()

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates alone."""
        return tuple(found.certificate for found in self.found_certificates)

    @property
    def private_keys(self) -> tuple[PrivateKey, ...]:
        """The private keys alone."""
        return tuple(found.private_key for found in self.found_keys)


class Format(enum.Enum):
    """What a DER file may be."""

    CERTIFICATE = enum.auto()
    PRIVATE_KEY = enum.auto()
    PKCS7 = enum.auto()
    PKCS12 = enum.auto()


def decode(data: bytes, *, source: str, password: bytes | None, locked: Locked = Locked.REFUSED) -> Contents:
    """Find out the format of `data` and take it apart; `source` is how messages call the file.

    One bad block of a PEM file becomes a note; a file with nothing usable in it raises DecodeError, UnsupportedError,
    PasswordRequired or WrongPassword, one of more than 64 MiB or 100,000 blocks FileError. In PEM, Java's key stores
    and at times PKCS#12 certificates lie open beside encrypted keys: with Locked.KEPT a password is not missed.
    """
    if len(data) > LONGEST_FILE:
        raise FileError(f"{source}: longer than {LONGEST_FILE >> 20} MiB")
    try:
        if data.startswith(_JAVA_KEY_STORES):
            return _decode_java_key_store(data, password, _Gathered(source, locked))
        if pem.is_pem(data):
            return _decode_pem(data, password, _Gathered(source, locked))
        return _decode_der(data, password, _Gathered(source, locked))
    except InputError as error:
        raise type(error)(f"{source}: {error}") from None


def der_format(data: bytes) -> Format:
    """Tell DER files apart by the tags of the first values inside; raises DecodeError or UnsupportedError."""
    if data[:1] != b"\x30":
        raise DecodeError("neither PEM nor DER" if data else "file is empty")
    if data[1:2] == b"\x80":
        return Format.PKCS12 if data[2:5] == b"\x02\x01\x03" else Format.PKCS7
    try:
        outer = der.read(data)
        tags = tuple(child.tag for child, _ in zip(der.children(data, outer), range(3), strict=False))
    except der.DerError as error:
        raise DecodeError(f"damaged DER: {error}") from None
    match tags:
        case (der.SEQUENCE, der.OCTET_STRING) | (der.INTEGER, der.INTEGER, *_) | (der.INTEGER, der.OCTET_STRING, *_):
            return Format.PRIVATE_KEY
        case (der.INTEGER, der.SEQUENCE, der.OCTET_STRING):
            return Format.PRIVATE_KEY
        case (der.INTEGER, der.SEQUENCE, *_):
            return Format.PKCS12
        case (der.OBJECT_IDENTIFIER, 0xA0):
            return Format.PKCS7
        case _:
            return Format.CERTIFICATE


def _decode_der(data: bytes, password: bytes | None, gathered: _Gathered) -> Contents:
    source = gathered.source
    match der_format(data):
        case Format.CERTIFICATE:
            certificate, notes = _certificate(data)
            return Contents(
                source, (FoundCertificate(certificate, source),), (), tuple(f"{source}: {n}" for n in notes)
            )
        case Format.PRIVATE_KEY:
            from certprobe.pki import private_key

            return Contents(source, (), (FoundKey(private_key.load_der(data, password), source),))
        case Format.PKCS7:
            return Contents(source, _decode_pkcs7(data, source))
        case Format.PKCS12:
            return _decode_pkcs12(data, password, gathered)
        case other:
            assert_never(other)


def _certificate(data: bytes) -> tuple[Certificate, list[str]]:
    """Cut a certificate out of a file or of OpenSSL's TRUSTED CERTIFICATE, where something may follow it."""
    certificate = Certificate(data)
    outer = der.read(data)
    if outer.end < len(data):
        certificate = Certificate(data[: outer.end])
    if certificate.layout.subject_public_key_info is None:
        raise DecodeError(f"DER, but no certificate: {certificate.layout.fault}")
    left = data[outer.end :].strip()
    return certificate, [f"{len(left)} bytes after the certificate are left out"] if left else []


def _decode_pkcs7(data: bytes, source: str) -> tuple[FoundCertificate, ...]:
    from certprobe.pki import pkcs7

    return tuple(FoundCertificate(c, f"{source} #{n}") for n, c in enumerate(pkcs7.certificates(data), 1))


class _Gathered:
    """Collects what the parts of one file give, and what went wrong with each."""

    def __init__(self, source: str, locked: Locked) -> None:
        self.source = source
        self.certificates: list[FoundCertificate] = []
        self.keys: list[FoundKey] = []
        self.notes: list[str] = []
        self._keeps_locked = locked is Locked.KEPT
        self._locked: list[LockedKey] = []
        self._failures: list[InputError] = []

    def fail(self, place: str, what: str, error: InputError) -> None:
        """Take down that a part cannot be used; `what` is the name of its kind."""
        if self._keeps_locked and isinstance(error, PasswordRequired | WrongPassword):
            self._locked.append(LockedKey(place, str(error)))
            return
        self._failures.append(error)
        self.notes.append(f"{place} ({what}, not used): {error}")

    def contents(self, nothing: str) -> Contents:
        """Return it all, unless a password is what is wanted, or there is nothing, which is then the error.

        A missing password is always worth a question, a wrong one unless it opened another key.
        """
        for error in self._failures:
            if isinstance(error, PasswordRequired) or (isinstance(error, WrongPassword) and not self.keys):
                raise error
        if not (self.certificates or self.keys or self._locked):
            raise self._failures[0] if self._failures else DecodeError(nothing)
        return Contents(self.source, tuple(self.certificates), tuple(self.keys), tuple(self.notes), tuple(self._locked))


def _decode_java_key_store(data: bytes, password: bytes | None, gathered: _Gathered) -> Contents:
    from certprobe.pki import java_keystore

    store = java_keystore.load(data, password)
    issuers: set[Certificate] = set()
    for entry in store.entries:
        place, tie = f"{gathered.source} {entry.alias!r}", entry.alias.encode()
        for number, certificate in enumerate(entry.certificates):
            if number and certificate in issuers:
                continue  # each chain is written out whole
            issuers.add(certificate)
            where = f"{gathered.source} #{len(gathered.certificates) + 1}"
            name, key_id = (entry.alias, tie) if number == 0 else (None, None)
            is_trusted = entry.private_key is None and entry.fault is None
            gathered.certificates.append(FoundCertificate(certificate, where, name, key_id, is_trusted))
        if entry.private_key is not None:
            gathered.keys.append(FoundKey(entry.private_key, place, entry.alias, tie))
        if entry.fault is not None:
            gathered.fail(place, "private key", entry.fault)
    if store.intact is False:
        gathered.notes.append(f"{gathered.source}: changed since it was written, or written with another password")
    return gathered.contents("Java key store without certificates or private keys")


def _decode_pkcs12(data: bytes, password: bytes | None, gathered: _Gathered) -> Contents:
    from certprobe.pki import pkcs12

    pfx = pkcs12.load(data, password)
    source = gathered.source
    issuers: dict[Certificate, int] = {}
    for bag in pfx.certificates:
        said, place = bag.attributes, f"{source} #{bag.number}"
        found = FoundCertificate(bag.certificate, place, said.friendly_name, said.local_key_id, said.is_trusted)
        if said.local_key_id is None and bag.certificate in issuers:
            # Java writes each chain out whole; only an entry of its own has a name that somebody gave it.
            if said.is_trusted:
                gathered.certificates[issuers[bag.certificate]] = found
            continue
        issuers[bag.certificate] = len(gathered.certificates)
        gathered.certificates.append(found)
    for key in pfx.keys:
        said = key.attributes
        # Of a key of Windows this is the name of its container, which means nothing to people.
        name = said.friendly_name if said.key_provider_name is None else None
        gathered.keys.append(FoundKey(key.private_key, f"{source} #{key.number}", name, said.local_key_id))
    gathered.notes += (f"{source} {note}" for note in pfx.notes)
    for fault in pfx.faults:
        gathered.fail(f"{source} #{fault.number}" if fault.number else source, fault.what, fault.error)
    return gathered.contents("PKCS#12 without certificates or private keys")


def _decode_pem(data: bytes, password: bytes | None, gathered: _Gathered) -> Contents:
    for block in pem.split(data):
        if block.number > MOST_BLOCKS:
            raise FileError(f"more than {MOST_BLOCKS} PEM blocks")
        place = f"{gathered.source} #{block.number}"
        try:
            _decode_block(block, place, password, gathered)
        except InputError as error:
            gathered.fail(place, block.label, error)
    return gathered.contents("PEM without certificates or private keys")


def _decode_block(block: pem.PemBlock, place: str, password: bytes | None, gathered: _Gathered) -> None:
    if block.fault:
        raise DecodeError(f"PEM block {block.fault}")
    if block.label in _CERTIFICATE_LABELS:
        gathered.certificates.append(FoundCertificate(_pem_certificate(block), place))
    elif block.label.endswith("PRIVATE KEY"):
        from certprobe.pki import private_key

        gathered.keys.append(FoundKey(private_key.load_pem(block, password), place))
    elif block.label in _PKCS7_LABELS:
        gathered.certificates += _decode_pkcs7(block.der, place)
    elif block.label not in _LABELS_WITHOUT_INTEREST:
        raise UnsupportedError("neither certificate nor private key")


def _pem_certificate(block: pem.PemBlock) -> Certificate:
    # Ten thousand of these are read at a time: the layout waits until somebody asks.
    data = block.der
    if data[:2] == b"\x30\x82" and int.from_bytes(data[2:4]) + 4 == len(data):
        return Certificate(data)  # as nearly every certificate begins
    try:
        outer = der.expect(data, der.SEQUENCE, 0, len(data), "Certificate")
    except der.DerError as error:
        raise DecodeError(str(error)) from None
    return Certificate(data[: outer.end])
