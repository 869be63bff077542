from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.lab.der import bit_string, integer, oid, sequence, tlv
from certprobe.lab.pki import Authority, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.signature import SignatureCheck, is_weak, signature_hash, verify_signature
from tests.pki.certificates import AT, ISSUING, ROOT, encoded

RSA = rsa_key(2048)
P256 = ec.generate_private_key(ec.SECP256R1())
DSA_KEY = dsa.generate_private_key(1024)
AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey


def public_info(key: AnyKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signed(algorithm: bytes, spki: bytes, sign: Callable[[bytes], bytes]) -> Certificate:
    """A self-signed certificate with this AlgorithmIdentifier."""
    unsigned = encoded(signature=algorithm, signature_algorithm=algorithm, subject_public_key_info=spki)
    signature = sign(Certificate(unsigned).signed_octets)
    return Certificate(
        encoded(
            signature=algorithm,
            signature_algorithm=algorithm,
            subject_public_key_info=spki,
            signature_value=bit_string(signature),
        )
    )


def check(certificate: Certificate) -> SignatureCheck:
    return verify_signature(certificate, certificate)


@pytest.mark.parametrize(
    ("dotted", "digest"),
    [
        ("1.2.840.113549.1.1.4", hashes.MD5()),
        ("1.2.840.113549.1.1.5", hashes.SHA1()),
        ("1.3.14.3.2.29", hashes.SHA1()),
        ("1.2.840.113549.1.1.14", hashes.SHA224()),
        ("1.2.840.113549.1.1.11", hashes.SHA256()),
        ("1.2.840.113549.1.1.12", hashes.SHA384()),
        ("1.2.840.113549.1.1.13", hashes.SHA512()),
        ("2.16.840.1.101.3.4.3.13", hashes.SHA3_224()),
        ("2.16.840.1.101.3.4.3.14", hashes.SHA3_256()),
        ("2.16.840.1.101.3.4.3.15", hashes.SHA3_384()),
        ("2.16.840.1.101.3.4.3.16", hashes.SHA3_512()),
    ],
)
def test_rsassa_pkcs1(dotted: str, digest: hashes.HashAlgorithm) -> None:
    algorithm = sequence(oid(dotted), b"\x05\x00")
    certificate = signed(algorithm, public_info(RSA), lambda data: RSA.sign(data, padding.PKCS1v15(), digest))
    assert check(certificate) is SignatureCheck.VALID


@pytest.mark.parametrize(
    ("dotted", "digest"),
    [
        ("1.2.840.10045.4.1", hashes.SHA1()),
        ("1.2.840.10045.4.3.1", hashes.SHA224()),
        ("1.2.840.10045.4.3.2", hashes.SHA256()),
        ("1.2.840.10045.4.3.3", hashes.SHA384()),
        ("1.2.840.10045.4.3.4", hashes.SHA512()),
        ("2.16.840.1.101.3.4.3.10", hashes.SHA3_256()),
    ],
)
def test_ecdsa(dotted: str, digest: hashes.HashAlgorithm) -> None:
    certificate = signed(sequence(oid(dotted)), public_info(P256), lambda data: P256.sign(data, ec.ECDSA(digest)))
    assert check(certificate) is SignatureCheck.VALID


@pytest.mark.parametrize(
    ("dotted", "digest"), [("1.2.840.10040.4.3", hashes.SHA1()), ("2.16.840.1.101.3.4.3.2", hashes.SHA256())]
)
def test_dsa(dotted: str, digest: hashes.HashAlgorithm) -> None:
    certificate = signed(sequence(oid(dotted)), public_info(DSA_KEY), lambda data: DSA_KEY.sign(data, digest))
    assert check(certificate) is SignatureCheck.VALID


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()])
def test_eddsa(key: ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) -> None:
    root = Certificate(Authority.root("Lab root", at=AT, key=key).issued.der)
    assert check(root) is SignatureCheck.VALID


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1(), ec.BrainpoolP256R1()])
def test_curves(curve: ec.EllipticCurve) -> None:
    root = Certificate(Authority.root("Lab root", at=AT, key=ec.generate_private_key(curve)).issued.der)
    assert check(root) is SignatureCheck.VALID


SHA256, SHA1 = (sequence(oid(dotted), b"\x05\x00") for dotted in ("2.16.840.1.101.3.4.2.1", "1.3.14.3.2.26"))


def mgf(digest: bytes, dotted: str = "1.2.840.113549.1.1.8") -> bytes:
    return sequence(oid(dotted), digest)


def pss(salt: int, digest: hashes.HashAlgorithm, mask: hashes.HashAlgorithm, parameters: bytes) -> Certificate:
    scheme = padding.PSS(padding.MGF1(mask), salt)
    algorithm = sequence(oid("1.2.840.113549.1.1.10"), parameters)
    return signed(algorithm, public_info(RSA), lambda data: RSA.sign(data, scheme, digest))


@pytest.mark.parametrize(
    ("salt", "digest", "mask", "parameters", "expected"),
    [
        (20, hashes.SHA1(), hashes.SHA1(), sequence(), SignatureCheck.VALID),
        (
            32,
            hashes.SHA256(),
            hashes.SHA256(),
            sequence(tlv(0xA0, SHA256), tlv(0xA1, mgf(SHA256)), tlv(0xA2, integer(32))),
            SignatureCheck.VALID,
        ),
        (
            20,
            hashes.SHA256(),
            hashes.SHA1(),
            sequence(tlv(0xA0, SHA256), tlv(0xA3, integer(1))),
            SignatureCheck.VALID,
        ),
        (32, hashes.SHA1(), hashes.SHA1(), sequence(), SignatureCheck.INVALID),
        (20, hashes.SHA1(), hashes.SHA1(), sequence(tlv(0xA2, integer(-20))), SignatureCheck.INVALID),
        (20, hashes.SHA1(), hashes.SHA1(), b"", SignatureCheck.INVALID),
        (20, hashes.SHA1(), hashes.SHA1(), sequence(tlv(0xA0)), SignatureCheck.INVALID),
        (
            20,
            hashes.SHA1(),
            hashes.SHA1(),
            sequence(tlv(0xA0, sequence(oid("1.2.3")))),
            SignatureCheck.UNSUPPORTED_ALGORITHM,
        ),
        (
            20,
            hashes.SHA1(),
            hashes.SHA1(),
            sequence(tlv(0xA1, mgf(SHA1, "1.2.3"))),
            SignatureCheck.UNSUPPORTED_ALGORITHM,
        ),
    ],
)
def test_rsassa_pss(
    salt: int,
    digest: hashes.HashAlgorithm,
    mask: hashes.HashAlgorithm,
    parameters: bytes,
    expected: SignatureCheck,
) -> None:
    assert check(pss(salt, digest, mask, parameters)) is expected


PSS = oid("1.2.840.113549.1.1.10")
SHA256_ONLY = sequence(tlv(0xA0, SHA256), tlv(0xA1, mgf(SHA256)), tlv(0xA2, integer(32)))
SHORT_SALT = sequence(tlv(0xA0, SHA256), tlv(0xA1, mgf(SHA256)), tlv(0xA2, integer(16)))


@pytest.mark.parametrize(
    ("bound_to", "expected"),
    [
        (b"", SignatureCheck.VALID),
        (SHA256_ONLY, SignatureCheck.VALID),
        (SHORT_SALT, SignatureCheck.VALID),
        (sequence(tlv(0xA0, SHA256), tlv(0xA1, mgf(SHA256)), tlv(0xA2, integer(33))), SignatureCheck.INVALID),
        (sequence(tlv(0xA0, SHA256), tlv(0xA2, integer(32))), SignatureCheck.INVALID),
        (sequence(), SignatureCheck.INVALID),
    ],
)
def test_a_key_for_rsassa_pss_keeps_to_its_parameters(bound_to: bytes, expected: SignatureCheck) -> None:
    """RFC 4055 3.3: hash and mask as the key says, the salt at least as long."""
    _, key = Certificate(encoded(subject_public_key_info=public_info(RSA))).public_key
    spki = sequence(sequence(PSS, bound_to), bit_string(key))
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    certificate = signed(sequence(PSS, SHA256_ONLY), spki, lambda data: RSA.sign(data, scheme, hashes.SHA256()))
    assert check(certificate) is expected


def test_a_key_for_rsassa_pss_makes_no_other_signatures() -> None:
    _, key = Certificate(encoded(subject_public_key_info=public_info(RSA))).public_key
    spki = sequence(sequence(PSS), bit_string(key))
    algorithm = sequence(oid("1.2.840.113549.1.1.11"), b"\x05\x00")
    certificate = signed(algorithm, spki, lambda data: RSA.sign(data, padding.PKCS1v15(), hashes.SHA256()))
    assert check(certificate) is SignatureCheck.INVALID


@pytest.mark.parametrize(
    ("parameters", "name"), [(SHA256_ONLY, "sha256"), (sequence(), "sha1"), (b"", None), (sequence(tlv(0xA0)), None)]
)
def test_the_hash_of_rsassa_pss(parameters: bytes, name: str | None) -> None:
    algorithm = sequence(PSS, parameters)
    assert signature_hash(Certificate(encoded(signature=algorithm, signature_algorithm=algorithm))) == name


ML_DSA: list[tuple[str, Callable[[], mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey]]] = [
    ("2.16.840.1.101.3.4.3.17", mldsa.MLDSA44PrivateKey.generate),
    ("2.16.840.1.101.3.4.3.18", mldsa.MLDSA65PrivateKey.generate),
    ("2.16.840.1.101.3.4.3.19", mldsa.MLDSA87PrivateKey.generate),
]


@pytest.mark.parametrize(("dotted", "generate"), ML_DSA, ids=["44", "65", "87"])
def test_ml_dsa(
    dotted: str, generate: Callable[[], mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey]
) -> None:
    try:
        key = generate()
    except UnsupportedAlgorithm:
        pytest.skip("this OpenSSL has no ML-DSA")
    algorithm = sequence(oid(dotted))
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = signed(algorithm, spki, lambda data: key.sign(data))
    assert check(certificate) is SignatureCheck.VALID
    other = signed(algorithm, spki, lambda data: key.sign(data + b"x"))
    assert check(other) is SignatureCheck.INVALID
    assert verify_signature(certificate, Certificate(ROOT.issued.der)) is SignatureCheck.INVALID


def test_the_signature_covers_the_tbs_certificate() -> None:
    issued = ISSUING.client("alice")
    issuing, root = Certificate(ISSUING.issued.der), Certificate(ROOT.issued.der)
    assert verify_signature(Certificate(issued.der), issuing) is SignatureCheck.VALID
    assert verify_signature(issuing, root) is SignatureCheck.VALID
    assert verify_signature(Certificate(issued.der), root) is SignatureCheck.INVALID
    assert verify_signature(Certificate(issued.with_broken_signature().der), issuing) is SignatureCheck.INVALID
    changed = Certificate(issued.der.replace(b"alice", b"malic"))
    assert verify_signature(changed, issuing) is SignatureCheck.INVALID


ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
EC_PUBLIC_KEY, P256_OID = oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")


KEYS = [
    (public_info(RSA), SignatureCheck.INVALID),
    (b"\x30\x00", SignatureCheck.INVALID),
    (sequence(sequence(EC_PUBLIC_KEY, P256_OID), bit_string(b"\x04")), SignatureCheck.INVALID),
    (sequence(sequence(EC_PUBLIC_KEY, P256_OID), bit_string(b"\x04" + bytes(64))), SignatureCheck.INVALID),
    (sequence(sequence(EC_PUBLIC_KEY, oid("1.2.3")), bit_string(b"x")), SignatureCheck.UNSUPPORTED_ALGORITHM),
    (sequence(sequence(EC_PUBLIC_KEY), bit_string(b"x")), SignatureCheck.INVALID),
    (sequence(sequence(oid("1.2.3")), bit_string(b"x")), SignatureCheck.UNSUPPORTED_ALGORITHM),
    (sequence(sequence(oid("1.3.101.112")), bit_string(b"short")), SignatureCheck.INVALID),
    (sequence(sequence(oid("1.3.101.110")), bit_string(bytes(32))), SignatureCheck.INVALID),
    (sequence(sequence(oid("2.16.840.1.101.3.4.3.17")), bit_string(b"short")), SignatureCheck.INVALID),
    (sequence(sequence(oid("1.2.840.10040.4.1")), bit_string(integer(2))), SignatureCheck.UNSUPPORTED_ALGORITHM),
    (
        sequence(sequence(oid("1.2.840.113549.1.1.1")), bit_string(sequence(integer(-5), integer(3)))),
        SignatureCheck.INVALID,
    ),
    (
        sequence(sequence(oid("1.2.840.113549.1.1.1")), bit_string(sequence(integer(0), integer(0)))),
        SignatureCheck.INVALID,
    ),
    (
        sequence(sequence(oid("1.2.840.113549.1.1.1")), bit_string(sequence(integer(2**16384 + 1), integer(3)))),
        SignatureCheck.UNSUPPORTED_ALGORITHM,
    ),
    (
        sequence(sequence(oid("1.2.840.113549.1.1.1")), bit_string(sequence(integer(2**2048 + 1), integer(2**64)))),
        SignatureCheck.UNSUPPORTED_ALGORITHM,
    ),
]


@pytest.mark.parametrize(("spki", "expected"), KEYS, ids=[str(number) for number in range(len(KEYS))])
def test_keys_that_cannot_have_signed(spki: bytes, expected: SignatureCheck) -> None:
    issuer = Certificate(encoded(subject_public_key_info=spki))
    assert verify_signature(Certificate(encoded()), issuer) is expected


def test_a_curve_spelled_out_is_the_curve() -> None:
    numbers = P256.public_key().public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    a, b = prime - 3, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    g = bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    domain = sequence(
        integer(1),
        sequence(oid("1.2.840.10045.1.1"), integer(prime)),
        sequence(tlv(0x04, a.to_bytes(32)), tlv(0x04, b.to_bytes(32))),
        tlv(0x04, g),
        integer(order),
        integer(1),
    )
    spki = sequence(sequence(EC_PUBLIC_KEY, domain), bit_string(point))
    certificate = signed(ECDSA_WITH_SHA256, spki, lambda data: P256.sign(data, ec.ECDSA(hashes.SHA256())))
    assert check(certificate) is SignatureCheck.VALID
    assert certificate.public_key_bits == 256


def test_unknown_and_missing_algorithms_are_unsupported() -> None:
    unknown = Certificate(encoded(signature_algorithm=sequence(oid("1.2.3"))))
    md2 = Certificate(encoded(signature_algorithm=sequence(oid("1.2.840.113549.1.1.2"))))
    issuer = Certificate(encoded(subject_public_key_info=public_info(RSA)))
    assert verify_signature(unknown, issuer) is SignatureCheck.UNSUPPORTED_ALGORITHM
    assert verify_signature(md2, issuer) is SignatureCheck.UNSUPPORTED_ALGORITHM
    assert verify_signature(Certificate(b"garbage"), issuer) is SignatureCheck.UNSUPPORTED_ALGORITHM
    assert verify_signature(Certificate(encoded()), Certificate(b"garbage")) is SignatureCheck.INVALID


@pytest.mark.parametrize(
    ("dotted", "reason"),
    [
        ("1.2.840.113549.1.1.2", "signed with md2WithRSAEncryption"),
        ("1.2.840.113549.1.1.3", "signed with md4WithRSAEncryption"),
        ("1.2.840.113549.1.1.4", "signed with md5WithRSAEncryption"),
        ("1.2.840.113549.1.1.5", None),
        ("1.2.840.10045.4.3.2", None),
        ("1.2.3", None),
    ],
)
def test_weak_signatures(dotted: str, reason: str | None) -> None:
    assert is_weak(Certificate(encoded(signature_algorithm=sequence(oid(dotted))))) == reason


@pytest.mark.parametrize(
    ("bits", "reason"), [(512, "RSA key of 512 bits"), (1023, "RSA key of 1023 bits"), (1024, None)]
)
def test_weak_keys(bits: int, reason: str | None) -> None:
    spki = sequence(
        sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00"),
        bit_string(sequence(integer(2 ** (bits - 1) + 1), integer(65537))),
    )
    assert is_weak(Certificate(encoded(subject_public_key_info=spki))) == reason


def test_a_small_elliptic_curve_is_not_weak() -> None:
    assert is_weak(Certificate(ROOT.issued.der)) is None
