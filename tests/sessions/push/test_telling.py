"""Who is told of what while nobody looks, on which devices, and how much is shown."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role, SecuritySettings, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import unanswered
from sessions.inbox.asking import Viewer
from sessions.live import notifying
from sessions.models import Contact, MessagingSession, Notice, Push, PushDevice, PushKey
from sessions.push import looking, pushing
from sessions.push.wording import WORDS
from tests.factories import CONTACT
from tests.portal import logged_in, make_user
from tests.push_service import PushService
from tests.sessions.conftest import Post
from tests.sessions.push.conftest import OTHER_SETTINGS, Subscribe, look, tell, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_devices_are_told_of_new_sessions_and_follow_ups_once_and_never_what_they_say(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    Contact.objects.create(address=CONTACT, name="Grace")
    ada, phone = subscribe(agents[0])
    _same, tablet = subscribe(agents[0], "tablet", ada)
    _ben, other = subscribe(agents[1], "other")
    _cleo, none = subscribe(agents[2], "none")
    post_inbound(1, "A secret")
    tell()
    assert [told(one) for one in (phone, tablet, other, none)] == [
        *[[("Grace", "A new session waits")]] * 3,
        [],
    ]
    actions.pick_up(MessagingSession.objects.get(), agent=agents[0])
    tell()
    post_inbound(2, "Another secret")
    tell()
    tell()
    assert [told(one) for one in (phone, tablet, other, none)] == [*[[("Grace", "New text")]] * 2, [], []]
    assert not Push.objects.exists()


def test_whoever_is_away_is_told_of_their_own_and_of_mentions_but_not_of_new_sessions(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    _ada, phone = subscribe(agents[0])
    post_inbound(1, "Mine")
    actions.pick_up(MessagingSession.objects.get(), agent=agents[0])
    tell()
    told(phone)
    actions.set_availability(agents[0], to=Extension.Availability.AWAY)
    post_inbound(2, "Somebody there?", From="+14155550199")
    tell()
    assert told(phone) == []
    post_inbound(3, "And you?")
    tell()
    assert told(phone) == [(CONTACT, "New text")]
    mine = MessagingSession.objects.get(contact=CONTACT)
    other = MessagingSession.objects.exclude(pk=mine.pk).get()
    actions.add_note(other, agent=agents[1], body="@Ada, can you?")
    tell()
    assert [words for _who, words in told(phone)] == ["You were mentioned in a note"]
    actions.set_availability(agents[0], to=Extension.Availability.AVAILABLE)
    tell()
    assert told(phone) == []  # what came meanwhile stands in the list


def test_what_was_there_before_is_no_news(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    post_inbound(1, "Hello")
    _ada, phone = subscribe(agents[0])
    post_inbound(2, "Hello?", From="+14155550199")
    tell()
    assert told(phone) == [("+14155550199", "A new session waits")]


@pytest.mark.parametrize(
    ("shows", "said"),
    [
        ("nothing", ("PBX Messaging", "A new session waits")),
        ("name", ("Grace", "A new session waits")),
        ("text", ("Grace", "Are you open today?")),
    ],
)
def test_administrator_decides_how_much_is_shown(
    post_inbound: Post,
    agents: list[Extension],
    subscribe: Subscribe,
    admin_page: Client,
    shows: str,
    said: tuple[str, str],
) -> None:
    Contact.objects.create(address=CONTACT, name="Grace")
    fields = {"two_step_required_of": "nobody", "notifications_show": shows}
    assert admin_page.post("/system/security/", fields).status_code == 302
    assert SecuritySettings.load().notifications_show == shows
    _ada, phone = subscribe(agents[0])
    post_inbound(1, "Are  you open\ntoday?")
    tell()
    assert told(phone) == [said]


def test_supervisor_is_told_of_alerts(
    post_inbound: Post,
    queue: MessageQueue,
    service: PushService,
    agents: list[Extension],
    subscribe: Subscribe,
) -> None:
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    client, browser = logged_in(vera), service.browser("veras")
    assert client.post("/inbox/push/", browser.fields).status_code == 204
    MessageQueue.objects.update(alert_after_minutes=10)
    post_inbound(1, "Hello")
    tell()
    assert told(browser) == []
    unanswered.alert(now=timezone.now() + timedelta(minutes=11))
    tell()
    assert told(browser) == [(CONTACT, "Nobody has answered yet")]


def test_agent_who_does_not_want_it_or_looks_at_a_page_is_not_told(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    ada, phone = subscribe(agents[0])
    ben, other = subscribe(agents[1], "other")
    ben.post("/inbox/settings/", {**OTHER_SETTINGS, "notify_follow_up": "on"})
    looks = {"page": "one", "looks": "1"}
    assert ada.post("/inbox/push/looks/", looks).status_code == 204
    post_inbound(1, "Hello")
    tell()
    assert (told(phone), told(other)) == ([], [])
    ada.post("/inbox/push/looks/", looks | {"looks": ""})
    post_inbound(2, "Hello", From="+14155550199")
    tell()  # and what was there while she looked is not told later
    assert (told(phone), told(other)) == ([("+14155550199", "A new session waits")], [])


@pytest.mark.parametrize(("begin_h", "end_h", "is_told"), [(-1, 1, False), (1, 2, True), (1, -1, True)])
def test_quiet_times_are_by_the_agents_own_clock(
    post_inbound: Post,
    agents: list[Extension],
    subscribe: Subscribe,
    begin_h: int,
    end_h: int,
    is_told: bool,
) -> None:
    User.objects.filter(pk=agents[0].user_id).update(time_zone="Asia/Kathmandu")
    agents[0].user.refresh_from_db()
    ada, phone = subscribe(agents[0])
    now = timezone.now().astimezone(agents[0].user.zone)
    begin, end = ((now + timedelta(hours=one)).strftime("%H:%M") for one in (begin_h, end_h))
    answer = ada.post(
        "/inbox/settings/", {**OTHER_SETTINGS, "notify_new": "on", "quiet_from": begin, "quiet_until": end}
    )
    assert answer.status_code == 302
    post_inbound(1, "Hello")
    tell()
    assert bool(told(phone)) is is_told


def test_half_a_quiet_time_is_refused_in_words(agents: list[Extension]) -> None:
    answer = logged_in(agents[0].user).post("/inbox/settings/", {**OTHER_SETTINGS, "quiet_from": "22:00"})
    assert "Give both times, or none." in answer.content.decode()


def test_session_that_left_meanwhile_is_not_told_of(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    _ben, other = subscribe(agents[1], "other")
    post_inbound(1, "Hello")
    look()
    actions.pick_up(MessagingSession.objects.get(), agent=agents[0])
    pushing.push_due()
    assert (told(other), Push.objects.count()) == ([], 0)


def test_lost_events_cost_a_look_at_everybody(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, redis_client: Any
) -> None:
    _ada, phone = subscribe(agents[0])
    post_inbound(1, "Hello")
    tell()
    told(phone)
    post_inbound(2, "Hello", From="+14155550199")
    redis_client.delete(looking.READ)
    tell()
    assert told(phone) == [("+14155550199", "A new session waits")]


def test_nobody_is_looked_at_without_an_event(
    agents: list[Extension], subscribe: Subscribe, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    subscribe(agents[0])
    post_inbound(1, "Hello")
    tell()
    with django_assert_num_queries(0):
        look()


def test_every_kind_has_its_words(agents: list[Extension]) -> None:
    kinds = notifying.kinds_for(Viewer(agents[0].user, agents[0])).keys()
    assert kinds <= WORDS.keys()


def test_what_can_not_be_said_costs_the_others_nothing(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe
) -> None:
    _ada, phone = subscribe(agents[0])
    for number in (1, 2):
        post_inbound(number, "Hello", From=f"+1415555019{number}")
    look()
    Notice.objects.filter(session__contact="+14155550191").update(kind="strange")
    pushing.push_due()
    assert told(phone) == [("+14155550192", "A new session waits")]
    assert not Push.objects.exists()


def test_several_workers_tell_once(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ada, phone = subscribe(agents[0])
    post_inbound(1, "Hello")
    monkeypatch.setattr(
        looking, "_latest_audience", lambda: (b"", None)
    )  # as if all of them had read the same
    barrier, waiting = threading.Barrier(4), []

    def work() -> None:
        try:
            barrier.wait()
            waiting.append(looking._look(timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waiting) == [0, 0, 0, 1]
    pushing.push_due()
    assert len(told(phone)) == 1


def test_who_has_looked_rests(
    post_inbound: Post, agents: list[Extension], subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ada, phone = subscribe(agents[0])
    monkeypatch.setattr(looking, "REST", 10_000)
    look()
    post_inbound(1, "Hello")
    assert looking.look(now=timezone.now()) == 0
    tell()
    assert len(told(phone)) == 1


def test_key_is_made_once_and_kept_encrypted(
    service: PushService, agents: list[Extension], subscribe: Subscribe, post_inbound: Post
) -> None:
    ada, _phone = subscribe(agents[0])
    page = ada.get("/inbox/settings/").content.decode()
    key = PushKey.objects.get()
    assert f'data-key="{key.public}"' in page
    post_inbound(1, "Hello")
    tell()
    assert service.key == key.public
    assert service.claims["aud"] == service.url
    assert 0 < service.claims["exp"] - timezone.now().timestamp() < 24 * 3600
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM messaging_sessions_pushkey")
        assert cursor.fetchone()[0].startswith("gAAAA")
    assert (PushKey.objects.count(), Notice.objects.count(), PushDevice.objects.count()) == (1, 1, 1)
