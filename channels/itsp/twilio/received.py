"""What contacts sent to a number, from Twilio's list of messages: for texts that no webhook brought."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from channels.itsp.base import Credentials
from channels.itsp.lists import Received, ReceivedList
from channels.itsp.texts import InboundSms, MediaRef
from channels.itsp.twilio.client import TwilioSender, texting_client_of
from channels.itsp.twilio.errors import translated_list
from channels.itsp.twilio.http import ERRORS
from channels.itsp.twilio.media import LIMITS
from channels.itsp.twilio.regions import api_host
from channels.itsp.twilio.webhook_calls import ADDRESS, MESSAGE_ID

PAGE = 1000
# Dates in the list are of whole seconds, and so is the clock of an answer.
CLOCKS_AGREE, ROUNDING = timedelta(seconds=5), timedelta(seconds=1)
MEDIA_ID = re.compile(r"ME[0-9a-f]{32}")


def received(
    credentials: Credentials, *, recipient: str, since: datetime, until: datetime, most_calls: int
) -> ReceivedList:
    """The list is newest first; it is read back to `since`, or as far as the calls reach."""
    account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.ITSP_LIST_TOTAL_S)
    texts: list[Received] = []
    with lists_errors():
        page, ahead, calls = _first_page(account, recipient, since, until + ROUNDING)
        while page is not None:
            texts += [text for message in page if (text := _text(message, ahead))]
            if calls >= most_calls:
                break
            page = page.next_page()
            calls += page is not None
    is_whole = page is None or not page.next_page_url
    return ReceivedList(texts[::-1], is_whole, calls)


def media_of(credentials: Credentials, message_sid: str) -> tuple[MediaRef, ...]:
    client = texting_client_of(credentials)
    with lists_errors():
        files = client.messages(message_sid).media.page(page_size=LIMITS.most)
        found = [(str(file.sid), str(file.content_type or "")) for file in files]
    account = f"https://{api_host(credentials)}/2010-04-01/Accounts/{credentials['account_sid']}"
    return tuple(
        MediaRef(f"{account}/Messages/{message_sid}/Media/{sid}", content_type[:127])
        for sid, content_type in found[: LIMITS.most]
        if MEDIA_ID.fullmatch(sid)
    )


@contextmanager
def lists_errors() -> Iterator[None]:
    try:
        yield
    except ERRORS as error:
        raise translated_list(error) from error


def _first_page(
    account: TwilioSender, recipient: str, since: datetime, until: datetime
) -> tuple[Any, timedelta, int]:
    """The page, how far our clock is ahead of Twilio's, and how many calls it took."""

    def page(ahead: timedelta) -> Any:
        between = {"date_sent_after": since - ahead, "date_sent_before": until - ahead}
        return account.messages.page(to=recipient, page_size=PAGE, **between)

    first = page(timedelta(0))
    ahead = account.http.ahead()
    if abs(ahead) <= CLOCKS_AGREE:
        return first, timedelta(0), 1
    return page(ahead), ahead, 2


def _text(message: Any, ahead: timedelta) -> Received | None:
    """None for what we sent ourselves, and for what has not the form that Twilio's own have."""
    sid, sender, recipient = str(message.sid), str(message.from_ or ""), str(message.to)
    is_of_somebody = not sender or ADDRESS.fullmatch(sender)
    well_formed = MESSAGE_ID.fullmatch(sid) and is_of_somebody and ADDRESS.fullmatch(recipient)
    at = message.date_sent or message.date_created
    if message.direction != "inbound" or not well_formed or not isinstance(at, datetime):
        return None
    body = str(message.body or "").replace("\0", "\N{REPLACEMENT CHARACTER}")
    sms = InboundSms(sid, str(message.account_sid), sender, recipient, body)
    return Received(sms, at + ahead, int(message.num_media or 0))
