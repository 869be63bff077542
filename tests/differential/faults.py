"""What may be odd about one certificate of a chain: names for options of the lab's PKI, one fault each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CLIENT_AUTH,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SERVER_AUTH,
    SUBJECT_ALT_NAME,
    SUBJECT_KEY_IDENTIFIER,
    Authority,
    Extension,
    Options,
    PrivateKey,
    ec_key,
    rsa_key,
)
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE
from tests.pki.general_names import (
    address,
    constraining,
    directory,
    dns,
    email,
    octets,
    registered,
    subtree,
    upn,
    uri,
)

AT: Final = datetime.now(UTC).replace(microsecond=0)
"""certtool judges by no other time than now."""

HOST: Final = "www.lab.test"
ANY_POLICY: Final = "2.5.29.32.0"
DAY: Final = timedelta(days=1)

_KEYS: Final = tuple(ec_key() for _ in range(5))


class Chain(NamedTuple):
    """The end certificate, its CAs from the nearest on, and the trusted root; `faults` as "place: fault"."""

    end: bytes
    cas: tuple[bytes, ...]
    root: bytes
    faults: tuple[str, ...]


def chain(end: str = "none", cas: tuple[str, ...] = ("none",), root: str = "none") -> Chain:
    """A chain with these faults; `cas` from the root down."""
    top = root_authority = Authority.root("Root", at=AT, **_for_root(FOR_CAS[root]))
    names = [f"root: {root}"]
    issuers: list[bytes] = []
    for number, fault in enumerate(cas):
        top = top.intermediate(f"CA {number}", **_with_key(FOR_CAS[fault], number + 1))
        issuers.insert(0, top.issued.der)
        names.append(f"CA: {fault}")
    issued = top.server(HOST, **_with_key(FOR_ENDS[end], 4))
    names.append(f"end: {end}")
    return Chain(issued.der, tuple(issuers), root_authority.issued.der, tuple(names))


def _with_key(options: Options, number: int) -> Options:
    return {"key": _KEYS[number], **options}


def _for_root(options: Options) -> Options:
    """A root that leaves something out leaves out authorityKeyIdentifier as well, as roots do."""
    return {**_with_key(options, 0), "omit": (*options.get("omit", ()), AUTHORITY_KEY_IDENTIFIER)}


def one_fault_each() -> Iterator[Chain]:
    """Every fault in every place, and nothing else wrong."""
    yield chain()
    for fault in FOR_CAS:
        yield chain(root=fault)
        yield chain(cas=(fault,))
        yield chain(cas=(fault, "none"))
    for fault in FOR_ENDS:
        yield chain(end=fault)


# -- the faults


def _extended(*extensions: Extension) -> Options:
    return {"extensions": extensions}


def _basic_constraints(*fields: bytes, critical: bool = True) -> Options:
    return _extended(Extension(BASIC_CONSTRAINTS, sequence(*fields), critical))


def _constrained(permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = ()) -> Options:
    return _extended(constraining(permitted=permitted, excluded=excluded))


def _keyed(key: PrivateKey) -> Options:
    return {"key": key}


def policies(*oids: str, critical: bool = False) -> Extension:
    """certificatePolicies without qualifiers."""
    return Extension("2.5.29.32", sequence(*(sequence(oid(each)) for each in oids)), critical)


_TRUE = b"\x01\x01\xff"
_NULL = b"\x05\x00"

FOR_BOTH: Final[dict[str, Options]] = {
    "none": {},
    "expired": {"not_after": AT - DAY},
    "not yet valid": {"not_before": AT + DAY},
    "keyUsage noncritical": _extended(Extension(KEY_USAGE, b"\x03\x02\x01\x86")),
    "keyUsage damaged": _extended(Extension(KEY_USAGE, b"\x04\x00", critical=True)),
    "extKeyUsage for clients": {"extended_key_usage": (CLIENT_AUTH,)},
    "extKeyUsage for servers": {"extended_key_usage": (SERVER_AUTH, CLIENT_AUTH)},
    "extKeyUsage empty": {"extended_key_usage": ()},
    "extKeyUsage damaged": _extended(Extension(EXTENDED_KEY_USAGE, b"\x04\x00")),
    "identifier of another key": _extended(Extension(AUTHORITY_KEY_IDENTIFIER, sequence(tlv(0x80, b"x")))),
    "identifier of nothing": _extended(Extension(AUTHORITY_KEY_IDENTIFIER, sequence())),
    "identifier damaged": _extended(Extension(AUTHORITY_KEY_IDENTIFIER, b"x")),
    "own identifier critical": _extended(Extension(SUBJECT_KEY_IDENTIFIER, tlv(0x04, b"key"), critical=True)),
    "own identifier damaged": _extended(Extension(SUBJECT_KEY_IDENTIFIER, b"zz")),
    "without identifier": {"omit": (AUTHORITY_KEY_IDENTIFIER,)},
    "without own identifier": {"omit": (SUBJECT_KEY_IDENTIFIER,)},
    "unknown critical extension": _extended(Extension("1.2.3.4", _NULL, critical=True)),
    "unknown extension": _extended(Extension("1.2.3.4", _NULL)),
    "alternative name damaged": _extended(Extension(SUBJECT_ALT_NAME, b"www")),
    "alternative name empty": _extended(Extension(SUBJECT_ALT_NAME, sequence())),
    "v1": {"version": 1},
    "serial number zero": {"serial_number": 0},
    "serial number negative": {"serial_number": -7},
    "serial number long": {"serial_number": 1 << 160},
    "RSA key": _keyed(rsa_key(2048)),
    "short RSA key": _keyed(rsa_key(1024)),
    "small curve": _keyed(ec_key(ec.SECP192R1())),
    "large curve": _keyed(ec_key(ec.SECP384R1())),
    "Ed25519 key": _keyed(ed25519.Ed25519PrivateKey.generate()),
    "signed over SHA-1": {"signature_hash": hashes.SHA1()},
    "policy": _extended(policies("1.2.3")),
    "any policy": _extended(policies(ANY_POLICY)),
    "policy twice": _extended(policies("1.2.3", "1.2.3")),
    "no policy in the list": _extended(policies()),
    "inhibitAnyPolicy": _extended(Extension("2.5.29.54", integer(0), critical=True)),
}

FOR_CAS: Final[dict[str, Options]] = {
    **FOR_BOTH,
    "no basicConstraints": {"omit": (BASIC_CONSTRAINTS,)},
    "cA FALSE": _basic_constraints(),
    "cA FALSE written out": _basic_constraints(b"\x01\x01\x00"),
    "cA of BER": _basic_constraints(b"\x01\x01\x01"),
    "basicConstraints noncritical": _basic_constraints(_TRUE, critical=False),
    "basicConstraints damaged": _extended(Extension(BASIC_CONSTRAINTS, b"", critical=True)),
    "something after basicConstraints": _extended(Extension(BASIC_CONSTRAINTS, sequence(_TRUE) + _NULL, critical=True)),
    "path length 0": _basic_constraints(_TRUE, integer(0)),
    "path length 1": _basic_constraints(_TRUE, integer(1)),
    "path length negative": _basic_constraints(_TRUE, integer(-1)),
    "path length without cA": _basic_constraints(integer(3)),
    "no keyUsage": {"key_usage": None},
    "no keyCertSign": {"key_usage": ("cRLSign", "digitalSignature")},
    "keyUsage empty": {"key_usage": ()},
    "nameless": {"subject": sequence()},
    "permits the host": _constrained((dns("lab.test"),)),
    "permits another host": _constrained((dns("other.test"),)),
    "permits no part of a label": _constrained((dns("b.test"),)),
    "permits in other case": _constrained((dns("LAB.Test"),)),
    "permits below a dot": _constrained((dns(".lab.test"),)),
    "permits a wildcard": _constrained((dns("*.lab.test"),)),
    "permits all hosts": _constrained((dns(""),)),
    "permits a host with a dot behind": _constrained((dns("lab.test."),)),
    "excludes the host": _constrained((), (dns("test"),)),
    "excludes another host": _constrained((), (dns("other.test"),)),
    "excludes all hosts": _constrained((), (dns(""),)),
    "permits a network": _constrained((address("10.0.0.0/8"),)),
    "excludes a network": _constrained((), (address("10.0.0.0/8"),)),
    "permits an odd mask": _constrained((octets(b"\x0a\x00\x00\x00\xff\x00\xff\x00"),)),
    "permits a directory": _constrained((directory("O=Lab"),)),
    "excludes a directory": _constrained((), (directory("CN=www.lab.test"),)),
    "permits all directories": _constrained((directory(""),)),
    "permits mailboxes": _constrained((email("lab.test"),)),
    "excludes a mailbox": _constrained((), (email("a@lab.test"),)),
    "permits URIs": _constrained((uri("lab.test"),)),
    "permits principals": _constrained((upn("lab.test"),)),
    "excludes registered IDs": _constrained((), (registered("1.2.3"),)),
    "constraints without sides": _constrained(),
    "constraints out of order": _extended(
        Extension("2.5.29.30", sequence(tlv(0xA1, subtree(dns("x"))), tlv(0xA0, subtree(dns("lab.test")))), True)
    ),
    "constraints with a minimum": _extended(
        Extension("2.5.29.30", sequence(tlv(0xA0, subtree(dns("lab.test"), tlv(0x80, b"\x01")))), critical=True)
    ),
    "constraints damaged": _extended(Extension("2.5.29.30", b"xx", critical=True)),
}

FOR_ENDS: Final[dict[str, Options]] = {
    **FOR_BOTH,
    **{
        f"named {name}": {"subject_alt_names": (HOST, encoded)}
        for name, encoded in {
            "by an address too": address("10.0.0.1"),
            "by another network's address": address("11.0.0.1"),
            "by a mailbox too": email("a@lab.test"),
            "by a foreign mailbox": email("a@other.test"),
            "by a URI too": uri("http://lab.test/"),
            "by a foreign URI": uri("http://other.test/"),
            "by a directory too": directory("CN=x,O=Lab"),
            "by a registered ID too": registered("1.2.3"),
            "by a principal too": upn("a@lab.test"),
            "by an X.400 address too": tlv(0xA3, b""),
            "with an underscore": dns("a_b.lab.test"),
            "with a space": dns("a b.lab.test"),
            "with UTF-8": tlv(0x82, "ü.test".encode()),
            "with an empty name": dns(""),
            "by five octets": octets(b"12345"),
            "by an unknown kind": tlv(0x89, b"x"),
        }.items()
    },
    "nameless": {"subject_alt_names": ()},
    "another's name": {"subject_alt_names": ("mail.lab.test",)},
    "name in other case": {"subject_alt_names": ("WWW.LAB.test",), "subject": "CN=x"},
    "wildcard": {"subject_alt_names": ("*.lab.test",)},
    "wildcard within a label": {"subject_alt_names": ("w*.lab.test",)},
    "two wildcards": {"subject_alt_names": ("*.*.test",)},
    "name with a dot behind": {"subject_alt_names": (f"{HOST}.",)},
    "alternative name critical": _extended(Extension(SUBJECT_ALT_NAME, sequence(dns(HOST)), critical=True)),
    "empty subject": {"subject": sequence()},
    "a CA": _basic_constraints(_TRUE),
    "no extKeyUsage": {"extended_key_usage": None},
    "extKeyUsage any": {"extended_key_usage": (ANY_EXTENDED_KEY_USAGE,)},
    "extKeyUsage critical": _extended(Extension(EXTENDED_KEY_USAGE, sequence(oid(SERVER_AUTH)), critical=True)),
    "keyCertSign": {"key_usage": ("digitalSignature", "keyCertSign")},
    "name constraints": _constrained((dns("lab.test"),)),
}
