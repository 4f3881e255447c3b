"""Who the contact is, beside the thread."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.gone import Gone
from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.contacts.forms import ContactNotesForm
from sessions.contacts.lookup import contact_of
from sessions.contacts.values import live_fields
from sessions.inbox.shown_session import session_of
from sessions.models import Contact

_ID_DIGITS = 18


@require_http_methods(["GET", "POST"])
@agent_required
def contact(request: AgentRequest, pk: int) -> HttpResponse:
    """What is known; with `edit`, the form in its place, which shows that again once it is saved.

    Whoever opened it before somebody deleted the contact is asked first: the second Save adds it anew.
    """
    session = session_of(request, pk)
    known = contact_of(session.contact)
    context = {"session": session, "contact": known, "agent": request.agent, "acts": True}
    fields = [field for field in live_fields() if field.in_pane]
    form = ContactNotesForm(request.POST or None, instance=known, fields=fields)
    context["known_id"] = request.POST.get("known", "") if request.method == "POST" else known.pk
    if request.method == "POST" and form.is_valid():
        try:
            opened_for = _opened_for(request)
            saved = actions.save_contact(address=session.contact, known=opened_for, **form.said)
            return render(request, "sessions/inbox/_contact_saved.html", context | {"contact": saved})
        except Gone:
            words = _("Somebody deleted this contact meanwhile. Save it once more to add it anew.")
            form.add_error(None, words)
            context["known_id"] = None
    if request.method == "POST" or "edit" in request.GET:
        status = 422 if request.method == "POST" else 200
        return render(request, "sessions/inbox/_contact_form.html", context | {"form": form}, status=status)
    return render(request, "sessions/inbox/_contact_card.html", context)


def _opened_for(request: AgentRequest) -> Contact | None:
    """The contact that was known when the form was opened, whether it is there or not."""
    said = request.POST.get("known", "")
    is_id = said.isascii() and said.isdecimal() and len(said) <= _ID_DIGITS
    return Contact(pk=int(said)) if is_id else None
