"""The pages of imports: the file, what its columns mean, how far it is, what became of it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import UserRequest
from accounts.csv_export import CsvResponse, csv_response
from accounts.gone import Gone
from imports import actions, columns, results
from imports.forms import MappingForm, UploadForm
from imports.kinds import Kind, Outcome, kind_class, kinds_of
from imports.models import Import
from imports.reading import Reading
from imports.taking import take

POLL_S = 1
EARLIER_SHOWN = 10
FAULTS_SHOWN = 20


def imports_of(request: UserRequest) -> QuerySet[Import]:
    """Those that the user may see: all of the kinds that are the user's to import."""
    return Import.objects.filter(kind__in=kinds_of(request.user)).select_related("user")


def _kind(request: UserRequest, name: str, target: int | None) -> Kind:
    """404 where it isn't the user's business, or is not there."""
    if not kind_class(name).is_for(request.user):
        raise Http404
    try:
        return kind_class(name)(target)
    except Gone as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
def upload(request: UserRequest, kind: str, target: int | None = None) -> HttpResponse:
    found = _kind(request, kind, target)
    form = UploadForm(found, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = take(
                found, user=request.user, file=form.cleaned_data["file"], text=form.cleaned_data["text"]
            )
            return redirect("import", taken.pk)
        except ValidationError as error:
            form.refuse(error)
    earlier = imports_of(request).filter(kind=kind, target_id=target)
    earlier = earlier.exclude(state=Import.State.LOADING, sources=None)
    context = {"form": form, "kind": found, "earlier": earlier.order_by("-pk")[:EARLIER_SHOWN]}
    return render(request, "imports/upload.html", context, status=422 if form.errors else 200)


@require_GET
def example(request: UserRequest, kind: str) -> CsvResponse:
    if not kind_class(kind).is_for(request.user):
        raise Http404
    name, header, rows = kind_class(kind).example()
    return csv_response(name, header, rows)


@require_http_methods(["GET", "POST"])
def page(request: UserRequest, pk: int) -> HttpResponse:
    """What it says depends on how far it is. Posted is what columns mean; with `start`, it begins."""
    import_ = get_object_or_404(imports_of(request), pk=pk)
    kind = _kind(request, import_.kind, import_.target_id)
    if import_.state != Import.State.MAPPING:
        return _shown(request, import_, kind, results.context(import_))
    form = MappingForm(import_, kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _understand(request, import_, form)
        if "start" in request.POST and form.check_all():
            actions.start(import_)
            return redirect("import", pk)
        if not form.errors:
            form = MappingForm(import_, kind)
    return _shown(request, import_, kind, _mapping(import_, form), status=422 if form.errors else 200)


def _understand(request: UserRequest, import_: Import, form: MappingForm) -> None:
    """What was chosen; anew, where the first row is something else than before."""
    has_headings, meanings = form.cleaned_data["has_headings"], form.meanings
    if has_headings != import_.has_headings:
        meanings = columns.guess(import_.columns, form.fields_of_kind, has_headings=has_headings)
    if "rest" in request.POST:
        meanings = [meaning or columns.SKIP for meaning in meanings]
    actions.understand(import_, meanings=meanings, has_headings=has_headings)


def _mapping(import_: Import, form: MappingForm) -> dict[str, Any]:
    rows, faulty = Reading(import_).preview()
    counts = {one: sum(row.outcome == one for row in rows) for one in Outcome}
    shown = [(outcome, outcome.label, count) for outcome, count in counts.items() if count]
    lines = {row.line for row in rows} | {one.line for one in faulty}
    wide = [one for one in faulty if one.line not in {row.line for row in rows}]
    return {
        "form": form,
        "rows": rows,
        "wide": wide,
        "counts": shown,
        "is_all": len(lines) >= import_.count,
        "lines": len(lines),
    }


def _shown(
    request: UserRequest, import_: Import, kind: Kind, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    template = "imports/_import.html" if request.htmx else "imports/import.html"
    context = {"import": import_, "kind": kind, "poll_s": POLL_S, "page_below": kind.list_url, **context}
    return render(request, template, context, status=status)


@require_POST
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    """One that was not started is gone then."""
    import_ = get_object_or_404(imports_of(request), pk=pk)
    kind = _kind(request, import_.kind, import_.target_id)
    actions.cancel(import_)
    is_there = Import.objects.filter(pk=pk).exists()
    return redirect("import", pk) if is_there else redirect(kind.upload_url)


@require_GET
def faults(request: UserRequest, pk: int) -> CsvResponse:
    """The faulty rows with their reasons, which can be mended and imported as they are."""
    import_ = get_object_or_404(imports_of(request), pk=pk)
    return csv_response("faulty-rows", results.faults_header(import_), results.faults_rows(import_))


@require_POST
def links(request: UserRequest, pk: int) -> HttpResponseBase:
    """Of new logins: once, since whoever has one is let in."""
    import_ = get_object_or_404(imports_of(request), pk=pk)
    taken = actions.take_links(import_)
    if not taken:
        return redirect("import", pk)
    return csv_response("password-links", results.LINKS_HEADER, results.links_rows(taken))
