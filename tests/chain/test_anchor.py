from __future__ import annotations

from certprobe.chain.search import Budget
from certprobe.lab.pki import Authority
from certprobe.wincrypt.trust_status import TrustError
from tests.chain.judging import AT, CA, ROOT, SERVER, details, errors, judge, subjects


def chain_details(*arguments: object, **options: object) -> list[str]:
    return [finding.detail for finding in judge(*arguments, **options).chains[0].findings]  # type: ignore[arg-type]


def test_an_untrusted_root_is_the_last_elements_fault() -> None:
    chain = judge(SERVER, CA, ROOT, roots=())
    assert errors(chain) == [0x20, 0, 0, 0x20]
    assert details(chain, 2) == ["CN=Root is self-signed, and no certificate is trusted"]


def test_a_self_signed_end_certificate_is_its_own_root() -> None:
    chain = judge(Authority.root("alone", at=AT))
    assert errors(chain) == [0x20, 0x20]
    assert details(chain, 0) == ["CN=alone is self-signed and not the one trusted certificate"]


def test_a_trusted_namesake_is_mentioned() -> None:
    impostor = Authority.root("Root", at=AT)
    chain = judge(impostor.server("www.lab.test"), impostor)
    assert errors(chain) == [0x20, 0, 0x20]
    assert details(chain, 1)[0].endswith("; one of the same name is trusted, but it has another key")
    reissued = Authority.root("Root", at=AT, key=ROOT.issued.private_key)
    assert details(judge(reissued), 0)[0].endswith(", though another certificate of the same name and key is")


def test_a_reissued_trusted_root_is_found_beside_the_old_one() -> None:
    reissued = Authority.root("Root", at=AT, key=ROOT.issued.private_key)
    chain = judge(SERVER, CA, ROOT, roots=(reissued,))
    assert errors(chain) == [0, 0, 0, 0]
    assert [simple.error for simple in chain.lower_quality] == [TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT]


def test_a_missing_issuer_is_the_chains_fault() -> None:
    assert errors(judge(SERVER)) == [0x10000, 0]
    assert chain_details(SERVER) == [
        "the certificate of CN=CA, issuer of CN=www.lab.test, is missing: "
        "neither sent along nor given, nor in the trust store"
    ]
    assert errors(judge(SERVER, CA, roots=())) == [0x10000, 0, 0]


def test_a_trusted_intermediate_is_no_anchor() -> None:
    chain = judge(SERVER, roots=(CA,))
    assert errors(chain) == [0x10000, 0, 0]
    assert chain_details(SERVER, roots=(CA,))[0].endswith(
        ", which holds the one below it, but only self-signed ones are anchors "
        "unless CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG is set"
    )
    assert errors(judge(SERVER, ROOT, roots=(CA,))) == [0x20, 0, 0, 0x20]


def test_a_ring_of_issuers_is_closed_with_the_ca_that_closes_it() -> None:
    one, two = Authority.root("one", at=AT), Authority.root("two", at=AT)
    ring = (one.cross_sign(two), two.cross_sign(one))
    chain = judge(one.server("www.lab.test"), *ring)
    assert subjects(chain) == ["CN=www.lab.test", "CN=one", "CN=two", "CN=one"]
    assert errors(chain) == [0x10080, 0, 0, 0, 0x80]
    assert details(chain, 3) == ["CN=one is among its own issuers, and no root is reached"]


def test_a_search_that_is_given_up_says_so() -> None:
    assert chain_details(SERVER, CA, budget=Budget(length=2)) == ["the search for issuers was given up at CN=CA"]
    assert errors(judge(SERVER, CA, budget=Budget(length=2))) == [0x10000, 0, 0]
