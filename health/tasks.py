"""What workers do when they are nudged; twice is harmless."""

from celery import shared_task
from django.utils import timezone

from health import outside
from health.alarms import dead_man, looking, retention, telling
from pbx_messaging.nudges import nudge


@shared_task
def look_for_alarms() -> None:
    """As web processes do; and who has to be told anew of what did not arrive."""
    looking.look_in_turn(now=timezone.now())
    if telling.due(now=timezone.now()).exists():
        nudge(telling.TASK)


@shared_task
def tell_due() -> None:
    telling.send_due()


@shared_task
def look_outside() -> None:
    outside.look()


@shared_task
def call_dead_man() -> None:
    dead_man.call(now=timezone.now())


@shared_task
def forget_alarms() -> None:
    retention.forget(now=timezone.now())
