"""What Twilio asks for texts: it tells the parts at once, and the prices in its list, some time later."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from channels.itsp.base import Credentials
from channels.itsp.lists import ChargeList
from channels.itsp.texts import Charge
from channels.itsp.twilio.client import TwilioSender
from channels.itsp.twilio.received import ROUNDING, lists_errors
from channels.itsp.twilio.webhook_calls import MESSAGE_ID, parts_of

PAGE = 1000
_PRICE = re.compile(r"-?(\d{1,9}(\.\d{1,9})?)", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def listed(credentials: Credentials, *, since: datetime, until: datetime, most_calls: int) -> ChargeList:
    """Of all texts of the account, sent and received. Our clocks need agree to the hour only."""
    account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.ITSP_LIST_TOTAL_S)
    charges: dict[str, Charge] = {}
    with lists_errors():
        between = {"date_sent_after": since - ROUNDING, "date_sent_before": until + ROUNDING}
        page = account.messages.page(page_size=PAGE, **between)
        for _call in range(most_calls - 1):
            charges.update(_charges(page))
            page = page.next_page()
            if page is None:
                return ChargeList(charges)
        charges.update(_charges(page))
    return ChargeList(charges, is_whole=not page.next_page_url)


def _charges(page: Any) -> dict[str, Charge]:
    return {
        str(message.sid): charge_of(message) for message in page if MESSAGE_ID.fullmatch(str(message.sid))
    }


def charge_of(message: Any) -> Charge:
    """Of a text as the API tells it: the price is what leaves the account, as "-0.00790"."""
    price = _PRICE.fullmatch(str(message.price or ""))
    currency = str(message.price_unit or "").upper()
    parts = parts_of(str(message.num_segments or ""))
    if price is None or not _CURRENCY.fullmatch(currency):
        return Charge(parts)
    return Charge(parts, Decimal(price[1]), currency)
