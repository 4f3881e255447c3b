"""No index begins another one of its table: the longer one finds all that the shorter one would, and each
row pays for both.

A partial index has few rows, and is no other's substitute; a unique one holds a rule. Django's own tables of
many-to-many fields are left out: it gives each side an index, and no text writes there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby, permutations

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext

from pbx_messaging.large_tables import AddIndexBeside, DropIndexOfKey, RemoveIndexBeside
from routing.models import Extension
from sessions.logs.entries import begun
from sessions.models import Message, MessagingSession
from sessions.queries import drafts_for, listed
from stats.answering import answers_in
from stats.ranges import Range

OURS = ("accounts", "routing", "channels", "messaging_sessions", "stats", "health", "upkeep", "retention")

OF_POSTGRES = """
SELECT class.relname, indisunique, COALESCE(pg_get_expr(indpred, indrelid), ''),
       concat_ws(' ', pg_get_indexdef(indexrelid, part, true), indclass[part - 1], indoption[part - 1])
FROM pg_index JOIN pg_class class ON class.oid = indexrelid, generate_series(1, indnkeyatts) part
WHERE indrelid = %s::regclass ORDER BY class.relname, part
"""
OF_SQLITE = """
SELECT list.name, list."unique", COALESCE(substr(sql, NULLIF(instr(sql, ' WHERE '), 0)), ''),
       COALESCE(part.name, list.name) || ' ' || part.desc
FROM pragma_index_list(%s) list JOIN pragma_index_xinfo(list.name) part ON part.key
LEFT JOIN sqlite_master ON type = 'index' AND sqlite_master.name = list.name
ORDER BY list.name, part.seqno
"""


@dataclass(frozen=True)
class Index:
    """`parts`: its columns, each with its direction."""

    name: str
    is_unique: bool
    condition: str
    parts: tuple[str, ...]

    def is_needless_beside(self, other: "Index") -> bool:
        begins = other.parts[: len(self.parts)] == self.parts
        return begins and self.condition == other.condition and not self.is_unique


def indexes_of(model: type[models.Model]) -> Iterator[Index]:
    with connection.cursor() as cursor:
        asked = OF_POSTGRES if connection.vendor == "postgresql" else OF_SQLITE
        cursor.execute(asked, [model._meta.db_table])
        for (name, unique, condition), rows in groupby(cursor.fetchall(), lambda row: row[:3]):
            yield Index(name, bool(unique), condition, tuple(row[3] for row in rows))


def needless(model: type[models.Model]) -> list[tuple[str, str]]:
    """Each with the one that it begins."""
    pairs = permutations(indexes_of(model), 2)
    return [(one.name, other.name) for one, other in pairs if one.is_needless_beside(other)]


@pytest.mark.django_db
@pytest.mark.parametrize("app", OURS)
def test_no_index_begins_another(app: str) -> None:
    assert {
        model.__name__: pairs for model in apps.get_app_config(app).get_models() if (pairs := needless(model))
    } == {}


@pytest.mark.django_db(transaction=True)
def test_index_of_a_key_comes_and_goes() -> None:
    state = ProjectState.from_apps(apps)
    key = models.ForeignKey(MessagingSession, on_delete=models.PROTECT, db_index=False)
    drop = DropIndexOfKey("message", "session", key)
    kept = set(indexes_of(Message))
    for _time in range(2):  # a migration that was broken off begins anew
        with connection.schema_editor(atomic=False) as editor:
            drop.database_backwards("messaging_sessions", editor, state, state)
        assert [other for _own, other in needless(Message)] == ["message_of_session"]
    for _time in range(2):
        with connection.schema_editor(atomic=False) as editor:
            drop.database_forwards("messaging_sessions", editor, state, state)
        assert set(indexes_of(Message)) == kept


@pytest.mark.django_db(transaction=True)
def test_index_is_built_beside_and_goes() -> None:
    state = ProjectState.from_apps(apps)
    index = next(one for one in MessagingSession._meta.indexes if one.name == "session_open_of_agent")
    add = AddIndexBeside("messagingsession", index)
    kept = set(indexes_of(MessagingSession))
    with connection.schema_editor(atomic=False) as editor:
        add.database_backwards("messaging_sessions", editor, state, state)
    assert {one.name for one in kept - set(indexes_of(MessagingSession))} == {index.name}
    for _time in range(2):  # a migration that was broken off begins anew
        with connection.schema_editor(atomic=False) as editor:
            add.database_forwards("messaging_sessions", editor, state, state)
        assert set(indexes_of(MessagingSession)) == kept


@pytest.mark.django_db(transaction=True)
def test_index_goes_beside_and_comes_back() -> None:
    state = ProjectState.from_apps(apps)
    remove = RemoveIndexBeside("messagingsession", "session_open_of_agent")
    kept = set(indexes_of(MessagingSession))
    for _time in range(2):  # a migration that was broken off begins anew
        with connection.schema_editor(atomic=False) as editor:
            remove.database_forwards("messaging_sessions", editor, state, state)
        assert {one.name for one in kept - set(indexes_of(MessagingSession))} == {"session_open_of_agent"}
    for _time in range(2):
        with connection.schema_editor(atomic=False) as editor:
            remove.database_backwards("messaging_sessions", editor, state, state)
        assert set(indexes_of(MessagingSession)) == kept


@pytest.mark.django_db
def test_open_sessions_of_an_agent_are_found_among_all_that_he_ever_had() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    mine = MessagingSession.objects.open().filter(agent=1)
    for asked in (mine, mine.order_by("-last_active_at", "-pk")):
        assert "session_open_of_agent" in asked.explain()


@pytest.mark.django_db
def test_drafts_for_a_contact_are_found_by_his_sessions_alone() -> None:
    """Neither by all of the agent's drafts, nor by all sessions of the number."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    plan = drafts_for(MessagingSession(number_id=1, contact="+14155550111"), Extension(pk=1)).explain()
    assert "session_of_contact" in plan
    assert "(session_id=? AND agent_id=?)" in plan
    assert "(number_id=?)" not in plan


LOGGED: dict[str, dict[str, object]] = {
    "session_newest": {},
    "session_of_number": {"number": 1},
    "session_of_queue": {"queue": 1},
    "session_owned": {"agent": 1},
    "session_archived": {"archived_at__isnull": False},
    "session_closed_by_itself": {"closed_by": "timeout"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("index", LOGGED)
def test_pages_of_the_logs_are_read_in_the_order_of_an_index(index: str) -> None:
    """The first, and one from a place on, as the link to older ones has it: nothing is sorted, or counted."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    newest = begun(listed(MessagingSession.objects.filter(**LOGGED[index])))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for page in (newest, newest.filter(last_active_at__lte=at).exclude(last_active_at=at, pk__gte=7)):
        plan = page[:26].explain()
        assert f"USING INDEX {index} " in plan + " " or f"USING INDEX {index}\n" in plan, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan.partition("CORRELATED")[0], plan


@pytest.mark.django_db
def test_sessions_closed_in_a_time_are_counted_in_an_index() -> None:
    """And not in all sessions that there ever were."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    asked = Range(date(2026, 3, 1), date(2026, 4, 1))
    with CaptureQueriesContext(connection) as captured:
        answers_in(asked, MessagingSession.objects.all())
    (counting,) = [one["sql"] for one in captured if '"closed_at" <' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {counting}")
        plan = [row[-1] for row in cursor.fetchall()]
    assert any("USING COVERING INDEX session_closed" in line for line in plan), plan


@pytest.mark.django_db
def test_messages_of_an_error_are_found_by_it() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    assert "message_of_error" in Message.objects.filter(error_code="30003").exclude(error_code="").explain()


@pytest.mark.django_db
def test_idle_sessions_are_found_among_the_open_ones() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL decides by its statistics")
    idle = MessagingSession.objects.idle(since=datetime(2026, 3, 1, tzinfo=UTC))
    for asked in (idle.filter(number__channel=1), idle.filter(number=1).order_by("last_active_at")):
        plan = asked.explain()
        assert "session_idle" in plan
        assert "TEMP B-TREE" not in plan
