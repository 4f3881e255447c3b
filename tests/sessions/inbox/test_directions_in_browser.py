"""What people write from right to left is shown and typed so, and keeps its beginning where it is cut."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from routing.models import Extension
from sessions import actions
from sessions.models import CannedReply, Contact, MessagingSession
from tests.factories import CONTACT, make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "سلمى حداد"
TEXT = "שלום, האם אתם פתוחים היום? אני רוצה להביא את האופניים לתיקון, ואם אפשר גם לקנות פעמון"
WRONG_WAY = """() => {
  const rtl = /^[^A-Za-z]*[\\u0590-\\u08ff]/;
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const parent = text.parentElement;
    if (!rtl.test(text.data) || !parent.checkVisibility()) continue;
    if (parent.closest("script, textarea, .avatar")) continue;
    if (getComputedStyle(parent).direction !== "rtl") found.push(parent.outerHTML);
  }
  const fields = "textarea:not([hidden]), input[type=text], input[type=search]";
  const others = [...document.querySelectorAll(fields)].filter((field) => !field.matches("[dir=auto]"));
  found.push(...others.map((field) => field.outerHTML));
  return found;
}"""


@pytest.fixture
def session(agents: list[Extension]) -> MessagingSession:
    """Ada's, with all that can be said in one; she is an administrator, too."""
    agents[0].user.role = Role.ADMINISTRATOR
    agents[0].user.save()
    road = make_road(agents[0], agents[0])
    signed_post(Client(), road.path, inbound_fields(sid_of(1), TEXT))
    session = MessagingSession.objects.get()
    Contact.objects.create(address=CONTACT, name=NAME, notes="לקוחה ותיקה")
    actions.add_note(session, agent=agents[0], body="להתקשר אליה")
    actions.reply(session, agent=agents[0], body="נשמח לראותך")
    CannedReply.objects.create(shortcut="hi", body="ברוכים הבאים")
    return session


def test_all_that_people_write_has_its_own_direction(
    session: MessagingSession, new_page: Callable[..., Page], live_server: LiveServer
) -> None:
    contact = Contact.objects.get()
    pages = [
        f"/inbox/?q={TEXT[:4]}",
        "/inbox/new/?contact=%D8%B3%D9%84",
        f"/logs/?q={CONTACT}",
        f"/logs/{session.pk}/",
        "/contacts/",
        f"/contacts/{contact.pk}/",
        f"/contacts/{contact.pk}/edit/",
        "/canned-replies/",
        "/canned-replies/add/",
    ]
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as page:
        expect(page.locator(".message-inbound .message-body")).to_have_css("direction", "rtl")
        expect(page.get_by_label("Message", exact=True)).to_have_css("direction", "ltr")
        page.get_by_label("Message", exact=True).press_sequentially("תודה /h")
        expect(page.get_by_label("Message", exact=True)).to_have_css("direction", "rtl")
        expect(page.get_by_role("option")).to_be_visible()
        assert page.evaluate(WRONG_WAY) == []
        page.get_by_label("Message", exact=True).fill("")
        wrong = {}
        for path in pages:
            answer = page.goto(live_server.url + path)
            assert answer
            wrong[path] = (answer.status, page.evaluate(WRONG_WAY))
        assert wrong == {path: (200, []) for path in pages}


def test_preview_that_is_cut_keeps_its_beginning(
    session: MessagingSession, new_page: Callable[..., Page], live_server: LiveServer, agents: list[Extension]
) -> None:
    """Its first letter is inside of its box, at the right; who wrote stands before it."""
    actions.reply(session, agent=agents[0], body=TEXT)
    with undisturbed(new_page(), live_server.url, "/inbox/") as page:
        preview = page.locator(".inbox-preview")
        expect(preview).to_have_css("direction", "rtl")
        inside = preview.evaluate(
            """(box) => {
              const text = [...box.childNodes].findLast((node) => node.nodeType === 3 && node.data.trim());
              const range = document.createRange();
              range.setStart(text, text.data.search(/\\S/));
              range.setEnd(text, text.data.search(/\\S/) + 1);
              const [letter, whole] = [range.getBoundingClientRect(), box.getBoundingClientRect()];
              const isInside = letter.right <= whole.right && letter.left >= whole.left;
              return box.scrollWidth > box.clientWidth && isInside;
            }"""
        )
        assert inside
