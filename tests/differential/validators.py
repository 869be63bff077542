"""Validators that judge the same chain: what each of them has against it, in its own words; nothing is acceptance."""

from __future__ import annotations

import subprocess
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification
from OpenSSL import crypto

from certprobe.chain.context import NO_USAGE, RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import WEBPKI, refuses
from certprobe.chain.question import ChainQuestion
from certprobe.lab.der import pem
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.hresult import ERROR_SUCCESS
from certprobe.wincrypt.policy_flags import AuthType
from tests.corpora.suites import LIBRARY
from tests.differential.faults import AT, HOST, Chain
from tests.peers.process import program

SERVER = RequestedUsage(UsageMatch.AND, (SERVER_AUTH,))


def ours(chain: Chain, profile: Profile, usage: RequestedUsage, host: str | None) -> list[str]:
    """Every finding and every remark that the profile refuses, and whether the server's name does not match."""
    question = ChainQuestion(_store(chain.root), AT, usage)
    context = get_certificate_chain(Certificate(chain.end), _store(*chain.cas), question, profile)
    told = [finding.detail for element in context.elements for finding in element.findings]
    told += [finding.detail for finding in context.chains[0].findings]
    told += [remark.detail for _, remark in refuses(profile, context)]
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_SERVER, server_name=host, names=profile.names))
    status = verify_chain_policy(ChainPolicy.SSL, context, para)
    if status.error != ERROR_SUCCESS and not told:
        told.append(status.error.symbol)
    return told


def _store(*certificates: bytes) -> CertificateStore:
    return CertificateStore(map(Certificate, certificates))


def library(chain: Chain) -> list[str]:
    """RFC 5280 6.1 as OpenSSL is asked for it below: no usage, no name."""
    return ours(chain, LIBRARY, NO_USAGE, None)


def library_for_servers(chain: Chain) -> list[str]:
    """The same for a server of that name."""
    return ours(chain, LIBRARY, SERVER, HOST)


def webpki(chain: Chain) -> list[str]:
    """The strict profile for a server of that name."""
    return ours(chain, WEBPKI, SERVER, HOST)


def openssl(chain: Chain) -> list[str]:
    """X509_verify_cert as it is by default, but that any trusted certificate is an anchor."""
    return _openssl(chain, crypto.X509StoreFlags.PARTIAL_CHAIN)


def openssl_strictly(chain: Chain) -> list[str]:
    """The same with X509_V_FLAG_X509_STRICT."""
    return _openssl(chain, crypto.X509StoreFlags.PARTIAL_CHAIN | crypto.X509StoreFlags.X509_STRICT)


def _openssl(chain: Chain, flags: int) -> list[str]:
    store = crypto.X509Store()
    store.set_flags(flags)
    store.set_time(AT)
    try:
        store.add_cert(_openssl_certificate(chain.root))
        others = [_openssl_certificate(der) for der in chain.cas]
        crypto.X509StoreContext(store, _openssl_certificate(chain.end), others).verify_certificate()
    except (crypto.X509StoreContextError, crypto.Error, ValueError) as error:
        return [str(error)]
    return []


def _openssl_certificate(der: bytes) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)


def pyca(chain: Chain) -> list[str]:
    """The verifier of `cryptography`, which is for servers on the Web alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # serial numbers that are not positive
        try:
            end, root, *cas = map(x509.load_der_x509_certificate, (chain.end, chain.root, *chain.cas))
            builder = verification.PolicyBuilder().store(verification.Store([root])).time(AT)
            builder.build_server_verifier(x509.DNSName(HOST)).verify(end, cas)
        except (verification.VerificationError, x509.UnsupportedGeneralNameType, ValueError) as error:
            return [str(error)]
    return []


def gnutls(chain: Chain) -> list[str]:
    """`certtool --verify` for a server of that name."""
    with tempfile.TemporaryDirectory(prefix="certprobe-certtool-") as directory:
        sent, trusted = Path(directory, "sent.pem"), Path(directory, "trusted.pem")
        sent.write_bytes(_pem(chain.end, *chain.cas))
        trusted.write_bytes(_pem(chain.root))
        argv = [program("certtool", package="gnutls-bin"), "--verify", "--load-ca-certificate", str(trusted)]
        argv += ["--infile", str(sent), "--verify-purpose", SERVER_AUTH, "--verify-hostname", HOST]
        ran = subprocess.run(argv, check=False, capture_output=True, text=True, errors="replace")
    return [] if ran.returncode == 0 else [" ".join((ran.stdout + ran.stderr).split())]


def _pem(*ders: bytes) -> bytes:
    return b"".join(map(pem, ders))


def worded(complaints: Iterable[str]) -> str:
    return "; ".join(complaints) or "accepts it"
