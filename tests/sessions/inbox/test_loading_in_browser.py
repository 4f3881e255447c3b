"""What the agents' page loads when it is opened for the first time, and that nothing of it jumps."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from routing.models import Extension
from sessions.models import Message, MessagingSession
from tests.factories import Road
from tests.loading import Loading
from tests.product import Stack
from tests.walking import log_in

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ROWS = 36
MOST_KB, MOST_REQUESTS = 150, 12
MOST_SHIFT = 0.01  # 0.1 is what people call steady
QUIET_MS = 1_500  # what a page loads late begins within this time


@pytest.fixture
def rows(road: Road, agents: list[Extension]) -> list[MessagingSession]:
    """Some wait, six are Ada's; each has a text."""
    now = timezone.now()
    made = [
        MessagingSession.objects.create(
            number=road.number,
            queue=road.number.queue,
            agent=agents[0] if number < ROWS - 30 else None,
            contact=f"+1415555{1000 + number}",
            opened_at=now,
            last_active_at=now - timedelta(minutes=number),
            unread=1,
        )
        for number in range(ROWS)
    ]
    for number, session in enumerate(made):
        text = f"Good morning, are the shoes of order {number} ready? I would come by at {number % 12}."
        session.last_message = Message.objects.create(
            session=session, kind=Message.Kind.INBOUND, body=text, created_at=session.last_active_at
        )
        session.save()
    return made


def _opened(page: Page, url: str) -> Loading:
    """A page that has come to rest."""
    loading = Loading(page)
    page.goto(f"{url}/inbox/")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.wait_for_timeout(QUIET_MS)
    return loading


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.long
def test_cold_inbox_loads_little_and_stands_still(
    start_stack: Callable[..., Stack], rows: list[MessagingSession], new_page: Callable[..., Page], width: int
) -> None:
    url = start_stack(only=("web", "stream", "proxy")).url
    cookies = log_in(new_page(), url, "agent1001", "secret-of-the-agent").context.cookies()
    page = new_page(viewport={"width": width, "height": 844})
    page.context.add_cookies(cookies)  # type: ignore[arg-type]

    cold = _opened(page, url)
    expect(page.locator(".inbox-row")).to_have_count(len(rows))
    assert [asked for asked, times in Counter(cold.urls).items() if times > 1] == []
    assert len(cold.urls) <= MOST_REQUESTS, cold.urls
    assert cold.kb <= MOST_KB, cold.kb
    assert cold.shift() <= MOST_SHIFT

    warm = _opened(page, url)
    assert [asked for asked in warm.urls if "/static/" in asked] == []
