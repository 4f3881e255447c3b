"""What an agent does with a session beside answering."""

from types import EllipsisType

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Body, Query, Router, Status

from accounts.directions import isolated
from api.auth import ApiRequest, acting, directing
from api.described import problems
from api.finding import acted_on, directed, message_now, readable, session_now, to_pick_up
from api.inputs import ClosingAsked, NoteIn, OptOutIn, SnoozeIn, TagsIn, ToExtension, TransferIn
from api.problems import Problem
from api.shapes import MessageOut, SessionOut
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.models import Tag
from sessions.queries import mentioning

router = Router(tags=["Sessions"])


@router.post(
    "sessions/{int:session_id}/pick-up",
    response=SessionOut,
    url_name="api-pick-up",
    summary="Pick a waiting session up",
    openapi_extra=problems(403, 404, actions.AlreadyPickedUp, actions.TooManyOpen, actions.NoPickup),
)
def pick_up(request: ApiRequest, session_id: int) -> SessionOut:
    """One agent wins; the others are told who. Also what waits in a queue that you supervise."""
    session = to_pick_up(request, session_id)
    actions.pick_up(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/transfer",
    response={204: None},
    url_name="api-transfer",
    summary="Transfer a session to an extension or a message queue",
    openapi_extra=problems(
        400,
        403,
        404,
        422,
        actions.NotTheOwner,
        actions.SessionClosed,
        actions.NoDestination,
        actions.AlreadyPickedUp,
    ),
)
def transfer(request: ApiRequest, session_id: int, said: Body[TransferIn]) -> Status[None]:
    """With its history, and a note for whoever gets it. You may not see it any more then. Supervisors
    transfer all sessions of their queues, waiting and owned ones; with an extension or without."""
    by, session = directing(request), directed(request, session_id)
    actions.transfer(session, agent=by, to=_place(said), note=said.note, had_by=_had_by(said))
    return Status(204, None)


@router.post(
    "sessions/{int:session_id}/take-over",
    response=SessionOut,
    url_name="api-take-over",
    summary="Take a session over from its agent",
    openapi_extra=problems(403, 404, actions.NotTheOwner, actions.SessionClosed, actions.NoDestination),
)
def take_over(request: ApiRequest, session_id: int) -> SessionOut:
    """For supervisors of its queue: it is theirs then; without an extension, back in its queue."""
    by, session = directing(request), directed(request, session_id)
    actions.take_over(session, agent=by)
    return session_now(session)


def _had_by(said: TransferIn) -> int | EllipsisType | None:
    """Of an extension that there is not, an id that nobody has."""
    if "had_by" not in said.model_fields_set:
        return ...
    if said.had_by is None:
        return None
    return Extension.objects.filter(number=said.had_by).values_list("pk", flat=True).first() or 0


def _place(said: TransferIn) -> Extension | MessageQueue:
    found: Extension | MessageQueue | None
    if isinstance(said, ToExtension):
        found = Extension.objects.live().filter(number=said.extension).first()
    else:
        found = MessageQueue.objects.live().filter(pk=said.queue).first()
    if found is None:
        raise actions.NoDestination
    return found


@router.post(
    "sessions/{int:session_id}/close",
    response=SessionOut,
    url_name="api-close",
    summary="Close a session",
    openapi_extra=problems(403, 404, 422, actions.NotTheOwner, actions.SessionClosed, actions.HasScheduled),
)
def close(request: ApiRequest, session_id: int, asked: Query[ClosingAsked]) -> SessionOut:
    """A text of the contact that comes later opens a new one. What is queued goes out all the same; where
    texts are scheduled, say by `scheduled` what becomes of them."""
    session = acted_on(request, session_id)
    actions.close(session, agent=acting(request), scheduled=asked.scheduled)
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/reopen",
    response=SessionOut,
    url_name="api-reopen",
    summary="Reopen a closed session",
    openapi_extra=problems(
        403,
        404,
        actions.NotTheOwner,
        actions.SessionOpen,
        actions.Unanswerable,
        actions.AlreadyOpen,
        actions.NumberGone,
        actions.TooManyOpen,
    ),
)
def reopen(request: ApiRequest, session_id: int) -> SessionOut:
    """It is whose it was, or waits in its queue again. Not while the contact has another open session with
    the number."""
    session = acted_on(request, session_id)
    actions.reopen(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/read",
    response=SessionOut,
    url_name="api-read",
    summary="Mark a session as read",
    openapi_extra=problems(403, 404),
)
def mark_read(request: ApiRequest, session_id: int) -> SessionOut:
    """Of a session that is not yours it changes nothing, but that you have seen where it mentions you."""
    if mentioning(request.user).filter(pk=session_id).exists():
        session = readable(request, session_id)
        actions.see_mentions(session, user=request.user)
    else:
        session = acted_on(request, session_id)
    actions.mark_read(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/opt-out",
    response=SessionOut,
    url_name="api-opt-out",
    summary="Record that the contact wants no more texts",
    openapi_extra=problems(400, 403, 404, 422, actions.NotTheOwner, actions.OptedOut),
)
def opt_out(request: ApiRequest, session_id: int, said: Body[OptOutIn]) -> SessionOut:
    """Nothing more is sent to the contact from the session's number, and what waits is cancelled. The contact
    opts in again by START; an administrator can take it back, too."""
    session = acted_on(request, session_id)
    actions.opt_out(session, agent=acting(request), reason=said.reason)
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/unread",
    response=SessionOut,
    url_name="api-unread",
    summary="Mark a session as unread",
    openapi_extra=problems(403, 404, actions.NotTheOwner),
)
def mark_unread(request: ApiRequest, session_id: int) -> SessionOut:
    """Its last text of the contact counts as not read."""
    session = acted_on(request, session_id)
    actions.mark_unread(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/archive",
    response=SessionOut,
    url_name="api-archive",
    summary="Archive a session",
    openapi_extra=problems(403, 404, actions.NotArchivable, actions.NotTheOwner),
)
def archive(request: ApiRequest, session_id: int) -> SessionOut:
    """Out of the lists, until the contact writes again or somebody gets it. An open session must be yours,
    and answered."""
    session = acted_on(request, session_id)
    actions.archive(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/unarchive",
    response=SessionOut,
    url_name="api-unarchive",
    summary="Take a session out of the archive",
    openapi_extra=problems(403, 404),
)
def unarchive(request: ApiRequest, session_id: int) -> SessionOut:
    """It stands in the list again, as before."""
    session = acted_on(request, session_id)
    actions.unarchive(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/snooze",
    response=SessionOut,
    url_name="api-snooze",
    summary="Snooze a session",
    openapi_extra=problems(400, 403, 404, 422, actions.NotTheOwner, actions.SessionClosed, actions.BadSnooze),
)
def snooze(request: ApiRequest, session_id: int, said: SnoozeIn) -> SessionOut:
    """Out of `mine` until a time, when a `session` event tells that it is back, or until the contact
    writes. It must be yours. A contact who waits for an answer goes on waiting."""
    session = acted_on(request, session_id)
    actions.snooze(session, agent=acting(request), until=said.until)
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/unsnooze",
    response=SessionOut,
    url_name="api-unsnooze",
    summary="End the snooze of a session",
    openapi_extra=problems(403, 404),
)
def unsnooze(request: ApiRequest, session_id: int) -> SessionOut:
    """Of a session that is not snoozed it changes nothing."""
    session = acted_on(request, session_id)
    actions.unsnooze(session, agent=acting(request))
    return session_now(session)


@router.post(
    "sessions/{int:session_id}/notes",
    response={201: MessageOut},
    url_name="api-notes",
    summary="Write an internal note",
    openapi_extra=problems(400, 403, 404, 422),
)
def add_note(
    request: ApiRequest, response: HttpResponse, session_id: int, said: NoteIn
) -> Status[MessageOut]:
    """For the agents' eyes only; it never leaves the house. Supervisors write them, too. Whoever is mentioned
    in it, by `@` and the extension's number or the name, is told and may read the session from then on."""
    by, session = directing(request), directed(request, session_id)
    note = actions.add_note(session, agent=by, body=said.body)
    response["Location"] = reverse("api-message", args=[note.pk])
    return Status(201, message_now(note))


@router.put(
    "sessions/{int:session_id}/tags",
    response=SessionOut,
    url_name="api-session-tags",
    summary="Set the tags of a session",
    openapi_extra=problems(400, 403, 404, 422, codes={409: ["unknown_tag"]}),
)
def set_tags(request: ApiRequest, session_id: int, said: TagsIn) -> SessionOut:
    """They take the place of those that it has; each must be one of `GET tags`."""
    directing(request)
    session = directed(request, session_id)
    actions.set_tags(session, tags=_tags(set(said.tags)))
    return session_now(session)


def _tags(names: set[str]) -> list[Tag]:
    tags = list(Tag.objects.filter(name__in=names))
    unknown = sorted(names - {tag.name for tag in tags})
    if unknown:
        title = _("There is no tag “%s”.") % isolated(unknown[0])
        raise Problem(409, "unknown_tag", title, _("GET tags lists those that there are."))
    return tags
