"""The plan of the house as rules over the source: who may import whom, and who may look at the world outside."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.peers.s_server import s_server
from tests.peers.site import build

ROOT = Path(__file__).parents[1]

FOUNDATION = {"errors", "wincrypt"}
TLS_TYPES = {"tls.client_hello", "tls.enums", "tls.events", "tls.messages"}
STAGES = {
    "endpoint",
    "transport",
    "proxy",
    "tls",
    "selection",
    "application",
    "chain",
    "policy",
    "mapping",
    "report",
    "pki",
    *FOUNDATION,
}
FETCHING = {"cache", "fetch", "gather", "vicinity"}
ROAD = {"attempt", "chooser", "judging", "talk", "trials"}

# Room -> the modules of ours it may import, besides its own. What a room may import, it may import parts of.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "wincrypt": set(),
    "pki": FOUNDATION,
    "endpoint": FOUNDATION,
    "transport": {"endpoint", *FOUNDATION},
    "proxy": {"endpoint", "transport", *FOUNDATION},
    "tls": {"pki", *FOUNDATION},
    "application": {"pki", *FOUNDATION},
    "selection": {"pki", *TLS_TYPES, *FOUNDATION},
    "chain": {"pki", *FOUNDATION},
    "policy": {"chain", "pki", *FOUNDATION},
    "mapping": {"pki", *FOUNDATION},
    "report": STAGES - {"tls", "transport", "proxy"} | TLS_TYPES,
    "explain": {"tls.enums", "application.ldap_results", *FOUNDATION},
    "render": {"report", "explain", *FOUNDATION},
    "callbacks": {"selection", "pki", *FOUNDATION},
    "child": FOUNDATION,
    "callback_exec": {"child", "chooser", "report", "selection", "pki", *FOUNDATION},
    "chooser": {"selection", "transport", "pki", *TLS_TYPES, *FOUNDATION},
    "talk": {"application", "endpoint", "report", "transport", *FOUNDATION},
    "attempt": {"chooser", "talk", *STAGES},
    "trials": {"chooser", "endpoint", "selection", "pki", "report", *FOUNDATION},
    "vicinity": set(),
    "cache": set(),
    "web": {"application", "endpoint", "tls", "transport", *FOUNDATION},
    "fetch": {
        *("cache", "vicinity", "web"),
        *("application", "chain", "endpoint", "pki", "report", "transport", *FOUNDATION),
    },
    "gather": {"fetch", "vicinity", "chain", "pki", "report", *FOUNDATION},
    "judging": {"chain", "policy", "pki", "report", *FOUNDATION},
    "directory": {
        *("judging", "application", "endpoint", "mapping", "pki", "report", "tls", "transport", *FOUNDATION),
    },
    "inventory": {"pki", "report", *FOUNDATION},
    "verify": {"judging", "chain", "policy", "pki", "report", *FOUNDATION},
    "probe": {"gather", *ROAD, *STAGES},
    "mirror": {"report", "tls", "pki", *FOUNDATION},
    "observing": {"mirror", *ROAD, *STAGES},
    "served": {"application", *FOUNDATION},
    "reception": {"served", "application", "endpoint", "pki", "report", "tls", *FOUNDATION},
    "turns": set(),
    "listener": {"endpoint", "turns", *FOUNDATION},
    "hosting": {"gather", "judging", "reception", "turns", *STAGES},
    "scan": {"probe", "endpoint", "report", *FOUNDATION},
    "lab": {"probe", *FETCHING, *ROAD, *STAGES},
    "cli": {
        *("probe", "verify", "inventory", "directory", "callbacks", "child", "callback_exec"),
        *("mirror", "observing", "listener", "hosting", "reception", "scan", "lab", "render", "explain"),
        *(*FETCHING, *ROAD, *STAGES),
    },
}

# Foreign library -> the only files, or rooms, that import it.
IMPORTED_BY = {
    "OpenSSL": ("tls/openssl.py", "tls/openssl_server.py"),
    "sansldap": ("application/ldap.py", "application/ldap_server.py"),
    "h11": ("application/http.py",),
    "rich": ("render/",),
    "click": ("cli/",),
    "certifi": ("cli/",),
    "cryptography": ("pki/", "lab/", "tls/openssl.py"),
}

PURE_ROOMS = {
    *("errors", "wincrypt", "pki", "tls", "application", "selection", "chain", "policy", "report", "explain"),
    *("judging", "mapping", "verify", "inventory", "mirror"),
}
OUTSIDE = {
    *("os", "io", "pathlib", "shutil", "tempfile", "fileinput", "glob", "zoneinfo", "sys", "platform"),
    *("socket", "socketserver", "select", "selectors", "ssl", "urllib", "asyncio"),
    *("subprocess", "multiprocessing", "signal", "time", "random", "secrets", "getpass", "logging"),
}
CLOCK = {"now", "utcnow", "today"}
OUTSIDE_BUILTINS = {"open", "input", "print"}

LINES = 400


class Source(NamedTuple):
    """A file of the package; `path` is relative to it, with slashes."""

    path: str
    text: str

    @property
    def room(self) -> str:
        return self.path.partition("/")[0].removesuffix(".py")

    @property
    def package(self) -> str:
        return ".".join(("certprobe", *self.path.split("/")[:-1]))

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)


def imports(source: Source) -> Iterator[str]:
    """Every dotted name that the file imports, late imports and those for types included."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), source.package)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def within(module: str, allowed: set[str]) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in allowed)


def import_rule(source: Source) -> Iterator[str]:
    """Rooms import only what lies before them on the road (docs/decisions tell why)."""
    allowed = {source.room, "__version__", *MAY_IMPORT.get(source.room, ())}
    if source.room not in MAY_IMPORT:
        yield "is a room without a rule"
    for module in imports(source):
        package, _, inner = module.partition(".")
        if package == "certprobe" and not within(inner, allowed):
            yield f"imports {module}"


def single_importer(source: Source) -> Iterator[str]:
    """A foreign library is known to one file or room; everything else is the standard library."""
    for module in imports(source):
        library = module.partition(".")[0]
        if library != "certprobe" and library not in sys.stdlib_module_names:
            importers = IMPORTED_BY.get(library, ())
            if not source.path.startswith(importers):
                yield f"imports {module}"


def purity(source: Source) -> Iterator[str]:
    """Protocol and judgement rooms see no clock, environment, file, socket, randomness or terminal."""
    if source.room not in PURE_ROOMS:
        return
    yield from (f"imports {module}" for module in imports(source) if module.partition(".")[0] in OUTSIDE)
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr=name) if name in CLOCK:
                yield f"line {node.lineno}: reads the clock ({name})"
            case ast.Call(func=ast.Name(id=name)) if name in OUTSIDE_BUILTINS:
                yield f"line {node.lineno}: calls {name}"


def short_file(source: Source) -> Iterator[str]:
    """Past this a file usually holds two subjects."""
    length = source.text.count("\n")
    if length > LINES:
        yield f"has {length} lines"


Rule = Callable[[Source], Iterator[str]]
RULES: tuple[Rule, ...] = (import_rule, single_importer, purity, short_file)


def read(directory: Path) -> list[Source]:
    files = sorted(directory.rglob("*.py"))
    return [Source(path.relative_to(directory).as_posix(), path.read_text(encoding="utf-8")) for path in files]


@pytest.mark.parametrize("rule", RULES)
def test_package_keeps(rule: Rule) -> None:
    broken = [f"{source.path} {complaint}" for source in read(ROOT / "certprobe") for complaint in rule(source)]
    assert broken == []


def test_tests_are_short_files() -> None:
    assert [f"{source.path} {complaint}" for source in read(ROOT / "tests") for complaint in short_file(source)] == []


@pytest.mark.parametrize(("rule", "path", "text", "complaint"), [
    (import_rule, "pki/name.py", "from certprobe.chain import engine", "imports certprobe.chain.engine"),
    (import_rule, "pki/name.py", "def f():\n    import certprobe.policy.verify", "imports certprobe.policy.verify"),
    (import_rule, "pki/name.py", "from ..tls import enums", "imports certprobe.tls.enums"),
    (import_rule, "selection/select.py", "from certprobe.tls.session import A", "imports certprobe.tls.session.A"),
    (import_rule, "selection/select.py", "from certprobe.tls import openssl", "imports certprobe.tls.openssl"),
    (import_rule, "probe.py", "from certprobe.lab import pki", "imports certprobe.lab.pki"),
    (import_rule, "cellar.py", "", "is a room without a rule"),
    (single_importer, "tls/session.py", "from OpenSSL import SSL", "imports OpenSSL.SSL"),
    (single_importer, "application/http.py", "import sansldap", "imports sansldap"),
    (single_importer, "application/ldap.py", "import h11", "imports h11"),
    (single_importer, "cli/main.py", "from rich.table import Table", "imports rich.table.Table"),
    (single_importer, "render/text.py", "import click", "imports click"),
    (single_importer, "policy/verify.py", "from cryptography import x509", "imports cryptography.x509"),
    (single_importer, "lab/up.py", "import requests", "imports requests"),
    (purity, "chain/engine.py", "at = datetime.now(UTC)", "line 1: reads the clock (now)"),
    (purity, "chain/engine.py", "import time", "imports time"),
    (purity, "policy/verify.py", "from os import environ", "imports os.environ"),
    (purity, "pki/store.py", "f = open('x')", "line 1: calls open"),
    (purity, "tls/session.py", "import socket", "imports socket"),
    (short_file, "tls/session.py", "\n" * 401, "has 401 lines"),
])  # fmt: skip
def test_rule_sees(rule: Rule, path: str, text: str, complaint: str) -> None:
    assert list(rule(Source(path, text))) == [complaint]


@pytest.mark.parametrize(("rule", "path", "text"), [
    (import_rule, "selection/select.py", "from ..tls.events import CertificateRequested\nfrom .criteria import x"),
    (import_rule, "cli/main.py", "from certprobe import __version__\nfrom certprobe.lab.demo import demo"),
    (single_importer, "tls/openssl.py", "from OpenSSL import SSL\nfrom cryptography.hazmat.bindings import openssl"),
    (purity, "transport.py", "import socket, time\nnow = time.monotonic()"),
    (short_file, "tls/session.py", "\n" * 400),
])  # fmt: skip
def test_rule_lets_pass(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def imported_by(*argv: str) -> tuple[set[str], str]:
    """Run certprobe; give every module that the process imported, and its standard output."""
    program = [sys.executable, "-X", "importtime", "-c", "from certprobe.cli.main import run; run()", *argv]
    process = subprocess.run(program, check=False, capture_output=True, text=True)
    modules = re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", process.stderr, re.MULTILINE)
    return set(modules), process.stdout


def test_version_imports_nothing_of_the_road() -> None:
    modules, output = imported_by("--version")
    assert "0.1.0" in output
    heavy = {"rich", "asyncio", "sansldap", "h11", "OpenSSL", "cryptography", "certprobe.lab", "certprobe.probe"}
    assert modules & heavy == set()


def test_https_as_json_imports_only_its_road(tmp_path: Path) -> None:
    site = build(tmp_path, datetime.now(UTC))
    with s_server(site) as port:
        modules, output = imported_by("https", "--format", "json", f"https://127.0.0.1:{port}/")
    assert json.loads(output)["schema"] == 1
    assert {"OpenSSL", "h11"} <= modules
    assert modules & {"rich", "asyncio", "importlib.metadata", "logging", "sansldap", "certprobe.lab"} == set()
    assert modules & {"certprobe.chain.sources", *(f"certprobe.{room}" for room in FETCHING)} == set()
