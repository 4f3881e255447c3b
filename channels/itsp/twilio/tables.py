"""Twilio's words and numbers in ours. Source: Twilio's error dictionary and message resource."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from channels.itsp.base import Advice, KeywordKind
from channels.itsp.delivery import DeliveryStatus

STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "canceled": DeliveryStatus.CANCELLED,
}
TRIAL_PREFIX = "Sent from your Twilio trial account - "  # put before the texts of trial accounts
OPT_OUT_TYPES = {kind.name: kind for kind in KeywordKind}  # with Advanced Opt-Out only


@dataclass(frozen=True)
class Rule:
    """What an error code tells us to do, and how we say it. A final one comes again with the same text."""

    advice: Advice
    words: StrPromise
    is_final: bool = False


def _rules(advice: Advice, words: StrPromise, *codes: int) -> dict[int, Rule]:
    return dict.fromkeys(codes, Rule(advice, words))


def _final(words: StrPromise, *codes: int) -> dict[int, Rule]:
    """It lies with the contact's number, its country, or the text itself."""
    return dict.fromkeys(codes, Rule(Advice.FAIL, words, is_final=True))


ERRORS: dict[int, Rule] = {
    **_rules(Advice.STOP, _("The ITSP refused the channel's credentials."), 20003, 20403, 20404),
    **_rules(Advice.STOP, _("The sending number can't be used from this account."), 21212, 21606, 21659),
    **_rules(Advice.STOP, _("The sending number can't be used from this account."), 21660, 21661),
    **_rules(Advice.STOP, _("The account at the ITSP is suspended."), 30002),
    **_rules(Advice.STOP, _("The ITSP's messaging service has no number to send from."), 21703, 21704),
    **_rules(Advice.RETRY, _("Too many requests; it is tried again."), 20429),
    **_rules(Advice.SLOW_DOWN, _("The ITSP's queue of the sending number is full."), 21611, 30001),
    **_rules(Advice.SLOW_DOWN, _("Sent faster than the number's registration allows."), 30022),
    **_rules(Advice.LATER, _("The number's daily limit is reached."), 30023, 30027, 63038),
    **_rules(Advice.UNKNOWN, _("The ITSP had an internal error."), 20500),
    **_final(_("This is not a valid phone number."), 21211),
    **_final(_("This number can't receive texts."), 21614, 21635, 30006),
    **_final(_("This number can't be reached from the sending number."), 21612),
    **_final(_("Sender and recipient are the same number."), 21266),
    **_final(_("This number does not exist."), 30005),
    **_final(
        _("Texts to this country are not enabled; an admin must enable the geographic permission."),
        21408,
    ),
    **_rules(Advice.FAIL, _("A trial account can only text verified numbers."), 21608),
    **_rules(Advice.FAIL, _("The contact has opted out; only their START re-opens it."), 21610),
    **_final(_("The text is too long."), 21617, 21658),
    **_final(_("The text is empty."), 21602),
    **_final(_("An attachment can't be sent."), 21620, 21623),
    **_rules(Advice.FAIL, _("The ITSP could not fetch the attachment from us."), 11200, 63019),
    **_final(_("The attachments are too large."), 11751, 30019),
    **_final(_("The ITSP does not take attachments of this type."), 12300),
    **_final(_("The contact's phone or country takes no pictures or files."), 30011),
    **_rules(Advice.FAIL, _("The contact's phone is switched off or out of reach."), 30003),
    **_rules(Advice.FAIL, _("The carrier could not deliver it and did not say why."), 30008),
    **_rules(Advice.FAIL, _("Blocked by the carrier."), 30004, 30007, 30450),
    **_rules(Advice.LATER, _("The sending number is not ready yet at the ITSP."), 30024, 30035),
    **_rules(Advice.FAIL, _("The sending number's toll-free verification is missing."), 30032),
    **_rules(Advice.FAIL, _("The sending number is not registered for A2P 10DLC."), 30034),
    **_rules(Advice.FAIL, _("It waited too long at the ITSP and was not sent."), 30036),
    **_rules(Advice.FAIL, _("Stopped: too many replies in a loop."), 14107),
}

FINAL_CODES = frozenset(str(code) for code, rule in ERRORS.items() if rule.is_final)
REFUSED = _("The ITSP refused it (error %(code)s).")
NO_CLEAR_ANSWER = _("The ITSP gave no clear answer, so it may or may not have been sent.")
NO_LIST = _("The ITSP gave no clear answer to the question which texts it has.")
NOT_REACHED = _("The ITSP could not be reached.")


def rule_for(code: int | None, http_status: int) -> Rule:
    """A known code's rule; otherwise permanent for 4xx, unknown for 5xx and the rest."""
    if code in ERRORS:
        return ERRORS[code]
    if http_status == 429:
        return ERRORS[20429]
    if http_status == 401:
        return ERRORS[20003]
    if 400 <= http_status < 500:
        return Rule(Advice.FAIL, REFUSED)
    return Rule(Advice.UNKNOWN, NO_CLEAR_ANSWER)


def words_for(code: str) -> str:
    """An error code of a status callback in words; "" for none."""
    if not code or code == "0":
        return ""
    rule = _rule_named(code)
    return str(rule.words) if rule else REFUSED % {"code": code}


def advice_on(code: str) -> Advice:
    """An error code of a status callback as advice: whatever it is, the text was not delivered."""
    rule = _rule_named(code)
    return rule.advice if rule and rule.advice is not Advice.UNKNOWN else Advice.FAIL


def _rule_named(code: str) -> Rule | None:
    return ERRORS.get(int(code)) if code.isdecimal() else None
