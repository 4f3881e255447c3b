"""Sessions: listed, started, read."""

from typing import Annotated, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router, Status
from pydantic import Field

from api.auth import ApiRequest, acting
from api.described import WRITING, problems
from api.finding import as_shown, message_now, readable, session_now, shown, visible
from api.idempotency import is_same_text, key_of, once
from api.inputs import NO_NUL, IdempotencyKey, SessionIn, SessionWithMedia
from api.paging import PageAsked, page_of
from api.reading import FORM, JSON, body_of, text_of
from api.shapes import SessionOut, Sessions, Started
from channels.models import Number
from routing.models import Extension
from sessions import actions
from sessions.models import Message, MessagingSessionQuerySet, Priority
from sessions.queries import mentioning, numbers_of
from sessions.search import finding

router = Router(tags=["Sessions"])


class SessionsAsked(PageAsked):
    state: Annotated[
        Literal["waiting", "shared", "mine", "snoozed", "closed", "archived", "mentioned", "all"],
        Field(
            description="`shared` are those of queues without pickup; `mine` are your open ones but for "
            "those that are `snoozed`. `mentioned` are those with a note that mentions you, until a week "
            "after they are closed. Archived ones are in `archived`, `mentioned` and `all` only."
        ),
    ] = "all"
    q: Annotated[
        str, Field(max_length=200, pattern=NO_NUL, description="A text, a phone number, a name.")
    ] = ""


@router.get(
    "sessions",
    response=Sessions,
    url_name="api-sessions",
    summary="List or search sessions",
    openapi_extra=problems(422),
)
def list_sessions(request: ApiRequest, asked: Query[SessionsAsked]) -> Sessions:
    """All that you may see: your own sessions, what waits in your queues, what you supervise, and
    where you are mentioned.

    Those with the newest text come first.
    """
    sessions = finding.matching(_in_state(visible(request), asked.state, request), asked.q)
    page = page_of(shown(sessions), time="last_active_at", cursor=asked.cursor, limit=asked.limit)
    return Sessions(items=as_shown(page.rows), next_cursor=page.next_cursor)


def _in_state(
    sessions: MessagingSessionQuerySet, state: str, request: ApiRequest
) -> MessagingSessionQuerySet:
    agent = request.agent
    match state:
        case "waiting":
            return sessions.to_pick_up().filter(archived_at=None)
        case "shared":
            return sessions.shared().filter(archived_at=None)
        case "mine":
            return _own(sessions, agent).filter(snoozed_until=None)
        case "snoozed":
            return _own(sessions, agent).snoozed()
        case "closed":
            return sessions.filter(closed_at__isnull=False, archived_at=None)
        case "archived":
            return sessions.filter(archived_at__isnull=False)
        case "mentioned":
            return mentioning(request.user)
    return sessions


def _own(sessions: MessagingSessionQuerySet, agent: Extension | None) -> MessagingSessionQuerySet:
    return sessions.open().filter(agent=agent, agent__isnull=False, archived_at=None)


@router.get(
    "sessions/{int:session_id}",
    response=SessionOut,
    url_name="api-session",
    summary="Get a session",
    openapi_extra=problems(404),
)
def get_session(request: ApiRequest, session_id: int) -> SessionOut:
    """Where it is, who has it, and its last message."""
    return as_shown([readable(request, session_id)])[0]


START_SESSION_PROBLEMS = problems(
    *WRITING,
    actions.NotAllowedToInitiate,
    actions.OwnNumber,
    actions.OwnedByAnother,
    codes={422: ["client_id_reused"]},
)


@router.post(
    "sessions/with-files",
    response={201: Started, 200: Started},
    operation_id="start_session_with_files",
    url_name="api-sessions-with-files",
    summary="Begin a session with files",
    openapi_extra=START_SESSION_PROBLEMS | body_of(FORM, SessionWithMedia),
)
@router.post(
    "sessions",
    response={201: Started, 200: Started},
    url_name="api-sessions",
    summary="Text a contact first",
    openapi_extra=START_SESSION_PROBLEMS | body_of(JSON, SessionIn),
)
def start_session(
    request: ApiRequest,
    response: HttpResponse,
    idempotency_key: Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")] = None,
) -> Status[Started]:
    """The open session with the contact is used where there is one; one that waits in your queue becomes
    yours. 200 instead of 201: this text was accepted before, under the same id."""
    agent, said = acting(request), text_of(request, SessionIn, SessionWithMedia)
    key = key_of(said, idempotency_key)
    number = numbers_of(agent).filter(address=said.number).first()
    if number is None:
        raise actions.NotAllowedToInitiate

    status, message = once(
        agent,
        key,
        same=lambda message: _is_same(message, said),
        accept=lambda: _start(agent, number, said, key),
    )
    response["Location"] = reverse("api-session", args=[message.session_id])
    return Status(status, Started(session=session_now(message.session), message=message_now(message)))


def _start(agent: Extension, number: Number, said: SessionIn, key: str | None) -> Message:
    return actions.start_session(
        agent=agent,
        number=number,
        contact=said.contact,
        body=said.body,
        client_id=key,
        due_at=said.due_at,
        until_reply=said.until_reply,
        files=said.files,
        priority=Priority.API,
    )


def _is_same(message: Message, said: SessionIn) -> bool:
    session = message.session
    is_same_place = (session.number.address, session.contact) == (said.number, said.contact)
    return is_same_place and is_same_text(message, said)
