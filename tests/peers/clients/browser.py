"""Chromium without a window, with a profile of its own that is told which certificate to use."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.peers.clients.visit import NAME, Outcome, Visit, run
from tests.peers.process import program

_SECONDS = 60.0
_PASSWORD = "changeit"


def chromium(visit: Visit) -> Outcome:
    """`chromium --headless --dump-dom`: prints the page as it is when all is loaded; a failure is a page as well.

    Root and certificate are in the NSS database of the visit's home. The profile says that a matching certificate is
    taken without asking the user, as the policy AutoSelectCertificateForUrls does.
    """
    binary = program("chromium", package="chromium")
    _fill_database(visit)
    profile = visit.home / "profile"
    _choose_without_asking(profile)
    argv: list[str | Path] = [binary, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    # No host but this one exists for it, so that nothing is asked of anybody else.
    argv += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions"]
    argv += [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {NAME}", "--no-proxy-server"]
    argv += [f"--user-data-dir={profile}", "--timeout=30000", "--dump-dom"]
    if visit.version == "1.2":
        argv += ["--ssl-version-max=tls1.2"]
    elif visit.version == "1.3":
        argv += ["--ssl-version-min=tls1.3"]
    return run([*argv, visit.url], visit)


def _fill_database(visit: Visit) -> None:
    database = visit.home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    where = ("-d", f"sql:{database}")
    _tool("certutil", "-N", *where, "--empty-password")
    _tool("certutil", "-A", *where, "-n", "root", "-t", "C,,", "-i", visit.trust)
    if visit.identity is not None:
        brought = visit.home / "identity.p12"
        brought.write_bytes(visit.identity.issued.pkcs12(_PASSWORD.encode(), "identity"))
        _tool("pk12util", "-i", brought, *where, "-W", _PASSWORD, "-K", "")


def _choose_without_asking(profile: Path) -> None:
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    chosen: dict[str, object] = {f"https://{NAME},*": {"setting": {"filters": [{}]}}}
    exceptions = {"auto_select_certificate": chosen}
    preferences.write_text(json.dumps({"profile": {"content_settings": {"exceptions": exceptions}}}))


def _tool(name: str, *arguments: str | Path) -> None:
    command = [program(name, package="libnss3-tools"), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
