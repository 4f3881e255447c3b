"""The order of the lists, their pages, and what the database does for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension
from sessions.inbox import lists
from sessions.inbox.asking import Asked, Mark, Viewer
from sessions.inbox.lists import GroupName
from sessions.models import ListSettings, MessagingSession, Tag
from tests.factories import Road
from tests.portal import logged_in
from tests.sessions.conftest import listed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Sort = ListSettings.Sort
Make = Callable[..., MessagingSession]


@pytest.fixture
def make(road: Road) -> Make:
    """make(waiting=5): waits for five minutes; the others likewise, `active` since when nothing happened."""

    def make(n: int, agent: Extension | None = None, **minutes: int) -> MessagingSession:
        ago = {name: NOW - timedelta(minutes=value) for name, value in minutes.items()}
        return MessagingSession.objects.create(
            number=road.number,
            queue=road.number.queue,
            agent=agent,
            contact=f"+1415556{n:04}",
            opened_at=NOW - timedelta(days=1),
            last_active_at=ago.get("active", NOW),
            waiting_since=ago.get("waiting"),
            unanswered_since=ago.get("unanswered"),
            snoozed_until=NOW + timedelta(minutes=minutes["due"]) if "due" in minutes else None,
        )

    return make


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def names(page: Any) -> list[str]:
    return [str(group.name) for group in page.context["groups"]]


def test_mine_comes_first_and_who_waits_longest_heads_the_waiting(
    ada: Client, agents: list[Extension], make: Make
) -> None:
    late, early = make(1, waiting=5, active=1), make(2, waiting=60, active=30)
    newest, older = make(3, agents[0], active=2), make(4, agents[0], active=9)
    page = ada.get(reverse("inbox"))
    assert names(page) == ["mine", "waiting"]
    assert listed_in(page, "mine") == [newest, older]
    assert listed_in(page, "waiting") == [early, late]


def test_each_order_holds_on_every_device(ada: Client, agents: list[Extension], make: Make) -> None:
    first = make(1, waiting=60, active=5, unanswered=10)
    second = make(2, waiting=30, active=1, unanswered=50)
    third = make(3, waiting=10, active=30)
    for sort, expected in {
        Sort.WAITING: [first, second, third],
        Sort.UNANSWERED: [second, first, third],
        Sort.NEWEST: [second, first, third],
    }.items():
        answer = ada.post(reverse("inbox-sort"), {"sort": sort})
        assert listed_in(answer, "waiting") == expected
        assert listed_in(logged_in(agents[0].user).get(reverse("inbox")), "waiting") == expected
    assert ada.post(reverse("inbox-sort"), {"sort": "colour"}).status_code == 400
    assert ListSettings.objects.get().sort == Sort.NEWEST


@pytest.mark.parametrize("sort", Sort.values)
def test_pages_go_on_without_a_gap_also_among_equals(
    agents: list[Extension], make: Make, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 3)
    for n in range(20):
        make(n, waiting=n // 4, active=n // 4, **({"unanswered": n // 4} if n % 2 else {}))
    viewer = Viewer(agents[0].user, agents[0], ListSettings(sort=sort))
    found, before = [], ""
    while True:
        group = lists.page_of(GroupName.WAITING, viewer, Asked(), before=before)
        found += group.rows
        if not (before := group.more):
            break
    assert found == list(lists._rows(GroupName.WAITING, viewer, Asked()))
    assert len(found) == 20


def test_snoozed_stand_by_when_they_are_due(ada: Client, agents: list[Extension], make: Make) -> None:
    later, sooner = make(1, agents[0], due=90), make(2, agents[0], due=30, active=60)
    for sort in Sort.values:
        ada.post(reverse("inbox-sort"), {"sort": sort})
        assert listed_in(ada.get(reverse("inbox")), "snoozed") == [sooner, later]


def test_folded_groups_stay_folded_and_open_ones_open(
    ada: Client, agents: list[Extension], make: Make
) -> None:
    make(1, agents[0], due=30), make(2, waiting=1)

    def folded() -> dict[str, bool]:
        page = logged_in(agents[0].user).get(reverse("inbox-sessions"))
        return {str(group.name): group.is_folded for group in page.context["groups"]}

    assert folded() == {"mine": False, "waiting": False, "snoozed": True}
    assert ada.post(reverse("inbox-fold", args=["snoozed"]), {"folded": "0"}).status_code == 204
    ada.post(reverse("inbox-fold", args=["waiting"]), {"folded": "1"})
    assert folded() == {"mine": False, "waiting": True, "snoozed": False}
    ada.post(reverse("inbox-fold", args=["waiting"]), {"folded": "1"})
    assert ListSettings.objects.get().folded == ["waiting"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
@pytest.mark.parametrize("query", ["", "?show=team", "?is=unanswered&is=scheduled&is=failed&is=snoozed"])
def test_lists_cost_the_same_with_sixty_sessions(
    agents: list[Extension], make: Make, role: Role, query: str
) -> None:
    user = agents[0].user
    User.objects.filter(pk=user.pk).update(role=role)
    queue = make(0, waiting=1).queue
    assert queue
    user.supervised_queues.add(queue)
    make(100, agents[0], unanswered=1), make(101, agents[1], unanswered=1)
    client = logged_in(user)
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("inbox") + query)
    tag = Tag.objects.create(name="order")
    for n in range(2, 60):
        make(n, [None, *agents[:2]][n % 3], waiting=n, unanswered=n).tags.add(tag)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("inbox") + query)
    assert len(many) == len(few)


def test_supervisor_s_open_sessions_are_found_among_all_that_were_ever_closed(
    agents: list[Extension],
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    User.objects.filter(pk=agents[0].user_id).update(role=Role.SUPERVISOR)
    viewer = Viewer(User.objects.get(pk=agents[0].user_id), None)
    plan = lists.sessions_in(GroupName.QUEUE, viewer, Asked()).explain()
    assert "session_open_of_queue" in plan


@pytest.mark.parametrize("sort", Sort.values)
@pytest.mark.parametrize("asked", [Asked(), Asked(marks=(Mark.UNANSWERED,)), Asked(queue=1)])
def test_waiting_are_found_among_all_that_were_ever_closed(
    agents: list[Extension], sort: str, asked: Asked
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    viewer = Viewer(agents[0].user, agents[0], ListSettings(sort=sort))
    of_open_ones = ("session_open_of_queue", "session_open_of_agent", "session_unanswered", "session_snoozed")
    for name in (GroupName.WAITING, GroupName.MINE, GroupName.SNOOZED):
        plan = lists._rows(name, viewer, asked).explain()
        assert any(index in plan for index in of_open_ones), plan
        assert "session_of_" not in plan


def test_scheduled_are_found_by_their_own_index(agents: list[Extension]) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    viewer = Viewer(agents[0].user, agents[0])
    plan = lists.sessions_in(GroupName.MINE, viewer, Asked(marks=(Mark.SCHEDULED,))).explain()
    assert "attempt_scheduled" in plan
