"""What workers do when they are nudged. Each finds in the database what is due; twice is harmless."""

from celery import shared_task
from django.utils import timezone

from pbx_messaging.nudges import nudge
from retention import leftovers
from retention.persons import archives, erasing
from retention.sweeping import others, sessions
from retention.sweeping.pace import Pace

WITHIN_S = 30.0  # of one run; the clock, or the run itself, asks for the next


@shared_task
def sweep() -> None:
    """What is past its time. Where that is more than a run takes, the next one follows at once."""
    now, pace = timezone.now(), Pace(WITHIN_S)
    sessions.sweep(pace, now=now)
    others.sweep(pace, now=now)
    if pace.is_over:
        nudge("retention.tasks.sweep")


@shared_task
def erase_due() -> None:
    erasing.erase_due()


@shared_task
def make_archives() -> None:
    """Those that were asked for, of contacts with much."""
    with archives.shares.of() as mine:
        if mine:
            archives.make_due()


@shared_task
def clear_leftovers() -> None:
    now = timezone.now()
    archives.forget_expired(now=now)
    leftovers.clear(now=now)
