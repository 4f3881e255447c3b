"""Lists and forms of extensions and message queues. Their delete pages are in sessions."""

from contextlib import suppress

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required, supervisor_required
from accounts.actions import activate_login
from accounts.csv_export import csv_response
from accounts.directions import isolated
from accounts.gone import Gone, may_save, say_gone, status_of, to_edit
from accounts.invitation_views import lead_to_invitation
from accounts.listing import Columns, listing_of
from routing import actions
from routing.extension_rows import HEADER, exported
from routing.forms import ExtensionForm
from routing.models import Extension, MessageQueue
from routing.queue_forms import MessageQueueForm

EXTENSION_COLUMNS: Columns = {
    "number": [Length("number"), "number"],  # 999 comes before 1001
    "name": ["name"],
    "username": ["user__username"],
    "email": ["user__email"],
    "queues": [Count("queues", filter=Q(queues__archived_at=None))],
}
# An extension that is archived has left its queues.
QUEUE_COLUMNS: Columns = {"name": ["name"], "agents": [Count("agents")], "pickup_mode": ["pickup_mode"]}


@administrator_required
def extension_list(request: UserRequest) -> HttpResponse:
    live_queues = Prefetch("queues", MessageQueue.objects.live(), to_attr="live_queues")
    rows = Extension.objects.live().select_related("user__invitation").prefetch_related(live_queues)
    search = ["number", "name", "user__username", "user__email"]
    listing = listing_of(request, rows, columns=EXTENSION_COLUMNS, search=search)
    return render(request, "routing/extension_list.html", {"listing": listing})


@administrator_required
@require_GET
def extension_export(request: UserRequest) -> StreamingHttpResponse:
    """In the columns that the import reads."""
    return csv_response("extensions", HEADER, exported(Extension.objects.live()))


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_add(request: UserRequest) -> HttpResponse:
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with suppress(IntegrityError):  # somebody was faster: the form, read again, says so
            extension = actions.create_extension(**form.cleaned_data)
            messages.success(request, _("The extension “%s” was added.") % isolated(extension))
            invited = form.cleaned_data.get("invite") and lead_to_invitation(request, extension.user)
            return invited or redirect("extension-list")
        form = ExtensionForm(request.POST)
    return _form_page(request, "routing/extension_form.html", form)


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_edit(request: UserRequest, pk: int) -> HttpResponse:
    every = Extension.objects.select_related("user")
    extension = to_edit(request, every.filter(archived_at=None), pk, archived=every)
    form = ExtensionForm(request.POST or None, instance=extension)
    if may_save(request, form):
        try:
            actions.update_extension(extension, **form.cleaned_data)
            messages.success(request, _("The extension “%s” was saved.") % isolated(extension))
            return redirect("extension-list")
        except IntegrityError:
            form = ExtensionForm(request.POST, instance=extension)
        except Gone:
            say_gone(form)
    return _form_page(request, "routing/extension_form.html", form)


@administrator_required
@require_POST
def extension_activate(request: UserRequest, pk: int) -> HttpResponse:
    """Its opposite, which asks where sessions go, is in sessions."""
    extension = get_object_or_404(Extension.objects.live().select_related("user"), pk=pk)
    activate_login(extension.user)
    messages.success(request, _("“%s” can log in again.") % isolated(extension))
    return redirect("extension-list")


@supervisor_required
def queue_list(request: UserRequest) -> HttpResponse:
    """Supervisors see their own, for who is available."""
    live_agents = Prefetch("agents", Extension.objects.live(), to_attr="live_agents")
    rows = MessageQueue.objects.live().prefetch_related(live_agents)
    if not request.user.is_administrator:
        rows = rows.filter(supervisors=request.user.pk)
    listing = listing_of(request, rows, columns=QUEUE_COLUMNS, search=["name"])
    return render(request, "routing/queue_list.html", {"listing": listing})


@administrator_required
@require_http_methods(["GET", "POST"])
def queue_add(request: UserRequest) -> HttpResponse:
    form = MessageQueueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with suppress(IntegrityError):
            queue = actions.create_queue(**form.cleaned_data)
            messages.success(request, _("The message queue “%s” was added.") % isolated(queue))
            return redirect("queue-list")
        form = MessageQueueForm(request.POST)
    return _form_page(request, "routing/queue_form.html", form)


@administrator_required
@require_http_methods(["GET", "POST"])
def queue_edit(request: UserRequest, pk: int) -> HttpResponse:
    queue = to_edit(request, MessageQueue.objects.live(), pk, archived=MessageQueue.objects)
    form = MessageQueueForm(request.POST or None, instance=queue)
    if may_save(request, form):
        try:
            actions.update_queue(queue, **form.cleaned_data)
            messages.success(request, _("The message queue “%s” was saved.") % isolated(queue))
            return redirect("queue-list")
        except IntegrityError:
            form = MessageQueueForm(request.POST, instance=queue)
        except Gone:
            say_gone(form)
    return _form_page(request, "routing/queue_form.html", form)


def _form_page(request: HttpRequest, template: str, form: ExtensionForm | MessageQueueForm) -> HttpResponse:
    return render(request, template, {"form": form}, status=status_of(request, form))
