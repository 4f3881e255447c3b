"""What an administrator sees of a channel's queue, and does about it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import actions as channel_actions
from channels import pacing
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.models import Attempt
from sessions.sending import claiming
from tests.factories import Road, make_road
from tests.portal import messages_of, rows_of, text_of
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def write(agent: Extension, road: Road, number: int) -> Attempt:
    contact = f"+1415555{number:04}"
    message = actions.start_session(agent=agent, number=road.number, contact=contact, body="Hello")
    return message.attempts.get()


def figures(page: str) -> dict[str, str]:
    """The big figures by their headings."""
    found = re.findall(
        r'(?s)<div class="subheader">(.*?)</div>\s*<div class="figure-value">(.*?)</div>', page
    )
    return {text_of(heading): text_of(value) for heading, value in found}


def shown(admin_page: Client, road: Road) -> str:
    answer = admin_page.get(f"/channels/{road.channel.pk}/sending/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_idle_channel_has_nothing_to_say(admin_page: Client, road: Road) -> None:
    page = shown(admin_page, road)
    assert figures(page) == {
        "Waiting": "0",
        "Oldest": "–",
        "Rate": "0.0 / 10",
        "In flight": "0",
        "Unknown": "0",
    }
    assert "<html" not in page
    assert "None." in text_of(page)


def test_figures_follow_the_queue(admin_page: Client, road: Road, agents: list[Extension]) -> None:
    attempts = [write(agents[0], road, number) for number in range(8)]
    now = timezone.now()
    Attempt.objects.filter(pk=attempts[0].pk).update(status="unknown", claimed_at=now, reason="Lost.")
    Attempt.objects.filter(pk__in=[attempts[1].pk, attempts[2].pk]).update(status="sending", claimed_at=now)
    Attempt.objects.filter(pk=attempts[3].pk).update(queued_at=now - timedelta(minutes=12))
    Attempt.objects.filter(pk=attempts[4].pk).update(status="scheduled", due_at=now + timedelta(hours=1))
    before = now - timedelta(seconds=11)
    Attempt.objects.filter(pk=attempts[5].pk).update(status="delivered", claimed_at=before)
    page = shown(admin_page, road)
    assert figures(page) == {
        "Waiting": "3",
        "Oldest": "12 min",
        "Rate": "0.3 / 10",
        "In flight": "2",
        "Unknown": "1",
    }
    assert "and 1 with a time of its own" in text_of(page)


def test_rate_is_of_segments_where_they_count(
    admin_page: Client, road: Road, agents: list[Extension]
) -> None:
    write(agents[0], road, 1)
    Attempt.objects.update(claimed_at=timezone.now(), status="accepted", segments=5)
    Channel.objects.update(rate_unit="segments")
    page = shown(admin_page, road)
    assert figures(page)["Rate"] == "0.5 / 10"
    assert "segments per second, over the last 10 s" in text_of(page)


def test_last_ten_errors_are_shown_with_the_itsps_page(
    admin_page: Client, road: Road, agents: list[Extension]
) -> None:
    for number in range(12):
        write(agents[0], road, number)
    words = "This number does not exist."
    Attempt.objects.update(status="failed", error_code="30005", reason=words)
    Attempt.objects.filter(lane__contact="+14155550011").update(
        status="cancelled", reason="Taken back by Ada."
    )
    page = shown(admin_page, road)
    rows = [row[1:] for row in rows_of(admin_page.get(f"/channels/{road.channel.pk}/sending/"))]
    assert rows == [["+25402161183", f"+1415555{n:04}", "30005", words] for n in range(10, 0, -1)]
    assert 'href="https://www.twilio.com/docs/api/errors/30005"' in page


def test_page_says_what_the_itsp_asked_for(admin_page: Client, road: Road) -> None:
    pacing.pause(road.channel.pk, seconds=90)
    assert "The ITSP asked to slow down: nothing is sent until" in text_of(shown(admin_page, road))
    pacing.slow_down(road.channel.pk, rate=10)
    assert "Slowed to 5.0 per second: the ITSP said that it is too fast." in text_of(shown(admin_page, road))


def test_paused_channel_sends_nothing_until_it_is_resumed(
    admin_page: Client, road: Road, agents: list[Extension]
) -> None:
    path = f"/channels/{road.channel.pk}"
    answer = admin_page.post(f"{path}/pause/", follow=True)
    assert messages_of(answer) == ["“Main” is paused: messages wait until you resume it."]
    assert f'action="{path}/resume/"' in answer.content.decode()
    write(agents[0], road, 1)
    channel = Channel.objects.get()
    assert (channel.paused_at is None, channel.held_since is None) == (False, False)
    assert list(claiming.channels_with_work()) == []
    admin_page.post(f"{path}/pause/")
    assert Channel.objects.get().paused_at == channel.paused_at
    answer = admin_page.post(f"{path}/resume/", follow=True)
    assert messages_of(answer)[-1] == "“Main” sends again."
    channel.refresh_from_db()
    assert (channel.paused_at, channel.held_since) == (None, None)
    assert len(wait_until(lambda: claiming.claim({channel.pk: 10}))) == 1


def test_resumed_channel_that_fails_stays_held(road: Road) -> None:
    channel_actions.pause_channel(road.channel)
    Channel.objects.update(status=Channel.Status.FAILING)
    channel_actions.resume_channel(road.channel)
    channel = Channel.objects.get()
    assert (channel.paused_at, channel.held_since is None) == (None, False)


def test_deleted_channel_has_no_such_page(admin_page: Client, road: Road) -> None:
    Channel.objects.update(archived_at=timezone.now())
    assert admin_page.get(f"/channels/{road.channel.pk}/sending/").status_code == 404
    for verb in ("pause", "resume"):
        assert admin_page.post(f"/channels/{road.channel.pk}/{verb}/").status_code == 404


def test_page_costs_the_same_with_many_errors(
    admin_page: Client, road: Road, agents: list[Extension]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(admin_page, road)
        return len(captured)

    write(agents[0], road, 1)
    Attempt.objects.update(status="failed", error_code="30005", reason="No.")
    with_one = queries()
    for number in range(2, 30):
        write(agents[0], road, number)
    Attempt.objects.update(status="failed", error_code="30005", reason="No.")
    assert queries() == with_one


# --- the channel list ---


def status_of(admin_page: Client, name: str) -> str:
    (row,) = [row for row in rows_of(admin_page.get("/channels/")) if row[0] == name]
    return row[3]


def test_channel_list_marks_queues_that_need_a_look(
    admin_page: Client, road: Road, agents: list[Extension]
) -> None:
    make_road(agents[2], address="+12015550123", name="Other")
    first, second = write(agents[0], road, 1), write(agents[0], road, 2)
    assert status_of(admin_page, "Main") == "Connected"
    Attempt.objects.filter(pk=first.pk).update(status="unknown")
    assert status_of(admin_page, "Main") == "Connected 1 unknown"
    Attempt.objects.filter(pk=second.pk).update(queued_at=timezone.now() - timedelta(minutes=3))
    assert status_of(admin_page, "Main") == "Connected 1 unknown Waiting for 3 min"
    Attempt.objects.filter(pk=first.pk).update(status="accepted")
    assert status_of(admin_page, "Main") == "Connected Waiting for 3 min"
    assert status_of(admin_page, "Other") == "Connected"
    assert f'href="/channels/{road.channel.pk}/sending/"' in admin_page.get("/channels/").content.decode()


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"paused_at": timezone.now()}, ["1 message waits", "3 messages wait"]),
        ({"status": "failing"}, ["1 message waits", "3 messages wait"]),
        ({}, ["", ""]),
    ],
)
def test_channel_list_says_how_many_wait_where_nothing_is_sent(
    admin_page: Client, agents: list[Extension], road: Road, held: dict[str, Any], words: list[str]
) -> None:
    Channel.objects.update(**held)
    said = []
    for n in (1, 2):
        for m in range(n):
            actions.start_session(
                agent=agents[0],
                number=road.number,
                contact=f"+1415555{n}{m}00",
                body="Hi",
                client_id=f"{n}{m}",
            )
        text = rows_of(admin_page.get("/channels/"))[0][3]
        said.append(next((one for one in ["1 message waits", "3 messages wait"] if one in text), ""))
    assert said == words


def test_no_more_are_counted_than_is_cheap(
    admin_page: Client, agents: list[Extension], road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.lanes.figures.COUNTED_MOST", 1)
    Channel.objects.update(paused_at=timezone.now())
    for n in range(3):
        actions.start_session(
            agent=agents[0], number=road.number, contact=f"+1415555010{n}", body="Hi", client_id=str(n)
        )
    assert "Over 100,000 messages wait" in rows_of(admin_page.get("/channels/"))[0][3]
