"""Where open sessions go when their extension or message queue goes away."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from redis import Redis

from accounts.models import Role, User
from channels.models import Number
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.inbox.thread_template_tags import system_line
from sessions.models import MessagingSession
from sessions.opened import open_session
from tests.factories import CONTACT, Road, make_queue, make_road
from tests.portal import errors_of, logged_in, messages_of, rows_of
from tests.sessions.ending.test_archiving import said
from tests.sessions.test_events import published

GONE = "Its extension or message queue went away, so the session went to"


@pytest.fixture
def session(road: Road, agents: list[Extension]) -> MessagingSession:
    """Picked up by Ada."""
    with transaction.atomic():
        session = open_session(road.number, CONTACT, at=timezone.now())
    actions.pick_up(session, agent=agents[0])
    return session


def choices_of(page: Any) -> list[str]:
    return [str(label) for _key, label in page.context["form"].fields["to"].choices]


def lines_of(session: MessagingSession) -> list[str]:
    return list(session.messages.order_by("pk").values_list("system_line", flat=True))


def words_of(session: MessagingSession) -> str:
    """What the thread says last."""
    return system_line(session.messages.order_by("-pk")[0])


def test_deleted_extension_gives_each_session_back_to_its_own_queue(
    admin_page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    sales = make_queue(agents[0], name="Sales")
    other = open_session(
        make_road(sales, address="+12015550123", name="Other").number, CONTACT, at=timezone.now()
    )
    actions.pick_up(other, agent=agents[0])
    admin_page.post(f"/extensions/{agents[0].pk}/delete/")
    assert [words_of(one) for one in (session, other)] == [f"{GONE} Support.", f"{GONE} Sales."]
    html = logged_in(agents[1].user).get(f"/inbox/{session.pk}/timeline/").content.decode()
    assert f"{GONE} Support." in html


def test_page_names_the_sessions_and_the_places(
    admin_page: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    page = admin_page.get(f"/extensions/{agents[0].pk}/deactivate/")
    assert page.context["form"].fields["to"].label == "Its 1 open session goes to"
    assert choices_of(page) == ["Back to their message queues", "Support", "1002 Ben", "1003 Cleo"]
    assert said(page) == ["The user “agent1001” can’t log in until you activate the extension again."]


def test_deactivated_extension_gives_its_sessions_back(
    admin_page: Client, session: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    browser = logged_in(agents[0].user)
    answer = admin_page.post(f"/extensions/{agents[0].pk}/deactivate/", follow=True)
    assert messages_of(answer) == ["“1001 Ada” was deactivated."]
    assert rows_of(answer)[0] == ["1001", "Ada", "agent1001 inactive", "–", "Support"]
    session.refresh_from_db()
    assert (session.agent, session.queue) == (None, queue)
    assert (lines_of(session), words_of(session)) == (["picked_up", "rehomed"], f"{GONE} Support.")
    assert browser.get("/inbox/").status_code == 302
    answer = admin_page.post(f"/extensions/{agents[0].pk}/activate/", follow=True)
    assert messages_of(answer) == ["“1001 Ada” can log in again."]
    assert logged_in(agents[0].user).get("/inbox/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["delete", "deactivate"])
@pytest.mark.parametrize("kind", ["extension", "queue"])
def test_sessions_go_where_the_administrator_says(
    admin_page: Client,
    session: MessagingSession,
    agents: list[Extension],
    queue: MessageQueue,
    redis_client: Redis,
    page: str,
    kind: str,
) -> None:
    sales = make_queue(agents[1], name="Sales")
    to = f"extension-{agents[2].pk}" if kind == "extension" else f"queue-{sales.pk}"
    admin_page.post(f"/extensions/{agents[0].pk}/{page}/", {"to": to})
    session.refresh_from_db()
    place = (agents[2], queue) if kind == "extension" else (None, sales)
    assert (session.agent, session.queue) == place
    assert lines_of(session) == ["picked_up", "rehomed"]
    assert words_of(session) == f"{GONE} {place[0] or place[1]}."
    told = [agents[0].pk, agents[2].pk] if kind == "extension" else [agents[0].pk, f"agents:{sales.pk}"]
    supervisors = sorted({f"queue:{queue.pk}", f"queue:{place[1].pk}"})
    assert published(redis_client)[-1]["audience"] == [*told, *supervisors]


@pytest.mark.django_db
def test_session_without_a_queue_needs_a_place(admin_page: Client, agents: list[Extension]) -> None:
    road = make_road(agents[2])
    session = open_session(road.number, CONTACT, at=timezone.now())
    Number.objects.update(extension=agents[1])
    path = f"/extensions/{agents[2].pk}/deactivate/"
    assert choices_of(admin_page.get(path)) == ["Choose a place…", "1001 Ada", "1002 Ben"]
    for wrong in ("", f"extension-{agents[2].pk}", "queue-99"):
        answer = admin_page.post(path, {"to": wrong})
        assert (answer.status_code, list(errors_of(answer.context["form"]))) == (422, ["to"])
    admin_page.post(path, {"to": f"extension-{agents[0].pk}"})
    session.refresh_from_db()
    assert session.agent == agents[0]
    assert not User.objects.get(pk=agents[2].user_id).is_active


def test_what_waits_in_a_deleted_queue_goes_to_another(
    admin_page: Client, road: Road, agents: list[Extension], queue: MessageQueue
) -> None:
    waiting = open_session(road.number, CONTACT, at=timezone.now())
    Number.objects.update(queue=None, extension=agents[2])
    sales = make_queue(agents[2], name="Sales")
    answer = admin_page.post(f"/queues/{queue.pk}/delete/", {"to": f"queue-{sales.pk}"}, follow=True)
    assert messages_of(answer) == ["“Support” was deleted."]
    waiting.refresh_from_db()
    assert (waiting.agent, waiting.queue) == (None, sales)
    assert (lines_of(waiting), words_of(waiting)) == (["rehomed"], f"{GONE} Sales.")


def test_queue_without_another_active_agent_is_named(
    admin_page: Client, agents: list[Extension], queue: MessageQueue
) -> None:
    queue.agents.set(agents[:1])
    page = admin_page.get(f"/extensions/{agents[0].pk}/deactivate/")
    assert said(page)[1:] == ["Nobody else answers in the message queue Support."]


def test_login_of_an_extension_is_switched_off_there(admin_page: Client, agents: list[Extension]) -> None:
    user = agents[0].user
    answer = admin_page.post(f"/users/{user.pk}/", {"username": user.username, "role": "agent"})
    words = "This is the login of extension 1001 Ada. Deactivate it there: its sessions need another place."
    assert errors_of(answer.context["form"]) == {"is_active": [words]}
    assert User.objects.get(pk=user.pk).is_active


def test_last_administrator_is_not_switched_off(admin_page: Client, administrator: User) -> None:
    extension = Extension.objects.create(number="1009", name="Root", user=administrator)
    answer = admin_page.post(f"/extensions/{extension.pk}/deactivate/")
    assert answer.status_code == 409
    assert "This is the only active administrator." in answer.content.decode()
    assert User.objects.get(role=Role.ADMINISTRATOR).is_active
