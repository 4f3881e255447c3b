"""The process: what it keeps over a restart, how it ends, whom it lets control it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.simulator.stand_in import CONTACT, NUMBER, ROOT, SID, TOKEN, Answer, Receiver, StandIn, wait_until

pytestmark = pytest.mark.once


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[StandIn]:
    """A simulator that keeps its state."""
    process = StandIn("--data", str(tmp_path))
    yield process
    process.stop()


def test_state_outlives_a_restart(keeping: StandIn, receiver: Receiver) -> None:
    keeping.post("settings", send_delay_ms=5, deliver_delay_ms=5)
    keeping.post("numbers", address=NUMBER, sms_url=receiver.url, rate="unlimited", mms=True)
    keeping.text("STOP")
    picture = {"content_type": "image/png", "data": "eHl6"}
    keeping.text("Look", contact="+14155550199", media=[picture])
    sid = keeping.send("Hello", to="+14155550199", status_callback=receiver.url)
    wait_until(lambda: len(keeping.message(sid)["callbacks"]) == 2)
    before = [keeping.get(name) for name in ("messages", "numbers", "phones", "settings")]
    opt_outs = keeping.get("state")["opt_outs"]
    keeping.stop()
    keeping.start()
    assert [keeping.get(name) for name in ("messages", "numbers", "phones", "settings")] == before
    assert keeping.get("state")["opt_outs"] == opt_outs
    (media,) = [m["media"] for m in keeping.get("messages")["messages"] if m["media"]]
    assert requests.get(keeping.url + media[0], timeout=5).content == b"xyz"


def test_messages_under_way_go_on_after_a_restart(keeping: StandIn, receiver: Receiver) -> None:
    keeping.post("settings", send_delay_ms=1, deliver_delay_ms=60000)
    sent = keeping.send("sent already")
    wait_until(lambda: keeping.message(sent)["status"] == "sent")
    waiting = [keeping.send(f"waits {n}", status_callback=receiver.url) for n in range(2)]
    keeping.post("settings", deliver_delay_ms=1)
    keeping.stop()
    keeping.start()
    assert [keeping.ended(sid)["status"] for sid in [sent, *waiting]] == ["delivered"] * 3
    receiver.wait_for(4)


def test_killed_simulator_loses_half_a_second_at_most(keeping: StandIn) -> None:
    sid = keeping.send("kept")
    time.sleep(0.6)
    keeping.process.kill()
    keeping.process.wait()
    keeping.start()
    assert keeping.message(sid)["body"] == "kept"


def test_reset_forgets_on_disk_too(keeping: StandIn) -> None:
    keeping.ended(keeping.send("forget me"))
    time.sleep(0.4)
    keeping.post("reset")
    keeping.stop()
    keeping.start()
    assert keeping.get("messages") == {"count": 0, "messages": []}


def test_sigterm_ends_it_with_streams_hangs_and_callbacks_open(receiver: Receiver) -> None:
    process = StandIn()
    process.post("settings", send_delay_ms=1, deliver_delay_ms=1)
    receiver.answers.append(Answer(after_s=3))
    process.send("x", status_callback=receiver.url)
    receiver.wait_for(1)
    process.post("faults", kind="hang")
    form = {"To": CONTACT, "From": NUMBER, "Body": "x"}
    url = f"{process.url}/2010-04-01/Accounts/{SID}/Messages.json"
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(url, data=form, auth=(SID, TOKEN), timeout=0.2)
    with requests.get(f"{process.url}/control/events", stream=True, timeout=5) as stream:
        assert next(stream.iter_lines()) == b": connected"
        assert process.stop() < 2
    assert process.process.returncode == 0


def test_events_tell_what_happens(stand_in: StandIn) -> None:
    with requests.get(f"{stand_in.url}/control/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == ": connected"
        stand_in.text("Hello", wait=False)
        kinds = {next(line for line in lines if line.startswith("event:")) for _ in range(2)}
    assert "event: message" in kinds


def test_other_sites_scripts_may_not_control_it(stand_in: StandIn) -> None:
    url = f"{stand_in.url}/control/reset"
    assert requests.post(url, data="{}", headers={"Content-Type": "text/plain"}, timeout=5).status_code == 415
    assert requests.post(url, json={}, headers={"Host": "evil.example"}, timeout=5).status_code == 403


def test_requests_are_kept_with_times_and_answers(stand_in: StandIn, receiver: Receiver) -> None:
    stand_in.send("Hello", status_callback=receiver.url)
    receiver.wait_for(2)
    wait_until(lambda: len(stand_in.get("requests", kind="status")["requests"]) == 2)
    (create,) = stand_in.get("requests", kind="api")["requests"]
    assert [create["method"], create["status"], create["params"]["Body"]] == ["POST", 201, "Hello"]
    assert abs(create["at"] - time.time()) < 5


def test_it_shares_no_code_with_the_product() -> None:
    code = "import sys, simulator.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    products = {
        "django",
        "twilio",
        "accounts",
        "routing",
        "channels",
        "sessions",
        "stats",
        "api",
        "pbx_messaging",
    }
    assert products & set(loaded.stdout.split()) == set()


def test_unknown_setting_changes_nothing(stand_in: StandIn) -> None:
    before = stand_in.get("settings")
    body = {"api_latency_ms": 5, "speed": 1}
    answer = stand_in.session.post(f"{stand_in.url}/control/settings", json=body)
    assert [answer.status_code, answer.json()] == [400, {"error": "There is no setting 'speed'."}]
    assert stand_in.get("settings") == before


def test_messages_can_be_filtered(stand_in: StandIn) -> None:
    first = stand_in.ended(stand_in.send("1"))
    stand_in.text("2")
    third = stand_in.ended(stand_in.send("3", to="+14155550199"))
    since = stand_in.get("messages", since=first["created_at"] + 1e-6)["messages"]
    assert [m["body"] for m in since] == ["2", "3"]
    assert [m["body"] for m in stand_in.get("messages", to=third["to"])["messages"]] == ["3"]
    assert [m["body"] for m in stand_in.get("messages", contact=CONTACT, number=NUMBER)["messages"]] == [
        "1",
        "2",
    ]
    assert [m["body"] for m in stand_in.get("messages", limit=1)["messages"]] == ["3"]
