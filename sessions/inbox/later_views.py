"""When a text is to go out: the times that the page proposes, and what a time means for whoever gets it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.ids import read_id
from routing.access import AgentRequest, agent_required
from routing.models import MessageQueue
from sessions.contacts.lookup import contact_of, understood
from sessions.inbox.later_forms import LaterFields, ScheduledForm
from sessions.inbox.later_times import is_at_night, presets_of
from sessions.queries import inbox_of, numbers_of


@require_GET
@agent_required
def later(request: AgentRequest) -> HttpResponse:
    """The fields for a `session`, or a `number` and a `contact`; with `words`, only what is chosen means."""
    address, queue = _about(request)
    form = LaterFields(request.GET, contact=address)
    form.full_clean()
    context = when_context(form, queue)
    name = "_later_words" if "words" in request.GET else "_later_fields"
    return render(request, f"sessions/inbox/later/{name}.html", context)


def when_context(form: LaterFields, queue: MessageQueue | None) -> dict[str, Any]:
    """What the fields show, and what a time that is chosen means: `due_at`, `is_night`."""
    zone = form.zone
    due_at = None
    if form.is_bound:
        due_at = form.when(getattr(form, "cleaned_data", {}))
    elif isinstance(form, ScheduledForm):
        due_at = form.due_now
    return {
        "form": form,
        "presets": presets_of(queue),
        "theirs": zone,
        "contact": contact_of(form.address),
        "due_at": due_at,
        "is_night": bool(due_at and zone.zone and is_at_night(due_at, zone.zone)),
    }


def _about(request: AgentRequest) -> tuple[str, MessageQueue | None]:
    """The contact's address, "" where none is known yet, and the queue whose hours count."""
    if pk := read_id(request.GET.get("session", "")):
        session = inbox_of(request.agent).filter(pk=pk).select_related("queue").first()
        return (session.contact, session.queue) if session else ("", None)
    read = understood(request.GET.get("contact", "").replace("\0", "")[:64])
    pk = read_id(request.GET.get("number", ""))
    number = numbers_of(request.agent).filter(pk=pk).select_related("queue").first() if pk else None
    return read.address if read else "", number.queue if number else None
