"""Whoever is mentioned hears of it at once, and then of all that happens in the session."""

from collections.abc import Callable

import pytest

from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from tests.product import Stack
from tests.sessions.conftest import Post
from tests.sessions.live.listening import Listener

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


def test_mentioned_hears_of_the_note_and_of_what_comes_after(
    session: MessagingSession, agents: list[Extension], start_stack: Callable[..., Stack]
) -> None:
    actions.pick_up(session, agent=agents[0])
    stack = start_stack(EVENTS_HEARTBEAT_S="0.5")
    cleo = Listener(stack.url, agents[2].user)
    assert cleo.until("hello")
    actions.add_note(session, agent=agents[0], body="Nobody is mentioned")
    actions.add_note(session, agent=agents[0], body="@Cleo")
    assert cleo.until("message") == ["message"]
    assert cleo.until("reset") == ["reset"]  # what she may hear has grown
    actions.set_tags(session, tags=[])
    assert cleo.until("session") == ["session"]
    cleo.close()
