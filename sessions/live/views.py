"""How agents are told of what happens, who has which session open, and who says to be available."""

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.ids import read_id
from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from routing.models import Extension
from sessions import actions
from sessions.inbox.asking import Viewer
from sessions.inbox.shown_session import told_of_leaving, visible_session
from sessions.live import notifying
from sessions.presence import online, typists
from sessions.queries import visible_to


@require_GET
@viewer_required
def calls(request: ViewerRequest) -> HttpResponse:
    """Names and numbers only, never what was written. Looking at it marks nothing as read."""
    return JsonResponse(notifying.state_of(Viewer(request.user, request.agent)))


@require_POST
@viewer_required
def viewing(request: ViewerRequest) -> HttpResponse:
    """`page`: its name, as given to the stream; `session`: what it shows from now on, or nothing."""
    page, shown = request.POST.get("page", ""), request.POST.get("session", "")
    pk = read_id(shown)
    if not online.PAGE_NAME.fullmatch(page) or (shown and pk is None):
        return HttpResponseBadRequest("Name the page, and the session by its id.", content_type="text/plain")
    sessions = visible_to(request.user, request.agent)
    session = get_object_or_404(sessions, pk=pk) if pk else None
    if request.agent is not None:  # supervisors look on unseen
        online.open_session(session, agent=request.agent, page=page)
    return HttpResponse(status=204)


@require_GET
@viewer_required
@told_of_leaving
def viewers(request: ViewerRequest, pk: int) -> HttpResponse:
    """A line that says who else has the session open or is typing; `refresh`, triggered on it, asks again."""
    session = visible_session(request, pk)
    company = typists.company_of(session, request.agent)
    return render(request, "sessions/live/_viewers.html", {"session": session, "company": company})


@require_http_methods(["GET", "POST"])
@agent_required
def availability(request: AgentRequest) -> HttpResponse:
    """The control in the page's head; on POST with `availability` set, as it is then."""
    if request.method == "POST":
        value = request.POST.get("availability", "")
        if value not in Extension.Availability:
            return HttpResponseBadRequest("Choose one of the list.", content_type="text/plain")
        actions.set_availability(request.agent, to=Extension.Availability(value))
    return render(request, "sessions/live/_availability.html", {"agent": request.agent})
