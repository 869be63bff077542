"""For those who choose the client certificate in Python: the names to import, and the loader behind `--callback`.

    # pick.py, used as  certprobe https https://host/ --cert store.pem --callback pick.py:choose
    from certprobe.callbacks import query_client_cert

    @query_client_cert
    def choose(connection, trusted_cas):
        for candidate in connection.candidates:
            if not candidate.rejections:
                return candidate.credential
        return None  # anonymous

A function without a decorator follows QUERYCLIENTCERT as well. `@get_cert` marks a WS_GET_CERT_CALLBACK, which is asked
before the connection begins:

    from certprobe.callbacks import S_OK, GetCertResult, get_cert

    @get_cert
    def choose(state, target_address, via_uri, error):
        return GetCertResult(S_OK, state.credentials[0])

A WsCustomCertCredential brings its own state and its own notification of the issuer list. What a callback prints goes
wherever the program's standard output goes; `error.add_string` is the way into the report.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, TypeVar, cast

from certprobe.errors import CallbackError, FileError, UsageError
from certprobe.pki.credential import Credential
from certprobe.pki.name import DistinguishedName
from certprobe.selection.callbacks import (
    Callback,
    CertIssuerListNotification,
    ChannelState,
    ConnectionInfo,
    EndpointAddress,
    GetCert,
    GetCertResult,
    QueryClientCert,
    WsCustomCertCredential,
    WsError,
)
from certprobe.selection.decide import FILE_MODULE, words_of
from certprobe.wincrypt.hresult import E_FAIL, HResult

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "E_FAIL",
    "S_OK",
    "Callback",
    "CertIssuerListNotification",
    "ChannelState",
    "ConnectionInfo",
    "Credential",
    "DistinguishedName",
    "EndpointAddress",
    "GetCert",
    "GetCertResult",
    "HResult",
    "QueryClientCert",
    "WsCustomCertCredential",
    "WsError",
    "get_cert",
    "load_callback",
    "query_client_cert",
]

S_OK: Final = HResult(0)

Q = TypeVar("Q", bound=QueryClientCert)
G = TypeVar("G", bound=GetCert)

_MARK: Final = "certprobe_contract"


class Contract(enum.Enum):
    """Which of the two contracts a function follows; the values are the arguments that it is called with."""

    QUERYCLIENTCERT = ("connection", "trusted_cas")
    WS_GET_CERT_CALLBACK = ("state", "target_address", "via_uri", "error")


def query_client_cert(function: Q) -> Q:
    """Mark a function as a QUERYCLIENTCERT."""
    setattr(function, _MARK, Contract.QUERYCLIENTCERT)
    return function


def get_cert(function: G) -> G:
    """Mark a function as a WS_GET_CERT_CALLBACK."""
    setattr(function, _MARK, Contract.WS_GET_CERT_CALLBACK)
    return function


def load_callback(reference: str) -> Callback:
    """Import what `MODULE:NAME` or `FILE.py:NAME` stands for and return it as the callback it is marked as.

    This runs the module's code, for as long as it takes. The current directory, or the file's, is searched for modules
    after everything that is installed, so that no file there takes the place of an installed one. Raises UsageError
    for a reference of another form, FileError for a file that cannot be read, and CallbackError for anything that
    importing raises and for an object that cannot be called as its contract says.
    """
    place, _, name = reference.rpartition(":")
    if not place or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{reference!r} is no callback: MODULE:FUNCTION and FILE.py:FUNCTION are")
    found: object = _module(place)
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise CallbackError(f"callback {reference}: there is no {part!r} in {place}") from None
    if isinstance(found, WsCustomCertCredential):
        return found
    contract = getattr(found, _MARK, Contract.QUERYCLIENTCERT)
    _check_call(reference, found, contract)
    if contract is Contract.WS_GET_CERT_CALLBACK:
        return WsCustomCertCredential(cast("GetCert", found))
    return cast("QueryClientCert", found)


def _module(place: str) -> ModuleType:
    try:
        return _from_file(place) if place.endswith(".py") else _from_path(place)
    except FileError:
        raise
    except ModuleNotFoundError as error:
        if error.name and f"{place}.".startswith(f"{error.name}."):
            raise CallbackError(f"there is no module {error.name!r} here or on Python's path") from None
        raise CallbackError(f"importing {place} raised {words_of(error)}") from error
    except (Exception, SystemExit) as error:
        raise CallbackError(f"importing {place} raised {words_of(error)}") from error


def _from_path(name: str) -> ModuleType:
    from importlib import import_module
    from pathlib import Path

    _search_last(str(Path.cwd()))
    return import_module(name)


def _from_file(name: str) -> ModuleType:
    import sys
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    path = Path(name).absolute()
    if not path.is_file():
        raise FileError(f"there is no file {name}")
    # Under a name of our own: a file select.py must not become everybody's `select`.
    spec = spec_from_file_location(f"{FILE_MODULE}{path.stem}", path)
    assert spec is not None and spec.loader is not None
    _search_last(str(path.parent))
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _search_last(directory: str) -> None:
    import sys

    if directory not in sys.path:
        sys.path.append(directory)


def _check_call(reference: str, function: object, contract: Contract) -> None:
    if not callable(function):
        raise CallbackError(f"callback {reference} is an object of type {type(function).__name__}, not a function")
    from inspect import signature

    try:
        accepts = signature(function)
    except (TypeError, ValueError):
        return  # written in C: the call itself will tell
    try:
        accepts.bind(*contract.value)
    except TypeError:
        raise CallbackError(
            f"callback {reference} cannot be called as a {contract.name} with ({', '.join(contract.value)}):"
            " give it those parameters, or mark it with @query_client_cert or @get_cert"
        ) from None
