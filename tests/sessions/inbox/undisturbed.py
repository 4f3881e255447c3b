"""An agent's page to which no events come, so that the test says when something changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import ConsoleMessage, Page

from accounts.models import User
from sessions.models import MessagingSession
from tests.portal import let_in

# What tests bring about themselves: drafts of two devices, refusals, no connection, something else asked for.
MEANT = (
    "409",
    "422",
    "503",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "error occurred when fetching the script",  # of the service worker, where there is no connection
    "htmx:sendError",
    "htmx:sendAbort",
    "htmx:afterRequest",
)
SILENCE = {"status": 200, "content_type": "text/event-stream", "body": "retry: 600000\n\n"}


def hear_of(page: Page, *sessions: MessagingSession, kind: str = "message") -> None:
    """As if events had come."""
    for session in sessions:
        detail = {"kind": kind, "session": session.pk}
        page.evaluate(
            "(detail) => document.dispatchEvent(new CustomEvent('inbox:event', { detail }))", detail
        )


@contextmanager
def undisturbed(page: Page, base_url: str, path: str) -> Iterator[Page]:
    """Ada's page at `path`. What goes wrong in its scripts fails the test in the end."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in MEANT):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/events/**", lambda route: route.fulfill(**SILENCE))
    let_in(page, base_url, User.objects.get(username="agent1001"))
    page.goto(f"{base_url}{path}")
    yield page
    assert not complaints, complaints
