"""Flags of CertGetCertificateChain and of CERT_CHAIN_ENGINE_CONFIG (wincrypt.h)."""

from __future__ import annotations

import enum
from typing import Final


class ChainFlags(enum.IntFlag):
    """`dwFlags` of CertGetCertificateChain: what of the chain is checked for revocation, and from where."""

    CERT_CHAIN_DEFAULT = 0
    CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL = 0x00000004
    CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS = 0x00000080
    CERT_CHAIN_ENABLE_PEER_TRUST = 0x00000400
    CERT_CHAIN_REVOCATION_CHECK_END_CERT = 0x10000000
    CERT_CHAIN_REVOCATION_CHECK_CHAIN = 0x20000000
    CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT = 0x40000000
    CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY = 0x80000000


class ExclusiveFlags(enum.IntFlag):
    """`dwExclusiveFlags` of CERT_CHAIN_ENGINE_CONFIG: what may be an anchor in an exclusive root store."""

    CERT_CHAIN_EXCLUSIVE_DEFAULT = 0
    CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG = 0x00000001


REVOCATION_CHECKS: Final = (
    ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT
    | ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN
    | ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
)
"""The flags of which any one asks for revocation."""
