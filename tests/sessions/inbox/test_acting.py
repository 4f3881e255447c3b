"""What an agent does with a session beside answering, and that nobody does it with another's."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.inbox.thread import PAGE
from sessions.models import Contact, Event, Message, MessagingSession, Tag
from tests.factories import CONTACT, make_queue
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db
READ = (
    "session",
    "thread",
    "older",
    "timeline",
    "places",
    "viewers",
    "canned-replies",
    "contact",
    "transfer",
)
WRITTEN = (
    *("pick-up", "reply", "draft", "close", "transfer", "note", "tags"),
    *("archive", "unarchive", "unread", "contact"),
)


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def own(session: MessagingSession, agents: list[Extension]) -> MessagingSession:
    """Ada has it."""
    actions.pick_up(session, agent=agents[0])
    return session


@pytest.fixture
def pages(agents: list[Extension]) -> list[Client]:
    """Ada's, Ben's, Cleo's."""
    return [logged_in(agent.user) for agent in agents]


def url(name: str, *args: object) -> str:
    return reverse(f"inbox-{name}", args=args)


def notes(session: MessagingSession) -> list[str]:
    return list(session.messages.filter(kind=Message.Kind.NOTE).values_list("body", flat=True))


def test_no_url_of_a_session_is_there_for_another_agent(own: MessagingSession, pages: list[Client]) -> None:
    before = MessagingSession.objects.values().get()
    message = own.messages.first()
    assert message is not None
    for other in pages[1:]:
        found = [name for name in READ if other.get(url(name, own.pk)).status_code != 404]
        found += [name for name in WRITTEN if other.post(url(name, own.pk), {"body": "x"}).status_code != 404]
        found += [
            name for name in ("retry", "cancel") if other.post(url(name, message.pk)).status_code != 404
        ]
        assert found == []
        assert other.post(url("viewing"), {"page": "a-page-1", "session": own.pk}).status_code in (400, 404)
        assert f"row-{own.pk}" not in other.get(url("rows"), {"session": own.pk}).content.decode()
    assert MessagingSession.objects.values().get() == before
    assert (notes(own), Contact.objects.count()) == ([], 0)


def test_note_is_the_agents_own_and_no_answer(own: MessagingSession, pages: list[Client]) -> None:
    own.refresh_from_db()
    before = (own.last_active_at, own.unanswered_since)
    html = pages[0].post(url("note", own.pk), {"body": "Paid; see <b>2041</b>"}).content.decode()
    assert "Paid; see &lt;b&gt;2041&lt;/b&gt;" in html
    own.refresh_from_db()
    assert (own.last_active_at, own.unanswered_since) == before
    assert own.last_message.body == "Are you open today?"  # type: ignore[union-attr]
    assert notes(own) == ["Paid; see <b>2041</b>"]


def test_empty_note_is_refused_in_its_own_form(own: MessagingSession, pages: list[Client]) -> None:
    answer = pages[0].post(url("note", own.pk) + "?composer=reply", {"body": "  "})
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#note-form")
    assert "Write something first." in answer.content.decode()
    assert "?composer=reply" in answer.content.decode()
    assert notes(own) == []


@pytest.mark.parametrize("kind", ["extension", "queue"])
def test_transfer_takes_history_and_note_along(
    own: MessagingSession, pages: list[Client], agents: list[Extension], kind: str
) -> None:
    sales = make_queue(agents[2], name="Sales")
    to = f"queue-{sales.pk}" if kind == "queue" else f"extension-{agents[2].pk}"
    where = "Sales" if kind == "queue" else "1003 Cleo"
    answer = pages[0].post(url("transfer", own.pk), {"to": to, "note": "A good customer."})
    assert (answer["HX-Retarget"], [*json.loads(answer["PBX-Events"])]) == (
        "#session",
        ["dialog:close", "undo:offer"],
    )
    assert text_of(answer.content.decode()).startswith(f"The session was transferred to {where}.")
    assert pages[0].get(url("session", own.pk)).status_code == 404
    html = pages[2].get(url("session", own.pk)).content.decode()
    for said in ("Are you open today?", f"Ada transferred the session to {where}.", "A good customer."):
        assert said in html
    group = "waiting" if kind == "queue" else "mine"
    assert listed_in(pages[2].get(reverse("inbox")), group) == [own]


@pytest.mark.parametrize("to", ["", "extension-0", "queue-999999", "own"])
def test_transfer_to_nowhere_keeps_the_note(
    own: MessagingSession, pages: list[Client], agents: list[Extension], to: str
) -> None:
    to = f"extension-{agents[0].pk}" if to == "own" else to
    answer = pages[0].post(url("transfer", own.pk), {"to": to, "note": "A good customer."})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["to"]
    assert "A good customer." in answer.content.decode()
    own.refresh_from_db()
    assert (own.agent, notes(own)) == (agents[0], [])


def test_waiting_session_is_picked_up_before_it_is_transferred(
    session: MessagingSession, pages: list[Client], agents: list[Extension]
) -> None:
    answer = pages[0].post(url("transfer", session.pk), {"to": f"extension-{agents[2].pk}"})
    assert "Only the agent who has the session, or a supervisor, transfers it." in answer.content.decode()
    session.refresh_from_db()
    assert session.agent is None


def test_tags_are_shown_in_the_list(own: MessagingSession, pages: list[Client]) -> None:
    order, _urgent = Tag.objects.create(name="order"), Tag.objects.create(name="urgent", colour="red")
    pages[0].post(url("tags", own.pk), {"tags": [order.pk]})
    assert [*own.tags.all()] == [order]
    page = pages[0].get(reverse("inbox")).content.decode()
    assert text_of(page).count("order") == 1
    pages[0].post(url("tags", own.pk), {"tags": [999_999]})
    assert [*own.tags.all()] == [order]
    pages[0].post(url("tags", own.pk))
    assert [*own.tags.all()] == []


def test_archived_session_leaves_the_lists_until_the_contact_writes(
    own: MessagingSession, pages: list[Client], agents: list[Extension], post_inbound: Post
) -> None:
    actions.reply(own, agent=agents[0], body="Till six")
    pages[0].post(url("archive", own.pk))
    assert listed_in(pages[0].get(reverse("inbox")), "mine") == []
    assert listed_in(pages[0].get(reverse("inbox"), {"show": "archived"}), "archived") == [own]
    pages[0].post(url("unarchive", own.pk))
    assert listed_in(pages[0].get(reverse("inbox")), "mine") == [own]
    pages[0].post(url("archive", own.pk))
    post_inbound(2, "Hello?")
    assert listed_in(pages[0].get(reverse("inbox")), "mine") == [own]


def test_mark_unread_leaves_the_session_unread(own: MessagingSession, pages: list[Client]) -> None:
    pages[0].post(url("unread", own.pk))
    own.refresh_from_db()
    assert own.unread == 1
    pages[0].get(url("session", own.pk))
    own.refresh_from_db()
    assert own.unread == 0


def test_waiting_session_is_not_marked_as_unread_for_all(
    session: MessagingSession, pages: list[Client]
) -> None:
    MessagingSession.objects.update(unread=0)
    answer = pages[0].post(url("unread", session.pk))
    assert "HX-Trigger" not in answer
    assert "Only the agent who has the session marks it as unread." in answer.content.decode()
    assert MessagingSession.objects.get().unread == 0


def test_contact_s_name_is_shown_wherever_the_contact_is(own: MessagingSession, pages: list[Client]) -> None:
    before = Event.objects.count()
    html = pages[0].post(url("contact", own.pk), {"name": "Nadia", "notes": "Rings twice"}).content.decode()
    assert "Nadia" in html and "Rings twice" in html
    assert (Contact.objects.get().address, Contact.objects.get().name) == (CONTACT, "Nadia")
    assert "Nadia" in text_of(pages[0].get(reverse("inbox")).content.decode())
    assert Event.objects.count() == before + 1  # so that the lists that show it are told
    pages[0].post(url("contact", own.pk), {"name": "Nadia", "notes": "Rings once"})
    assert Event.objects.count() == before + 1


def test_contact_s_form_keeps_what_is_too_long(own: MessagingSession, pages: list[Client]) -> None:
    answer = pages[0].post(url("contact", own.pk), {"name": "N" * 500, "notes": "Rings twice"})
    assert answer.status_code == 422
    assert "Rings twice" in answer.content.decode()
    assert Contact.objects.count() == 0


def test_other_sessions_of_the_contact_are_those_one_may_see(
    own: MessagingSession, pages: list[Client], agents: list[Extension]
) -> None:
    def copy(agent: Extension) -> MessagingSession:
        at = own.last_active_at
        times = {"opened_at": at, "last_active_at": at, "closed_at": at}
        return MessagingSession.objects.create(
            number=own.number, contact=CONTACT, agent=agent, closed_by="agent", **times
        )

    seen, _hidden = copy(agents[0]), copy(agents[1])
    assert pages[0].get(url("session", own.pk)).context["earlier"] == [seen]


def test_timeline_says_who_did_what(own: MessagingSession, pages: list[Client]) -> None:
    pages[0].post(url("close", own.pk), {"sure": "on"})
    html = text_of(pages[0].get(url("timeline", own.pk)).content.decode())
    steps = ["The session began.", "Ada picked up the session.", "Ada closed the session."]
    places = [html.find(step) for step in steps]
    assert places == sorted(places) and -1 not in places
    assert "Are you open today?" not in html


def more_sessions(own: MessagingSession, n: int, *, from_s: int = 1) -> list[MessagingSession]:
    """Copies of a session for other contacts, each a second older than the one before."""
    return MessagingSession.objects.bulk_create(
        MessagingSession(
            number=own.number,
            contact=f"+1415555{number:04}",
            queue=own.queue,
            agent=own.agent,
            opened_at=own.opened_at,
            last_active_at=own.last_active_at - timedelta(seconds=number),
            last_message=own.last_message,
        )
        for number in range(from_s, from_s + n)
    )


def listed(answer: Any) -> list[int]:
    return [session.pk for group in answer.context["groups"] for session in group.rows]


def test_list_goes_on_where_it_ended_whatever_came_meanwhile(
    own: MessagingSession, pages: list[Client]
) -> None:
    own.refresh_from_db()
    ids = [own.pk, *(session.pk for session in more_sessions(own, 70))]
    first = pages[0].get(reverse("inbox"))
    (mine,) = [group for group in first.context["groups"] if group.name == "mine"]
    assert (listed(first), mine.count) == (ids[:30], 71)
    more_sessions(own, 2, from_s=-2)  # newer
    second = pages[0].get(url("page", "mine"), {"before": mine.more})
    third = pages[0].get(url("page", "mine"), {"before": second.context["group"].more})
    assert (listed(second), listed(third)) == (ids[30:60], ids[60:])
    assert third.context["group"].more == ""
    for nonsense in ("x", "1-", "-1", "99999999999999999999-1"):
        assert len(listed(pages[0].get(url("page", "mine"), {"before": nonsense}))) == 30


def test_list_is_filtered_by_number_and_queue(own: MessagingSession, pages: list[Client]) -> None:
    assert own.queue_id is not None
    for asked, found in (
        ({"number": own.number_id}, [own.pk]),
        ({"number": own.number_id + 1}, []),
        ({"queue": own.queue_id}, [own.pk]),
        ({"queue": own.queue_id + 1}, []),
        ({"queue": "x", "number": "-1", "show": "nothing"}, [own.pk]),
    ):
        assert listed(pages[0].get(reverse("inbox"), asked)) == found


def fill(session: MessagingSession, n: int) -> list[int]:
    rows = Message.objects.bulk_create(
        Message(session=session, kind="inbound", body=f"Text {number}", created_at=session.last_active_at)
        for number in range(n)
    )
    return [row.pk for row in rows]


def thread(answer: Any) -> list[int]:
    return [message.pk for message in answer.context["thread"].messages]


def test_thread_goes_on_where_it_ended_whatever_came_meanwhile(
    own: MessagingSession, pages: list[Client]
) -> None:
    ids = [*own.messages.order_by("pk").values_list("pk", flat=True), *fill(own, 2 * PAGE + 18)]
    opened = pages[0].get(url("session", own.pk))
    assert thread(opened) == ids[-PAGE:]
    fill(own, 1)
    second = pages[0].get(url("older", own.pk), {"before": opened.context["thread"].older})
    third = pages[0].get(url("older", own.pk), {"before": second.context["thread"].older})
    assert (thread(second), thread(third)) == (ids[-2 * PAGE : -PAGE], ids[: -2 * PAGE])
    assert third.context["thread"].older is None


def test_looking_at_older_texts_marks_nothing_as_read(
    own: MessagingSession, pages: list[Client], post_inbound: Post
) -> None:
    post_inbound(2, "Hello?")
    pages[0].get(url("older", own.pk))
    own.refresh_from_db()
    assert own.unread == 1


def test_line_stands_above_the_new_texts(
    own: MessagingSession, pages: list[Client], post_inbound: Post
) -> None:
    post_inbound(2, "Hello?")
    post_inbound(3, "Anybody there?")
    html = pages[0].get(url("session", own.pk)).content.decode()
    line, new = html.find('id="thread-unread"'), html.find("Hello?</div>")
    assert html.find("Are you open today?</div>") < line < new
    assert 'id="thread-unread"' not in pages[0].get(url("session", own.pk)).content.decode()


def cost(page: Client, address: str) -> int:
    page.get(address)  # what is asked for once
    with CaptureQueriesContext(connection) as queries:
        assert page.get(address).status_code == 200
    return len(queries)


def test_thread_costs_the_same_with_one_and_with_fifty_texts(
    own: MessagingSession, pages: list[Client], agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="Till six")
    names = ("session", "thread", "older", "timeline")
    one = [cost(pages[0], url(name, own.pk)) for name in names]
    fill(own, 30)
    for number in range(20):
        actions.reply(own, agent=agents[0], body=f"Answer {number}")
    assert [cost(pages[0], url(name, own.pk)) for name in names] == one


def test_page_of_a_list_costs_the_same_with_one_and_with_thirty_rows(
    own: MessagingSession, pages: list[Client], queue: MessageQueue
) -> None:
    tag = Tag.objects.create(name="order")
    actions.set_tags(own, tags=[tag])
    addresses = [url("page", "mine"), url("sessions"), f"{url('sessions')}?q=open"]
    one = [cost(pages[0], address) for address in addresses]
    for session in more_sessions(own, 40):
        session.tags.add(tag)
    assert [cost(pages[0], address) for address in addresses] == one


def test_links_are_harmless_and_learn_nothing_of_us(pages: list[Client], post_inbound: Post) -> None:
    post_inbound(1, "See https://example.com/a?b=1&c=2 or javascript:alert(1) or me@example.com")
    html = pages[0].get(url("session", MessagingSession.objects.get().pk)).content.decode()
    address = "https://example.com/a?b=1&amp;c=2"
    apart = 'target="_blank" rel="noopener noreferrer nofollow" dir="ltr"'
    assert f'<a href="{address}" {apart}>{address}</a>' in html
    assert "javascript:alert(1)" in html and 'href="javascript' not in html
    assert '<a href="mailto:me@example.com" dir="ltr">me@example.com</a>' in html


def test_retry_on_a_page_of_before_says_why_not_and_shows_how_it_is_now(
    session: MessagingSession, agents: list[Extension]
) -> None:
    """Somebody, or another page, has sent it again."""
    actions.pick_up(session, agent=agents[0])
    message = actions.reply(session, agent=agents[0], body="On our way")
    ada = logged_in(agents[0].user)
    answer = ada.post(reverse("inbox-retry", args=[message.pk]), headers={"HX-Request": "true"})
    shown = text_of(answer.content.decode())
    assert answer.status_code == 200
    assert "It is queued. Only a text that failed or expired can be sent again." in shown
    assert "On our way" in shown
    assert message.attempts.count() == 1
