"""`manage.py migrate`: Django's own, which on PostgreSQL keeps nobody waiting behind it."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from pbx_messaging.lock_waits import Patience, ShortWaits, is_in_use

TABLES_STAY_IN_USE = """\
A table was in use for {total_s:.0f} s (MIGRATE_PATIENCE_S), each time that a migration tried to have it. \
What was migrated before stays, and nothing else was changed: try again, or see who holds it with
SELECT pid, application_name, xact_start, query FROM pg_stat_activity ORDER BY xact_start;"""


class Command(migrate.Command):
    """A migration that does not get a table soon lets the others through, and is tried again."""

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        if connections[alias].vendor != "postgresql":
            super().handle(*args, **options)
            return
        patience = Patience(settings.MIGRATE_PATIENCE_S, lambda words: self.stdout.write(f"\n{words}"))
        while True:
            connection = connections[alias]
            waits = ShortWaits(connection, settings.MIGRATE_LOCK_TIMEOUT_S, patience)
            try:
                with connection.execute_wrapper(waits):
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                _leave(alias)
                if is_in_use(error) and patience.is_over():
                    raise CommandError(
                        TABLES_STAY_IN_USE.format(total_s=settings.MIGRATE_PATIENCE_S)
                    ) from error
                patience.try_again_after(error)


def _leave(alias: str) -> None:
    """The connection, if a transaction broke off in it: Django's schema editor may leave that open."""
    if connections[alias].in_atomic_block:
        connections[alias].close()
        del connections[alias]
