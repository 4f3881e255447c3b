"""How an agent wants to be told: on the page, on devices, by e-mail, and when not at all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from routing.access import ViewerRequest, viewer_required
from sessions.live import notifying
from sessions.models import AgentSettings
from sessions.models.agents import MAIL_AFTER
from sessions.push import looking


class TimeInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


class AgentSettingsForm(forms.ModelForm[AgentSettings]):
    class Meta:
        model = AgentSettings
        fields = [
            *("notify_new", "notify_follow_up", "notify_mention", "sound", "title_count"),
            *("quiet_from", "quiet_until", "mail_after_minutes"),
            *("after_closing", "undo_send_s"),
        ]
        widgets = dict.fromkeys(("quiet_from", "quiet_until"), TimeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mail_after_minutes"].choices = [("", _("never")), *MAIL_AFTER]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (begin is None) != (end is None) and not self.errors:
            missing = "quiet_from" if begin is None else "quiet_until"
            self.add_error(missing, _("Give both times, or none."))
        return cleaned


@require_http_methods(["GET", "POST"])
@viewer_required
def agent_settings(request: ViewerRequest) -> HttpResponse:
    """Supervisors without an extension have none of their own: the page says what holds for them."""
    if request.agent is None:
        return render(request, "sessions/live/agent_settings.html")
    posted = request.POST if request.method == "POST" else None  # without a tick it is empty
    before = AgentSettings.of(request.agent).mail_after_minutes
    form = AgentSettingsForm(posted, instance=AgentSettings.of(request.agent))
    if form.is_valid():
        if before is None and form.cleaned_data["mail_after_minutes"]:
            looking.take_as_known(request.user, request.agent, now=timezone.now())
        notifying.save_settings(request.agent, **form.cleaned_data)
        messages.success(request, _("Your settings were saved."))
        return redirect("inbox-settings")
    return render(request, "sessions/live/agent_settings.html", {"form": form})
