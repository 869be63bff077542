"""A client's visit as a page for its browser: no script, nothing from elsewhere, every text of a stranger escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import html_facts
from certprobe.render.headline import PROBLEM, verdict_word
from certprobe.render.html_style import CONTENT_SECURITY_POLICY, POLICY_OF_THE_PAGE, STYLE
from certprobe.render.markup import Markup, element, joined
from certprobe.render.page import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.report import shape, shape_visit

HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Referrer-Policy", "no-referrer"),
)
"""The header fields that a page is to be sent with."""
_CLASSES: Final = {Tone.GOOD: "good", Tone.BAD: "bad", Tone.ODD: "odd"}


def render_html(told: shape.Document) -> str:
    """Return a visit's document as a page; it is to be sent with HEADERS.

    Raises ValueError for the document of a probe.
    """
    visit = told["visit"]
    if visit is None:
        raise ValueError("this is the document of a probe")
    word, tone = verdict_word(told["verdict"]["outcome"], told["verdict"]["causes"])
    body = element("body", _header(told, visit, word, _CLASSES[tone]), _main(told, visit), _footer(told))
    return f"<!DOCTYPE html>\n{element('html', _head(word), body, attributes=(('lang', 'en'),))}\n"


def _head(word: str) -> Markup:
    return element(
        "head",
        element("meta", attributes=(("charset", "utf-8"),)),
        element("meta", attributes=(("name", "viewport"), ("content", "width=device-width, initial-scale=1"))),
        element("meta", attributes=(("name", "referrer"), ("content", "no-referrer"))),
        # For the page that is saved, and has no header any more.
        element("meta", attributes=(("http-equiv", "Content-Security-Policy"), ("content", POLICY_OF_THE_PAGE))),
        element("title", f"{word} - certprobe"),
        element("style", Markup(STYLE)),
    )


def _header(told: shape.Document, visit: shape_visit.Visit, word: str, tone: str) -> Markup:
    causes = told["verdict"]["causes"]
    title = causes[0]["title"] if causes else "a client came"
    peer = told["attempts"][0]["peer"] or "nobody"
    who = f"Visit {visit['number']} to {told['endpoint']['url']}, at {told['times']['started']}, from {peer}"
    first = _explained(causes[0]) if causes else Markup()
    heading = element("h1", f"{title[:1].upper()}{title[1:]}")
    return element(
        "header",
        element("p", word, of_class="word"),
        heading,
        first,
        element("p", who, of_class="faint"),
        of_class=tone,
    )


def _explained(cause: shape.Cause) -> Markup:
    is_named = cause["code"] in cause["detail"]
    code = Markup() if is_named else element("code", cause["code"], of_class="faint")
    detail = element("p", *((cause["detail"], " ") if cause["detail"] else ()), code)
    if not cause["advice"]:
        return detail
    lead = element("strong", "Change: " if cause["weight"] == PROBLEM else "Hint: ")
    return joined((detail, element("p", lead, cause["advice"], of_class="change")))


def _main(told: shape.Document, visit: shape_visit.Visit) -> Markup:
    return element("main", *_others(told["verdict"]["causes"]), *_sections(told["attempts"][0], visit))


def _others(causes: list[shape.Cause]) -> Iterator[Markup]:
    """All causes but the first, which the header tells."""
    told = [
        element("div", element("p", _weight(each), each["title"]), _explained(each), of_class="cause")
        for each in causes[1:]
    ]
    if told:
        yield element("section", element("h2", "Besides"), *told)


def _weight(cause: shape.Cause) -> Markup:
    is_problem = cause["weight"] == PROBLEM
    return element("strong", "PROBLEM " if is_problem else "NOTE ", of_class="bad" if is_problem else "odd")


def _sections(attempt: shape.Attempt, visit: shape_visit.Visit) -> Iterator[Markup]:
    info = visit["client_cert_info"]
    server = "HTTP_SSL_CLIENT_CERT_INFO" if info is not None else "What IIS would log"
    sections = (
        (server, html_facts.cert_info(info, visit["account"], visit["iis"])),
        ("What you sent", html_facts.certificates(visit["certificates"], attempt["tls"])),
        ("How it is judged", html_facts.judgement(attempt["client"])),
        ("The account of your certificate", html_facts.mapping(attempt["mapping"])),
        ("What you were asked for", html_facts.requests(attempt)),
        ("What you offer (ClientHello)", html_facts.client_hello(visit["client_hello"])),
        ("What you asked", html_facts.asked(visit)),
    )
    for title, facts in sections:
        if facts:
            yield element("section", element("h2", title), facts)


def _footer(told: shape.Document) -> Markup:
    times = told["times"]
    return element(
        "footer",
        element("p", f"Judged for {times['at']}, trusting {told['trust']}."),
        element("p", f"certprobe {told['version']}: a diagnostic server. No application is behind it."),
    )
