"""The lab's publisher, towards a client that is not ours."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial

import pytest

from certprobe.lab.publisher import publish
from certprobe.lab.server import HOST, LabServer


@pytest.fixture
def url() -> Iterator[str]:
    with LabServer(partial(publish, {"/lab.crl": b"a CRL", "/ocsp": b"a response"})) as server:
        yield f"http://{HOST}:{server.port}"


def fetched(url: str, post: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, post, timeout=20) as answer:
        content: bytes = answer.read()
    return content


def test_files_are_given(url: str) -> None:
    assert fetched(f"{url}/lab.crl") == b"a CRL"
    assert fetched(f"{url}/ocsp", b"a question") == b"a response"
    assert fetched(f"{url}/ocsp/MEMwQTA/x=?y") == b"a response"


def test_what_is_not_there_is_not_found(url: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        fetched(f"{url}/other.crl")
    assert error.value.code == 404
