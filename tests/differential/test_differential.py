"""The same odd chains before us and before three other validators; where they differ the reason is known.

By default every single fault and a few hundred combinations; CERTPROBE_DIFFERENTIAL=N tries N combinations.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.differential.disagreements import REFUSED, TAKEN, is_known
from tests.differential.faults import FOR_CAS, FOR_ENDS, Chain, chain, one_fault_each
from tests.differential.validators import (
    gnutls,
    library,
    library_for_servers,
    openssl,
    openssl_strictly,
    pyca,
    webpki,
    worded,
)

Judge = Callable[[Chain], list[str]]

COMBINATIONS = int(os.environ.get("CERTPROBE_DIFFERENTIAL", "200"))
PEERS: dict[str, tuple[Judge, Judge]] = {
    "openssl": (library, openssl),
    "pyca": (webpki, pyca),
    "gnutls": (library_for_servers, gnutls),
}
# certtool is a process for each chain.
IN_PROCESS = ("openssl", "pyca")


def hold(made: Chain, name: str) -> None:
    us, peer = PEERS[name]
    ours, theirs = us(made), peer(made)
    if ours and not theirs:
        assert is_known(TAKEN[name], made, ours), f"{made.faults}: {name} accepts it, we say {worded(ours)}"
    if theirs and not ours:
        assert is_known(REFUSED[name], made, theirs), f"{made.faults}: we accept it, {name} says {worded(theirs)}"


@pytest.mark.parametrize("name", PEERS)
def test_one_fault(name: str) -> None:
    for made in one_fault_each():
        hold(made, name)


@pytest.mark.parametrize("name", IN_PROCESS)
@settings(max_examples=COMBINATIONS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    end=st.sampled_from([*FOR_ENDS]),
    cas=st.lists(st.sampled_from([*FOR_CAS]), max_size=3),
    root=st.sampled_from(["none", *FOR_CAS]),
)
def test_combinations(name: str, end: str, cas: list[str], root: str) -> None:
    hold(chain(end, tuple(cas), root), name)


def test_what_openssl_minds_strictly_we_mind_strictly() -> None:
    """With -x509_strict OpenSSL asks for much of what our strict profile remarks; that one is stricter still."""
    for made in one_fault_each():
        theirs = openssl_strictly(made)
        if theirs and not webpki(made):
            assert made.faults in STRICTER, f"{made.faults}: we accept it, OpenSSL says {worded(theirs)}"


STRICTER = {
    # RFC 5280 4.2.1.3 asks keyUsage of CAs; the Baseline Requirements had roots without one for long.
    ("root: no keyUsage", "CA: none", "end: none"),
}
