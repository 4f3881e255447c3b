"""What is written into a restored database before all else: that nothing may be sent."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from sessions.models import Restoration

MARK_ID = 1 << 40  # beyond all rows of the backup
COLUMNS = ("id", "backup_at", "at", "adopted")
Mark = tuple[str, list[int | str | datetime]]


def mark_of(backup_at: datetime) -> Mark:
    """As a statement and its values, since the backup's tables may be older than our models."""
    place, now = "%s", timezone.now()
    times: list[int | str | datetime] = [backup_at, now]
    if connection.vendor == "sqlite":
        place = "?"
        times = [str(connection.ops.adapt_datetimefield_value(at)) for at in (backup_at, now)]
    places = ", ".join([place] * len(COLUMNS))
    table = Restoration._meta.db_table
    statement = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({places})"  # noqa: S608  ours
    return statement, [MARK_ID, *times, 0]
