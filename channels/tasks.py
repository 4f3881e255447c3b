"""What workers do for channels when they are nudged; twice is harmless."""

from celery import shared_task

from channels.set_up import preflight
from pbx_messaging.nudges import nudge

AGAIN_S = 5.0  # when the threads for set-up checks are all at it


@shared_task
def check_set_up(channel_id: int) -> None:
    if not preflight.run(channel_id):
        nudge("channels.tasks.check_set_up", channel_id, later_s=AGAIN_S)


@shared_task
def fix_set_up(channel_id: int, approved: dict[str, str]) -> None:
    if not preflight.fix(channel_id, approved):
        nudge("channels.tasks.fix_set_up", channel_id, approved, later_s=AGAIN_S)


@shared_task
def check_due() -> None:
    """Channels whose last set-up check is a day old, or whose nudge was lost."""
    preflight.run_due()
