"""Do the names below a CA keep to its name constraints? (RFC 5280 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g))"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.context import Finding, Remark
from certprobe.chain.path import name_of
from certprobe.pki import extensions
from certprobe.pki.extensions import GeneralNameKind
from certprobe.pki.server_identity import NameRules, is_undecodable
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.name_constraints import GeneralSubtree, NameConstraints, Position, Subtrees

_CITATION: Final = "RFC 5280 4.2.1.10"
_EMAIL_ADDRESS: Final = "1.2.840.113549.1.9.1"

# Names of one certificate times subtrees of one CA for each form of names; other validators give up here as well.
MOST_COMPARISONS: Final = 1 << 20
_MOST_NAMED = 3

# What Windows takes for a host when it stands in a commonName; one label may be a person's name just as well.
_HOST = re.compile(r"[a-z0-9_*-]+(\.[a-z0-9_*-]+)+\.?", re.IGNORECASE)


def check_name_constraints(path: PathView) -> Iterator[Result]:
    """Every CA's constraints against the names below it; what violates them is told of the CA that set them.

    Windows looks at the end certificate alone, RFC 5280 at every certificate that is not self-issued as well.
    """
    rules = path.profile.names
    for index in range(path.last, 0, -1):
        issuer = path.certificates[index]
        if issuer.extension(extensions.NAME_CONSTRAINTS) is None:
            continue
        findings = _violations(issuer, tuple(_bound(path, index, rules)), rules)
        for finding in findings:
            yield index, finding
        if not findings:
            yield index, TrustInfo.CERT_TRUST_HAS_VALID_NAME_CONSTRAINTS


def remark_name_constraints(path: PathView) -> Iterator[Result]:
    """What RFC 5280 does not let the extension say, though Windows does not mind."""
    for index, certificate in enumerate(path.certificates):
        constraints = certificate.name_constraints
        if constraints is not None:
            for detail in _oddities(constraints):
                yield index, Remark(_CITATION, detail)


def _bound(path: PathView, index: int, rules: NameRules) -> Iterator[Certificate]:
    """The certificates that the constraints of one CA bind."""
    if rules is not NameRules.WINDOWS:
        for below in range(index - 1, 0, -1):
            if not path.certificates[below].is_self_issued:
                yield path.certificates[below]
    yield path.certificates[0]


# One CA is part of many paths.
@lru_cache(maxsize=256)
def _violations(issuer: Certificate, bound: tuple[Certificate, ...], rules: NameRules) -> tuple[Finding, ...]:
    constraints = issuer.name_constraints
    if constraints is None:
        return (_cannot_tell("the name constraints cannot be decoded"),)
    realm = _Realm(constraints, rules)
    findings = [] if rules is not NameRules.WINDOWS else [_not_supported(reason) for reason in realm.barred.values()]
    for certificate in bound:
        findings += _of_one(certificate, realm, rules)
    return tuple(findings)


def _of_one(certificate: Certificate, realm: _Realm, rules: NameRules) -> Iterator[Finding]:
    """What is wrong with the names of one certificate; each kind of fault is told once for each form of names."""
    who = name_of(certificate)
    if is_undecodable(certificate):
        detail = f"the subjectAltName of {who} cannot be decoded"
        yield _cannot_tell(detail)
        yield Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, _CITATION, detail)
        return
    whole, attributes = tuple(_whole_names(certificate)), tuple(_attributes(certificate, rules))
    names = (*whole, *attributes)
    # What stands in the subject has no form of its own: to somebody it may be a name of any.
    work = sum(realm.sizes[name.form] for name in whole) + len(attributes) * realm.sizes.total()
    if work > MOST_COMPARISONS:
        sizes = f"{len(names)} names of {who} against {realm.sizes.total()} subtrees"
        yield _cannot_tell(f"{sizes} are more than {MOST_COMPARISONS} comparisons, and were not compared")
        return
    for form in dict.fromkeys(name.form for name in names):
        of_form = [name for name in names if name.form == form]
        if form in realm.barred:
            if rules is not NameRules.WINDOWS:
                yield _not_supported(realm.barred[form])
        elif form in realm.limits:
            for bit, fault in realm.limits[form].faults(of_form, rules):
                yield Finding(bit, _CITATION, f"{who} has the {form} {fault}")


# -- the names of a certificate


class _Name(NamedTuple):
    """A name to be compared: `position` is None if it is nonsense to everybody, `flaw` says if it is to RFC 5280."""

    form: str
    text: str
    position: Position | None
    flaw: str | None = None


def _whole_names(certificate: Certificate) -> Iterator[_Name]:
    """The names of subjectAltName, and the subject."""
    from certprobe.pki import name_constraints as nc

    for name in certificate.subject_alt_names or ():
        form = nc.form_of(name)
        if form in nc.SUPPORTED:
            yield _Name(form, name.value, nc.position(name), nc.name_flaw(name))
        else:
            yield _Name(form, name.value, None)
    subject = certificate.subject
    if subject.rdns:
        yield _Name(GeneralNameKind.directoryName.name, subject.rfc4514, nc.directory_position(subject))


def _attributes(certificate: Certificate, rules: NameRules) -> Iterator[_Name]:
    """The names that are attributes of the subject.

    A commonName is a DNS name where no dNSName is, unless RFC 9525 rules; an emailAddress is a mailbox, to Windows
    where no rfc822Name is.
    """
    from certprobe.pki import name_constraints as nc

    kinds = {name.kind for name in certificate.subject_alt_names or ()}
    subject = certificate.subject
    if rules is not NameRules.WINDOWS or GeneralNameKind.rfc822Name not in kinds:
        for attribute in (attribute for rdn in subject.rdns for attribute in rdn):
            if attribute.type == _EMAIL_ADDRESS and attribute.text is not None:
                yield _Name(GeneralNameKind.rfc822Name.name, attribute.text, nc.mailbox_position(attribute.text))
    if rules is not NameRules.WEBPKI and GeneralNameKind.dNSName not in kinds:
        for common_name in subject.common_names:
            host = common_name.rstrip("\x00")
            if _HOST.fullmatch(host):
                yield _Name(GeneralNameKind.dNSName.name, host, nc.dns_position(host))


# -- the constraints of a CA


class _Realm:
    """The constraints of one CA by forms: their `sizes`, `limits` that can be held, why `barred` forms cannot."""

    def __init__(self, constraints: NameConstraints, rules: NameRules) -> None:
        from certprobe.pki.name_constraints import SUPPORTED, form_of, is_nonsense

        self.sizes = Counter(form_of(subtree.base) for subtrees in constraints for subtree in subtrees)
        self.barred: dict[str, str] = {}
        sides: dict[str, tuple[list[GeneralSubtree], list[GeneralSubtree]]] = {}
        for side, subtrees in enumerate(constraints):
            for subtree in subtrees:
                form = form_of(subtree.base)
                sides.setdefault(form, ([], []))[side].append(subtree)
                if form not in SUPPORTED:
                    self.barred[form] = f"constraints of the form {form} are not supported"
                elif (subtree.minimum, subtree.maximum) != (0, None):
                    self.barred[form] = f"the {form} subtree {_quoted(subtree.base.value)} has a minimum or a maximum"
                elif rules is not NameRules.WINDOWS and is_nonsense(subtree.base):
                    self.barred[form] = f"the {form} subtree {_quoted(subtree.base.value)} is nonsense"
        self.limits = {form: _Limits(*two) for form, two in sides.items() if form not in self.barred}


class _Limits:
    """Both sides of one form of names."""

    def __init__(self, permitted: list[GeneralSubtree], excluded: list[GeneralSubtree]) -> None:
        from certprobe.pki.name_constraints import Subtrees

        self._bases = [subtree.base.value for subtree in permitted]
        self._permitted = Subtrees(permitted)
        self._excluded = Subtrees(excluded)

    def faults(self, names: list[_Name], rules: NameRules) -> Iterator[tuple[TrustError, str]]:
        """What the names break, and which they are."""
        if rules is not NameRules.WINDOWS:
            for flaw, text in {name.flaw: name.text for name in names if name.flaw is not None}.items():
                yield TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS, f"{_quoted(text)}, which {flaw}"
        outside = [name.text for name in names if self._bases and _lies_outside(name, self._permitted)]
        if outside:
            fault = f"{_listed(outside)} outside of the permitted {_listed(self._bases)}"
            yield TrustError.CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT, fault
        inside = {name.text: base for name in names if (base := _base_around(name, self._excluded, rules)) is not None}
        if inside:
            fault = f"{_listed(inside)} in the excluded {_listed(inside.values())}"
            yield TrustError.CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT, fault


def _lies_outside(name: _Name, permitted: Subtrees) -> bool:
    return name.position is not None and permitted.containing(name.position) is None


def _base_around(name: _Name, excluded: Subtrees, rules: NameRules) -> str | None:
    """The excluded base that a name lies in, or that a wildcard reaches into; Windows compares wildcards as text."""
    if name.position is None:
        return None
    found = excluded.containing(name.position)
    if found is None and rules is not NameRules.WINDOWS and name.text.startswith("*."):
        found = excluded.reached_by_wildcard(name.position)
    return None if found is None else found.base.value


def _oddities(constraints: NameConstraints) -> Iterator[str]:
    from certprobe.pki.name_constraints import base_flaw

    if not constraints.permitted and not constraints.excluded:
        yield "nameConstraints that neither permit nor exclude anything"
    for subtree in (*constraints.permitted, *constraints.excluded):
        what = f"the {subtree.kind.name} subtree {_quoted(subtree.base.value)}"
        flaw = base_flaw(subtree.base)
        if flaw is not None:
            yield f"{what} {flaw}"
        if (subtree.minimum, subtree.maximum) != (0, None):
            yield f"{what} has a minimum or a maximum"


# -- words


def _cannot_tell(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS, _CITATION, detail)


def _not_supported(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT, _CITATION, detail)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _listed(texts: Iterable[str]) -> str:
    quoted = [_quoted(text) for text in dict.fromkeys(texts)]
    more = f" and {len(quoted) - _MOST_NAMED} more" if len(quoted) > _MOST_NAMED else ""
    return ", ".join(quoted[:_MOST_NAMED]) + more
