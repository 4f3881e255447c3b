"""What is done with the lists as a whole: order, folding, filters, and filters kept under a name."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.directions import isolated
from accounts.gone import Gone
from routing.access import ViewerRequest, viewer_required
from sessions.inbox import list_settings
from sessions.inbox.asking import Asked
from sessions.inbox.filters import FilterForm, chips_of
from sessions.inbox.lists import GroupName
from sessions.inbox.views import inbox_context, viewer_of
from sessions.models import ListSettings, SavedView
from sessions.refused import NameTaken


class ViewForm(forms.ModelForm[SavedView]):
    """Its name; what it shows stays what it is."""

    class Meta:
        model = SavedView
        fields = ["name"]
        error_messages = {
            "name": {
                "required": gettext_lazy("Give the view a name."),
                "max_length": gettext_lazy("Use at most %(limit_value)d characters."),
            }
        }

    def clean_name(self) -> str:
        """What looks the same is the same: pasted names have blanks and invisible characters."""
        name = " ".join("".join(one for one in self.cleaned_data["name"] if one.isprintable()).split())
        if not name:
            raise forms.ValidationError(_("Give the view a name."))
        return name


@require_POST
@viewer_required
def sort(request: ViewerRequest) -> HttpResponse:
    chosen = request.POST.get("sort", "")
    if chosen not in ListSettings.Sort:
        return HttpResponseBadRequest("Choose one of the list.", content_type="text/plain")
    list_settings.sort_by(request.user, ListSettings.Sort(chosen))
    return render(request, "sessions/inbox/_session_list.html", inbox_context(request))


@require_POST
@viewer_required
def fold(request: ViewerRequest, group: GroupName) -> HttpResponse:
    """`folded`: whether the group is now."""
    list_settings.fold(request.user, group.value, is_folded=request.POST.get("folded") == "1")
    return HttpResponse(status=204)


@require_GET
@viewer_required
def filters(request: ViewerRequest) -> HttpResponse:
    """The dialog; what is chosen in it becomes the inbox's URL."""
    asked = Asked.of(request.GET)
    form = FilterForm(viewer_of(request), asked)
    return render(request, "sessions/inbox/_filter_dialog.html", {"form": form, "asked": asked})


@require_http_methods(["GET", "POST"])
@viewer_required
def view_add(request: ViewerRequest) -> HttpResponse:
    """The dialog that keeps what the URL asks for under a name."""
    viewer, asked = viewer_of(request), Asked.of(request.GET)
    view = SavedView(user=request.user, query=asked.query)
    form = ViewForm(request.POST or None, instance=view)
    if request.method == "POST" and _is_saved(form):
        return _done()
    context = {"form": form, "asked": asked, "chips": chips_of(viewer, asked)}
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/inbox/_view_dialog.html", context, status=status)


@require_GET
@viewer_required
def views(request: ViewerRequest) -> HttpResponse:
    """The dialog in which they get other names, and go."""
    return _manage(request)


@require_POST
@viewer_required
def view_edit(request: ViewerRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    form = ViewForm(request.POST, instance=view, prefix=str(pk))
    try:
        if not _is_saved(form):
            return _manage(request, form)
    except Gone:
        return _changed(_manage(request, said=_("The view was removed meanwhile: nothing was saved.")))
    return _changed(_manage(request, said=_("The view is called “%s” now.") % isolated(form.instance.name)))


@require_POST
@viewer_required
def view_delete(request: ViewerRequest, pk: int) -> HttpResponse:
    view = SavedView.objects.filter(user=request.user, pk=pk).first()
    if view is not None:  # it may have gone in another window
        list_settings.delete_view(view)
    return _changed(_manage(request, said=_("The view is gone; its sessions are where they were.")))


def _own(request: ViewerRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView, user=request.user, pk=pk)


def _is_saved(form: ViewForm) -> bool:
    """If not, the form says why."""
    user = form.instance.user
    is_new = form.instance.pk is None
    if is_new and SavedView.objects.filter(user=user).count() >= list_settings.VIEWS_MOST:
        words = _("You have %(most)d views, which is as many as are kept. Remove one first.")
        form.add_error(None, words % {"most": list_settings.VIEWS_MOST})
    if not form.is_valid():
        return False
    try:
        list_settings.save_view(form.instance, **form.cleaned_data)
    except NameTaken:
        form.add_error("name", _("Another view of yours has this name. Choose another one."))
        return False
    return True


def _manage(request: ViewerRequest, refused: ViewForm | None = None, said: str = "") -> HttpResponse:
    """With the form that was refused, as it was typed."""
    views = SavedView.objects.filter(user=request.user)
    entries = [
        refused
        if refused is not None and refused.instance.pk == view.pk
        else ViewForm(instance=view, prefix=str(view.pk))
        for view in views
    ]
    context: dict[str, Any] = {"forms": entries, "said": said}
    status = 422 if refused else 200
    return render(request, "sessions/inbox/_views_dialog.html", context, status=status)


def _done() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = '{"dialog:close": "", "inbox:lists-anew": ""}'
    return answer


def _changed(answer: HttpResponse) -> HttpResponse:
    answer["HX-Trigger"] = "inbox:lists-anew"
    return answer
