"""What an agent writes in a session: texts, and drafts of them.

`frontend/outbox/outbox.js` asks for JSON, and sends a text again under the same id until it has an answer.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.inbox.forms import DraftForm, ReplyForm
from sessions.inbox.shown_session import gone, opened, session_of
from sessions.inbox.undoing import Done, offered
from sessions.models import AgentSettings, Message, MessagingSession
from sessions.presence import typists
from sessions.queries import draft_of, inbox_of, lost_by
from sessions.refusals import Act, refuse


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    """JSON for the page's own script, the session otherwise."""
    if request.headers.get("Accept") == "application/json":
        return _told(request, pk)
    if lost := lost_by(request.agent).filter(pk=pk).first():
        return gone(request, lost.agent)
    session = session_of(request, pk)
    form = ReplyForm(request.POST, request.FILES, contact=session.contact)
    try:
        if _accept(form, request, session):
            return render(request, "sessions/inbox/_session.html", opened(request, session_of(request, pk)))
    except actions.AlreadyPickedUp as taken:
        return gone(request, taken.by)
    return render(request, "sessions/inbox/_session.html", opened(request, session, form=form), status=422)


@require_POST
@agent_required
def again(request: AgentRequest, pk: int) -> HttpResponse:
    """Goes on with a closed session's contact from the same number, as a new message does."""
    session = session_of(request, pk)
    form = ReplyForm(request.POST, request.FILES, contact=session.contact)
    is_script = request.headers.get("Accept") == "application/json"
    if is_script and (before := actions.accepted_under(request.agent, form.data.get("client_id"))):
        return JsonResponse(_opens(before), status=200)
    message = _started(form, request, session)
    if is_script:
        return (
            _refused(form)
            if message is None
            else JsonResponse(_accepted(message) | _opens(message), status=201)
        )
    if message is None:
        return render(
            request, "sessions/inbox/_session.html", opened(request, session, form=form), status=422
        )
    return redirect("inbox-session", message.session_id)


@require_POST
@agent_required
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    """204 if nothing else is to be shown; 409 with the newer one of another composer."""
    session = session_of(request, pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"reason": "body, age_ms"}, status=422)
    data = form.cleaned_data
    if not data["body"].strip():
        typists.say_done(session, agent=request.agent)
    elif data["typing"]:
        typists.say_typing(session, agent=request.agent)
    typed_at = timezone.now() - timedelta(milliseconds=data["age_ms"])
    if actions.save_draft(
        session, agent=request.agent, body=data["body"], client_id=data["client_id"], typed_at=typed_at
    ):
        return HttpResponse(status=204)
    newer = draft_of(session, request.agent)
    return JsonResponse({"body": newer.body if newer else ""}, status=409)


def _told(request: AgentRequest, pk: int) -> HttpResponse:
    """A text whose answer was lost is known by its id, though the session may have left since."""
    form = ReplyForm(request.POST, request.FILES, contact=_contact_of(request, pk))
    if actions.accepted_under(request.agent, form.data.get("client_id")):
        return JsonResponse({}, status=200)
    try:
        if lost := lost_by(request.agent).filter(pk=pk).first():
            raise actions.AlreadyPickedUp(lost.agent)
        if message := _accept(form, request, session_of(request, pk)):
            return JsonResponse(_accepted(message), status=201)
    except actions.AlreadyPickedUp as taken:
        refuse(form, taken)
    return _refused(form)


def _contact_of(request: AgentRequest, pk: int) -> str:
    """ "" of a session that has left; that is found out below."""
    return inbox_of(request.agent).filter(pk=pk).values_list("contact", flat=True).first() or ""


def _accepted(message: Message) -> dict[str, Any]:
    """What the page offers then: a text that is held back can be taken back."""
    attempt = message.attempts.select_related("message__author").get()
    if not attempt.is_held or attempt.due_at is None or message.author is None:
        return {}
    held_s = round((attempt.due_at - attempt.created_at).total_seconds())
    words = _("The text goes out in a moment.")
    return {"undo": offered(Done.SENT, message.author, message, words, shown_s=held_s)}


def _opens(message: Message) -> dict[str, Any]:
    return {"opens": reverse("inbox-session", args=[message.session_id])}


def _refused(form: ReplyForm) -> HttpResponse:
    reasons = [str(error) for errors in form.errors.values() for error in errors]
    status = 503 if form.code == actions.PicturesBusy.code else 422  # the outbox tries it again by itself
    return JsonResponse({"reason": " ".join(reasons), "code": form.code}, status=status)


def _accept(form: ReplyForm, request: AgentRequest, session: MessagingSession) -> Message | None:
    """Returns None if it is refused; the form says why. Raises `AlreadyPickedUp` if another has it."""
    if not form.is_valid():
        return None
    try:
        message = actions.reply(session, agent=request.agent, **form.written, hold_s=_hold_s(request))
        typists.say_done(session, agent=request.agent)
        return message
    except actions.AlreadyPickedUp:
        raise
    except actions.ActionError as error:
        refuse(form, error)
        form.code = error.code
    return None


def _started(form: ReplyForm, request: AgentRequest, session: MessagingSession) -> Message | None:
    """Returns None if it is refused; the form says why."""
    if not form.is_valid():
        return None
    try:
        return actions.start_session(
            agent=request.agent,
            number=session.number,
            contact=session.contact,
            **form.written,
            hold_s=_hold_s(request),
        )
    except actions.ActionError as error:
        refuse(form, error, Act.START)
        form.code = error.code
    return None


def _hold_s(request: AgentRequest) -> int:
    return AgentSettings.of(request.agent).undo_send_s
