"""The administrators' pages about who does not want texts."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.csv_export import csv_response, in_batches
from accounts.directions import isolated
from accounts.listing import Query, listing_of, matching
from accounts.log_listing import pk_asked
from channels.models import Number, OptOutReading
from pbx_messaging.databases import reads_replica
from sessions.models import OptOutEntry
from sessions.opt_outs import ledger, listed
from sessions.opt_outs.forms import OptOutForm

COLUMNS = {
    "at": ["at"],
    "contact": ["contact"],
    "number": ["number__address"],
    "source": ["source"],
    "status": ["opted_out"],
}
DEFAULT = "-at"
SEARCH = ["contact", "number__address", "number__channel__name"]


@administrator_required
@require_GET
def opt_out_list(request: UserRequest) -> HttpResponse:
    """Who is opted out now; `show=all`: the whole ledger, `show=blocked`: whom only the ITSP blocks."""
    context = {
        "listing": listing_of(request, _entries(request), columns=COLUMNS, search=SEARCH, default=DEFAULT),
        "all_shown": request.GET.get("show") == "all",
        "blocked_shown": request.GET.get("show") == "blocked",
        "has_blocked": OptOutReading.objects.filter(only_theirs__gt=0).exists(),
        "numbers": Number.objects.filter(opt_out_entries__isnull=False).distinct().order_by("address"),
        "number": _number_asked(request),
    }
    return render(request, "sessions/opt_outs/opt_out_list.html", context)


@administrator_required
@require_http_methods(["GET", "POST"])
def opt_out_add(request: UserRequest) -> HttpResponse:
    """A contact in national format is shown in E.164 first; the second Save saves."""
    form = OptOutForm(request.POST or None)
    if form.is_valid():
        if form.asks:
            form.show_address_read()
        elif ledger.opt_out(**form.cleaned_data, by=request.user):
            contact = form.cleaned_data["contact"]
            messages.success(request, _("%s gets no more texts from this number.") % isolated(contact))
            return redirect("optout-list")
        else:
            form.add_error("contact", _("This contact is opted out of texts from this number already."))
    status = 422 if request.method == "POST" else 200
    return render(request, "sessions/opt_outs/opt_out_form.html", {"form": form}, status=status)


@administrator_required
@require_http_methods(["GET", "POST"])
def opt_out_reopen(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first. What the contact said themselves is not for an administrator to undo."""
    entry = get_object_or_404(ledger.current().select_related("number"), pk=pk, opted_out=True)
    status = 200
    if request.method == "POST":
        try:
            ledger.reopen(entry, by=request.user)
        except ledger.OwnWish:
            status = 409
        else:
            messages.success(request, _("%s can get texts from this number again.") % isolated(entry.contact))
            return redirect("optout-list")
    return render(request, "sessions/opt_outs/opt_out_reopen.html", {"entry": entry}, status=status)


@administrator_required
@require_GET
@reads_replica
def opt_out_export(request: UserRequest) -> StreamingHttpResponse:
    """The list as CSV, as it is filtered and sorted."""
    query = Query.of(request, list(COLUMNS), default=DEFAULT)
    order = [f"{'-' if query.descending else ''}{field}" for field in COLUMNS[query.column]]
    found = matching(_entries(request), query.text, SEARCH).order_by(*order, "pk")
    header = [_("Contact"), _("Number"), _("Status"), _("Source"), _("By"), _("Since"), _("Reason")]
    return csv_response("opt-outs", header, _cells(found))


def _entries(request: UserRequest) -> QuerySet[OptOutEntry]:
    """Finds the entries that the URL's filters ask for."""
    if request.GET.get("show") == "all":
        entries = OptOutEntry.objects.all()
    elif request.GET.get("show") == "blocked":
        entries = listed.only_theirs()
    else:
        entries = ledger.current().filter(opted_out=True)
    number = _number_asked(request)
    entries = entries.filter(number=number) if number else entries
    return entries.select_related("number__channel", "by")


def _number_asked(request: UserRequest) -> Number | None:
    pk = pk_asked(request, "number")
    return Number.objects.filter(pk=pk).first() if pk else None


def _cells(found: QuerySet[OptOutEntry]) -> Iterator[list[str]]:
    rows = OptOutEntry.objects.select_related("number", "by")
    for entry in chain.from_iterable(in_batches(found, rows)):
        status = _("Opted out") if entry.opted_out else _("Opted in again")
        by = entry.by.username if entry.by else ""
        source, since = str(entry.get_source_display()), _moment(entry.at)
        yield [entry.contact, entry.number.address, status, source, by, since, entry.reason]


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")
