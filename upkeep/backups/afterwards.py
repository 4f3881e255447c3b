"""What is done to a restored database before anything may run on it."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts import audit
from channels.actions import note_gap_of_all
from channels.itsp.delivery import WAITING
from channels.models import FetchGap
from health.models import AlarmMessage
from sessions.models import Attempt, Lane, Notice, Push, Restoration

BEFORE = timedelta(minutes=2)  # a text that came then may have been on its way
IDS_LEFT_OUT = 1_000_000  # of each table


@transaction.atomic
def settle(restoration: Restoration) -> None:
    _doubt_what_waits(restoration)
    note_gap_of_all(since=restoration.backup_at - BEFORE, cause=FetchGap.Cause.DATABASE, however_old=True)
    _forget_what_was_told()
    _leave_out_ids()
    audit.note(restoration, audit.Action.CREATED)


def _doubt_what_waits(restoration: Restoration) -> None:
    """Asked for once what the former installation sent last must be in the ITSP's list."""
    lanes = Attempt.objects.filter(status__in=WAITING).values("lane")
    waiting = Lane.objects.filter(pk__in=lanes)
    waiting.filter(unproven_since=None).update(unproven_since=restoration.backup_at)
    waiting.update(prove_at=timezone.now() + timedelta(seconds=settings.RECONCILE_AFTER_S))


def _forget_what_was_told() -> None:
    """News that waited for a device or a mail server is old, and may have arrived. Logins begin anew."""
    Push.objects.all().delete()
    Notice.objects.update(mail_at=None)
    AlarmMessage.objects.update(next_try_at=None)
    UserSession.objects.all().delete()
    Session.objects.all().delete()


def _leave_out_ids() -> None:
    """The former installation has given out the next ones: in callbacks' URLs, in links to files, by API.

    They must not mean something else here.
    """
    found = {model._meta.db_table: model._meta.pk for model in apps.get_models(include_auto_created=True)}
    numbered = {table: key.attname for table, key in found.items() if isinstance(key, models.AutoField)}
    leave_out = _leave_out_on_sqlite if connection.vendor == "sqlite" else _leave_out_on_postgres
    with connection.cursor() as cursor:
        for table, column in numbered.items():
            leave_out(cursor, table, column)


def _leave_out_on_sqlite(cursor: CursorWrapper, table: str, _column: str) -> None:
    """A table that never had a row has no entry yet."""
    cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [IDS_LEFT_OUT, table])
    if not cursor.rowcount:
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, IDS_LEFT_OUT])


def _leave_out_on_postgres(cursor: CursorWrapper, table: str, column: str) -> None:
    sequence = "pg_get_serial_sequence(%s, %s)"
    cursor.execute(
        f"SELECT setval({sequence}, nextval({sequence}) + %s)",
        [*[f'"{table}"', column] * 2, IDS_LEFT_OUT],
    )
