"""Where a server does not do what it announces, as causes: what it says, what it did, and which setting makes it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.report import causes, evidence, words
from certprobe.report.acceptance import Acceptance, Listed, Received, Tried, ends_in_a_root, is_one_answer_for_all
from certprobe.report.model import Cause, Conclusion, Outcome, Weight
from certprobe.report.refusals import rejected
from certprobe.report.servers import Setting, advice
from certprobe.report.treatment import treatment
from certprobe.wincrypt.hresult import CRYPT_E_NO_REVOCATION_CHECK, CRYPT_E_REVOCATION_OFFLINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certprobe.pki.certificate import Certificate

_UNKNOWN: Final = (CRYPT_E_REVOCATION_OFFLINE, CRYPT_E_NO_REVOCATION_CHECK)
# What a run of experiments came to: the best that was achieved, since the experiments are meant to fail.
_BEST: Final = (
    Outcome.ACCEPTED,
    Outcome.ACCEPTED_NOT_MAPPED,
    Outcome.ACCEPTED_ANONYMOUSLY,
    Outcome.NOT_ASKED,
    Outcome.NOT_MAPPED,
    Outcome.TLS_TERMINATOR,
    Outcome.REFUSED_BY_LDAP_RESULT,
    Outcome.REFUSED_BY_HTTP_STATUS,
    Outcome.REFUSED_BY_ALERT,
    Outcome.REFUSED_BY_CLOSE,
    Outcome.WOULD_BE_REFUSED,
    Outcome.REFUSED_BY_CLIENT,
    Outcome.UNANSWERED,
    Outcome.NOT_REACHED,
    Outcome.UNUSABLE_INPUT,
    Outcome.INTERRUPTED,
)


def conclude_experiments(found: Acceptance) -> Conclusion:
    """Return the best outcome of all that was tried on one path, and every contradiction between word and deed."""
    if not found.tried:
        return Conclusion(Outcome.NOT_REACHED, ())
    if all(each.received is Received.UNCLEAR for each in found.tried):
        return found.tried[0].conclusion
    outcome = min((each.conclusion.outcome for each in found.tried), key=_BEST.index)
    contradictions = list(_contradictions(found))
    if all(cause.weight is Weight.NOTE for cause in contradictions):
        lead = _refused_alike(found) if is_one_answer_for_all(found.tried) else _as_announced(found)
        contradictions = [lead, *contradictions]
    return Conclusion(outcome, (*contradictions, *_beside(found)))


def is_contradiction(tried: Tried) -> bool:
    """Whether what was done with this identity is not what the list, or its own faults, let anybody expect."""
    if tried.is_anonymous:
        return (tried.received is Received.LET_IN) is (tried.record is not None)
    is_of_the_list = _is_let_in_unlisted(tried) or _is_listed_but_refused(tried) or _is_refused_without_list(tried)
    return is_of_the_list or (tried.received is Received.LET_IN and _fault(tried) is not None)


def _contradictions(found: Acceptance) -> Iterator[Cause]:
    identities = found.identities
    yield from _of_anonymous(found)
    yield from _together(found, identities, _is_let_in_unlisted, _accepts_unlisted)
    yield from _together(found, identities, _is_listed_but_refused, _refuses_listed)
    yield from _together(found, identities, _is_refused_without_list, _refuses_unannounced)
    yield from _unfit(found)
    for each in identities:
        yield from _of_one(found, each)


def _together(
    found: Acceptance,
    tried: tuple[Tried, ...],
    is_one: Callable[[Tried], bool],
    cause: Callable[[Acceptance, list[Tried]], Cause],
) -> Iterator[Cause]:
    if those := [each for each in tried if is_one(each)]:
        yield cause(found, those)


# --- without a certificate --------------------------------------------------------------------------------------------


def _of_anonymous(found: Acceptance) -> Iterator[Cause]:
    anonymous = found.anonymous
    if anonymous is None or evidence.was_interrupted(anonymous.attempt):
        return
    asked = anonymous.record is not None
    match anonymous.received:
        case Received.LET_IN if asked:
            title = "the server asks for a client certificate, but lets in who has none"
            detail = f"Without a certificate: {treatment(anonymous)}."
            yield Cause("asks-but-optional", Weight.PROBLEM, title, detail, _advice(Setting.REQUIREMENT, found))
        case Received.LET_IN if found.path is None:
            title = "the directory asks for no client certificate, so nobody can log in by one"
            yield Cause(
                "not-asked", Weight.PROBLEM, title, _external(anonymous), words.how_to_be_asked(anonymous.attempt)
            )
        case Received.REFUSED | Received.REFUSED_BEHIND_TLS if not asked:
            yield anonymous.conclusion.causes[0]._replace(weight=Weight.PROBLEM)
        case Received.UNCLEAR:
            yield _unanswered(anonymous, "without a certificate")
        case _:
            return


def _external(anonymous: Tried) -> str:
    ldap = anonymous.attempt.ldap
    if ldap is not None and evidence.offers_external(ldap.root_dse):
        return f"It offers SASL EXTERNAL all the same: {treatment(anonymous)}."
    return f"{words.sentence(treatment(anonymous))}"


# --- what the list says -----------------------------------------------------------------------------------------------


def _is_let_in_unlisted(tried: Tried) -> bool:
    return tried.received is Received.LET_IN and tried.listed is Listed.NOT_LISTED


def _accepts_unlisted(found: Acceptance, those: list[Tried]) -> Cause:
    whose = "whose CA" if len(those) == 1 else "whose CAs"
    title = f"the server accepts {_subjects(those)}, {whose} it does not list"
    doubt = ""
    if not all(ends_in_a_root(each.attempt) for each in those):
        doubt = "If what issued it is no root, a listed CA may stand above it, unknown to us."
    detail = " ".join(filter(None, (_issued(those), doubt, _asked(those), _ignored(found))))
    return Cause("accepts-unlisted", Weight.PROBLEM, title, detail, _advice(Setting.TRUST, found))


def _is_listed_but_refused(tried: Tried) -> bool:
    return tried.received is Received.REFUSED and tried.listed is Listed.LISTED and tried.is_faultless


def _refuses_listed(found: Acceptance, those: list[Tried]) -> Cause:
    title = f"the server refuses {_subjects(those)}, though it lists {'its CA' if len(those) == 1 else 'their CAs'}"
    listed = {each.listed_as for each in those}
    others = [each for each in found.identities if each.received is Received.LET_IN and each.listed_as in listed]
    others = [each for each in others if each.listed_as is not None]
    beside = f"Of the same CA it accepts {_subjects(others)}, so it is not the CA." if others else ""
    detail = " ".join(filter(None, (_issued(those), _deeds(those), beside)))
    return Cause("refuses-listed", Weight.PROBLEM, title, detail, _advice(Setting.LIST, found))


def _is_refused_without_list(tried: Tried) -> bool:
    return tried.received is Received.REFUSED and tried.listed is Listed.ANY and tried.is_faultless


def _refuses_unannounced(found: Acceptance, those: list[Tried]) -> Cause:
    title = f"the server names no CA, so that any would do, but refuses {_subjects(those)}"
    detail = f"{_issued(those)} {_deeds(those)}"
    return Cause("refuses-unannounced", Weight.PROBLEM, title, detail, _advice(Setting.EMPTY_LIST, found))


# --- what a certificate is --------------------------------------------------------------------------------------------


def _unfit(found: Acceptance) -> Iterator[Cause]:
    """Whatever was let in although something other than its issuer is wrong with it, by what that is."""
    by_fault: dict[tuple[str, str], list[Tried]] = {}
    for each in found.identities:
        if each.received is Received.LET_IN and (fault := _fault(each)) is not None:
            by_fault.setdefault(fault, []).append(each)
    for (code, what), those in by_fault.items():
        title = f"the server accepts {_subjects(those)}, which {what}"
        detail = " ".join(filter(None, (_deeds(those), _ignored(found))))
        yield Cause(f"accepts-{code}", Weight.PROBLEM, title, detail, _advice(Setting.CHECKS, found))


def _fault(tried: Tried) -> tuple[str, str] | None:
    """A code, and what the certificate is or does."""
    if tried.rejections:
        return tried.rejections[0].reason.value, rejected(tried.rejections[0])
    judgement = evidence.failed_client_judgement(tried.attempt)
    if judgement is None or judgement.deciding.error in _UNKNOWN:
        return None
    return judgement.deciding.error.symbol, words.fault(judgement)


# --- one by one -------------------------------------------------------------------------------------------------------


def _of_one(found: Acceptance, tried: Tried) -> Iterator[Cause]:
    """What is no contradiction of the list, but nothing that anybody would want either."""
    who = _subject(tried)
    own = tried.conclusion.causes[0] if tried.conclusion.causes else None
    match tried.received:
        case Received.UNCLEAR if not evidence.was_interrupted(tried.attempt):
            yield _unanswered(tried, f"with {who}")
        case Received.NOT_USED | Received.REFUSED_BEHIND_TLS if own is not None and tried.is_faultless:
            if not is_one_answer_for_all(found.tried):
                yield own._replace(weight=Weight.NOTE)
        case Received.NOT_SENT if own is not None and tried.record is not None:
            yield own._replace(weight=Weight.NOTE)
        case _:
            return


def _unanswered(tried: Tried, how: str) -> Cause:
    own = tried.conclusion.causes[0] if tried.conclusion.causes else None
    detail = f"{words.sentence(own.title)} {own.detail}".strip() if own is not None else ""
    return Cause("trial-unclear", Weight.PROBLEM, f"what the server does {how} could not be found out", detail)


def _as_announced(found: Acceptance) -> Cause:
    """The first line where word and deed agree."""
    anonymous, identities = found.anonymous, found.identities
    if anonymous is not None and anonymous.record is None:
        return anonymous.conclusion.causes[0]
    let_in = [each for each in identities if each.received is Received.LET_IN]
    told = ["it refuses who has none"] if anonymous is not None and anonymous.received is not Received.LET_IN else []
    if identities:
        told.insert(0, f"it accepts {len(let_in) or 'none'} of {len(identities)} certificates")
    weight = Weight.NOTE if let_in else Weight.PROBLEM
    detail = f"Accepted: {_subjects(let_in)}." if let_in else _asked(list(found.tried))
    return Cause("as-announced", weight, f"the server does what it announces: {', and '.join(told)}", detail)


def _refused_alike(found: Acceptance) -> Cause:
    title = "HTTP refuses whoever gets through TLS, with a certificate or without"
    detail = f"{words.sentence(treatment(found.tried[0]))} This says nothing of certificates."
    return Cause("refused-alike", Weight.PROBLEM, title, detail, "Try another --path.")


def _beside(found: Acceptance) -> list[Cause]:
    """What is wrong with the server's own chain, and its list, once."""
    beside: dict[Cause, None] = {}
    for each in found.tried:
        attempt = each.attempt._replace(client=None)
        told = [*causes.of_chains(attempt, Outcome.NOT_ASKED), *causes.worth_knowing(Outcome.REFUSED_BY_CLOSE, attempt)]
        beside.update(dict.fromkeys(told))
    return list(beside)


# --- words ------------------------------------------------------------------------------------------------------------


def _advice(setting: Setting, found: Acceptance) -> str:
    return advice(setting, found.server, found.attempts)


def _subject(tried: Tried) -> str:
    return words.subject(_certificate(tried))


def _certificate(tried: Tried) -> Certificate:
    assert tried.credential is not None
    return tried.credential.certificate


def _subjects(those: list[Tried]) -> str:
    """ "CN=alice (3) and 4, 5": the first by name, all by their numbers, as names may be the same."""
    first, *more = those
    numbers = words.listing([str(each.number) for each in more])
    return f"{_subject(first)} ({first.number})" + (f" and {numbers}" if more else "")


def _issued(those: list[Tried]) -> str:
    """ "CN=Lab issued 3, 4; CN=Other issued 5." """
    by_issuer: dict[str, list[str]] = {}
    for each in those:
        by_issuer.setdefault(_certificate(each).issuer.rfc4514, []).append(str(each.number))
    told = [f"{issuer or 'An empty name'} issued {words.listing(numbers)}" for issuer, numbers in by_issuer.items()]
    return f"{'; '.join(told[: words.NAMES_IN_A_LINE])}."


def _asked(those: list[Tried]) -> str:
    record = those[0].record
    return words.asked(record) if record is not None else ""


def _deeds(those: list[Tried]) -> str:
    return words.sentence("; ".join(f"{each.number}: {treatment(each)}" for each in those[: words.NAMES_IN_A_LINE]))


def _ignored(found: Acceptance) -> str:
    """A directory says whom it saw; a web server that lets everybody in may not have looked."""
    anonymous = found.anonymous
    if found.path is None or anonymous is None or anonymous.received is not Received.LET_IN:
        return ""
    return "It lets in who has none, too, so it may just not use it."
