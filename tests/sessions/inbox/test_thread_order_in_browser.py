"""The thread that grows in a page ends as one that is loaded anew, whatever happened on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sessions.models import MessagingSession
from tests.factories import Road
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.sessions.inbox.undisturbed import hear_of, undisturbed

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = 5  # messages of an update
A_DAY = 4  # messages
HIDDEN_EVERY = 3  # messages, above which others' were

# Swaps in what the steps bring, as htmx does with an answer, and gives what is in the list then.
PLAY = """async (steps) => {
  const { htmx } = await import(document.querySelector("script[type=module]").src);
  const list = document.getElementById("thread");
  const scroller = document.getElementById("thread-scroll");
  scroller.style.height = "200px";
  const swap = (target, html, swapStyle) => {
    const eventInfo = { target, requestConfig: { verb: "get" } };
    const how = { swapStyle, swapDelay: 0, settleDelay: 0 };
    htmx.swap(target, html, how, { contextElement: target, eventInfo });
  };
  list.replaceChildren();
  for (const [step, content] of steps) {
    if (step === "focus") document.hasFocus = () => content;
    if (step === "scroll") scroller.scrollTop = content ? scroller.scrollHeight : 0;
    if (step === "update") swap(list, content, "keyed");
    if (step === "older" && document.getElementById("thread-older")) {
      swap(document.getElementById("thread-older"), content, "outerHTML");
    }
  }
  return [...list.children].map((item) => [item.id, item.textContent.trim()]);
}"""


@dataclass
class Thread:
    """What a server knows of it. `shown`: the first message that the page has, None before it has any;
    `seen`: how many there were when it was last updated."""

    statuses: list[str] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)  # inbound ones, of which the last `unread` are not read
    unread: int = 0
    shown: int | None = None
    seen: int = 0

    def add(self, count: int, *, inbound: bool) -> None:
        first = len(self.statuses)
        self.statuses += ["received" if inbound else "queued"] * count
        if inbound:
            self.texts += range(first, first + count)
            self.unread += count

    def update(self) -> str:
        first = max(0, len(self.statuses) - PAGE)
        unread = [number for number in self.texts[len(self.texts) - self.unread :] if number >= first]
        self.unread = 0
        self.shown = first if self.shown is None or self.missed(first) else min(self.shown, first)
        self.seen = len(self.statuses)
        return f'<ol id="thread">{self._older(first)}{self._html(first, len(self.statuses), unread[:1])}</ol>'

    def missed(self, first: int) -> bool:
        return self.seen <= first

    def older(self) -> str:
        end = self.shown or 0
        self.shown = max(0, end - PAGE)
        return self._older(self.shown) + self._html(self.shown, end, [])

    def loaded_anew(self) -> list[list[str]]:
        """Its items from the first that is shown on, without the lines that only help to read."""
        found = []
        for day, numbers in groupby(
            range(self.shown or 0, len(self.statuses)), lambda number: number // A_DAY
        ):
            found.append([f"day-{day}", f"{day}"])
            for number in numbers:
                found += [[f"hidden-{number}", "Others"]] * (number % HIDDEN_EVERY == 0)
                found.append([f"message-{number}", self.statuses[number]])
        return found

    def _older(self, first: int) -> str:
        return '<li id="thread-older">more</li>' if first else ""

    def _html(self, first: int, end: int, unread: list[int]) -> str:
        return "".join(self._items(first, end, unread))

    def _items(self, first: int, end: int, unread: list[int]) -> Iterator[str]:
        for number in range(first, end):
            if number == first or number % A_DAY == 0:
                yield f'<li class="thread-day" id="day-{number // A_DAY}">{number // A_DAY}</li>'
            if number % HIDDEN_EVERY == 0:
                yield f'<li class="thread-hidden" id="hidden-{number}">Others</li>'
            if number in unread:
                yield '<li id="thread-unread">New</li>'
            yield f'<li id="message-{number}"><p>{self.statuses[number]}</p></li>'


STEPS = st.one_of(
    st.tuples(st.just("text"), st.integers(1, 3)),
    st.tuples(st.just("answer"), st.integers(1, 2)),
    st.tuples(st.just("status"), st.sampled_from(["sent", "delivered", "failed"])),
    st.tuples(st.just("unseen"), st.integers(1, 8)),  # no event tells of them
    st.tuples(st.just("focus"), st.booleans()),
    st.tuples(st.just("scroll"), st.booleans()),
    st.tuples(st.just("older"), st.none()),
)


def script(begins_with: int, steps: list[tuple[str, object]]) -> tuple[Thread, list[tuple[str, object]]]:
    thread = Thread()
    thread.add(begins_with, inbound=True)
    played: list[tuple[str, object]] = [("update", thread.update())]
    for step, value in [*steps, ("text", 1)]:
        if step in {"focus", "scroll"}:
            played.append((step, value))
        elif step == "older":
            if thread.shown:
                played.append(("older", thread.older()))
        elif step == "unseen":
            thread.add(int(str(value)), inbound=True)
        else:
            if step == "status":
                thread.statuses[-1] = str(value)
            else:
                thread.add(int(str(value)), inbound=step == "text")
            played.append(("update", thread.update()))
    return thread, played


def test_any_sequence_ends_in_the_order_of_a_page_loaded_anew(
    live_server: LiveServer, new_page: Callable[..., Page], direct_session: MessagingSession
) -> None:
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:

        @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.integers(1, 12), st.lists(STEPS, max_size=14))
        def play(begins_with: int, steps: list[tuple[str, object]]) -> None:
            thread, played = script(begins_with, steps)
            items = page.evaluate(PLAY, played)
            ids = [one for one, _words in items]
            helping = {"thread-unread", "thread-older"}
            assert [item for item in items if item[0] not in helping] == thread.loaded_anew()
            assert len(ids) == len(set(ids))
            assert ("thread-older" in ids) == bool(thread.shown)
            if "thread-unread" in ids:
                assert ids[ids.index("thread-unread") + 1].startswith("message-")

        play()


def test_texts_that_come_while_one_looks_elsewhere_stand_in_their_order(
    live_server: LiveServer,
    new_page: Callable[..., Page],
    direct_road: Road,
    direct_session: MessagingSession,
) -> None:
    with undisturbed(new_page(), live_server.url, f"/inbox/{direct_session.pk}/") as page:
        page.evaluate("document.hasFocus = () => false")
        log = page.get_by_role("log", name="Messages")
        for number in range(2, 6):
            signed_post(Client(), direct_road.path, inbound_fields(sid_of(number), f"Text {number}"))
            hear_of(page, direct_session)
            expect(log).to_contain_text(f"Text {number}")
        texts = ["Are you open?", *(f"Text {number}" for number in range(2, 6))]
        expect(log.locator(".message-body")).to_have_text(texts)
        expect(log.locator("#thread-unread + .message")).to_contain_text("Text 2")
