"""Programs list scheduled texts, and change them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions.models import Attempt, MessagingSession
from tests.api.conftest import Caller, code_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def schedule(ada: Caller, session: MessagingSession, body: str, hours: int, **others: object) -> int:
    due_at = (timezone.now() + hours * HOUR).isoformat()
    answer = ada.post(f"sessions/{session.pk}/messages", {"body": body, "due_at": due_at, **others})
    found: int = answer.json()["id"]
    return found


def test_programs_list_change_and_send_scheduled_texts(
    ada: Caller, ben: Caller, mine: MessagingSession
) -> None:
    second, first = schedule(ada, mine, "Second", 2), schedule(ada, mine, "First", 1)
    page = ada.get("scheduled", limit=1).json()
    assert [one["id"] for one in page["items"]] == [first]
    page = ada.get("scheduled", limit=1, cursor=page["next_cursor"]).json()
    assert ([one["id"] for one in page["items"]], page["next_cursor"]) == ([second], None)
    assert ben.get("scheduled").json()["items"] == []
    assert ada.get("scheduled", agent="1002").json()["items"] == []
    assert len(ada.get("scheduled", agent="1001", queue=mine.queue_id).json()["items"]) == 2
    changed = ada.post(f"messages/{first}/reschedule", {"body": "Other words", "until_reply": True}).json()
    assert (changed["body"], changed["until_reply"], changed["status"]) == ("Other words", True, "scheduled")
    past = ada.post(f"messages/{first}/reschedule", {"due_at": "2020-01-01T00:00:00Z"})
    assert code_of(past) == (422, "bad_time")
    assert ben.post(f"messages/{first}/reschedule", {"body": "Mine"}).status_code == 404
    assert ada.post(f"messages/{first}/send-now").json()["status"] == "queued"
    assert code_of(ada.post(f"messages/{first}/send-now")) == (409, "not_scheduled")
    assert [one["id"] for one in ada.get("scheduled").json()["items"]] == [second]


def test_answer_cancels_what_programs_have_scheduled_until_then(
    ada: Caller, mine: MessagingSession, post_inbound: Post
) -> None:
    schedule(ada, mine, "Please pay", 1, until_reply=True)
    post_inbound(9, "Paid")
    assert Attempt.objects.get().status == "cancelled"
    newest = ada.get(f"sessions/{mine.pk}/messages").json()["items"][0]
    assert newest["event"] == "contact_first"
