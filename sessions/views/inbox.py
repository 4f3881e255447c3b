"""The agents' page: sessions at the left, the open one at the right. Fragments are asked for by htmx.

Supervisors read along: the same page without what an agent does.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from routing.access import AgentRequest, ViewerRequest, agent_required, viewer_required
from sessions import actions
from sessions.forms import ReplyForm
from sessions.models import MessagingSession, OptOutEntry
from sessions.opt_outs import opt_out_of
from sessions.queries import (
    inbox_of,
    listed,
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
        return render(request, "sessions/_gone.html", {"by": lost.by}, status=422)
    return render(request, "sessions/_session.html", opened(request, session))


@require_POST
@agent_required
def close(request: AgentRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    try:
        actions.close(session, agent=request.agent)
    except actions.ActionError:
        session.refresh_from_db()  # somebody was faster; the page shows what is
    return render(request, "sessions/_session.html", opened(request, session_of(request, pk)))


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
        context["waiting"] = mine.waiting()[:LISTED_MOST] if not closed else []
        context["own"] = mine.filter(agent=request.agent, closed_at__isnull=not closed)[:LISTED_MOST]
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
        "opt_out": opt_out,
        "form": form or ReplyForm(),
    }


def _composer(request: ViewerRequest, session: MessagingSession, opt_out: OptOutEntry | None) -> str:
    """What stands below the thread."""
    if not _acts(request, session):
        return "supervised"
    if not session.is_open:
        return "closed"
    if session.agent is None:
        return "pick_up"
    if session.number.channel.disabled_at:
        return "disabled"
    return "opted_out" if opt_out else "reply"


def _acts(request: ViewerRequest, session: MessagingSession) -> bool:
    """Whether one who sees the session may do more than read it. Agents see nothing else."""
    if not request.user.is_supervisor:
        return True
    return request.agent is not None and inbox_of(request.agent).filter(pk=session.pk).exists()
