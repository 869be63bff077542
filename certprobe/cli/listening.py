"""Where a listener listens, and the certificate that it shows: the user's, a callback's, or one made on the spot."""

from __future__ import annotations

import errno
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from certprobe.cli.directories import Reach
from certprobe.cli.inputs import Passwords, read_identities
from certprobe.cli.streams import kept_for_the_report
from certprobe.endpoint import HostPort, Scheme, is_ip, parse_host_port
from certprobe.errors import DecodeError, InputError, UsageError
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus

if TYPE_CHECKING:
    from certprobe.selection.callbacks import Callback

_HOST: Final = "127.0.0.1"
_CALLBACK_SECONDS: Final = 30.0
_BACKLOG: Final = 1024
_ANYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - it is asked for, or is not


class OfItsOwn(Protocol):
    """What was typed of the listener's own certificate, by the names of the options."""

    @property
    def cert(self) -> tuple[str, ...]: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def password_file(self) -> str | None: ...
    @property
    def password_env(self) -> str | None: ...
    @property
    def callback(self) -> str | None: ...
    @property
    def legacy(self) -> bool: ...


class Shown(NamedTuple):
    """The certificate of a listener, what there is to say of it, and the root that was made for it in PEM."""

    credential: Credential
    words: tuple[str, ...]
    root: bytes | None = None


def parse_bind(text: str | None, default_port: int) -> HostPort:
    """Read "HOST:PORT", "PORT" or "HOST"; port 0 is any that is free. Raises UsageError."""
    if text is None:
        return HostPort(_HOST, default_port)
    if text.isascii() and text.isdigit():
        text = f"{_HOST}:{text}"
    if text.startswith(":"):
        raise UsageError(
            f"{text!r} names no host: 127.0.0.1{text} is this machine alone, 0.0.0.0{text} all that reach it"
        )
    if text.endswith(":0") and (text.count(":") == 1 or "]:" in text):
        return parse_host_port(text[:-2], default_port)._replace(port=0)
    return parse_host_port(text, default_port)


def open_socket(host: str, port: int) -> socket.socket:
    """Listen there. Raises InputError."""
    place = HostPort(host, port)
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except socket.gaierror as error:
        raise InputError(f"cannot listen on {place}: {error.strerror}") from None
    except OSError as error:
        # create_server writes the address into its words, as Python has it.
        why = os.strerror(error.errno) if error.errno is not None else str(error)
        hint = "; port 0 takes any that is free" if error.errno == errno.EADDRINUSE else ""
        raise InputError(f"cannot listen on {place}: {why}{hint}") from None


def credential_to_show(typed: OfItsOwn, host: str, scheme: Scheme) -> Shown:
    """Find or make the listener's certificate. Raises UsageError and InputError: then there is no listener."""
    if typed.key and not typed.cert:
        raise UsageError("--key needs --cert: a key alone is no identity")
    if typed.callback is not None:
        return _of_callback(typed, typed.callback)
    if typed.cert:
        usable = [each for each in _credentials(typed) if each.key_status is KeyStatus.FITS]
        if not usable:
            raise DecodeError(f"{', '.join(typed.cert)}: no certificate with its private key, which a server needs")
        return Shown(usable[0], (_named(usable[0].certificate, usable[0].source),))
    return _made(host, scheme, typed)


def _credentials(typed: OfItsOwn) -> tuple[Credential, ...]:
    passwords = Passwords(typed.password_file, typed.password_env)
    return read_identities(typed.cert, typed.key, passwords, Reach.FLAT).credentials


def _of_callback(typed: OfItsOwn, reference: str) -> Shown:
    from certprobe.callbacks import load_callback
    from certprobe.selection.callbacks import WsCustomCertCredential
    from certprobe.selection.decide import FunctionCredential

    with kept_for_the_report():
        callback: Callback = load_callback(reference, _CALLBACK_SECONDS)
        if not isinstance(callback, WsCustomCertCredential):
            raise UsageError(
                f"{reference} is a QUERYCLIENTCERT, which answers a server that asks a client; a listener is given its"
                " certificate by a WS_GET_CERT_CALLBACK: mark it with @get_cert"
            )
        credential = FunctionCredential(callback, _credentials(typed)).listener_cert(_CALLBACK_SECONDS)
    return Shown(credential, (_named(credential.certificate, reference),))


def _named(certificate: Certificate, source: str) -> str:
    return f"its certificate is {certificate.subject.rfc4514} ({source}), SHA-256 {certificate.sha256}"


def _made(host: str, scheme: Scheme, typed: OfItsOwn) -> Shown:
    """A certificate below a root of its own, both thrown away at the end with their keys."""
    from certprobe.lab.pki import Authority, rsa_key

    at = datetime.now(UTC).replace(microsecond=0)
    root = Authority.root("certprobe listener made for one run", at=at)
    names = _own_names(host)
    issued = root.server(*names, key=rsa_key()) if typed.legacy else root.server(*names)
    certificate = Certificate(issued.der)
    credential = Credential(certificate, (), issued.private_key, KeyStatus.FITS, None, "made on the spot")
    all_the_same = "curl -k" if scheme is Scheme.HTTPS else "LDAPTLS_REQCERT=never"
    words = (
        f"its certificate was made for this run, for {', '.join(names)}: clients do not trust it ({all_the_same})",
        f"SHA-256 of it {certificate.sha256}; -v shows its root",
    )
    return Shown(credential, words, root.issued.certificate_pem)


def _own_names(host: str) -> tuple[str, ...]:
    names = [host] if host not in _ANYWHERE else []
    own = socket.gethostname().lower()
    return tuple(dict.fromkeys((*names, "localhost", *([own] if _is_name(own) else []), _HOST)))


def _is_name(text: str) -> bool:
    try:
        return not is_ip(parse_host_port(text, 0).host)
    except UsageError:
        return False
