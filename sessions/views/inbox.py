"""The agents' page: sessions at the left, the open one at the right. Fragments are asked for by htmx."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from routing.access import AgentRequest, agent_required
from routing.models import Extension
from sessions import actions
from sessions.forms import ReplyForm
from sessions.models import MessagingSession, OptOutEntry
from sessions.opt_outs import opt_out_of
from sessions.queries import inbox_of, listed, numbers_of, queued_of, thread_of
from sessions.queue_state import places_by_message

LISTED_MOST = 100  # sessions of each group


@require_GET
@agent_required
def index(request: AgentRequest, pk: int | None = None) -> HttpResponse:
    context = groups(request)
    if pk is not None:
        context |= opened(request, session_of(request, pk))
    return render(request, "sessions/inbox.html", context)


@require_GET
@agent_required
def session_list(request: AgentRequest) -> HttpResponse:
    return render(request, "sessions/_session_list.html", groups(request))


@require_GET
@agent_required
def thread(request: AgentRequest, pk: int) -> HttpResponse:
    """What is new in the open session; the composer only if it must become another one."""
    return thread_update(request, session_of(request, pk))


@require_POST
@agent_required
def pick_up(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    try:
        actions.pick_up(session, agent=request.agent)
    except actions.AlreadyPickedUp as lost:
        return render(request, "sessions/_gone.html", {"by": lost.by}, status=422)
    return render(request, "sessions/_session.html", opened(request, session))


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    form = ReplyForm(request.POST)
    try:
        if form.is_valid():
            values = form.cleaned_data | {"client_id": str(form.cleaned_data["client_id"])}
            actions.reply(session, agent=request.agent, **values)
            return render(request, "sessions/_session.html", opened(request, session))
    except actions.SessionClosed:
        form.add_error(None, _("The session was closed meanwhile. Send it as a new message."))
    except actions.NotTheOwner:
        form.add_error(None, _("Only the agent who picked the session up can answer."))
    except actions.BadTime:
        form.add_error("due_at", _("This time has passed. Choose one in the future."))
    except actions.ChannelDisabled:
        form.add_error(None, _("It was not sent: the channel of this number was disabled."))
    except actions.OptedOut:
        form.add_error(None, _("It was not sent: the contact opted out of texts from this number."))
    return render(request, "sessions/_session.html", opened(request, session, form=form), status=422)


@require_POST
@agent_required
def close(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    try:
        actions.close(session, agent=request.agent)
    except actions.ActionError:
        session.refresh_from_db()  # somebody was faster; the page shows what is
    return render(request, "sessions/_session.html", opened(request, session_of(request, pk)))


def thread_update(request: AgentRequest, session: MessagingSession, notice: str = "") -> HttpResponse:
    """The thread, with `notice` at its end."""
    context = opened(request, session) | {"notice": notice}
    context["composer_changed"] = request.GET.get("composer") != context["composer"]
    return render(request, "sessions/_thread_update.html", context)


def session_of(request: AgentRequest, pk: int) -> MessagingSession:
    return get_object_or_404(listed(inbox_of(request.agent)), pk=pk)


def groups(request: AgentRequest) -> dict[str, Any]:
    """The lists: what waits, what is one's own, what was closed."""
    mine = listed(inbox_of(request.agent))
    closed = request.GET.get("show") == "closed"
    return {
        "agent": request.agent,
        "closed_shown": closed,
        "waiting": mine.waiting()[:LISTED_MOST] if not closed else [],
        "own": mine.filter(agent=request.agent, closed_at__isnull=not closed)[:LISTED_MOST],
        "may_start": numbers_of(request.agent).exists(),
    }


def opened(request: AgentRequest, session: MessagingSession, form: ReplyForm | None = None) -> dict[str, Any]:
    """What the right side shows of a session; its owner has then read it."""
    actions.mark_read(session, agent=request.agent)
    opt_out = opt_out_of(session.number_id, session.contact) if session.is_open else None
    return {
        "agent": request.agent,
        "session": session,
        "thread": thread_of(session),
        "places": places_by_message(queued_of(session)),
        "composer": _composer(session, request.agent, opt_out),
        "opt_out": opt_out,
        "form": form or ReplyForm(),
    }


def _composer(session: MessagingSession, agent: Extension, opt_out: OptOutEntry | None) -> str:
    """What stands below the thread."""
    if not session.is_open:
        return "closed"
    if session.agent_id != agent.pk:
        return "pick_up"
    if session.number.channel.disabled_at:
        return "disabled"
    return "opted_out" if opt_out else "reply"
