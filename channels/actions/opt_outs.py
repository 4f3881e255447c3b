"""Has a worker compare an ITSP's own list of opt-outs with our ledger."""

from django.utils import timezone

from channels.itsp import ITSPS
from channels.models import Channel, OptOutReading
from pbx_messaging.nudges import nudge

TASK = "sessions.tasks.compare_opt_outs"


def ask_for_opt_outs(channel: Channel) -> None:
    """Soon; what is being read is read on. Nothing where the ITSP shows no list."""
    if ITSPS[channel.itsp].can_list_opt_outs:
        OptOutReading.objects.update_or_create(channel=channel, defaults={"due_at": timezone.now()})
        nudge(TASK)
