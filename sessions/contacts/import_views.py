"""The address book from a spreadsheet, and back into one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response, in_batches
from accounts.csv_import import STORED, ImportForm, Outcome, preview_context
from accounts.listing import Query
from sessions import actions
from sessions.contacts.importing import ContactRow, columns_of, preview
from sessions.contacts.values import live_fields, values_of_all
from sessions.contacts.views import COLUMNS as SORTED_BY
from sessions.contacts.views import ordered
from sessions.models import Contact, ContactField

HEADER = ["Number", "Name", "Notes"]  # which the import reads; not translated
EXAMPLE = [["+14155550123", "Ada Lovelace", "Prefers to be called Countess"], ["+25402161183", "Ben", ""]]


class ContactImportForm(ImportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact_fields = live_fields()
        self.columns = columns_of(self.contact_fields)


@supervisor_required
@require_http_methods(["GET", "POST"])
def contacts_import(request: UserRequest) -> HttpResponse:
    """Posted once it shows what the rows will do; posted with `apply` it stores those without an error."""
    form = ContactImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "fields": form.contact_fields}
        return render(request, "sessions/contacts/import.html", context, status=status)
    rows = preview(form.cleaned_data["rows"], form.contact_fields)
    if "apply" in request.POST:
        _store(request, [row for row in rows if row.outcome in STORED])
        return redirect("contact-list")
    shown = {"fields": form.contact_fields, **preview_context(rows)}
    context = {"text": form.cleaned_data["text"], **shown}
    return render(request, "sessions/contacts/import_preview.html", context)


@supervisor_required
@require_GET
def contact_export(request: UserRequest) -> StreamingHttpResponse:
    """What the list shows, as it is filtered and sorted; the import reads it."""
    found, fields = ordered(Query.of(request, list(SORTED_BY))), live_fields()
    return csv_response("contacts", _header(fields), _cells(found, fields))


def _header(fields: Sequence[ContactField]) -> list[str]:
    return [*HEADER, *(field.name for field in fields)]


def _cells(found: QuerySet[Contact], fields: Sequence[ContactField]) -> Iterator[list[str]]:
    for contacts in in_batches(found, Contact.objects.all()):
        noted = values_of_all(contacts) if fields else {}
        for contact in contacts:
            values = noted.get(contact.pk, {})
            yield [contact.address, contact.name, contact.notes, *(values.get(one.pk, "") for one in fields)]


@supervisor_required
@require_GET
def import_example(request: UserRequest) -> StreamingHttpResponse:
    fields = live_fields()
    return csv_response("contacts-example", _header(fields), [row + [""] * len(fields) for row in EXAMPLE])


def _store(request: UserRequest, rows: list[ContactRow]) -> None:
    actions.import_contacts(row.values for row in rows)
    counts = Counter(row.outcome for row in rows)
    named = {"added": counts[Outcome.ADD], "changed": counts[Outcome.CHANGE]}
    messages.success(request, _("Contacts added: %(added)d, changed: %(changed)d.") % named)
