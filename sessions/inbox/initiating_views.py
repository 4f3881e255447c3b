"""An agent texts a contact first."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.ids import read_id
from accounts.pasted import cleaned
from routing.access import AgentRequest, agent_required
from routing.models import Extension
from sessions import actions
from sessions.contacts.lookup import contact_names, contacts_like, understood
from sessions.inbox.forms import NewMessageForm
from sessions.inbox.views import inbox_context
from sessions.models import AgentSettings, Message
from sessions.queries import numbers_of
from sessions.refusals import Act, refuse, words_for

MAX_TYPED = 64  # characters


@require_http_methods(["GET", "POST"])
@agent_required
def new_message(request: AgentRequest) -> HttpResponse:
    """A contact in national format is shown in E.164 first; where that was done already, it is sent."""
    data, initial = request.POST or None, request.GET.dict()
    form = NewMessageForm(data, request.FILES or None, agent=request.agent, initial=initial)
    if form.is_valid():
        if form.asks:
            form.show_address_read()
        elif message := _started(form, request.agent):
            return redirect("inbox-session", message.session_id)
    status = 422 if request.method == "POST" else 200
    if request.htmx:
        return render(request, "sessions/inbox/_new_message.html", {"new_form": form}, status=status)
    return render(
        request, "sessions/inbox/inbox.html", {**inbox_context(request), "new_form": form}, status=status
    )


@require_GET
@agent_required
def suggestions(request: AgentRequest) -> HttpResponse:
    """Who may be meant by what was typed so far; of a number, how it is read and what stands against it."""
    typed = request.GET.get("contact", "").replace("\0", "")[:MAX_TYPED]
    read = understood(typed)
    context = {
        "read": read,
        "name": contact_names([read.address]).get(read.address) if read else None,
        "suggestions": [one for one in contacts_like(typed) if not read or one.address != read.address],
        "hindrance": _hindrance(request, read.address) if read else "",
        "typed": cleaned(typed),
    }
    return render(request, "sessions/inbox/_suggestions.html", context)


def _hindrance(request: AgentRequest, contact: str) -> str:
    """Why nothing can be sent there from the `number` that is chosen, in words; "" if it can."""
    pk = read_id(request.GET.get("number", ""))
    number = numbers_of(request.agent).filter(pk=pk).first() if pk else None
    if number is None:
        return ""
    try:
        actions.check_may_start(request.agent, number, contact)
    except actions.ActionError as refused:
        return words_for(refused, Act.START)
    return ""


def _started(form: NewMessageForm, agent: Extension) -> Message | None:
    """Returns None if it can't be started; the form says why."""
    data = form.cleaned_data
    try:
        return actions.start_session(
            agent=agent,
            number=data["number"],
            contact=data["contact"],
            **form.written,
            hold_s=AgentSettings.of(agent).undo_send_s,
        )
    except actions.ActionError as refused:
        refuse(form, refused, Act.START)
    return None
