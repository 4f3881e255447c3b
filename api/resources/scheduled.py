"""Scheduled texts: listed, changed, sent before their time."""

from typing import Annotated

from ninja import Body, Query, Router
from pydantic import Field

from accounts.ids import MAX_ID
from api.auth import ApiRequest, acting
from api.described import problems
from api.finding import message_now, own_text
from api.inputs import RescheduleIn
from api.paging import PageAsked, page_of_due
from api.shapes import MessageOut, Messages
from sessions import actions
from sessions.inbox.asking import Viewer
from sessions.inbox.scheduled import attempts_for
from sessions.models import Message
from sessions.queries import as_shown

router = Router(tags=["Messages"])


class ScheduledAsked(PageAsked):
    agent: Annotated[
        str | None, Field(pattern=r"^[0-9]{1,16}$", description="Only of this extension: its number.")
    ] = None
    queue: Annotated[
        int | None, Field(ge=1, le=MAX_ID, description="Only in sessions of this message queue: its id.")
    ] = None


@router.get(
    "scheduled",
    response=Messages,
    url_name="api-scheduled",
    summary="List scheduled texts",
    openapi_extra=problems(422),
)
def list_scheduled(request: ApiRequest, asked: Query[ScheduledAsked]) -> Messages:
    """Those in sessions that are yours, that your queues share, or that you supervise; the soonest first."""
    found = attempts_for(Viewer(request.user, request.agent))
    if asked.agent:
        found = found.filter(message__author__number=asked.agent)
    if asked.queue:
        found = found.filter(message__session__queue=asked.queue)
    page = page_of_due(found, cursor=asked.cursor, limit=asked.limit)
    ids = [attempt.message_id for attempt in page.rows]
    by_id = {message.pk: message for message in as_shown(Message.objects.filter(pk__in=ids))}
    return Messages(items=[MessageOut.of(by_id[pk]) for pk in ids], next_cursor=page.next_cursor)


@router.post(
    "messages/{int:message_id}/reschedule",
    response=MessageOut,
    url_name="api-reschedule",
    summary="Change a scheduled text",
    openapi_extra=problems(400, 403, 404, 422, actions.NotScheduled, actions.NotTheOwner, actions.BadTime),
)
def reschedule(request: ApiRequest, message_id: int, said: Body[RescheduleIn]) -> MessageOut:
    """Its words, its time, or whether an answer of the contact cancels it; what you leave out stays."""
    message = own_text(request, message_id)
    actions.reschedule(
        message, agent=acting(request), body=said.body, due_at=said.due_at, until_reply=said.until_reply
    )
    return message_now(message)


@router.post(
    "messages/{int:message_id}/send-now",
    response=MessageOut,
    url_name="api-send-now",
    summary="Send a scheduled text before its time",
    openapi_extra=problems(
        403,
        404,
        actions.NotScheduled,
        actions.NotTheOwner,
        actions.Unanswerable,
        actions.OptedOut,
        actions.ChannelDisabled,
    ),
)
def send_now(request: ApiRequest, message_id: int) -> MessageOut:
    """It takes its place in the queue as if it had just been written."""
    message = own_text(request, message_id)
    actions.send_now(message, agent=acting(request))
    return message_now(message)
