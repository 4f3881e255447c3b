"""A query that was built once finds what a query set finds that is built anew."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions.compiled import Compiled
from sessions.models import MessagingSession
from sessions.opened import open_session
from tests.factories import Road

CONTACTS = [f"+1415555{number:04}" for number in range(9)]

sessions_with = Compiled(
    lambda numbers, contacts: (
        MessagingSession.objects.open()
        .filter(number__in=numbers, contact__in=contacts)
        .select_related("number__channel", "queue")
        .order_by("pk")
    )
)
ids_with = Compiled(
    lambda contacts: MessagingSession.objects.filter(contact__in=contacts).values_list("contact", "pk")
)


@pytest.fixture
def sessions(road: Road) -> list[MessagingSession]:
    with transaction.atomic():
        return [open_session(road.number, contact, at=timezone.now()) for contact in CONTACTS]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9])
def test_rows_are_those_of_the_query_set(road: Road, sessions: list[MessagingSession], count: int) -> None:
    contacts = set(CONTACTS[:count])
    for _again in range(2):
        with CaptureQueriesContext(connection) as asked:
            found = sessions_with({road.number.pk, 0}, contacts)
            assert {(one.number.channel, one.queue) for one in found} == {(road.channel, road.number.queue)}
        assert len(asked) == 1
        plain = MessagingSession.objects.filter(contact__in=contacts).order_by("pk")
        assert [vars_of(one) for one in found] == [vars_of(one) for one in plain]
        assert sorted(ids_with(contacts)) == sorted(plain.values_list("contact", "pk"))


def vars_of(session: MessagingSession) -> dict[str, object]:
    return {name: value for name, value in vars(session).items() if not name.startswith("_")}


@pytest.mark.django_db
def test_what_is_closed_meanwhile_is_found_no_more(road: Road, sessions: list[MessagingSession]) -> None:
    numbers = [road.number.pk]
    assert sessions_with(numbers, CONTACTS) == sessions
    MessagingSession.objects.filter(pk=sessions[4].pk).update(closed_at=timezone.now())
    assert sessions_with(numbers, CONTACTS) == [*sessions[:4], *sessions[5:]]


@pytest.mark.django_db
def test_nothing_is_asked_for_an_empty_collection(road: Road) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert sessions_with([road.number.pk], []) == []
    assert len(asked) == 0


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(road: Road) -> None:
    with transaction.atomic():
        session = open_session(road.number, CONTACTS[0], at=timezone.now())
    found: list[list[MessagingSession]] = [sessions_with([road.number.pk], [CONTACTS[0]])]

    def ask() -> None:
        found.append(sessions_with([road.number.pk], [CONTACTS[0]]))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [[session], [session]]
