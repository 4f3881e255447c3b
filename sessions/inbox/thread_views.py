"""The open thread: what is new in it, what came before, and what was done with the session."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.ids import read_id
from routing.access import ViewerRequest, viewer_required
from sessions.inbox.asking import Viewer
from sessions.inbox.shown_session import note_seen, thread_update, told_of_leaving, visible_session
from sessions.inbox.thread import page_of
from sessions.lanes.standing import places_by_message
from sessions.queries import operations_of, queued_of


@require_GET
@viewer_required
@told_of_leaving
def thread(request: ViewerRequest, pk: int) -> HttpResponse:
    """What is new in the open session."""
    return thread_update(request, visible_session(request, pk))


@require_POST
@viewer_required
def seen(request: ViewerRequest, pk: int) -> HttpResponse:
    """The page shows a session that it had asked for before anybody looked."""
    note_seen(request, visible_session(request, pk))
    return HttpResponse(status=204)


@require_GET
@viewer_required
def older(request: ViewerRequest, pk: int) -> HttpResponse:
    """The messages before one of the thread. Looking at them marks nothing as read."""
    session = visible_session(request, pk)
    viewer = Viewer(request.user, request.agent)
    page = page_of(session, viewer, before=read_id(request.GET.get("before", "")))
    context = {
        "session": session,
        "agent": request.agent,
        "thread": page,
        "places": places_by_message(queued_of(session)),
        "composer": request.GET.get("composer", ""),
    }
    return render(request, "sessions/inbox/_older.html", context)


@require_GET
@viewer_required
def timeline(request: ViewerRequest, pk: int) -> HttpResponse:
    """Who did what with the session, and when."""
    session = visible_session(request, pk)
    return render(
        request, "sessions/inbox/_timeline.html", {"session": session, "lines": operations_of(session)}
    )
