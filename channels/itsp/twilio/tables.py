"""Twilio's words and numbers in ours. Source: Twilio's error dictionary and message resource."""

from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from channels.itsp.rules import Rule, final, rules
from channels.itsp.texts import KeywordKind

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

# Of what goes over other services than the telephone network, such as RCS.
CHANNEL_ERRORS: dict[int, Rule] = {
    **rules(
        Advice.FAIL,
        _("The sender is not set up correctly at the ITSP for this kind of message."),
        63001,
        63002,
        63007,
        63008,
        63020,
        63022,
        63051,
    ),
    **final(_("The contact can't be reached by this kind of message."), 63003, 63024, 63032, 63036),
    **final(_("This kind of message can't carry what is in it."), 63005, 63006, 63021, 63030),
    **rules(
        Advice.FAIL, _("The service took it for spam, or for a breach of its rules."), 63013, 63026, 63039
    ),
    **rules(Advice.FAIL, _("The contact has blocked the sender."), 63014, 63033),
    **rules(Advice.FAIL, _("The sender can only reach invited testers so far."), 63015, 63035),
    **rules(Advice.FAIL, _("The contact wrote too long ago to be answered freely."), 63016),
    **rules(Advice.SLOW_DOWN, _("Sent faster than the service allows."), 63017, 63018),
}
ERRORS: dict[int, Rule] = {
    **rules(Advice.STOP, _("The ITSP refused the channel's credentials."), 20003, 20403, 20404),
    **rules(Advice.STOP, _("The sending number can't be used from this account."), 21212, 21606, 21659),
    **rules(Advice.STOP, _("The sending number can't be used from this account."), 21660, 21661),
    **rules(Advice.STOP, _("The account at the ITSP is suspended."), 10001, 20005, 30002),
    **rules(Advice.STOP, _("The ITSP's messaging service has no number to send from."), 21703, 21704),
    **rules(Advice.STOP, _("The ITSP's messaging service can't be used."), 21701, 21702, 21705),
    **rules(Advice.RETRY, _("Too many requests; it is tried again."), 20429),
    **rules(Advice.SLOW_DOWN, _("The ITSP's queue of the sending number is full."), 21611, 30001),
    **rules(Advice.SLOW_DOWN, _("Sent faster than the number's registration allows."), 30022),
    **rules(Advice.LATER, _("The number's daily limit is reached."), 30023, 30027, 63038),
    **rules(Advice.UNKNOWN, _("The ITSP had an internal error."), 20500, 30020, 30021, 30500),
    **rules(Advice.FAIL, _("The ITSP had an internal error."), 63009, 63010, 63011, 63012, 63023),
    **rules(Advice.FAIL, _("The carrier's network did not answer in time. Try again later."), 30017, 30410),
    **final(_("This is not a valid phone number."), 21211, 21217, 21401, 21421, 21604),
    **final(_("This number can't receive texts."), 21614, 21635, 30006),
    **final(_("This number can't be reached from the sending number."), 21612),
    **rules(Advice.FAIL, _("The sender's name is not allowed by the contact's carrier."), 30042),
    **final(_("Sender and recipient are the same number."), 21266, 63031),
    **final(_("Sender and recipient are of kinds that don't go together."), 30014, 30015, 30016),
    **final(_("This number does not exist."), 30005),
    **final(
        _("Texts to this country are not enabled; an admin must enable the geographic permission."),
        21408,
    ),
    **rules(Advice.FAIL, _("A trial account can only text verified numbers."), 21607, 21608),
    **rules(
        Advice.FAIL,
        _("The trial account has sent as many texts as it may; upgrade it at the ITSP."),
        30454,
    ),
    **rules(Advice.FAIL, _("The contact has opted out; only their START re-opens it."), 21610),
    **final(_("The text is too long."), 21617, 21658),
    **final(_("The text is empty."), 21602),
    **final(_("The ITSP does not take this text."), 21618),
    **rules(Advice.FAIL, _("It would cost more than the price that was set for it."), 30010),
    **rules(
        Advice.FAIL, _("The ITSP does not take the time within which it must be sent."), 21624, 30012, 30013
    ),
    **final(_("An attachment can't be sent."), 21620, 21623, 63025, 63037),
    **rules(Advice.FAIL, _("This number can’t send pictures or files."), 21621, 21622),
    **rules(Advice.FAIL, _("The ITSP could not fetch the attachment from us."), 11200, 63019),
    **final(_("The attachments are too large."), 11751, 30019, 63034),
    **final(_("The ITSP does not take attachments of this type."), 12300),
    **final(_("The contact's phone or country takes no pictures or files."), 30011),
    **rules(Advice.FAIL, _("The contact's phone is switched off or out of reach."), 30003),
    **rules(Advice.FAIL, _("The carrier could not deliver it and did not say why."), 30008),
    **rules(Advice.FAIL, _("Blocked by the carrier."), 30004, 30007),
    **rules(
        Advice.FAIL,
        _("The ITSP's protection against fraud has blocked the contact's number for some hours."),
        30450,
        30453,
    ),
    **rules(Advice.LATER, _("The sending number is not ready yet at the ITSP."), 30024, 30035),
    **rules(Advice.FAIL, _("The sending number's toll-free verification is missing."), 30032),
    **rules(Advice.FAIL, _("The sending number is not registered for A2P 10DLC."), 30034),
    **rules(Advice.FAIL, _("The sending number's A2P 10DLC campaign is suspended."), 30033),
    **rules(Advice.FAIL, _("The contact's carrier only takes texts of registered senders."), 30018),
    **rules(Advice.FAIL, _("It waited too long at the ITSP and was not sent."), 30036),
    **rules(Advice.FAIL, _("Stopped: too many replies in a loop."), 14107, 14109, 30039),
    **rules(Advice.FAIL, _("It looks like a one-time code, which the ITSP does not deliver."), 30038),
    **CHANNEL_ERRORS,
}

# Why a toll-free verification, a brand or a campaign was refused; the list grows each year. Texts then have
# 30032 or 30034.
REGISTRATION_CODES = frozenset(
    (*range(30440, 30450), 30451, *range(30455, 30500), *range(30501, 30550), *range(30790, 30950))
)
_REGISTRATION = Rule(Advice.FAIL, _("The ITSP refused the registration of the sending number."))

FINAL_CODES = frozenset(str(code) for code, rule in ERRORS.items() if rule.is_final)
REFUSED = _("The ITSP refused it (error %(code)s).")


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
    return Rule(Advice.UNKNOWN, answers.NO_CLEAR_WORDS)


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
    if not code.isdecimal():
        return None
    return _REGISTRATION if int(code) in REGISTRATION_CODES else ERRORS.get(int(code))
