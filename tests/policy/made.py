"""Chain contexts with any bits, for tests of what the policies make of them."""

from __future__ import annotations

from certprobe.chain.context import ChainContext, ChainElement, SearchEnd, SimpleChain
from certprobe.pki.certificate import Certificate
from certprobe.wincrypt.trust_status import TrustError, TrustInfo
from tests.chain.judging import CA, ROOT, SERVER, certificate

PATH = (certificate(SERVER), certificate(CA), certificate(ROOT))


def chain_with(*errors: int, of_the_chain: int = 0, path: tuple[Certificate, ...] = PATH) -> ChainContext:
    """A chain whose elements have these errors, end certificate first; the rest have none."""
    padded = (*errors, *[0] * (len(path) - len(errors)))
    elements = tuple(
        ChainElement(one, TrustError(error), TrustInfo(0), ()) for one, error in zip(path, padded, strict=True)
    )
    error = TrustError(of_the_chain)
    for element in elements:
        error |= element.error
    return ChainContext((SimpleChain(elements, error, TrustInfo(0), ()),), error, TrustInfo(0), (), SearchEnd.EXHAUSTED)
