"""The pages that ask before a channel, an extension or a message queue is deleted."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from channels import life
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import archiving
from sessions.consequences import consequences_of

CONFLICT = 409


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_delete(request: UserRequest, pk: int) -> HttpResponse:
    """While messages wait to be sent, it is for the administrator to choose what becomes of them."""
    channel = get_object_or_404(Channel.objects.live(), pk=pk)
    choice = request.POST.get("waiting", "")
    if choice == "drain":
        life.drain(channel)
        messages.success(request, _("“%s” is deleted once its messages are sent.") % channel)
        return redirect("channel-list")
    archive = partial(archiving.archive_channel, cancel_waiting=choice == "cancel")
    question = _("Delete the channel “%s”?") % channel
    return _delete_page(request, channel, archive, question, "channel-list")


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_delete(request: UserRequest, pk: int) -> HttpResponse:
    extension = get_object_or_404(Extension.objects.live().select_related("user"), pk=pk)
    question = _("Delete the extension “%s”?") % extension
    return _delete_page(request, extension, archiving.archive_extension, question, "extension-list")


@administrator_required
@require_http_methods(["GET", "POST"])
def queue_delete(request: UserRequest, pk: int) -> HttpResponse:
    queue = get_object_or_404(MessageQueue.objects.live(), pk=pk)
    question = _("Delete the message queue “%s”?") % queue
    return _delete_page(request, queue, archiving.archive_queue, question, "queue-list")


def _delete_page(
    request: UserRequest, subject: Any, archive: Callable[[Any], None], question: str, list_url: str
) -> HttpResponse:
    consequences, status = consequences_of(subject), 200
    if request.method == "POST":
        try:
            archive(subject)
        except archiving.Hindered as hindered:
            consequences, status = hindered.consequences, CONFLICT
        else:
            messages.success(request, _("“%s” was deleted.") % subject)
            return redirect(list_url)
    context = {"question": question, "consequences": consequences, "list_url": list_url}
    context |= {"blocked": consequences.is_hindered, "subject": subject, "unanswered": status == CONFLICT}
    return render(request, "sessions/delete.html", context, status=status)
