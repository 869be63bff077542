"""The process: `certprobe` and `python -m certprobe`."""

from __future__ import annotations

import gc
import os
import sys

from certprobe import __version__

# One short run makes little garbage, and looking for it while modules load costs a twentieth of the run.
GC_THRESHOLD = 100_000


def main() -> None:
    """Run the command line; never returns."""
    gc.set_threshold(GC_THRESHOLD)
    _open_what_is_closed()
    if sys.argv[1:] == ["--version"]:
        # Scripts ask for it often, and click takes three times as long to import as this takes to answer.
        try:
            sys.stdout.write(f"certprobe {__version__}\n")
            sys.stdout.flush()
        except OSError:
            os._exit(4)
        os._exit(0)
    from certprobe.cli.main import run

    run()


def _open_what_is_closed() -> None:
    """A process may be started without standard streams (`2>&-`): what nobody can read is written nowhere.

    Neither to the other stream, nor into the connection or file that would be given the free number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest number that is free: this one.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open as long as the process


if __name__ == "__main__":
    main()
