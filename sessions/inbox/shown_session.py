"""One session as it is shown: its thread, what stands below it, and who the contact is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from channels.senders import Sender
from routing.access import AgentRequest, ViewerRequest
from routing.models import Extension
from sessions import actions
from sessions.answerable import why_not
from sessions.contacts.lookup import contact_of
from sessions.inbox.asking import Asked, Viewer
from sessions.inbox.forms import ReplyForm
from sessions.inbox.thread import page_of, unread_from
from sessions.lanes.standing import places_by_message
from sessions.models import Message, MessagingSession, OptOutEntry, Tag
from sessions.opt_outs.ledger import opt_out_of
from sessions.opt_outs.proposals import latest_unanswered, seems_to_opt_out
from sessions.presence import typists
from sessions.queries import (
    directed_by,
    inbox_of,
    listed,
    numbers_of,
    picked_up_by,
    queued_of,
    supervised_by,
    unseen_mentions,
    visible_to,
)
from sessions.search.hits import hits_in

EARLIER_MOST = 20  # sessions


def session_of(request: AgentRequest, pk: int) -> MessagingSession:
    """One that the agent acts on."""
    return get_object_or_404(listed(inbox_of(request.agent)), pk=pk)


def visible_session(request: ViewerRequest, pk: int) -> MessagingSession:
    """One that is only read."""
    return get_object_or_404(listed(visible_to(request.user, request.agent)), pk=pk)


def directed_session(request: ViewerRequest, pk: int) -> MessagingSession:
    """One that somebody hands to others, tags, or writes notes in: by `actor_of`."""
    return get_object_or_404(listed(directed_by(request.user, request.agent)), pk=pk)


def actor_of(request: ViewerRequest) -> actions.Actor:
    """Who does it: the extension, or a supervisor who has none."""
    return request.agent or request.user


def told_of_leaving(view: Callable[[ViewerRequest, int], HttpResponse]) -> Callable[..., HttpResponse]:
    """Of a view that the page itself asks about the open session: one that has left is no error there."""

    @wraps(view)
    def answer(request: ViewerRequest, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except Http404:
            if not request.htmx:
                raise
            return HttpResponse(status=204, headers={"HX-Trigger": "inbox:left"})

    return answer


def opened(
    request: ViewerRequest, session: MessagingSession, form: ReplyForm | None = None
) -> dict[str, Any]:
    """What the page shows of a session; its owner has then read it."""
    found = hits_in([session], Asked.of(request.GET).text).get(session.pk)
    prefetch_related_objects([session], "tags")
    return thread_context(request, session, found, form) | {
        "all_tags": Tag.objects.all(),
        "company": typists.company_of(session, request.agent),
        "earlier": _earlier(request, session),
    }


def thread_context(
    request: ViewerRequest,
    session: MessagingSession,
    found: Message | None = None,
    form: ReplyForm | None = None,
) -> dict[str, Any]:
    """The end of the thread, back to what a search found in it, and what stands below it."""
    page = page_of(session, Viewer(request.user, request.agent), back_to=found.pk if found else None)
    unread = unread_from(session, page, request.agent)
    is_unseen = _is_asked_ahead(request) and _is_unseen(request, session)
    if not _is_asked_ahead(request):
        note_seen(request, session)
    acts = _acts(request, session)
    supervises = not acts and _supervises(request, session)
    starts = acts and not session.is_open and _starts(request, session)
    looks = session.is_open or starts
    opt_out = opt_out_of(session.number, session.contact) if looks else None
    picks_up = _picks_up(request, session, acts=acts)
    unanswerable = why_not(session.number, session.contact) if looks else None
    composer = _composer(session, opt_out, unanswerable, acts=acts, picks_up=picks_up, starts=starts)
    return {
        "agent": request.agent,
        "session": session,
        "contact": contact_of(session.contact),
        "form": form or ReplyForm(contact=session.contact),
        "thread": page,
        "unread_from": unread,
        "is_unseen": is_unseen,
        "found": found,
        "places": places_by_message(queued_of(session)),
        "composer": composer,
        "wants_no_texts": composer == "reply" and seems_to_opt_out(latest_unanswered(session, page.messages)),
        "acts": acts,
        "supervises": supervises,
        "directs": session.is_open and supervises,
        "answers": acts and request.agent is not None and session.is_for(request.agent),
        "opt_out": opt_out,
        "unanswerable": unanswerable,
        "other_open": None if session.is_open else _other_open(request, session),
    }


def note_seen(request: ViewerRequest, session: MessagingSession) -> None:
    """Whoever looks at the session has read it, and has seen where they are mentioned."""
    if request.agent is not None:
        actions.mark_read(session, agent=request.agent)
    actions.see_mentions(session, user=request.user)


def thread_update(request: ViewerRequest, session: MessagingSession, notice: str = "") -> HttpResponse:
    """The thread, with `notice` at its end; the composer only if it must become another one."""
    context = thread_context(request, session) | {"notice": notice}
    context["composer_changed"] = request.GET.get("composer") != context["composer"]
    return render(request, "sessions/inbox/_thread_update.html", context)


def gone(request: AgentRequest, by: Extension | None) -> HttpResponse:
    """Another agent was first; what was typed is shown again."""
    context = {"by": by, "kept": request.POST.get("body", "")}
    return render(request, "sessions/inbox/_gone.html", context, status=422)


def _is_asked_ahead(request: ViewerRequest) -> bool:
    """Whether nobody looks at it yet: the page asks for what its user may be about to open."""
    return "PBX-Ahead" in request.headers


def _is_unseen(request: ViewerRequest, session: MessagingSession) -> bool:
    """Whether looking at it changes what is unread, or which mentions are unseen."""
    is_unread = request.agent is not None and session.unread > 0 and session.is_for(request.agent)
    return is_unread or unseen_mentions(request.user).filter(pk=session.pk).exists()


def _composer(
    session: MessagingSession,
    opt_out: OptOutEntry | None,
    unanswerable: Sender | None,
    *,
    acts: bool,
    picks_up: bool,
    starts: bool,
) -> str:
    """What stands below the thread."""
    if picks_up:
        return "pick_up"
    if not acts:
        return "supervised"
    if not session.is_open and not starts:
        return "closed"
    if unanswerable:
        return "unanswerable"
    if session.number.channel.disabled_at:
        return "disabled"
    if opt_out:
        return "opted_out"
    return "reply" if session.is_open else "again"


def _acts(request: ViewerRequest, session: MessagingSession) -> bool:
    """Whether one who sees the session may do more than read it, as supervisors and the mentioned do."""
    agent = request.agent
    if agent is None:
        return False
    return session.agent_id == agent.pk or inbox_of(agent).filter(pk=session.pk).exists()


def _supervises(request: ViewerRequest, session: MessagingSession) -> bool:
    return request.user.is_supervisor and supervised_by(request.user).filter(pk=session.pk).exists()


def _picks_up(request: ViewerRequest, session: MessagingSession, *, acts: bool) -> bool:
    """Whether it is to be picked up before anything else is done; supervisors do it by their extensions."""
    if acts:
        return session.is_open and session.pickup.waits
    if request.agent is None:
        return False
    return picked_up_by(request.agent).filter(pk=session.pk).exists()


def _starts(request: ViewerRequest, session: MessagingSession) -> bool:
    """Whether a closed session can be gone on with by a new one from its number."""
    return request.agent is not None and numbers_of(request.agent).filter(pk=session.number_id).exists()


def _other_open(request: ViewerRequest, session: MessagingSession) -> MessagingSession | None:
    """Where one goes on with the contact of a closed session."""
    visible = visible_to(request.user, request.agent).open()
    return visible.filter(contact=session.contact, number=session.number_id).first()


def _earlier(request: ViewerRequest, session: MessagingSession) -> list[MessagingSession]:
    """What else there was with this contact, over all our numbers, as far as one may see it."""
    visible = visible_to(request.user, request.agent).filter(contact=session.contact).exclude(pk=session.pk)
    shown = visible.select_related("number", "agent", "last_message__author")
    return list(shown.order_by("-last_active_at", "-pk")[:EARLIER_MOST])
