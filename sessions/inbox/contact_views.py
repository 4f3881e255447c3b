"""Who the contact is, beside the thread."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.contacts.forms import ContactNotesForm
from sessions.contacts.lookup import contact_of
from sessions.contacts.values import live_fields
from sessions.inbox.shown_session import session_of


@require_http_methods(["GET", "POST"])
@agent_required
def contact(request: AgentRequest, pk: int) -> HttpResponse:
    """What is known; with `edit`, the form in its place, which shows that again once it is saved."""
    session = session_of(request, pk)
    known = contact_of(session.contact)
    context = {"session": session, "contact": known, "agent": request.agent, "acts": True}
    fields = [field for field in live_fields() if field.in_pane]
    form = ContactNotesForm(request.POST or None, instance=known, fields=fields)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_contact(address=session.contact, **form.said)
        return render(request, "sessions/inbox/_contact_saved.html", context | {"contact": saved})
    if request.method == "POST" or "edit" in request.GET:
        status = 422 if request.method == "POST" else 200
        return render(request, "sessions/inbox/_contact_form.html", context | {"form": form}, status=status)
    return render(request, "sessions/inbox/_contact_card.html", context)
