"""What an agent writes in a session: texts, and drafts of them.

`static/js/outbox.js` asks for JSON, and sends a text again under the same id until it has an answer.
"""

from datetime import timedelta

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.inbox.forms import DraftForm, ReplyForm
from sessions.inbox.shown_session import gone, opened, session_of
from sessions.models import MessagingSession
from sessions.queries import draft_of, lost_by
from sessions.refusals import refuse


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    """JSON for the page's own script, the session otherwise."""
    if request.headers.get("Accept") == "application/json":
        return _told(request, pk)
    if lost := lost_by(request.agent).filter(pk=pk).first():
        return gone(request, lost.agent)
    session = session_of(request, pk)
    form = ReplyForm(request.POST, request.FILES)
    try:
        if _accept(form, request, session):
            return render(request, "sessions/inbox/_session.html", opened(request, session_of(request, pk)))
    except actions.AlreadyPickedUp as taken:
        return gone(request, taken.by)
    return render(request, "sessions/inbox/_session.html", opened(request, session, form=form), status=422)


@require_POST
@agent_required
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    """204 if nothing else is to be shown; 409 with the newer one of another composer."""
    session = session_of(request, pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"reason": "body, age_ms"}, status=422)
    data = form.cleaned_data
    typed_at = timezone.now() - timedelta(milliseconds=data["age_ms"])
    if actions.save_draft(
        session, agent=request.agent, body=data["body"], client_id=data["client_id"], typed_at=typed_at
    ):
        return HttpResponse(status=204)
    newer = draft_of(session, request.agent)
    return JsonResponse({"body": newer.body if newer else ""}, status=409)


def _told(request: AgentRequest, pk: int) -> HttpResponse:
    """A text whose answer was lost is known by its id, though the session may have left since."""
    form = ReplyForm(request.POST, request.FILES)
    if actions.accepted_under(request.agent, form.data.get("client_id")):
        return JsonResponse({}, status=200)
    try:
        if lost := lost_by(request.agent).filter(pk=pk).first():
            raise actions.AlreadyPickedUp(lost.agent)
        if _accept(form, request, session_of(request, pk)):
            return JsonResponse({}, status=201)
    except actions.AlreadyPickedUp as taken:
        refuse(form, taken)
    reasons = [str(error) for errors in form.errors.values() for error in errors]
    status = 503 if form.code == actions.PicturesBusy.code else 422  # the outbox tries it again by itself
    return JsonResponse({"reason": " ".join(reasons), "code": form.code}, status=status)


def _accept(form: ReplyForm, request: AgentRequest, session: MessagingSession) -> bool:
    """Returns False if it is refused; the form says why. Raises `AlreadyPickedUp` if another has it."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        actions.reply(
            session,
            agent=request.agent,
            body=data["body"],
            client_id=str(data["client_id"]),
            due_at=data["due_at"],
            files=data["attachments"],
        )
    except actions.AlreadyPickedUp:
        raise
    except actions.ActionError as error:
        refuse(form, error)
        form.code = error.code
        return False
    return True
