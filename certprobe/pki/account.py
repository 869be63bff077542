"""Which account a certificate is of, as Active Directory reads it: user principal name and security identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki import der
from certprobe.pki.extensions import GeneralNameKind

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.extensions import GeneralName

USER_PRINCIPAL_NAME: Final = "1.3.6.1.4.1.311.20.2.3"
SECURITY_EXTENSION: Final = "1.3.6.1.4.1.311.25.2"  # szOID_NTDS_CA_SECURITY_EXT
_OBJECT_SID: Final = "1.3.6.1.4.1.311.25.2.1"  # szOID_NTDS_OBJECTSID
_SID_URI: Final = "tag:microsoft.com,2022-09-14:sid:"


def user_principal_names(certificate: Certificate) -> tuple[str, ...]:
    """Return the user principal names among the subjectAltNames ("alice@corp.example"), in order."""
    prefix = f"{USER_PRINCIPAL_NAME}="
    others = _names(certificate, GeneralNameKind.otherName)
    return tuple(name.value.removeprefix(prefix) for name in others if name.value.startswith(prefix))


def security_identifiers(certificate: Certificate) -> tuple[str, ...]:
    """Return the SIDs ("S-1-5-21-..."): of the security extension (MS-WCCE 2.2.2.7.7.4), then of a tag URI (KB5014754).

    What cannot be decoded is left out. Whether a SID is well-formed is not checked.
    """
    return (*of_security_extension(certificate), *of_tag_uris(certificate))


def of_security_extension(certificate: Certificate) -> tuple[str, ...]:
    """As `security_identifiers`, of the security extension alone."""
    extension = certificate.extension(SECURITY_EXTENSION)
    return _of_extension(extension.value) if extension else ()


def of_tag_uris(certificate: Certificate) -> tuple[str, ...]:
    """As `security_identifiers`, of tag URIs alone."""
    uris = _names(certificate, GeneralNameKind.uniformResourceIdentifier)
    return tuple(name.value.removeprefix(_SID_URI) for name in uris if name.value.startswith(_SID_URI))


def _names(certificate: Certificate, kind: GeneralNameKind) -> tuple[GeneralName, ...]:
    return tuple(name for name in certificate.subject_alt_names or () if name.kind is kind)


def _of_extension(data: bytes) -> tuple[str, ...]:
    found = []
    try:
        for name in der.children(data, der.whole(data, der.SEQUENCE, "NTDS_CA_SECURITY_EXT"), limit=16):
            kind = der.expect(data, der.OBJECT_IDENTIFIER, name.value_start, name.end, "type-id")
            if der.object_identifier(der.value(data, kind)) != _OBJECT_SID:
                continue
            outer = der.expect(data, 0xA0, kind.end, name.end, "value")
            octets = der.expect(data, der.OCTET_STRING, outer.value_start, outer.end, "objectSid")
            found.append(der.value(data, octets).decode("ascii", "backslashreplace"))
    except der.DerError:
        pass
    return tuple(found)
