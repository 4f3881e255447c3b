"""Sessions are transferred from the message logs, and exported."""

from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from routing.models import Extension, MessageQueue
from sessions.models import Contact, Message, MessagingSession, Tag
from tests.factories import CONTACT, OUR_NUMBER, make_queue
from tests.portal import PASSWORD, messages_of
from tests.sessions.conftest import Post
from tests.sessions.logs.logged import OTHER, THIRD, lines_of, sessions, supervisor_page
from tests.walking import log_in

__all__ = ["sessions", "supervisor_page"]


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
    sessions["ours"].tags.add(Tag.objects.create(name="Sale"), Tag.objects.create(name="New"))
    Message.objects.filter(session=sessions["ours"]).update(status="failed", error_code="30003")
    rows = lines_of(admin_page.get("/logs/export/?status=open"))
    assert [row[12:] for row in rows] == [
        ["Tags", "Errors", "Last message"],
        ["New, Sale", "30003", "Your parcel has come"],
        ["", "", "A green one, please"],
    ]
    ids = {name: str(session.pk) for name, session in sessions.items()}
    assert [[row[0], *row[3:10]] for row in rows[1:]] == [
        [ids["ours"], "'+12015550123", f"'{THIRD}", "", "Other", "1003 Cleo", "", "Open"],
        [ids["waiting"], f"'{OTHER}", f"'{OUR_NUMBER}", "Ben", "Main", "", "Support", "Open"],
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
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("Tick all", exact=True).check()
    expect(page.get_by_text("3 ticked")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label(f"Session {sessions['closed'].pk}").uncheck()
    box = page.get_by_role("combobox", name="Transfer to")
    box.fill("Ben")
    box.press("Enter")
    page.get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("2 sessions went to 1002 Ben.")).to_be_visible()
    owners = MessagingSession.objects.order_by("contact").values_list("agent__name", flat=True)
    assert list(owners) == ["Ada", "Ben", "Ben"]
