"""Telnyx's words and codes in ours. Source: its list of errors, and the statuses of its OpenAPI file."""

from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from channels.itsp.rules import Rule, final, rules
from channels.itsp.texts import KeywordKind
from pbx_messaging.said import Kind

STATUSES = {
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivery_unconfirmed": DeliveryStatus.SENT,  # its end: the carrier sent no receipt
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "delivery_failed": DeliveryStatus.UNDELIVERED,
    "sending_failed": DeliveryStatus.FAILED,
    "expired": DeliveryStatus.FAILED,
}
KEYWORDS = {kind.name: kind for kind in KeywordKind}  # of `autoresponse_type`
STOPPED = "40300"

REFUSED_KEY = "10009"
TOO_MANY = "10011"
ERRORS: dict[str, Rule] = {
    **rules(Advice.STOP, _("The ITSP refused the channel's credentials."), REFUSED_KEY, "10010", "20002"),
    **rules(Advice.STOP, _("The account at the ITSP is not active."), "20006", "20012", "20013", "20014"),
    **rules(Advice.STOP, _("The account at the ITSP has no money left."), "20100"),
    **rules(Advice.STOP, _("The messaging profile is disabled."), "40312"),
    **rules(Advice.STOP, _("The account at the ITSP may not send texts."), "40314"),
    **rules(Advice.STOP, _("The sending number is not set up for texts."), "40100", "40150"),
    **rules(Advice.STOP, _("The sending number can't be used from this account."), "40305", "40306"),
    **rules(Advice.STOP, _("The sending number is not in the messaging profile."), "40308", "40321"),
    **rules(Advice.STOP, _("The sending number's toll-free verification is missing."), "40329"),
    **rules(Advice.STOP, _("The sending number is not registered for A2P 10DLC."), "40010", "40013"),
    **rules(Advice.LATER, _("The sending number is not ready yet at the ITSP."), "40151", "40320"),
    **rules(Advice.LATER, _("The number's daily limit is reached."), "40016"),
    **rules(Advice.RETRY, _("Too many requests; it is tried again."), TOO_MANY),
    **rules(Advice.SLOW_DOWN, _("The ITSP's queue of the sending number is full."), "40318"),
    **rules(Advice.SLOW_DOWN, _("Sent faster than the contact's carrier allows."), "40011", "40018"),
    **rules(Advice.UNKNOWN, _("The ITSP had an internal error."), "10007", "10008"),
    **rules(Advice.FAIL, _("The contact has opted out; only their START re-opens it."), STOPPED),
    **final(_("This is not a valid phone number."), "10002", "10016", "40310"),
    **final(_("This number can't receive texts."), "40001", "40012"),
    **final(_("This number can't be reached from the sending number."), "40301", "40319"),
    **final(
        _("Texts to this country are not enabled; an admin must allow it in the messaging profile."), "40309"
    ),
    **final(_("The text is too long."), "40302", "40328"),
    **final(_("The text is empty."), "40316"),
    **final(_("The ITSP does not take this text."), "10004", "40009", "40304", "40322"),
    **final(_("An attachment can't be sent."), "40317"),
    **rules(Advice.FAIL, _("Blocked by the carrier."), "40002", "40003", "40015", "40017", "40315"),
    **rules(Advice.FAIL, _("The contact's carrier refused it."), "40004"),
    **rules(Advice.FAIL, _("It waited too long at the ITSP and was not sent."), "40005", "40014"),
    **rules(Advice.FAIL, _("The contact's carrier is out of service. Try again later."), "40006"),
    **rules(Advice.FAIL, _("The carrier could not deliver it and did not say why."), "40008"),
}

# By the HTTP status, which stands for the code then.
_WITHOUT_CODE = {"401": ERRORS[REFUSED_KEY], "403": ERRORS[REFUSED_KEY], "429": ERRORS[TOO_MANY]}
FINAL_CODES = frozenset(code for code, rule in ERRORS.items() if rule.is_final)
REFUSED = _("The ITSP refused it (error %(code)s).")
UNNAMED = Kind("telnyx-unnamed", REFUSED)  # of a code that does not mean here what it else does


def rule_for(code: str, http_status: int) -> Rule:
    """A known code's rule, whatever the HTTP status: Telnyx answers the same code with several.

    But for 409, by whatever code: a repeat came while the first try was under way, which may yet succeed.
    """
    if http_status == 409:
        return Rule(Advice.UNKNOWN, answers.NO_CLEAR_WORDS)
    if code in ERRORS:
        return ERRORS[code]
    if rule := _WITHOUT_CODE.get(str(http_status)):
        return rule
    if 400 <= http_status < 500 and http_status != 408:
        return Rule(Advice.FAIL, REFUSED)
    return Rule(Advice.UNKNOWN, answers.NO_CLEAR_WORDS)


def words_for(code: str) -> str:
    """An error code of a status in words; "" for none."""
    if not code:
        return ""
    rule = ERRORS.get(code) or _WITHOUT_CODE.get(code)
    return str(rule.words) if rule else REFUSED % {"code": code}


def advice_on(code: str) -> Advice:
    """An error code of a status as advice: whatever it is, the text was not delivered."""
    rule = ERRORS.get(code)
    return rule.advice if rule and rule.advice is not Advice.UNKNOWN else Advice.FAIL
