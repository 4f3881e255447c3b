"""Hundreds of sessions in a real browser: rows, order, filters, views, and many of them at once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions.models import ListSettings, MessagingSession, SavedView, Tag
from tests.factories import Road
from tests.portal import make_user
from tests.sessions.inbox.undisturbed import hear_of, undisturbed
from tests.walking import choose, log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
WHOLE = """[...document.querySelectorAll('.inbox-row')].filter((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  return row.checkVisibility() && top >= 0 && bottom <= innerHeight;
}).length"""


@pytest.fixture
def sessions(road: Road, agents: list[Extension]) -> list[MessagingSession]:
    """Seventy wait, the one that came first at the head; twenty are Ada's, and the rest Ben's."""
    now = timezone.now()
    rows = [
        MessagingSession(
            number=road.number,
            queue=road.number.queue,
            agent=[None, agents[0], agents[1]][(n >= 70) + (n >= 90)],
            contact=f"+1415555{1000 + n}",
            opened_at=now - timedelta(minutes=500 - n),
            waiting_since=now - timedelta(minutes=500 - n),
            unanswered_since=now - timedelta(minutes=500 - n) if n % 2 else None,
            last_active_at=now - timedelta(minutes=n),
        )
        for n in range(300)
    ]
    MessagingSession.objects.bulk_create(rows)
    return list(MessagingSession.objects.order_by("pk"))


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], sessions: list[MessagingSession]
) -> Iterator[Page]:
    """Ada's."""
    with undisturbed(new_page(reduced_motion="reduce", viewport=DESKTOP), live_server.url, "/inbox/") as page:
        yield page


def pick(dialog: Locator, label: str, text: str) -> None:
    """Once the drop-down is searchable; a plain select would take the letters, too."""
    expect(dialog.locator(".ts-control").first).to_be_visible()
    choose(dialog, label, text)


def rows(page: Page, group: str) -> Locator:
    return page.get_by_role("region", name=group).locator(".inbox-row")


def row(page: Page, session: MessagingSession) -> Locator:
    return page.locator(f"#row-{session.pk} .inbox-row")


def test_desktop_shows_fourteen_rows_and_a_phone_nine(inbox: Page) -> None:
    assert inbox.evaluate(WHOLE) >= 14
    inbox.set_viewport_size(PHONE)
    assert inbox.evaluate(WHOLE) >= 9
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_place_stays_while_seventy_wait_and_texts_come(
    inbox: Page, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    waiting = rows(inbox, "Waiting")
    expect(waiting.first).to_contain_text(sessions[0].contact)
    for shown in (60, 70):
        inbox.evaluate("(l => { l.scrollTop = l.scrollHeight })(document.getElementById('session-list'))")
        expect(waiting).to_have_count(shown)
    watched = sessions[50]
    row(inbox, watched).focus()
    place = f"document.getElementById('row-{watched.pk}').getBoundingClientRect().top"
    before = inbox.evaluate(place)
    MessagingSession.objects.filter(pk=sessions[40].pk).update(last_active_at=timezone.now(), unread=3)
    MessagingSession.objects.filter(pk__in=[sessions[1].pk, sessions[2].pk]).update(agent=agents[1])
    hear_of(inbox, sessions[40], sessions[1], sessions[2])
    expect(waiting).to_have_count(68)
    expect(row(inbox, sessions[40])).to_contain_text("3")
    order = waiting.evaluate_all("(rows) => rows.map((row) => Number(row.dataset.session))")
    assert order == [one.pk for one in sessions[:70] if one not in sessions[1:3]]  # who writes again keeps it
    expect(row(inbox, watched)).to_be_focused()
    assert abs(inbox.evaluate(place) - before) < 3
    inbox.keyboard.press("j")
    expect(row(inbox, sessions[51])).to_be_focused()


@pytest.mark.long
def test_order_is_chosen_by_keys_and_holds(inbox: Page, sessions: list[MessagingSession]) -> None:
    MessagingSession.objects.filter(pk=sessions[5].pk).update(last_active_at=timezone.now())
    for order, first in {"Longest unanswered first": sessions[1], "Newest first": sessions[5]}.items():
        inbox.keyboard.press("v")
        inbox.get_by_role("button", name=order).press("Enter")
        expect(rows(inbox, "Waiting").first).to_contain_text(first.contact)
    inbox.reload()
    expect(rows(inbox, "Waiting").first).to_contain_text(sessions[5].contact)
    assert ListSettings.objects.get().sort == "newest"


def test_folded_group_stays_folded_when_the_lists_come_anew(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    MessagingSession.objects.filter(pk=sessions[70].pk).update(
        snoozed_until=timezone.now() + timedelta(hours=2)
    )
    inbox.reload()
    expect(row(inbox, sessions[70])).to_be_hidden()
    inbox.get_by_role("heading", name="Snoozed").click()
    expect(row(inbox, sessions[70])).to_be_visible()
    with inbox.expect_response("**/fold/**"):
        inbox.get_by_role("heading", name="Mine").click()
    for anew in ("inbox:lists-anew", "inbox:reset"):
        with inbox.expect_response("**/inbox/sessions/**"):
            inbox.evaluate(f"document.dispatchEvent(new CustomEvent('{anew}'))")
        expect(row(inbox, sessions[70])).to_be_visible()
        expect(row(inbox, sessions[71])).to_be_hidden()
    inbox.reload()
    expect(row(inbox, sessions[70])).to_be_visible()
    expect(row(inbox, sessions[71])).to_be_hidden()


@pytest.mark.long
def test_filters_go_together_and_are_kept_as_a_view_by_keys_alone(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    order = Tag.objects.create(name="order")
    for session in sessions[70:74]:
        session.tags.add(order)
    inbox.keyboard.press("f")
    dialog = inbox.get_by_role("dialog")
    expect(dialog.get_by_label("Unanswered")).to_be_focused()
    inbox.keyboard.press("Space")
    pick(dialog, "Tag", "order")
    dialog.get_by_role("button", name="Show").press("Enter")
    expect(rows(inbox, "Mine")).to_have_count(2)
    expect(inbox.get_by_role("region", name="Waiting")).to_have_count(0)
    expect(inbox).to_have_url(f"{inbox.url.partition('/inbox/')[0]}/inbox/?is=unanswered&tag={order.pk}")
    expect(dialog).to_be_hidden()

    inbox.keyboard.press("v")
    inbox.get_by_role("button", name="Save this view").press("Enter")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog.get_by_text("Give the view a name.")).to_be_visible()
    dialog.get_by_label("Name").fill("Orders")
    inbox.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    inbox.get_by_role("link", name="Take off: Unanswered").click()
    expect(rows(inbox, "Mine")).to_have_count(4)
    inbox.keyboard.press("v")
    inbox.get_by_role("link", name="Orders").press("Enter")
    expect(rows(inbox, "Mine")).to_have_count(2)

    inbox.keyboard.press("v")
    inbox.get_by_role("button", name="Rename or remove views").press("Enter")
    dialog.get_by_role("button", name="Remove Orders").press("Enter")
    expect(dialog.get_by_text("You have none yet.")).to_be_visible()
    assert not SavedView.objects.exists()
    dialog.get_by_role("button", name="Done").press("Enter")
    inbox.goto(f"{inbox.url.partition('?')[0]}?tag={order.pk}&is=failed")
    expect(inbox.get_by_text("No session fits all of these filters.")).to_be_visible()
    inbox.get_by_role("link", name="Take all filters off").click()
    expect(rows(inbox, "Mine")).to_have_count(20)


def test_range_is_selected_and_closed_by_keys_alone(inbox: Page, sessions: list[MessagingSession]) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("x")
    for _step in range(3):
        inbox.keyboard.press("j")
    inbox.keyboard.press("Shift+X")
    expect(inbox.get_by_text("4 selected")).to_be_visible()
    hear_of(inbox, sessions[71])
    expect(inbox.get_by_text("4 selected")).to_be_visible()
    inbox.keyboard.press("c")
    dialog = inbox.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Close 4 sessions?")).to_be_visible()
    expect(dialog.get_by_label("Also the 2 whose contacts wait for an answer")).to_be_focused()
    inbox.keyboard.press("Enter")
    expect(inbox.get_by_text("2 closed. 2 weren’t:")).to_be_visible()
    expect(inbox.get_by_text("2 × The contact waits for an answer.")).to_be_visible()
    expect(rows(inbox, "Mine")).to_have_count(18)
    expect(inbox.locator("#bulk")).to_be_hidden()
    assert MessagingSession.objects.filter(closed_at__isnull=False).count() == 2
    expect(dialog).to_be_hidden()
    inbox.keyboard.press("z")
    expect(inbox.get_by_text("2 are as they were.")).to_be_visible()
    expect(rows(inbox, "Mine")).to_have_count(20)
    assert not MessagingSession.objects.filter(closed_at__isnull=False).exists()


def test_filters_taken_off_while_the_lists_come_anew_are_off(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    """What was asked for before is not waited for, and its answer takes nobody's place."""
    inbox.goto(f"{inbox.url}?is=unanswered")
    expect(rows(inbox, "Mine")).to_have_count(10)
    inbox.evaluate(
        """() => {
          document.dispatchEvent(new CustomEvent("inbox:lists-anew"));
          document.querySelector("[data-lists-link].chip").click();
        }"""
    )
    expect(rows(inbox, "Mine")).to_have_count(20)


def test_escape_ends_the_selection_first(inbox: Page, sessions: list[MessagingSession]) -> None:
    row(inbox, sessions[70]).click()
    expect(inbox.get_by_role("heading", name=sessions[70].contact)).to_be_visible()
    row(inbox, sessions[71]).focus()
    inbox.keyboard.press("x")
    expect(inbox.get_by_text("1 selected")).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#bulk")).to_be_hidden()
    expect(inbox.get_by_role("heading", name=sessions[70].contact)).to_be_visible()


def test_some_are_tagged_on_a_phone(inbox: Page, sessions: list[MessagingSession]) -> None:
    Tag.objects.create(name="order")
    inbox.set_viewport_size(PHONE)
    inbox.get_by_role("button", name="Order and views").click()
    inbox.get_by_role("button", name="Select sessions").click()
    for session in sessions[70:73]:
        inbox.get_by_role("checkbox", name=f"Select {session.contact}").check()
    inbox.locator("#bulk").get_by_role("button", name="Tag").click()
    dialog = inbox.get_by_role("dialog")
    pick(dialog, "Add", "order")
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.get_by_role("button", name="Change the tags").click()
    expect(inbox.get_by_text("The tags of 3 changed.")).to_be_visible()
    expect(rows(inbox, "Mine").filter(has_text="order")).to_have_count(3)


@pytest.fixture
def team(
    live_server: LiveServer,
    new_page: Callable[..., Page],
    sessions: list[MessagingSession],
    queue: MessageQueue,
) -> Page:
    """Vera's, who supervises and has no extension."""
    vera = make_user("vera", Role.SUPERVISOR)
    vera.set_password("secret-of-the-agent")
    vera.save()
    vera.supervised_queues.add(queue)
    page = new_page(reduced_motion="reduce", viewport=DESKTOP)
    page.route("**/events/**", lambda route: route.abort())
    log_in(page, live_server.url, "vera", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/?show=team")
    return page


def test_supervisor_goes_from_loads_to_sessions_and_assigns_all_that_wait(
    team: Page, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    MessagingSession.objects.filter(agent=None).exclude(pk__in=[one.pk for one in sessions[:40]]).delete()
    Tag.objects.create(name="new").sessions.set(sessions[:40])
    team.reload()
    queue = team.get_by_role("link").filter(has_text="Support")
    expect(queue).to_contain_text("40 waiting")
    expect(team.get_by_role("link").filter(has_text="Ben")).to_contain_text("210 open")
    team.goto(f"{team.url.partition('?')[0]}?tag={Tag.objects.get().pk}")
    waiting = rows(team, "Queue")
    expect(waiting).to_have_count(30)
    for _step in range(30):
        team.keyboard.press("j")
        if _step in (0, 29):
            team.keyboard.press("x" if _step == 0 else "Shift+X")
    team.get_by_role("button", name="Select all 40 in Queue").click()
    expect(team.get_by_text("All in Queue (40)")).to_be_visible()
    team.keyboard.press("a")
    dialog = team.get_by_role("dialog")
    pick(dialog, "To", "Ada")
    dialog.get_by_role("button", name="Assign").press("Enter")
    expect(team.get_by_text("40 assigned to 1001 Ada.")).to_be_visible()
    assert MessagingSession.objects.filter(agent=agents[0]).count() == 60


def test_supervisor_without_an_extension_directs_a_session_by_keys(
    team: Page, live_server: LiveServer, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    team.goto(f"{live_server.url}/inbox/{sessions[95].pk}/")
    team.keyboard.press("p")
    team.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(team.get_by_text("The session waits for an agent of Support; you can assign it.")).to_be_visible()
    team.locator("#session").focus()
    team.keyboard.press("i")
    team.get_by_role("textbox", name="Internal note").fill("She is a friend of the house.")
    team.get_by_role("button", name="Add note").press("Enter")
    expect(team.get_by_role("log")).to_contain_text("Internal note · vera")
    team.locator("#session").focus()
    team.keyboard.press("t")
    dialog = team.get_by_role("dialog")
    pick(dialog, "To", "Ada")
    dialog.get_by_role("button", name="Transfer").press("Enter")
    expect(team.get_by_text("Ada has the session. Assign it to somebody else")).to_be_visible()
    assert MessagingSession.objects.get(pk=sessions[95].pk).agent == agents[0]


def test_supervisor_with_an_extension_takes_over_and_answers(
    inbox: Page, sessions: list[MessagingSession], agents: list[Extension], queue: MessageQueue
) -> None:
    User.objects.filter(pk=agents[0].user_id).update(role=Role.SUPERVISOR)
    agents[0].user.supervised_queues.add(queue)
    inbox.goto(f"{inbox.url}{sessions[95].pk}/")
    inbox.keyboard.press("p")
    inbox.get_by_role("dialog").get_by_role("button", name="Yes").click()
    inbox.get_by_label("Message", exact=True).fill("I take care of it.")
    inbox.keyboard.press("Control+Enter")
    expect(inbox.get_by_role("log")).to_contain_text("I take care of it.")
    assert MessagingSession.objects.get(pk=sessions[95].pk).agent == agents[0]


def told(page: Page) -> Any:
    return page.evaluate("window.beeps ?? 0")


def test_whoever_is_away_hears_nothing_of_new_sessions(
    inbox: Page, sessions: list[MessagingSession], agents: list[Extension]
) -> None:
    inbox.evaluate("document.addEventListener('pbx:beep', () => { window.beeps = (window.beeps ?? 0) + 1 })")
    inbox.get_by_role("button", name="You are: Available").click()
    expect(inbox.get_by_text("While you are away, no sound")).to_be_visible()
    inbox.get_by_role("button", name="Away", exact=True).click()
    expect(inbox.get_by_role("button", name="You are: Away")).to_be_visible()
    now = timezone.now()
    MessagingSession.objects.filter(pk=sessions[95].pk).update(
        agent=None, waiting_since=now, last_active_at=now
    )
    with inbox.expect_response("**/calls/"):
        hear_of(inbox, sessions[95])
    inbox.wait_for_timeout(600)
    assert told(inbox) == 0
    MessagingSession.objects.filter(pk=sessions[80].pk).update(unread=1, last_active_at=now)
    with inbox.expect_response("**/calls/"):
        hear_of(inbox, sessions[80])
    inbox.wait_for_function("window.beeps === 1")


def test_search_that_is_ended_while_one_types_does_not_come_back(
    inbox: Page, sessions: list[MessagingSession]
) -> None:
    inbox.goto(f"{inbox.url}?q=4155551070")
    expect(rows(inbox, "Found")).to_have_count(1)
    with inbox.expect_response("**/inbox/sessions/**"):
        inbox.evaluate(
            """() => {
              const box = document.querySelector("#inbox-search [name=q]");
              box.value = "zebra";
              box.dispatchEvent(new Event("input", { bubbles: true }));
              document.querySelector(".inbox-found [data-lists-link]").click();
            }"""
        )
    expect(rows(inbox, "Mine")).to_have_count(20)
    inbox.wait_for_timeout(500)  # longer than a search waits for the next letter
    expect(rows(inbox, "Mine")).to_have_count(20)
    assert inbox.url.endswith("/inbox/")
