"""`make demo` as a newcomer runs it: a fresh clone, nothing prepared."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from pbx_messaging.processes.ports import free_port
from tests import walking
from tests.installation import Installation, clean_environment, log_in
from tests.servers import ROOT

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(900)]

NewPage = Callable[..., Page]
FRESH_START_S = 600.0  # it fetches all packages; how long depends on the network
SECOND_START_S = 120.0  # 10 s where nothing else runs
SAMPLES = ("Noah Brown", "Olivia Martin", "Liam Wilson", "Mia Wong", "Ruby Taylor")
LOGIN = re.compile(r"(administrator|agent)\s{3}\s*(\S+)\s+(\S+)")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it is committed, and nothing else."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is no git repository, so there is nothing to clone")
    folder = tmp_path_factory.mktemp("demo") / "clone"
    command = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)]
    subprocess.run(command, check=True, env=clean_environment())
    return folder


@pytest.fixture
def demo(clone: Path) -> Iterator[Installation]:
    """`make demo` on free ports, its data in the clone's own place."""
    ports = [f"PORT={free_port()}", f"SIMULATOR_PORT={free_port()}"]
    data_dir = clone / "var" / "demo"
    data_dir.parent.mkdir(exist_ok=True)
    installation = Installation(["make", "demo", *ports, f"DATA_DIR={data_dir}"], data_dir, clone)
    yield installation
    installation.end()


def _assert_files_are_served(portal: str) -> None:
    page = requests.get(f"{portal}login/", timeout=10).text
    files = re.findall(r'(?:href|src)="/(static/[^"]+)"', page)
    assert files
    assert [file for file in files if requests.get(f"{portal}{file}", timeout=10).status_code != 200] == []


def walk_a_text_through(new_page: NewPage, portal: str, simulator: str) -> None:
    """Phone → simulator → webhook → agent → answer → phone."""
    admin = walking.log_in(new_page(), portal, "admin", "admin-demo")
    url = walking.open_channel_form(admin)
    account = requests.get(f"{simulator}/control/state", timeout=10).json()
    walking.fill_in_channel(admin, account, "1001")
    admin.get_by_role("tab", name="Authentication").click()
    admin.get_by_label("Auth Token").fill(account["auth_token"])
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("row").filter(has_text="Main line")).to_contain_text("Connected")
    phone = new_page()
    walking.name_webhook(phone, simulator, url)
    walking.open_phone(phone, simulator)
    alice = walking.log_in(new_page(), portal, "alice", "alice-demo")
    walking.text_from_phone(phone, "Are you open today?")
    alice.get_by_role("link").filter(has_text="Are you open today?").click()
    alice.get_by_role("button", name="Pick up").click()
    alice.get_by_label("Message", exact=True).fill("Yes, till six.")
    alice.get_by_role("button", name="Send").click()
    expect(phone.get_by_label("Texts")).to_contain_text("Yes, till six.", timeout=20_000)


def assert_a_line_is_ready(demo: Installation, new_page: NewPage, portal: str) -> None:
    """A newcomer sees an inbox at once: what waits, with a picture, what is answered, and what failed."""
    assert re.search(r"Numbers +\+61491570156 +ready", demo.screen)
    inbox = walking.log_in(new_page(), portal, "alice", "alice-demo")
    waiting, mine = (inbox.get_by_role("region", name=name) for name in ("Waiting", "Mine"))
    expect(waiting).to_contain_text("is the table for two at seven still free tonight?")
    expect(waiting).to_contain_text("My parcel arrived like this.")
    expect(mine).to_contain_text("Great, thank you!")
    admin = walking.log_in(new_page(), portal, "admin", "admin-demo")
    expect(admin.get_by_role("region", name="What waits")).to_contain_text("contacts wait for an answer")
    expect(admin.get_by_role("region", name="What fails")).to_contain_text("Nothing fails.")
    admin.goto(f"{portal}logs/?status=failed")
    expect(admin.get_by_role("row").filter(has_text="Olivia Martin")).to_have_count(1)


@pytest.mark.long
def test_demo_runs_from_a_fresh_clone(demo: Installation, new_page: NewPage) -> None:
    portal = demo.wait_for(r"Portal +(http://localhost:\d+/)", FRESH_START_S)[1]
    demo.wait_for("Ctrl-C ends it")
    assert_a_line_is_ready(demo, new_page, portal)
    logins = LOGIN.findall(demo.screen)
    assert {role for role, _, _ in logins} == {"administrator", "agent"}
    for _, username, password in logins:
        log_in(portal, username, password)
    _assert_files_are_served(portal)
    simulator = demo.wait_for(r"Simulator +(http://127\.0\.0\.1:\d+)/")[1]
    walk_a_text_through(new_page, portal, simulator)
    demo.interrupt()
    assert demo.seconds_until_gone() < 5


@pytest.mark.long
def test_demo_starts_again_quickly_and_finds_the_session(demo: Installation, new_page: NewPage) -> None:
    portal = demo.wait_for(r"Portal +(http://localhost:\d+/)", SECOND_START_S)[1]
    demo.wait_for("Ctrl-C ends it", SECOND_START_S)
    assert "==>" not in demo.screen  # nothing is fetched or built once more
    assert "database: up to date" in demo.screen
    alice = walking.log_in(new_page(), portal, "alice", "alice-demo")
    expect(alice.get_by_role("region", name="Mine")).to_contain_text("Yes, till six.")
    admin = log_in(portal, "admin", "admin-demo")
    logs = admin.get(f"{portal}logs/", timeout=10).text
    assert {contact: logs.count(f">{contact}<") for contact in SAMPLES} == dict.fromkeys(SAMPLES, 1)
    by_address = log_in(portal.replace("localhost", "127.0.0.1"), "bob", "bob-demo")
    assert by_address.get(f"{portal.replace('localhost', '127.0.0.1')}inbox/", timeout=10).status_code == 200
    demo.interrupt()
    assert demo.seconds_until_gone() < 5
