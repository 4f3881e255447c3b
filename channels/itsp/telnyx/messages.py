"""What Telnyx tells of a message, alike in its answers and in its calls."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, DecimalException
from typing import Any

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.telnyx import tables
from channels.itsp.texts import Charge
from channels.itsp.written import storable

MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
CODE = re.compile(r"[1-9][0-9]{0,5}")
_CURRENCY = re.compile(r"[A-Z]{3}")
MOST_PARTS = 1000


def text_of(value: Any) -> str:
    """ "" of what is no text."""
    return storable(value) if isinstance(value, str) else ""


def id_of(message: Mapping[str, Any]) -> str:
    """ "" if it has none of the form that Telnyx's have."""
    told = message.get("id")
    return told if isinstance(told, str) and MESSAGE_ID.fullmatch(told) else ""


def charge_of(message: Mapping[str, Any]) -> Charge:
    parts, cost = message.get("parts"), message.get("cost")
    known = isinstance(parts, int) and not isinstance(parts, bool) and 0 < parts <= MOST_PARTS
    price, currency = _price(cost) if isinstance(cost, Mapping) else (None, "")
    return Charge(parts if known else None, price, currency)


def _price(cost: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    currency = cost.get("currency")
    try:
        amount = Decimal(str(cost.get("amount")))
    except DecimalException:
        return None, ""
    if not (isinstance(currency, str) and _CURRENCY.fullmatch(currency) and amount.is_finite()):
        return None, ""
    return (amount, currency) if 0 <= amount < 10_000 else (None, "")


def status_of(message: Mapping[str, Any]) -> DeliveryStatus | None:
    """None for a status that we don't know."""
    to = message.get("to")
    first = to[0] if isinstance(to, list) and to else None
    told = first.get("status") if isinstance(first, Mapping) else None
    return tables.STATUSES.get(told) if isinstance(told, str) else None


def error_of(message: Mapping[str, Any]) -> tuple[str, str]:
    """Code and words of what went wrong; ("", "") if nothing did.

    40300 has several meanings: only one whose title speaks of STOP is an opt-out.
    """
    errors = message.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, Mapping):
        return "", ""
    code, title = str(first.get("code", "")), str(first.get("title") or "")
    if not CODE.fullmatch(code):
        return "", ""
    if code == tables.STOPPED and title and "stop" not in title.lower():
        return "", tables.UNNAMED(code=code)
    return code, tables.words_for(code)


def moment_of(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
