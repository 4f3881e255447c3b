"""What the settings of the form come to, for an ITSP that can show it: nothing is asked, sent or saved."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import UserRequest, administrator_required
from channels.itsp import ITSPS


@administrator_required
@require_POST
def channel_preview(request: UserRequest, code: str) -> HttpResponse:
    """A fragment; without a script, a page of its own, so that the form stays where it is."""
    itsp = ITSPS.get(code)
    if itsp is None or not itsp.has_preview:
        raise Http404
    form = itsp.credentials_form(request.POST)
    form.is_valid()
    context = {
        "preview": itsp.preview(form.cleaned_data, request.POST.get("preview_sample", "")),
        "mistakes": _mistakes(form),
    }
    return render(request, "channels/_preview.html" if request.htmx else "channels/preview.html", context)


def _mistakes(form: forms.Form) -> list[tuple[str, str]]:
    """Of what was typed; what is still missing is none. With the fields' labels."""
    typed = [bound for bound in form if bound.errors and bound.data]
    told = [(str(bound.label), str(error)) for bound in typed for error in bound.errors]
    return told + [("", str(error)) for error in form.non_field_errors()]
