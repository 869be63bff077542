"""What goes wrong with the standard streams."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from certprobe.errors import FileError

_STDOUT = 1
_STDERR = 2


@contextlib.contextmanager
def kept_for_the_report() -> Iterator[None]:
    """Send what others write to standard output to standard error, down to the descriptor, which children inherit."""
    sys.stdout.flush()
    kept = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, _STDOUT)
        os.close(kept)


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
