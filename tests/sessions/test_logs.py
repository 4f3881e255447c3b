"""The message logs: who sees which sessions, how they are narrowed, transferred and exported."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions, archiving
from sessions.models import Attachment, Contact, Message, MessagingSession
from tests.factories import CONTACT, OUR_NUMBER, Road, make_queue, make_road
from tests.portal import PASSWORD, logged_in, make_user, messages_of, rows_of
from tests.sessions.conftest import Post
from tests.walking import log_in

OTHER, THIRD = "+14155550124", "+14155550125"


@pytest.fixture
def sessions(post_inbound: Post, road: Road, agents: list[Extension]) -> dict[str, MessagingSession]:
    """`waiting` in Support, `closed` by Ada on the first of March, `ours` of Cleo without a queue."""
    ada, _ben, cleo = agents
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        post_inbound(1, "Are you open today?")
        closed = MessagingSession.objects.get()
        actions.pick_up(closed, agent=ada)
        actions.reply(closed, agent=ada, body="Yes, until five")
        actions.close(closed, agent=ada)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        post_inbound(2, "A green one, please", From=OTHER)
    elsewhere = make_road(cleo, cleo, address="+12015550123", name="Other")
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC), tick=False):
        values = {"contact": THIRD, "body": "Your parcel has come", "client_id": "1"}
        sent = actions.start_session(agent=cleo, number=elsewhere.number, **values)  # type: ignore[arg-type]
    waiting = MessagingSession.objects.get(contact=OTHER)
    return {"waiting": waiting, "closed": closed, "ours": sent.session}


@pytest.fixture
def supervisor_page(queue: MessageQueue) -> Client:
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    return logged_in(vera)


@pytest.fixture
def shown(admin_page: Client, sessions: dict[str, MessagingSession]) -> Callable[..., list[str]]:
    """The names of the sessions that the list shows, newest first."""
    names = {session.pk: name for name, session in sessions.items()}

    def read(page: Client = admin_page, **asked: str) -> list[str]:
        return [names[session.pk] for session in page.get("/logs/", asked).context["listing"].rows]

    return read


def lines_of(answer: Any) -> list[list[str]]:
    text: str = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


@pytest.mark.django_db
def test_list_has_its_columns(admin_page: Client, sessions: dict[str, MessagingSession]) -> None:
    Contact.objects.create(address=OTHER, name="Ben")
    rows = [row[1:] for row in rows_of(admin_page.get("/logs/"))]
    at = [f"03/0{day}/2026 12:00" for day in (1, 2, 3)]
    ids = {name: str(session.pk) for name, session in sessions.items()}
    assert rows == [
        [ids["ours"], at[2], at[2], "+12015550123", THIRD, "Other", "1003 Cleo", "Open"],
        [ids["waiting"], at[1], at[1], f"{OTHER} Ben", OUR_NUMBER, "Main", "Support", "Waiting"],
        [ids["closed"], at[0], at[0], CONTACT, OUR_NUMBER, "Main", "1001 Ada Support", "Closed"],
    ]


@pytest.mark.django_db
def test_supervisor_sees_only_the_queues_sessions(
    shown: Callable[..., list[str]], supervisor_page: Client, sessions: dict[str, MessagingSession]
) -> None:
    assert (shown(), shown(supervisor_page)) == (["ours", "waiting", "closed"], ["waiting", "closed"])
    assert shown(supervisor_page, q="parcel") == []
    assert shown(supervisor_page, session=str(sessions["ours"].pk)) == []
    assert supervisor_page.get(f"/logs/{sessions['ours'].pk}/").status_code == 404
    assert len(lines_of(supervisor_page.get("/logs/export/"))) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "green"}, ["waiting"]),
        ({"q": "until five"}, ["closed"]),
        ({"q": "555-0125"}, ["ours"]),
        ({"since": "2026-03-02"}, ["ours", "waiting"]),
        ({"until": "2026-03-02"}, ["waiting", "closed"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["waiting"]),
        ({"sender": "(415) 555-0123"}, ["closed"]),
        ({"sender": OUR_NUMBER}, []),
        ({"recipient": OUR_NUMBER}, ["waiting", "closed"]),
        ({"sender": "+12015550123"}, ["ours"]),
        ({"sender": "+12015550123", "recipient": THIRD}, ["ours"]),
        ({"sender": THIRD, "recipient": "+12015550123"}, []),
        ({"sender": "ben"}, ["waiting"]),
        ({"status": "open"}, ["ours", "waiting"]),
        ({"status": "closed"}, ["closed"]),
        ({"status": "archived"}, ["waiting"]),
        ({"status": "failed"}, ["ours"]),
        ({"status": "open", "q": "green", "recipient": OUR_NUMBER}, ["waiting"]),
        ({"since": "yesterday", "session": "x", "channel": "999"}, ["ours", "waiting", "closed"]),
        ({"since": "0001-01-01", "session": "9" * 30, "sender": "\0"}, ["ours", "waiting", "closed"]),
    ],
    ids=str,
)
def test_filters(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    asked: dict[str, str],
    names: list[str],
) -> None:
    Contact.objects.create(address=OTHER, name="Ben")
    actions.archive(sessions["waiting"])
    Message.objects.filter(session=sessions["ours"]).update(status="undelivered")
    assert shown(**asked) == names


@pytest.mark.django_db
def test_filters_by_channel_number_and_session(
    shown: Callable[..., list[str]], sessions: dict[str, MessagingSession], road: Road
) -> None:
    assert shown(channel=str(road.channel.pk)) == ["waiting", "closed"]
    assert shown(number=str(sessions["ours"].number_id)) == ["ours"]
    assert shown(session=str(sessions["closed"].pk)) == ["closed"]


@pytest.mark.django_db
def test_filter_for_what_lost_its_extension_or_queue(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    queue: MessageQueue,
    road: Road,
) -> None:
    assert shown(deleted="on") == []
    archiving.archive_extension(agents[0])
    assert shown(deleted="on") == ["closed"]
    sales = make_queue(agents[1], name="Sales")
    type(road.number).objects.filter(pk=road.number.pk).update(queue=sales)
    archiving.archive_queue(queue, to=sales)
    assert shown(deleted="on") == ["closed"]
    assert shown(deleted="on", status="open") == []


@pytest.mark.django_db
def test_what_cannot_be_read_says_so_on_its_field(
    admin_page: Client, sessions: dict[str, MessagingSession]
) -> None:
    answer = admin_page.get("/logs/", {"since": "yesterday", "session": "x"})
    assert answer.context["filters"].errors == {
        "since": ["Enter a valid date."],
        "session": ["Enter a whole number."],
    }
    assert 'value="yesterday"' in answer.content.decode()


@pytest.mark.django_db
def test_list_costs_the_same_with_thirty_sessions_and_pages_on(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    def queries(**asked: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/logs/", asked)
        return len(captured)

    queries()
    few = queries(), queries(q="open"), queries(sender="+1415")
    for number in range(30):
        post_inbound(number + 10, "Are you open?", From=f"+141555502{number:02}")
    assert (queries(), queries(q="open"), queries(sender="+1415")) == few
    newest = admin_page.get("/logs/").context["listing"]
    older = admin_page.get("/logs/", {"before": newest.older}).context["listing"]
    pks = [session.pk for session in [*newest.rows, *older.rows]]
    assert (len(pks), len(set(pks)), older.older) == (33, 33, "")


@pytest.mark.django_db
def test_detail_shows_thread_timeline_and_files(
    admin_page: Client, sessions: dict[str, MessagingSession], agents: list[Extension]
) -> None:
    session = sessions["closed"]
    actions.add_note(session, agent=agents[0], body="Was in a hurry")
    attachment = Attachment(message=session.messages.earliest("pk"), position=0, state="stored")
    attachment.content_type = "image/png"
    attachment.file.save("x.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    answer = admin_page.get(f"/logs/{session.pk}/")
    html = answer.content.decode()
    for text in ("Are you open today?", "Yes, until five", "Was in a hurry"):
        assert text in html
    assert [line.system_line for line in answer.context["lines"]] == ["picked_up", "closed"]
    assert "<textarea" in html and "hx-post" not in html  # the transfer's note; nothing of the composer
    file = admin_page.get(f"/inbox/attachments/{attachment.pk}/")
    assert (file.status_code, file["Content-Type"]) == (200, "image/png")
    session.refresh_from_db()
    assert session.unread == 0


@pytest.mark.django_db
def test_detail_pages_through_a_long_thread(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    for number in range(60):
        post_inbound(number + 10, f"Text {number}", From=OTHER)
    path = f"/logs/{sessions['waiting'].pk}/"
    thread = admin_page.get(path).context["thread"]
    older = admin_page.get(path, {"before": str(thread.older)}).context["thread"]
    bodies = [message.body for message in [*older.messages, *thread.messages]]
    assert bodies == ["A green one, please", *(f"Text {number}" for number in range(60))]


@pytest.mark.django_db
def test_sessions_are_transferred_together(
    admin_page: Client,
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    administrator: User,
) -> None:
    chosen = [sessions["waiting"].pk, sessions["ours"].pk]
    values = {"session": chosen, "to": f"extension-{agents[1].pk}", "note": "Please take over"}
    answer = admin_page.post("/logs/transfer/?status=open", values, follow=True)
    assert answer.redirect_chain == [("/logs/?status=open", 302)]
    assert messages_of(answer) == ["2 sessions went to 1002 Ben."]
    owners = MessagingSession.objects.order_by("pk").values_list("pk", "agent__name")
    assert dict(owners) == {chosen[0]: "Ben", chosen[1]: "Ben", sessions["closed"].pk: "Ada"}
    said = sessions["waiting"].messages.order_by("pk").values_list("kind", "body", "to_extension__name")
    assert list(said)[1:] == [("system", administrator.username, "Ben"), ("note", "Please take over", None)]


@pytest.mark.django_db
def test_transfer_says_what_is_missing_and_keeps_what_was_ticked(
    admin_page: Client, sessions: dict[str, MessagingSession], queue: MessageQueue
) -> None:
    pk = sessions["ours"].pk
    answer = admin_page.post("/logs/transfer/", {"session": [pk], "note": "x"})
    assert answer.status_code == 422
    assert answer.context["transfer"].errors == {"to": ["Choose an extension or a message queue."]}
    assert f'value="{pk}" checked' in answer.content.decode()
    answer = admin_page.post("/logs/transfer/", {"to": f"queue-{queue.pk}"})
    assert answer.context["transfer"].non_field_errors() == ["Tick the sessions that are to go there."]


@pytest.mark.django_db
def test_supervisor_transfers_only_what_is_in_the_queues(
    supervisor_page: Client, sessions: dict[str, MessagingSession], agents: list[Extension]
) -> None:
    to = {"to": f"extension-{agents[1].pk}"}
    answer = supervisor_page.post("/logs/transfer/", to | {"session": [sessions["ours"].pk]})
    assert answer.status_code == 422
    assert supervisor_page.post(f"/logs/{sessions['ours'].pk}/transfer/", to).status_code == 404
    supervisor_page.post(f"/logs/{sessions['waiting'].pk}/transfer/", to)
    owners = {one.contact: one.agent and one.agent.name for one in MessagingSession.objects.all()}
    assert owners == {CONTACT: "Ada", OTHER: "Ben", THIRD: "Cleo"}


@pytest.mark.django_db
def test_transfer_out_of_sight_leads_back_to_the_list(
    supervisor_page: Client, sessions: dict[str, MessagingSession], agents: list[Extension]
) -> None:
    sales = make_queue(agents[1], name="Sales")
    path = f"/logs/{sessions['waiting'].pk}/transfer/"
    answer = supervisor_page.post(path, {"to": f"queue-{sales.pk}"}, follow=True)
    assert answer.redirect_chain == [("/logs/", 302)]


@pytest.mark.django_db
def test_exports_are_what_the_list_shows(admin_page: Client, sessions: dict[str, MessagingSession]) -> None:
    Contact.objects.create(address=OTHER, name="Ben")
    rows = lines_of(admin_page.get("/logs/export/?status=open"))
    ids = {name: str(session.pk) for name, session in sessions.items()}
    assert [[row[0], *row[3:10]] for row in rows[1:]] == [
        [ids["ours"], "+12015550123", THIRD, "", "Other", "1003 Cleo", "", "Open"],
        [ids["waiting"], OTHER, OUR_NUMBER, "Ben", "Main", "", "Support", "Open"],
    ]
    rows = lines_of(admin_page.get("/logs/export/messages/?q=until"))
    assert [[row[0], row[2], row[5], row[6]] for row in rows[1:]] == [
        [ids["closed"], "Inbound", "", "Are you open today?"],
        [ids["closed"], "System line", "1001 Ada", "Ada picked up the session."],
        [ids["closed"], "Outbound", "1001 Ada", "Yes, until five"],
        [ids["closed"], "System line", "1001 Ada", "Ada closed the session."],
    ]


@pytest.mark.django_db
def test_export_reads_as_often_however_many_messages_there_are(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    ids = count(100)

    def queries(texts: int) -> int:
        for _ in range(texts):
            post_inbound(next(ids), "Hello", From=OTHER)
        with CaptureQueriesContext(connection) as captured:
            lines_of(admin_page.get("/logs/export/messages/"))
            lines_of(admin_page.get("/logs/export/"))
        return len(captured)

    queries(1)
    assert queries(1) == queries(20)


@pytest.mark.django_db(transaction=True)
def test_in_the_browser_all_of_a_page_is_ticked_and_transferred(
    live_server: LiveServer, page: Page, sessions: dict[str, MessagingSession], administrator: User
) -> None:
    log_in(page, f"{live_server.url}/logs/", "root", PASSWORD)
    page.goto(f"{live_server.url}/logs/")
    expect(page.get_by_role("button", name="Transfer")).to_be_hidden()
    page.get_by_label("Sender", exact=True).fill("+12015550123")
    page.get_by_role("link", name="Swap sender and recipient").click()
    expect(page).to_have_url(f"{live_server.url}/logs/?recipient=%2B12015550123")
    expect(page.get_by_text("No entry fits these filters.")).to_be_visible()
    page.get_by_role("link", name="Reset").click()
    page.get_by_label("Tick all on this page").check()
    expect(page.get_by_text("3 ticked")).to_be_visible()
    page.get_by_label(f"Session {sessions['closed'].pk}").uncheck()
    expect(page.get_by_text("2 ticked")).to_be_visible()
    box = page.get_by_role("combobox", name="Transfer to")
    box.fill("Ben")
    box.press("Enter")
    page.get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("2 sessions went to 1002 Ben.")).to_be_visible()
    owners = MessagingSession.objects.order_by("contact").values_list("agent__name", flat=True)
    assert list(owners) == ["Ada", "Ben", "Ben"]
