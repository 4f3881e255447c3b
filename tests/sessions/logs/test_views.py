"""The message logs: who sees which sessions, how they are narrowed, and what a session's page shows."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import archiving
from sessions.inbox.thread import PAGE
from sessions.models import Attachment, Contact, Message, MessagingSession, Tag
from sessions.search import ways
from tests.factories import CONTACT, OUR_NUMBER, Road, make_agent, make_queue
from tests.portal import rows_of
from tests.sessions.conftest import Post
from tests.sessions.logs.logged import OTHER, THIRD, lines_of, sessions, supervisor_page

__all__ = ["sessions", "supervisor_page"]


@pytest.fixture
def shown(admin_page: Client, sessions: dict[str, MessagingSession]) -> Callable[..., list[str]]:
    """The names of the sessions that the list shows, newest first."""
    names = {session.pk: name for name, session in sessions.items()}

    def read(page: Client = admin_page, **asked: str) -> list[str]:
        return [names[session.pk] for session in page.get("/logs/", asked).context["listing"].rows]

    return read


@pytest.mark.django_db
def test_list_has_its_columns(admin_page: Client, sessions: dict[str, MessagingSession]) -> None:
    Contact.objects.create(address=OTHER, name="Ben")
    rows = [row[1:] for row in rows_of(admin_page.get("/logs/"))]
    at = [f"{day} Mar 2026 12:00 UTC" for day in (1, 2, 3)]
    ids = {name: str(session.pk) for name, session in sessions.items()}
    assert rows == [
        [
            *(f"{ids['ours']} Open", at[2], at[2], "+12015550123", THIRD),
            *("Cleo: Your parcel has come", "1003 Cleo Other"),
        ],
        [
            *(f"{ids['waiting']} Waiting", at[1], at[1], f"{OTHER} Ben", OUR_NUMBER),
            *("A green one, please", "Support Main"),
        ],
        [
            *(f"{ids['closed']} Closed", at[0], at[0], CONTACT, OUR_NUMBER),
            *("Ada: Yes, until five", "1001 Ada Support Main"),
        ],
    ]


@pytest.mark.django_db
def test_supervisor_sees_only_the_queues_sessions(
    shown: Callable[..., list[str]], supervisor_page: Client, sessions: dict[str, MessagingSession]
) -> None:
    assert (shown(), shown(supervisor_page)) == (["ours", "waiting", "closed"], ["waiting", "closed"])
    assert shown(supervisor_page, q="parcel") == []
    assert shown(supervisor_page, session=str(sessions["ours"].pk)) == []
    assert supervisor_page.get(f"/logs/{sessions['ours'].pk}/").status_code == 404
    assert len(lines_of(supervisor_page.get("/logs/export/"))) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "green"}, ["waiting"]),
        ({"q": "until five"}, ["closed"]),
        ({"q": "555-0125"}, ["ours"]),
        ({"since": "2026-03-02"}, ["ours", "waiting"]),
        ({"until": "2026-03-02"}, ["waiting", "closed"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["waiting"]),
        ({"sender": "(415) 555-0123"}, ["closed"]),
        ({"sender": OUR_NUMBER}, []),
        ({"recipient": OUR_NUMBER}, ["waiting", "closed"]),
        ({"sender": "+12015550123"}, ["ours"]),
        ({"sender": "+12015550123", "recipient": THIRD}, ["ours"]),
        ({"sender": THIRD, "recipient": "+12015550123"}, []),
        ({"sender": "ben"}, ["waiting"]),
        ({"status": "open"}, ["ours", "waiting"]),
        ({"status": "closed"}, ["closed"]),
        ({"status": "archived"}, ["waiting"]),
        ({"status": "failed"}, ["ours"]),
        ({"status": "open", "q": "green", "recipient": OUR_NUMBER}, ["waiting"]),
        ({"since": "yesterday", "session": "x", "channel": "999"}, ["ours", "waiting", "closed"]),
        ({"since": "0001-01-01", "session": "9" * 30, "sender": "\0"}, ["ours", "waiting", "closed"]),
    ],
    ids=str,
)
def test_filters(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    asked: dict[str, str],
    names: list[str],
) -> None:
    Contact.objects.create(address=OTHER, name="Ben")
    MessagingSession.objects.filter(pk=sessions["waiting"].pk).update(archived_at=timezone.now())
    Message.objects.filter(session=sessions["ours"]).update(status="undelivered")
    assert shown(**asked) == names


@pytest.mark.django_db
def test_filters_by_channel_number_and_session(
    shown: Callable[..., list[str]], sessions: dict[str, MessagingSession], road: Road
) -> None:
    assert shown(channel=str(road.channel.pk)) == ["waiting", "closed"]
    assert shown(number=str(sessions["ours"].number_id)) == ["ours"]
    assert shown(session=str(sessions["closed"].pk)) == ["closed"]


@pytest.mark.django_db
def test_filters_by_agent_queue_error_and_tag(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    queue: MessageQueue,
) -> None:
    ada, ben, _cleo = agents
    tag = Tag.objects.create(name="Complaint")
    sessions["ours"].tags.add(tag, Tag.objects.create(name="Sale"))
    sessions["waiting"].tags.add(tag)
    Message.objects.filter(session=sessions["closed"], kind="outbound").update(error_code="30006")
    Message.objects.filter(session=sessions["ours"]).update(error_code="30003")
    cases = {
        ("agent", ada.pk): ["closed"],
        ("agent", ben.pk): [],
        ("queue", queue.pk): ["waiting", "closed"],
        ("error", "30006"): ["closed"],
        ("error", " 30003\u200b"): ["ours"],
        ("error", "3000"): [],
        ("tag", tag.pk): ["ours", "waiting"],
        ("tag", tag.pk + 99): ["ours", "waiting", "closed"],  # it is gone: said on the field
    }
    assert {key: shown(**{key[0]: str(key[1])}) for key in cases} == cases
    assert shown(tag=str(tag.pk), queue=str(queue.pk), q="green", since="2026-03-02") == ["waiting"]
    assert shown(error="30003", tag=str(tag.pk), agent=str(ada.pk)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("sample", [0, 2_000], ids=["common-once", "common-now"])
def test_errors_and_tags_too_common_for_a_list_are_found_otherwise(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    admin_page: Client,
    monkeypatch: pytest.MonkeyPatch,
    sample: int,
) -> None:
    monkeypatch.setattr(ways, "LISTED_MOST", 1)
    monkeypatch.setattr(ways, "SAMPLE", sample)
    monkeypatch.setattr(ways, "COMMON", 1)
    tag = Tag.objects.create(name="Complaint")
    for name in ("ours", "closed"):
        sessions[name].tags.add(tag)
        sessions[name].messages.update(error_code="30008")
    assert shown(error="30008") == shown(tag=str(tag.pk)) == ["ours", "closed"]
    assert shown(error="30008", tag=str(tag.pk), status="closed", q="open") == ["closed"]
    lines = lines_of(admin_page.get("/logs/export/", {"error": "30008", "tag": str(tag.pk)}))
    assert [line[0] for line in lines[1:]] == [str(sessions[name].pk) for name in ("ours", "closed")]


@pytest.mark.django_db
def test_deleted_agents_and_queues_are_offered_and_marked(
    admin_page: Client,
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    queue: MessageQueue,
) -> None:
    sales = make_queue(agents[1], name="Sales")
    type(sessions["waiting"].number).objects.filter(queue=queue).update(queue=sales)
    archiving.archive_queue(queue, to=sales)
    archiving.archive_extension(agents[0])
    fields = admin_page.get("/logs/").context["filters"].fields
    assert fields["queue"].choices[1:] == [(sales.pk, "Sales"), (queue.pk, "Support (deleted)")]
    assert fields["agent"].choices[-1] == (agents[0].pk, "1001 Ada (deleted)")
    assert shown(agent=str(agents[0].pk)) == shown(queue=str(queue.pk)) == ["closed"]


@pytest.mark.django_db
def test_supervisor_is_offered_queues_and_agents_of_the_own_queues(
    shown: Callable[..., list[str]],
    supervisor_page: Client,
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    queue: MessageQueue,
) -> None:
    foreign = make_queue(make_agent("1999", "Zoe"), name="Foreign")
    fields = supervisor_page.get("/logs/").context["filters"].fields
    assert fields["queue"].choices[1:] == [(queue.pk, "Support")]
    offered = sorted(queue.agents.values_list("pk", flat=True))
    assert sorted(pk for pk, _label in fields["agent"].choices[1:]) == offered
    assert shown(supervisor_page, queue=str(foreign.pk)) == ["waiting", "closed"]  # not offered: no filter
    assert shown(supervisor_page, error="30003") == []


@pytest.mark.django_db
def test_preview_is_one_line_of_whoever_wrote_last(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    post_inbound(40, "<b>Sorry</b>,\n" + "very " * 60 + "late", From=OTHER)
    Message.objects.filter(session=sessions["ours"]).update(status="failed")
    row, failed, _closed = (row[6] for row in rows_of(admin_page.get("/logs/")))
    assert row.startswith("<b>Sorry</b>, very very") and len(row) <= 90
    assert failed == "Not delivered: Cleo: Your parcel has come"


@pytest.mark.django_db
def test_filter_for_what_lost_its_extension_or_queue(
    shown: Callable[..., list[str]],
    sessions: dict[str, MessagingSession],
    agents: list[Extension],
    queue: MessageQueue,
    road: Road,
) -> None:
    assert shown(deleted="on") == []
    archiving.archive_extension(agents[0])
    assert shown(deleted="on") == ["closed"]
    sales = make_queue(agents[1], name="Sales")
    type(road.number).objects.filter(pk=road.number.pk).update(queue=sales)
    archiving.archive_queue(queue, to=sales)
    assert shown(deleted="on") == ["closed"]
    assert shown(deleted="on", status="open") == []


@pytest.mark.django_db
def test_what_cannot_be_read_says_so_on_its_field(
    admin_page: Client, sessions: dict[str, MessagingSession]
) -> None:
    answer = admin_page.get("/logs/", {"since": "yesterday", "session": "x"})
    assert answer.context["filters"].errors == {
        "since": ["Enter a valid date."],
        "session": ["Enter a whole number."],
    }
    assert 'value="yesterday"' in answer.content.decode()


@pytest.mark.django_db
def test_list_costs_the_same_with_thirty_sessions_and_pages_on(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    def queries(**asked: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_page.get("/logs/", asked)
        return len(captured)

    queries()
    few = queries(), queries(q="open"), queries(sender="+1415")
    for number in range(30):
        post_inbound(number + 10, "Are you open?", From=f"+141555502{number:02}")
    assert (queries(), queries(q="open"), queries(sender="+1415")) == few
    newest = admin_page.get("/logs/").context["listing"]
    older = admin_page.get("/logs/", {"before": newest.older}).context["listing"]
    pks = [session.pk for session in [*newest.rows, *older.rows]]
    assert (len(pks), len(set(pks)), older.older) == (33, 33, "")


@pytest.mark.django_db
def test_detail_shows_thread_timeline_and_files(
    admin_page: Client, sessions: dict[str, MessagingSession], agents: list[Extension]
) -> None:
    session = sessions["closed"]
    actions.add_note(session, agent=agents[0], body="Was in a hurry")
    attachment = Attachment(message=session.messages.earliest("pk"), position=0, state="stored")
    attachment.content_type = "image/png"
    attachment.file.save("x.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    answer = admin_page.get(f"/logs/{session.pk}/")
    html = answer.content.decode()
    for text in ("Are you open today?", "Yes, until five", "Was in a hurry"):
        assert text in html
    assert [line.system_line for line in answer.context["lines"]] == ["picked_up", "closed"]
    assert "<textarea" in html and "hx-post" not in html  # the transfer's note; nothing of the composer
    file = admin_page.get(f"/inbox/attachments/{attachment.pk}/")
    assert (file.status_code, file["Content-Type"]) == (200, "image/png")
    session.refresh_from_db()
    assert session.unread == 0


@pytest.mark.django_db
def test_detail_pages_through_a_long_thread(
    admin_page: Client, sessions: dict[str, MessagingSession], post_inbound: Post
) -> None:
    for number in range(PAGE + 10):
        post_inbound(number + 10, f"Text {number}", From=OTHER)
    path = f"/logs/{sessions['waiting'].pk}/"
    thread = admin_page.get(path).context["thread"]
    older = admin_page.get(path, {"before": str(thread.older)}).context["thread"]
    bodies = [message.body for message in [*older.messages, *thread.messages]]
    assert bodies == ["A green one, please", *(f"Text {number}" for number in range(PAGE + 10))]


@pytest.mark.django_db
def test_long_filters_are_searched(admin_page: Client, road: Road) -> None:
    assert "data-searchable" not in filters_of(admin_page)
    for n in range(8):
        road.channel.numbers.create(address=f"+1415555090{n}", queue=road.number.queue)
    assert filters_of(admin_page).count("data-searchable") == 1


def filters_of(page: Client) -> str:
    return page.get("/logs/").content.decode().partition('id="log-filters"')[2].partition("</form>")[0]


@pytest.mark.django_db
def test_deleted_channels_and_numbers_are_offered_and_marked(
    admin_page: Client, supervisor_page: Client, shown: Callable[..., list[str]], road: Road
) -> None:
    channel = road.channel
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        archiving.archive_channel(channel, cancel_waiting=True)
    for page in (admin_page, supervisor_page):
        filters = page.get("/logs/").context["filters"].fields
        assert (channel.pk, "Main (deleted 5 Mar 2026)") in filters["channel"].choices
        assert (road.number.pk, f"{OUR_NUMBER} (removed)") in filters["number"].choices
        assert shown(page, channel=str(channel.pk)) == ["waiting", "closed"]
        assert shown(page, number=str(road.number.pk)) == ["waiting", "closed"]
    assert any("Main (deleted 5 Mar 2026)" in line for line in lines_of(admin_page.get("/logs/export/")))
    assert "Main (deleted 5 Mar 2026)" in admin_page.get("/journal/").content.decode()


@pytest.mark.django_db
def test_supervisor_is_not_offered_what_leads_elsewhere_now(supervisor_page: Client, road: Road) -> None:
    """A live channel whose numbers led to the queue once goes on counting for others."""
    road.number.archived_at = timezone.now()
    road.number.save()
    filters = supervisor_page.get("/logs/").context["filters"].fields
    assert [label for pk, label in filters["channel"].choices if pk == road.channel.pk] == []
