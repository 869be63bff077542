"""What http.sys hands up of a client certificate: HTTP_SSL_CLIENT_CERT_INFO of http.h."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.policy.status import ChainPolicy
from certprobe.wincrypt import hresult

if TYPE_CHECKING:
    from certprobe.chain.context import ChainContext
    from certprobe.policy.status import PolicyStatus
    from certprobe.wincrypt.hresult import HResult

# Documented: "one of the following flags from the dwError member of CERT_CHAIN_POLICY_STATUS".
_POLICY_CODES: Final = frozenset(
    {
        hresult.ERROR_SUCCESS,
        hresult.CERT_E_EXPIRED,
        hresult.CERT_E_UNTRUSTEDCA,
        hresult.CERT_E_WRONG_USAGE,
        hresult.CERT_E_UNTRUSTEDROOT,
        hresult.CERT_E_REVOKED,
        hresult.CERT_E_CN_NO_MATCH,
    }
)
# Seen as sc-win32-status of IIS, which logs the same number, though http.h does not name them.
_PASSED_ON: Final = frozenset(
    {hresult.CRYPT_E_REVOKED, hresult.CRYPT_E_REVOCATION_OFFLINE, hresult.CRYPT_E_NO_REVOCATION_CHECK}
)
# Inferred: documented is no more than "a SSPI status code", and these are schannel's for the same faults.
_SSPI_STATUS: Final = {
    hresult.TRUST_E_CERT_SIGNATURE: hresult.SEC_E_UNTRUSTED_ROOT,
    hresult.CERT_E_CHAINING: hresult.SEC_E_UNTRUSTED_ROOT,
}


class HttpSslClientCertInfo(NamedTuple):
    """HTTP_SSL_CLIENT_CERT_INFO, its members spelled as in http.h.

    `pCertEncoded` is the certificate's DER, there also when `CertFlags` says that it is not valid; `Token` is the
    handle of an access token, None where the directory service mapper is not in use; `CertDeniedByMapper` is reserved.
    """

    CertFlags: HResult
    CertEncodedSize: int
    pCertEncoded: bytes
    Token: int | None = None
    CertDeniedByMapper: bool = False


def ssl_client_cert_info(chain: ChainContext, status: PolicyStatus) -> HttpSslClientCertInfo:
    """Return what a server on http.sys is told of a client's chain for which the SSL policy answers `status`.

    The server is one that trusts the roots by which the chain was judged; no account is mapped.
    """
    der = chain.elements[0].certificate.der
    return HttpSslClientCertInfo(cert_flags(status), len(der), der)


def cert_flags(status: PolicyStatus) -> HResult:
    """Return the CertFlags for an answer of the SSL policy: the code itself if http.h documents it, else SSPI's.

    0 is a valid certificate. Raises ValueError for the answer of another policy: http.sys asks none but SSL.
    """
    if status.policy is not ChainPolicy.SSL:
        raise ValueError(f"http.sys does not ask the policy {status.policy.value}")
    if status.error in _POLICY_CODES or status.error in _PASSED_ON:
        return status.error
    return _SSPI_STATUS.get(status.error, hresult.SEC_E_CERT_UNKNOWN)
