"""A contact's thread runs over closed sessions, as far as one may see them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Extension
from sessions import actions
from sessions.inbox import thread
from sessions.models import Message, MessagingSession
from sessions.queries import conversation_of
from tests.factories import CONTACT, Road
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
HIDDEN = "An earlier conversation, handled by others, isn’t shown to you."


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def talk(post: Post, number: int, agent: Extension, *bodies: str) -> MessagingSession:
    """A session that ended: what the contact wrote in it, by texts from `number` on."""
    for at, body in enumerate(bodies):
        post(number + at, body)
    session = MessagingSession.objects.open().get(contact=CONTACT)
    actions.pick_up(session, agent=agent)
    actions.close(session, agent=agent)
    return session


def begin(post: Post, number: int, body: str) -> MessagingSession:
    post(number, body)
    return MessagingSession.objects.open().get(contact=CONTACT)


def shown(client: Client, session: MessagingSession) -> str:
    """The thread in words."""
    html = client.get(reverse("inbox-session", args=[session.pk])).content.decode()
    return text_of(html[html.index('id="thread"') : html.index("</ol>")])


def in_order(text: str, *words: str) -> bool:
    places = [text.find(one) for one in words]
    return -1 not in places and places == sorted(places)


def test_earlier_sessions_stand_above_each_with_its_end(
    ada: Client, post_inbound: Post, agents: list[Extension]
) -> None:
    first = talk(post_inbound, 1, agents[0], "Are you open?")
    MessagingSession.objects.filter(pk=first.pk).update(closed_by="timeout")
    talk(post_inbound, 2, agents[0], "And on Sundays?")
    now = begin(post_inbound, 3, "Thank you!")
    words = shown(ada, now)
    end = "Ada closed the session."
    assert in_order(words, "Are you open?", end, "And on Sundays?", "Thank you!")
    assert words.count(end) == 2
    assert HIDDEN not in words
    assert in_order(shown(ada, first), "Are you open?", end)
    assert "And on Sundays?" not in shown(ada, first)


def test_what_one_may_not_see_is_one_line(ada: Client, post_inbound: Post, agents: list[Extension]) -> None:
    talk(post_inbound, 1, agents[0], "Mine")
    talk(post_inbound, 2, agents[1], "Of Ben")
    talk(post_inbound, 3, agents[1], "Of Ben, too")
    now = begin(post_inbound, 4, "Hello?")
    words = shown(ada, now)
    assert in_order(words, "Mine", HIDDEN, "Hello?")
    assert (words.count(HIDDEN), "Ben" in words) == (1, False)
    assert in_order(shown(logged_in(agents[1].user), now), HIDDEN, "Of Ben", "Of Ben, too", "Hello?")


def test_thread_of_another_contact_or_number_is_not_mixed_in(
    ada: Client, post_inbound: Post, agents: list[Extension], road: Road
) -> None:
    post_inbound(1, "Somebody else", From="+14155550199")
    now = begin(post_inbound, 2, "Hello?")
    assert "Somebody else" not in shown(ada, now)


def test_pages_go_on_over_the_sessions_and_miss_nothing(
    ada: Client, post_inbound: Post, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "PAGE", 4)
    talk(post_inbound, 1, agents[0], "one", "two", "three")
    hidden = talk(post_inbound, 4, agents[1], "of Ben")
    talk(post_inbound, 5, agents[0], "four", "five", "six", "seven", "eight")
    now = begin(post_inbound, 10, "nine")
    page = ada.get(reverse("inbox-session", args=[now.pk])).context["thread"]
    pages = [page]
    while page.older:
        older = {"before": page.older}
        page = ada.get(reverse("inbox-older", args=[now.pk]), older).context["thread"]
        pages.insert(0, page)
    ids = [message.pk for page in pages for message in page.messages]
    expected = Message.objects.exclude(session=hidden).order_by("pk").values_list("pk", flat=True)
    assert ids == list(expected)
    assert [len(page.messages) for page in pages[1:]] == [4] * (len(pages) - 1)
    four = Message.objects.get(body="four").pk
    assert [pk for page in pages for pk in page.hidden] == [four]


def test_line_above_what_is_new_is_only_of_this_session(
    ada: Client, post_inbound: Post, agents: list[Extension]
) -> None:
    """Where all of it is new, its beginning says so."""
    talk(post_inbound, 1, agents[0], "Are you open?")
    now = begin(post_inbound, 2, "Hello?")
    actions.transfer(MessagingSession.objects.get(pk=now.pk), agent=_owner(now, agents), to=agents[0])
    answer = ada.get(reverse("inbox-session", args=[now.pk]))
    assert answer.context["unread_from"] is None
    ada.post(reverse("inbox-note", args=[now.pk]), {"body": "x"})
    post_inbound(3, "Still there?")
    answer = ada.get(reverse("inbox-session", args=[now.pk]))
    assert answer.context["unread_from"] == Message.objects.get(body="Still there?").pk
    assert MessagingSession.objects.get(pk=now.pk).unread == 0


def _owner(session: MessagingSession, agents: list[Extension]) -> Extension:
    actions.pick_up(session, agent=agents[1])
    return agents[1]


def test_text_of_an_earlier_session_is_cancelled_in_the_thread_that_is_shown(
    ada: Client, post_inbound: Post, agents: list[Extension]
) -> None:
    post_inbound(1, "Are you open?")
    first = MessagingSession.objects.get()
    actions.pick_up(first, agent=agents[0])
    text = actions.reply(first, agent=agents[0], body="Yes")
    actions.close(first, agent=agents[0])
    now = begin(post_inbound, 2, "Thank you")
    actions.pick_up(now, agent=agents[0])
    path = f"{reverse('inbox-cancel', args=[text.pk])}?composer=reply"
    html = ada.get(reverse("inbox-session", args=[now.pk])).content.decode()
    assert f'hx-post="{path}&amp;session={now.pk}"' in html
    words = text_of(ada.post(f"{path}&session={now.pk}").content.decode())
    assert in_order(words, "Are you open?", "Taken back by Ada.", "Thank you")


def test_thread_costs_the_same_over_one_and_over_many_sessions(
    ada: Client, post_inbound: Post, agents: list[Extension], django_assert_num_queries: Any
) -> None:
    talk(post_inbound, 1, agents[0], "Hello")
    talk(post_inbound, 2, agents[1], "Of Ben")
    now = begin(post_inbound, 3, "Hello?")
    actions.pick_up(now, agent=agents[0])
    page = reverse("inbox-thread", args=[now.pk])
    ada.get(page)
    with CaptureQueriesContext(connection) as few:
        ada.get(page)
    cost = len(few)
    actions.close(now, agent=agents[0])
    for number in range(10, 30, 2):
        talk(post_inbound, number, agents[number % 4 // 2], "Hello", "again")
    now = begin(post_inbound, 40, "Hello?")
    actions.pick_up(now, agent=agents[0])
    page = reverse("inbox-thread", args=[now.pk])
    ada.get(page)
    with django_assert_num_queries(cost):
        ada.get(page)


def test_conversation_is_found_by_the_contacts_sessions_alone(agents: list[Extension]) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    session = MessagingSession(pk=1, number_id=1, contact=CONTACT)
    sessions, shown = conversation_of(session, agents[0].user, agents[0])
    first, floor = thread._message("pk"), thread._message("-pk", 100, skipped=50)
    plan = sessions.values_list("pk", shown, first, floor)[:100].explain()
    assert "session_of_contact" in plan
    assert "(number_id=?)" not in plan
    assert plan.count("message_of_session") == 2
    near = Message.objects.filter(session__in=[1, 2], pk__gte=5, pk__lt=100).values_list("pk")
    assert "message_of_session (session_id=? AND id>? AND id<?)" in near.explain()
