"""What a policy is asked and what it answers: CERT_CHAIN_POLICY_PARA and CERT_CHAIN_POLICY_STATUS of wincrypt.h."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki.server_identity import NameRules
from certprobe.wincrypt.policy_flags import PolicyFlags, SslChecks

if TYPE_CHECKING:
    from certprobe.pki.store import CertificateStore
    from certprobe.wincrypt.hresult import HResult
    from certprobe.wincrypt.policy_flags import AuthType


class ChainPolicy(enum.Enum):
    """The chain policies that we know, CERT_CHAIN_POLICY_* of wincrypt.h."""

    BASE = "base"
    AUTHENTICODE = "authenticode"
    SSL = "ssl"
    BASIC_CONSTRAINTS = "basic-constraints"
    NT_AUTH = "nt-auth"
    MICROSOFT_ROOT = "microsoft-root"


class SslPara(NamedTuple):
    """SSL_EXTRA_CERT_CHAIN_POLICY_PARA: whose certificate it is, what to overlook, and the server's name.

    `server_name` is a DNS name of A-labels or an IP literal; None, or AUTHTYPE_CLIENT, and no name is checked. `names`
    says by which rules it is matched.
    """

    auth_type: AuthType
    checks: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING
    server_name: str | None = None
    names: NameRules = NameRules.WINDOWS


class PolicyParameters(NamedTuple):
    """CERT_CHAIN_POLICY_PARA with its extra parts; `nt_auth` stands for the enterprise NTAuth store."""

    flags: PolicyFlags = PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING
    ssl: SslPara | None = None
    nt_auth: CertificateStore | None = None


DEFAULT_PARAMETERS: Final = PolicyParameters()


class PolicyStatus(NamedTuple):
    """CERT_CHAIN_POLICY_STATUS: dwError, lChainIndex, lElementIndex.

    The indexes are those of the first element with the fault; an element index of -1 means the chain as a whole, and
    two of -1 that nothing is wrong; only MICROSOFT_ROOT says that with two of 0.
    """

    policy: ChainPolicy
    error: HResult
    chain_index: int
    element_index: int
