"""The lists and New message in a real browser: what comes meanwhile moves neither place nor focus."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.inbox.list_template_tags import LEVELS
from sessions.models import Attachment, Contact, Message, MessagingSession
from tests.factories import Road, make_queue
from tests.sessions.inbox.undisturbed import hear_of, undisturbed
from tests.sessions.media.pictures import PNG

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY = 65
NADIA = "+12015550123"
LIST = "document.getElementById('session-list')"


@pytest.fixture
def sessions(road: Road) -> list[MessagingSession]:
    """Many that wait, the newest first."""
    now = timezone.now()
    rows = [
        MessagingSession(
            number=road.number,
            queue=road.number.queue,
            contact=f"+1415555{1000 + number}",
            opened_at=now,
            last_active_at=now - timedelta(minutes=number),
        )
        for number in range(MANY)
    ]
    MessagingSession.objects.bulk_create(rows)
    return list(MessagingSession.objects.order_by("-last_active_at"))


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], sessions: list[MessagingSession], road: Road
) -> Iterator[Page]:
    """Ada's."""
    with undisturbed(new_page(reduced_motion="reduce"), live_server.url, "/inbox/") as page:
        yield page


def row(inbox: Page, session: MessagingSession) -> Locator:
    return inbox.locator(f"#row-{session.pk} .inbox-row")


def test_list_goes_on_by_scrolling_and_changes_where_nobody_looks(
    inbox: Page, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    rows = inbox.get_by_role("region", name="Waiting").locator(".inbox-row")
    expect(rows).to_have_count(30)
    for shown in (60, MANY):
        inbox.evaluate(f"{LIST}.scrollTop = {LIST}.scrollHeight")
        expect(rows).to_have_count(shown)
    watched, risen, lost = sessions[40], sessions[50], sessions[2]
    row(inbox, watched).focus()
    place = f"document.getElementById('row-{watched.pk}').getBoundingClientRect().top"
    before = inbox.evaluate(place)

    MessagingSession.objects.filter(pk=risen.pk).update(last_active_at=timezone.now(), unread=1)
    MessagingSession.objects.filter(pk=lost.pk).update(agent=agents[1])
    hear_of(inbox, risen, lost)
    expect(row(inbox, risen).locator(".inbox-unread")).to_contain_text("1")
    expect(row(inbox, lost)).to_have_count(0)
    expect(rows).to_have_count(MANY - 1)
    expect(inbox.get_by_role("region", name="Waiting").locator(".inbox-count")).to_have_text("64")
    expect(row(inbox, watched)).to_be_focused()
    assert abs(inbox.evaluate(place) - before) < 3

    MessagingSession.objects.filter(pk=sessions[60].pk).update(agent=agents[1])
    MessagingSession.objects.filter(pk=sessions[3].pk).update(unread=7)
    inbox.evaluate("document.dispatchEvent(new CustomEvent('inbox:reset'))")
    expect(row(inbox, sessions[3])).to_contain_text("7")
    expect(row(inbox, sessions[60])).to_have_count(0)
    expect(rows).to_have_count(MANY - 2)
    expect(row(inbox, watched)).to_be_focused()
    assert abs(inbox.evaluate(place) - before) < 3


def test_address_goes_along_with_what_is_shown(inbox: Page, sessions: list[MessagingSession]) -> None:
    """Back and forward work, and what is opened keeps the lists as they are."""
    inbox.evaluate("document.getElementById('inbox').dataset.mark = 'the same page'")
    for session in sessions[:2]:
        row(inbox, session).click()
        expect(inbox).to_have_url(f"{inbox.url.partition('/inbox/')[0]}/inbox/{session.pk}/")
        expect(inbox.get_by_role("heading", name=session.contact)).to_be_visible()
    inbox.go_back()
    expect(inbox.get_by_role("heading", name=sessions[0].contact)).to_be_visible()
    expect(row(inbox, sessions[0])).to_have_attribute("aria-current", "true")
    inbox.go_back()
    expect(inbox.get_by_text("Choose a session to read it.")).to_be_visible()
    inbox.get_by_role("link", name="Closed").click()
    expect(inbox.get_by_text("Nothing is closed yet.")).to_be_visible()
    expect(inbox).to_have_url(f"{inbox.url.partition('/inbox/')[0]}/inbox/?show=closed")
    assert inbox.evaluate("document.getElementById('inbox').dataset.mark") == "the same page"


def test_address_and_pane_stay_together_however_fast_one_switches(
    inbox: Page, live_server: LiveServer, sessions: list[MessagingSession]
) -> None:
    slow = {sessions[1].pk: 600, sessions[2].pk: 300}

    def answer_late(route: Route) -> None:
        pk = int(route.request.url.rstrip("/").rpartition("/")[2])
        inbox.wait_for_timeout(slow.get(pk, 0))
        route.continue_()

    inbox.route(re.compile(r"/inbox/\d+/$"), answer_late)
    for session in (sessions[1], sessions[2], sessions[3], sessions[1], sessions[4]):
        row(inbox, session).click(no_wait_after=True)
    expect(inbox.get_by_role("heading", name=sessions[4].contact)).to_be_visible()
    expect(inbox).to_have_url(f"{live_server.url}/inbox/{sessions[4].pk}/")
    inbox.wait_for_timeout(800)
    expect(inbox.get_by_role("heading", name=sessions[4].contact)).to_be_visible()
    expect(inbox).to_have_url(f"{live_server.url}/inbox/{sessions[4].pk}/")
    inbox.keyboard.press("Escape")
    expect(inbox.get_by_text("Choose a session to read it.")).to_be_visible()
    expect(inbox).to_have_url(f"{live_server.url}/inbox/")
    expect(row(inbox, sessions[4])).to_be_focused()


@pytest.mark.parametrize("path", ["thread/", "pick-up/"])
@pytest.mark.long
def test_late_answer_of_another_session_changes_nothing_in_the_open_one(
    inbox: Page, live_server: LiveServer, sessions: list[MessagingSession], path: str
) -> None:
    held: list[Route] = []
    row(inbox, sessions[1]).click()
    expect(inbox.get_by_role("heading", name=sessions[1].contact)).to_be_visible()
    inbox.route(re.compile(f"/inbox/{sessions[1].pk}/{path}"), lambda route: held.append(route))
    if path == "thread/":
        hear_of(inbox, sessions[1])
    else:
        inbox.get_by_role("button", name="Pick up").click()
    while not held:
        inbox.wait_for_timeout(20)
    row(inbox, sessions[2]).click()
    expect(inbox.get_by_role("heading", name=sessions[2].contact)).to_be_visible()
    held[0].continue_()
    inbox.wait_for_timeout(600)
    expect(inbox.locator("#session-head")).to_contain_text(sessions[2].contact)
    expect(inbox).to_have_url(f"{live_server.url}/inbox/{sessions[2].pk}/")
    expect(inbox.locator(".session-open")).to_have_attribute("data-session", str(sessions[2].pk))


@pytest.mark.long
def test_session_that_left_is_said_to_have_without_noise(
    inbox: Page, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    """`undisturbed` fails for what the console says."""
    for owner, session in zip((agents[1], None), sessions[1:3], strict=True):
        row(inbox, session).click()
        expect(inbox.get_by_role("heading", name=session.contact)).to_be_visible()
        inbox.wait_for_timeout(500)  # the page has said what it shows
        place = {"agent": owner} if owner else {"queue": make_queue(agents[2], name="Another")}
        MessagingSession.objects.filter(pk=session.pk).update(**place)
        hear_of(inbox, session)
        expect(inbox.get_by_text("This session is with somebody else now.")).to_be_visible()
        hear_of(inbox, session)


def test_nothing_is_asked_for_twice_when_the_page_loads(inbox: Page, live_server: LiveServer) -> None:
    inbox.goto("about:blank")
    asked: list[str] = []
    inbox.on("request", lambda one: asked.append(one.url.partition("?")[0]))
    inbox.goto(f"{live_server.url}/inbox/")
    inbox.wait_for_timeout(1_500)
    assert f"{live_server.url}/inbox/calls/" in asked
    twice = {url for url in asked if asked.count(url) > 1 and "/static/" not in url}
    assert not twice, twice


def test_click_without_a_connection_says_so(inbox: Page, sessions: list[MessagingSession]) -> None:
    said = inbox.get_by_role("alert").filter(has_text="The server could not be reached.")
    inbox.route(re.compile(r"/inbox/\d+/"), lambda route: route.abort())
    row(inbox, sessions[1]).click()
    expect(said).to_be_visible()
    said.get_by_role("button", name="Close").click()
    inbox.unroute_all()
    row(inbox, sessions[1]).click()
    expect(inbox.get_by_role("heading", name=sessions[1].contact)).to_be_visible()
    inbox.route(re.compile(r"/pick-up/"), lambda route: route.fulfill(status=503))
    inbox.get_by_role("button", name="Pick up").click()
    expect(said).to_be_visible()


def test_keys_act_on_the_row_that_has_the_focus(
    inbox: Page, live_server: LiveServer, sessions: list[MessagingSession]
) -> None:
    row(inbox, sessions[0]).click()
    expect(inbox.get_by_role("heading", name=sessions[0].contact)).to_be_visible()
    row(inbox, sessions[3]).focus()
    inbox.keyboard.press("p")
    expect(inbox).to_have_url(f"{live_server.url}/inbox/{sessions[3].pk}/")
    expect(inbox.get_by_role("region", name="Mine").locator(".inbox-row")).to_have_count(1)
    row(inbox, sessions[0]).focus()
    inbox.keyboard.press("t")
    expect(inbox.get_by_role("heading", name=sessions[0].contact)).to_be_visible()
    owners = MessagingSession.objects.filter(pk__in=[sessions[0].pk, sessions[3].pk]).order_by(
        "-last_active_at"
    )
    assert [one.agent and one.agent.name for one in owners] == [None, "Ada"]


def test_pictures_are_gone_through_by_the_arrow_keys(
    inbox: Page, live_server: LiveServer, sessions: list[MessagingSession]
) -> None:
    message = Message.objects.create(session=sessions[0], kind="inbound", created_at=timezone.now())
    for position in range(2):
        picture = Attachment(message=message, position=position, state="stored", content_type="image/png")
        picture.file.save("picture.png", ContentFile(PNG))
    urls = [f"/inbox/attachments/{picture.pk}/" for picture in message.attachments.all()]
    inbox.goto(f"{live_server.url}/inbox/{sessions[0].pk}/")
    inbox.get_by_role("link", name="Show the picture").first.click()
    shown = inbox.get_by_role("dialog", name="Picture").locator("img")
    expect(shown).to_have_attribute("src", f"{live_server.url}{urls[0]}")
    inbox.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("src", f"{live_server.url}{urls[1]}")
    inbox.keyboard.press("Escape")
    expect(inbox.get_by_role("dialog", name="Picture")).to_be_hidden()
    expect(inbox.get_by_role("link", name="Show the picture").last).to_be_focused()


def test_new_message_by_the_keyboard(inbox: Page) -> None:
    """The contact by a part of the name, then another one in the format of the country."""
    Contact.objects.create(address=NADIA, name="Nadia Okafor")
    inbox.keyboard.press("n")
    to = inbox.get_by_role("combobox", name="To")
    expect(to).to_be_focused()
    to.press_sequentially("okaf")
    expect(inbox.get_by_role("option", name="Nadia Okafor")).to_be_visible()
    inbox.keyboard.press("ArrowDown")
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_text(f"Goes to Nadia Okafor, {NADIA}")).to_be_visible()
    expect(inbox.get_by_label("Message", exact=True)).to_be_focused()
    to.fill("(201) 555-0145")
    expect(inbox.get_by_text("Goes to +12015550145")).to_be_visible()
    ours = inbox.get_by_label("From").locator("option:checked").inner_text().split()[0]
    to.fill(ours)
    expect(inbox.get_by_text("This is the number that you write from.")).to_be_visible()
    expect(inbox.get_by_text(f"Goes to {ours}")).to_be_hidden()
    to.fill("nobody")
    expect(inbox.get_by_text("“nobody” is no phone number yet")).to_be_visible()
    to.fill("(201) 555-0145")
    expect(inbox.get_by_text("Goes to +12015550145")).to_be_visible()
    inbox.get_by_label("Message", exact=True).fill("Your bike is ready.")
    inbox.keyboard.press("Control+Enter")
    expect(inbox.get_by_role("log", name="Messages")).to_contain_text("Your bike is ready.")
    session = MessagingSession.objects.get(contact="+12015550145")
    expect(inbox).to_have_url(f"{inbox.url.partition('/inbox/')[0]}/inbox/{session.pk}/")
    mine = inbox.get_by_role("region", name="Mine")
    expect(mine.get_by_role("link").filter(has_text="You: Your bike is ready.")).to_be_visible()


def test_text_that_comes_while_a_session_opens_is_shown(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    """After the pane was rendered, and told before htmx has settled it."""
    session = sessions[2]

    def answer(route: Route) -> None:
        rendered = route.fetch()
        Message.objects.create(
            session=session, kind=Message.Kind.INBOUND, body="And on Sunday?", created_at=timezone.now()
        )
        route.fulfill(response=rendered)

    inbox.route(f"**/inbox/{session.pk}/", answer)
    event = "new CustomEvent('inbox:event', {detail: {kind: 'message', session: pk}})"
    inbox.evaluate(
        f"""(pk) => document.addEventListener('htmx:afterSwap', ({{ detail }}) => {{
          if (detail.target.id === 'session') document.dispatchEvent({event});
        }})""",
        session.pk,
    )
    row(inbox, session).click()
    expect(inbox.get_by_role("log", name="Messages")).to_contain_text("And on Sunday?")


def test_search_opens_the_thread_where_it_found_the_words(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    session = sessions[3]
    now = timezone.now()
    for number in range(70):
        body = "My invoice" if number == 10 else f"Line {number}"
        Message.objects.create(session=session, kind=Message.Kind.INBOUND, body=body, created_at=now)
    inbox.get_by_role("searchbox", name="Search").fill("invoice")
    found = inbox.locator(".inbox-row").filter(has_text="My invoice")
    found.click()
    expect(inbox.get_by_role("log", name="Messages").get_by_text("My invoice")).to_be_in_viewport()
    expect(inbox.get_by_role("log", name="Messages").get_by_text("Line 69")).not_to_be_in_viewport()


def test_wait_grows_by_the_levels_of_the_lists(
    live_server: LiveServer, page: Page, sessions: list[MessagingSession]
) -> None:
    session = sessions[0]
    MessagingSession.objects.filter(pk=session.pk).update(unanswered_since=timezone.now())
    page.clock.install()
    with undisturbed(page, live_server.url, "/inbox/"):
        age = page.locator(f"#row-{session.pk} .age")
        for minutes, level in ((14, LEVELS[2]), (2, LEVELS[1]), (45, LEVELS[0])):
            page.clock.fast_forward(minutes * 60_000)
            expect(age).to_have_class(f"age age-{level.name}")
            expect(age.locator("use")).to_have_attribute("href", re.compile(f"#{level.icon}$"))
        expect(age).to_contain_text("1 h")
        with page.expect_response("**/sessions/*"):  # which are rendered at the server's own time
            page.evaluate("document.dispatchEvent(new CustomEvent('inbox:reset'))")
        expect(age).to_contain_text("1 h")
