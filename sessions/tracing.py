"""Traces of texts from end to end: an answer is told in the trace of the text that it answers."""

import time
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from pbx_messaging.logs import request_ids
from pbx_messaging.reporting import traces
from sessions.models import Attempt, Message, WebhookRequest


def trace_of(attempt: Attempt) -> str:
    """The id of the request that brought the contact's text; of the one that asked for this, if none did."""
    inbound = Message.objects.filter(
        session=attempt.message.session_id, kind=Message.Kind.INBOUND, pk__lt=attempt.message_id
    )
    text = inbound.order_by("-pk").first()
    if text is None:
        return attempt.request_id
    brought = WebhookRequest.objects.filter(
        channel=text.channel_id, received_at=text.created_at, itsp_message_id=text.itsp_message_id
    )
    return brought.values_list("request_id", flat=True).first() or attempt.request_id


def note_answer(attempt: Attempt) -> None:
    """An answer, or the first text of a session, has its place in the queue. Within its transaction."""
    if traces.is_on():
        link, began_ns, of = request_ids.stored(), time.time_ns(), trace_of(attempt)
        tell = partial(traces.note, "answer", of=of, link=link, began_ns=began_ns, attempt=attempt.pk)
        transaction.on_commit(tell)


def note_states(attempts: Iterable[Attempt], name: str, began_ns: int) -> None:
    """A text was sent, or its status reported. Within the transaction that writes it down."""
    if traces.is_on():
        for attempt in attempts:
            tell = partial(
                traces.note,
                name,
                of=trace_of(attempt),
                began_ns=began_ns,
                attempt=attempt.pk,
                channel=attempt.channel_id,
                status=str(attempt.status),
            )
            transaction.on_commit(tell)
