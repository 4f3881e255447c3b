"""The agents' page: sessions at the left, the open one at the right. Fragments are asked for by htmx.

Supervisors read along: the same page without what an agent does.
"""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.forms import ReplyForm
from sessions.models import MessagingSession, OptOutEntry
from sessions.opt_outs import opt_out_of
from sessions.queries import (
    inbox_of,
    listed,
    lost_by,
    numbers_of,
    queued_of,
    supervised_by,
    thread_of,
    visible_to,
)
from sessions.queue_state import places_by_message

LISTED_MOST = 100  # sessions of each group


@require_GET
@viewer_required
def index(request: ViewerRequest, pk: int | None = None) -> HttpResponse:
    context = groups(request)
    if pk is not None:
        context |= opened(request, visible_session(request, pk))
    return render(request, "sessions/inbox.html", context)


@require_GET
@viewer_required
def session_list(request: ViewerRequest) -> HttpResponse:
    return render(request, "sessions/_session_list.html", groups(request))


@require_GET
@viewer_required
def thread(request: ViewerRequest, pk: int) -> HttpResponse:
    """What is new in the open session; the composer only if it must become another one."""
    return thread_update(request, visible_session(request, pk))


@require_POST
@agent_required
def pick_up(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    try:
        actions.pick_up(session, agent=request.agent)
    except actions.AlreadyPickedUp as lost:
        return gone(request, lost.by)
    except actions.TooManyOpen as full:
        context = opened(request, session) | {"refusal": full.reason}
        return render(request, "sessions/_session.html", context, status=422)
    except actions.NoPickup:
        session.refresh_from_db()  # its queue has become one without pickup
    return render(request, "sessions/_session.html", opened(request, session))


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    if lost := lost_by(request.agent).filter(pk=pk).first():
        return gone(request, lost.agent)
    session = session_of(request, pk)
    form = ReplyForm(request.POST)
    try:
        if form.is_valid():
            values = form.cleaned_data | {"client_id": str(form.cleaned_data["client_id"])}
            actions.reply(session, agent=request.agent, **values)
            return render(request, "sessions/_session.html", opened(request, session_of(request, pk)))
    except actions.AlreadyPickedUp as taken:
        return gone(request, taken.by)
    except actions.TooManyOpen as full:
        form.add_error(None, full.reason)
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


def gone(request: AgentRequest, by: Extension | None) -> HttpResponse:
    """Another agent was first; what was typed is shown again."""
    context = {"by": by, "kept": request.POST.get("body", "")}
    return render(request, "sessions/_gone.html", context, status=422)


def thread_update(request: ViewerRequest, session: MessagingSession, notice: str = "") -> HttpResponse:
    """The thread, with `notice` at its end."""
    context = opened(request, session) | {"notice": notice}
    context["composer_changed"] = request.GET.get("composer") != context["composer"]
    return render(request, "sessions/_thread_update.html", context)


def session_of(request: AgentRequest, pk: int) -> MessagingSession:
    """One that the agent acts on."""
    return get_object_or_404(listed(inbox_of(request.agent)), pk=pk)


def visible_session(request: ViewerRequest, pk: int) -> MessagingSession:
    """One that is only read."""
    return get_object_or_404(listed(visible_to(request.user, request.agent)), pk=pk)


def groups(request: ViewerRequest) -> dict[str, Any]:
    """The lists: what waits, what is one's own, what one supervises; or what was closed of these."""
    closed = request.GET.get("show") == "closed"
    context: dict[str, Any] = {"agent": request.agent, "closed_shown": closed}
    if request.agent is not None:
        mine = listed(inbox_of(request.agent))
        no_pickup = Q(queue__pickup_mode=MessageQueue.PickupMode.NONE)
        context["waiting"] = mine.waiting().exclude(no_pickup)[:LISTED_MOST] if not closed else []
        context["shared"] = mine.waiting().filter(no_pickup)[:LISTED_MOST] if not closed else []
        own = mine.filter(closed_at__isnull=False) if closed else mine.open().filter(agent=request.agent)
        context["own"] = own[:LISTED_MOST]
        context["may_start"] = numbers_of(request.agent).exists()
    if request.user.is_supervisor:
        supervised = listed(supervised_by(request.user)).filter(closed_at__isnull=not closed)
        if request.agent is not None:  # whose own stand above already
            supervised = supervised.exclude(pk__in=inbox_of(request.agent).values("pk"))
        context["supervised"] = supervised[:LISTED_MOST]
    return context


def opened(
    request: ViewerRequest, session: MessagingSession, form: ReplyForm | None = None
) -> dict[str, Any]:
    """What the right side shows of a session; its owner has then read it."""
    if request.agent is not None:
        actions.mark_read(session, agent=request.agent)
    opt_out = opt_out_of(session.number_id, session.contact) if session.is_open else None
    return {
        "agent": request.agent,
        "session": session,
        "thread": thread_of(session),
        "places": places_by_message(queued_of(session)),
        "composer": _composer(request, session, opt_out),
        "answers": request.agent is not None and (session.agent == request.agent or session.is_shared),
        "opt_out": opt_out,
        "form": form or ReplyForm(),
    }


def _composer(request: ViewerRequest, session: MessagingSession, opt_out: OptOutEntry | None) -> str:
    """What stands below the thread."""
    if not _acts(request, session):
        return "supervised"
    if not session.is_open:
        return "closed"
    if session.waits_for_pickup:
        return "pick_up"
    if session.number.channel.disabled_at:
        return "disabled"
    return "opted_out" if opt_out else "reply"


def _acts(request: ViewerRequest, session: MessagingSession) -> bool:
    """Whether one who sees the session may do more than read it. Agents see nothing else."""
    if not request.user.is_supervisor:
        return True
    return request.agent is not None and inbox_of(request.agent).filter(pk=session.pk).exists()
