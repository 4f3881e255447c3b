"""A person's request: what there is of them is handed out, put on hold, or erased. By administrators."""

import tempfile
from typing import IO

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.access import UserRequest, administrator_required
from accounts.models import AuditEntry
from retention.forms import HoldForm
from retention.models import Erasure, ending_of
from retention.persons import archives, erasing, handing_out, holds, texts
from sessions.models import Contact, Message, MessagingSession
from sessions.opt_outs import ledger

IN_MEMORY_BYTES = 1024 * 1024


@administrator_required
@require_GET
def person(request: UserRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    return render(request, "retention/person.html", _about(contact) | {"form": HoldForm()})


@administrator_required
@require_http_methods(["GET", "POST"])
def hand_out(request: UserRequest, pk: int) -> HttpResponseBase:
    """By POST: it is noted in the audit log. A large archive is made by the worker; GET says how far."""
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "GET":
        if not request.htmx:
            return redirect("person", pk)
        return render(request, "retention/_hand_out.html", {"contact": contact} | _archive(contact))
    made = archives.of(contact.address)
    if made and "anew" not in request.POST and (file := archives.opened(made)):
        return _download(contact, file)
    if made or not archives.is_small(contact.address):
        archives.ask(contact.address, by=request.user)
        return redirect("person", pk)
    return _download(contact, _written(contact.address))


def _written(address: str) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115  the response closes it
    handing_out.write_archive(address, file)
    file.seek(0)
    return file


def _download(contact: Contact, file: IO[bytes]) -> FileResponse:
    audit.note(contact, AuditEntry.Action.HANDED_OUT, name=ending_of(contact.address))
    return FileResponse(
        file, as_attachment=True, filename="personal-data.zip", content_type="application/zip"
    )


@administrator_required
@require_http_methods(["GET", "POST"])
def erase(request: UserRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    about = _about(contact)
    if request.method == "POST" and not about["hold"]:
        try:
            erasing.ask(contact.address, by=request.user)
            messages.success(request, _("The data are being erased. The list below says when that is done."))
            return redirect("retention")
        except erasing.OnHold:
            about = _about(contact)
    status = 409 if request.method == "POST" else 200
    context = about | {"page": {"icon": "bi-eraser", "button": _("Erase for ever")}}
    context |= {"consequences": {"is_hindered": bool(about["hold"])}}
    return render(request, "retention/erase.html", context, status=status)


@administrator_required
@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """An erasure that waits still."""
    if erasing.withdraw(get_object_or_404(Erasure, pk=pk)):
        messages.success(request, _("The erasure was withdrawn."))
    return redirect("retention")


@administrator_required
@require_POST
def hold(request: UserRequest, pk: int) -> HttpResponse:
    contact, form = get_object_or_404(Contact, pk=pk), HoldForm(request.POST)
    if not form.is_valid():
        return render(request, "retention/person.html", _about(contact) | {"form": form}, status=422)
    holds.put(contact.address, reason=form.cleaned_data["reason"])
    messages.success(request, _("The contact is on legal hold: nothing of it is removed."))
    return redirect("person", pk)


@administrator_required
@require_POST
def lift(request: UserRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if holds.lift(contact.address):
        messages.success(request, _("The legal hold was lifted."))
    return redirect("person", pk)


def _archive(contact: Contact) -> dict[str, object]:
    return {"hand_out": archives.of(contact.address), "is_mailed": settings.EMAIL_IS_SET}


def _about(contact: Contact) -> dict[str, object]:
    sessions = MessagingSession.objects.filter(contact=contact.address)
    said = Message.objects.filter(session__in=sessions).exclude(kind=Message.Kind.SYSTEM)
    return {
        "contact": contact,
        **_archive(contact),
        "hold": holds.hold_of(contact.address),
        "erasure": erasing.waiting(contact.address),
        "sessions": sessions.count(),
        "texts": said.count(),
        "on_the_way": texts.on_the_way(contact.address),
        "opted_out": ledger.current().filter(contact=contact.address, opted_out=True).exists(),
    }
