"""Bandwidth's words and numbers in ours. Source: its page on errors, and its OpenAPI file."""

from collections.abc import Iterable
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from channels.itsp.rules import Rule, final, rules
from pbx_messaging.said import Kind

FAILED = "message-failed"
CALLBACK_STATUSES = {  # of a failed one, the code tells more
    "message-sending": DeliveryStatus.ACCEPTED,
    "message-sent": DeliveryStatus.SENT,
    "message-delivered": DeliveryStatus.DELIVERED,
    "message-read": DeliveryStatus.READ,
    FAILED: DeliveryStatus.FAILED,
}
LISTED_STATUSES = {
    "QUEUED": DeliveryStatus.ACCEPTED,
    "ACCEPTED": DeliveryStatus.ACCEPTED,
    "SENDING": DeliveryStatus.ACCEPTED,
    "SENT": DeliveryStatus.SENT,
    "DELIVERED": DeliveryStatus.DELIVERED,
    "FAILED": DeliveryStatus.FAILED,
    "UNDELIVERED": DeliveryStatus.UNDELIVERED,
}

_NUMBER_UNUSABLE = _("The sending number can't be used from this account.")
_NOT_A_NUMBER = _("This is not a valid phone number.")
_TOO_FAST = _("Sent faster than the account or its registration allows.")
_CONTENT = _("The ITSP or the carrier does not take what is in the text.")
_INTERNAL = _("The ITSP had an internal error. Try again later.")
_ATTACHMENT = _("An attachment can't be sent.")
REFUSED = _("The ITSP refused it (error %(code)s).")
NO_ANSWER = Kind("bandwidth-answer-unreadable", _("The ITSP’s answer can’t be read."))
NOT_LISTED = Kind("bandwidth-not-listed", _("The ITSP does not have the text in its list."))

# What ended a text that had been accepted.
_OF_TEXTS: dict[int, Rule] = {
    **rules(Advice.STOP, _("The account at the ITSP may not send texts."), 4001, 4433, 4451, 4493),
    **rules(Advice.STOP, _("The Application ID does not belong to the account."), 4452),
    **rules(Advice.STOP, _NUMBER_UNUSABLE, 4302, 4403, 4405, 4407, 4481, 4740),
    **rules(Advice.SLOW_DOWN, _TOO_FAST, 4781, 4785),
    **rules(Advice.SLOW_DOWN, _("The ITSP or the carrier is busy."), 5211, 5600),
    **rules(Advice.LATER, _("The number's daily limit is reached."), 4780),
    **rules(Advice.LATER, _("The sending number's A2P 10DLC campaign is not active."), 4773),
    **rules(Advice.LATER, _("The sending number is not ready yet at the ITSP."), 4774),
    **rules(Advice.LATER, _("The sending number's toll-free verification is missing."), 4795),
    **rules(Advice.FAIL, _("The contact has opted out; only their START re-opens it."), 4775),
    **rules(Advice.FAIL, _("The sending number or the contact's is blocked."), 4482, 4772),
    **final(_NOT_A_NUMBER, 4303, 4350, 4720),
    **final(_("This number can't receive texts."), 4404, 4408, 4434, 4700),
    **final(_("This number does not exist."), 4406, 4721),
    **final(_("This number can't be reached from the sending number."), 4401, 4420, 4421, 4730),
    **final(_("The contact's phone or country takes no pictures or files."), 4409),
    **final(_("Texts to emergency numbers are not possible."), 4492),
    **final(_("Texts to this country are not enabled; an admin must ask the ITSP to enable it."), 4432),
    **final(_("Texts to short codes are not enabled; an admin must ask the ITSP to enable them."), 4431),
    **final(_CONTENT, 4301, 4752),
    **final(_("The text is too long."), 4751),
    **rules(Advice.FAIL, _("The carrier does not take shortened links."), 4771),
    **rules(Advice.FAIL, _("The ITSP could not fetch the attachment from us."), 4410),
    **final(_("The attachments are too large."), 4411, 4711),
    **final(_("The ITSP does not take attachments of this type."), 4412, 4712),
    **final(_("The text has too many recipients."), 4435),
    **rules(Advice.FAIL, _("Blocked as spam."), 4470, 4770),
    **rules(Advice.FAIL, _("The carrier refused it and did not say why."), 4750),
    **rules(Advice.FAIL, _("The contact's carrier takes no texts from this short code."), *range(4790, 4794)),
    **rules(Advice.FAIL, _("The contact's phone is switched off or out of reach."), 4701, 4702),
    **rules(Advice.FAIL, _("It waited too long at the ITSP and was not sent."), 4360),
    **rules(Advice.FAIL, _INTERNAL, 5100, 5101, 5106, 5111, 5201, 5220, 5231, 5500, 5501, 5999),
    **rules(Advice.FAIL, _("The carrier's network has failed. Try again later."), 5610, 5620, 5630, 5650),
    **rules(Advice.FAIL, _("No delivery report came in time: it may have arrived."), 9902),
    **rules(Advice.FAIL, _("The carrier could not deliver it and did not say why."), 9999),
}
OF_TEXTS = {str(code): rule for code, rule in _OF_TEXTS.items()}
# What an answer refuses. Of a request that is not valid, the field that is to blame stands behind the status.
OF_ANSWERS: dict[str, Rule] = {
    **rules(Advice.STOP, _("The ITSP refused the channel's credentials."), "401", "403"),
    **rules(Advice.STOP, _("The ITSP knows no such account."), "404"),
    **rules(Advice.SLOW_DOWN, _("The ITSP's queue of the account is full."), "429"),
    "400 applicationId": Rule(Advice.STOP, _("The Application ID does not belong to the account.")),
    "400 from": Rule(Advice.STOP, _NUMBER_UNUSABLE),
    "400 to": Rule(Advice.FAIL, _NOT_A_NUMBER, is_final=True),
    "400 text": Rule(Advice.FAIL, _CONTENT, is_final=True),
    "400 media": Rule(Advice.FAIL, _ATTACHMENT, is_final=True),
}
ERRORS = {**OF_TEXTS, **OF_ANSWERS}
OPT_OUT_CODES = frozenset({"4775"})
FINAL_CODES = frozenset(code for code, rule in ERRORS.items() if rule.is_final)


def code_of(http_status: int, fields: Iterable[str]) -> str:
    """Of a refusal: its status, and the first of the fields to blame that we know."""
    named = (f"{http_status} {name.partition('[')[0]}" for name in fields)
    return next((code for code in named if code in OF_ANSWERS), str(http_status))


def rule_for(code: str, http_status: int) -> Rule:
    """Of a refusal; permanent for the rest of 4xx, unknown for 5xx and all else."""
    if code in OF_ANSWERS:
        return OF_ANSWERS[code]
    is_refusal = HTTPStatus.BAD_REQUEST <= http_status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Rule(Advice.FAIL, REFUSED) if is_refusal else Rule(Advice.UNKNOWN, answers.NO_CLEAR_WORDS)


def words_for(code: str) -> str:
    """An error code in words; "" for none."""
    if not code:
        return ""
    rule = ERRORS.get(code)
    return str(rule.words) if rule else REFUSED % {"code": code}


def advice_on(code: str) -> Advice:
    """The error code of a status callback as advice."""
    rule = ERRORS.get(code)
    return rule.advice if rule else Advice.FAIL


def failed_status(code: str) -> DeliveryStatus:
    """A text that failed at the carrier's, or beyond, was sent and did not arrive."""
    is_carriers = code.startswith(("47", "56", "57", "58", "59", "9"))
    return DeliveryStatus.UNDELIVERED if is_carriers else DeliveryStatus.FAILED
