"""What an agent writes in a session: texts, and drafts of them.

`static/js/outbox.js` asks for JSON, and sends a text again under the same id until it has an answer.
"""

from datetime import timedelta

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions, refusals
from sessions.forms import DraftForm, ReplyForm
from sessions.models import Message, MessagingSession
from sessions.queries import draft_of
from sessions.views.inbox import inbox_context
from sessions.views.opening import opened, session_of


@require_POST
@agent_required
def reply(request: AgentRequest, pk: int) -> HttpResponse:
    """JSON for the page's own script, the session for htmx, a page otherwise."""
    form = ReplyForm(request.POST, request.FILES)
    wants_json = request.headers.get("Accept") == "application/json"
    if wants_json and actions.accepted_under(request.agent, form.data.get("client_id")):
        return JsonResponse({}, status=200)  # the session may have left since
    session = session_of(request, pk)
    message = _accepted(form, request, session)
    status = 200 if message else 422
    if wants_json:
        return _told(form, message)
    if message and not request.headers.get("HX-Request"):
        return redirect("inbox-session", session.pk)
    context = opened(request, session_of(request, pk), form=None if message else form)
    if request.headers.get("HX-Request"):
        return render(request, "sessions/_session.html", context, status=status)
    return render(request, "sessions/inbox.html", inbox_context(request) | context, status=status)


@require_POST
@agent_required
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    """204 if it is kept; 409 with the newer one of another device."""
    session = session_of(request, pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"reason": "body, age_ms"}, status=422)
    typed_at = timezone.now() - timedelta(milliseconds=form.cleaned_data["age_ms"])
    body = form.cleaned_data["body"]
    if actions.save_draft(session, agent=request.agent, body=body, typed_at=typed_at):
        return HttpResponse(status=204)
    newer = draft_of(session, request.agent)
    return JsonResponse({"body": newer.body if newer else ""}, status=409)


def _accepted(form: ReplyForm, request: AgentRequest, session: MessagingSession) -> Message | None:
    """None if it is refused; the form says why."""
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        return actions.reply(
            session,
            agent=request.agent,
            body=data["body"],
            client_id=str(data["client_id"]),
            due_at=data["due_at"],
            files=data["attachments"],
        )
    except actions.ActionError as error:
        form.add_error(*refusals.words_for(error))
        form.code = error.code
        return None


def _told(form: ReplyForm, message: Message | None) -> HttpResponse:
    if message:
        return JsonResponse({"message": message.pk}, status=201)
    reasons = [str(error) for errors in form.errors.values() for error in errors]
    return JsonResponse({"reason": " ".join(reasons), "code": form.code}, status=422)
