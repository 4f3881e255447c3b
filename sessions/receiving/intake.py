"""Takes in what ITSPs post: whatever waits is verified, processed and journalled in one transaction.

There is one road for one request and for sixty: all that can be asked or written for several at once is.
If a batch fails, its requests are taken one by one, and if one fails that holds several items, these too; so
what is broken costs the others nothing. The journal keeps what failed, with its reason, for another try.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import DataError, InterfaceError, OperationalError, transaction

from channels.itsp import ITSPS
from channels.itsp.base import Itsp
from channels.itsp.calls import Unreadable
from channels.itsp.errors import ItspError
from channels.itsp.texts import InboundSms, StatusUpdate
from channels.senders import nameless
from pbx_messaging.logs import request_ids
from pbx_messaging.metrics.series import TEXTS_IN
from pbx_messaging.reporting import traces
from sessions.lanes import seats
from sessions.receiving import addresses, fetched, held, inbound, journal, reasons, statuses
from sessions.receiving.arrivals import Arrival, Content, Item, Kind, Outcome, Result, Source, Verdict
from sessions.sending import taken_back

logger = logging.getLogger(__name__)

# What PostgreSQL tells of two that waited for each other: it is there, and another try succeeds.
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})


def is_away(error: Exception) -> bool:
    """Whether the database is away, or was lost within a transaction."""
    if isinstance(error, OperationalError):
        return getattr(error.__cause__, "pgcode", None) not in _TRY_AGAIN
    return isinstance(error, InterfaceError | transaction.TransactionManagementError)


def take_in(arrivals: Sequence[Arrival]) -> None:
    """Stores and processes requests, and gives each its verdict.

    Raises `django.db.Error` if nothing can be stored.
    """
    began_ns = time.time_ns()
    addresses.admit(arrivals)
    admitted = [arrival for arrival in arrivals if arrival.verdict is None]
    journal.write_rejects(held.hold([arrival for arrival in arrivals if arrival.verdict is not None]))
    for arrival in admitted:
        read(arrival)
    if admitted:
        _process(admitted)
    for arrival in arrivals:
        if arrival.kind == Kind.TEXT or arrival.channel is None:
            _count(arrival)
        if traces.is_on() and arrival.verdict:
            outcome = arrival.verdict.outcome.value
            traces.note("take in", of=arrival.request_id, began_ns=began_ns, outcome=outcome)


def take_in_fetched(arrivals: Sequence[Arrival]) -> None:
    """Texts that are the channels' own, from the ITSP's lists. Raises as `take_in`."""
    for arrival in arrivals:
        read(arrival)
    _process(arrivals)
    for arrival in arrivals:
        _count(arrival)


def _count(arrival: Arrival) -> None:
    """Of a request that nobody's channel was called by, too: it is rejected."""
    outcome = arrival.verdict.outcome if arrival.verdict else Outcome.FAILED
    channel_id = arrival.channel.pk if arrival.channel else ""
    TEXTS_IN.add(channel_id, outcome.value, amount=max(1, len(arrival.items)))


def read(arrival: Arrival) -> None:
    """Finds what an authentic request holds; one that holds nothing of use has its verdict by that."""
    channel = arrival.channel
    assert channel is not None  # noqa: S101 (for the type)
    try:
        if arrival.source == Source.FETCHED:
            text = fetched.read(arrival.call)
            arrival.items = [Item(channel, _with_sender(text.sms), text.at, arrival.at)]
            return
        contents = ITSPS[channel.itsp].read(arrival.call, channel.credentials)
    except ItspError as error:
        arrival.verdict = Verdict(Outcome.IGNORED, error.reason)
        return
    except Exception as error:
        arrival.verdict = Verdict(*_failure(error))
        return
    arrival.items = [
        Item(channel, _with_sender(content), arrival.at, arrival.at, request_id=arrival.request_id)
        for content in contents
    ]
    if not contents:
        arrival.verdict = Verdict(Outcome.IGNORED, reasons.NO_USE())


def _with_sender(content: Content) -> Content:
    """A text that names none has one of its own: else all of them would be one contact's."""
    if isinstance(content, InboundSms) and not content.sender:
        return replace(content, sender=nameless(content.itsp_message_id))
    return content


def _process(arrivals: Sequence[Arrival]) -> None:
    """Of several, whatever has to be said is said when each is taken by itself, with its own id."""
    try:
        with request_ids.of(arrivals[0].request_id if len(arrivals) == 1 else ""), transaction.atomic():
            act([item for arrival in arrivals for item in arrival.items])
            journal.write(arrivals)
    except Exception as error:
        if is_away(error):
            raise
        if len(arrivals) == 1:
            _process_item_by_item(arrivals[0])
        else:
            for arrival in arrivals:
                _process([arrival])


def _process_item_by_item(arrival: Arrival) -> None:
    with request_ids.of(arrival.request_id), transaction.atomic():
        for item in arrival.items:
            act_alone(item)
        journal.write([arrival])


def act_alone(item: Item) -> None:
    """Deals with one item in a savepoint of its own; if that fails, its result says so."""
    try:
        with transaction.atomic():
            act([item])
    except Exception as error:
        if is_away(error):
            raise
        item.result = _failure(error)


def act(items: Sequence[Item]) -> None:
    """Deals with items and sets their results. Within a transaction.

    Rows are locked in one order by everybody: sessions first, then lanes. Of the few texts that were taken
    back, the sessions follow those of new texts: two batches that cross are taken one by one.
    """
    for item in items:
        item.result = _refusal(item)
    wanted = [item for item in items if item.result is None]
    began_ns = time.time_ns()
    texts = inbound.store([item for item in wanted if isinstance(item.content, InboundSms)])
    if traces.is_on():
        _trace_routing(texts, began_ns)
    reports = statuses.find([item for item in wanted if isinstance(item.content, StatusUpdate)])
    taken_back.lock(report.attempt_id for report in reports if report.takes_back)
    lanes = seats.lock({*inbound.lanes_of(texts), *(report.lane_id for report in reports)})
    inbound.respond(texts, lanes)
    statuses.apply(reports, lanes)


def _trace_routing(texts: Sequence[inbound.Text], began_ns: int) -> None:
    for text in texts:
        place = {"queue": text.session.queue_id, "agent": text.session.agent_id}
        facts: dict[str, Any] = {"session": text.session.pk, "channel": text.channel.pk, **place}
        traces.note("route", of=text.item.request_id, began_ns=began_ns, **facts)


def _refusal(item: Item) -> Result | None:
    """Of what is not even looked at."""
    content, channel = item.content, item.channel
    if isinstance(content, Unreadable):
        return Result(Outcome.UNREADABLE, content.reason)
    itsp: Itsp = ITSPS[channel.itsp]
    named, own = content.account_id, itsp.account_id(channel.credentials)
    if named and own and named != own:
        return Result(Outcome.REJECTED, reasons.OTHER_ACCOUNT())
    return None


def _failure(error: Exception) -> Result:
    name = type(error).__name__
    logger.error("a webhook request could not be processed: %s", name, exc_info=error)
    if isinstance(error, DataError):  # the same bytes fail the same way for ever
        return Result(Outcome.UNREADABLE, reasons.CANNOT_BE_STORED())
    return Result(Outcome.FAILED, reasons.NOT_PROCESSED(error=name))
