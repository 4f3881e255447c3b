"""The pages that ask before a channel, an extension or a message queue goes away, and where sessions go."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.actions import Refused
from accounts.directions import isolated
from channels.actions import drain_channel
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions.actions.transferring import Destination
from sessions.ending import archiving
from sessions.ending.consequences import Consequences, consequences_of, consequences_of_deactivating
from sessions.ending.rehoming_forms import RehomingForm
from sessions.refusals import Act, words_for
from sessions.refused import NoDestination


@dataclass(frozen=True)
class Question:
    """What a page asks, and says when it is done."""

    question: str
    done: str
    list_url: str
    button: str
    note: str
    icon: str = "bi-trash"


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_delete(request: UserRequest, pk: int) -> HttpResponse:
    """While messages wait to be sent, it is for the administrator to choose what becomes of them."""
    channel = get_object_or_404(Channel.objects.live(), pk=pk)
    choice = request.POST.get("waiting", "")
    page, found = _deleting(_("Delete the channel “%s”?"), channel, "channel-list"), consequences_of(channel)
    cancel = choice == "cancel"
    if choice == "drain":
        page = replace(page, done=_("“%s” is deleted once its messages are sent.") % isolated(channel))
        return _ask(request, page, found, lambda to: drain_channel(channel), channel)
    return _ask(
        request, page, found, lambda to: archiving.archive_channel(channel, cancel_waiting=cancel), channel
    )


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_delete(request: UserRequest, pk: int) -> HttpResponse:
    extension = _extension(pk)
    page = _deleting(_("Delete the extension “%s”?"), extension, "extension-list")
    found = consequences_of(extension)
    return _ask(request, page, found, lambda to: archiving.archive_extension(extension, to=to), extension)


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_deactivate(request: UserRequest, pk: int) -> HttpResponse:
    extension = _extension(pk)
    page = Question(
        question=_("Deactivate the extension “%s”?") % isolated(extension),
        done=_("“%s” was deactivated.") % isolated(extension),
        list_url="extension-list",
        button=_("Deactivate"),
        note=_("Its number, message queues and login are kept."),
        icon="bi-person-slash",
    )
    found = consequences_of_deactivating(extension)
    return _ask(request, page, found, lambda to: archiving.deactivate_extension(extension, to=to), extension)


@administrator_required
@require_http_methods(["GET", "POST"])
def queue_delete(request: UserRequest, pk: int) -> HttpResponse:
    queue = get_object_or_404(MessageQueue.objects.live(), pk=pk)
    page = _deleting(_("Delete the message queue “%s”?"), queue, "queue-list")
    return _ask(
        request, page, consequences_of(queue), lambda to: archiving.archive_queue(queue, to=to), queue
    )


def _extension(pk: int) -> Extension:
    return get_object_or_404(Extension.objects.live().select_related("user"), pk=pk)


def _deleting(question: str, subject: Channel | Destination, list_url: str) -> Question:
    done, note = _("“%s” was deleted.") % isolated(subject), _("Past sessions and counts are kept.")
    return Question(question % isolated(subject), done, list_url, _("Delete"), note)


def _ask(
    request: UserRequest,
    page: Question,
    consequences: Consequences,
    act: Callable[[Destination | None], None],
    subject: Channel | Destination,
) -> HttpResponse:
    """Asks before it acts, and where the open sessions of an extension or a queue go, if it holds some."""
    data, form = request.POST if request.method == "POST" else None, None
    if consequences.sessions and not isinstance(subject, Channel):
        form = RehomingForm(data, holder=subject, consequences=consequences)
    context: dict[str, Any] = {"page": page, "form": form, "consequences": consequences, "subject": subject}
    context["channel"] = subject if isinstance(subject, Channel) else None
    status = 200 if data is None else 422
    if data is not None and (form is None or form.is_valid()):
        try:
            act(form.destination if form else None)
        except archiving.Hindered as hindered:
            context |= {"consequences": hindered.consequences, "unanswered": True}
            status = 409
        except Refused as refused:
            context["refusal"], status = str(refused), 409
        except ObjectDoesNotExist:
            messages.warning(
                request, _("“%s” was deleted by somebody else at this moment.") % isolated(subject)
            )
            return redirect(page.list_url)
        except NoDestination as gone:
            messages.warning(request, words_for(gone, Act.DELETE))
            return redirect(request.path)
        else:
            messages.success(request, page.done)
            return redirect(page.list_url)
    return render(request, "sessions/ending/delete.html", context, status=status)
