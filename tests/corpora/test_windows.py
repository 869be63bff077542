"""Our answers against the open Windows vectors: what a Windows run enforces must match exactly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certprobe.chain.context import ChainContext, ChainElement
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.trust_status import TrustInfo
from tests.corpora import windows
from tests.corpora.limbo import divergences
from tests.corpora.windows import Case

VECTORS = "vectors_open.json"
GENERATED = "generated_open.json"

# The rows come from an engine whose trust store was not an exclusive one.
NEVER_COMPARED = TrustInfo.CERT_TRUST_IS_FROM_EXCLUSIVE_TRUST_STORE

# The letters of SEMANTICS that are statements of somebody; "I" is an inference and "?" is nothing.
INFERRED = "I"
STATED = {"W", "M", "N", "D"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, name in (("vector", VECTORS), ("generated", GENERATED)):
        if argument in metafunc.fixturenames:
            cases = windows.read(name)["cases"] if windows.path(name).exists() else [{"id": "absent"}]
            metafunc.parametrize(argument, cases, ids=[case["id"] for case in cases])


def test_vector(vector: Case) -> None:
    """A chain row states bits and what to mask; a policy row states a code and both indexes."""
    certs = windows.read(VECTORS)["certs"]
    reason = windows.vector_out_of_scope(vector, certs)
    if reason:
        pytest.skip(f"out of scope: {reason}")
    if vector["kind"] == "revocation":
        assert windows.vector_revocation(vector, certs).value == vector["expect"]["dwError_name"]
        return
    chain = windows.vector_chain(vector, certs)
    match vector["kind"]:
        case "chain":
            stated = [vector["expect"]["chain"], *(other["chain"] for other in vector["alternates"])]
            assert [] in [list(chain_differences(one, chain)) for one in stated]
        case "chain_bits":
            expect = vector["expect"]
            assert chain.error == expect.get("chain_error_exact", chain.error)
            assert chain.error & expect.get("chain_error_must_have", 0) == expect.get("chain_error_must_have", 0)
            assert chain.error & expect.get("chain_error_must_not_have", 0) == 0
        case _:
            stated = [vector["expect"]["policy"], *(other["policy"] for other in vector["alternates"])]
            policy = windows.POLICIES[vector["policy"]["id"]]
            status = verify_chain_policy(policy, chain, windows.vector_parameters(vector["policy"]["para"]))
            assert (status.error, status.chain_index, status.element_index) in [
                (one["dwError"], one["lChainIndex"], one["lElementIndex"]) for one in stated
            ]


def chain_differences(stated: Case, chain: ChainContext) -> Iterator[str]:
    """Where the bits outside the row's masks differ, on the chain and on each element."""
    elements = [element for simple in stated["chains"] for element in simple]
    if len(elements) != len(chain.elements) or stated["cChain"] != len(chain.chains):
        yield f"{len(chain.elements)} elements"
        return
    places: list[tuple[str, Case, ChainContext | ChainElement]] = [("chain", stated, chain)]
    places += [(f"element {n}", *pair) for n, pair in enumerate(zip(elements, chain.elements, strict=True))]
    for where, wanted, given in places:
        if (given.error ^ wanted["error"]) & ~stated["ignore_error"]:
            yield f"{where}: error 0x{given.error:x}"
        if (given.info ^ wanted["info"]) & ~(stated["ignore_info"] | NEVER_COMPARED):
            yield f"{where}: info 0x{given.info:x}"


def test_generated(generated: Case) -> None:
    """Every stated expectation of a made case: the bits of its chain and the answer of each policy."""
    specs = windows.read(GENERATED)["meta"]["policy_specs"]
    answers = windows.generated_answers(generated, specs)
    assert [answer for answer in answers if answer.letter in STATED and answer.given != answer.expected] == []


def test_inferred(generated: Case) -> None:
    """What the cases' makers inferred (letter I): a miss is argued in divergences.toml, and what is argued misses."""
    specs = windows.read(GENERATED)["meta"]["policy_specs"]
    inferred = [answer for answer in windows.generated_answers(generated, specs) if answer.letter == INFERRED]
    missed = any(answer.given != answer.expected for answer in inferred)
    reason = divergences()["windows_generated"]["windows"].get(generated["id"])
    assert missed == (reason is not None)
    if reason is not None:
        pytest.xfail(reason)
