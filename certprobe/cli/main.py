"""The root of the click tree and the process around it: every command, every exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module

import click

from certprobe import __version__
from certprobe.cli.exits import ExitCode, exit_codes_epilog
from certprobe.cli.streams import standard_streams
from certprobe.errors import CertprobeError, NotReached, UsageError

# A subcommand's module is imported when the subcommand is named: start-up is a feature.
_COMMANDS = {
    "https": ("certprobe.cli.https", "Probe an HTTPS server: what it asks for, what fits, what it says."),
    "ldap": ("certprobe.cli.ldap", "Probe a directory over LDAPS or StartTLS, and log in by SASL EXTERNAL."),
    "match": ("certprobe.cli.match", "Which of your certificates fits what a server asks for, and why not the others."),
    "verify": ("certprobe.cli.verify", "Judge certificates in files as Windows would: every path, fault and policy."),
    "inspect": ("certprobe.cli.inspect", "Say what is in files and directories of certificates, keys and stores."),
    "explain": ("certprobe.cli.explain", "Say what a code of Windows, TLS, OpenSSL, IIS or LDAP means."),
    "listen": ("certprobe.cli.listen", "Be a server, and report what it makes of each client and its certificate."),
    "lab": ("certprobe.cli.lab", "Servers with planted faults on this machine, to try certprobe on."),
}


class _LazyGroup(click.Group):
    """Knows its subcommands by name, and imports the one that is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExamples:\n"
    "  certprobe https https://intranet.example/ --cert me.p12\n"
    "  certprobe ldap dc1.example --cert me.pem --format json\n\n" + exit_codes_epilog(),
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Find out why a certificate, or a login by certificate, does not work.

    certprobe connects, shows what the server asks for, picks the client certificate that fits, reports what the server
    made of it and what Windows would say of both chains, and names in its first lines what to change.
    """


_CODES = ((UsageError, ExitCode.USAGE), (NotReached, ExitCode.NOT_REACHED))


def run() -> None:
    """Be the process: never returns."""
    code = _run()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Everything is written; taking the interpreter apart would cost more than a handshake, and a callback's thread
    # that never returns must not hold the process.
    os._exit(code)


def _run() -> int:
    try:
        outcome = None
        with standard_streams():
            outcome = cli.main(prog_name="certprobe", standalone_mode=False)
        return int(outcome) if isinstance(outcome, int) else ExitCode.CLEAN
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return ExitCode.INPUT if isinstance(error, click.FileError) else ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except CertprobeError as error:
        from certprobe.render.escape import escape

        _say(f"certprobe: {escape(str(error))}")
        return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.INPUT)


def _say(words: str) -> None:
    """Say it on standard error, if that can be written at all: the exit code says the rest."""
    with contextlib.suppress(OSError):
        click.echo(words, err=True)
