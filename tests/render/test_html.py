"""The page for a client's browser: nothing of a stranger's becomes markup, in our eyes and in a browser's."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from certprobe.lab.pki import common_name_only
from certprobe.render.html import HEADERS, render_html
from certprobe.render.markup import Markup, element, text
from certprobe.report.document import document
from certprobe.report.visit_document import visit_document
from certprobe.report.visits import VisitReport
from tests.peers.process import program
from tests.report import reports, visits
from tests.report.reports import lab

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "details", "summary"),
    *("h1", "h2", "p", "div", "span", "strong", "code", "dl", "dt", "dd", "ol", "li", "table", "thead", "tbody"),
    *("tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "start", "open"}
VOID = {"meta"}


class Reader(HTMLParser):
    """The elements of a page, and the texts outside its style; fails where an element is not closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.texts.append(data)


def page_of(make: Callable[[], VisitReport]) -> str:
    return render_html(visit_document(make()))


@pytest.mark.parametrize("make", visits.ALL, ids=lambda make: make.__name__)
def test_no_element_and_no_attribute_but_ours(make: Callable[[], VisitReport]) -> None:
    read = Reader(page_of(make))
    assert read.tags <= TAGS
    assert read.attributes <= ATTRIBUTES


def test_a_stranger_is_shown_and_not_obeyed() -> None:
    page = page_of(visits.hostile)
    assert "<script" not in page
    assert page.count("<style>") == page.count("</style>") == page.count("<title>") == page.count("</title>") == 1
    told = " ".join(Reader(page).texts)
    assert "<script>alert(1)</script>" in told
    assert "\\x1b]0;owned\\x07" in told
    assert "\\u{202e}gnp.exe" in told
    assert all(character.isprintable() or character == "\n" for character in page)


def test_a_name_of_a_megabyte_is_cut() -> None:
    page = page_of(visits.hostile)
    assert "AAA... (1000003 characters)" in page
    assert len(page) < 30_000


def test_attributes_are_escaped() -> None:
    assert element("p", of_class="a\"b'<>&") == '<p class="a&quot;b&#x27;&lt;&gt;&amp;"></p>'


def test_what_is_no_markup_is_text() -> None:
    assert text("<b>\u202e") == "&lt;b&gt;\\u{202e}"
    assert element("p", "<b>", Markup("<br>")) == "<p>&lt;b&gt;<br></p>"
    assert Markup(", ").join(["<", Markup("<i>")]) == "&lt;, <i>"
    assert isinstance(Markup().join([]), Markup)


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    style = re.search(r"(?s)<style>(.*?)</style>", page_of(visits.good))
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ) == dict(HEADERS)["Content-Security-Policy"]


@pytest.mark.parametrize(("make", "words"), [
    (visits.good, ("OK", "The client certificate CN=alice is valid", "ERROR_SUCCESS 0x00000000 (0)", "CN=Lab root")),
    (visits.without_certificate, ("REFUSED", "no-certificate", "403.7 Client certificate required")),
    (visits.untrusted, ("REFUSED", "CERT_E_UNTRUSTEDROOT 0x800B0109 (-2146762487)", "403.16 ", "CertDeniedByMapper")),
    (visits.mapped, ("REFUSED", "TRUE", "weakly-mapped")),
    (visits.bound, ("OK", "BindRequest", "EXTERNAL: success (0)")),
])  # fmt: skip
def test_it_tells_what_matters(make: Callable[[], VisitReport], words: tuple[str, ...]) -> None:
    told = " ".join(Reader(page_of(make)).texts)
    for each in words:
        assert each in told


def test_whose_token_it_would_be() -> None:
    assert "a token of alice, with the DS mapper" in page_of(visits.let_in)
    assert "with the DS mapper" not in page_of(visits.good)


def test_a_probe_has_no_page() -> None:
    with pytest.raises(ValueError, match="probe"):
        render_html(document(reports.accepted()))


def test_in_a_browser(tmp_path: Path) -> None:
    """Chromium reads the hostile page: no script is in its tree, the style is applied, and nothing is refused of it."""
    page = tmp_path / "page.html"
    page.write_text(page_of(visits.hostile), encoding="utf-8")
    argv = [program("chromium", package="chromium"), "--headless", "--no-sandbox", "--disable-gpu"]
    argv += ["--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--no-proxy-server"]
    argv += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}", "--timeout=20000"]
    argv += ["--enable-logging=stderr", "--dump-dom", page.as_uri()]
    done = subprocess.run(argv, check=False, capture_output=True, timeout=120, text=True)
    tree = Reader(done.stdout)
    assert tree.tags <= TAGS
    assert tree.attributes <= ATTRIBUTES
    assert "CONSOLE" not in done.stderr


def test_names_in_scripts_of_the_world_are_left_as_they_are() -> None:
    issued = lab().root.client("x", subject=common_name_only("Алиса الأليس 爱丽丝"))
    made = visits.visit(visits.asked(issued), client=visits.judged(issued))
    assert "Алиса الأليس 爱丽丝" in render_html(visit_document(visits.report(made)))
