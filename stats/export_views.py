"""The tables of the statistics as CSV, each for the time that its page shows."""

from collections.abc import Callable, Iterable

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response
from channels.access import recorded_channels_of
from pbx_messaging.databases import reads_replica
from sessions.queries import logged_for
from stats.answering import Answering, answers_in
from stats.costs import Cost, Costs, costs_in
from stats.failures import Failures, failures_in
from stats.messages import by_channel, over_time
from stats.queries import Counts
from stats.ranges import Range, RangeForm

Table = tuple[list[str], Iterable[list[str]]]  # head and rows


@supervisor_required
@require_GET
@reads_replica
def statistics_export(request: UserRequest) -> StreamingHttpResponse:
    asked = Range.asked(request.GET, RangeForm(request.GET))
    name = request.GET.get("table", "")
    name = name if name in TABLES else "time"
    return csv_response(f"statistics-{name}", *TABLES[name](request, asked))


def _time(request: UserRequest, asked: Range) -> Table:
    slots = over_time(asked, recorded_channels_of(request.user).values_list("pk", flat=True))
    rows = ([timezone.localtime(slot.begin).isoformat(), *_counts(slot.counts)] for slot in slots)
    return [_("Begin"), *_counted()], rows


def _channels(request: UserRequest, asked: Range) -> Table:
    channels = recorded_channels_of(request.user)
    found, _others = by_channel(asked, channels, most=channels.count())
    return [_("Channel"), *_counted()], ([one.recorded_name, *_counts(counts)] for one, counts in found)


def _number_costs(request: UserRequest, asked: Range) -> Table:
    """A row for each currency in which the texts of a number were priced; the texts stand in the first."""
    rows = _costs(request, asked).numbers
    cells = ((one.recorded_name, number.address, cost) for one, number, cost in rows)
    return [_("Channel"), _("Number"), *_cost_head()], (
        [*place, *line] for *place, cost in cells for line in _cost_lines(cost)
    )


def _queue_costs(request: UserRequest, asked: Range) -> Table:
    rows = _costs(request, asked).queues
    return [_("Message Queue"), *_cost_head()], (
        [str(queue or ""), *line] for queue, cost in rows for line in _cost_lines(cost)
    )


def _time_costs(request: UserRequest, asked: Range) -> Table:
    rows = _costs(request, asked).times
    return [_("Begin"), *_cost_head()], (
        [timezone.localtime(slot.begin).isoformat(), *line]
        for slot, cost in rows
        for line in _cost_lines(cost)
    )


def _codes(request: UserRequest, asked: Range) -> Table:
    head = [_("Error code"), _("Meaning"), _("Failed")]
    return head, ([row.name, row.words, str(row.failed)] for row in _failures(request, asked).codes)


def _carriers(request: UserRequest, asked: Range) -> Table:
    head = [_("Carrier by prefix"), _("Country"), _("Failed")]
    return head, ([row.name, row.words, str(row.failed)] for row in _failures(request, asked).carriers)


def _countries(request: UserRequest, asked: Range) -> Table:
    head = [_("Country"), _("Country code"), _("Failed")]
    return head, ([row.name, row.words, str(row.failed)] for row in _failures(request, asked).countries)


def _queues(request: UserRequest, asked: Range) -> Table:
    head = [_("Message Queue"), _("Opened"), _("Closed"), _("Unanswered"), *_waited()]
    rows = answers_in(asked, logged_for(request.user)).queues
    return head, ([str(queue or ""), *_sessions(part), *_waits(part)] for queue, part in rows)


def _agents(request: UserRequest, asked: Range) -> Table:
    rows = answers_in(asked, logged_for(request.user)).agents
    return [_("Agent"), *_waited()], ([str(agent), *_waits(part)] for agent, part in rows)


TABLES: dict[str, Callable[[UserRequest, Range], Table]] = {
    "time": _time,
    "channels": _channels,
    "costs": _number_costs,
    "queue-costs": _queue_costs,
    "time-costs": _time_costs,
    "codes": _codes,
    "carriers": _carriers,
    "countries": _countries,
    "queues": _queues,
    "agents": _agents,
}


def _failures(request: UserRequest, asked: Range) -> Failures:
    return failures_in(asked, recorded_channels_of(request.user).values_list("pk", flat=True))


def _costs(request: UserRequest, asked: Range) -> Costs:
    channels = recorded_channels_of(request.user)
    return costs_in(asked, channels, over_time(asked, channels.values_list("pk", flat=True)))


def _cost_head() -> list[str]:
    texts = [_("Texts"), _("Segments"), _("Parts billed"), _("Texts with parts known")]
    return [*texts, _("Texts with price known"), _("Price"), _("Currency")]


def _cost_lines(cost: Cost) -> list[list[str]]:
    counts = [str(n) for n in (cost.texts, cost.segments, cost.parts, cost.counted, cost.priced)]
    first, *others = [[f"{price:f}", currency] for currency, price in cost.prices.items()] or [["", ""]]
    return [[*counts, *first], *([""] * len(counts) + one for one in others)]


def _counted() -> list[str]:
    return [_("Sent: Success"), _("Failed"), _("Total"), _("Received"), _("Segments")]


def _waited() -> list[str]:
    return [_("Answered"), _("First answer: median (s)"), _("90 % within (s)")]


def _counts(counts: Counts) -> list[str]:
    return [str(n) for n in (counts.success, counts.failed, counts.total, counts.received, counts.segments)]


def _sessions(part: Answering) -> list[str]:
    return [str(part.opened), str(part.closed), str(part.unanswered)]


def _waits(part: Answering) -> list[str]:
    return [
        str(part.answered),
        *("" if wait is None else f"{wait:.0f}" for wait in (part.median_s, part.p90_s)),
    ]
