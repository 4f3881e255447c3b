"""Filters of the lists, alone and together, and filters that are kept under a name."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.inbox.asking import Asked
from sessions.inbox.list_settings import VIEWS_MOST
from sessions.models import Message, MessagingSession, SavedView, Tag
from tests.factories import Road, make_queue, make_road
from tests.portal import logged_in
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def sessions(post_inbound: Post, agents: list[Extension]) -> list[MessagingSession]:
    """Three that Ada has: one answered, one with a scheduled text, one snoozed."""
    for n in range(3):
        post_inbound(n + 1, "Hello", From=f"+1415555020{n}")
    found = list(MessagingSession.objects.order_by("pk"))
    for session in found:
        actions.pick_up(session, agent=agents[0])
    later = timezone.now() + timedelta(hours=3)
    actions.reply(found[0], agent=agents[0], body="Hi")
    actions.reply(found[1], agent=agents[0], body="Hi", due_at=later)
    actions.snooze(found[2], agent=agents[0], until=later)
    return found


def shown(page: Client, **query: Any) -> set[int]:
    answer = page.get(f"{reverse('inbox')}?{urlencode(query, doseq=True)}")
    return {session.pk for group in answer.context["groups"] for session in group.rows}


def test_each_mark_leaves_what_it_says(
    ada: Client, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    answered, scheduled, snoozed = (session.pk for session in sessions)
    assert shown(ada) == {answered, scheduled, snoozed}
    assert shown(ada, **{"is": "unanswered"}) == {scheduled, snoozed}
    assert shown(ada, **{"is": "scheduled"}) == {scheduled}
    assert shown(ada, **{"is": "snoozed"}) == {snoozed}
    assert shown(ada, **{"is": "failed"}) == set()
    Message.objects.filter(session=answered, kind="outbound").update(status="undelivered")
    assert shown(ada, **{"is": "failed"}) == {answered}
    assert shown(ada, **{"is": ["unanswered", "snoozed"]}) == {snoozed}
    assert shown(ada, **{"is": "nonsense"}) == {answered, scheduled, snoozed}


def test_tag_number_and_queue_go_together(
    ada: Client, sessions: list[MessagingSession], road: Road, agents: list[Extension]
) -> None:
    order = Tag.objects.create(name="order")
    other = make_road(agents[0], address="+12015550123", name="Other")
    for session in sessions[:2]:
        session.tags.add(order)
    assert shown(ada, tag=order.pk) == {sessions[0].pk, sessions[1].pk}
    assert shown(ada, tag=order.pk, **{"is": "scheduled"}) == {sessions[1].pk}
    assert shown(ada, tag=order.pk, number=road.number.pk, queue=road.number.queue_id) == {
        sessions[0].pk,
        sessions[1].pk,
    }
    assert shown(ada, number=other.number.pk) == set()
    assert shown(ada, tag=2**62) == set()


def test_supervisor_filters_by_agent(
    sessions: list[MessagingSession], agents: list[Extension], queue: MessageQueue
) -> None:
    User.objects.filter(pk=agents[2].user_id).update(role=Role.SUPERVISOR)
    agents[2].user.supervised_queues.add(queue)
    cleo = logged_in(agents[2].user)
    actions.transfer(sessions[0], agent=agents[0], to=agents[1])
    assert shown(cleo, agent=agents[1].pk) == {sessions[0].pk}
    dialog = cleo.get(reverse("inbox-filters")).content.decode()
    assert "Ben" in dialog
    assert "Ben" not in logged_in(agents[0].user).get(reverse("inbox-filters")).content.decode()


def test_chips_say_what_is_on_and_take_it_off(ada: Client, sessions: list[MessagingSession]) -> None:
    order = Tag.objects.create(name="order")
    page = ada.get(f"{reverse('inbox')}?tag={order.pk}&is=unanswered&q=x")
    assert [(chip.kind, chip.name, chip.without) for chip in page.context["chips"]] == [
        ("Tag", "order", "?is=unanswered&q=x"),
        ("", "Unanswered", f"?tag={order.pk}&q=x"),
    ]
    gone = ada.get(f"{reverse('inbox')}?tag={order.pk + 1}")
    assert [chip.name for chip in gone.context["chips"]] == ["gone"]
    html = ada.get(f"{reverse('inbox')}?tag={order.pk}").content.decode()
    assert "No session fits all of these filters." in html
    assert "Take all filters off" in html


def test_query_is_written_as_it_is_read() -> None:
    for query in ("", "?show=closed&number=3&queue=4&agent=5&tag=6&is=unanswered&is=snoozed&q=a+b"):
        assert Asked.of(QueryDict(query.lstrip("?"))).query == query


def add(page: Client, name: str, query: str = "?is=unanswered") -> Any:
    return page.post(reverse("inbox-view-add") + query, {"name": name}, headers=HTMX)


def test_view_is_kept_renamed_and_removed(ada: Client, agents: list[Extension]) -> None:
    assert add(ada, "  Late\u200b \t one ").status_code == 204
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (agents[0].user, "Late one", "?is=unanswered")
    assert "Late one" in logged_in(agents[0].user).get(reverse("inbox")).content.decode()
    assert "Late one" not in logged_in(agents[1].user).get(reverse("inbox")).content.decode()
    answer = ada.post(reverse("inbox-view-edit", args=[view.pk]), {f"{view.pk}-name": "Later"})
    assert "The view is called “Later” now." in answer.content.decode()
    assert SavedView.objects.get().name == "Later"
    ada.post(reverse("inbox-view-delete", args=[view.pk]))
    ada.post(reverse("inbox-view-delete", args=[view.pk]))  # in another window
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the view a name."),
        (" \u200b\u2060 ", "Give the view a name."),
        ("x" * 41, "Use at most 40 characters."),
        ("lATE", "Another view of yours has this name. Choose another one."),
    ],
)
def test_bad_name_is_said_and_kept(ada: Client, agents: list[Extension], name: str, words: str) -> None:
    add(ada, "Late"), add(ada, "Other")
    other = SavedView.objects.get(name="Other")
    answers = [
        add(ada, name),
        ada.post(reverse("inbox-view-edit", args=[other.pk]), {f"{other.pk}-name": name}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        html = answer.content.decode()
        assert words in html
        assert not name.strip() or f'value="{name}"' in html
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Late", "Other"]


def test_view_of_another_is_hidden_and_names_are_each_one_s_own(ada: Client, agents: list[Extension]) -> None:
    add(ada, "Late")
    view = SavedView.objects.get()
    ben = logged_in(agents[1].user)
    assert add(ben, "Late").status_code == 204
    assert ben.post(reverse("inbox-view-edit", args=[view.pk]), {f"{view.pk}-name": "x"}).status_code == 404
    ben.post(reverse("inbox-view-delete", args=[view.pk]))
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_views_are_bounded(ada: Client, agents: list[Extension]) -> None:
    SavedView.objects.bulk_create(SavedView(user=agents[0].user, name=f"{n}") for n in range(VIEWS_MOST))
    answer = add(ada, "One more")
    assert answer.status_code == 422
    assert f"You have {VIEWS_MOST} views" in answer.content.decode()
    assert SavedView.objects.count() == VIEWS_MOST


def test_long_search_is_kept_with_its_view(ada: Client) -> None:
    query = f"?is=unanswered&q={'x' * 1500}"
    assert add(ada, "Long", query).status_code == 204
    assert SavedView.objects.get().query == query


def test_filter_dialog_offers_what_is_a_choice(ada: Client, road: Road, agents: list[Extension]) -> None:
    fields = {bound.name for bound in ada.get(reverse("inbox-filters")).context["form"].chosen}
    assert fields == set()
    make_queue(agents[0], name="Sales")
    make_road(agents[0], address="+12015550123", name="Other")
    Tag.objects.create(name="order")
    fields = {bound.name for bound in ada.get(reverse("inbox-filters")).context["form"].chosen}
    assert fields == {"number", "queue", "tag"}
