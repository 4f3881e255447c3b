"""What the worker does when it is nudged; twice is harmless."""

from celery import shared_task

from upkeep.backups import scheduled


@shared_task
def back_up_due() -> None:
    scheduled.back_up_if_due()
