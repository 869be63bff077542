"""Clients that are libraries, each in a small program of ours: Java's JSSE, Node's https, Python's httpx."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from tests.peers.clients.visit import Outcome, Visit, run
from tests.peers.process import missing, program

_HERE = Path(__file__).parent
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_PASSWORD = "changeit"


def java(visit: Visit) -> Outcome:
    """HttpsURLConnection; JSSE's default key manager picks from a PKCS#12 key store."""
    binary = program("java", package="default-jdk-headless")
    versions = () if visit.version is None else (f"-Djdk.tls.client.protocols=TLSv{visit.version}",)
    words: tuple[str | Path, ...] = (visit.url, visit.trust)
    if visit.identity is not None:
        store = visit.home / "identity.p12"
        store.write_bytes(visit.identity.issued.pkcs12(_PASSWORD.encode(), "identity"))
        words += (store, _PASSWORD)
    return run((binary, *_QUICK_START, *versions, _HERE / "Visit.java", *words), visit)


def node(visit: Visit) -> Outcome:
    """Node's https module: of Node 20 where it is packaged; Debian 12 has Node 18, which behaves alike."""
    binary = program("node", package="nodejs")
    least, most = ("TLSv1.2", "TLSv1.3") if visit.version is None else (f"TLSv{visit.version}",) * 2
    files = () if visit.identity is None else (visit.identity.chain, visit.identity.key)
    return run((binary, _HERE / "visit.mjs", visit.url, visit.trust, least, most, *files), visit)


def httpx(visit: Visit) -> Outcome:
    if importlib.util.find_spec("httpx") is None:
        missing("httpx is not installed (dependency group dev)")
    files = () if visit.identity is None else (visit.identity.chain, visit.identity.key)
    return run((sys.executable, _HERE / "with_httpx.py", visit.url, visit.trust, visit.version or "any", *files), visit)
