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
    # A process may be started without these (`>&-`); what nobody can read is written nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open as long as the process
    sys.stderr = sys.stderr or sys.stdout
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


if __name__ == "__main__":
    main()
