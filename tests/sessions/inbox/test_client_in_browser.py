"""Two agents work in the inbox by the keyboard: a session's life, from the first text to the archive."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from routing.models import Extension
from sessions.inbox.thread import PAGE
from sessions.models import Message, MessagingSession, Tag
from tests.factories import CONTACT
from tests.product import Stack
from tests.sessions.conftest import Post
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [
    pytest.mark.once,  # the stack below is in tests/test_road.py on both
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
OTHER = "+14155550124"
MINE, WAITING = "Mine", "Waiting"
SCROLLER = "document.getElementById('thread-scroll')"
TEXTS = 2 * PAGE + 10  # of a thread: two pages, and a short one above them


def row(page: Page, group: str, text: str) -> Locator:
    return page.get_by_role("region", name=group, exact=True).get_by_role("link").filter(has_text=text)


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")


@pytest.mark.long
def test_two_agents_by_the_keyboard(
    start_stack: Callable[..., Stack],
    new_page: Callable[..., Page],
    agents: list[Extension],
    post_inbound: Post,
) -> None:
    """One road for all, since real processes take long to start."""
    Tag.objects.create(name="order")
    post_inbound(1, "Are you open today?")
    post_inbound(2, "Do you repair e-bikes?", From=OTHER)
    stack = start_stack()
    ada, ben = (
        log_in(new_page(reduced_motion="reduce"), stack.url, agent.user.username, "secret-of-the-agent")
        for agent in agents[:2]
    )
    for page in (ada, ben):
        page.goto(f"{stack.url}/inbox/")
        expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    _walk_and_pick_up(ada, ben)
    _follow_up(ada, ben, post_inbound)
    _rename_and_tag(ada)
    _older_texts(ada)
    _mark_unread(ada, stack.url)
    _transfer(ada, ben, stack.url)
    _close_and_archive(ben)
    _search(ben)


def _walk_and_pick_up(ada: Page, ben: Page) -> None:
    """Both open the same session; who is later is told, and stays in a page that works."""
    ada.keyboard.press("?")
    expect(ada.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    ada.keyboard.press("Escape")
    ada.keyboard.press("j")
    expect(row(ada, WAITING, "open today")).to_be_focused()
    ada.keyboard.press("j")
    expect(row(ada, WAITING, "e-bikes")).to_be_focused()
    ada.keyboard.press("k")
    for page in (ada, ben):
        if page is ben:
            page.keyboard.press("j")
            expect(row(page, WAITING, "open today")).to_be_focused()
        page.keyboard.press("o")
        expect(log(page)).to_contain_text("Are you open today?")
    ada.keyboard.press("p")
    expect(ada.get_by_label("Message", exact=True)).to_be_focused()
    expect(log(ada)).to_contain_text("Ada picked up the session.")
    expect(row(ada, MINE, "open today")).to_have_attribute("aria-current", "true")
    expect(ben.get_by_text("This session is with somebody else now.")).to_be_visible()
    expect(ben).to_have_url(re.compile(r"/inbox/$"))
    expect(ada.locator("#viewers")).to_have_text("", timeout=15_000)
    expect(row(ben, WAITING, "open today")).to_have_count(0)
    expect(row(ben, WAITING, "e-bikes")).to_have_count(1)


def _follow_up(ada: Page, ben: Page, post_inbound: Post) -> None:
    post_inbound(3, "I mean in Nairobi.")
    expect(log(ada)).to_contain_text("I mean in Nairobi.")
    ada.keyboard.type("Yes, till six.")
    ada.keyboard.press("Control+Enter")
    expect(log(ada)).to_contain_text("Yes, till six.")
    expect(row(ada, MINE, "You: Yes, till six.")).to_be_visible()
    expect(ben.get_by_text("I mean in Nairobi.")).to_have_count(0)
    ada.keyboard.press("Escape")
    ada.keyboard.press("i")
    expect(ada.get_by_label("Internal note: the contact does not get it")).to_be_focused()
    ada.keyboard.type("Asks each week.")
    ada.keyboard.press("Control+Enter")
    expect(log(ada).locator(".note")).to_contain_text("Asks each week.")
    ada.keyboard.press("Escape")


def _rename_and_tag(ada: Page) -> None:
    """What is learned of the contact is shown in all places at once."""
    pane = ada.get_by_role("complementary", name="Contact")
    pane.get_by_role("button", name="Add name and notes").click()
    pane.get_by_label("Name").fill("Nadia Okafor")
    pane.get_by_label("Notes").fill("Rings twice.")
    pane.get_by_role("button", name="Save").click()
    expect(pane.get_by_text("Rings twice.")).to_be_visible()
    expect(ada.get_by_role("heading", name="Nadia Okafor")).to_be_visible()
    expect(row(ada, MINE, "Nadia Okafor")).to_be_visible()
    pane.get_by_role("button", name="Choose").click()
    pane.get_by_role("checkbox", name="order").check()
    ada.keyboard.press("Escape")
    expect(row(ada, MINE, "Nadia Okafor").locator(".inbox-tag")).to_have_text("order")


def _older_texts(ada: Page) -> None:
    """They come by scrolling up, and what one looked at stays where it was."""
    session = MessagingSession.objects.get(contact=CONTACT)
    first = session.messages.earliest("pk").created_at
    texts = [
        Message(session=session, kind="inbound", body=f"Text {number}", created_at=first)
        for number in range(TEXTS)
    ]
    shown = [message.pk for message in Message.objects.bulk_create(texts)]
    ada.reload()
    expect(log(ada)).to_contain_text(f"Text {TEXTS - 1}")
    expect(log(ada).get_by_text(f"Text {TEXTS - PAGE - 1}", exact=True)).to_have_count(0)
    place = f"document.getElementById('message-{shown[2 - PAGE]}').getBoundingClientRect().top"
    before = ada.evaluate(f"() => {{ {SCROLLER}.scrollTop = 30; return {place}; }}")
    expect(log(ada).get_by_text(f"Text {TEXTS - 2 * PAGE}", exact=True)).to_be_attached()
    assert abs(ada.evaluate(place) - before) < 3
    expect(log(ada).get_by_text("Are you open today?")).to_have_count(0)
    ada.evaluate(f"{SCROLLER}.scrollTop = 0")
    expect(log(ada).get_by_text("Are you open today?")).to_be_attached()
    expect(log(ada).get_by_text("Today", exact=True)).to_have_count(1)
    assert ada.evaluate("new Set([...thread.children].map((one) => one.id)).size === thread.children.length")


def _mark_unread(ada: Page, url: str) -> None:
    """The session is left by it, so that nothing marks it as read again."""
    ada.keyboard.press("u")
    expect(ada.get_by_text("Choose a session to read it.")).to_be_visible()
    expect(row(ada, MINE, "Nadia Okafor")).to_contain_text(re.compile(r"1\s*unread"))
    expect(ada).to_have_url(f"{url}/inbox/")
    expect(row(ada, MINE, "Nadia Okafor")).to_be_focused()
    ada.keyboard.press("o")
    expect(log(ada)).to_contain_text(f"Text {TEXTS - 1}")
    expect(row(ada, MINE, "Nadia Okafor")).not_to_contain_text("unread")


def _transfer(ada: Page, ben: Page, url: str) -> None:
    """By the keyboard alone, with a note; Ben sees all that was."""
    ada.keyboard.press("t")
    dialog = ada.get_by_role("dialog", name="Transfer the session with Nadia Okafor")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    ada.keyboard.type("Ben")
    expect(dialog.locator(".ts-dropdown .option.active")).to_contain_text("1002 Ben")
    ada.keyboard.press("Enter")
    ada.keyboard.press("Tab")
    expect(dialog.get_by_label("Note")).to_be_focused()
    ada.keyboard.type("She wants a receipt.")
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_text("The session was transferred to 1002 Ben.")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(row(ada, MINE, "Nadia Okafor")).to_have_count(0)
    expect(ada).to_have_url(f"{url}/inbox/")

    expect(row(ben, MINE, "Nadia Okafor")).to_contain_text("unread")
    row(ben, MINE, "Nadia Okafor").focus()
    ben.keyboard.press("Enter")
    expect(log(ben).locator(".note")).to_contain_text("She wants a receipt.")
    expect(log(ben)).to_contain_text("Ada transferred the session to 1002 Ben.")
    expect(log(ben)).to_contain_text(f"Text {TEXTS - 1}")


def _close_and_archive(ben: Page) -> None:
    ben.keyboard.press("r")
    expect(ben.get_by_label("Message", exact=True)).to_be_focused()
    ben.keyboard.press("Escape")
    ben.keyboard.press("c")
    ben.keyboard.press("Enter")  # the last text is not answered: yes, all the same
    expect(log(ben)).to_contain_text("Ben closed the session.")
    expect(row(ben, MINE, "Nadia Okafor")).to_have_count(0)
    ben.keyboard.press("e")
    wait_until(lambda: MessagingSession.objects.get(contact=CONTACT).archived_at is not None)
    ben.get_by_role("link", name="Archived").click()
    expect(row(ben, "Archived", "Nadia Okafor")).to_be_visible()
    expect(ben.get_by_role("status").filter(has_text="Live")).to_be_attached()  # its scripts run
    ben.get_by_text("What happened").click()
    expect(ben.locator(".timeline li")).to_have_text(
        [
            re.compile("The session began."),
            re.compile("Ada picked up the session."),
            re.compile("Ada transferred the session to 1002 Ben."),
            re.compile("Ben closed the session."),
            re.compile("Ben archived the session."),
        ]
    )


def _search(ben: Page) -> None:
    ben.keyboard.press("/")
    expect(ben.get_by_role("searchbox", name="Search")).to_be_focused()
    ben.keyboard.type("nairobi")
    expect(row(ben, "Found", "Nadia Okafor")).to_be_visible()
    ben.get_by_role("searchbox", name="Search").fill("(415) 555-0124")
    expect(row(ben, "Found", "e-bikes")).to_be_visible()
    ben.get_by_role("searchbox", name="Search").fill("zebra")
    expect(ben.locator(".inbox-none")).to_contain_text("Nothing found.")
    ben.get_by_role("link", name="End the search").click()
    expect(row(ben, "Archived", "Nadia Okafor")).to_be_visible()
