"""`manage.py migrate` on tables that are in use: nobody waits long behind it, and it gets there."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from pytest_django.fixtures import Settings

from pbx_messaging import lock_waits
from pbx_messaging.lock_waits import Patience, ShortWaits
from tests.product import database_url
from tests.waiting import wait_until

TABLE, NEW_TABLE = "imports_import", "imports_source"  # which refers to the former
WRITES = f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE"  # as each INSERT and UPDATE does by itself
BEFORE, AFTER = "0001", "0002"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def soon(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite whoever writes waits for whoever writes, with or without migrations")
    settings.MIGRATE_LOCK_TIMEOUT_S = 0.2
    monkeypatch.setattr(lock_waits, "PAUSE_S", 0.2)


@pytest.fixture
def before() -> Iterator[None]:
    """The database as it was before the last migration of imports."""
    call_command("migrate", "imports", BEFORE, verbosity=0)
    yield
    call_command("migrate", "imports", verbosity=0)


@contextmanager
def writing() -> Iterator[Callable[[], None]]:
    """Somebody writes to the table, for long; yields what ends that."""
    writer = psycopg2.connect(database_url())
    with writer.cursor() as cursor:
        cursor.execute(WRITES)
    try:
        yield writer.rollback
    finally:
        writer.close()


def is_migrated() -> bool:
    return NEW_TABLE in connection.introspection.table_names()


def test_migration_lets_others_through_and_gets_there(before: None) -> None:
    output = StringIO()

    def migrate() -> None:
        call_command("migrate", "imports", AFTER, stdout=output, no_color=True)
        connection.close()

    with writing() as end_writing:
        running = threading.Thread(target=migrate)
        running.start()
        wait_until(lambda: "A table is in use: the others go first" in output.getvalue())
        other = psycopg2.connect(database_url(), options="-c statement_timeout=2s")
        for _ in range(5):
            with other.cursor() as cursor:
                cursor.execute(WRITES)
            other.rollback()
        other.close()
        assert running.is_alive()
        end_writing()
        running.join(30)
    assert is_migrated()
    assert output.getvalue().rstrip().endswith("OK")


def test_migration_whose_table_is_never_free_says_so(before: None, settings: Settings) -> None:
    settings.MIGRATE_PATIENCE_S = 0.5
    with writing(), pytest.raises(CommandError, match=r"in use for 0 s .* see who holds it with\nSELECT pid"):
        call_command("migrate", "imports", AFTER, verbosity=0, stdout=StringIO())
    assert not is_migrated()


def test_statement_outside_of_a_transaction_is_tried_again() -> None:
    said: list[str] = []
    with writing() as end_writing:

        def say(words: str) -> None:
            said.append(words)
            end_writing()

        waits = ShortWaits(connection, 0.2, Patience(30, say))
        with connection.execute_wrapper(waits), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN tried integer")
            cursor.execute(f"ALTER TABLE {TABLE} DROP COLUMN tried")
    assert said == ["  A table is in use: the others go first, the next try is in 0 s."]


def test_index_that_is_built_beside_others_may_take_its_time() -> None:
    waits = ShortWaits(connection, 0.1, Patience(30, pytest.fail))
    with writing() as end_writing:
        threading.Timer(1.0, end_writing).start()
        with connection.execute_wrapper(waits), connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX CONCURRENTLY of_a_moment ON {TABLE} (id)")
            cursor.execute("DROP INDEX CONCURRENTLY of_a_moment")


def test_limit_stays_with_its_transaction() -> None:
    waits = ShortWaits(connection, 0.2, Patience(30, pytest.fail))
    with connection.cursor() as cursor:
        with connection.execute_wrapper(waits):
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("200ms",)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_all_of_a_transaction_waits_no_longer_than_one_statement_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first one has got stays locked meanwhile; and then others go first."""
    rests: list[float] = []
    monkeypatch.setattr(time, "sleep", rests.append)
    waits = ShortWaits(connection, 1.0, Patience(30, pytest.fail))
    with connection.execute_wrapper(waits), connection.cursor() as cursor:
        with transaction.atomic():
            assert limit_ms(cursor) == 1000
            cursor.execute("SELECT pg_sleep(0.5)")
            assert limit_ms(cursor) <= 500
            cursor.execute("SELECT pg_sleep(0.6)")
            assert limit_ms(cursor) == 100
        assert rests == []
        with transaction.atomic():
            assert limit_ms(cursor) == 1000
        with transaction.atomic():
            assert limit_ms(cursor) == 1000
    assert rests == [lock_waits.PAUSE_S]


def limit_ms(cursor: CursorWrapper) -> float:
    cursor.execute("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
    return float(cursor.fetchone()[0])
