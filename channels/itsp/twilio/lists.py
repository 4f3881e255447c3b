"""Lists of what was sent, read from the newest back to a moment, bounded by time and by pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from channels.itsp import answers
from channels.itsp.base import Credentials
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from channels.itsp.twilio.client import TwilioSender, found, twilios_errors

PAGE, MOST_PAGES = 1000, 5
DISORDER = timedelta(minutes=2)  # the list is newest first, but nobody promises it to the second


def sent(
    credentials: Credentials, *, since: datetime, must_end: bool, filters: Mapping[str, Any]
) -> list[Found]:
    """Outbound texts back to then, by our clock, and some older ones.

    `must_end`: an `ItspError` if that is more than we read.
    """
    account = TwilioSender(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.ITSP_LIST_TOTAL_S)
    texts: list[Found] = []
    with twilios_errors():
        page = account.messages.page(page_size=PAGE, **filters)
        for number in range(1, MOST_PAGES + 1):
            ahead = account.http.ahead()
            read = [(found(message, ahead), message.direction) for message in page]
            texts += [text for text, direction in read if direction != "inbound"]
            if read and read[-1][0].created_at < since - DISORDER:
                return texts
            page = page.next_page() if number < MOST_PAGES or must_end else None
            if page is None:
                return texts
    raise ItspError(Advice.UNKNOWN, answers.NO_CLEAR_ANSWER())
