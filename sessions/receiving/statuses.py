"""What an ITSP reports of the texts that we sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from channels.itsp.base import StatusUpdate
from sessions import signs
from sessions.lanes import progress, seats
from sessions.models import Attempt, AttemptEvent, Lane
from sessions.opt_outs import ledger
from sessions.receiving import reasons
from sessions.receiving.arrivals import PROCESSED, Item, Outcome, Result
from sessions.sending import pushback


@dataclass(eq=False)
class Report:
    """What is said of an attempt of ours."""

    item: Item
    update: StatusUpdate
    attempt_id: int
    lane_id: int


def find(items: Sequence[Item]) -> list[Report]:
    """The reports of texts that are ours; the others get their results.

    A report may come before we have stored the ITSP's id: the callback's URL carries ours.
    """
    updates = [(item, item.content) for item in items if isinstance(item.content, StatusUpdate)]
    if not updates:
        return []
    named = Q(pk__in={update.attempt_id for _item, update in updates if update.attempt_id})
    known = Q(itsp_message_id__in={update.itsp_message_id for _item, update in updates if not update.attempt_id})
    of_channels = Attempt.objects.filter(channel__in={item.channel.pk for item, _update in updates})
    rows = of_channels.filter(named | known).values_list("pk", "lane", "channel", "itsp_message_id")
    by_id = {(channel, pk): (pk, lane) for pk, lane, channel, _itsp_id in rows}
    by_itsp_id = {(channel, itsp_id): (pk, lane) for pk, lane, channel, itsp_id in rows}
    reports = []
    for item, update in updates:
        channel = item.channel.pk
        if update.attempt_id:
            found = by_id.get((channel, update.attempt_id))
        else:
            found = by_itsp_id.get((channel, update.itsp_message_id))
        if found is None:
            item.result = Result(Outcome.IGNORED, reasons.NOT_OURS)
        else:
            reports.append(Report(item, update, *found))
    return reports


def apply(reports: Sequence[Report], lanes: Sequence[Lane]) -> None:
    """Moves attempts forward, and sets the items' results; every reported status is kept.

    Within a transaction, under the locks of the reports' lanes, which are among `lanes`.
    """
    if not reports:
        return
    for report in {report.item.channel.pk: report for report in reports}.values():
        signs.note_callback(report.item.channel, at=report.item.at)
    of_these = Attempt.objects.filter(pk__in={report.attempt_id for report in reports})
    attempts = of_these.select_related("message__session", "lane__number").in_bulk()
    moves = [move for report in reports if (move := _move(report, attempts[report.attempt_id]))]
    _keep_events(moves)
    moved = progress.advance(moves, at=max(report.item.at for report in reports))
    concerned = {move.attempt.pk: move.attempt for move in moves}
    ledger.obey(concerned.values())
    for attempt in moved:
        pushback.obey(attempt)
    # What turns out to have arrived blocks its lane no longer, and waits in it no longer.
    freed = [lane for lane in lanes if {lane.in_flight_id, lane.head_id} & concerned.keys()]
    if freed:
        seats.reseat(freed)


def _move(report: Report, attempt: Attempt) -> progress.Move | None:
    """None if the URL names an attempt that the ITSP knows under another id."""
    update = report.update
    if attempt.itsp_message_id not in (None, update.itsp_message_id):
        report.item.result = Result(Outcome.IGNORED, reasons.NOT_OURS)
        return None
    attempt.itsp_message_id = update.itsp_message_id
    report.item.result = PROCESSED
    return progress.Move(
        attempt, update.status, update.itsp_message_id, update.error_code, update.reason, at=report.item.at
    )


def _keep_events(moves: Sequence[progress.Move]) -> None:
    AttemptEvent.objects.bulk_create(
        (
            AttemptEvent(attempt=move.attempt, status=move.status, error_code=move.error_code, at=move.at)
            for move in moves
        ),
        ignore_conflicts=True,
    )
