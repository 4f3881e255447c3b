"""What an agent sees of a text that waits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from redis import RedisError

from channels import pacing
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.lanes import seats, standing
from sessions.lanes.standing import Place, places_of
from sessions.models import Attempt, Lane, Message, MessagingSession, Priority
from tests.factories import CONTACT, Road
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture(autouse=True)
def two_per_second(road: Road) -> Channel:
    Channel.objects.update(sending_rate=2)
    road.channel.refresh_from_db()
    return road.channel


def write(agent: Extension, road: Road, number: int = 0, body: str = "Hello") -> Attempt:
    contact = f"+1415555{number:04}" if number else CONTACT
    message = actions.start_session(agent=agent, number=road.number, contact=contact, body=body)
    return message.attempts.get()


def place_of(attempt: Attempt) -> Place:
    return places_of([attempt])[attempt.pk]


def test_place_counts_what_waits_on_the_channel(road: Road, agents: list[Extension]) -> None:
    attempts = [write(agents[0], road, number) for number in range(1, 6)]
    assert [place_of(attempt) for attempt in attempts] == [
        Place(1, 0.0),
        Place(2, 0.5),
        Place(3, 1.0),
        Place(4, 1.5),
        Place(5, 2.0),
    ]
    Attempt.objects.filter(pk=attempts[0].pk).update(status="sending")
    assert place_of(attempts[4]) == Place(4, 1.5)


def test_long_texts_take_longer_where_segments_count(road: Road, agents: list[Extension]) -> None:
    write(agents[0], road, 1, body="x" * 400)
    attempt = write(agents[0], road, 2)
    assert place_of(attempt) == Place(2, 0.5)
    Channel.objects.update(rate_unit="segments")
    assert place_of(attempt) == Place(2, 1.5)


def test_lower_rate_of_the_number_counts(road: Road, agents: list[Extension]) -> None:
    attempts = [write(agents[0], road, number) for number in range(1, 4)]
    road.number.sending_rate = 1
    road.number.save()
    assert place_of(attempts[2]) == Place(3, 2.0)


def test_place_beyond_what_is_counted(
    road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MOST", 2)
    attempts = [write(agents[0], road, number) for number in range(1, 6)]
    places = [place_of(attempt) for attempt in attempts]
    assert [place.is_beyond for place in places] == [False, False, True, True, True]
    assert places[4].eta_s is None


def test_paused_channel_says_so(road: Road, agents: list[Extension]) -> None:
    attempt = write(agents[0], road)
    Channel.objects.update(paused_at=timezone.now())
    assert place_of(attempt) == Place(1, None, "An administrator paused the channel.")


def test_failing_channel_says_why(road: Road, agents: list[Extension]) -> None:
    attempt = write(agents[0], road)
    Channel.objects.update(status=Channel.Status.FAILING, status_reason="The account is suspended.")
    assert place_of(attempt) == Place(1, None, "The channel is stopped: The account is suspended.")


def test_itsp_that_asked_to_slow_down_is_waited_for(road: Road, agents: list[Extension]) -> None:
    attempt = write(agents[0], road)
    pacing.pause(road.channel.pk, seconds=30)
    place = place_of(attempt)
    assert place.held.startswith("The ITSP asked to slow down until ")
    assert place.eta_s == pytest.approx(30, abs=1)


def test_text_behind_an_unknown_one_says_so(road: Road, agents: list[Extension]) -> None:
    first, second = write(agents[0], road), write(agents[0], road)
    Attempt.objects.filter(pk=first.pk).update(status="unknown")
    Lane.objects.update(in_flight=first, head=second)
    words = "It waits until it is known whether the text before it was sent."
    assert place_of(second) == Place(1, None, words)


def test_nobody_knows_when_while_the_limiter_is_away(
    road: Road, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_rates: object) -> None:
        raise RedisError

    attempt = write(agents[0], road)
    monkeypatch.setattr(pacing, "states", away)
    assert place_of(attempt) == Place(1, None)


# --- the inbox ---


def test_open_thread_shows_the_place_and_asks_again_only_while_something_waits(
    road: Road, agents: list[Extension], ada: Client
) -> None:
    for number in range(1, 14):
        write(agents[0], road, number)
    attempt = write(agents[0], road)
    session = attempt.message.session
    places = f'hx-get="{reverse("inbox-places", args=[session.pk])}" hx-trigger="every 2s"'
    page = ada.get(reverse("inbox-session", args=[session.pk])).content.decode()
    assert "14th in the queue, goes out in about 6 s" in text_of(page)
    assert places in page
    actions.cancel(attempt.message, agent=agents[0])
    page = ada.get(reverse("inbox-session", args=[session.pk])).content.decode()
    assert (places in page, "in the queue" in page) == (False, False)


def test_places_come_alone_and_mark_nothing_as_read(
    post_inbound: Post, road: Road, agents: list[Extension], ada: Client
) -> None:
    attempt = write(agents[0], road)
    session = MessagingSession.objects.get()
    post_inbound(1, "Hello?")
    path = reverse("inbox-places", args=[session.pk])
    answer = ada.get(path)
    html = answer.content.decode()
    assert text_of(html) == "1st in the queue, goes out in a moment"
    assert f'id="place-{attempt.message_id}" aria-live="off" hx-swap-oob="true"' in html
    session.refresh_from_db()
    assert session.unread == 1
    Attempt.objects.update(status="accepted")
    assert ada.get(path).status_code == 286
    assert logged_in(agents[1].user).get(path).status_code == 404


def test_places_of_thirty_cost_as_many_queries_as_of_one(
    road: Road, agents: list[Extension], ada: Client
) -> None:
    session = write(agents[0], road).message.session

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get(reverse("inbox-thread", args=[session.pk]))
        return len(captured)

    with_one = queries()
    for _ in range(29):
        write(agents[0], road)
    assert Message.objects.filter(session=session, status="queued").count() == 30
    assert queries() == with_one


def test_scheduled_text_takes_its_place_when_its_time_has_come(road: Road, agents: list[Extension]) -> None:
    due_at = timezone.now() + timedelta(hours=1)
    contact = "+14155550001"
    message = actions.start_session(
        agent=agents[0], number=road.number, contact=contact, body="Later", due_at=due_at
    )
    for number in range(2, 5):
        write(agents[0], road, number)
    assert seats.queue_due(now=due_at) == 1
    assert place_of(message.attempts.get()).position == 4


# --- who goes before whom ---


def post(agent: Extension, road: Road, number: int, body: str = "Hello") -> Attempt:
    """As with an API token."""
    contact = f"+1415555{number:04}"
    message = actions.start_session(
        agent=agent, number=road.number, contact=contact, body=body, priority=Priority.API
    )
    return message.attempts.get()


def reply(attempt: Attempt, agent: Extension) -> Attempt:
    return actions.reply(attempt.message.session, agent=agent, body="And this").attempts.get()


def test_answer_goes_before_what_was_posted_by_api(road: Road, agents: list[Extension]) -> None:
    posted = [post(agents[0], road, number) for number in range(1, 31)]
    attempt = write(agents[1], road, 99)
    assert place_of(attempt) == Place(1, 0.0)
    assert place_of(posted[0]) == Place(2, 0.5)


def test_places_tell_of_the_share_of_low_priorities(
    road: Road, agents: list[Extension], settings: Settings
) -> None:
    settings.LOW_PRIORITY_SHARE = 0.25
    posted = [post(agents[0], road, number) for number in (1, 2)]
    written = [write(agents[0], road, number) for number in range(3, 10)]
    positions = [place_of(attempt).position for attempt in written]
    assert positions == [1, 2, 3, 5, 6, 7, 9]
    assert [place_of(attempt) for attempt in posted] == [Place(4, 1.5), Place(8, 3.5)]


def test_colleagues_take_turns(road: Road, agents: list[Extension]) -> None:
    many = [write(agents[0], road, number) for number in range(1, 6)]
    few = [write(agents[1], road, number) for number in range(6, 8)]
    assert [place_of(attempt).position for attempt in many] == [1, 3, 5, 6, 7]
    assert [place_of(attempt).position for attempt in few] == [2, 4]


def test_texts_behind_one_another_take_turns_of_their_own(road: Road, agents: list[Extension]) -> None:
    first = write(agents[0], road, 1)
    behind = [write(agents[0], road, 1) for _ in range(2)]
    other = write(agents[1], road, 2)
    assert [place_of(one).position for one in (first, *behind, other)] == [1, 3, 4, 2]


def test_answer_brings_what_is_before_it_in_its_lane_along(road: Road, agents: list[Extension]) -> None:
    posted = [post(agents[0], road, number) for number in range(1, 9)]
    answer = reply(posted[7], agents[0])
    assert [place_of(one).position for one in (posted[7], answer, posted[0])] == [1, 2, 3]
    actions.cancel(answer.message, agent=agents[0])
    assert [place_of(one).position for one in (posted[7], posted[0])] == [8, 1]


def test_lane_whose_text_is_under_way_counts_with_what_is_behind(road: Road, agents: list[Extension]) -> None:
    first = write(agents[0], road, 1)
    reply(first, agents[0])
    Attempt.objects.filter(pk=first.pk).update(status="sending")
    Lane.objects.update(in_flight=first)
    posted = post(agents[0], road, 2)
    assert place_of(posted).position == 2
