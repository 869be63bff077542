"""PKCS#12 (RFC 7292): the certificates and private keys of a PFX with their attributes, and why it does not open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.errors import DecodeError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.pki import ber, der, encryption, fields, pkcs12_mac, private_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.derivation import ABSENT, EMPTY, Effort, readings
from certprobe.pki.pkcs12_attributes import BagAttributes, bag_attributes

if TYPE_CHECKING:
    from certprobe.pki.credential import PrivateKey
    from certprobe.pki.fields import AlgorithmIdentifier

_MOST_SAFES = 1000
_MOST_BAGS = 100_000
_DEEPEST = 8

_DATA = "1.2.840.113549.1.7.1"
_ENVELOPED_DATA = "1.2.840.113549.1.7.3"
_ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
_X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
_OTHER_BAGS = {
    "1.2.840.113549.1.12.10.1.4": "CRL",
    "1.2.840.113549.1.12.10.1.5": "secret",
}


class CertBag(NamedTuple):
    """A certificate; bags of all kinds are counted from 1."""

    number: int
    certificate: Certificate
    attributes: BagAttributes


class KeyBag(NamedTuple):
    """A private key that was opened; `number` as with CertBag."""

    number: int
    private_key: PrivateKey
    attributes: BagAttributes


class Fault(NamedTuple):
    """Why a part of the file gives nothing; `what` names the part, `number` is that of a bag or None."""

    number: int | None
    what: str
    error: InputError


class Pfx(NamedTuple):
    """What is in a PFX, in its order; notes are on what was passed over."""

    certificates: tuple[CertBag, ...]
    keys: tuple[KeyBag, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def load(data: bytes, password: bytes | None) -> Pfx:
    """Open a PFX with `password`, or without one; its parts that do not open are faults beside those that do.

    Raises PasswordRequired; WrongPassword, also for a file so damaged that nothing tells the one from the other;
    DecodeError for a damaged file; UnsupportedError, also for an excess of iterations.
    """
    try:
        return _Reader(password).read(ber.definite(data))
    except der.DerError as error:
        raise DecodeError(f"PKCS#12 file is damaged: {error}") from None
    except UnsupportedError as error:
        raise UnsupportedError(f"PKCS#12: {error}") from None


class _Reader:
    """Walks through AuthenticatedSafe and SafeContents, and remembers what the password opened."""

    def __init__(self, password: bytes | None) -> None:
        self._is_given = password is not None
        self._passwords = readings(password)
        self._effort = Effort()
        self._mac_fits = False
        self._opened = 0
        self._bags = 0
        self._certificates: list[CertBag] = []
        self._keys: list[KeyBag] = []
        self._faults: list[Fault] = []
        self._notes: list[str] = []

    def read(self, data: bytes) -> Pfx:
        pfx = der.whole(data, der.SEQUENCE, "PFX")
        version, auth_safe, *mac_data = der.members(data, pfx, 2, limit=3)
        if (number := der.integer(der.value(data, version))) != 3:
            raise UnsupportedError(f"PFX of version {number} is not supported")
        kind, content = _kind_and_value(data, auth_safe)
        if kind != _DATA:
            raise UnsupportedError(f"content type {kind} (public-key integrity) is not supported")
        safes = ber.octets(data, content)
        if mac_data:
            self._check_mac(pkcs12_mac.mac_data(data, mac_data[0]), safes)
        self._read_safes(ber.definite(safes))
        if mac_data and not self._mac_fits:
            self._raise_what_the_mac_means()
        return Pfx(tuple(self._certificates), tuple(self._keys), tuple(self._faults), tuple(self._notes))

    def _check_mac(self, mac: pkcs12_mac.MacData, content: bytes) -> None:
        passwords = dict.fromkeys((*self._passwords, EMPTY, ABSENT))  # a password may be meant for another of the files
        fitting = pkcs12_mac.password_that_fits(mac, content, passwords, self._effort)
        if fitting is not None:
            self._mac_fits = True
            self._passwords = tuple(dict.fromkeys((fitting, *self._passwords)))
        elif not self._is_given:
            raise PasswordRequired("PKCS#12 file is encrypted")

    def _raise_what_the_mac_means(self) -> None:
        if self._opened:
            raise DecodeError(
                "PKCS#12 file is damaged: the password opens what is encrypted in it, but its MAC fits neither the file"
                " nor the password; export it again, with one password for both"
            )
        raise WrongPassword("password does not open the PKCS#12 file, or the file is damaged")

    def _read_safes(self, safes: bytes) -> None:
        whole = der.whole(safes, der.SEQUENCE, "AuthenticatedSafe")
        for number, content_info in enumerate(der.children(safes, whole, limit=_MOST_SAFES), 1):
            kind, content = _kind_and_value(safes, content_info)
            if kind == _DATA:
                self._read_safe(ber.octets(safes, content), _DEEPEST)
            elif kind == _ENCRYPTED_DATA:
                self._read_encrypted_safe(f"encrypted safe {number}", safes, content)
            elif kind == _ENVELOPED_DATA:
                error = UnsupportedError("encrypted for the holder of a certificate, not by a password")
                self._faults.append(Fault(None, f"safe {number}", error))
            else:
                self._faults.append(Fault(None, f"safe {number}", UnsupportedError(f"content type {kind}")))

    def _read_encrypted_safe(self, what: str, safes: bytes, encrypted_data: der.Tlv) -> None:
        try:
            _, info, *_ = der.members(safes, encrypted_data, 2, limit=3)
            _, algorithm, content = der.members(safes, info, 3, limit=3)
            plain = self._open(fields.algorithm_identifier(safes, algorithm), ber.octets(safes, content))
        except InputError as error:
            self._give_up(None, what, error)
        except der.DerError as error:
            self._give_up(None, what, DecodeError(f"damaged: {error}"))
        else:
            self._read_safe(plain, _DEEPEST)

    def _read_safe(self, contents: bytes, levels: int) -> None:
        contents = ber.definite(contents)
        for bag in der.children(contents, der.whole(contents, der.SEQUENCE, "SafeContents"), limit=_MOST_BAGS):
            self._bags += 1
            if self._bags > _MOST_BAGS:
                raise der.DerError(f"more than {_MOST_BAGS} bags")
            kind, value = _kind_and_value(contents, bag)
            if kind != _SAFE_CONTENTS_BAG:
                self._read_bag(kind, contents, bag, value)
            elif levels:
                self._read_safe(der.element(contents, value), levels - 1)
            else:
                raise der.DerError(f"SafeContents of more than {_DEEPEST} levels")

    def _read_bag(self, kind: str, contents: bytes, bag: der.Tlv, value: der.Tlv) -> None:
        if kind not in _BAGS:
            self._notes.append(f"#{self._bags}: {_OTHER_BAGS.get(kind, f'unknown ({kind})')} bag is passed over")
            return
        what, read = _BAGS[kind]
        try:
            _, _, *sets = der.members(contents, bag, 2, limit=3)
            attributes = bag_attributes(contents, sets[0]) if sets else BagAttributes()
            self._notes += (f"#{self._bags}: {note}" for note in attributes.notes)
            read(self, contents, value, attributes)
        except InputError as error:
            self._give_up(self._bags, what, error)
        except der.DerError as error:
            self._give_up(self._bags, what, DecodeError(f"damaged: {error}"))

    def _give_up(self, number: int | None, what: str, error: InputError) -> None:
        if self._effort.is_spent:
            raise error
        self._faults.append(Fault(number, what, error))

    def _read_certificate(self, contents: bytes, cert_bag: der.Tlv, attributes: BagAttributes) -> None:
        kind, value = _kind_and_value(contents, cert_bag)
        if kind != _X509_CERTIFICATE:
            raise UnsupportedError(f"certificate of type {kind} is not supported")
        certificate = Certificate(ber.octets(contents, value))
        if certificate.layout.subject_public_key_info is None:
            raise DecodeError(f"no certificate: {certificate.layout.fault}")
        self._certificates.append(CertBag(self._bags, certificate, attributes))

    def _read_key(self, contents: bytes, key: der.Tlv, attributes: BagAttributes) -> None:
        loaded = private_key.load_der(der.element(contents, key), None)
        self._keys.append(KeyBag(self._bags, loaded, attributes))

    def _read_shrouded_key(self, contents: bytes, key: der.Tlv, attributes: BagAttributes) -> None:
        algorithm, encrypted = private_key.encrypted_private_key_info(der.element(contents, key))
        plain = self._open(algorithm, encrypted)
        self._keys.append(KeyBag(self._bags, private_key.load_der(plain, None), attributes))

    def _open(self, algorithm: AlgorithmIdentifier, data: bytes) -> bytes:
        """Decrypt what must be a SEQUENCE with the first password that makes one of it."""
        plain = encryption.open_sequence(algorithm, data, self._passwords, self._effort)
        if plain is not None:
            self._opened += 1
            return plain
        if not self._is_given:
            raise PasswordRequired("PKCS#12 file is encrypted")
        if self._mac_fits:
            raise WrongPassword("the password is that of the PKCS#12 file, but this part of it has another one")
        raise WrongPassword("password does not open the PKCS#12 file, or the file is damaged")


_SAFE_CONTENTS_BAG = "1.2.840.113549.1.12.10.1.6"
_BAGS = {
    "1.2.840.113549.1.12.10.1.1": ("private key", _Reader._read_key),
    "1.2.840.113549.1.12.10.1.2": ("private key", _Reader._read_shrouded_key),
    "1.2.840.113549.1.12.10.1.3": ("certificate", _Reader._read_certificate),
}


def _kind_and_value(data: bytes, outer: der.Tlv) -> tuple[str, der.Tlv]:
    """Decode what ContentInfo, SafeBag and CertBag begin with: an OBJECT IDENTIFIER and a value in an explicit [0]."""
    kind = der.expect(data, der.OBJECT_IDENTIFIER, outer.value_start, outer.end, "contentType")
    explicit = der.expect(data, 0xA0, kind.end, outer.end, "content")
    return der.object_identifier(der.value(data, kind)), der.read(data, explicit.value_start, explicit.end)
