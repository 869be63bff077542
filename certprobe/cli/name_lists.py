"""Lists of certificate authorities, as files of certificates or of names."""

from __future__ import annotations

from pathlib import Path

from certprobe.cli.inputs import LONGEST_FILE, name_of, read_certificates, read_file
from certprobe.errors import DecodeError, FileError


def read_name_list(path: str, if_json: str = "") -> tuple[bytes, ...]:
    """Return the DER names of a CA list in its order, each once; certificates stand for their subjects.

    Raises InputError, for JSON with the hint `if_json`.
    """
    from certprobe.pki.name_list import is_client_output, parse_names

    if Path(path).is_dir():
        return tuple(dict.fromkeys(certificate.subject.der for certificate in read_certificates(path)))
    data = read_file(path, LONGEST_FILE)
    try:
        if is_client_output(data) or not _is_certificates(data):
            return tuple(dict.fromkeys(name.der for name in parse_names(data)))
    except DecodeError as error:
        hint = if_json if data.lstrip().startswith(b"{") else ""
        raise DecodeError(f"{name_of(path)}: {error}{hint}") from None
    from certprobe.pki.decode import decode

    certificates = decode(data, source=name_of(path), password=None).certificates
    if not certificates:
        raise FileError(f"{name_of(path)}: no certificate in it")
    return tuple(dict.fromkeys(certificate.subject.der for certificate in certificates))


def _is_certificates(data: bytes) -> bool:
    from certprobe.pki.pem import is_pem

    # DER begins with a SEQUENCE, whose tag is the digit 0, and its length, which no name begins with.
    return is_pem(data) or (data[:1] == b"\x30" and data[1:2] >= b"\x80")
