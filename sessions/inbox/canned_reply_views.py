"""Canned replies: agents keep their own, administrators and supervisors those of all and of queues."""

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.directions import isolated
from accounts.gone import Gone, may_save, say_gone, status_of, to_edit
from accounts.listing import listing_of
from accounts.models import User
from routing.access import AgentRequest, agent_of, agent_required
from sessions import actions
from sessions.contacts.values import live_fields
from sessions.inbox import canned_replies
from sessions.inbox.canned_reply_forms import CannedReplyForm
from sessions.inbox.shown_session import session_of
from sessions.models import CannedReply

COLUMNS = {"shortcut": ["shortcut"], "text": ["body"], "owner": ["queue__name", "agent"]}


@require_GET
@agent_required
def usable(request: AgentRequest, pk: int) -> HttpResponse:
    """Lists what the agent can insert in a session, its variables filled in."""
    found = canned_replies.filled(session_of(request, pk), request.agent)
    return JsonResponse({"replies": [{"shortcut": one.shortcut, "body": one.body} for one in found]})


@require_GET
def canned_reply_list(request: HttpRequest) -> HttpResponse:
    managed = _managed(request)
    rows = managed.select_related("agent", "queue")
    listing = listing_of(request, rows, columns=COLUMNS, search=["shortcut", "body"])
    return render(request, "sessions/inbox/canned_reply_list.html", {"listing": listing})


@require_http_methods(["GET", "POST"])
def canned_reply_add(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "POST"])
def canned_reply_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edited(request, to_edit(request, _managed(request), pk))


@require_http_methods(["GET", "POST"])
def canned_reply_delete(request: HttpRequest, pk: int) -> HttpResponse:
    reply = get_object_or_404(_managed(request), pk=pk)
    if request.method == "POST":
        actions.delete_canned_reply(reply)
        messages.success(request, _("The canned reply “%s” was deleted.") % isolated(reply))
        return redirect("canned-reply-list")
    return render(request, "sessions/inbox/canned_reply_delete.html", {"reply": reply})


def _managed(request: HttpRequest) -> QuerySet[CannedReply]:
    """A page for whoever may have canned replies at all."""
    user, agent = cast(User, request.user), agent_of(request)
    if not (agent or user.is_administrator or user.is_supervisor):
        raise Http404
    return canned_replies.managed_by(user, agent)


def _edited(request: HttpRequest, reply: CannedReply | None) -> HttpResponse:
    _managed(request)
    who = {"user": cast(User, request.user), "agent": agent_of(request)}
    form = CannedReplyForm(request.POST or None, instance=reply, **who)  # type: ignore[arg-type]
    if may_save(request, form):
        try:
            saved = actions.save_canned_reply(form.instance, **form.values)
            messages.success(request, _("The canned reply “%s” was saved.") % isolated(saved))
            return redirect("canned-reply-list")
        except actions.NameTaken:  # somebody was faster: the form, read again, says so
            form = CannedReplyForm(request.POST, instance=reply, **who)  # type: ignore[arg-type]
        except Gone:
            say_gone(form)
    status = status_of(request, form)
    context = {"form": form, "variables": canned_replies.VARIABLES, "fields": live_fields()}
    return render(request, "sessions/inbox/canned_reply_form.html", context, status=status)
