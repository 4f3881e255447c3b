"""Who is mentioned in a note is told, reads along in its session, and finds it in a list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from routing.models import Extension
from sessions import actions
from sessions.models import Mention, MessagingSession
from sessions.models.mentions import READ_AFTER_CLOSING
from tests.factories import make_agent, make_queue
from tests.portal import logged_in, make_user
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's. Cleo is in no queue, and does not see it."""
    post_inbound(1, "Are you open?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


@pytest.fixture
def write(session: MessagingSession, agents: list[Extension]) -> Callable[[str], Any]:
    ada = logged_in(agents[0].user)
    return lambda body: ada.post(f"/inbox/{session.pk}/note/", {"body": body})


@pytest.fixture
def cleo(agents: list[Extension]) -> Client:
    return logged_in(agents[2].user)


def mentioned() -> list[tuple[str, str]]:
    """Who, and by which words."""
    found = Mention.objects.select_related("message", "user").order_by("message", "start")
    return [(one.user.username, one.message.body[one.start : one.start + one.length]) for one in found]


def told(client: Client) -> list[str]:
    return [call["kind"] for call in client.get("/inbox/calls/").json()["calls"]]


def to_see(client: Client) -> int:
    return int(client.get("/inbox/sessions/").context["mentions_to_see"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("@Cleo, can you help?", ["@Cleo"]),
        ("Ask @1003.", ["@1003"]),
        ("@cleo", ["@cleo"]),
        ("(@Cleo)", ["@Cleo"]),
        ("@Cleo and @Ben", ["@Cleo", "@Ben"]),
        ("@Cleo's idea", ["@Cleo"]),
        ("mail@Cleo.example, @Cleopatra, @ Cleo, @10033, @@Cleo", []),
    ],
)
def test_name_or_number_after_an_at_mentions(
    write: Callable[[str], Any], body: str, words: list[str]
) -> None:
    assert write(body).status_code == 200
    assert [said for _user, said in mentioned()] == words


def test_longest_name_is_meant_and_blanks_may_be_others(write: Callable[[str], Any]) -> None:
    make_agent("1004", "Cleo Miller")
    write("@Cleo\N{NO-BREAK SPACE}Miller and @Cleo Mills")
    assert [user for user, _said in mentioned()] == ["agent1004", "agent1003"]


def test_name_that_two_have_means_neither_but_their_numbers_do(write: Callable[[str], Any]) -> None:
    make_agent("1004", "Cleo")
    write("@Cleo @1003 @1004")
    assert mentioned() == [("agent1003", "@1003"), ("agent1004", "@1004")]


def test_whoever_is_gone_or_writes_is_not_mentioned(
    write: Callable[[str], Any], agents: list[Extension]
) -> None:
    Extension.objects.filter(pk=agents[1].pk).update(archived_at=timezone.now())
    User.objects.filter(pk=agents[2].user_id).update(is_active=False)
    write("@Ada @Ben @Cleo")
    assert mentioned() == []


def test_mentioned_reads_along_from_then_on(
    cleo: Client, session: MessagingSession, write: Callable[[str], Any]
) -> None:
    url = f"/inbox/{session.pk}/"
    assert cleo.get(url, headers=HTMX).status_code == 404
    write("@Cleo, what do you think?")
    html = cleo.get(url, headers=HTMX).content.decode()
    assert "Are you open?" in html
    assert "You read along, because a note mentions you." in html
    assert "hx-post" not in html
    for act in ("reply", "note", "close", "archive", "pick-up", "transfer"):
        answer = cleo.post(f"{url}{act}/", {"body": "x"})
        assert answer.status_code in (404, 422), act
    session.refresh_from_db()
    assert (session.is_open, session.agent and session.agent.name) == (True, "Ada")
    assert not session.messages.filter(body="x").exists()


def test_mentioned_is_told_until_the_session_is_opened(
    cleo: Client, session: MessagingSession, write: Callable[[str], Any]
) -> None:
    assert (told(cleo), to_see(cleo)) == ([], 0)
    write("@Cleo")
    assert (told(cleo), to_see(cleo)) == (["mention"], 1)
    marks = {cleo.get("/inbox/calls/").json()["calls"][0]["mark"]}
    write("@Cleo, please")
    marks.add(cleo.get("/inbox/calls/").json()["calls"][0]["mark"])
    assert len(marks) == 2
    cleo.get(f"/inbox/{session.pk}/", headers=HTMX)
    assert (told(cleo), to_see(cleo)) == ([], 0)


def test_mentioned_finds_the_session_in_a_list_of_its_own(
    cleo: Client, session: MessagingSession, write: Callable[[str], Any], agents: list[Extension]
) -> None:
    write("@Cleo @Ben")
    page = cleo.get("/inbox/", {"show": "mentioned"})
    assert listed_in(page, "mentioned") == [session]
    assert "You were mentioned" in page.content.decode()
    for show in ("open", "closed", "archived"):
        page = cleo.get("/inbox/", {"show": show})
        assert [row for group in page.context["groups"] for row in group.rows] == []
    assert listed_in(cleo.get("/inbox/", {"q": "open"}), "found") == [session]
    cleo.get(f"/inbox/{session.pk}/", headers=HTMX)
    page = cleo.get("/inbox/", {"show": "mentioned"})
    assert listed_in(page, "mentioned") == [session]
    assert "You were mentioned</span>" not in page.content.decode()


def test_mentioned_reads_for_a_week_after_closing(
    cleo: Client, session: MessagingSession, write: Callable[[str], Any], agents: list[Extension]
) -> None:
    write("@Cleo")
    actions.close(session, agent=agents[0])
    html = cleo.get(f"/inbox/{session.pk}/", headers=HTMX).content.decode()
    assert "The session is closed; a week later you see it no more." in html
    MessagingSession.objects.update(closed_at=timezone.now() - READ_AFTER_CLOSING - timedelta(seconds=1))
    assert cleo.get(f"/inbox/{session.pk}/", headers=HTMX).status_code == 404
    assert listed_in(cleo.get("/inbox/", {"show": "mentioned"}), "mentioned") == []


def test_other_sessions_of_the_contact_stay_hidden(
    cleo: Client,
    session: MessagingSession,
    write: Callable[[str], Any],
    agents: list[Extension],
    post_inbound: Post,
) -> None:
    actions.close(session, agent=agents[0])
    post_inbound(2, "Hello again")
    second = MessagingSession.objects.open().get()
    actions.pick_up(second, agent=agents[0])
    actions.add_note(second, agent=agents[0], body="@Cleo")
    html = cleo.get(f"/inbox/{second.pk}/", headers=HTMX).content.decode()
    assert "Hello again" in html
    assert "Are you open?" not in html
    assert cleo.get(f"/inbox/{session.pk}/", headers=HTMX).status_code == 404


def test_renamed_agent_is_shown_by_the_new_name(
    session: MessagingSession, write: Callable[[str], Any], agents: list[Extension]
) -> None:
    write("Ask <b>@Cleo</b>, she knows.\nSoon.")
    Extension.objects.filter(pk=agents[2].pk).update(name="Cleo <Smith>")
    html = logged_in(agents[0].user).get(f"/inbox/{session.pk}/", headers=HTMX).content.decode()
    chip = '<span class="mention">@<bdi>Cleo &lt;Smith&gt;</bdi></span>'
    assert f"Ask &lt;b&gt;{chip}&lt;/b&gt;, she knows.<br>Soon." in html


def test_supervisor_without_an_extension_is_mentioned(
    session: MessagingSession, write: Callable[[str], Any], agents: list[Extension]
) -> None:
    user = make_user("vera", Role.SUPERVISOR)
    User.objects.filter(pk=user.pk).update(first_name="Vera", last_name="Cruz")
    vera = logged_in(user)
    assert vera.get(f"/inbox/{session.pk}/", headers=HTMX).status_code == 404
    write("@Vera Cruz, @vera")
    assert mentioned() == [("vera", "@Vera Cruz"), ("vera", "@vera")]
    html = vera.get(f"/inbox/{session.pk}/", headers=HTMX).content.decode()
    assert "because a note mentions you" in html
    assert listed_in(vera.get("/inbox/", {"show": "mentioned"}), "mentioned") == [session]


def test_note_of_a_transfer_mentions_too(session: MessagingSession, agents: list[Extension]) -> None:
    actions.transfer(session, agent=agents[0], to=agents[1], note="@Cleo knows the contact")
    assert mentioned() == [("agent1003", "@Cleo")]


def test_people_are_offered_by_words_that_mean_nobody_else(agents: list[Extension]) -> None:
    make_agent("1004", "Cleo")
    make_user("vera", Role.SUPERVISOR)
    make_user("root", Role.ADMINISTRATOR)
    found = logged_in(agents[0].user).get("/inbox/people/").json()["people"]
    assert [(one["name"], one["handle"], one["words"]) for one in found] == [
        ("Ben", "1002", "Ben"),
        ("Cleo", "1003", "1003"),
        ("Cleo", "1004", "1004"),
        ("vera", "vera", "vera"),
    ]


def test_many_mentions_cost_as_many_queries_as_one(
    cleo: Client, session: MessagingSession, agents: list[Extension]
) -> None:
    def cost(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert cleo.get(url, headers=HTMX).status_code == 200
        return len(captured)

    urls = (f"/inbox/{session.pk}/", "/inbox/?show=mentioned", "/inbox/calls/")
    actions.add_note(session, agent=agents[0], body="@Cleo")
    make_queue(name="Others")
    for url in urls:
        cost(url)
    few = [cost(url) for url in urls]
    for number in range(10):
        actions.add_note(session, agent=agents[0], body=f"@Cleo and @Ben {number}")
    cost(urls[0])
    assert [cost(url) for url in urls] == few
