"""`--path` and `--paths-from`: the paths of one server, each probed on a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.cli.inputs import name_of, read_file
from certprobe.endpoint import parse_https, parse_path
from certprobe.errors import UsageError
from certprobe.pki.text import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.endpoint import Endpoint

MOST_PATHS: Final = 1000
_LONGEST_FILE: Final = 1024 * 1024
_COMMENT: Final = "#"


def endpoints(endpoint: Endpoint, paths: tuple[str, ...], file: str | None) -> tuple[Endpoint, ...]:
    """Return the endpoint with each path, those of the file last and each once; as it is if neither names one.

    Raises UsageError for what is no path of this server, naming the line, and InputError for an unreadable file.
    """
    named = [parse_path(path) for path in paths]
    if file is not None:
        named += _read(file, endpoint)
    found = tuple(dict.fromkeys(endpoint._replace(path=path) for path in named))
    if len(found) > MOST_PATHS:
        raise UsageError(f"these are {len(found)} paths, more than {MOST_PATHS}")
    return found or (endpoint,)


def _read(file: str, endpoint: Endpoint) -> Iterator[str]:
    data = read_file(file, _LONGEST_FILE)
    place = name_of(file)
    found = False
    try:
        text = as_text(data)
    except UnicodeDecodeError as error:
        number = 1 + data.count(b"\n", 0, error.start)
        raise UsageError(f"{place}, line {number}: not UTF-8") from None
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith(_COMMENT):
            continue
        found = True
        try:
            yield _path(stripped, endpoint)
        except UsageError as error:
            raise UsageError(f"{place}, line {number}: {error}") from None
    if not found:
        raise UsageError(f"{place}: no path in it; one is expected on each line")


def _path(text: str, endpoint: Endpoint) -> str:
    if "://" not in text.partition("?")[0] or text.startswith("/"):
        return parse_path(text)
    named = parse_https(text)
    if (named.host, named.port) != (endpoint.host, endpoint.port):
        raise UsageError(f"{text!r} is of another server than {endpoint.authority}")
    return named.path
