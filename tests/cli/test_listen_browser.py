"""`certprobe listen` and a browser with a client certificate: the page that it shows, and how it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Document
from tests.cli.judged import only
from tests.cli.listening import Listening, listening
from tests.peers.clients.browser import chromium
from tests.peers.clients.visit import Outcome, Visit
from tests.peers.site import Identity, Site, write_identity

Show = Callable[[Listening, Identity], Outcome]


@pytest.fixture
def show(site: Site, tmp_path: Path) -> Show:
    """A visit of Chromium with that certificate."""
    return lambda listener, identity: chromium(Visit(listener.port, identity, site.root_file, tmp_path))


def options(site: Site) -> tuple[str | Path, ...]:
    return ("https", "--ca", site.root_file, "--cert", site.servers.good.chain, "--key", site.servers.good.key)


def sent(report: Document) -> list[int | None]:
    """How many certificates came for each request; None where no Certificate message did."""
    tls = only(report)["tls"]
    requests = tls["certificate_requests"] if tls is not None else ()
    return [None if each["sent"] is None else len(each["sent"]) for each in requests]


def test_page(site: Site, show: Show) -> None:
    with listening(*options(site)) as listener:
        saw = show(listener, site.clients.alice)

    assert saw.exit_status == 0
    assert "<!DOCTYPE html>" in saw.output
    assert "The client certificate CN=alice,OU=people,DC=lab,DC=test is valid</h1>" in saw.output
    assert '<dt>CertFlags</dt><dd><code class="good">ERROR_SUCCESS' in saw.output


def test_names_of_a_certificate_stay_text(site: Site, show: Show, tmp_path: Path) -> None:
    """The browser runs nothing of it: what it has made of the page is what is printed."""
    name = "<script>document.body.textContent=`taken`</script><img src=x onerror=document.body.textContent=`taken`>"
    identity = write_identity(tmp_path, "hostile", site.issuing.client(name))
    with listening(*options(site)) as listener:
        saw = show(listener, identity)

    assert "&lt;script&gt;document.body.textContent=`taken`&lt;/script&gt;" in saw.output
    assert "<script" not in saw.output and "<img" not in saw.output


def test_it_closes_when_it_is_asked_and_comes_again(site: Site, show: Show) -> None:
    """It opens two connections at once, and may drop the second before it is asked in it."""
    with listening(*options(site)) as listener:
        show(listener, site.clients.alice)
        visits = listener.visits()

    assert [2] in [sent(each) for each in visits]
    asked_only = [each for each in visits if sent(each) == [None]]
    assert {cause["code"] for each in asked_only for cause in each["verdict"]["causes"]} == {"refused-by-client"}


@pytest.mark.parametrize("announce", ["none", "issuing"])
@pytest.mark.parametrize(("ca", "flags"), [("root", "CERT_E_UNTRUSTEDROOT"), ("authorities", "ERROR_SUCCESS")])
def test_issuers_are_sent_as_far_as_the_list(
    announce: str, ca: str, flags: str, site: Site, show: Show, tmp_path: Path
) -> None:
    """A good certificate comes alone where no CA above its issuer is named: then its issuer has to be known here."""
    listed: Path | str = "none"
    if announce == "issuing":
        listed = tmp_path / "issuing.pem"
        listed.write_bytes(site.issuing.issued.certificate_pem)
    trusted = {"root": site.root_file, "authorities": site.authorities_file}[ca]
    with listening(*options(site), "--announce", listed, "--ca", trusted) as listener:
        saw = show(listener, site.clients.alice)
        visits = listener.visits()

    assert flags in saw.output
    assert ("Chromium on Linux leaves it out" in saw.output) == (ca == "root")
    assert max(count for each in visits for count in sent(each) if count) == 1
