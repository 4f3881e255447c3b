"""What workers do for channels when they are nudged; twice is harmless."""

from celery import shared_task

from channels.set_up import preflight


@shared_task
def check_set_up(channel_id: int) -> None:
    preflight.run(channel_id)


@shared_task
def fix_set_up(result_id: int, approved: str) -> None:
    preflight.fix(result_id, approved)


@shared_task
def check_due() -> None:
    """Channels whose last set-up check is a day old, or whose nudge was lost."""
    preflight.run_due()
