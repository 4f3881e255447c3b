"""The set-up check in a real browser: live results, the dialog of a fix, the steps that tick themselves."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from channels.models import Channel
from channels.set_up import preflight
from tests.factories import OUR_NUMBER, Road
from tests.portal import PASSWORD, make_user
from tests.servers import Simulator
from tests.walking import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does at once, in a thread, what workers are nudged for."""
    todo: dict[str, Callable[..., object]] = {
        "channels.tasks.check_set_up": preflight.run,
        "channels.tasks.fix_set_up": preflight.fix,
    }

    def work(name: str, *args: int | str) -> None:
        todo[name](*args)
        connections.close_all()

    monkeypatch.setattr(
        "channels.actions.checking.nudge", lambda *args: threading.Thread(target=work, args=args).start()
    )


@pytest.mark.long
def test_number_is_checked_fixed_and_texted(
    road: Road,
    worker: None,
    simulator: Simulator,
    live_server: LiveServer,
    page: Page,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("channels.set_up.checklist.WAITING_POLL_S", 1)
    make_user("root", Role.ADMINISTRATOR)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": "https://old.example/"})
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/channels/{road.channel.pk}/")
    steps = page.get_by_role("list", name="Steps of the setup guide").get_by_role("listitem")
    check = page.get_by_role("region", name="Set-up check")
    expect(check.get_by_role("status")).to_have_text("Not checked yet. It is checked by itself soon.")
    check.get_by_role("button", name="Check again").click()
    expect(check.get_by_role("status")).to_contain_text("1 check fails.")
    expect(check).to_contain_text("Texts to the number go to https://old.example/.")
    expect(steps.nth(1)).to_contain_text("(not done yet)")
    check.get_by_role("button", name="Fix it for me").click()
    dialog = page.get_by_role("dialog", name=f"Change {OUR_NUMBER} at Twilio?")
    expect(dialog).to_contain_text("https://old.example/")
    dialog.get_by_role("button", name="Change it").click()
    expect(dialog).to_be_hidden()
    expect(check.get_by_role("status")).to_contain_text("Nothing fails; 2 checks can’t tell.")
    expect(steps.nth(1)).to_contain_text("(done)")
    expect(steps.nth(3)).to_contain_text(f"Text {OUR_NUMBER} from any phone")
    Channel.objects.update(last_inbound_at=timezone.now())
    expect(steps.nth(3)).to_contain_text("(done)")
    assert complaints == []
