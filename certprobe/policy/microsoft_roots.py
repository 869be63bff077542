"""Microsoft's own roots, by their public keys, as CERT_CHAIN_POLICY_MICROSOFT_ROOT knows them, and its test roots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate

# SHA-256 of the SubjectPublicKeyInfo.
_PRODUCT_ROOTS: Final = frozenset(
    {
        "4462c107c485dd6a5443f5e7a1604416034a374c3f4d10875f1c3715027563af",  # Microsoft Root Authority (1997)
        "df530bac9fcd914c252c2fbdceddc6183d4ae8c680ad65f03e204861dd7b1c73",  # ... Root Certificate Authority (2001)
        "c9905b0ee01202293ca026e64f08412442c5504c06e44ca7e9726d61f20e4089",  # ... Root Certificate Authority 2010
    }
)
_APPLICATION_ROOTS: Final = frozenset(
    {"02376d0908ac23041cc7d666d9daf192554f7fc36317aa9cb800908616b28af8"}  # ... Root Certificate Authority 2011
)
# Two RSA keys of 512 bits, each with its modulus as a positive INTEGER and, as old tools wrote it, as a negative one.
_TEST_KEYS: Final = frozenset(
    {
        "73a97a992bfd29b91ef23175b367db9c561c516f634f759e3d430230a3d0695c",
        "d89088cf204c5e131acf1d997e8c6d440b3063d8776ed11e15abd1b0fbe5690b",
        "72ef53098456f1f07931c3a1cb8c967e45003af54cbe068d1a4fd9ad52def9cc",
        "83b8fff9223049f5f2ff15b84bfea14f906eb812f137f57f7e542e72436a1107",
    }
)
# The test roots of Windows itself are known to us by the thumbprints of their certificates only, not by their keys.
_TEST_CERTIFICATES: Final = frozenset(
    {
        "2bd63d28d7bcd0e251195aeb519243c13142ebc3",  # Microsoft Test Root Authority
        "8a334aa8052dd244a647306a76b8178fa215f344",  # Microsoft Testing Root Certificate Authority 2010
    }
)


def is_product_root(certificate: Certificate) -> bool:
    """Whether its key is one of the roots of Microsoft's products."""
    return _key(certificate) in _PRODUCT_ROOTS


def is_application_root(certificate: Certificate) -> bool:
    """Whether its key is that of "Microsoft Root Certificate Authority 2011"."""
    return _key(certificate) in _APPLICATION_ROOTS


def is_test_root(certificate: Certificate) -> bool:
    """Whether it is one of the roots with which Microsoft has tests signed."""
    return _key(certificate) in _TEST_KEYS or certificate.thumbprint in _TEST_CERTIFICATES


def _key(certificate: Certificate) -> str:
    from hashlib import sha256

    return sha256(certificate.public_key_info).hexdigest()
