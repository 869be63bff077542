"""The shape of what is told of a run as a whole: what was tried and what not, what was accepted, which path asks."""

from __future__ import annotations

from typing import TypedDict


class Played(TypedDict):
    """What an experiment answered the server with: the identity of that number, null for anonymous."""

    number: int | None


class Untried(TypedDict):
    """A connection that belongs to the run and was not made."""

    path: str | None
    played: Played | None
    why: str


class Tried(TypedDict):
    """An identity as it was played, or none: `attempt` is its place among the attempts, from 0.

    `listed` is null for anonymous. `against` are the reasons that speak against sending it, its CA left out, or else
    the symbol of the chain's status. `refused_in` is the stage in which the certificate was turned down.
    """

    attempt: int
    number: int | None
    subject: str | None
    issuer: str | None
    thumbprint: str | None
    listed: str | None
    listed_as: str | None
    against: list[str]
    received: str
    refused_in: str | None
    treatment: str
    contradicts: bool


class Acceptance(TypedDict):
    """What a server announces on one path, set against what it did; `server` is null where it is not known."""

    path: str | None
    server: str | None
    tried: list[Tried]


class AnnouncedList(TypedDict):
    """A list of CAs that paths announce; `missing` and `extra` are against the first."""

    label: str
    state: str
    names: list[str]
    missing: list[str]
    extra: list[str]


class Ask(TypedDict):
    """When a path asked, and with which list."""

    phase: str
    list: str


class PathRow(TypedDict):
    """A path: `attempt` is its place among the attempts, from 0; no `asks` and `asked` null is unknown.

    `sent` is the number of the identity that was sent, null if none was.
    """

    path: str
    attempt: int
    asked: str | None
    asks: list[Ask]
    sent: int | None
    answer: str


class PathMap(TypedDict):
    """Which path asks for a certificate, when, and with which list."""

    lists: list[AnnouncedList]
    paths: list[PathRow]
