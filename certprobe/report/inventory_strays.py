"""What is said of things among certificates and keys that are neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import der, fields
from certprobe.pki.certification_request import decode_certification_request
from certprobe.pki.crl import CertificateList
from certprobe.pki.strays import StrayKind
from certprobe.report.spelling import key_facts, time_or_none

if TYPE_CHECKING:
    from certprobe.pki.strays import Stray
    from certprobe.report import shape_inventory


class _Words(NamedTuple):
    title: str
    advice: str


_PKCS8: Final = "then ssh-keygen -p -m PKCS8 -f on a copy of that makes it a key that certprobe reads"
WORDS: Final = {
    StrayKind.CERTIFICATION_REQUEST: _Words(
        "a certification request (PKCS#10)", "It is for the CA: what the CA answers with is the certificate."
    ),
    StrayKind.CRL: _Words("a certificate revocation list", "certprobe verify takes it with --crl."),
    StrayKind.OCSP_RESPONSE: _Words("an OCSP response", "certprobe verify takes it with --ocsp."),
    StrayKind.PUBLIC_KEY: _Words("a public key", "It is no certificate, and nobody logs in with it alone."),
    StrayKind.PARAMETERS: _Words("parameters of a key exchange or of keys", "Nothing is to be done with them here."),
    StrayKind.ATTRIBUTE_CERTIFICATE: _Words("an attribute certificate", "It holds no key: TLS has no use for it."),
    StrayKind.OPENSSH_PRIVATE_KEY: _Words(
        "a private key of OpenSSH", "ssh-keygen -p -m PKCS8 -f on a copy of it makes it a key that certprobe reads."
    ),
    StrayKind.SSH_PUBLIC_KEY: _Words("a public key of SSH", "It is no certificate: TLS has no use for it."),
    StrayKind.PUTTY_PRIVATE_KEY: _Words(
        "a private key of PuTTY", f"puttygen FILE -O private-openssh -o KEY writes it for OpenSSH, {_PKCS8}."
    ),
    StrayKind.PGP: _Words("something of OpenPGP", "TLS has no use for it."),
    StrayKind.JSON_WEB_KEY: _Words("a JSON Web Key", "Export it as PKCS#8 from the program that it is of."),
    StrayKind.PVK: _Words("a private key of old Windows tools (PVK)", "openssl rsa -inform PVK -in FILE -out KEY.pem"),
    StrayKind.SERIALIZED_STORE: _Words(
        "a serialized certificate store of Windows (SST)", "certutil -split -dump FILE writes its certificates out."
    ),
    StrayKind.BOUNCY_CASTLE_STORE: _Words(
        "a key store of Bouncy Castle (BKS, UBER or BCFKS)",
        "keytool -importkeystore -deststoretype PKCS12 with Bouncy Castle's provider makes a PKCS#12 file of it.",
    ),
    StrayKind.NSS_DATABASE: _Words(
        "a database, perhaps of NSS (cert9.db, key4.db)",
        "pk12util -d DIRECTORY -n NICKNAME -o FILE.p12 exports from it.",
    ),
    StrayKind.BARE_BASE64: _Words(
        "base64 without the first and last line of PEM", "base64 -d FILE > FILE.der makes a file that certprobe reads."
    ),
    StrayKind.WEB_PAGE: _Words(
        "a web page", "Whoever was to give a certificate gave an error or a log-in page: fetch it again."
    ),
}


def stray(found: Stray) -> shape_inventory.Stray:
    """What it is, what can be done with it, and what can be read of it."""
    words = WORDS[found.kind]
    return {
        "source": found.source,
        "kind": found.kind.value,
        "title": words.title,
        "advice": words.advice,
        "facts": [{"label": label, "value": value} for label, value in _facts(found)],
    }


def _facts(found: Stray) -> tuple[tuple[str, str], ...]:
    try:
        if found.kind is StrayKind.CERTIFICATION_REQUEST:
            request = decode_certification_request(found.der)
            return ("subject", request.subject.rfc4514), ("key", _key(request.public_key))
        if found.kind is StrayKind.CRL:
            return _crl_facts(CertificateList(found.der))
        if found.kind is StrayKind.PUBLIC_KEY:
            return (("key", _key(fields.public_key_info(found.der, der.read(found.der)).value)),)
    except der.DerError as error:
        return (("damaged", str(error)),)
    return ()


def _crl_facts(crl: CertificateList) -> tuple[tuple[str, str], ...]:
    facts = (
        ("issuer", crl.issuer.rfc4514),
        ("thisUpdate", time_or_none(crl.this_update) or ""),
        ("nextUpdate", time_or_none(crl.next_update) or ""),
        ("entries", str(crl.entry_count)),
        ("damaged", crl.fault or ""),
    )
    return tuple(fact for fact in facts if fact[1])


def _key(key: fields.PublicKeyInfo) -> str:
    facts = key_facts(key)
    size = f"{facts['bits']} bits" if facts["bits"] else None
    return ", ".join(filter(None, (facts["algorithm"], facts["curve"], size)))
