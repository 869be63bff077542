"""A report that was saved as JSON, read back as far as its certificate requests go.

Files come from anywhere: nothing is taken on trust, and what is wrong is named by its place in the document.
"""

from __future__ import annotations

import json
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Final, NamedTuple

from certprobe.errors import DecodeError
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import Phase
from certprobe.tls.messages import CertificateRequest, OidFilter

SCHEMA: Final = 1
_MOST_ATTEMPTS: Final = 10_000
_LARGEST_CODE: Final = 0xFFFF


class SavedRequest(NamedTuple):
    """A CertificateRequest of a report: in which of its attempts, counted from 1, and when in it; `path` as in Attempt.

    `was_answered` says whether a certificate was sent.
    """

    attempt: int
    path: str | None
    phase: Phase
    request: CertificateRequest
    was_answered: bool


class SavedReport(NamedTuple):
    """The address that was probed, and every certificate request in the order in which they came."""

    url: str
    requests: tuple[SavedRequest, ...]

    @property
    def deciding(self) -> SavedRequest | None:
        """The request that the last asking attempt hung on: the last answered by a certificate, else the last."""
        if not self.requests:
            return None
        last = [each for each in self.requests if each.attempt == self.requests[-1].attempt]
        return next((each for each in reversed(last) if each.was_answered), last[-1])


def read_report(data: bytes) -> SavedReport:
    """Read what `certprobe https` or `ldap` printed with --format json; raises DecodeError."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"no JSON: {error}") from None
    top = _Member(document, "the document")
    if top.member("tool").value != "certprobe" or top.member("schema").value != SCHEMA:
        raise DecodeError("no report of certprobe https or ldap, as --format json writes it (schema 1)")
    url = top.member("endpoint").member("url").text()
    requests: list[SavedRequest] = []
    for number, attempt in enumerate(top.member("attempts").items(), 1):
        if number > _MOST_ATTEMPTS:
            raise DecodeError(f"more than {_MOST_ATTEMPTS} attempts")
        tls = attempt.member("tls")
        if tls.value is not None:
            path = attempt.member("path").text_or_none()
            requests += [_saved(number, path, each) for each in tls.member("certificate_requests").items()]
    return SavedReport(url, tuple(requests))


class _Member:
    """A value and its place, "attempts[0].tls"; every question about it raises DecodeError with that place."""

    def __init__(self, value: object, place: str) -> None:
        self.value = value
        self._place = place

    def member(self, name: str) -> _Member:
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        if name not in self.value:
            raise DecodeError(f"{self._place} has no {name}")
        prefix = "" if self._place == "the document" else f"{self._place}."
        return _Member(self.value[name], f"{prefix}{name}")

    def items(self) -> list[_Member]:
        if not isinstance(self.value, list):
            raise self.fault("a list")
        return [_Member(item, f"{self._place}[{index}]") for index, item in enumerate(self.value)]

    def items_or_none(self) -> list[_Member] | None:
        return None if self.value is None else self.items()

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.fault("a string")
        return self.value

    def text_or_none(self) -> str | None:
        return None if self.value is None else self.text()

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.fault("a number")
        return self.value

    def code(self) -> int:
        code = self.member("code").number()
        if code > _LARGEST_CODE:
            raise self.fault("a code point of TLS")
        return code

    def octets(self) -> bytes:
        try:
            return a2b_base64(self.text(), strict_mode=True)
        except (Base64Error, ValueError):
            raise self.fault("base64") from None

    def phase(self) -> Phase:
        try:
            return Phase(self.text())
        except ValueError:
            raise self.fault(f"one of {', '.join(phase.value for phase in Phase)}") from None

    def version(self) -> int:
        labels = {version.label: version.value for version in ProtocolVersion}
        if (known := labels.get(self.text())) is None:
            raise self.fault(f"one of {', '.join(labels)}")
        return known

    def fault(self, wanted: str) -> DecodeError:
        return DecodeError(f"{self._place} is not {wanted}")


def _saved(attempt: int, path: str | None, told: _Member) -> SavedRequest:
    sent = told.member("sent").items_or_none()
    return SavedRequest(attempt, path, told.member("phase").phase(), _request(told), bool(sent))


def _request(told: _Member) -> CertificateRequest:
    names = told.member("certificate_authorities").items_or_none()
    return CertificateRequest(
        version=told.member("version").version(),
        size=told.member("size").number(),
        certificate_types=_codes(told.member("certificate_types")),
        certificate_authorities=None if names is None else tuple(name.member("der").octets() for name in names),
        certificate_authorities_size=told.member("certificate_authorities_size").number(),
        signature_algorithms=_codes(told.member("signature_algorithms")),
        signature_algorithms_cert=_codes(told.member("signature_algorithms_cert")),
        oid_filters=tuple(
            OidFilter(each.member("oid_der").octets(), each.member("values").octets())
            for each in told.member("oid_filters").items()
        ),
        faults=tuple(fault.text() for fault in told.member("faults").items()),
    )


def _codes(told: _Member) -> tuple[int, ...] | None:
    codes = told.items_or_none()
    return None if codes is None else tuple(each.code() for each in codes)
