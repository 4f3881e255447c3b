"""The numbers of an account, each with where its texts go now, by one list."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from channels.itsp.base import Credentials
from channels.itsp.set_up import AccountNumber, AccountNumbers, CheckOutcome, Finding, SetUp
from channels.itsp.twilio.client import client_of
from channels.itsp.twilio.errors import translated_numbers
from channels.itsp.twilio.http import ERRORS
from channels.itsp.twilio.number_checks import NumberChecks
from channels.itsp.twilio.services import Services

MOST = 1000  # Twilio's largest page


def read(credentials: Credentials, set_up: SetUp) -> AccountNumbers:
    """Of Messaging Services nothing is asked: they concern others, too. The set-up check tells them."""
    client = client_of(credentials, total_s=settings.ITSP_CHECK_TIMEOUT_S)
    try:
        found = client.incoming_phone_numbers.list(limit=MOST, page_size=MOST)
        numbers = [_number(client, set_up, one) for one in found]
    except ERRORS as error:
        raise translated_numbers(error) from error
    return AccountNumbers(sorted(numbers, key=lambda one: one.address), is_whole=len(found) < MOST)


def _number(client: Any, set_up: SetUp, found: Any) -> AccountNumber:
    address, can = found.phone_number, found.capabilities
    if not isinstance(address, str) or not isinstance(can.get("sms"), bool):
        raise TypeError("a number without its address, or no word of SMS")
    url, channel_at = set_up.webhook_url, set_up.channel_at
    checks = NumberChecks(client, None, Services(client), address, url, channel_at=channel_at)
    name = found.friendly_name if isinstance(found.friendly_name, str) else ""
    return AccountNumber(
        address=address,
        name="" if name == address else name,
        can_text=can["sms"],
        can_picture=bool(can.get("mms")),
        findings=[one for one in _findings(checks, found) if one.outcome is CheckOutcome.FAIL or one.changes],
    )


def _findings(checks: NumberChecks, found: Any) -> Iterator[Finding]:
    yield checks.webhook(found)
    if found.sms_application_sid:
        yield checks.override(found)
