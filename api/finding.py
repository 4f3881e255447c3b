"""What a request is about: looked for among what one may see, or act on; anything else is a 404."""

from collections.abc import Sequence

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from api.auth import ApiRequest, acting
from api.problems import Problem
from api.shapes import MessageOut, SessionOut
from sessions.actions import AlreadyPickedUp
from sessions.contacts.lookup import contact_names
from sessions.models import Message, MessagingSession, MessagingSessionQuerySet
from sessions.queries import (
    directed_by,
    inbox_of,
    listed,
    lost_by,
    picked_up_by,
    supervised_by,
    thread_of,
    visible_to,
)


def visible(request: ApiRequest) -> MessagingSessionQuerySet:
    """All sessions that one may read."""
    return visible_to(request.user, request.agent)


def shown(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Fetches all that `SessionOut` shows."""
    return listed(sessions).prefetch_related("tags")


def readable(request: ApiRequest, pk: int) -> MessagingSession:
    return get_object_or_404(shown(visible(request)), pk=pk)


def acted_on(request: ApiRequest, pk: int) -> MessagingSession:
    """A session that the agent acts on. What one supervises, or is mentioned in, one does not answer in."""
    session = readable(request, pk)
    if not inbox_of(acting(request)).filter(pk=pk).exists():
        raise _only_read(request, pk)
    return session


def directed(request: ApiRequest, pk: int) -> MessagingSession:
    """A session that is handed to others, tagged, or noted in: by its agents, or who supervises it."""
    session = readable(request, pk)
    if not directed_by(request.user, request.agent).filter(pk=pk).exists():
        raise _only_read(request, pk)
    return session


def _only_read(request: ApiRequest, pk: int) -> Problem:
    title = _("You only read this session: you supervise it, or are mentioned in it.")
    if supervised_by(request.user).filter(pk=pk).exists():
        how = _("Take it over first: POST sessions/{id}/take-over.")
    else:
        how = _("Have it transferred to you, or to a queue of yours.")
    return Problem(403, "read_only", title, how)


def to_pick_up(request: ApiRequest, pk: int) -> MessagingSession:
    """Does what `acted_on` does; what waits in a queue that one supervises is picked up, too."""
    session = readable(request, pk)
    return session if picked_up_by(acting(request)).filter(pk=pk).exists() else acted_on(request, pk)


def answerable(request: ApiRequest, pk: int) -> MessagingSession:
    """Does what `acted_on` does; who was second to answer, with auto pickup, is told who has the session."""
    if lost := lost_by(acting(request)).filter(pk=pk).first():
        raise AlreadyPickedUp(lost.agent)
    return acted_on(request, pk)


def session_now(session: MessagingSession) -> SessionOut:
    """After an action on it."""
    return as_shown([shown(MessagingSession.objects.all()).get(pk=session.pk)])[0]


def as_shown(sessions: Sequence[MessagingSession]) -> list[SessionOut]:
    names = contact_names(session.contact for session in sessions)
    return [SessionOut.of(session, contact_name=names.get(session.contact, "")) for session in sessions]


def message_now(message: Message) -> MessageOut:
    return MessageOut.of(thread_of(message.session).get(pk=message.pk))


def readable_message(request: ApiRequest, pk: int) -> Message:
    found = Message.objects.filter(session__in=visible(request))
    return get_object_or_404(found.select_related("session"), pk=pk)


def own_text(request: ApiRequest, pk: int) -> Message:
    """An outbound text of a session that the agent acts on."""
    message = readable_message(request, pk)
    if message.kind != Message.Kind.OUTBOUND:
        raise Http404
    acted_on(request, message.session_id)
    return message
