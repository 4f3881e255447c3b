"""What a database still holds of rows that are gone, on its disk.

SQLite overwrites them at once (`secure_delete`, in the settings); left are old words of the full-text index,
which a merge drops, and the write-ahead log. PostgreSQL's own vacuum does it in its time.
"""

from django.db import connection, transaction

from retention.sweeping.pace import Pace
from sessions.search import index

STEPS_MOST = 100_000


def merge_words(pace: Pace) -> None:
    """In small steps, each a short transaction of its own."""
    if connection.vendor != "sqlite":
        return
    for _step in range(STEPS_MOST):
        with pace.batch(), transaction.atomic():
            more = index.merge_words(connection, begins=_step == 0)
        if not more:
            break


def checkpoint() -> None:
    """Empties SQLite's write-ahead log, unless somebody reads at this moment: then the next one does."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def vacuum() -> None:
    """Writes the whole database anew: nobody else writes meanwhile. For hours when nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    checkpoint()
