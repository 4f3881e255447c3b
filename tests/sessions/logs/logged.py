"""Sessions as the message logs show them, and who looks."""

import csv
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Role
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import MessagingSession
from tests.factories import Road, make_road
from tests.portal import logged_in, make_user
from tests.sessions.conftest import Post

OTHER, THIRD = "+14155550124", "+14155550125"


@pytest.fixture
def sessions(post_inbound: Post, road: Road, agents: list[Extension]) -> dict[str, MessagingSession]:
    """`waiting` in Support, `closed` by Ada on the first of March, `ours` of Cleo without a queue."""
    ada, _ben, cleo = agents
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        post_inbound(1, "Are you open today?")
        closed = MessagingSession.objects.get()
        actions.pick_up(closed, agent=ada)
        actions.reply(closed, agent=ada, body="Yes, until five")
        actions.close(closed, agent=ada)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        post_inbound(2, "A green one, please", From=OTHER)
    elsewhere = make_road(cleo, cleo, address="+12015550123", name="Other")
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC), tick=False):
        values = {"contact": THIRD, "body": "Your parcel has come", "client_id": "1"}
        sent = actions.start_session(agent=cleo, number=elsewhere.number, **values)  # type: ignore[arg-type]
    waiting = MessagingSession.objects.get(contact=OTHER)
    return {"waiting": waiting, "closed": closed, "ours": sent.session}


@pytest.fixture
def supervisor_page(queue: MessageQueue) -> Client:
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    return logged_in(vera)


def lines_of(answer: Any) -> list[list[str]]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))
