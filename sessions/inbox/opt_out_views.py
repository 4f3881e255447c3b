"""An agent records that a contact wants no more texts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.contacts.lookup import contact_of
from sessions.inbox.acting_views import into_the_page, shown
from sessions.inbox.session_forms import OptOutReasonForm
from sessions.inbox.shown_session import session_of
from sessions.models import MessagingSession
from sessions.opt_outs.proposals import latest_unanswered, seems_to_opt_out
from sessions.refusals import Act, refuse

_MOST = 200  # characters of the contact's words


@require_http_methods(["GET", "POST"])
@agent_required
def opt_out(request: AgentRequest, pk: int) -> HttpResponse:
    """The dialog; once it is done, the session. The contact's own words are proposed as the reason."""
    session = session_of(request, pk)
    form = OptOutReasonForm(request.POST or None, initial={"reason": _proposed(session)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.opt_out(session, agent=request.agent, reason=form.cleaned_data["reason"])
            return into_the_page(shown(request, session_of(request, pk)))
        except actions.ActionError as refused:
            refuse(form, refused, Act.OPT_OUT)
    context = {"session": session, "form": form, "contact": contact_of(session.contact)}
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/inbox/_opt_out_dialog.html", context, status=status)


def _proposed(session: MessagingSession) -> str:
    said = latest_unanswered(session)
    return f"“{Truncator(said).chars(_MOST)}”" if seems_to_opt_out(said) else ""
