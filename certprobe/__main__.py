"""`python -m certprobe`."""

from certprobe.cli.main import run

run()
