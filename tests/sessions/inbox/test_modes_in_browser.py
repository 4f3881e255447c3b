"""The inbox in forced colours, without motion, and on paper."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions import actions
from sessions.models import MessagingSession
from tests.factories import make_road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOVING = """() => [...document.querySelectorAll("*")].flatMap((element) =>
  [null, "::before", "::after"].filter((part) => {
    const style = getComputedStyle(element, part);
    const durations = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
    return style.animationName !== "none" || durations.slice(0, -1).some((one) => parseFloat(one) > 0);
  }).map((part) => element.className + (part ?? "")))"""
GROUND = "(element) => getComputedStyle(element).backgroundColor"


@pytest.fixture
def session(agents: list[Extension]) -> MessagingSession:
    road = make_road(agents[0], agents[0])
    for number in range(1, 21):
        signed_post(Client(), road.path, inbound_fields(sid_of(number), f"Question {number}\n\nand more"))
    session = MessagingSession.objects.get()
    actions.reply(session, agent=agents[0], body="The last answer")
    return session


@pytest.fixture
def inbox(
    live_server: LiveServer, new_page: Callable[..., Page], session: MessagingSession
) -> Iterator[Page]:
    with undisturbed(new_page(), live_server.url, f"/inbox/{session.pk}/") as page:
        yield page


def edge(place: Locator, side: str) -> int:
    """The edge's width in pixels; none is 0."""
    return int(place.evaluate(f"(element) => parseInt(getComputedStyle(element).border{side}Width)"))


def test_forced_colours_leave_what_colour_said(inbox: Page) -> None:
    inbox.emulate_media(forced_colors="active")
    for kind in ("inbound", "outbound"):
        bubble = inbox.locator(f".message-{kind} .bubble").first
        assert edge(bubble, "Top") >= 1
        assert {edge(bubble, "Left") > 2, edge(bubble, "Right") > 2} == {True, False}
    tab = inbox.locator(".inbox-tabs .nav-link.active")
    assert tab.evaluate(GROUND) != inbox.locator(".inbox-tabs .nav-link:not(.active)").first.evaluate(GROUND)
    live = inbox.locator("#live")
    grounds = set()
    for state in ("on", "off"):
        live.evaluate("(dot, state) => { dot.dataset.state = state; }", state)
        grounds.add(live.evaluate(GROUND))
        assert edge(live, "Top") >= 1
    assert len(grounds) == 2
    row = inbox.locator(".inbox-row.active, .inbox-row[aria-current]")
    expect(row).not_to_have_css("outline-style", "none")


def test_nothing_moves_where_nothing_is_to_move(inbox: Page) -> None:
    assert inbox.evaluate(MOVING) != []
    inbox.emulate_media(reduced_motion="reduce")
    assert inbox.evaluate(MOVING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_thread_is_printed_whole_and_alone(inbox: Page, scheme: str) -> None:
    inbox.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme; }", scheme)
    inbox.emulate_media(media="print")
    for hidden in (".inbox-list", "#composer", ".navbar", "#contact-pane", ".session-actions"):
        expect(inbox.locator(hidden).first).to_be_hidden()
    cut = """() => [...document.querySelectorAll("body, body *")].filter((element) =>
      element.querySelector(".message") && element.scrollHeight > element.clientHeight + 1
      && getComputedStyle(element).overflowY !== "visible").map((element) => element.className)"""
    assert inbox.evaluate(cut) == []
    last = inbox.locator(".message").last.bounding_box()
    height = inbox.evaluate("document.documentElement.scrollHeight")
    assert last
    assert inbox.viewport_size
    assert inbox.viewport_size["height"] < last["y"] + last["height"] <= height
    expect(inbox.locator(".message-outbound .bubble")).to_have_css("color", "rgb(0, 0, 0)")
    expect(inbox.locator("#session-head h2")).to_have_css("color", "rgb(0, 0, 0)")
