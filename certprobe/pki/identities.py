"""From what files hold to credentials: keys matched to certificates, chains completed, and what is left over told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki.credential import Credential, KeyStatus, is_end_entity
from certprobe.pki.issuers import GIVEN_UP, Issuers, is_self_signed
from certprobe.pki.store import CertificateStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.decode import Contents, FoundCertificate, FoundKey


class Contradiction(NamedTuple):
    """A certificate to which its file gives, by localKeyID, the key of another; `words` say whose, and which fits."""

    found: FoundCertificate
    words: str


class Identities(NamedTuple):
    """What a user can log in with, the certificates that are left over, notes in plain words, and who issued what.

    What contradicts is in the notes as well.
    """

    credentials: tuple[Credential, ...]
    certificates: tuple[Certificate, ...]
    notes: tuple[str, ...]
    issuers: Issuers
    contradictions: tuple[Contradiction, ...] = ()


def credentials(contents: Iterable[Contents]) -> Identities:
    """Match private keys to certificates over all files, and complete each chain from all their certificates.

    A key belongs to the certificate with its public key, whatever the file says (localKeyID); a contradiction is noted.
    An end entity's certificate without its key is a credential as well (KeyStatus.ABSENT) unless it is the issuer of
    another one, or only trusted. A key that fits nothing is kept with the certificate that its file gives it, or with
    the only one that has none (KeyStatus.DOES_NOT_FIT).
    """
    notes: list[str] = []
    files = tuple(contents)
    found = _unique_certificates(files, notes)
    keys = _unique_keys(files, notes)
    store = CertificateStore(one.certificate for one in found)
    fitting = _fitting(found, keys) if keys else {}
    candidates = [one for one in found if one.certificate in fitting or _is_identity(one)]
    issuers = Issuers(store)
    paths = {one.certificate: issuers.path(one.certificate) for one in candidates}
    serving = {issuer for path in paths.values() for issuer in path}
    candidates = [one for one in candidates if one.certificate in fitting or one.certificate not in serving]

    used = {id(key) for key in fitting.values()}
    unmatched = [key for key in {id(key): key for key in keys.values()}.values() if id(key) not in used]
    odd = _odd_keys(files, candidates, fitting, unmatched)
    contradictions = tuple(_contradictions(files, fitting, unmatched))
    notes += [f"{one.found.source}: {one.words}" for one in contradictions]
    notes += _about_unmatched(unmatched, odd, candidates)
    notes += [f"{one.source}: {GIVEN_UP}" for one in found if one.certificate is issuers.given_up]

    identities = tuple(
        _credential(one, paths[one.certificate], fitting.get(one.certificate), odd.get(one.certificate))
        for one in candidates
    )
    taken = {identity.certificate for identity in identities}
    loose = tuple(certificate for certificate in store if certificate not in taken)
    told = (*(note for file in files for note in file.notes), *notes)
    return Identities(identities, loose, told, issuers, contradictions)


def _is_identity(found: FoundCertificate) -> bool:
    return not found.is_trusted and is_end_entity(found.certificate)


def _unique_certificates(files: tuple[Contents, ...], notes: list[str]) -> list[FoundCertificate]:
    """Take each certificate where it stands first, with the first name that it has anywhere."""
    unique: dict[bytes, FoundCertificate] = {}
    for file in files:
        repeated = []
        for found in file.found_certificates:
            first = unique.setdefault(found.certificate.der, found)
            if first is found:
                continue
            repeated.append(f"{found.source}: the same certificate as {first.source}")
            if first.friendly_name is None and found.friendly_name is not None:
                unique[found.certificate.der] = first._replace(friendly_name=found.friendly_name)
        if len(repeated) > 1:
            repeated = [f"{file.source}: {len(repeated)} certificates are there twice or were read before"]
        notes += repeated
    return list(unique.values())


def _unique_keys(files: tuple[Contents, ...], notes: list[str]) -> dict[bytes, FoundKey]:
    """Index the keys by what a certificate holds of them."""
    unique: dict[bytes, FoundKey] = {}
    for file in files:
        for found in file.found_keys:
            for octets in _public_key_octets(found):
                first = unique.setdefault(octets, found)
            if first is not found:
                notes.append(f"{found.source}: the same private key as {first.source}")
    return unique


def _public_key_octets(found: FoundKey) -> tuple[bytes, ...]:
    from certprobe.pki.private_key import public_key_octets

    return public_key_octets(found.private_key)


def _fitting(found: list[FoundCertificate], keys: Mapping[bytes, FoundKey]) -> dict[Certificate, FoundKey]:
    return {one.certificate: key for one in found if (key := keys.get(one.certificate.public_key.subject_public_key))}


def _odd_keys(
    files: tuple[Contents, ...],
    candidates: list[FoundCertificate],
    fitting: Mapping[Certificate, FoundKey],
    unmatched: list[FoundKey],
) -> dict[Certificate, FoundKey]:
    """Give keys that fit nothing to certificates without one: as their file says, or the only key to the only one."""
    without = {one.certificate for one in candidates if one.certificate not in fitting}
    if len(candidates) == len(without) == len(unmatched) == 1:
        return dict.fromkeys(without, unmatched[0])
    waiting = {_public_key_octets(key): key for key in unmatched}
    return {
        found.certificate: waiting[octets]
        for found, key in _ties(files)
        if found.certificate in without and (octets := _public_key_octets(key)) in waiting
    }


def _about_unmatched(
    unmatched: list[FoundKey], odd: Mapping[Certificate, FoundKey], candidates: list[FoundCertificate]
) -> list[str]:
    holders: dict[int, list[str]] = {id(key): [] for key in unmatched}
    for one in candidates:
        if one.certificate in odd:
            holders[id(odd[one.certificate])].append(f"does not fit the certificate of {one.source}")
    alone = ["without the certificate that it belongs to"]
    return [f"{key.source}: private key {words}" for key in unmatched for words in holders[id(key)] or alone]


def _contradictions(
    files: tuple[Contents, ...], fitting: Mapping[Certificate, FoundKey], unmatched: list[FoundKey]
) -> Iterator[Contradiction]:
    """Find where a file gives a certificate the key of another one."""
    waiting = {_public_key_octets(key) for key in unmatched}
    for found, key in _ties(files):
        octets = _public_key_octets(key)
        if octets not in waiting and found.certificate.public_key.subject_public_key not in octets:
            whose = _whose(fitting.get(found.certificate))
            yield Contradiction(found, f"its localKeyID is that of {key.source}, {whose}")


def _whose(true: FoundKey | None) -> str:
    return "which fits another certificate" if true is None else f"but the private key of {true.source} fits it"


def _ties(files: tuple[Contents, ...]) -> list[tuple[FoundCertificate, FoundKey]]:
    """Return the certificates and keys of the same localKeyID in the same file."""
    ties = []
    for file in files:
        tied = {key.local_key_id: key for key in file.found_keys if key.local_key_id is not None}
        ties += [(found, tied[found.local_key_id]) for found in file.found_certificates if found.local_key_id in tied]
    return ties


def _credential(
    found: FoundCertificate, path: tuple[Certificate, ...], key: FoundKey | None, odd: FoundKey | None
) -> Credential:
    held = key or odd
    return Credential(
        certificate=found.certificate,
        intermediates=path[:-1] if path and is_self_signed(path[-1]) else path,
        private_key=held.private_key if held else None,
        key_status=KeyStatus.FITS if key else KeyStatus.DOES_NOT_FIT if odd else KeyStatus.ABSENT,
        friendly_name=found.friendly_name or (held.friendly_name if held else None),
        source=found.source,
    )
