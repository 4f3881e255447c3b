"""Deleting channels, extensions and message queues: what the page says, and what then happens."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from sessions import actions, opened
from sessions.models import Attempt, CountedChange, Lane, Message, MessagingSession
from tests.factories import CONTACT, OUR_NUMBER, Road, make_agent, make_road
from tests.portal import errors_of, logged_in, messages_of, text_of

KEPT = "Past sessions and counts are kept."


def said(answer: Any) -> list[str]:
    """The sentences of the page's list."""
    part = answer.content.decode().partition('<ul class="consequences">')[2].partition("</ul>")[0]
    return [text_of(one) for one in re.findall(r"(?s)<li>(.*?)</li>", part)]


def open_session(road: Road, contact: str = CONTACT) -> MessagingSession:
    return opened.open_session(road.number, contact, at=timezone.now())


@pytest.fixture
def session(road: Road, agents: list[Extension]) -> MessagingSession:
    """Picked up by Ada, who has written an answer that waits."""
    session = open_session(road)
    actions.pick_up(session, agent=agents[0])
    actions.reply(session, agent=agents[0], body="One moment, please")
    return session


def test_channel_page_says_what_ends(admin_page: Client, road: Road, session: MessagingSession) -> None:
    page = admin_page.get(f"/channels/{road.channel.pk}/delete/")
    assert "Delete the channel “Main”?" in page.content.decode()
    assert said(page) == [
        "1 number receives and sends no more messages.",
        "1 open session is closed.",
        "Its Webhook URL stops answering. Remove it on the service provider’s side.",
    ]
    assert Channel.objects.live().count() == 1


def test_deleted_channel_ends_all_that_hangs_on_it(
    admin_page: Client, road: Road, session: MessagingSession
) -> None:
    answer = admin_page.post(f"/channels/{road.channel.pk}/delete/", {"waiting": "cancel"}, follow=True)
    assert answer.redirect_chain == [("/channels/", 302)]
    assert messages_of(answer) == ["“Main” was deleted."]
    assert (Channel.objects.live().count(), Number.objects.live().count()) == (0, 0)
    session.refresh_from_db()
    assert (session.is_open, session.closed_by) == (False, "agent")
    last = session.messages.order_by("-pk")[0]
    assert (last.kind, last.system_line, last.author) == ("system", "closed", None)
    attempt, lane = Attempt.objects.get(), Lane.objects.get()
    reason = "The channel was deleted before the message was sent."
    assert (attempt.status, attempt.reason) == (DeliveryStatus.CANCELLED, reason)
    assert attempt.message.status == DeliveryStatus.CANCELLED
    assert (lane.head, lane.in_flight) == (None, None)
    assert CountedChange.objects.count() == 0


def test_deleted_channel_leaves_what_is_in_flight(
    admin_page: Client, road: Road, session: MessagingSession
) -> None:
    attempt = Attempt.objects.get()
    Attempt.objects.update(status=DeliveryStatus.SENDING, claimed_at=timezone.now())
    Lane.objects.update(head=None, in_flight=attempt)
    admin_page.post(f"/channels/{road.channel.pk}/delete/")
    attempt.refresh_from_db()
    assert (attempt.status, Lane.objects.get().in_flight) == (DeliveryStatus.SENDING, attempt)


def test_deleted_channel_leaves_other_channels_alone(
    admin_page: Client, road: Road, session: MessagingSession, queue: MessageQueue
) -> None:
    other = make_road(queue, address="+12015550123", name="Other")
    admin_page.post(f"/channels/{other.channel.pk}/delete/")
    session.refresh_from_db()
    assert session.is_open
    assert Attempt.objects.get().status == DeliveryStatus.QUEUED


def test_extension_gives_its_sessions_back_to_their_queue(
    admin_page: Client, session: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    ada = agents[0]
    assert said(admin_page.get(f"/extensions/{ada.pk}/delete/")) == [
        "The user “agent1001” can’t log in any more.",
        "It leaves its message queues (Support) and starts no sessions any more.",
    ]
    browser = logged_in(ada.user)
    answer = admin_page.post(f"/extensions/{ada.pk}/delete/", follow=True)
    assert messages_of(answer) == ["“1001 Ada” was deleted."]
    session.refresh_from_db()
    assert (session.agent, session.queue, session.is_open) == (None, queue, True)
    assert list(queue.agents.all()) == [agents[1]]
    assert ada.initiates_from.count() == 0
    assert browser.get("/profile/").status_code == 302
    assert Message.objects.filter(author=ada).exists()


def test_extension_that_a_number_leads_to_stays(admin_page: Client, agents: list[Extension]) -> None:
    cleo = agents[2]
    channel = make_road(cleo).channel
    page = admin_page.get(f"/extensions/{cleo.pk}/delete/")
    words = (
        f"Inbound messages of {OUR_NUMBER} lead here. Choose another destination in the channel Main first."
    )
    assert said(page) == [words]
    html = page.content.decode()
    assert f'<a href="/channels/{channel.pk}/">Main</a>' in html
    assert 'class="btn btn-danger"' not in html
    answer = admin_page.post(f"/extensions/{cleo.pk}/delete/")
    assert (answer.status_code, said(answer)) == (409, [words])
    assert Extension.objects.live().filter(pk=cleo.pk).exists()
    assert User.objects.get(pk=cleo.user.pk).is_active


def test_extension_with_sessions_of_its_own_stays(admin_page: Client, agents: list[Extension]) -> None:
    cleo, ben = agents[2], agents[1]
    road = make_road(cleo)
    open_session(road)
    Number.objects.update(extension=ben)
    answer = admin_page.post(f"/extensions/{cleo.pk}/delete/")
    words = "Choose where they go: an extension or a message queue."
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, {"to": [words]})
    assert Extension.objects.live().filter(pk=cleo.pk).exists()


def test_administrator_keeps_the_login_without_the_extension(admin_page: Client, administrator: User) -> None:
    extension = Extension.objects.create(number="1009", name="Root", user=administrator)
    admin_page.post(f"/extensions/{extension.pk}/delete/")
    assert admin_page.get("/extensions/").status_code == 200


def test_queue_is_deleted_once_nothing_needs_it(
    admin_page: Client, road: Road, agents: list[Extension], queue: MessageQueue
) -> None:
    first, second = open_session(road), open_session(road, "+14155550199")
    actions.pick_up(first, agent=agents[0])
    leads = (
        f"Inbound messages of {OUR_NUMBER} lead here. Choose another destination in the channel Main first."
    )
    assert said(admin_page.post(f"/queues/{queue.pk}/delete/")) == [leads]
    Number.objects.update(queue=None, extension=agents[2])
    answer = admin_page.post(f"/queues/{queue.pk}/delete/")
    words = "Choose where they go: an extension or a message queue."
    assert errors_of(answer.context["form"]) == {"to": [words]}
    actions.pick_up(second, agent=agents[1])
    assert said(admin_page.get(f"/queues/{queue.pk}/delete/")) == [
        "Its agents stay, and keep the sessions that they picked up."
    ]
    answer = admin_page.post(f"/queues/{queue.pk}/delete/", follow=True)
    assert messages_of(answer) == ["“Support” was deleted."]
    assert MessageQueue.objects.live().count() == 0
    first.refresh_from_db()
    assert (first.agent, first.is_open) == (agents[0], True)


@pytest.mark.parametrize("kind", ["channels", "extensions", "queues"])
def test_what_is_deleted_is_404(admin_page: Client, kind: str) -> None:
    agent = make_agent("1001")
    Extension.objects.update(archived_at=timezone.now())
    assert admin_page.get(f"/{kind}/{agent.pk}/delete/").status_code == 404
    assert admin_page.post(f"/{kind}/{agent.pk}/delete/").status_code == 404
