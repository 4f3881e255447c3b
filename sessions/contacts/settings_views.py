"""The administrators' page of contacts: fields of their own, links to other systems, how one is called."""

from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.gone import Gone, may_save, say_gone, status_of, to_edit
from sessions import actions
from sessions.contacts.patterns import known_placeholders, renamed
from sessions.contacts.settings_forms import (
    CALL_EXAMPLES,
    CallForm,
    ContactFieldForm,
    ContactLinkForm,
    why_not_live,
)
from sessions.contacts.values import live_fields
from sessions.models import ContactField, ContactLink, ContactSettings

STEPS = {"up": -1, "down": 1}


@administrator_required
@require_http_methods(["GET", "POST"])
def contact_settings(request: UserRequest) -> HttpResponse:
    """Posted, it saves what a click on a number opens."""
    form = CallForm(request.POST or None, instance=ContactSettings.load())
    if request.method == "POST" and form.is_valid():
        actions.save_call_pattern(form.cleaned_data["call_pattern"])
        messages.success(request, _("Click-to-call was saved."))
        return redirect("contact-settings")
    status = 422 if request.method == "POST" else 200
    context = _fields() | _links() | {"form": form, "call_examples": CALL_EXAMPLES}
    return render(request, "sessions/contacts/settings.html", context, status=status)


def _fields() -> dict[str, Any]:
    archived = list(ContactField.objects.archived())
    return {"fields": live_fields(), "archived": archived, "fields_most": ContactField.MOST}


def _links() -> dict[str, Any]:
    return {"links": list(ContactLink.objects.all()), "links_most": ContactLink.MOST}


@administrator_required
@require_http_methods(["GET", "POST"])
def field_add(request: UserRequest) -> HttpResponse:
    return _field_form(request, None)


@administrator_required
@require_http_methods(["GET", "POST"])
def field_edit(request: UserRequest, pk: int) -> HttpResponse:
    return _field_form(request, to_edit(request, ContactField.objects.live(), pk))


def _field_form(request: UserRequest, field: ContactField | None) -> HttpResponse:
    before = ContactField(name=field.name, key=field.key) if field else None
    with suppress(Gone), _deciding(request):
        form = ContactFieldForm(request.POST or None, instance=field)
        if may_save(request, form):
            name = form.cleaned_data["name"]
            is_renamed = before is not None and before.name != name
            rename = (lambda text: renamed(text, before, name)) if before and is_renamed else None
            saved = actions.save_field(form.instance, renamed=rename)
            messages.success(request, _("The field “%s” was saved.") % isolated(saved))
            return redirect("contact-settings")
    return _form(request, "field", form)


@administrator_required
@require_http_methods(["GET", "POST"])
def field_remove(request: UserRequest, pk: int) -> HttpResponse:
    """Archives a field that contacts have values in; deletes one of which there are none."""
    field = get_object_or_404(ContactField.objects.live(), pk=pk)
    if request.method == "POST":
        with actions.deciding_on_contacts():
            archived = actions.remove_field(field)
        said = _("The field “%s” was archived.") if archived else _("The field “%s” was deleted.")
        messages.success(request, said % field)
        return redirect("contact-settings")
    count = field.values.count()
    page = {"icon": "bi-archive", "button": _("Archive")} if count else {}
    context = {"field": field, "value_count": count, "page": page}
    return render(request, "sessions/contacts/field_remove.html", context)


@administrator_required
@require_POST
def field_bring_back(request: UserRequest, pk: int) -> HttpResponse:
    with actions.deciding_on_contacts():
        field = get_object_or_404(ContactField.objects.archived(), pk=pk)
        if reason := why_not_live(field.name, field.pk):
            messages.error(request, reason)
        else:
            actions.bring_back_field(field)
            messages.success(request, _("The field “%s” is back, with its values.") % isolated(field))
    return redirect("contact-settings")


@administrator_required
@require_POST
def field_move(request: UserRequest, pk: int) -> HttpResponse:
    return _move(request, ContactField, pk, "sessions/contacts/_fields_card.html", _fields)


@administrator_required
@require_http_methods(["GET", "POST"])
def link_add(request: UserRequest) -> HttpResponse:
    return _link_form(request, None)


@administrator_required
@require_http_methods(["GET", "POST"])
def link_edit(request: UserRequest, pk: int) -> HttpResponse:
    return _link_form(request, to_edit(request, ContactLink.objects.all(), pk))


def _link_form(request: UserRequest, link: ContactLink | None) -> HttpResponse:
    with suppress(Gone), _deciding(request):
        form = ContactLinkForm(request.POST or None, instance=link)
        if may_save(request, form):
            saved = actions.save_contact_link(form.instance)
            messages.success(request, _("The link “%s” was saved.") % isolated(saved))
            return redirect("contact-settings")
    return _form(request, "link", form, placeholders=known_placeholders(live_fields()))


@administrator_required
@require_http_methods(["GET", "POST"])
def link_delete(request: UserRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(ContactLink, pk=pk)
    if request.method == "POST":
        actions.delete_contact_link(link)
        messages.success(request, _("The link “%s” was deleted.") % isolated(link))
        return redirect("contact-settings")
    return render(request, "sessions/contacts/link_delete.html", {"link": link})


@administrator_required
@require_POST
def link_move(request: UserRequest, pk: int) -> HttpResponse:
    return _move(request, ContactLink, pk, "sessions/contacts/_links_card.html", _links)


def _deciding(request: UserRequest) -> AbstractContextManager[Any]:
    return actions.deciding_on_contacts() if request.method == "POST" else nullcontext()


def _form(request: UserRequest, what: str, form: ModelForm[Any], **more: Any) -> HttpResponse:
    if form.is_bound and form.is_valid():  # and yet it was not saved
        say_gone(form)
    status = status_of(request, form)
    return render(request, f"sessions/contacts/{what}_form.html", {"form": form, **more}, status=status)


def _move(request: UserRequest, model: Any, pk: int, template: str, context: Any) -> HttpResponse:
    """`to`: up or down. The card is shown anew, so that the focus stays on the button."""
    step = STEPS.get(request.POST.get("to", ""))
    if step is None:
        return HttpResponseBadRequest("Move it up or down.", content_type="text/plain")
    with actions.deciding_on_contacts():
        rows = list(model.objects.live() if model is ContactField else model.objects.all())
        get_object_or_404(model, pk=pk)
        actions.move_one(rows, pk, by=step)
    return render(request, template, context()) if request.htmx else redirect("contact-settings")
