"""A queue's opening hours, closed days, limits and overflow in its form, and in the audit log."""

import zoneinfo
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client

from routing import actions
from routing.models import ClosedDay, Extension, MessageQueue, OpeningHours
from routing.opening import timetable_of
from tests.factories import make_agent, make_queue
from tests.portal import errors_of, messages_of, rows_of, text_of

pytestmark = pytest.mark.django_db

PLAIN: dict[str, Any] = {"name": "Support", "pickup_mode": "auto"}
FULL: dict[str, Any] = PLAIN | {
    "max_open_sessions": "3",
    "alert_after_minutes": "10",
    "overflow_after_minutes": "20",
    "has_hours": "on",
    "opens-0": ["09:00", "13:00"],
    "closes-0": ["12:00", "00:00"],
    "opens-5": ["10:00", ""],
    "closes-5": ["14:00", ""],
    "closed_date": ["2026-12-25", ""],
    "closed_name": ["Christmas", ""],
    "time_zone": "Asia/Tokyo",
    "closed_reply": "We are closed.",
}


@pytest.fixture
def queue() -> MessageQueue:
    return make_queue(make_agent("1001", "Ada"))


def hours_of(queue: MessageQueue) -> list[str]:
    return [str(span) for span in queue.opening_hours.all()]


def rows(form: Any) -> tuple[list[tuple[int, str, str, str]], list[tuple[str, str, str]]]:
    """What the page shows: (weekday, from, to, error) and (date, name, error)."""
    days = form.schedule.days
    spans = [(day.weekday, row.opens, row.closes, row.error) for day in days for row in day.spans]
    return spans, [(row.date, row.name, row.error) for row in form.schedule.closed_days]


def test_all_settings_are_stored_and_shown_again(admin_page: Client) -> None:
    sales = make_queue(name="Sales")
    values = FULL | {"overflow_to": f"queue-{sales.pk}"}
    answer = admin_page.post("/queues/add/", values, follow=True)
    assert messages_of(answer) == ["The message queue “Support” was added."]
    queue = MessageQueue.objects.get(name="Support")
    assert (queue.max_open_sessions, queue.alert_after_minutes, queue.overflow_after_minutes) == (3, 10, 20)
    assert (queue.overflow_queue, queue.overflow_extension, queue.time_zone) == (sales, None, "Asia/Tokyo")
    assert hours_of(queue) == ["Monday 09:00–12:00", "Monday 13:00–00:00", "Saturday 10:00–14:00"]
    assert [str(day) for day in queue.closed_days.all()] == ["2026-12-25 Christmas"]
    form = admin_page.get(f"/queues/{queue.pk}/").context["form"]
    assert rows(form) == (
        [(0, "09:00", "12:00", ""), (0, "13:00", "00:00", ""), (5, "10:00", "14:00", "")],
        [("2026-12-25", "Christmas", "")],
    )
    assert (form["has_hours"].value(), form["overflow_to"].value()) == (True, f"queue-{sales.pk}")
    assert (form["pickup_mode"].value(), form["closed_reply"].value()) == ("auto", "We are closed.")


def test_what_is_taken_out_of_the_form_is_gone(admin_page: Client, queue: MessageQueue) -> None:
    other = make_agent("1002", "Ben")
    path = f"/queues/{queue.pk}/"
    admin_page.post(path, FULL | {"overflow_to": f"extension-{other.pk}"})
    queue.refresh_from_db()
    assert queue.overflow_extension == other
    admin_page.post(path, FULL | {"has_hours": "", "overflow_after_minutes": ""})
    queue.refresh_from_db()
    stored = MessageQueue.objects.filter(overflow_extension=None, overflow_after_minutes=None)
    assert (hours_of(queue), stored.get()) == ([], queue)
    admin_page.post(path, PLAIN)
    queue.refresh_from_db()
    assert (queue.closed_days.count(), queue.closed_reply, queue.max_open_sessions) == (0, "", None)


def test_each_row_says_what_is_wrong_and_nothing_typed_is_lost(admin_page: Client) -> None:
    values = FULL | {
        "opens-0": ["09:00", "11:00", "22:00", "12:00", "noon"],
        "closes-0": ["12:00", "13:00", "22:00", "", "13:00"],
        "closed_date": ["2026-12-25", "2026-12-25", "", "soon"],
        "closed_name": ["Christmas", "Again", "New Year", ""],
        "overflow_after_minutes": "",
    }
    answer = admin_page.post("/queues/add/", values)
    assert answer.status_code == 422
    form = answer.context["form"]
    both = "Enter both times, or remove the row."
    clock = "Enter times as on a clock, for example 09:00."
    night = "The hours end when they begin. From 00:00 to 00:00 is the whole day."
    assert rows(form) == (
        [
            (0, "09:00", "12:00", ""),
            (0, "11:00", "13:00", "This overlaps other hours of the day."),
            (0, "22:00", "22:00", night),
            (0, "12:00", "", both),
            (0, "noon", "13:00", clock),
            (5, "10:00", "14:00", ""),
        ],
        [
            ("2026-12-25", "Christmas", ""),
            ("2026-12-25", "Again", "This day stands in the list already."),
            ("", "New Year", "Choose a date."),
            ("soon", "", "Choose a date from the calendar."),
        ],
    )
    words = "Some opening hours or closed days can’t be used: see below."
    assert errors_of(form) == {"__all__": [words]}
    page = answer.content.decode()
    assert all(text in text_of(page) for text in (words, night, both, clock))
    assert page.count('value="11:00"') == 1
    assert MessageQueue.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"overflow_after_minutes": "5"},
            {"overflow_to": ["Choose where sessions go then, or leave the minutes empty."]},
        ),
        ({"overflow_to": "queue-{sales}"}, {"overflow_after_minutes": ["Enter after how many minutes."]}),
        (
            {"overflow_after_minutes": "5", "overflow_to": "queue-{queue}"},
            {"overflow_to": ["Select a valid choice. queue-{queue} is not one of the available choices."]},
        ),
        (
            {"has_hours": "on"},
            {"has_hours": ["Add the hours of at least one day, or untick this."]},
        ),
        (
            {"alert_after_minutes": "0"},
            {"alert_after_minutes": ["Ensure this value is greater than or equal to 1."]},
        ),
        (
            {"time_zone": "Mars/Olympus"},
            {"time_zone": ["Select a valid choice. Mars/Olympus is not one of the available choices."]},
        ),
        (
            {"closed_reply": "x" * 1601},
            {"closed_reply": ["Too long by 1 character, so it can’t be sent: at most 1600 are possible."]},
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    admin_page: Client, queue: MessageQueue, change: dict[str, str], errors: dict[str, list[str]]
) -> None:
    names = {"sales": make_queue(name="Sales").pk, "queue": queue.pk}
    filled = {name: value.format(**names) for name, value in change.items()}
    answer = admin_page.post(f"/queues/{queue.pk}/", PLAIN | filled)
    expected = {name: [text.format(**names) for text in texts] for name, texts in errors.items()}
    assert (answer.status_code, errors_of(answer.context["form"])) == (422, expected)


def test_overflow_to_a_place_that_is_deleted_meanwhile_is_refused(
    admin_page: Client, queue: MessageQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_agent("1002", "Ben")
    update = actions.update_queue

    def deleted_meanwhile(*args: Any, **values: Any) -> MessageQueue:
        Extension.objects.filter(pk=other.pk).update(archived_at="2026-11-24T00:00:00Z")
        return update(*args, **values)

    monkeypatch.setattr(actions, "update_queue", deleted_meanwhile)
    values = PLAIN | {"overflow_after_minutes": "5", "overflow_to": f"extension-{other.pk}"}
    answer = admin_page.post(f"/queues/{queue.pk}/", values)
    assert (answer.status_code, list(errors_of(answer.context["form"]))) == (422, ["overflow_to"])
    queue.refresh_from_db()
    assert queue.overflow_after_minutes is None


def test_new_queue_is_offered_a_usual_week(admin_page: Client) -> None:
    form = admin_page.get("/queues/add/").context["form"]
    assert rows(form) == ([(day, "09:00", "17:00", "") for day in range(5)], [])
    assert form["has_hours"].value() is None


def test_audit_log_says_what_was_added_and_removed(admin_page: Client, queue: MessageQueue) -> None:
    OpeningHours.objects.create(queue=queue, weekday=6, opens_at=time(9), closes_at=time(17))
    ClosedDay.objects.create(queue=queue, date=date(2026, 12, 25), name="Christmas")
    kept = {"closed_date": ["2026-12-25"], "closed_name": ["Christmas"]}
    changed = {"has_hours": "on", "opens-0": ["09:00"], "closes-0": ["12:00"], "alert_after_minutes": "10"}
    admin_page.post(f"/queues/{queue.pk}/", PLAIN | kept | changed)
    (row, *_others) = rows_of(admin_page.get("/audit/"))
    for words in (
        "Opening hours: removed Sunday 09:00–17:00; added Monday 09:00–12:00",
        "Pickup mode: Manual pickup → Auto pickup",
        "Alert after (minutes): – → 10",
    ):
        assert words in " ".join(row), row
    assert "Christmas" not in " ".join(row)


def test_assignment_is_chosen_and_kept_by_forms_that_do_not_say_it(
    admin_page: Client, queue: MessageQueue
) -> None:
    path = f"/queues/{queue.pk}/"
    least = {"pickup_mode": "assigned", "assignment": "least_open", "max_open_sessions": "4"}
    assert admin_page.post(path, PLAIN | least).status_code == 302
    queue.refresh_from_db()
    assert (queue.pickup_mode, queue.assignment, queue.max_open_sessions) == ("assigned", "least_open", 4)
    assert admin_page.post(path, PLAIN).status_code == 302
    queue.refresh_from_db()
    assert (queue.pickup_mode, queue.assignment) == ("auto", "least_open")
    answer = admin_page.post(path, PLAIN | {"assignment": "best"})
    words = "Select a valid choice. best is not one of the available choices."
    assert errors_of(answer.context["form"]) == {"assignment": [words]}


def test_hours_past_midnight_are_typed_and_shown_as_one_and_go_on_until_their_end(admin_page: Client) -> None:
    values = {
        "name": "Night",
        "agents": [make_agent("1001").pk],
        "pickup_mode": "manual",
        "has_hours": "on",
        "time_zone": "Africa/Nairobi",
        "opens-4": ["20:30"],
        "closes-4": ["04:15"],
        "opens-6": ["22:00", "09:00"],
        "closes-6": ["06:00", "12:00"],
    }
    answer = admin_page.post("/queues/add/", values)
    assert answer.status_code == 302
    queue = MessageQueue.objects.get(name="Night")
    form = admin_page.get(f"/queues/{queue.pk}/").context["form"]
    assert rows(form)[0] == [
        (4, "20:30", "04:15", ""),
        (6, "09:00", "12:00", ""),
        (6, "22:00", "06:00", ""),
    ]
    table = timetable_of(queue)
    nairobi = zoneinfo.ZoneInfo("Africa/Nairobi")

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=nairobi)  # the 27th is a Friday

    open_at = [at(27, 20, 30), at(28, 4, 14), at(29, 23), at(30, 0), at(30, 5, 59)]
    closed_at = [at(27, 20, 29), at(28, 4, 15), at(28, 12), at(30, 6)]
    assert [table.is_open(one) for one in open_at] == [True] * 5
    assert [table.is_open(one) for one in closed_at] == [False] * 4
    assert table.opens_after(at(27, 23)) == at(29, 9)


def test_hours_past_midnight_overlap_those_of_the_next_day(admin_page: Client) -> None:
    values = {"name": "Night", "agents": [make_agent("1001").pk], "pickup_mode": "manual", "has_hours": "on"}
    typed = {"opens-0": "22:00", "closes-0": "06:00", "opens-1": "05:00", "closes-1": "09:00"}
    answer = admin_page.post("/queues/add/", values | typed)
    assert rows(answer.context["form"])[0] == [
        (0, "22:00", "06:00", ""),
        (1, "05:00", "09:00", "This overlaps other hours of the day."),
    ]
