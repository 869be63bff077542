"""Which account a certificate maps to, as part of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.mapping.alt_security_identities import Form, alt_security_identities, sha1_hashes
from certprobe.mapping.authorization import authz_regexp, is_account, ldap_name, relation
from certprobe.mapping.lookup import LookupFailure
from certprobe.mapping.ruling import candidates, offers, rulings

if TYPE_CHECKING:
    from certprobe.application.ldap import WhoAmIAnswered
    from certprobe.mapping.alt_security_identities import AltSecurityIdentity
    from certprobe.mapping.comparison import Comparison
    from certprobe.mapping.ruling import Candidate, Offer, Ruling
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.report import shape_mapping
    from certprobe.report.model import LdapFacts

# What <SHA1-PUKEY> is the hash of, in the order of sha1_hashes.
_READINGS: Final = (
    "the certificate's hash, as domain controllers were seen to take it",
    "the key's hash, as MS-PKCA has it",
    "the key's hash with its algorithm, as MS-PKCA may be read too",
)


def mapping(
    certificate: Certificate, accounts: AccountStore | None, ldap: LdapFacts | None = None
) -> shape_mapping.Mapping:
    """Say what is known of a certificate's account: from itself, from rules or a directory, and from WhoAmI."""
    found = None if accounts is None or not accounts.knows(certificate) else candidates(certificate, accounts)
    return {
        "offers": [_offer(each) for each in offers(certificate)],
        "alt_security_identities": [_mapper(certificate, each) for each in alt_security_identities(certificate)],
        "ldap_name": ldap_name(certificate.subject),
        "authz_regexp": authz_regexp(certificate.subject),
        "rulings": [_ruling(each) for each in rulings(certificate, None)],
        "accounts": None if found is None else [_account(certificate, each) for each in found],
        "ds_mapper": None if found is None else _ds_mapper(certificate, found),
        "directory": None if accounts is None else _directory(certificate, accounts),
        "authorization": None if ldap is None else _authorization(certificate, found, ldap),
    }


def _offer(offer: Offer) -> shape_mapping.Offer:
    return {"kind": offer.kind.value, "value": offer.value, "strength": offer.kind.strength.value}


def _identity(identity: AltSecurityIdentity) -> shape_mapping.AltSecurityIdentity:
    form = identity.form
    return {"form": form.value, "strength": form.strength.value, "value": identity.text}


def _mapper(certificate: Certificate, identity: AltSecurityIdentity) -> shape_mapping.Mapper:
    readings = dict(zip(sha1_hashes(certificate), _READINGS, strict=False))
    note = readings[identity.values[0]] if identity.form is Form.SHA1_PUBLIC_KEY else ""
    return {**_identity(identity), "note": note}


def _ruling(ruling: Ruling) -> shape_mapping.Ruling:
    return {
        "enforcement": ruling.enforcement.value,
        "standing": ruling.standing.value,
        "event": ruling.event,
        "reason": ruling.reason,
    }


def _account(certificate: Certificate, candidate: Candidate) -> shape_mapping.MappedAccount:
    ruled = rulings(certificate, candidate) if candidate.matches else ()
    account = candidate.account
    return {
        "name": account.name,
        "source": account.source.value,
        "distinguished_name": account.distinguished_name,
        "enabled": account.enabled,
        "offers": [_offer(each) for each in candidate.offers],
        "rules": [_rule(line, comparison) for line, comparison in candidate.rules],
        "rulings": [_ruling(each) for each in ruled],
    }


def _rule(line: int, comparison: Comparison) -> shape_mapping.MappingRule:
    unfit: list[shape_mapping.Unfit] = [
        {"tag": each.tag.value, "difference": each.difference.value, "right": each.right} for each in comparison.unfit
    ]
    return {**_identity(comparison.identity), "line": line, "unfit": unfit}


def _ds_mapper(certificate: Certificate, found: tuple[Candidate, ...]) -> shape_mapping.DsMapper:
    from certprobe.mapping.mapper import ds_mapper

    answer = ds_mapper(certificate, found)
    return {
        "account": answer.account,
        "cert_denied_by_mapper": answer.CertDeniedByMapper,
        "reason": answer.reason,
    }


def _directory(certificate: Certificate, accounts: AccountStore) -> shape_mapping.Directory | None:
    answer = accounts.answer_of(certificate)
    if accounts.directory is None or answer is None:
        return None
    failure: shape_mapping.LookupFailure | None = None
    references: tuple[str, ...] = ()
    if isinstance(answer, LookupFailure):
        failure = {"detail": answer.detail, "kind": answer.kind.value, "party": answer.party.value}
    else:
        references = answer.references
    return {
        "url": accounts.directory.url,
        "user": accounts.directory.user,
        "references": list(references),
        "failure": failure,
    }


def _authorization(
    certificate: Certificate, found: tuple[Candidate, ...] | None, ldap: LdapFacts
) -> shape_mapping.Authorization | None:
    authzid = _authzid(ldap.who_am_i_after) or _authzid(ldap.who_am_i_before)
    if authzid is None:
        return None
    mapped = [each.account for each in found or () if each.matches]
    names = [name for each in mapped for name in (each.name, each.distinguished_name) if name is not None]
    return {
        "authzid": authzid,
        "relation": relation(authzid, certificate.subject).value,
        "as_mapped": any(is_account(authzid, name) for name in names) if names else None,
    }


def _authzid(answer: WhoAmIAnswered | None) -> str | None:
    return None if answer is None else answer.authzid
