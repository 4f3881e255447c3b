"""Texts that no webhook brought: fetched from the ITSP's list, each once, in order, with its dates."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from channels import actions
from channels.itsp import ITSPS
from channels.itsp.twilio import received
from channels.models import Channel, FetchGap, Number, SetUpResult
from channels.set_up import preflight
from channels.webhook.url import webhook_url_of
from pbx_messaging.redis import redis_client
from routing.models import Extension, MessageQueue
from sessions.media import fetching
from sessions.models import Attachment, Message, MessagingSession, OptOutEntry, SignOfLife, WebhookRequest
from sessions.receiving import (
    heart,
    inbound,
    intake,
    life_signs,
    missed,
    missed_run,
    refused_calls,
    replaying,
    spool,
)
from stats.queries import counts_by_channel
from tests.factories import CONTACT, OUR_NUMBER, Road, make_road
from tests.product import Stack
from tests.servers import Simulator
from tests.sessions.conftest import inbound_fields, sid_of, signed_post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "webhook:alive:web"
US_NUMBER, FOREIGN = "+14155550100", "+15005550006"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 40).decode()


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    settings.FETCH_SETTLE_S = 0
    heart._stored_at.clear()
    refused_calls.take()


def text(simulator: Simulator, body: str, contact: str = CONTACT, to: str = OUR_NUMBER, **more: Any) -> Any:
    """A contact's phone texts one of the account's numbers, whose webhook is down."""
    return simulator.post("/control/inbound", {"from": contact, "to": to, "body": body, **more})


def told(simulator: Simulator) -> dict[str, datetime]:
    """When the ITSP received each text, to the second, by its id."""
    texts = simulator.get("/control/messages")["messages"]
    return {one["sid"]: datetime.fromtimestamp(int(one["created_at"]), UTC) for one in texts}


def note(*channels: Channel, since: timedelta = timedelta(minutes=5)) -> None:
    ids = [channel.pk for channel in channels]
    actions.note_gap(ids, since=timezone.now() - since, cause=FetchGap.Cause.AWAY)


def until_done() -> int:
    """Runs of a worker until nothing is left; returns how many it took."""
    for run in range(1, 30):
        FetchGap.objects.filter(finished_at=None).update(due_at=timezone.now())
        missed.fetch_due()
        if not FetchGap.objects.filter(finished_at=None).exists():
            return run
    raise AssertionError("it never ends")


def bodies() -> list[str]:
    inbound_ones = Message.objects.filter(kind=Message.Kind.INBOUND)
    return list(inbound_ones.order_by("pk").values_list("body", flat=True))


def api_calls(simulator: Simulator) -> list[str]:
    return [one["url"] for one in simulator.get("/control/requests?kind=api&limit=0")["requests"]]


# --- what is fetched ---


def test_missed_texts_arrive_once_each_in_order_with_the_itsps_dates(
    own_road: Road, simulator: Simulator
) -> None:
    text(simulator, "One")
    text(simulator, "Elsewhere", contact="+14155550124")
    time.sleep(1.1)
    text(simulator, "Two")
    note(own_road.channel)
    assert until_done() == 1
    assert bodies() == ["One", "Elsewhere", "Two"]
    stored = Message.objects.filter(kind=Message.Kind.INBOUND).values_list("itsp_message_id", "created_at")
    assert dict(stored) == told(simulator)
    session = MessagingSession.objects.get(contact=CONTACT)
    first, last = session.messages.order_by("pk")
    assert (session.unread, session.opened_at, session.unanswered_since) == (2, *[first.created_at] * 2)
    assert session.last_message == last
    assert counts_by_channel(None, None)[own_road.channel.pk].received == 3
    gap = FetchGap.objects.get()
    assert (gap.fetched, gap.reason, gap.finished_at is not None) == (3, "", True)
    rows = WebhookRequest.objects.values_list("source", "kind", "outcome", "contact")
    assert sorted(rows) == [
        ("fetched", "text", "processed", CONTACT),
        ("fetched", "text", "processed", CONTACT),
        ("fetched", "text", "processed", "+14155550124"),
    ]


def test_what_came_by_the_webhook_or_its_fallback_is_not_fetched_again(
    own_road: Road, simulator: Simulator, client: Client
) -> None:
    for body in ("Posted", "Missed"):
        text(simulator, body)
    credentials = own_road.channel.credentials
    posted = next(one for one in simulator.get("/control/messages")["messages"] if one["body"] == "Posted")
    fields = inbound_fields(posted["sid"], "Posted", AccountSid=credentials["account_sid"], ErrorCode="11200")
    assert signed_post(client, own_road.path, fields, credentials["auth_token"]).status_code == 200
    for _again in range(2):
        note(own_road.channel)
        until_done()
    assert sorted(bodies()) == ["Missed", "Posted"]
    assert sorted(WebhookRequest.objects.values_list("source", "outcome")) == [
        ("fetched", "processed"),
        ("posted", "processed"),
    ]
    assert list(FetchGap.objects.order_by("pk").values_list("fetched", flat=True)) == [1, 0]
    fields["Body"] = "Late"  # the ITSP's own last try comes after all
    signed_post(client, own_road.path, fields, credentials["auth_token"])
    assert len(bodies()) == 2


def test_other_numbers_and_other_times_are_left_alone(own_road: Road, simulator: Simulator) -> None:
    text(simulator, "Before the gap")
    time.sleep(3)
    text(simulator, "To a number that is not ours", to=FOREIGN)
    text(simulator, "Ours")
    note(own_road.channel, since=timedelta(seconds=1))
    until_done()
    assert bodies() == ["Ours"]
    assert not any(FOREIGN[1:] in url for url in api_calls(simulator))


def test_what_a_deleted_channel_has_is_not_fetched_for_its_successor(
    own_road: Road, simulator: Simulator, queue: MessageQueue
) -> None:
    text(simulator, "Known")
    note(own_road.channel)
    until_done()
    actions.archive_channel(own_road.channel)
    successor = make_road(queue, name="New", **own_road.channel.credentials)
    note(successor.channel)
    until_done()
    assert bodies() == ["Known"]


def test_media_are_kept_and_asked_for_of_new_texts_only(own_road: Road, simulator: Simulator) -> None:
    queue = own_road.number.queue
    Number.objects.create(channel=own_road.channel, address=US_NUMBER, queue=queue)
    picture = {"content_type": "image/png", "data": PIXEL}
    text(simulator, "Look", to=US_NUMBER, media=[picture, picture])
    for _again in range(2):
        note(own_road.channel)
        until_done()
    fetching.fetch_due()
    files = Attachment.objects.order_by("position").values_list("state", "content_type")
    assert list(files) == [("stored", "image/png")] * 2
    assert len([url for url in api_calls(simulator) if url.endswith("Media.json?PageSize=10")]) == 1


def test_stop_counts_unless_the_contact_wished_otherwise_since(
    own_road: Road, simulator: Simulator, client: Client
) -> None:
    text(simulator, "STOP")
    text(simulator, "STOP", contact="+14155550124")
    time.sleep(1.1)
    credentials = own_road.channel.credentials
    start = inbound_fields(sid_of(7), "START", From="+14155550124", AccountSid=credentials["account_sid"])
    signed_post(client, own_road.path, start, credentials["auth_token"])
    note(own_road.channel)
    until_done()
    assert list(OptOutEntry.objects.values_list("contact", "opted_out")) == [(CONTACT, True)]


def test_clock_of_the_itsp_is_reckoned_with(own_road: Road, simulator: Simulator) -> None:
    simulator.post("/control/settings", {"clock_behind_s": 7200})
    before = timezone.now()
    text(simulator, "Two hours ago, says the ITSP")
    note(own_road.channel)
    until_done()
    assert abs(Message.objects.get().created_at - before) < timedelta(seconds=3)


def test_text_that_fails_is_journalled_once_and_can_be_replayed(
    own_road: Road, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    text(simulator, "Good")
    text(simulator, "Bad")
    good = inbound._text

    def fail(item: Any, sms: Any, *more: Any) -> Any:
        return 1 / 0 if sms.body == "Bad" else good(item, sms, *more)

    monkeypatch.setattr(inbound, "_text", fail)
    note(own_road.channel)
    until_done()
    assert bodies() == ["Good"]
    monkeypatch.undo()
    row = WebhookRequest.objects.get(outcome="failed")
    assert replaying.replay(row.pk)
    assert bodies() == ["Good", "Bad"]
    created = Message.objects.get(body="Bad")
    assert created.created_at == told(simulator)[str(created.itsp_message_id)]


# --- bounds ---


def test_long_list_is_bounded_and_continued_by_the_next_run(
    own_road: Road, simulator: Simulator, settings: Settings
) -> None:
    settings.FETCH_TEXTS_AT_ONCE = 600
    text(simulator, "{n}", num=2000, wait=False)
    note(own_road.channel)
    assert missed.fetch_due() == 600
    assert FetchGap.objects.get().finished_at is None
    assert until_done() == 3
    assert bodies() == [str(number) for number in range(2000)]
    assert WebhookRequest.objects.count() == 2000
    assert FetchGap.objects.get().fetched == 2000


@pytest.mark.long
def test_list_that_is_longer_than_may_be_read_is_asked_for_in_shorter_spans(
    own_road: Road, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "PAGE", 2)
    monkeypatch.setattr(missed_run, "CALLS_OF_LIST", 1)
    monkeypatch.setattr(missed_run, "CALLS", 4)
    for number in range(5):
        text(simulator, str(number))
        time.sleep(1)
    note(own_road.channel, since=timedelta(seconds=60))
    before = len(api_calls(simulator))
    missed.fetch_due()
    assert len(api_calls(simulator)) == before + 4
    due_at = FetchGap.objects.get().due_at
    assert (due_at - timezone.now()).total_seconds() == pytest.approx(4, abs=0.5)  # 60 pages a minute
    until_done()
    assert bodies() == ["0", "1", "2", "3", "4"]


def test_hanging_itsp_ends_within_its_bound_and_the_others_go_on(
    own_road: Road, simulator: Simulator, settings: Settings, agents: list[Extension]
) -> None:
    settings.ITSP_CHECK_TIMEOUT_S = 0.5
    other = make_road(agents[0], address=US_NUMBER, name="Other", **own_road.channel.credentials)
    text(simulator, "Of the other", to=US_NUMBER)
    text(simulator, "Of the first")
    simulator.post("/control/faults", {"kind": "hang", "count": 1, "on": "api"})
    note(own_road.channel)
    FetchGap.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    note(other.channel)
    began = time.monotonic()
    missed.fetch_due()
    assert time.monotonic() - began < 3
    assert bodies() == ["Of the other"]
    gap = FetchGap.objects.get(channel=own_road.channel)
    assert (gap.tries, bool(gap.reason), gap.finished_at) == (1, True, None)
    assert 25 < (gap.due_at - timezone.now()).total_seconds() < 31
    until_done()
    assert bodies() == ["Of the other", "Of the first"]


def test_who_asks_in_vain_gives_up_in_the_end(own_road: Road, simulator: Simulator) -> None:
    Channel.objects.update(credentials={**own_road.channel.credentials, "auth_token": "f" * 32})
    note(own_road.channel)
    assert until_done() == missed.MOST_TRIES
    assert FetchGap.objects.get().reason == "The ITSP refused the channel's credentials."


def test_known_texts_cost_as_many_queries_however_many_they_are(own_road: Road, simulator: Simulator) -> None:
    def queries() -> int:
        note(own_road.channel)
        with CaptureQueriesContext(connection) as captured:
            missed.fetch_due()
        return len(captured)

    text(simulator, "One")
    assert queries()
    with_one = queries()
    text(simulator, "{n}", num=60)
    note(own_road.channel)
    until_done()
    assert queries() == with_one
    assert WebhookRequest.objects.count() == 61


def test_database_that_goes_away_loses_nothing(
    own_road: Road, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError

    text(simulator, "Kept at the ITSP")
    note(own_road.channel)
    monkeypatch.setattr(intake, "take_in_fetched", away)
    with pytest.raises(OperationalError):
        missed.fetch_due()
    monkeypatch.undo()
    assert missed.fetch_due() == 0  # it is leased
    until_done()
    assert bodies() == ["Kept at the ITSP"]


# --- gaps ---


def open_gaps() -> list[Any]:
    """Cause and length in seconds."""
    gaps = FetchGap.objects.filter(finished_at=None)
    return [(gap.cause, round((gap.until - gap.since).total_seconds())) for gap in gaps]


def sign(ago_s: float | None, stored_ago_s: float | None = None, *, server: str = "") -> None:
    """As if this process began now, and others had left signs, of the same server or another one."""
    heart._stored_at.clear()
    redis_client().set(f"{KEY}:server", server or heart.server_of_this())
    redis_client().delete(KEY)
    if ago_s is not None:
        redis_client().set(KEY, time.time() - ago_s)
    SignOfLife.objects.all().delete()
    if stored_ago_s is not None:
        at = timezone.now() - timedelta(seconds=stored_ago_s)
        SignOfLife.objects.create(name=KEY, at=at)


@pytest.mark.parametrize(
    ("ago_s", "stored_ago_s", "gaps"),
    [
        (None, None, []),  # the first start ever
        (3, 30, []),  # others are there
        (12, 40, [("away", 72)]),
        (600, 640, [("away", 660)]),
        (None, 100, [("away", 160)]),  # Redis has forgotten
        (3, 7200, [("database", 7260)]),  # a restored backup
        (600, 7200, [("database", 7260)]),
        (None, 30 * 86400, [("away", 7 * 86400)]),
    ],
)
def test_signs_of_life_tell_gaps(
    road: Road, ago_s: float | None, stored_ago_s: float | None, gaps: list[tuple[str, int]]
) -> None:
    sign(ago_s, stored_ago_s)
    heart.beat(KEY)
    assert open_gaps() == [(cause, pytest.approx(seconds, abs=2)) for cause, seconds in gaps]
    heart.beat(KEY)
    assert len(open_gaps()) == len(gaps)
    assert timezone.now() - SignOfLife.objects.get().at < timedelta(seconds=2)


def test_restart_is_a_gap_however_short(road: Road) -> None:
    sign(1, 30, server="another")
    heart.beat(KEY)
    assert open_gaps() == [("away", pytest.approx(61, abs=2))]
    FetchGap.objects.update(finished_at=timezone.now())
    heart._stored_at.clear()
    heart.beat(KEY)  # a second process of the same server
    assert open_gaps() == []


def test_refused_requests_are_a_gap_once_the_database_is_back(
    road: Road, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(1, 1)
    heart.beat(KEY)
    monkeypatch.setattr(intake, "take_in", lambda _arrivals: (_ for _ in ()).throw(OperationalError()))
    monkeypatch.setattr("sessions.receiving.spool._places_of", unavailable)
    assert signed_post(client, road.path, inbound_fields(sid_of(1), "Lost")).status_code == 503
    with monkeypatch.context() as patch:
        patch.setattr(life_signs, "note_gap_of_all", unavailable)
        with pytest.raises(OperationalError):
            heart.beat(KEY)
    heart.beat(KEY)
    assert open_gaps() == [("refused", pytest.approx(60, abs=2))]


def unavailable(*arguments: Any, **_options: Any) -> Any:
    raise spool.Unavailable if arguments else OperationalError


def test_gap_that_follows_makes_the_open_one_wider(road: Road) -> None:
    note(road.channel, since=timedelta(minutes=1))
    FetchGap.objects.update(at_number=OUR_NUMBER, reached=timezone.now())
    note(road.channel, since=timedelta(minutes=9))
    note(road.channel, since=timedelta(minutes=2))
    assert open_gaps() == [("away", 540)]
    gap = FetchGap.objects.get()
    assert (gap.at_number, gap.reached) == ("", None)


def test_channel_that_works_again_has_a_gap_since_its_last_text(road: Road) -> None:
    now = timezone.now()
    actions.stop_channel(road.channel.pk, reason="Refused")
    Channel.objects.update(
        last_inbound_at=now - timedelta(hours=2), status_changed_at=now - timedelta(hours=1)
    )
    actions.reconnect_channel(Channel.objects.get())
    assert open_gaps() == [("reconnected", pytest.approx(7200, abs=2))]


def test_webhook_that_is_right_again_has_a_gap_since_it_was_right(
    own_road: Road, simulator: Simulator, settings: Settings
) -> None:
    def configure(url: str) -> None:
        simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": url})
        preflight.run(own_road.channel.pk)

    right = webhook_url_of(own_road.channel, ITSPS["twilio"])
    configure(right)
    configure(right)
    assert open_gaps() == []
    SetUpResult.objects.update(right_until=timezone.now() - timedelta(hours=3))
    configure("https://wrong.example/")
    assert open_gaps() == []
    text(simulator, "To the wrong address")
    configure(right)
    assert open_gaps() == [("webhook", pytest.approx(3 * 3600, abs=3))]
    until_done()
    assert bodies() == ["To the wrong address"]


def test_other_credentials_have_a_gap(road: Road) -> None:
    def save(token: str) -> None:
        values = {"name": "Main", "credentials": {**road.channel.credentials, "auth_token": token}}
        rule = {"number": OUR_NUMBER, "extension": None, "queue": road.number.queue}
        rules: list[dict[str, Any]] = [{**rule, "number_rate": None, "initiators": []}]
        verification = actions.Verification(Channel.Status.CONNECTED)
        actions.update_channel(Channel.objects.get(), verification=verification, rules=rules, **values)

    save(road.channel.credentials["auth_token"])
    assert open_gaps() == []
    save("e" * 32)
    assert [cause for cause, _length in open_gaps()] == ["reconnected"]


# --- with real processes ---


@pytest.mark.processes
@pytest.mark.long
def test_texts_that_came_while_pbx_was_away_are_there_soon_after(
    own_road: Road, simulator: Simulator, start_stack: Callable[..., Stack]
) -> None:
    stack = start_stack()
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_url": stack.url + own_road.path})
    assert text(simulator, "Before")["status"] == 200
    wait_until(lambda: SignOfLife.objects.exists(), timeout_s=20)
    serving = [name for name in ("web", "stream") if name in stack.children]
    for name in serving:
        stack.kill(name)
    lost = [text(simulator, str(number)) for number in range(3)]
    assert {one.get("status") for one in lost} <= {None, 502, 503}
    time.sleep(5)
    for name in serving:
        stack.restart(name)
    wait_until(lambda: bodies() == ["Before", "0", "1", "2"], timeout_s=40)
    assert text(simulator, "After")["status"] == 200
