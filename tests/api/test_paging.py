"""Pages follow a cursor, so that what comes in meanwhile moves nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions.models import Message, MessagingSession
from tests.api.conftest import Caller
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


def pages(caller: Caller, path: str, **query: Any) -> list[list[int]]:
    """The ids of each page, to the end."""
    found, cursor = [], ""
    while True:
        answer = caller.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        found.append([item["id"] for item in answer["items"]])
        cursor = answer["next_cursor"]
        if cursor is None:
            return found


@pytest.fixture
def five(post_inbound: Post) -> list[int]:
    """Ids of sessions, the newest first; all but one at the same moment, so that the id decides."""
    for number in range(5):
        post_inbound(number, "Hello", From=f"+1415555012{number}")
    now = timezone.now()
    MessagingSession.objects.update(last_active_at=now)
    ids = list(MessagingSession.objects.order_by("-pk").values_list("pk", flat=True))
    MessagingSession.objects.filter(pk=ids[4]).update(last_active_at=now + timedelta(seconds=1))
    return [ids[4], *ids[:4]]


def test_pages_hold_every_session_once(ada: Caller, five: list[int]) -> None:
    assert pages(ada, "sessions", limit=2) == [five[:2], five[2:4], five[4:]]
    assert pages(ada, "sessions", limit=5) == [five]
    assert pages(ada, "sessions", state="mine") == [[]]


def test_next_page_stays_the_same_when_something_comes_in(
    ada: Caller, five: list[int], post_inbound: Post
) -> None:
    first = ada.get("sessions", limit=2).json()
    post_inbound(9, "Somebody else", From="+14155550129")
    following = ada.get("sessions", limit=2, cursor=first["next_cursor"]).json()
    assert [item["id"] for item in following["items"]] == five[2:4]


def test_search_is_paged_too(ada: Caller, five: list[int]) -> None:
    assert pages(ada, "sessions", limit=3, q="hello") == [five[:3], five[3:]]


def test_thread_is_paged_by_place(ada: Caller, mine: MessagingSession, post_inbound: Post) -> None:
    for number in range(10, 13):
        post_inbound(number, "More")
    Message.objects.filter(body="More").update(created_at=mine.opened_at)  # came in late
    newest_first = list(mine.messages.order_by("-pk").values_list("pk", flat=True))
    found = pages(ada, f"sessions/{mine.pk}/messages", limit=2)
    assert found == [newest_first[:2], newest_first[2:4], newest_first[4:]]
