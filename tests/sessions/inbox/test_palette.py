"""What the command palette is told by the server."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from routing.models import Extension
from sessions.models import Contact, MessagingSession
from tests.factories import CONTACT
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
URL = "/inbox/palette/"


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Is the blue kettle there?")
    Contact.objects.create(address=CONTACT, name="Zoë Example")
    return MessagingSession.objects.get()


def found(agent: Extension, **params: Any) -> list[str]:
    client = Client()
    client.force_login(agent.user)
    answer = client.get(URL, params)
    assert answer.status_code == 200
    return re.findall(r'data-key="([^"]+)"', answer.content.decode())


@pytest.mark.parametrize("text", ["kettle", "zoë", CONTACT, "(415) 555-0123", " blue\tket ", "kettle\0"])
def test_sessions_are_found_by_words_name_and_number(
    agents: list[Extension], session: MessagingSession, text: str
) -> None:
    assert f"session:{session.pk}" in found(agents[0], q=text)


def test_contacts_are_found_by_name(agents: list[Extension], session: MessagingSession) -> None:
    contact = Contact.objects.get()
    assert found(agents[0], q="exam") == [f"session:{session.pk}", f"contact:{contact.pk}"]


def test_nobody_finds_what_they_may_not_see(agents: list[Extension], session: MessagingSession) -> None:
    assert found(agents[2], q="kettle") == []
    assert found(agents[2], session=session.pk) == []
    assert found(agents[0], session=session.pk) == [f"session:{session.pk}"]


def test_ids_that_are_none_find_nothing(agents: list[Extension], session: MessagingSession) -> None:
    odd = ["", "x", "-1", "9" * 40, "\0", "١"]
    assert found(agents[0], session=odd, contact=odd) == []


def test_what_is_found_is_bounded_and_costs_the_same(agents: list[Extension], post_inbound: Post) -> None:
    client = Client()
    client.force_login(agents[0].user)
    costs = []
    for begin, end in ((0, 1), (1, 12)):
        for number in range(begin, end):
            post_inbound(number + 1, "kettle", From=f"+1415555{number:04}")
            Contact.objects.create(address=f"+1415555{number:04}", name=f"Kettle {number}")
        with CaptureQueriesContext(connection) as queries:
            keys = re.findall(r'data-key="(\w+):', client.get(URL, {"q": "kettle"}).content.decode())
        costs.append(len(queries))
    assert [keys.count("session"), keys.count("contact")] == [6, 6]
    assert costs[0] == costs[1]


def test_nothing_of_a_text_is_markup(agents: list[Extension], post_inbound: Post) -> None:
    post_inbound(1, "<img src=x onerror=alert(1)> kettle")
    client = Client()
    client.force_login(agents[0].user)
    for text in ("kettle", "<img src=x onerror=alert(1)> kettle"):
        assert "<img" not in client.get(URL, {"q": text}).content.decode()
    assert client.get(URL, {"q": "x" * 3000}).status_code == 200
