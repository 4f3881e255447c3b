"""Administrators delete what agents, or other administrators, are at: nobody waits in a circle."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions, opened
from sessions.actions.owning import own
from sessions.actions.transferring import move
from sessions.ending import archiving
from sessions.lanes import seats
from sessions.models import Attempt, Message, MessagingSession, Priority
from tests.factories import Road, make_agent, make_queue, make_road
from tests.portal import logged_in

pytestmark = pytest.mark.django_db(transaction=True)

WAITING_S = 0.7  # until the other one waits for what we hold; PostgreSQL looks for circles after a second


def started(act: Callable[[], Any], errors: list[Exception]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def together(*acts: Callable[[], Any]) -> list[Exception]:
    """All at once; what they raised."""
    barrier, errors = threading.Barrier(len(acts)), list[Exception]()

    def begin(act: Callable[[], Any]) -> None:
        barrier.wait()
        act()

    threads = [started(lambda act=act: begin(act), errors) for act in acts]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return errors


@transaction.atomic
def open_session(road: Road, contact: str) -> MessagingSession:
    return opened.open_session(road.number, contact, at=timezone.now())


def owned(road: Road, agent: Extension, contact: str) -> MessagingSession:
    session = open_session(road, contact)
    actions.pick_up(session, agent=agent)
    return session


def written(session: MessagingSession, agent: Extension) -> Message:
    return Message.objects.create(
        session=session,
        kind="outbound",
        created_at=session.opened_at,
        body="Hello",
        author=agent,
        status="queued",
    )


def test_channel_is_deleted_while_a_text_is_accepted_on_it(road: Road, agents: list[Extension]) -> None:
    """The agent holds the session and then names the channel; deleting wants both, too."""
    session, errors = owned(road, agents[0], "+14155550101"), list[Exception]()
    with transaction.atomic():
        own(session, agents[0])
        deleting = started(lambda: archiving.archive_channel(road.channel, cancel_waiting=True), errors)
        time.sleep(WAITING_S)
        seats.enqueue(written(session, agents[0]), segments=1, priority=Priority.ANSWER)
    deleting.join()
    archiving.close_left_behind()
    archiving.cancel_left_behind()
    assert errors == []
    assert Channel.objects.live().count() == 0
    assert not MessagingSession.objects.open().exists()
    assert Attempt.objects.get().status == "cancelled"


def test_extension_is_deleted_while_its_agent_writes(
    road: Road, agents: list[Extension], queue: MessageQueue
) -> None:
    session, errors = owned(road, agents[0], "+14155550101"), list[Exception]()
    with transaction.atomic():
        own(session, agents[0])
        deleting = started(lambda: archiving.archive_extension(agents[0]), errors)
        time.sleep(WAITING_S)
        seats.enqueue(written(session, agents[0]), segments=1, priority=Priority.ANSWER)
    deleting.join()
    assert errors == []
    session.refresh_from_db()
    assert (session.agent, session.queue) == (None, queue)


@pytest.mark.long
def test_two_extensions_are_deleted_each_with_the_other_as_destination(
    road: Road, agents: list[Extension]
) -> None:
    ada, ben = agents[:2]
    for number in range(6):
        owned(road, agents[number % 2], f"+141555501{number:02}")
    errors = together(
        lambda: archiving.archive_extension(ada, to=ben), lambda: archiving.archive_extension(ben, to=ada)
    )
    assert [type(error) for error in errors] in ([actions.NoDestination], [archiving.Hindered])
    assert Extension.objects.live().filter(pk__in=[ada.pk, ben.pk]).count() == 1


def test_two_agents_hand_over_to_each_other(road: Road, agents: list[Extension]) -> None:
    ada, ben = agents[:2]
    for number in range(10):
        first = owned(road, ada, f"+141555501{number:02}")
        second = owned(road, ben, f"+141555502{number:02}")
        errors = together(
            lambda first=first: actions.transfer(first, agent=ada, to=ben),  # type: ignore[misc]
            lambda second=second: actions.transfer(second, agent=ben, to=ada),  # type: ignore[misc]
        )
        assert errors == []


def test_bulk_moves_of_the_same_sessions_take_them_in_one_order(road: Road, agents: list[Extension]) -> None:
    for number in range(20):
        open_session(road, f"+141555501{number:02}")
    other = make_queue(*agents, name="Other")
    everything = MessagingSession.objects.open()
    for _ in range(5):
        errors = together(
            lambda: move(everything.order_by("contact"), to=other),
            lambda: move(everything.order_by("-contact"), to=agents[1]),
        )
        assert errors == []


@pytest.mark.parametrize("kind", ["channels", "extensions", "queues"])
@pytest.mark.parametrize("data", [{}, {"waiting": "drain"}])
def test_two_administrators_delete_the_same(kind: str, data: dict[str, str]) -> None:
    agent = make_agent("1001")
    queue = make_queue(agent, name="Gone")
    pk = {
        "channels": lambda: make_road(make_agent("1002")).channel.pk,
        "extensions": lambda: agent.pk,
        "queues": lambda: queue.pk,
    }[kind]()
    admins = [User.objects.create_user(f"admin{n}", role=Role.ADMINISTRATOR) for n in range(2)]
    browsers, answers = [logged_in(admin) for admin in admins], list[int]()

    def delete(browser: Client) -> None:
        answers.append(browser.post(f"/{kind}/{pk}/delete/", data).status_code)

    errors = together(*[lambda browser=browser: delete(browser) for browser in browsers])
    assert errors == []
    assert set(answers) <= {302, 404}
    assert 302 in answers
