"""A row that a search found says why."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Extension
from sessions import actions
from sessions.inbox import thread
from sessions.models import MessagingSession
from sessions.search.hits import excerpt
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def previews(page: Any) -> list[str]:
    html = page.content.decode()
    return [
        text_of(part)
        for part in re.findall(r'(?s)<span class="inbox-preview" dir="auto">(.*?)</span>\s*<', html)
    ]


def test_row_shows_the_latest_text_or_note_that_holds_the_words(
    ada: Client, agents: list[Extension], post_inbound: Post
) -> None:
    for number, body in enumerate(("My first invoice", "An invoice again, 2041", "Hello?")):
        post_inbound(number + 1, body)
    post_inbound(9, "No such word", From="+14155550124")
    assert previews(ada.get(reverse("inbox"), {"q": "invoice"})) == ["An invoice again, 2041"]
    session = MessagingSession.objects.get(contact="+14155550123")
    actions.pick_up(session, agent=agents[0])
    actions.add_note(session, agent=agents[0], body="The invoice is paid")
    assert previews(ada.get(reverse("inbox"), {"q": "invoi"})) == ["Internal note: The invoi ce is paid"]
    assert previews(ada.get(reverse("inbox"), {"q": "4155550123"})) == ["Hello?"]


def opened(client: Client, session: MessagingSession, text: str) -> tuple[list[str], list[str]]:
    """The texts of the thread that a row of the search opens, and those that are marked in it."""
    answer = client.get(
        reverse("inbox-session", args=[session.pk]), {"q": text}, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    bodies = re.findall(r'<div class="message-body" dir="auto">(.+?)</div>', html)
    return bodies, re.findall(r'(?s)is-found" .*?<div class="message-body" dir="auto">(.+?)</div>', html)


def test_what_was_found_is_in_the_thread_that_opens_however_far_back(
    ada: Client, post_inbound: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        post_inbound(number + 1, "My invoice" if number == 10 else f"Line {number}")
    session = MessagingSession.objects.get()
    assert opened(ada, session, "")[0][0] == f"Line {70 - thread.PAGE}"
    bodies, marked = opened(ada, session, "invoice")
    assert (bodies[0], bodies[-1], marked) == ("Line 5", "Line 69", ["My invoice"])
    monkeypatch.setattr(thread, "MOST", 55)
    assert opened(ada, session, "invoice") == (
        [f"Line {number}" for number in range(70 - thread.PAGE, 70)],
        [],
    )


@pytest.mark.parametrize(
    ("body", "text", "shown"),
    [
        ("Your order is here", "order", "Your <mark>order</mark> is here"),
        ("<b>order</b> & more", "order", "&lt;b&gt;<mark>order</mark>&lt;/b&gt; &amp; more"),
        ("Reorder my ORDERS", "order", "Reorder my <mark>ORDER</mark>S"),
        ("a" * 60 + " order " + "b" * 200, "order", "…" + "a" * 23 + " <mark>order</mark> " + "b" * 84),
        ("It costs $1 (one)", "$1 (", "It costs $<mark>1</mark> (one)"),
        ("Nothing of it", "", "Nothing of it"),
    ],
)
def test_excerpt_begins_near_the_word_and_is_never_markup(body: str, text: str, shown: str) -> None:
    assert excerpt(body, text) == shown


def test_search_costs_the_same_with_one_and_with_thirty_rows(
    ada: Client, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    post_inbound(1, "An invoice")
    with CaptureQueriesContext(connection) as one:
        ada.get(reverse("inbox"), {"q": "invoice"})
    cost = len(one)
    for number in range(29):
        post_inbound(number + 10, "An invoice", From=f"+141555502{number:02}")
    with django_assert_num_queries(cost):
        assert len(previews(ada.get(reverse("inbox"), {"q": "invoice"}))) == 30
