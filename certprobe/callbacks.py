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
to standard error; `error.add_string` is the way into the report. A distribution offers its callback under a name, as an
entry point of the group `certprobe.callbacks`.

A program of `--callback-exec` reads the question as one JSON object from standard input (report/question.json is its
schema) and writes one of {"thumbprint": "HEX"}, {"number": 2} and {"anonymous": true} to standard output.

docs/callbacks.md in the source tells it at length, with examples of each.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final, TypeVar, cast

from certprobe.errors import CallbackError, CertprobeError, FileError, UsageError
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
from certprobe.selection.decide import FILE_MODULE, Returned, StillRunning, run_bounded, words_of
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
GROUP: Final = "certprobe.callbacks"
"""The entry-point group of the plug-ins."""
# As the specification of entry points recommends them.
_PLUGIN_NAME: Final = re.compile(r"[\w.-]+")


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


def load_callback(reference: str, seconds: float) -> Callback:
    """Import what `MODULE:NAME`, `FILE.py:NAME` or the NAME of a plug-in stands for, as the callback it is marked as.

    This runs the module's code, in a thread of its own, for at most so many seconds. The current directory, or the
    file's, is searched for modules after everything that is installed, so that no file there takes the place of an
    installed one. Raises UsageError for a reference of another form, FileError for a file that cannot be read, and
    CallbackError for a name that no plug-in or several have, for anything that importing raises, if it does not come to
    an end, and for an object that cannot be called as its contract says.
    """
    outcome = run_bounded(lambda: _load(reference), seconds)
    if isinstance(outcome, Returned):
        callback: Callback = outcome.value
        return callback
    if isinstance(outcome, StillRunning):
        raise CallbackError(f"importing callback {reference} did not come to an end within {seconds:.3g} seconds")
    if isinstance(outcome.exception, CertprobeError):
        raise outcome.exception
    raise CallbackError(f"importing callback {reference} raised {words_of(outcome.exception)}") from outcome.exception


def _load(reference: str) -> Callback:
    if _PLUGIN_NAME.fullmatch(reference) and not reference.endswith(".py"):
        place, name = _plugin(reference)
    else:
        place, _, name = reference.rpartition(":")
        if not place or not all(part.isidentifier() for part in name.split(".")):
            raise UsageError(
                f"{reference!r} is no callback: MODULE:FUNCTION, FILE.py:FUNCTION and the name of a plug-in are"
            )
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


def _plugin(name: str) -> tuple[str, str]:
    """Return module and object of the entry point of that name."""
    installed = _plugins()
    values = {value for each, value, _ in installed if each == name}
    if not values:
        names = ", ".join(sorted({each for each, _, _ in installed})) or "none"
        yours = "a function of yours is MODULE:FUNCTION or FILE.py:FUNCTION"
        raise CallbackError(f"there is no plug-in {name}; installed are: {names} ({yours})")
    if len(values) > 1:
        offered = "; ".join(sorted(f"{value} of {whose}" for each, value, whose in installed if each == name))
        raise CallbackError(f"plug-in {name} is offered more than once: {offered}; name one of these functions instead")
    value = values.pop()
    place, colon, function = (part.strip() for part in value.partition("[")[0].partition(":"))
    if not (place and colon and function):
        raise CallbackError(f"plug-in {name} stands for {value!r}, which is no MODULE:FUNCTION")
    return place, function


def _plugins() -> list[tuple[str, str, str]]:
    """Return name, object reference and distribution of every plug-in that is installed."""
    from importlib.metadata import entry_points

    try:
        found = entry_points(group=GROUP)
        return [(each.name, each.value, each.dist.name if each.dist else "an unnamed distribution") for each in found]
    except Exception as error:  # Any distribution's metadata may be damaged, and in any way.
        raise CallbackError(f"the list of installed plug-ins cannot be read: {words_of(error)}") from error


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
