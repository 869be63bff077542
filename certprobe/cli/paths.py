"""`--path` and `--paths-from`: the paths of one server, each probed on a connection of its own."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from certprobe.cli.inputs import name_of, read_file
from certprobe.endpoint import parse_https, parse_path
from certprobe.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.endpoint import Endpoint

MOST_PATHS: Final = 1000
_LONGEST_FILE: Final = 1024 * 1024
_COMMENT: Final = b"#"


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
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith(_COMMENT):
            continue
        found = True
        try:
            yield _path(stripped.decode(), endpoint)
        except UnicodeDecodeError:
            raise UsageError(f"{place}, line {number}: not UTF-8") from None
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
