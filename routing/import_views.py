"""The pages that import extensions, and export them in the same columns."""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.csv_export import csv_response
from accounts.csv_import import STORED, ImportForm, Outcome, preview_context
from routing.extension_import import COLUMNS, HEADER, ExtensionRow, exported, preview
from routing.importing import import_extensions
from routing.models import Extension

EXAMPLE = [
    ["1001", "Ada Lovelace", "ada", "ada@example.com", "yes", "Support | Sales"],
    ["1002", "Ben Barker", "ben", "", "yes", ""],
]


class ExtensionImportForm(ImportForm):
    columns = COLUMNS


@administrator_required
@require_http_methods(["GET", "POST"])
def extension_import(request: UserRequest) -> HttpResponse:
    """Posted once it shows what the rows will do; posted with `apply` it stores those without an error."""
    form = ExtensionImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "routing/extension_import.html", {"form": form}, status=status)
    rows = preview(form.cleaned_data["rows"])
    if "apply" in request.POST and _stored(request, rows):
        return redirect("extension-list")
    context = {"text": form.cleaned_data["text"], **preview_context(rows)}
    return render(request, "routing/extension_import_preview.html", context)


@administrator_required
@require_GET
def extension_import_example(request: UserRequest) -> StreamingHttpResponse:
    return csv_response("extensions-example", HEADER, EXAMPLE)


@administrator_required
@require_GET
def extension_export(request: UserRequest) -> StreamingHttpResponse:
    return csv_response("extensions", HEADER, exported(Extension.objects.live()))


def _stored(request: UserRequest, rows: list[ExtensionRow]) -> bool:
    todo = [row for row in rows if row.outcome in STORED]
    try:
        invited = import_extensions(todo)
    except IntegrityError:
        messages.warning(request, _("Somebody else changed something at the same moment. Look once more."))
        return False
    counts = Counter(row.outcome for row in todo)
    named = {"added": counts[Outcome.ADD], "changed": counts[Outcome.CHANGE]}
    messages.success(request, _("Extensions added: %(added)d, changed: %(changed)d.") % named)
    if invited:
        messages.info(request, _how_they_log_in(invited))
    return True


def _how_they_log_in(invited: int) -> str:
    if settings.EMAIL_IS_SET:
        words = _(
            "New logins: %d. Each has a link for setting a password, which is e-mailed to those who have an "
            "address. The others’ links are behind “Password link” on their extension’s page."
        )
    else:
        words = _(
            "New logins: %d. Each has a link for setting a password: give it to them from “Password link” on "
            "their extension’s page."
        )
    return words % invited
