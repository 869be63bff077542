"""What IIS would log of a client, where it requires a certificate: the sub-status of its 403."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.wincrypt import hresult, iis

if TYPE_CHECKING:
    from certprobe.policy.http_sys import HttpSslClientCertInfo
    from certprobe.wincrypt.hresult import HResult

_CERTIFICATE_REQUIRED: Final = 40307
_DENIED_BY_MAPPER: Final = 40312
_REVOKED: Final = 40313
_UNTRUSTED_OR_INVALID: Final = 40316
_NOT_TIME_VALID: Final = 40317
_BY_STATUS: Final = {
    hresult.CERT_E_EXPIRED: _NOT_TIME_VALID,
    hresult.CERT_E_REVOKED: _REVOKED,
    hresult.CRYPT_E_REVOKED: _REVOKED,
    hresult.CRYPT_E_REVOCATION_OFFLINE: _REVOKED,
    hresult.CRYPT_E_NO_REVOCATION_CHECK: _REVOKED,
}
_TITLES: Final = {entry.number: entry.symbol for entry in iis.SUB_STATUSES}


class SubStatus(NamedTuple):
    """`number` is the status times 100 plus the sub-status, `win32_status` what stands beside it in the log."""

    number: int
    win32_status: HResult

    @property
    def text(self) -> str:
        """ "403.16"."""
        return f"{self.number // 100}.{self.number % 100}"

    @property
    def title(self) -> str:
        """What IIS calls it."""
        return _TITLES[self.number]


def sub_status(info: HttpSslClientCertInfo | None) -> SubStatus | None:
    """Return the sub-status for a client that was asked, without `info` for one that sent no certificate.

    None is a client that is let in. Documented are the numbers; that every status but those of time and revocation is
    403.16 is inferred from what IIS was seen to log.
    """
    if info is None:
        return SubStatus(_CERTIFICATE_REQUIRED, hresult.SEC_I_INCOMPLETE_CREDENTIALS)
    if info.CertFlags != hresult.ERROR_SUCCESS:
        return SubStatus(_BY_STATUS.get(info.CertFlags, _UNTRUSTED_OR_INVALID), info.CertFlags)
    if info.CertDeniedByMapper:
        return SubStatus(_DENIED_BY_MAPPER, hresult.SEC_E_LOGON_DENIED)
    return None
