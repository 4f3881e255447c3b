"""The address book from a spreadsheet, and back into one."""

from collections import Counter
from itertools import chain

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response, in_batches
from accounts.csv_import import STORED, ImportForm, Outcome, preview_context
from accounts.listing import Query
from sessions import actions
from sessions.contacts.importing import COLUMNS, ContactRow, preview
from sessions.contacts.views import COLUMNS as SORTED_BY
from sessions.contacts.views import ordered
from sessions.models import Contact

HEADER = ["Number", "Name", "Notes"]  # which the import reads; not translated
EXAMPLE = [["+14155550123", "Ada Lovelace", "Prefers to be called Countess"], ["+25402161183", "Ben", ""]]


class ContactImportForm(ImportForm):
    columns = COLUMNS


@supervisor_required
@require_http_methods(["GET", "POST"])
def contacts_import(request: UserRequest) -> HttpResponse:
    """Posted once it shows what the rows will do; posted with `apply` it stores those without an error."""
    form = ContactImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "sessions/contacts/import.html", {"form": form}, status=status)
    rows = preview(form.cleaned_data["rows"])
    if "apply" in request.POST:
        _store(request, [row for row in rows if row.outcome in STORED])
        return redirect("contact-list")
    context = {"text": form.cleaned_data["text"], **preview_context(rows)}
    return render(request, "sessions/contacts/import_preview.html", context)


@supervisor_required
@require_GET
def contact_export(request: UserRequest) -> StreamingHttpResponse:
    """What the list shows, as it is filtered and sorted; the import reads it."""
    found = ordered(Query.of(request, list(SORTED_BY)))
    contacts = chain.from_iterable(in_batches(found, Contact.objects.all()))
    return csv_response("contacts", HEADER, ([one.address, one.name, one.notes] for one in contacts))


@supervisor_required
@require_GET
def import_example(request: UserRequest) -> StreamingHttpResponse:
    return csv_response("contacts-example", HEADER, EXAMPLE)


def _store(request: UserRequest, rows: list[ContactRow]) -> None:
    actions.import_contacts(row.values for row in rows)
    counts = Counter(row.outcome for row in rows)
    named = {"added": counts[Outcome.ADD], "changed": counts[Outcome.CHANGE]}
    messages.success(request, _("Contacts added: %(added)d, changed: %(changed)d.") % named)
