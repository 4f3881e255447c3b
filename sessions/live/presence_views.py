"""Who has which session open. Pages say it (`static/js/presence.js`) and show it."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from routing.access import ViewerRequest, viewer_required
from sessions.inbox.opening import visible_session
from sessions.presence import online
from sessions.queries import visible_to


@require_POST
@viewer_required
def viewing(request: ViewerRequest) -> HttpResponse:
    """`page`: its name, as given to the stream; `session`: what it shows from now on, or nothing."""
    page, pk = request.POST.get("page", ""), request.POST.get("session", "")
    if not online.PAGE_NAME.fullmatch(page) or not (pk == "" or pk.isdecimal()):
        return HttpResponseBadRequest("Name the page, and the session by its id.", content_type="text/plain")
    sessions = visible_to(request.user, request.agent)
    session = get_object_or_404(sessions, pk=pk) if pk else None
    if request.agent is not None:  # supervisors look on unseen
        online.open_session(session, agent=request.agent, page=page)
    return HttpResponse(status=204)


@require_GET
@viewer_required
def viewers(request: ViewerRequest, pk: int) -> HttpResponse:
    """A line that says who else has the session open; it asks again when `refresh` is triggered on it."""
    session = visible_session(request, pk)
    others = [agent for agent in online.viewers(session) if agent != request.agent]
    return render(request, "sessions/live/_viewers.html", {"session": session, "others": others})
