"""Scheduled texts in one list, and what an agent does with one of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from routing.access import AgentRequest, agent_required
from sessions import actions
from sessions.inbox.asking import Asked
from sessions.inbox.later_forms import MINE, ScheduledForm, typed_of
from sessions.inbox.later_views import when_context
from sessions.inbox.scheduled import list_for
from sessions.inbox.undoing import told
from sessions.inbox.views import viewer_of
from sessions.models import Message
from sessions.queries import inbox_of
from sessions.refusals import Act, refuse, words_for


@require_http_methods(["GET", "POST"])
@agent_required
def edit(request: AgentRequest, pk: int) -> HttpResponse:
    """The dialog; once it is done, the list hears of it. What was typed stays where it is refused."""
    message = _message_of(request, pk)
    form = _form_of(request, message)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("body", "due_at", "until_reply")}
        values |= form.kept
        try:
            actions.reschedule(message, agent=request.agent, **values)
            return told(HttpResponse(status=204), dialog__close=None, inbox__lists=None)
        except actions.ActionError as refused:
            refuse(form, refused, Act.SCHEDULE)
    status = 422 if request.method == "POST" else 200
    context = when_context(form, message.session.queue) | {"message": message, "session": message.session}
    return render(request, "sessions/inbox/later/_scheduled_dialog.html", context, status=status)


@require_POST
@agent_required
def send_now(request: AgentRequest, pk: int) -> HttpResponse:
    message, notice = _message_of(request, pk), ""
    try:
        actions.send_now(message, agent=request.agent)
    except actions.ActionError as refused:
        notice = words_for(refused, Act.SCHEDULE)
    return _listed(request, notice or _("It is on its way."))


@require_POST
@agent_required
def cancel(request: AgentRequest, pk: int) -> HttpResponse:
    message, notice = _message_of(request, pk), ""
    try:
        if not actions.cancel(message, agent=request.agent):
            notice = _("It has left already: the ITSP is asked to hold it back. Its status will tell.")
    except actions.ActionError as refused:
        notice = words_for(refused, Act.SCHEDULE)
    return _listed(request, notice or _("It is cancelled; its words stay in the thread."))


def _listed(request: AgentRequest, notice: str) -> HttpResponse:
    """The list as it is then."""
    asked = Asked.of(request.GET)
    viewer = viewer_of(request)
    context = {"asked": asked, "agent": request.agent, "notice": notice, "scheduled": list_for(viewer, asked)}
    return render(request, "sessions/inbox/later/_scheduled.html", context)


def _form_of(request: AgentRequest, message: Message) -> ScheduledForm:
    attempt = message.attempts.order_by("-pk")[0]
    initial: dict[str, Any] = {
        "body": message.body,
        "due_at": typed_of(attempt.due_at),
        "until_reply": attempt.until_reply,
        "due_zone": MINE,
    }
    data = request.POST if request.method == "POST" else None
    has_files = message.attachments.exists()
    return ScheduledForm(
        data, initial=initial, contact=message.session.contact, has_files=has_files, due_at=attempt.due_at
    )


def _message_of(request: AgentRequest, pk: int) -> Message:
    mine = Message.objects.filter(session__in=inbox_of(request.agent), kind=Message.Kind.OUTBOUND)
    return get_object_or_404(mine.select_related("session__queue"), pk=pk)
