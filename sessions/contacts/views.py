"""The address book: all who work here see it and add to it; who leads also deletes, imports and exports."""

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response, in_batches
from accounts.directions import isolated
from accounts.gone import Gone, may_save, say_gone, status_of, to_edit
from accounts.listing import Listing, Query, page_of
from accounts.log_listing import log_listing
from routing.access import ViewerRequest, member_required
from sessions import actions
from sessions.contacts.forms import EditContactForm, NewContactForm
from sessions.contacts.importing import header_of
from sessions.contacts.values import live_fields, values_of_all
from sessions.models import Contact, ContactField
from sessions.queries import listed, readable_by
from sessions.search.finding import contacts_matching

COLUMNS = {"name": ["name"], "number": ["address"], "notes": ["notes"], "changed": ["updated_at"]}


def leads(request: ViewerRequest | UserRequest) -> bool:
    return request.user.is_administrator or request.user.is_supervisor


@require_GET
@member_required
def contact_list(request: ViewerRequest) -> HttpResponse:
    query = Query.of(request, list(COLUMNS))
    page = page_of(request, ordered(query).values_list("pk", flat=True))
    by_pk = Contact.objects.in_bulk(list(page.object_list))
    page.object_list = [by_pk[pk] for pk in page.object_list if pk in by_pk]
    context = {"listing": Listing(query, page), "leads": leads(request)}
    return render(request, "sessions/contacts/list.html", context)


def ordered(query: Query) -> QuerySet[Contact]:
    """What the URL asks for, as it is sorted."""
    sign = "-" if query.descending else ""
    order = [f"{sign}{field}" for field in [*COLUMNS[query.column], "pk"]]
    return contacts_matching(Contact.objects.order_by(*order), query.text)


@supervisor_required
@require_GET
def contact_export(request: UserRequest) -> StreamingHttpResponse:
    """What the list shows, as it is filtered and sorted; the import reads it."""
    found, fields = ordered(Query.of(request, list(COLUMNS))), live_fields()
    return csv_response("contacts", header_of(fields), _cells(found, fields))


def _cells(found: QuerySet[Contact], fields: Sequence[ContactField]) -> Iterator[list[str]]:
    for contacts in in_batches(found, Contact.objects.all()):
        noted = values_of_all(contacts) if fields else {}
        for contact in contacts:
            values = noted.get(contact.pk, {})
            yield [contact.address, contact.name, contact.notes, *(values.get(one.pk, "") for one in fields)]


@require_http_methods(["GET", "POST"])
@member_required
def contact_add(request: ViewerRequest) -> HttpResponse:
    """A number in national format is shown in E.164 first; the second Save saves."""
    form = NewContactForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        if form.asks:
            form.show_address_read()
        else:
            try:
                return redirect("contact-page", actions.add_contact(**form.values).pk)
            except actions.ContactExists as known:
                pk = known.contact.pk
                words = _("The address book has this number already: {}. Change it there.")
                link = format_html('<a href="{}">{}</a>', reverse("contact-page", args=[pk]), known.contact)
                form.add_error("contact", format_html(words, link))
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/contacts/form.html", {"form": form}, status=status)


@require_GET
@member_required
def contact_page(request: ViewerRequest, pk: int) -> HttpResponse:
    """Who it is, and what there was over all our numbers, as far as one may see it."""
    contact = get_object_or_404(Contact, pk=pk)
    mine = listed(readable_by(request.user, request.agent)).filter(contact=contact.address)
    history = mine.select_related("last_message__author")
    context = {
        "contact": contact,
        "listing": log_listing(request, history, time="last_active_at"),
        "leads": leads(request),
        "agent": request.agent,
    }
    return render(request, "sessions/contacts/page.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def contact_edit(request: ViewerRequest, pk: int) -> HttpResponse:
    contact = to_edit(request, Contact.objects.all(), pk)
    form = EditContactForm(request.POST or None, instance=contact, fields=live_fields())
    if may_save(request, form):
        try:
            actions.save_contact(address=contact.address, known=contact, **form.said)
            messages.success(request, _("“%s” was saved.") % isolated(form.cleaned_data["name"]))
            return redirect("contact-page", pk)
        except Gone:
            say_gone(form)
    status = status_of(request, form)
    return render(request, "sessions/contacts/form.html", {"form": form, "contact": contact}, status=status)


@supervisor_required
@require_http_methods(["GET", "POST"])
def contact_delete(request: UserRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        actions.delete_contact(contact)
        messages.success(request, _("“%s” was deleted.") % isolated(contact))
        return redirect("contact-list")
    return render(request, "sessions/contacts/delete.html", {"contact": contact})
