"""The page that imports numbers into a channel: it shows what each row will do before anything is stored."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.csv_export import csv_response
from channels import actions
from channels.models import Channel
from channels.number_import import ImportRow, Outcome, cells_of, decoded, preview

BYTES_MOST = 1024 * 1024
EXAMPLE = [
    ["+25402161183", "Message Queue", "Support", "1001 1002"],
    ["+14155550100", "Extension", "1001", ""],
]


class ImportForm(forms.Form):
    """A file, or pasted text; after validation `rows` are its cells, and `text` can be sent again."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=gettext_lazy("As Excel, LibreOffice or Google Sheets save it, up to 1,000 rows."),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "font-monospace", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload, name = cleaned.get("file"), "file" if cleaned.get("file") else "text"
        if (upload and upload.size > BYTES_MOST) or len(cleaned.get("text") or "") > BYTES_MOST:
            raise ValidationError({name: _("This is too large. Import at most 1,000 rows at once.")})
        text = decoded(upload.read()) if upload else cleaned.get("text") or ""
        cleaned["text"] = text.replace("\0", "")
        if not self.errors:
            try:
                cleaned["rows"] = cells_of(cleaned["text"])
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error
        return cleaned


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_import(request: UserRequest, pk: int) -> HttpResponse:
    """Posted once it shows what the rows will do; posted with `apply` it stores those without an error."""
    channel = get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "channels/import.html", {"channel": channel, "form": form}, status=status)
    rows = preview(channel, form.cleaned_data["rows"])
    if "apply" in request.POST and _stored(request, channel, rows):
        return redirect("channel-edit", pk)
    counts = Counter(row.outcome for row in rows)
    context = {
        "channel": channel,
        "rows": rows,
        "text": form.cleaned_data["text"],
        "counts": [(outcome, outcome.label, counts[outcome]) for outcome in Outcome if counts[outcome]],
        "to_store": counts[Outcome.ADD] + counts[Outcome.CHANGE],
        "wrong": counts[Outcome.ERROR],
    }
    return render(request, "channels/import_preview.html", context)


@administrator_required
@require_GET
def import_example(request: UserRequest) -> StreamingHttpResponse:
    header = ["Number", "Destination type", "Destination", "Extensions allowed"]
    return csv_response("numbers-example", header, EXAMPLE)


def _stored(request: UserRequest, channel: Channel, rows: list[ImportRow]) -> bool:
    todo = [row for row in rows if row.outcome in {Outcome.ADD, Outcome.CHANGE}]
    try:
        actions.import_rules(channel, [row.rule for row in todo])
    except IntegrityError:
        messages.warning(request, _("Somebody else changed something at the same moment. Look once more."))
        return False
    counts = Counter(row.outcome for row in todo)
    named = {"added": counts[Outcome.ADD], "changed": counts[Outcome.CHANGE]}
    messages.success(request, _("Numbers added: %(added)d, changed: %(changed)d.") % named)
    return True
