"""`certprobe explain`: what a code means, or every code in a log."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from certprobe import __version__
from certprobe.cli.exits import ExitCode, exit_codes_epilog
from certprobe.cli.shared import FORMAT
from certprobe.cli.streams import standard_streams
from certprobe.errors import UsageError

if TYPE_CHECKING:
    from certprobe.explain.document import DocumentShape

# Characters of a line that are read in one piece; what is longer goes on as the next line.
_LONGEST_LINE: Final = 1 << 16
_NEGATIVE: Final = re.compile(r"-[0-9]+")


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="\b\nExamples:\n"
    "  certprobe explain 2148204809 CERT_E_EXPIRED -2146885613\n"
    "  certprobe explain 403.16 alert 48 error:0x10040 49/52e\n"
    "  certprobe explain < /var/log/apache2/error.log\n\n" + exit_codes_epilog(),
)
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@FORMAT
def explain(codes: tuple[str, ...], format: str) -> int:
    """Say what CODE means, where it comes from, what usually leads to it and what to do.

    Takes symbols (CERT_E_EXPIRED, SEC_E_UNTRUSTED_ROOT, unknown_ca, X509_V_ERR_CERT_HAS_EXPIRED, invalidCredentials),
    0x hexadecimal, signed and unsigned decimal, CERT_TRUST_STATUS masks, IIS sub-status (403.16), LDAP results with the
    data of Active Directory (49/52e) and event ids. A bare number may mean several things: all are told, the likeliest
    first. A word before it says which: alert, x509, ldap, data, win32, event, error, info. A message in quotes is
    searched for codes, as a line of a log is.

    Without CODE, or with - for it, it reads a log from standard input, and writes it out again with a short
    explanation under the first line that has a code.

    The exit code is 0 if everything was explained, and 1 if something is not known.
    """
    if codes in ((), ("-",)):
        explained = _explain_log(format)
    else:
        _require_codes(codes)
        explained = _explain_codes(codes, format)
    return ExitCode.CLEAN if explained else ExitCode.FINDING


def _require_codes(codes: tuple[str, ...]) -> None:
    """Negative numbers are codes; everything else that begins with a hyphen is an option that does not exist."""
    for code in codes:
        if code.startswith("-") and not _NEGATIVE.fullmatch(code):
            raise click.NoSuchOption(code)


def _explain_codes(codes: tuple[str, ...], format: str) -> bool:
    from certprobe.explain.log import explain_text
    from certprobe.explain.lookup import phrases

    explained = tuple(each for phrase in phrases(codes) for each in explain_text(phrase))
    with standard_streams():
        if format == "json":
            from certprobe.explain.document import document

            _print_json(document(explained, __version__))
        else:
            from certprobe.render.explain import render_explanations

            render_explanations(explained, sys.stdout)
    return all(each.readings for each in explained)


def _explain_log(format: str) -> bool:
    from certprobe.explain.log import Annotator

    annotator = Annotator()
    with standard_streams():
        if format == "json":
            from certprobe.explain.document import log_document

            for line in _lines():
                annotator.line(line)
            _print_json(log_document(annotator, __version__))
        else:
            from certprobe.render.explain import AnnotatedLog

            log = AnnotatedLog(sys.stdout)
            for line in _lines():
                log.line(line, annotator.line(line))
    if annotator.unknown and format == "text":
        click.echo(f"certprobe: not known: {', '.join(annotator.unknown)}", err=True)
    return not annotator.unknown


def _lines() -> Iterator[str]:
    """The lines of standard input, as soon as each is there; Windows' own tools write UTF-16."""
    if sys.stdin is None:
        raise UsageError("name a code, or give a log on standard input")
    if sys.stdin.isatty():
        click.echo("certprobe: paste a log, and end it with Ctrl-D", err=True)
    log = io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    encoding = "utf-16" if log.peek(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = io.TextIOWrapper(log, encoding, "backslashreplace")
    while line := text.readline(_LONGEST_LINE):
        yield line.removesuffix("\n")


def _print_json(told: DocumentShape) -> None:
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(told, indent=indent, ensure_ascii=True) + "\n")
