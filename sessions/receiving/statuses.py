"""What an ITSP reports of the texts that we sent."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from channels.actions import note_callback
from channels.itsp.delivery import DeliveryStatus
from channels.itsp.texts import StatusUpdate
from sessions import tracing
from sessions.bulk import insert_missing
from sessions.compiled import Compiled
from sessions.lanes import progress, seats
from sessions.models import Attempt, AttemptEvent, Lane
from sessions.opt_outs import ledger
from sessions.receiving import reasons
from sessions.receiving.arrivals import PROCESSED, Item, Outcome, Result
from sessions.sending import pushback, references, taken_back

_by_id = Compiled(
    lambda channels, ids: Attempt.objects.filter(channel__in=channels, pk__in=ids).values_list(
        "channel", "pk", "lane", "created_at"
    )
)
_by_itsp_id = Compiled(
    lambda channels, ids: Attempt.objects.filter(channel__in=channels, itsp_message_id__in=ids).values_list(
        "channel", "itsp_message_id", "pk", "lane"
    )
)
_attempts = Compiled(lambda ids: Attempt.objects.filter(pk__in=ids).select_related("message__session"))


@dataclass(eq=False)
class Report:
    """What is said of an attempt of ours."""

    item: Item
    update: StatusUpdate
    attempt_id: int
    lane_id: int

    @property
    def takes_back(self) -> bool:
        return self.update.status == DeliveryStatus.CANCELLED


def find(items: Sequence[Item]) -> list[Report]:
    """The reports of texts that are ours; the others get their results.

    A report may come before we have stored the ITSP's id: the callback's URL carries ours.
    """
    updates = [(item, item.content) for item in items if isinstance(item.content, StatusUpdate)]
    if not updates:
        return []
    channels = {item.channel.pk for item, _update in updates}
    ids = {update.reference: references.attempt_id_in(update.reference) for _item, update in updates}
    named = _by_id(channels, {pk for pk in ids.values() if pk})
    others = {update.itsp_message_id for _item, update in updates if not ids[update.reference]}
    by_id = {(channel, pk): (pk, lane, created_at) for channel, pk, lane, created_at in named}
    by_itsp_id = {
        (channel, itsp_id): (pk, lane) for channel, itsp_id, pk, lane in _by_itsp_id(channels, others)
    }
    reports = []
    for item, update in updates:
        channel = item.channel.pk
        if pk := ids[update.reference]:
            found = _named(update.reference, by_id.get((channel, pk)))
        else:
            found = by_itsp_id.get((channel, update.itsp_message_id))
        if found is None:
            item.result = Result(Outcome.IGNORED, reasons.NOT_OURS())
        else:
            reports.append(Report(item, update, *found))
    return reports


def _named(reference: str, known: tuple[int, int, datetime] | None) -> tuple[int, int] | None:
    """Attempt and lane, if they are what the reference names."""
    if known is None or not references.names(reference, known[0], known[2]):
        return None
    return known[:2]


def apply(reports: Sequence[Report], lanes: Sequence[Lane]) -> None:
    """Moves attempts forward, and sets the items' results; every reported status is kept.

    Within a transaction, under the locks of the reports' lanes, which are among `lanes`, and of the sessions
    of those that are taken back.
    """
    if not reports:
        return
    for item in {report.item.channel.pk: report.item for report in reports}.values():
        # Afterwards: the channel's row is locked before those of its sessions and lanes by others.
        transaction.on_commit(partial(note_callback, item.channel, at=item.at), robust=True)
    attempts = {one.pk: one for one in _attempts({report.attempt_id for report in reports})}
    lane_of = {lane.pk: lane for lane in lanes}
    for report in reports:
        attempt = attempts[report.attempt_id]
        attempt.channel, attempt.lane = report.item.channel, lane_of[report.lane_id]
    moves = [move for report in reports if (move := _move(report, attempts[report.attempt_id]))]
    events = [event for report in reports if (event := _event(report))]
    insert_missing(events)
    began_ns = time.time_ns()
    moved = progress.advance(moves, at=max(report.item.at for report in reports))
    tracing.note_states(moved, "status callback", began_ns)
    concerned = {move.attempt.pk: move.attempt for move in moves}
    ledger.obey(concerned.values())
    for attempt in moved:
        pushback.obey(attempt)
    # What turns out to have arrived blocks its lane no longer, and waits in it no longer.
    freed = [lane for lane in lanes if {lane.in_flight_id, lane.head_id} & concerned.keys()]
    if freed:
        seats.reseat(freed)
    taken_back.resume_those_of(moved)


def _move(report: Report, attempt: Attempt) -> progress.Move | None:
    """None if the URL names an attempt that the ITSP knows under another id."""
    update = report.update
    if attempt.itsp_message_id not in (None, update.itsp_message_id):
        report.item.result = Result(Outcome.IGNORED, reasons.NOT_OURS())
        return None
    attempt.itsp_message_id = update.itsp_message_id
    report.item.result = PROCESSED
    return progress.Move(
        attempt,
        update.status,
        update.itsp_message_id,
        update.error_code,
        update.reason,
        at=report.item.at,
        charge=update.charge,
    )


def _event(report: Report) -> AttemptEvent | None:
    """What is kept of a report, if it is one of our attempt."""
    if report.item.result != PROCESSED:
        return None
    update = report.update
    return AttemptEvent(
        attempt_id=report.attempt_id, status=update.status, error_code=update.error_code, at=report.item.at
    )
