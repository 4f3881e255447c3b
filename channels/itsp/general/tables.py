"""What statuses and HTTP's own refusals mean."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from channels.itsp import answers
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice
from pbx_messaging.said import Kind

STATUSES: Mapping[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "rejected": DeliveryStatus.FAILED,
    "expired": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "cancelled": DeliveryStatus.CANCELLED,
    "canceled": DeliveryStatus.CANCELLED,
}

REFUSED = Kind("general-refused", _("The provider refused the text (%(code)s)."))
INNER_ADDRESS = Kind("general-inner-address", _("The provider’s address leads into a private network."))
_KEY_REFUSED = Kind("general-key-refused", _("The provider does not accept the API key."))
_OWN_ERROR = _("The provider reports an error of its own.")
_TOO_FAST = Kind("general-too-fast", _("The provider takes texts more slowly."))
_MOVED = Kind("general-moved", _("The Send URL answers with a redirect. Enter the address that it leads to."))
# What the server may have done before it gave up, or may do yet.
_UNCLEAR = frozenset({408, 425})


def words_for(error_code: str) -> str:
    """A provider's codes are its own, and only it knows what they mean."""
    return str(_OWN_ERROR) if error_code else ""


def rule_for(status: int) -> tuple[Advice, Kind]:
    """What an HTTP status other than 2xx means for a text, and how we say it."""
    if status in {401, 403}:
        return Advice.STOP, _KEY_REFUSED
    if status == 429:
        return Advice.SLOW_DOWN, _TOO_FAST
    if 300 <= status < 400:
        return Advice.STOP, _MOVED
    if 400 <= status < 500 and status not in _UNCLEAR:
        return Advice.FAIL, REFUSED
    return Advice.UNKNOWN, answers.NO_CLEAR_ANSWER
