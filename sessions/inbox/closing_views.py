"""A session is closed, and opened again. What would be lost by closing is asked first, in words."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.directions import isolated
from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.contacts.lookup import contact_of
from sessions.inbox.acting_views import shown
from sessions.inbox.session_forms import ClosingForm
from sessions.inbox.shown_session import opened, session_of
from sessions.inbox.undoing import Closing, Done, offered, told
from sessions.models import AgentSettings, MessagingSession
from sessions.queries import draft_of, scheduled_of
from sessions.refusals import Act, words_for


@dataclass(frozen=True)
class Left:
    """What is not done yet in a session that is to be closed."""

    is_unanswered: bool
    scheduled: int
    draft: str

    def __bool__(self) -> bool:
        return self.is_unanswered or bool(self.scheduled or self.draft)


@require_POST
@agent_required
def close(request: AgentRequest, pk: int) -> HttpResponse:
    """The dialog, where something is left; its buttons come here, too. Else the page hears that it is closed.

    The answer's place is the dialog's: the button that asks for it may have been replaced meanwhile.
    """
    session = session_of(request, pk)
    form = ClosingForm(request.POST)
    form.full_clean()
    left = _left(request, session, form)
    if session.is_open and left and not form.cleaned_data.get("sure"):
        return _asked(request, session, left)
    try:
        cancelled = _closed(request, session, form, left)
    except actions.HasScheduled:
        return _asked(request, session, _left(request, session, form))  # it came while the dialog was open
    except actions.ActionError:
        return _left_behind(session, AgentSettings.AfterClosing.STAY)  # somebody was faster: what is
    return _gone_on(request, session, cancelled)


@require_POST
@agent_required
def reopen(request: AgentRequest, pk: int) -> HttpResponse:
    """Answers with the session; or says why not, with a link to the open one."""
    session = session_of(request, pk)
    try:
        actions.reopen(session, agent=request.agent)
    except actions.SessionOpen:
        pass  # as the page shows
    except actions.ActionError as refused:
        context = opened(request, session_of(request, pk)) | {"notice": words_for(refused, Act.REOPEN)}
        return render(request, "sessions/inbox/_session.html", context, status=422)
    return shown(request, session_of(request, pk))


def _left(request: AgentRequest, session: MessagingSession, form: ClosingForm) -> Left:
    """What the page has in its field counts, and where it has none, what was kept of it."""
    typed = form.cleaned_data.get("body", "")
    if "body" not in request.POST:
        draft = draft_of(session, request.agent)
        typed = draft.body if draft else ""
    return Left(session.unanswered_since is not None, scheduled_of(session).count(), typed.strip())


def _asked(request: AgentRequest, session: MessagingSession, left: Left) -> HttpResponse:
    context = {"session": session, "left": left, "contact": contact_of(session.contact)}
    return render(request, "sessions/inbox/_close_dialog.html", context)


def _closed(request: AgentRequest, session: MessagingSession, form: ClosingForm, left: Left) -> list[int]:
    """Returns the scheduled texts that were cancelled by it."""
    said = form.cleaned_data
    cancelled = actions.close(session, agent=request.agent, scheduled=said.get("scheduled"))
    if said.get("draft") == "discard":
        actions.discard_drafts(session, agent=request.agent)
    elif left.draft and "body" in request.POST:
        client_id = said.get("client_id", "")
        actions.save_draft(session, agent=request.agent, body=said["body"], client_id=client_id)
    return cancelled


def _gone_on(request: AgentRequest, session: MessagingSession, cancelled: list[int]) -> HttpResponse:
    """What the agent's settings say comes after closing."""
    words = _("The session with %(contact)s is closed.") % {"contact": isolated(contact_of(session.contact))}
    if cancelled:
        words += " " + ngettext(
            "%(n)d scheduled text was cancelled.",
            "%(n)d scheduled texts were cancelled.",
            len(cancelled),
        ) % {"n": len(cancelled)}
    offer = offered(Done.CLOSED, request.agent, Closing(session.pk, cancelled), words)
    then = AgentSettings.of(request.agent).after_closing
    return told(_left_behind(session, then), undo__offer=offer)


def _left_behind(session: MessagingSession, then: str) -> HttpResponse:
    return told(
        HttpResponse(status=204), dialog__close=None, inbox__closed={"session": session.pk, "then": then}
    )
