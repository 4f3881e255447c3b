"""Workers, texts and agents at once: never two owners, never too many, and nobody is forgotten."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.assigning import giving, leaving
from sessions.models import Message, MessagingSession
from sessions.receiving import intake
from tests.factories import Road
from tests.sessions.assigning.conftest import Come
from tests.sessions.receiving.test_intake import text

pytestmark = pytest.mark.django_db(transaction=True)

CONTACTS, MOST_OPEN, TIMEOUT_S, GRACE_S = 60, 3, 60, 0.1
Line = Message.SystemLine


class Office:
    """Texts come, agents pick up, close, go away and come back, until all sessions are closed."""

    def __init__(self, road: Road, agents: list[Extension]) -> None:
        self.road, self.agents = road, agents
        self.errors: list[Exception] = []
        self.end = time.monotonic() + TIMEOUT_S

    def is_open(self) -> bool:
        closed = MessagingSession.objects.filter(closed_at__isnull=False).count()
        return closed < CONTACTS and time.monotonic() < self.end

    def run(self) -> None:
        work = [self.texts_come, self.absences_end, *[self.works(agent) for agent in self.agents]]
        threads = [threading.Thread(target=self.watched, args=[act]) for act in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def watched(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            self.errors.append(error)
        finally:
            connection.close()

    def texts_come(self) -> None:
        for number in range(CONTACTS):
            arrival = text(self.road, number, "Hello", From=f"+1415555{number:04}")
            patiently(lambda arrival=arrival: intake.take_in([arrival]))  # type: ignore[misc]

    def absences_end(self) -> None:
        while self.is_open():
            patiently(lambda: leaving.give_back(now=timezone.now()))
            patiently(giving.assign)
            time.sleep(0.05)

    def works(self, agent: Extension) -> Callable[[], None]:
        dice = random.Random(agent.pk)

        def work() -> None:
            while self.is_open():
                patiently(lambda: self.does_something(agent, dice.random()))
                time.sleep(dice.random() / 20)

        return work

    def does_something(self, agent: Extension, luck: float) -> None:
        with suppress(actions.ActionError):
            if luck < 0.15:
                actions.set_availability(agent, to=Extension.Availability.AWAY)
            elif luck < 0.25:
                actions.set_availability(agent, to=Extension.Availability.AVAILABLE)
            elif luck < 0.5 and (session := MessagingSession.objects.waiting().order_by("?").first()):
                actions.pick_up(session, agent=agent)
            elif session := MessagingSession.objects.open().filter(agent=agent).order_by("?").first():
                actions.close(session, agent=agent)


def patiently(act: Callable[[], Any]) -> None:
    """SQLite says that it is busy where PostgreSQL waits."""
    while True:
        try:
            act()
            return
        except OperationalError:
            if connection.vendor != "sqlite":
                raise
            time.sleep(0.01)


@pytest.mark.long
def test_two_workers_agents_and_texts_at_once(
    start_stack: Callable[..., Any],
    road: Road,
    queue: MessageQueue,
    agents: list[Extension],
    come: Come,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MessageQueue.objects.filter(pk=queue.pk).update(max_open_sessions=MOST_OPEN)
    queue.agents.add(agents[2])
    come(*agents)
    monkeypatch.setattr(settings, "ABSENCE_GRACE_S", GRACE_S)
    start_stack(workers=2, ABSENCE_GRACE_S=str(GRACE_S))
    office = Office(road, agents)
    office.run()
    assert office.errors == []
    assert MessagingSession.objects.filter(closed_at__isnull=False).count() == CONTACTS
    said = Message.objects.filter(kind="system").order_by("pk")
    check_ownership([*said])
    assert {Line.ASSIGNED, Line.RETURNED, Line.PICKED_UP} <= {line.system_line for line in said}


def check_ownership(said: list[Message]) -> None:
    """From what the threads say, in its order: one owner at a time, and no agent with more than allowed."""
    owner: dict[int, int | None] = {}
    for line in said:
        match line.system_line:
            case Line.ASSIGNED | Line.PICKED_UP:
                assert owner.get(line.session_id) is None
                owner[line.session_id] = line.to_extension_id or line.author_id
            case Line.RETURNED:
                assert owner[line.session_id] == line.author_id
                owner[line.session_id] = None
            case Line.CLOSED:
                assert owner.pop(line.session_id) == line.author_id
        assert max(Counter(filter(None, owner.values())).values(), default=0) <= MOST_OPEN
