"""The message logs: all sessions to administrators, to supervisors those of their message queues."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import UserRequest, supervisor_required
from accounts.directions import isolated
from accounts.ids import read_id
from accounts.listing import ROWS_PER_PAGE
from accounts.log_listing import log_listing
from pbx_messaging.databases import reads_replica
from sessions import actions
from sessions.contacts.lookup import contact_names, contact_of
from sessions.inbox.session_forms import TransferForm
from sessions.inbox.thread import page_of
from sessions.logs.entries import begun, log_of
from sessions.logs.forms import LogFilterForm
from sessions.models import MessagingSession, MessagingSessionQuerySet
from sessions.queries import listed, logged_for, operations_of
from sessions.refusals import Act, refuse


@supervisor_required
@require_GET
@reads_replica
def log_list(request: UserRequest) -> HttpResponse:
    return _list(request, TransferForm())


@supervisor_required
@require_GET
def log_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, _session(request, pk), TransferForm())


@supervisor_required
@require_POST
def log_transfer(request: UserRequest) -> HttpResponse:
    """Those that are ticked; then back to the list as it was."""
    form, chosen = TransferForm(request.POST), _chosen(request)
    if not chosen.exists():
        form.add_error(None, _("Tick the sessions that are to go there."))
    if form.is_valid() and _moved(request, form, chosen):
        return redirect(f"{reverse('log-list')}?{request.GET.urlencode()}")
    return _list(request, form, status=422)


@supervisor_required
@require_POST
def log_transfer_one(request: UserRequest, pk: int) -> HttpResponse:
    session, form = _session(request, pk), TransferForm(request.POST)
    if form.is_valid() and _moved(request, form, logged_for(request.user).filter(pk=pk)):
        still_seen = logged_for(request.user).filter(pk=pk).exists()
        return redirect("log-detail", pk) if still_seen else redirect("log-list")
    return _detail(request, session, form, status=422)


def _list(request: UserRequest, form: TransferForm, status: int = 200) -> HttpResponse:
    filters = LogFilterForm(request.GET, user=request.user)
    listing = log_listing(request, log_of(logged_for(request.user), filters), time="last_active_at")
    context = {
        "listing": listing,
        "filters": filters,
        "transfer": form,
        "names": contact_names(session.contact for session in listing.rows),
        "chosen": set(map(int, _ids(request))),
    }
    return render(request, "sessions/logs/list.html", context, status=status)


def _detail(
    request: UserRequest, session: MessagingSession, form: TransferForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "session": session,
        "contact": contact_of(session.contact),
        "thread": page_of(session, None, before=read_id(request.GET.get("before", ""))),
        "is_newest": "before" not in request.GET,
        "lines": operations_of(session),
        "places": {},  # in the queue: the agents' page shows them, live
        "transfer": form,
    }
    return render(request, "sessions/logs/detail.html", context, status=status)


def _session(request: UserRequest, pk: int) -> MessagingSession:
    return get_object_or_404(begun(listed(logged_for(request.user))), pk=pk)


def _chosen(request: UserRequest) -> MessagingSessionQuerySet:
    return logged_for(request.user).filter(pk__in=_ids(request))


def _ids(request: HttpRequest) -> list[int]:
    ids = [read_id(text) for text in request.POST.getlist("session")[:ROWS_PER_PAGE]]
    return [pk for pk in ids if pk]


def _moved(request: UserRequest, form: TransferForm, sessions: MessagingSessionQuerySet) -> bool:
    """False if it is not possible any more; the form says why."""
    try:
        count = actions.move(sessions, by=request.user, **form.values)
    except actions.ActionError as refused:
        refuse(form, refused, Act.TRANSFER)
        return False
    words = ngettext("%(n)d session went to %(to)s.", "%(n)d sessions went to %(to)s.", count)
    messages.success(request, words % {"n": count, "to": isolated(form.values["to"])})
    return True
