"""Agents say whether they are available."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from routing.access import AgentRequest, agent_required
from routing.models import Extension
from sessions import actions


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
