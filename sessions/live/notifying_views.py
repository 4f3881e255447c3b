"""How an agent is told of what happens, and what there is to tell."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from sessions.inbox.asking import Viewer
from sessions.live import notifying
from sessions.models import AgentSettings


class AgentSettingsForm(forms.ModelForm[AgentSettings]):
    class Meta:
        model = AgentSettings
        fields = ["notify_new", "notify_follow_up", "sound", "title_count"]


@require_GET
@viewer_required
def calls(request: ViewerRequest) -> HttpResponse:
    """Names and numbers only, never what was written. Looking at it marks nothing as read."""
    return JsonResponse(notifying.state_of(Viewer(request.user, request.agent)))


@require_http_methods(["GET", "POST"])
@agent_required
def agent_settings(request: AgentRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None  # without a tick it is empty
    form = AgentSettingsForm(posted, instance=notifying.settings_of(request.agent))
    if form.is_valid():
        notifying.save_settings(request.agent, **form.cleaned_data)
        messages.success(request, _("Your settings were saved."))
        return redirect("inbox-settings")
    return render(request, "sessions/live/agent_settings.html", {"form": form})
