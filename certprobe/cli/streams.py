"""What goes wrong with the standard streams."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from certprobe.errors import FileError


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Tell what goes wrong with them, except that a reader has seen enough, as `head` has."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        raise FileError(f"standard input or output: {error.strerror}") from None
