"""The event stream in a real browser: through a lost connection, and who is there."""

import signal
from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts.models import Role
from routing.models import Extension
from sessions import events
from sessions.models import MessagingSession
from sessions.presence import online
from tests.portal import PASSWORD, make_user
from tests.product import Stack
from tests.sessions.conftest import Post
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [pytest.mark.processes, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTEN = """() => {
  window.ids = [];
  window.kinds = new Set();
  window.source = new EventSource("/events/");
  for (const kind of ["hello", "reset", "session", "message", "status"]) {
    source.addEventListener(kind, (event) => { ids.push(event.lastEventId); kinds.add(kind); });
  }
}"""
MARK = "Nobody who could answer is there"


@pytest.mark.long
def test_browser_loses_its_connection_and_resumes_without_a_gap(
    post_inbound: Post,
    agents: list[Extension],
    start_stack: Callable[..., Stack],
    new_page: Callable[..., Page],
) -> None:
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    vera = make_user("vera", Role.SUPERVISOR)
    assert session.queue is not None
    vera.supervised_queues.add(session.queue)
    stack = start_stack()
    ada = log_in(new_page(), stack.url, "agent1001", "secret-of-the-agent")
    ada.evaluate(LISTEN)
    wait_until(lambda: ada.evaluate("ids.length") == 1)

    name = "proxy" if "proxy" in stack.children else "web"  # the nearest to the browser
    stack.children[name].signal(signal.SIGKILL)
    stack.kill(name)
    for _ in range(200):
        with transaction.atomic():
            events.record(events.EventKind.STATUS, session)
    stack.start(name)
    wait_until(lambda: ada.evaluate("ids.length") >= 201, timeout_s=30)
    assert ada.evaluate("ids.length === 201 && new Set(ids).size === 201")
    assert sorted(ada.evaluate("[...kinds]")) == ["hello", "status"]
    ada.evaluate("source.close()")

    supervisor = log_in(new_page(), stack.url, "vera", PASSWORD)
    ben = log_in(new_page(), stack.url, "agent1002", "secret-of-the-agent")
    for page in (supervisor, ada, ben):
        page.goto(f"{stack.url}/inbox/{session.pk}/")
        expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    expect(ada.locator("#viewers")).to_contain_text("1002 Ben has this session open, too.")
    expect(ben.locator("#viewers")).to_contain_text("1001 Ada has this session open, too.")
    row = supervisor.locator(f"#row-{session.pk}")
    expect(row.get_by_title(MARK)).to_have_count(0)

    ben.get_by_role("button", name="You are: Available").click()
    ben.get_by_role("button", name="Away").click()
    expect(ben.get_by_role("button", name="You are: Away")).to_be_visible()
    expect(row.get_by_title(MARK)).to_have_count(0)
    ada.context.close()
    expect(ben.locator("#viewers")).to_have_text("", timeout=15_000)
    expect(row.get_by_title(MARK)).to_be_visible(timeout=15_000)
    wait_until(lambda: online.everybody_online() == {agents[1].pk})
