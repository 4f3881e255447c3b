"""What an agent does with texts that were written before. Answers with the thread as it is then."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.ids import read_id
from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from sessions import actions
from sessions.inbox.shown_session import session_of, thread_update, told_of_leaving, visible_session
from sessions.lanes.standing import places_by_message
from sessions.models import Message, MessagingSession
from sessions.queries import inbox_of, queued_of
from sessions.refusals import Act, words_for

STOP_POLLING = 286  # in htmx's own words


@require_GET
@viewer_required
@told_of_leaving
def places(request: ViewerRequest, pk: int) -> HttpResponse:
    """Where the session's waiting texts stand now. Looking at it marks nothing as read."""
    queued = queued_of(visible_session(request, pk)).select_related("message")
    if not queued:
        return HttpResponse(status=STOP_POLLING)
    context = {"messages": [attempt.message for attempt in queued], "places": places_by_message(queued)}
    return render(request, "sessions/inbox/_places.html", context)


@require_POST
@agent_required
def retry(request: AgentRequest, pk: int) -> HttpResponse:
    message, notice = _message_of(request, pk), ""
    try:
        actions.retry(message, agent=request.agent)
    except actions.ActionError as refused:
        notice = words_for(refused, Act.RETRY)
    return thread_update(request, _shown(request, message), notice)


@require_POST
@agent_required
def cancel(request: AgentRequest, pk: int) -> HttpResponse:
    message, notice = _message_of(request, pk), ""
    try:
        if not actions.cancel(message, agent=request.agent):
            notice = _("It has left already: the ITSP is asked to hold it back. Its status will tell.")
    except actions.ActionError as refused:
        notice = words_for(refused, Act.CANCEL)
    return thread_update(request, _shown(request, message), notice)


def _shown(request: AgentRequest, message: Message) -> MessagingSession:
    """The session that the page shows, above whose own messages are those of earlier ones."""
    return session_of(request, read_id(request.GET.get("session", "")) or message.session_id)


def _message_of(request: AgentRequest, pk: int) -> Message:
    mine = Message.objects.filter(session__in=inbox_of(request.agent), kind=Message.Kind.OUTBOUND)
    return get_object_or_404(mine.select_related("session"), pk=pk)
