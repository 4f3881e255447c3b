"""The administrators' audit log, and its export."""

from collections.abc import Iterator
from itertools import chain
from operator import itemgetter

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import UserRequest, administrator_required
from accounts.csv_export import csv_response, in_batches
from accounts.log_listing import Since, asked, log_listing, narrowed, pk_asked
from accounts.models import AuditEntry, User
from accounts.templatetags.auditing import kind_words, sentences, words_of_kind

SEARCH = ["name", "username", "address", "changes"]


@administrator_required
@require_GET
def audit_list(request: UserRequest) -> HttpResponse:
    people = User.objects.order_by("username").exclude(role="agent").values_list("pk", "username")
    context = {
        "listing": log_listing(request, _entries(request), time="at"),
        "is_filtered": bool(request.GET.keys() - {"before", "q"}),
        "people": list(people[:100]),
        "actions": AuditEntry.Action.choices,
        "kinds": sorted(((kind, words_of_kind(kind)) for kind in audit.kinds()), key=itemgetter(1)),
        "sinces": Since.choices,
    }
    return render(request, "accounts/audit_list.html", context)


@administrator_required
@require_GET
def audit_export(request: UserRequest) -> StreamingHttpResponse:
    """What the list shows, as CSV."""
    header = [_("Time"), _("User"), _("Address"), _("Action"), _("Kind"), _("Name"), _("Changes")]
    return csv_response("audit-log", header, _cells(_entries(request).order_by("-at", "-pk")))


def _entries(request: UserRequest) -> QuerySet[AuditEntry]:
    """Those that the URL's filters ask for."""
    entries = AuditEntry.objects.all()
    if user := pk_asked(request, "user"):
        entries = entries.filter(user=user)
    if action := asked(request, "action", AuditEntry.Action):
        entries = entries.filter(action=action)
    if kind := request.GET.get("kind", "").replace("\0", ""):
        entries = entries.filter(kind=kind)
    return narrowed(request, entries, time="at", search=SEARCH)


def _cells(entries: QuerySet[AuditEntry]) -> Iterator[list[str]]:
    for entry in chain.from_iterable(in_batches(entries, AuditEntry.objects.all())):
        moment = timezone.localtime(entry.at).isoformat(timespec="seconds")
        said = "; ".join(f"{label}: {words}" for label, words in sentences(entry))
        yield [
            moment,
            entry.username,
            entry.address or "",
            str(entry.get_action_display()),
            kind_words(entry),
            entry.name,
            said,
        ]
