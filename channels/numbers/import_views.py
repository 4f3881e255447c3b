"""The page that imports numbers into a channel: it shows what each row will do before anything is stored."""

from collections import Counter

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.csv_export import csv_response
from accounts.csv_import import STORED, ImportForm, Outcome, preview_context
from accounts.gone import Gone
from channels import actions
from channels.models import Channel
from channels.numbers.importing import COLUMNS, ImportRow, preview
from channels.numbers.moving import Moves

EXAMPLE = [
    ["+25402161183", "Message Queue", "Support", "1001 1002"],
    ["+14155550100", "Extension", "1001", ""],
]


class NumberImportForm(ImportForm):
    columns = COLUMNS


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_import(request: UserRequest, pk: int) -> HttpResponse:
    """Posted once it shows what the rows will do; posted with `apply` it stores those without an error."""
    channel = get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
    form = NumberImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(
            request, "channels/numbers/import.html", {"channel": channel, "form": form}, status=status
        )
    rows = preview(channel, form.cleaned_data["rows"])
    if "apply" in request.POST and _stored(request, channel, rows):
        return redirect("channel-edit", pk)
    context = {"channel": channel, "text": form.cleaned_data["text"], **preview_context(rows)}
    return render(request, "channels/numbers/import_preview.html", context)


@administrator_required
@require_GET
def import_example(request: UserRequest) -> StreamingHttpResponse:
    header = ["Number", "Destination type", "Destination", "Extensions allowed"]
    return csv_response("numbers-example", header, EXAMPLE)


def _stored(request: UserRequest, channel: Channel, rows: list[ImportRow]) -> bool:
    todo = [row for row in rows if row.outcome in STORED]
    moves = Moves.by_adding(channel, [row.number for row in todo])
    try:
        actions.import_rules(channel, [row.rule for row in todo])
    except (IntegrityError, Gone):
        messages.warning(request, _("Somebody else changed something at the same moment. Look once more."))
        return False
    counts = Counter(row.outcome for row in todo)
    named = {"added": counts[Outcome.ADD], "changed": counts[Outcome.CHANGE]}
    messages.success(request, _("Numbers added: %(added)d, changed: %(changed)d.") % named)
    for words in moves.words:
        messages.warning(request, words)
    return True
