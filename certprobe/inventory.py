"""Files taken stock of: which identities are in them, which parts are left over, what is missing or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import InputError, PasswordRequired, WrongPassword
from certprobe.pki import pem
from certprobe.pki.certification_request import decode_certification_request
from certprobe.pki.credential import KeyStatus
from certprobe.pki.decode import Contents, Format, Locked, decode, der_format
from certprobe.pki.der import DerError
from certprobe.pki.identities import credentials
from certprobe.pki.issuers import is_self_signed
from certprobe.pki.private_key import public_key_info, public_key_octets
from certprobe.pki.strays import StrayKind, strays
from certprobe.report import inventory_causes as causes
from certprobe.report.inventory import ChainEnd, Fault, Identity, Inventory, LookedAt, Loose, LooseKey, Named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.pki.decode import FoundCertificate
    from certprobe.pki.strays import Stray
    from certprobe.report.model import Cause

_FORMATS: Final = {
    Format.CERTIFICATE: "DER",
    Format.PRIVATE_KEY: "DER",
    Format.PKCS7: "PKCS#7",
    Format.PKCS12: "PKCS#12",
}
_JAVA: Final = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_PEM: Final = "PEM"
UNKNOWN: Final = "unknown"


class Read(NamedTuple):
    """One file as far as it could be read; `fault` says why it could not be used, or not all of it."""

    path: str
    named: Named
    format: str
    contents: Contents
    strays: tuple[Stray, ...] = ()
    faults: tuple[Fault, ...] = ()
    fault: str | None = None

    @property
    def is_of_use(self) -> bool:
        """Whether anything is in it that has a name."""
        contents = self.contents
        return bool(contents.found_certificates or contents.found_keys or contents.locked or self.strays)


def unread(path: str, named: Named, fault: str) -> Read:
    """Return what is told of a file, or of anything else, that could not even be read."""
    return Read(path, named, UNKNOWN, Contents(path), fault=fault)


def read(data: bytes, path: str, named: Named, password: Callable[[], bytes | None]) -> Read:
    """Read a file; `password` is asked if one is needed, and answers None if there is none."""
    decoded = _decoded(data, path, password)
    contents, found = decoded.contents, tuple(strays(data, path))
    fault = None if found and contents == Contents(path) else decoded.fault
    told = tuple(f"{stray.source} (" for stray in found)
    notes = (note for note in contents.notes if not note.startswith(told))
    faults = [Fault(path, causes.unusable_part(note.removeprefix(path).lstrip(": "))) for note in notes]
    faults += [Fault(key.source, causes.locked(key.reason, decoded.password)) for key in contents.locked]
    return Read(path, named, _format(data), contents, found, tuple(faults), fault)


class _Decoded(NamedTuple):
    contents: Contents
    password: bytes | None
    fault: str | None


def _decoded(data: bytes, path: str, password: Callable[[], bytes | None]) -> _Decoded:
    try:
        return _Decoded(decode(data, source=path, password=None), None, None)
    except (PasswordRequired, WrongPassword):
        return _opened(data, path, password())
    except InputError as error:
        return _Decoded(Contents(path), None, str(error))


def _opened(data: bytes, path: str, password: bytes | None) -> _Decoded:
    """Open what the password opens; what lies open is read in any case."""
    fault = None
    for given in (password, None):
        try:
            return _Decoded(decode(data, source=path, password=given, locked=Locked.KEPT), password, fault)
        except PasswordRequired as error:
            fault = fault or f"{error}: {causes.HOW_TO_OPEN}"
        except InputError as error:
            fault = fault or str(error)
    return _Decoded(Contents(path), password, fault)


def _format(data: bytes) -> str:
    if data[:4] in _JAVA:
        return _JAVA[data[:4]]
    if pem.is_pem(data):
        return _PEM
    try:
        return _FORMATS[der_format(data)]
    except InputError:
        return UNKNOWN


def take_stock(files: Iterable[Read], *, at: datetime, version: str) -> Inventory:
    """Put together what is in all files: keys and chains are matched across them.

    Nothing is judged by a trust store: whether a root is trusted, or a chain good for a purpose, is not asked.
    """
    looked_at = tuple(files)
    stock = _Stock(looked_at, at)
    identities = tuple(stock.identities())
    faults = (*(fault for file in looked_at for fault in file.faults), *stock.faults(identities))
    return Inventory(
        version,
        at,
        tuple(map(_looked_at, looked_at)),
        identities,
        tuple(stock.loose(identities)),
        tuple(stock.loose_keys()),
        tuple(key for file in looked_at for key in file.contents.locked),
        tuple(stray for file in looked_at for stray in file.strays),
        faults,
    )


def _looked_at(file: Read) -> LookedAt:
    contents = file.contents
    keys = len(contents.found_keys) + len(contents.locked)
    certificates, others = len(contents.found_certificates), len(file.strays)
    return LookedAt(file.path, file.named, file.format, certificates, keys, others, file.fault)


class _Stock:
    """Everything that was found, with the indexes that its parts are matched by."""

    def __init__(self, files: tuple[Read, ...], at: datetime) -> None:
        self._files = files
        self._at = at
        self._places: dict[Certificate, FoundCertificate] = {}
        self._file_numbers: dict[Certificate, int] = {}
        self._beside_locked: set[Certificate] = set()
        for number, file in enumerate(files):
            for found in file.contents.found_certificates:
                self._places.setdefault(found.certificate, found)
                self._file_numbers.setdefault(found.certificate, number)
                if file.contents.locked:
                    self._beside_locked.add(found.certificate)
        matched = credentials(file.contents for file in files)
        self._credentials, self._issuers = matched.credentials, matched.issuers
        self._contradictions = matched.contradictions

    def identities(self) -> Iterator[Identity]:
        for credential in self._credentials:
            issuers = self._issuers.path(credential.certificate)
            last = issuers[-1] if issuers else credential.certificate
            end = ChainEnd.SELF_SIGNED if is_self_signed(last) else ChainEnd.ISSUER_MISSING
            named_so = 0 if self._issuers.given_up else len(self._issuers.store.by_subject(last.issuer))
            found = [
                *causes.of_certificate(credential.certificate, self._at),
                *self._of_key(credential),
                *causes.of_chain(credential.certificate, issuers, end, named_so),
            ]
            faults = _faults(credential.source, credential.certificate, found)
            yield Identity(credential, tuple(self._places[issuer] for issuer in issuers), end, faults)

    def _of_key(self, credential: Credential) -> Iterator[Cause]:
        """A key may be missing because it is beside the certificate and does not open."""
        if credential.key_status is not KeyStatus.ABSENT or credential.certificate not in self._beside_locked:
            yield from causes.of_key(credential.key_status)

    def loose(self, identities: tuple[Identity, ...]) -> Iterator[Loose]:
        """The certificates that are no identity's, those of no chain among them."""
        own = {identity.credential.certificate for identity in identities}
        chained = {found.certificate for identity in identities for found in identity.issuers}
        for certificate, found in self._places.items():
            if certificate not in own:
                wrong = causes.of_certificate(certificate, self._at)
                yield Loose(found, certificate in chained, _faults(found.source, certificate, wrong))

    def loose_keys(self) -> Iterator[LooseKey]:
        taken = {id(credential.private_key) for credential in self._credentials if credential.private_key is not None}
        public = {certificate.public_key.subject_public_key for certificate in self._places}
        requests = self._requests()
        seen: set[bytes] = set()
        for file in self._files:
            for found in file.contents.found_keys:
                octets = public_key_octets(found.private_key)
                if id(found.private_key) in taken or not public.isdisjoint(octets) or octets[0] in seen:
                    continue
                seen.add(octets[0])
                info = public_key_info(found.private_key)
                yield LooseKey(found.source, found.friendly_name, info, requests.get(octets[0]))

    def _requests(self) -> dict[bytes, str]:
        found: dict[bytes, str] = {}
        for file in self._files:
            for stray in file.strays:
                if stray.kind is StrayKind.CERTIFICATION_REQUEST:
                    try:
                        key = decode_certification_request(stray.der).public_key
                    except DerError:
                        continue
                    found.setdefault(key.subject_public_key, stray.source)
        return found

    def faults(self, identities: tuple[Identity, ...]) -> Iterator[Fault]:
        for key in self.loose_keys():
            yield Fault(key.source, causes.key_without_certificate(key.request))
        for contradiction in self._contradictions:
            certificate = contradiction.found.certificate
            named = causes.contradicted(contradiction.words)
            yield Fault(contradiction.found.source, named, certificate.subject.rfc4514)
        if (unsure := self._issuers.given_up) is not None:
            yield Fault(self._places[unsure].source, causes.issuers_not_told_apart(), unsure.subject.rfc4514)
        yield from self._passed_over()
        yield from self._duplicates()
        yield from self._orders(identities)

    def _passed_over(self) -> Iterator[Fault]:
        for file in self._files:
            if file.fault is not None and file.named is Named.IN_DIRECTORY:
                yield Fault(file.path, causes.passed_over(file.fault.removeprefix(file.path).lstrip(": ")))

    def _duplicates(self) -> Iterator[Fault]:
        certificates, keys = _Repetitions(), _Repetitions()
        for file in self._files:
            for one in file.contents.found_certificates:
                certificates.note(one.certificate, file.path, one.source)
            for key in file.contents.found_keys:
                keys.note(public_key_octets(key.private_key)[0], file.path, key.source)
        for what, repetitions in (("certificate", certificates), ("private key", keys)):
            for path, repeated in repetitions.by_file.items():
                yield Fault(path, causes.duplicates(what, repeated))

    def _orders(self, identities: tuple[Identity, ...]) -> Iterator[Fault]:
        """Servers send a PEM file as it stands: one with one chain is looked at."""
        ends: dict[int, list[Identity]] = {}
        for identity in identities:
            ends.setdefault(self._file_numbers[identity.credential.certificate], []).append(identity)
        for number, held in ends.items():
            file = self._files[number]
            if file.format == _PEM and len(held) == 1 and not _is_in_order(held[0], file.contents):
                yield Fault(file.path, causes.order())


def _is_in_order(identity: Identity, contents: Contents) -> bool:
    chain = dict.fromkeys((identity.credential.certificate, *(found.certificate for found in identity.issuers)))
    order = dict.fromkeys(found.certificate for found in contents.found_certificates)
    return [each for each in order if each in chain] == [each for each in chain if each in order]


class _Repetitions:
    """What is there more than once: pairs of places, the later one and the first, by the file of the first."""

    def __init__(self) -> None:
        self.by_file: dict[str, list[tuple[str, str]]] = {}
        self._first: dict[object, tuple[str, str]] = {}

    def note(self, what: object, path: str, source: str) -> None:
        """Take down that something is at that place of a file."""
        if what in self._first:
            first_path, first = self._first[what]
            self.by_file.setdefault(first_path, []).append((source, first))
        else:
            self._first[what] = (path, source)


def _faults(source: str, certificate: Certificate, found: Iterable[Cause]) -> tuple[Fault, ...]:
    return tuple(Fault(source, cause, certificate.subject.rfc4514) for cause in found)
