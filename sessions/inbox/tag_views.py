"""The administrators' pages of tags."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.gone import Gone, may_save, say_gone, status_of, to_edit
from accounts.listing import listing_of
from sessions import actions
from sessions.inbox.tag_forms import TagForm
from sessions.models import Tag

COLUMNS = {"name": ["name"], "sessions": ["session_count"]}


@administrator_required
@require_GET
def tag_list(request: UserRequest) -> HttpResponse:
    tags = Tag.objects.annotate(session_count=Count("sessions"))
    listing = listing_of(request, tags, columns=COLUMNS, search=["name"])
    return render(request, "sessions/inbox/tag_list.html", {"listing": listing})


@administrator_required
@require_http_methods(["GET", "POST"])
def tag_add(request: UserRequest) -> HttpResponse:
    return _form(request, TagForm(request.POST or None), _("The tag “%s” was added."))


@administrator_required
@require_http_methods(["GET", "POST"])
def tag_edit(request: UserRequest, pk: int) -> HttpResponse:
    tag = to_edit(request, Tag.objects.all(), pk)
    return _form(request, TagForm(request.POST or None, instance=tag), _("The tag “%s” was saved."))


@administrator_required
@require_http_methods(["GET", "POST"])
def tag_delete(request: UserRequest, pk: int) -> HttpResponse:
    tag = get_object_or_404(Tag.objects.annotate(session_count=Count("sessions")), pk=pk)
    if request.method == "POST":
        actions.delete_tag(tag)
        messages.success(request, _("The tag “%s” was deleted.") % isolated(tag))
        return redirect("tag-list")
    return render(request, "sessions/inbox/tag_delete.html", {"subject": tag})


def _form(request: UserRequest, form: TagForm, said: str) -> HttpResponse:
    if may_save(request, form):
        try:
            messages.success(request, said % actions.save_tag(form.instance, **form.cleaned_data))
            return redirect("tag-list")
        except actions.NameTaken:  # at this moment: the form, read again, says so
            form = TagForm(request.POST, instance=Tag.objects.filter(pk=form.instance.pk).first())
        except Gone:
            say_gone(form)
    status = status_of(request, form)
    return render(request, "sessions/inbox/tag_form.html", {"form": form}, status=status)
