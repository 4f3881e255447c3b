"""A browser becomes a device that is told, and its service worker shows what comes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Extension
from sessions.models import PushDevice
from sessions.push import devices, focus, pushing
from tests.push_service import PushService
from tests.waiting import wait_until
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A browser's own push service is out of reach: a subscription at ours takes its place.
SUBSCRIBED = """(fields) => {
  const keys = { p256dh: fields.p256dh, auth: fields.auth };
  const subscription = { toJSON: () => ({ endpoint: fields.endpoint, keys }), unsubscribe: async () => true };
  window.asked = null;
  PushManager.prototype.subscribe = async (options) => {
    window.asked = options.applicationServerKey.length;
    sessionStorage.setItem("subscribed", "1");
    return subscription;
  };
  const found = () => (sessionStorage.getItem("subscribed") ? subscription : null);
  PushManager.prototype.getSubscription = async () => found();
}"""
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map((one) => [one.title, one.body, one.data.url]);
}"""


def deliver(page: Page, url: str, data: dict[str, Any]) -> None:
    """As the browser does when its push service has brought something."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(100)
    values = {"origin": url, "registrationId": found[0], "data": json.dumps(data)}
    session.send("ServiceWorker.deliverPushMessage", values)


def test_browser_is_told_and_shows_it(
    live_server: LiveServer, new_page: Callable[..., Page], service: PushService, agents: list[Extension]
) -> None:
    page = new_page()
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    fields = json.dumps(service.browser("phone").fields)
    page.context.add_init_script(f"({SUBSCRIBED})({fields})")
    log_in(page, live_server.url, "agent1001", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/settings/")
    expect(page.get_by_text("No device is told yet.")).to_be_visible()
    page.get_by_role("button", name="Tell this device").click()
    expect(page.get_by_text("this browser", exact=True)).to_be_visible()
    device = PushDevice.objects.get()
    assert (device.user, device.name) == (agents[0].user, "Chrome on Linux")
    page.get_by_role("button", name="Test Chrome on Linux").click()
    expect(page.get_by_text("A notification is on its way")).to_be_visible()
    pushing.push_due()
    (sent,) = service.browser("phone").shown
    assert (sent["title"], sent["body"]) == ("PBX Messaging", "This device is told.")
    deliver(page, live_server.url, sent | {"body": "Somebody looks"})
    page.wait_for_timeout(500)
    assert page.evaluate(SHOWN) == []  # the page itself tells
    page.goto("about:blank")
    deliver(page, live_server.url, sent | {"body": "Nobody looks"})
    page.wait_for_timeout(500)
    page.goto(f"{live_server.url}/offline/")
    assert page.evaluate(SHOWN) == [["PBX Messaging", "Nobody looks", "/inbox/settings/"]]


def test_page_says_while_somebody_looks_at_it(
    live_server: LiveServer, new_page: Callable[..., Page], service: PushService, agents: list[Extension]
) -> None:
    fields = service.browser("phone").fields
    page = log_in(new_page(), live_server.url, "agent1001", "secret-of-the-agent")
    page.goto(f"{live_server.url}/inbox/")
    page.wait_for_timeout(300)
    assert focus.lookers() == set()  # no device, nothing to hold back
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "pbx_session"]
    keys = {name: fields[name] for name in ("p256dh", "auth")}
    devices.register(
        agents[0].user, session_key=cookie["value"], endpoint=fields["endpoint"], keys=keys, agent=""
    )
    page.reload()
    wait_until(lambda: focus.lookers() == {agents[0].user_id})
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    wait_until(lambda: focus.lookers() == set())
