"""The messages of a session: read, sent, sent again, taken back."""

from typing import Annotated

from django.http import HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router, Status

from api.auth import ApiRequest, acting
from api.described import WRITING, problems
from api.finding import answerable, message_now, own_text, readable, readable_message
from api.idempotency import is_same_text, key_of, once
from api.inputs import IdempotencyKey, MessageIn, MessageWithMedia
from api.paging import PageAsked, page_by_id
from api.reading import FORM, JSON, body_of, text_of
from api.shapes import MessageOut, Messages
from routing.models import Extension
from sessions import actions
from sessions.models import Message, MessagingSession, Priority
from sessions.queries import thread_of

router = Router(tags=["Messages"])


@router.get(
    "sessions/{int:session_id}/messages",
    response=Messages,
    url_name="api-messages",
    summary="List the messages of a session",
    openapi_extra=problems(404, 422),
)
def list_messages(request: ApiRequest, session_id: int, asked: Query[PageAsked]) -> Messages:
    """Texts, internal notes and system lines; the newest first. Reading them here marks nothing as read."""
    messages = thread_of(readable(request, session_id))
    page = page_by_id(messages, cursor=asked.cursor, limit=asked.limit)
    return Messages(items=[MessageOut.of(one) for one in page.rows], next_cursor=page.next_cursor)


@router.get(
    "messages/{int:message_id}",
    response=MessageOut,
    url_name="api-message",
    summary="Get a message",
    openapi_extra=problems(404),
)
def get_message(request: ApiRequest, message_id: int) -> MessageOut:
    """How a text fares: its `status`."""
    return message_now(readable_message(request, message_id))


REPLY_PROBLEMS = problems(
    *WRITING,
    404,
    actions.AlreadyPickedUp,
    actions.NotTheOwner,
    actions.SessionClosed,
    codes={422: ["client_id_reused"]},
)


@router.post(
    "sessions/{int:session_id}/messages/with-files",
    response={201: MessageOut, 200: MessageOut},
    operation_id="reply_with_files",
    url_name="api-messages-with-files",
    summary="Send files in a session",
    openapi_extra=REPLY_PROBLEMS | body_of(FORM, MessageWithMedia),
)
@router.post(
    "sessions/{int:session_id}/messages",
    response={201: MessageOut, 200: MessageOut},
    url_name="api-messages",
    summary="Answer in a session",
    openapi_extra=REPLY_PROBLEMS | body_of(JSON, MessageIn),
)
def reply(
    request: ApiRequest,
    response: HttpResponse,
    session_id: int,
    idempotency_key: Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")] = None,
) -> Status[MessageOut]:
    """The text is accepted together with its place in the queue, and leaves at the channel's sending rate,
    after what people write in the portal.
    In a queue with auto pickup, the first answer makes a waiting session yours.
    200 instead of 201: it was accepted before, under the same id."""
    session, agent = answerable(request, session_id), acting(request)
    said = text_of(request, MessageIn, MessageWithMedia)
    key = key_of(said, idempotency_key)
    status, message = once(
        agent,
        key,
        same=lambda message: message.session_id == session_id and is_same_text(message, said),
        accept=lambda: _reply(session, agent, said, key),
    )
    response["Location"] = reverse("api-message", args=[message.pk])
    return Status(status, message_now(message))


def _reply(session: MessagingSession, agent: Extension, said: MessageIn, key: str | None) -> Message:
    return actions.reply(
        session,
        agent=agent,
        body=said.body,
        client_id=key,
        due_at=said.due_at,
        until_reply=said.until_reply,
        files=said.files,
        priority=Priority.API,
    )


@router.post(
    "messages/{int:message_id}/retry",
    response=MessageOut,
    url_name="api-retry",
    summary="Send a text again that failed",
    openapi_extra=problems(
        403,
        404,
        actions.NotRetryable,
        actions.NotTheOwner,
        actions.SessionClosed,
        actions.Unanswerable,
        actions.OptedOut,
        actions.ChannelDisabled,
    ),
)
def retry(request: ApiRequest, message_id: int) -> MessageOut:
    """At the end of the queue; also what expired or was cancelled."""
    message = own_text(request, message_id)
    actions.retry(message, agent=acting(request), priority=Priority.API)
    return message_now(message)


@router.post(
    "messages/{int:message_id}/cancel",
    response={200: MessageOut, 202: MessageOut},
    url_name="api-cancel",
    summary="Take a text back that waits",
    openapi_extra=problems(403, 404, actions.NotCancellable, actions.NotTheOwner),
)
def cancel(request: ApiRequest, message_id: int) -> Status[MessageOut]:
    """200: it is out of the queue. 202: the ITSP has it already and is asked to hold it back; its status
    will tell."""
    message = own_text(request, message_id)
    is_out = actions.cancel(message, agent=acting(request))
    return Status(200 if is_out else 202, message_now(message))
