"""Sessions are put off by programs, too."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from tests.api.conftest import Caller, code_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1, "Is it there?")
    found = MessagingSession.objects.get()
    actions.pick_up(found, agent=agents[0])
    return found


def test_programs_snooze_and_end_it(session: MessagingSession, ada: Caller, ben: Caller) -> None:
    path = f"sessions/{session.pk}"
    until = (timezone.now() + DAY).replace(microsecond=0)
    answer = ada.post(f"{path}/snooze", {"until": until.isoformat()})
    assert datetime.fromisoformat(answer.json()["snoozed_until"]) == until

    def ids(state: str) -> list[int]:
        return [one["id"] for one in ada.get("sessions", state=state).json()["items"]]

    assert (ids("mine"), ids("snoozed"), ids("all")) == ([], [session.pk], [session.pk])
    assert ada.post(f"{path}/unsnooze").json()["snoozed_until"] is None
    assert (ids("mine"), ids("snoozed")) == ([session.pk], [])
    assert ben.post(f"{path}/snooze", {"until": until.isoformat()}).status_code == 404
    past = ada.post(f"{path}/snooze", {"until": "2020-01-01T00:00:00Z"})
    assert code_of(past) == (422, "bad_snooze")
    assert past.json()["errors"] == {"until": ["Choose a time in the future, within the next year."]}
