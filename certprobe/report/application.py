"""What servers answered inside the channel, as parts of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.report.nt_auth import certificates
from certprobe.report.spelling import base64, summary

if TYPE_CHECKING:
    from certprobe.application.http import HttpAnswered
    from certprobe.application.ldap import RootDseAnswered, WhoAmIAnswered
    from certprobe.application.ldap_results import LdapResult
    from certprobe.report import shape, shape_values
    from certprobe.report.model import HttpFacts, LdapFacts, NtAuthFacts


def http(facts: HttpFacts) -> shape.Http:
    """The request's path and the answer."""
    return {"path": facts.path, "answer": None if facts.answer is None else _http_answer(facts.answer)}


def _http_answer(answer: HttpAnswered) -> shape.HttpAnswer:
    return {
        "status": answer.status,
        "reason": answer.reason,
        "http_version": answer.http_version,
        "headers": [{"name": name, "value": value} for name, value in answer.headers],
        "body": base64(answer.body),
        "body_end": answer.body_end.value,
    }


def ldap(facts: LdapFacts) -> shape.Ldap:
    """Every answer of an LDAP conversation."""
    return {
        "start_tls": facts.start_tls and result(facts.start_tls.result),
        "who_am_i_before": facts.who_am_i_before and _who_am_i(facts.who_am_i_before),
        "bind": facts.bind and result(facts.bind.result),
        "who_am_i_after": facts.who_am_i_after and _who_am_i(facts.who_am_i_after),
        "root_dse": facts.root_dse and _root_dse(facts.root_dse),
        "nt_auth": facts.nt_auth and _nt_auth(facts.nt_auth),
    }


def result(told: LdapResult) -> shape_values.LdapResult:
    """An LDAPResult."""
    return {
        "result": {"name": told.name, "code": told.code},
        "matched_dn": told.matched_dn,
        "diagnostic_message": told.diagnostic_message,
        "ad_data": told.ad_data,
    }


def _who_am_i(answer: WhoAmIAnswered) -> shape.WhoAmI:
    return {**result(answer.result), "authzid": answer.authzid}


def _root_dse(answer: RootDseAnswered) -> shape.RootDse:
    attributes: list[shape.Attribute] = [{"type": name, "values": list(values)} for name, values in answer.attributes]
    return {**result(answer.result), "attributes": attributes}


def _nt_auth(facts: NtAuthFacts) -> shape.NtAuth:
    return {
        "name": facts.name,
        "answer": None if facts.answer is None else result(facts.answer.result),
        "certificates": [summary(certificate) for certificate in certificates(facts)],
    }
