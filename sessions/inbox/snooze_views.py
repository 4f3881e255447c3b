"""An agent snoozes a session, and takes that back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.contacts.lookup import contact_of
from sessions.inbox.acting_views import into_the_page, shown
from sessions.inbox.later_times import presets_of
from sessions.inbox.session_forms import SnoozeForm
from sessions.inbox.shown_session import session_of
from sessions.refusals import Act, refuse


@require_http_methods(["GET", "POST"])
@agent_required
def snooze(request: AgentRequest, pk: int) -> HttpResponse:
    """The dialog; once it is done, the session, where it can be undone."""
    session = session_of(request, pk)
    form = SnoozeForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            actions.snooze(session, agent=request.agent, until=form.cleaned_data["until"])
            return into_the_page(shown(request, session_of(request, pk)))
        except actions.ActionError as refused:
            refuse(form, refused, Act.SNOOZE)
    context = {
        "session": session,
        "form": form,
        "contact": contact_of(session.contact),
        "presets": presets_of(session.queue),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/inbox/_snooze_dialog.html", context, status=status)


@require_POST
@agent_required
def unsnooze(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    actions.unsnooze(session, agent=request.agent)
    return shown(request, session_of(request, pk))
