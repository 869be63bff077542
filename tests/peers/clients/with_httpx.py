"""httpx as its documentation has it: URL TRUST.pem VERSION [CHAIN.pem KEY.pem]; VERSION is 1.2, 1.3 or any."""

from __future__ import annotations

import ssl
import sys

import httpx

_VERSIONS = {
    "1.2": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    "1.3": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3),
    "any": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED),
}


def main() -> int:
    """Print the answer or the error; 1 if there was none."""
    url, trust, version, *identity = sys.argv[1:]
    tls = ssl.create_default_context(cafile=trust)
    tls.minimum_version, tls.maximum_version = _VERSIONS[version]
    if identity:
        tls.load_cert_chain(*identity)
    try:
        answer = httpx.get(url, verify=tls, timeout=30.0)
    except httpx.HTTPError as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    print(f"HTTP {answer.status_code}\n{answer.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
