"""Programs close sessions with texts that are still to go out, and reopen them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.models import Attempt, MessagingSession
from tests.api.conftest import Caller, code_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


def test_closing_says_what_becomes_of_scheduled_texts(ada: Caller, mine: MessagingSession) -> None:
    due_at = timezone.now() + timedelta(hours=1)
    close, text = f"sessions/{mine.pk}/close", {"body": "Tomorrow", "due_at": due_at.isoformat()}
    ada.post(f"sessions/{mine.pk}/messages", text)
    refused = ada.post(close)
    assert code_of(refused) == (409, "has_scheduled")
    words = "1 text is scheduled in it. Say by `scheduled` what becomes of it: “cancel” or “keep”."
    assert refused.json()["detail"] == words
    assert code_of(ada.post(f"{close}?scheduled=forget")) == (422, "invalid")
    assert ada.post(f"{close}?scheduled=keep").json()["state"] == "closed"
    assert Attempt.objects.get().status == "scheduled"
    ada.post(f"sessions/{mine.pk}/reopen")
    assert ada.post(f"{close}?scheduled=cancel").json()["state"] == "closed"
    assert Attempt.objects.get().status == "cancelled"


def test_closed_session_is_reopened_unless_there_is_another(
    ada: Caller, ben: Caller, mine: MessagingSession, post_inbound: Post
) -> None:
    reopen = f"sessions/{mine.pk}/reopen"
    assert code_of(ada.post(reopen)) == (409, "session_open")
    ada.post(f"sessions/{mine.pk}/close")
    session = ada.post(reopen).json()
    assert (session["state"], session["closed_at"]) == ("owned", None)
    assert ada.get(f"sessions/{mine.pk}/messages").json()["items"][0]["event"] == "reopened"
    ada.post(f"sessions/{mine.pk}/close")
    assert code_of(ben.post(reopen)) == (404, "not_found")
    post_inbound(2, "And tomorrow?")
    other = MessagingSession.objects.open().get()
    refused = ada.post(reopen)
    assert code_of(refused) == (409, "already_open")
    assert refused.json()["detail"] == f"Go on in that one: session {other.pk}."
    actions.pick_up(other, agent=Extension.objects.get(number="1002"))
    assert ada.post(reopen).json()["detail"] == "1002 Ben has it. Ask for a transfer."
