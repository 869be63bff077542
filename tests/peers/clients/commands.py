"""Clients that are commands: curl, openssl s_client, gnutls-cli, ldapwhoami."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from certprobe.lab.der import pem
from tests.peers.clients.visit import NAME, Outcome, Visit, address, http_request, run
from tests.peers.process import HOST, program


def curl(visit: Visit) -> Outcome:
    argv: list[str | Path] = [program("curl", package="curl"), "--silent", "--show-error", "--include"]
    argv += ["--max-time", "30", "--cacert", visit.trust]
    if visit.identity is not None:
        argv += ["--cert", visit.identity.chain, "--key", visit.identity.key]
    match visit.version:
        case "1.2":
            argv += ["--tls-max", "1.2"]
        case "1.3":
            argv += ["--tlsv1.3"]
        case None:
            pass
    return run([*argv, visit.url], visit)


def s_client(visit: Visit) -> Outcome:
    """`openssl s_client -enable_pha`, which says nothing but what the server answers, and its errors."""
    argv: list[str | Path] = [program("openssl", package="openssl"), "s_client", "-quiet", "-enable_pha"]
    argv += ["-connect", address(visit), "-servername", NAME]
    argv += ["-CAfile", visit.trust, "-verify_return_error", "-verify_hostname", NAME]
    if visit.identity is not None:
        issuers = visit.home / "issuers.pem"
        issuers.write_bytes(b"".join(map(pem, visit.identity.issued.chain)))
        argv += ["-cert", visit.identity.certificate, "-key", visit.identity.key]
        argv += ["-cert_chain", issuers] if visit.identity.issued.chain else []
    if visit.version is not None:
        argv += [{"1.2": "-tls1_2", "1.3": "-tls1_3"}[visit.version]]
    return run(argv, visit, said=http_request(visit))


def gnutls_cli(visit: Visit) -> Outcome:
    """`gnutls-cli --post-handshake-auth`."""
    versions = "" if visit.version is None else f":-VERS-ALL:+VERS-TLS{visit.version}"
    argv: list[str | Path] = [program("gnutls-cli", package="gnutls-bin"), "--post-handshake-auth", "--port"]
    argv += [str(visit.port), "--x509cafile", visit.trust, "--priority", f"NORMAL{versions}"]
    argv += ["--verify-hostname", NAME, "--sni-hostname", NAME, "--logfile", visit.home / "gnutls.log"]
    if visit.identity is not None:
        argv += ["--x509certfile", visit.identity.chain, "--x509keyfile", visit.identity.key]
    done = run([*argv, HOST], visit, said=http_request(visit))
    return done._replace(output=done.output + (visit.home / "gnutls.log").read_text(errors="replace"))


def ldapwhoami(*options: str) -> Callable[[Visit], Outcome]:
    """ldapwhoami with SASL EXTERNAL; with `-ZZ` it insists on StartTLS, without it speaks TLS at once."""

    def visit_directory(visit: Visit) -> Outcome:
        scheme = "ldap" if options else "ldaps"
        # libldap looks for the machine's own name in the certificate when it is told "localhost".
        argv = (program("ldapwhoami", package="ldap-utils"), "-H", f"{scheme}://{address(visit)}", "-Y", "EXTERNAL")
        env = {"LDAPCONF": os.devnull, "LDAPTLS_CACERT": str(visit.trust), "LDAPTLS_REQCERT": "demand"}
        if visit.identity is not None:
            env |= {"LDAPTLS_CERT": str(visit.identity.chain), "LDAPTLS_KEY": str(visit.identity.key)}
        if visit.version is not None:
            env["LDAPTLS_CIPHER_SUITE"] = f"NORMAL:-VERS-ALL:+VERS-TLS{visit.version}"
        return run((*argv, *options, "-o", "nettimeout=30"), visit, env=env)

    return visit_directory
