"""Sessions end and go on in the browser, by the mouse, by keys alone, and on a phone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.inbox.thread import PAGE
from sessions.models import AgentSettings, Draft, Message, MessagingSession
from tests.factories import CONTACT, Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import hear_of, undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER = "+14155550199"


@pytest.fixture
def ada(agents: list[Extension]) -> Extension:
    return agents[0]


@pytest.fixture
def page(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> Iterator[Page]:
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:
        yield page


def write_in(road: Road, number: int, body: str, contact: str = CONTACT) -> MessagingSession:
    signed_post(Client(), road.path, inbound_fields(sid_of(number), body, From=contact))
    return MessagingSession.objects.open().get(contact=contact)


def transfer_to_cleo(page: Page) -> None:
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("Cleo")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Transfer").click()


def is_open(session: MessagingSession) -> bool:
    return MessagingSession.objects.get(pk=session.pk).is_open


def test_closing_asks_by_words_and_is_undone_from_the_keyboard(
    page: Page, direct_session: MessagingSession
) -> None:
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name=f"Close the session with {CONTACT}?")
    expect(dialog).to_contain_text("The contact’s last text is not answered.")
    expect(dialog.get_by_role("button", name="Close without an answer")).to_be_focused()
    dialog.get_by_role("button", name="Don’t close").last.click()
    expect(dialog).to_be_hidden()
    assert is_open(direct_session)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(dialog.get_by_role("button", name="Close without an answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(f"The session with {CONTACT} is closed.")).to_be_visible()
    assert not is_open(direct_session)
    page.keyboard.press("z")
    expect(page.get_by_text("Ada reopened the session.")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert is_open(direct_session)


def test_what_is_typed_and_scheduled_is_asked_about(
    page: Page, direct_session: MessagingSession, ada: Extension
) -> None:
    due_at = timezone.now() + timedelta(hours=1)
    for body in ("Tomorrow", "And then"):
        actions.reply(direct_session, agent=ada, body=body, due_at=due_at)
    page.get_by_label("Message", exact=True).fill("I was about to")
    page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("I was about to")
    expect(dialog.get_by_role("button", name="Close and keep them")).to_be_visible()
    dialog.get_by_role("button", name="Close and cancel 2 scheduled texts").click()
    expect(page.get_by_text("2 scheduled texts were cancelled.")).to_be_visible()
    assert set(Message.objects.filter(kind="outbound").values_list("status", flat=True)) == {"cancelled"}
    expect(page.get_by_label("Message", exact=True)).to_have_value("I was about to")
    assert Draft.objects.get().body == "I was about to"


def test_writing_again_begins_a_session_and_goes_there(
    page: Page, direct_session: MessagingSession, ada: Extension, live_server: LiveServer
) -> None:
    page.get_by_label("Message", exact=True).fill("One more thing")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Close and keep it as a draft").click()
    expect(page.get_by_text("What you send begins a new one.")).to_be_visible()
    field = page.get_by_label("Message", exact=True)
    expect(field).to_have_value("One more thing")
    field.press("Control+Enter")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    again = MessagingSession.objects.open().get()
    expect(page).to_have_url(f"{live_server.url}/inbox/{again.pk}/")
    thread = page.get_by_role("log", name="Messages")
    expect(thread.locator(".message-body")).to_have_text(["Are you open?", "One more thing"])
    expect(page.get_by_label("Message", exact=True)).to_have_value("")


def test_session_is_reopened_by_its_key_and_on_a_phone(
    page: Page, direct_session: MessagingSession, direct_road: Road, ada: Extension, live_server: LiveServer
) -> None:
    actions.reply(direct_session, agent=ada, body="Yes")
    actions.close(direct_session, agent=ada)
    page.reload()
    page.keyboard.press("R")
    expect(page.get_by_text("Ada reopened the session.")).to_be_visible()
    actions.close(direct_session, agent=ada)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    other = write_in(direct_road, 2, "And tomorrow?")
    page.get_by_role("button", name="Reopen").click()
    words = "The contact has another open session. Go on in that one."
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("link", name="Go to the open session").click()
    expect(page).to_have_url(f"{live_server.url}/inbox/{other.pk}/")


@pytest.mark.parametrize("then", ["next", "list"])
def test_next_session_opens_after_closing_or_the_list(
    page: Page,
    direct_session: MessagingSession,
    direct_road: Road,
    ada: Extension,
    live_server: LiveServer,
    then: str,
) -> None:
    AgentSettings.objects.create(agent=ada, after_closing=then)
    newest = write_in(direct_road, 2, "Of another", OTHER)
    actions.reply(newest, agent=ada, body="Yes")
    page.goto(f"{live_server.url}/inbox/{newest.pk}/")
    page.keyboard.press("c")
    if then == "next":
        expect(page).to_have_url(f"{live_server.url}/inbox/{direct_session.pk}/")
        expect(page.locator(".session-title")).to_contain_text(CONTACT)
    else:
        expect(page).to_have_url(f"{live_server.url}/inbox/")
        expect(page.get_by_text("Choose a session to read it.")).to_be_visible()
    expect(page.locator(f"#row-{newest.pk}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(f"{live_server.url}/inbox/{newest.pk}/")
    assert is_open(newest)


def test_archiving_and_transferring_are_undone(
    page: Page,
    direct_session: MessagingSession,
    ada: Extension,
    agents: list[Extension],
    live_server: LiveServer,
) -> None:
    actions.reply(direct_session, agent=ada, body="Yes")
    page.reload()
    page.keyboard.press("e")
    expect(page.get_by_text(f"The session with {CONTACT} is archived.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Ada took the session out of the archive.")).to_be_visible()
    transfer_to_cleo(page)
    toast = page.locator("[data-undo-offer]").first
    expect(toast).to_contain_text("Transferred to 1003 Cleo.")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Ada took the session back.")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/inbox/{direct_session.pk}/")
    assert MessagingSession.objects.get().agent == ada


def test_transfer_that_somebody_went_on_with_is_not_undone_in_words(
    page: Page, direct_session: MessagingSession, agents: list[Extension]
) -> None:
    transfer_to_cleo(page)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    actions.reply(MessagingSession.objects.get(), agent=agents[2], body="Yes")
    undo.click()
    words = "1003 Cleo has gone on with the session meanwhile, so this is not undone."
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


@pytest.mark.parametrize("where", ["toast", "thread"])
def test_sending_is_undone_and_its_words_come_back(
    page: Page, direct_session: MessagingSession, ada: Extension, where: str
) -> None:
    AgentSettings.objects.create(agent=ada, undo_send_s=10)
    field = page.get_by_label("Message", exact=True)
    field.fill("Yess")
    page.get_by_role("button", name="Send", exact=True).click()
    thread = page.get_by_role("log", name="Messages")
    expect(thread.get_by_role("button", name="Undo")).to_be_visible()
    field.fill("and no")
    scope = page.locator("[data-undo-offer]") if where == "toast" else thread
    scope.get_by_role("button", name="Undo").click()
    expect(field).to_have_value("Yess\nand no")
    expect(page.locator("[data-undo-offer]")).to_have_count(0)
    hear_of(page, direct_session)
    expect(thread).to_contain_text("Taken back by Ada.")
    assert Message.objects.get(body="Yess").status == "cancelled"


def test_earlier_conversation_stays_while_texts_come(
    page: Page, direct_session: MessagingSession, direct_road: Road, ada: Extension, live_server: LiveServer
) -> None:
    """Also what becomes of a text in it is shown."""
    answer = actions.reply(direct_session, agent=ada, body="Yes")
    latest = PAGE + 10  # which begins above the page that is shown
    for number in range(2, latest):
        write_in(direct_road, number, f"Text {number}")
    actions.close(direct_session, agent=ada)
    now = write_in(direct_road, latest, f"Text {latest}")
    page.goto(f"{live_server.url}/inbox/{now.pk}/")
    thread = page.get_by_role("log", name="Messages")
    expect(thread.locator(".session-end")).to_contain_text("Ada closed the session.")
    page.evaluate("document.getElementById('thread-scroll').scrollTop = 0")
    expect(thread).to_contain_text("Are you open?")
    write_in(direct_road, latest + 1, f"Text {latest + 1}")
    hear_of(page, now)
    texts = ["Are you open?", "Yes", *(f"Text {number}" for number in range(2, latest + 2))]
    expect(thread.locator(".message-body")).to_have_text(texts)
    Message.objects.filter(pk=answer.pk).update(status="delivered")
    last = MessagingSession.objects.get(pk=direct_session.pk).messages.get(body=f"Text {latest - 1}")
    Message.objects.filter(pk=last.pk).update(body="It was changed")
    hear_of(page, direct_session, kind="status")
    expect(thread).to_contain_text("It was changed")


def test_help_names_the_new_keys(page: Page) -> None:
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Reopen a closed session")
    expect(keys).to_contain_text("Undo what was done a moment ago")
