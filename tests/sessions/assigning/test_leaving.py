"""What becomes of assigned sessions whose agent leaves."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.assigning import giving, leaving
from sessions.models import Absence, MessagingSession
from sessions.presence import online
from sessions.queries import operations_of
from tests.portal import logged_in, text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.assigning.conftest import Come, Waiting, owners
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
AWAY, AVAILABLE = Extension.Availability.AWAY, Extension.Availability.AVAILABLE
GRACE = timedelta(seconds=settings.ABSENCE_GRACE_S)
SOON = timedelta(seconds=5)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def ada_s(agents: list[Extension], come: Come, waiting: Waiting) -> MessagingSession:
    """A session that was assigned to Ada, whose contact waits."""
    (session,) = waiting(1)
    come(agents[0])
    giving.assign()
    return MessagingSession.objects.get(pk=session.pk)


@pytest.mark.parametrize("how", ["offline", "away"])
def test_it_goes_back_after_the_grace_and_to_the_next_who_can(
    agents: list[Extension], ada_s: MessagingSession, come: Come, now: datetime, how: str
) -> None:
    if how == "away":
        come(*agents)
        actions.set_availability(agents[0], to=AWAY)
    else:
        come(agents[1])
    assert (leaving.give_back(now=now), leaving.give_back(now=now + GRACE - SOON)) == (0, 0)
    assert leaving.give_back(now=now + GRACE) == 1
    assert (owners(ada_s), lines(ada_s)) == ([None], ["assigned", "returned"])
    giving.assign()
    assert (owners(ada_s), lines(ada_s)) == (["Ben"], ["assigned", "returned", "assigned"])
    line = operations_of(ada_s)[1]
    html = logged_in(agents[1].user).get(f"/inbox/{ada_s.pk}/").content.decode()
    assert "Ada was not there any more, so the session went back to Support." in text_of(html)
    assert (line.author, line.to_queue) == (agents[0], ada_s.queue)


def test_who_comes_back_within_the_grace_keeps_it(
    agents: list[Extension], ada_s: MessagingSession, come: Come, now: datetime
) -> None:
    come()
    leaving.give_back(now=now)
    come(agents[0])
    leaving.give_back(now=now + GRACE - SOON)
    come()
    assert leaving.give_back(now=now + GRACE + SOON) == 0  # a second absence, with a grace of its own
    assert leaving.give_back(now=now + GRACE + SOON + GRACE) == 1


def test_answered_one_stays_until_the_contact_writes(
    agents: list[Extension], ada_s: MessagingSession, come: Come, now: datetime, post_inbound: Post
) -> None:
    actions.reply(ada_s, agent=agents[0], body="Till six")
    come(agents[1])
    leaving.give_back(now=now)
    assert leaving.give_back(now=now + GRACE) == 0
    post_inbound(9, "Thanks!", From=ada_s.contact)
    assert leaving.give_back(now=now + GRACE) == 1
    assert giving.assign() == 1
    assert owners(ada_s) == ["Ben"]


@pytest.mark.parametrize("how", ["disabled", "out of the queue"])
def test_it_goes_back_at_once(
    agents: list[Extension], ada_s: MessagingSession, queue: MessageQueue, now: datetime, how: str
) -> None:
    if how == "disabled":
        User.objects.filter(pk=agents[0].user_id).update(is_active=False)
    else:
        queue.agents.remove(agents[0])
    assert (leaving.give_back(now=now), owners(ada_s)) == (1, [None])


def test_who_logs_out_is_not_waited_for(
    agents: list[Extension], ada_s: MessagingSession, come: Come, now: datetime
) -> None:
    page = logged_in(agents[0].user)
    come(*agents[:2])
    page.post("/logout/")
    assert online.online([agents[0].pk, agents[1].pk]) == {agents[1].pk}
    last_page = timedelta(milliseconds=online.lifetime_ms())
    assert leaving.give_back(now=timezone.now()) == 0  # another page of Ada's may say that she is there
    assert leaving.give_back(now=timezone.now() + last_page) == 1
    giving.assign()
    assert owners(ada_s) == ["Ben"]


def test_who_logs_out_at_one_of_two_places_keeps_it(
    agents: list[Extension], ada_s: MessagingSession, come: Come
) -> None:
    logged_in(agents[0].user).post("/logout/")
    come(agents[0])
    assert leaving.give_back(now=timezone.now() + GRACE) == 0
    assert not Absence.objects.exists()


@pytest.mark.parametrize("how", ["transferred", "begun", "other mode"])
def test_what_did_not_come_by_the_queue_stays(
    agents: list[Extension], ada_s: MessagingSession, come: Come, now: datetime, how: str
) -> None:
    if how == "transferred":
        actions.transfer(ada_s, agent=agents[0], to=agents[2])  # who is not in the queue
    elif how == "begun":
        MessagingSession.objects.update(taken_at=None)
    else:
        MessageQueue.objects.update(pickup_mode="manual")
    come()
    leaving.give_back(now=now)
    assert leaving.give_back(now=now + GRACE) == 0


def test_supervisor_who_is_not_in_the_queue_keeps_what_was_picked_up(
    agents: list[Extension], queue: MessageQueue, come: Come, waiting: Waiting, now: datetime
) -> None:
    (session,) = waiting(1)
    User.objects.filter(pk=agents[2].user_id).update(role=Role.SUPERVISOR)
    agents[2].user.supervised_queues.add(queue)
    cleo = Extension.objects.get(pk=agents[2].pk)
    come(cleo)
    actions.pick_up(session, agent=cleo)
    assert leaving.give_back(now=now + GRACE) == 0
    come()
    leaving.give_back(now=now)
    assert leaving.give_back(now=now + GRACE) == 1


def test_nobody_is_absent_while_nobody_knows(
    ada_s: MessagingSession, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "everybody_online", lambda: None)
    leaving.give_back(now=now)
    assert leaving.give_back(now=now + GRACE) == 0
