"""A test text from a channel's page: by the road of any text, and nobody is asked to answer it."""

from typing import Any

import pytest
from django.test import Client

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Message, MessagingSession
from sessions.opt_outs import ledger
from sessions.sending import pump
from tests.factories import Road, make_road
from tests.portal import text_of
from tests.servers import Simulator

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PHONE = "+447700900456"


@pytest.fixture
def send(admin_page: Client, own_road: Road) -> Any:
    def post(contact: str = PHONE, number: int = own_road.number.pk, **more: str) -> Any:
        data = {"contact": contact, "number": number, **more}
        return admin_page.post(f"/channels/{own_road.channel.pk}/test-text/", data, headers=HTMX)

    return post


def said(answer: Any) -> str:
    return text_of(answer.content.decode())


@pytest.mark.django_db(transaction=True)
def test_test_text_leaves_by_the_queue_and_says_what_became_of_it(
    send: Any, admin_page: Client, own_road: Road, simulator: Simulator
) -> None:
    answer = send()
    assert f"Queued to {PHONE}" in said(answer)
    pump.run()
    message = Message.objects.get(kind="outbound")
    [sent] = simulator.get("/control/messages")["messages"]
    assert (sent["to"], sent["from"], sent["body"]) == (PHONE, own_road.number.address, message.body)
    path = f"/channels/{own_road.channel.pk}/test-text/?part=state&message={message.pk}"
    state = admin_page.get(path, headers=HTMX).content.decode()
    assert text_of(state) == f"Handed over to {PHONE}"
    assert "hx-get" in state  # it goes on
    Message.objects.update(status="undelivered", reason="The handset is off.")
    state = admin_page.get(path, headers=HTMX).content.decode()
    assert text_of(state) == f"Not delivered to {PHONE} The handset is off."
    assert "hx-get" not in state


def test_nobody_is_asked_to_answer(send: Any, agents: list[Extension], queue: MessageQueue) -> None:
    send()
    session = MessagingSession.objects.get()
    assert (session.contact, session.closed_by, session.agent) == (PHONE, "agent", None)
    assert not MessagingSession.objects.open().exists()
    line = session.messages.get(kind="system")
    assert (line.system_line, line.body) == ("closed", "root")


def test_open_session_with_the_phone_stays_open(send: Any, own_road: Road, agents: list[Extension]) -> None:
    session = actions.start_session(
        agent=agents[0], number=own_road.number, contact=PHONE, body="Hello"
    ).session
    send()
    session.refresh_from_db()
    assert (session.closed_at, session.messages.filter(kind="outbound").count()) == (None, 2)


def test_national_number_is_shown_as_it_was_read_first(send: Any, own_road: Road) -> None:
    answer = send("(201) 555-0123")
    assert answer.status_code == 422
    assert 'value="+12015550123"' in answer.content.decode()
    assert Message.objects.count() == 0
    assert send("+12015550123", shown="+12015550123").status_code == 200
    assert MessagingSession.objects.get().contact == "+12015550123"


@pytest.mark.parametrize("contact", ["", "hello", "+1", "٠"])
def test_what_is_no_number_is_an_error_at_its_field(send: Any, contact: str) -> None:
    answer = send(contact)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert Message.objects.count() == 0


def test_refusals_are_said(send: Any, own_road: Road, administrator: Any) -> None:
    assert send(own_road.number.address).status_code == 422
    ledger.opt_out(own_road.number, PHONE, by=administrator)
    assert "opted out" in said(send())
    own_road.channel.disabled_at = own_road.channel.created_at
    own_road.channel.save()
    assert send("+447700900457").status_code == 422
    assert Message.objects.count() == 0


def test_number_of_another_channel_is_refused(send: Any, agents: list[Extension]) -> None:
    other = make_road(agents[0], address="+447700900123", name="Other")
    assert send(number=other.number.pk).status_code == 422
    assert Message.objects.count() == 0


def test_state_of_other_texts_is_not_told(
    send: Any, admin_page: Client, own_road: Road, agents: list[Extension]
) -> None:
    text = actions.start_session(agent=agents[0], number=own_road.number, contact=PHONE, body="Private")
    for pk in (text.pk, 0, "x"):
        path = f"/channels/{own_road.channel.pk}/test-text/?message={pk}"
        assert "test-text-state" not in admin_page.get(path, headers=HTMX).content.decode()


def test_page_of_a_new_channel_asks_for_the_first_text(
    admin_page: Client, own_road: Road, queue: MessageQueue
) -> None:
    path = f"/channels/{own_road.channel.pk}/"
    before = text_of(admin_page.get(path).content.decode())
    assert f"Now text {own_road.number.address} From any phone. It arrives at {queue.name}" in before
    own_road.channel.last_inbound_at = own_road.channel.created_at
    own_road.channel.save()
    assert "Now text" not in text_of(admin_page.get(path).content.decode())
    fragment = admin_page.get(f"{path}check/", headers=HTMX).content.decode()
    assert "A text has arrived." in text_of(fragment.partition('id="now-text"')[2])


def test_page_opened_without_a_script_leads_to_the_channel(admin_page: Client, own_road: Road) -> None:
    answer = admin_page.get(f"/channels/{own_road.channel.pk}/test-text/")
    assert (answer.status_code, answer["Location"]) == (302, f"/channels/{own_road.channel.pk}/")
