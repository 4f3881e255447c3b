"""What an ITSP reports of a text that we sent."""

from datetime import datetime

from channels.actions import note_callback
from channels.itsp.base import StatusUpdate
from channels.models import Channel
from sessions.lanes import progress, seats
from sessions.models import Attempt, AttemptEvent, Lane
from sessions.opt_outs import ledger
from sessions.sending import pushback


def apply(channel: Channel, update: StatusUpdate, *, at: datetime) -> bool:
    """Moves the attempt forward; every reported status is kept. Within a transaction.

    False if the text is none of ours. The report may come before we have stored the ITSP's id: the
    callback's URL carries ours.
    """
    named = {"pk": update.attempt_id} if update.attempt_id else {"itsp_message_id": update.itsp_message_id}
    found = Attempt.objects.filter(channel=channel, **named).values_list("pk", "lane").first()
    if found is None:
        return False
    note_callback(channel, at=at)
    (lane,) = seats.lock([found[1]])
    attempt = Attempt.objects.select_related("message__session").get(pk=found[0])
    if attempt.itsp_message_id not in (None, update.itsp_message_id):
        return False  # the URL names an attempt that the ITSP knows under another id
    AttemptEvent.objects.bulk_create(
        [AttemptEvent(attempt=attempt, status=update.status, error_code=update.error_code, at=at)],
        ignore_conflicts=True,
    )
    move = progress.Move(attempt, update.status, update.itsp_message_id, update.error_code, update.reason)
    moved = progress.advance([move], at=at)
    ledger.obey([attempt])
    if moved:
        pushback.obey(attempt)
    _free(lane, attempt)
    return True


def _free(lane: Lane, attempt: Attempt) -> None:
    """An attempt that turns out to have arrived blocks its lane no longer, and waits in it no longer."""
    if attempt.pk in {lane.in_flight_id, lane.head_id}:
        seats.reseat([lane])
