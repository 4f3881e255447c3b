"""What agents can do, and who is first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from routing.models import Extension
from sessions import actions
from sessions.models import Message, MessagingSession
from sessions.queries import inbox_of
from tests.factories import CONTACT, Road, make_agent
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


def lines(session: MessagingSession) -> list[str]:
    return list(session.messages.filter(kind="system").order_by("pk").values_list("system_line", flat=True))


def test_waiting_session_is_seen_by_the_agents_of_its_queue_only(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    assert [inbox_of(agent).count() for agent in agents] == [1, 1, 0]


def test_picked_up_session_is_seen_by_its_owner_only(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[1])
    assert [inbox_of(agent).count() for agent in agents] == [0, 1, 0]
    assert lines(waiting) == ["picked_up"]


def test_agent_outside_of_the_queue_can_not_pick_up(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    with pytest.raises(actions.AlreadyPickedUp):
        actions.pick_up(waiting, agent=agents[2])
    assert MessagingSession.objects.get().agent is None


@pytest.mark.django_db(transaction=True)
def test_ten_agents_pick_up_at_once_and_one_wins(road: Road, waiting: MessagingSession) -> None:
    ten = [make_agent(f"20{number:02}", f"Agent {number}") for number in range(10)]
    assert road.number.queue is not None
    road.number.queue.agents.add(*ten)

    def pick_up(agent: Extension) -> Extension | None:
        """Who has it, as this agent is told."""
        try:
            actions.pick_up(MessagingSession.objects.get(pk=waiting.pk), agent=agent)
        except actions.AlreadyPickedUp as lost:
            return lost.by
        else:
            return agent
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        told = set(threads.map(pick_up, ten))
    assert told == {MessagingSession.objects.get().agent}
    assert lines(waiting) == ["picked_up"]


def test_only_the_owner_answers_and_closes(waiting: MessagingSession, agents: list[Extension]) -> None:
    actions.pick_up(waiting, agent=agents[0])
    with pytest.raises(actions.NotTheOwner):
        actions.reply(waiting, agent=agents[1], body="Me too")
    with pytest.raises(actions.NotTheOwner):
        actions.close(waiting, agent=agents[1])
    assert Message.objects.filter(kind="outbound").count() == 0


def test_closed_session_takes_no_answer(waiting: MessagingSession, agents: list[Extension]) -> None:
    actions.pick_up(waiting, agent=agents[0])
    actions.close(waiting, agent=agents[0])
    with pytest.raises(actions.SessionClosed):
        actions.reply(waiting, agent=agents[0], body="Too late")
    assert lines(waiting) == ["picked_up", "closed"]


def test_new_message_needs_the_number_s_permission(road: Road, agents: list[Extension]) -> None:
    with pytest.raises(actions.NotAllowedToInitiate):
        actions.start_session(agent=agents[2], number=road.number, contact=CONTACT, body="Hi")
    assert MessagingSession.objects.count() == 0


def test_new_message_uses_the_open_session(
    waiting: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    message = actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi")
    assert message.session == waiting
    assert MessagingSession.objects.get().agent == agents[0]


def test_new_message_to_another_agent_s_contact_names_the_agent(
    waiting: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    with pytest.raises(actions.OwnedByAnother) as refused:
        actions.start_session(agent=agents[1], number=road.number, contact=CONTACT, body="Hi")
    assert refused.value.by == agents[0]
