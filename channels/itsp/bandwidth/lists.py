"""What Bandwidth's list has of our texts: numbers, time and size, neither the words nor our reference.

How soon a text that was just sent is in it, Bandwidth does not say: so it proves no absence.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from channels.itsp import answers
from channels.itsp.api import UNREADABLE
from channels.itsp.bandwidth import tables
from channels.itsp.bandwidth.client import Account
from channels.itsp.bandwidth.webhook_calls import code_of, parts_of
from channels.itsp.base import Credentials
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.errors import Advice, ItspError
from channels.itsp.lists import Found
from channels.itsp.texts import Charge

PAGE, MOST_PAGES = 1000, 5
MARGIN = timedelta(minutes=2)  # of the two clocks, and of the list's own time
OUTBOUND = "OUTBOUND"
_OURS = {"messageDirection": OUTBOUND, "limitTotalCount": "true"}  # all of them are never counted


def sent(
    credentials: Credentials, *, since: datetime, must_end: bool, filters: Mapping[str, Any]
) -> list[Found]:
    """Outbound texts back to then, by our clock, newest first.

    `must_end`: an `ItspError` if that is more than we read.
    """
    account = Account(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s=settings.ITSP_LIST_TOTAL_S)
    asked = {**filters, **_OURS, "limit": PAGE, "fromDateTime": _written(since - MARGIN)}
    page, ahead = account.ask(asked)
    if abs(ahead) > MARGIN:
        asked["fromDateTime"] = _written(since - MARGIN - ahead)
        page, ahead = account.ask(asked)
    texts = _texts(page, ahead)
    for _more in range(1, MOST_PAGES):
        token = _next_of(page)
        if not token:
            break
        page, _ahead = account.ask({**asked, "pageToken": token})  # one clock for all, or their order is lost
        texts += _texts(page, ahead)
    if must_end and _next_of(page):
        raise _unreadable()
    return sorted(texts, key=lambda text: text.created_at, reverse=True)


def one(credentials: Credentials, message_id: str) -> Found:
    """Of a text that is not in the list, perhaps not yet, Bandwidth refuses to tell: of that one alone."""
    account = Account(credentials, settings.ITSP_CHECK_TIMEOUT_S)
    page, ahead = account.ask({"messageId": message_id})
    found = next((text for text in _texts(page, ahead) if text.itsp_message_id == message_id), None)
    if found is None:
        raise ItspError(Advice.FAIL, tables.NOT_LISTED())
    return found


def newest(credentials: Credentials, total_s: float) -> timedelta:
    """Asks for one text of ours, to see whether it is told. Gives how far our clock is ahead."""
    account = Account(credentials, settings.ITSP_CHECK_TIMEOUT_S, total_s)
    return account.ask({**_OURS, "limit": 1})[1]


def _texts(page: dict[str, Any], ahead: timedelta) -> list[Found]:
    try:
        return [_found(row, ahead) for row in page["messages"] if row["messageDirection"] == OUTBOUND]
    except UNREADABLE as error:
        raise _unreadable() from error


def _found(row: dict[str, Any], ahead: timedelta) -> Found:
    code = code_of(row)
    status = tables.LISTED_STATUSES.get(row["messageStatus"], DeliveryStatus.ACCEPTED)
    return Found(
        itsp_message_id=str(row["messageId"]),
        body=None,
        created_at=_read(row["receiveTime"]) + ahead,
        status=tables.failed_status(code) if status is DeliveryStatus.FAILED else status,
        error_code=code,
        reason=tables.words_for(code),
        media_count=_count(row.get("attachmentCount")) or 0,
        characters=_count(row.get("messageLength")),
        charge=Charge(parts_of(row)),
    )


def _next_of(page: dict[str, Any]) -> str:
    info = page.get("pageInfo")
    token = info.get("nextPageToken") if isinstance(info, dict) else ""
    return str(token or "") if page["messages"] else ""


def _count(told: Any) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _unreadable() -> ItspError:
    return ItspError(Advice.RETRY, answers.NO_LIST())
