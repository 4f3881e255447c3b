"""The administrators' webhook journal: what came in, what became of it, and a second chance for it."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import UserRequest, administrator_required
from accounts.log_listing import Since, asked, log_listing, narrowed, pk_asked
from accounts.models import User
from channels.access import recorded_channels_of
from channels.models import Channel
from channels.webhook import url as webhook_url
from sessions.models import WebhookRequest
from sessions.nudges import nudge
from sessions.receiving import held, journal, replaying
from sessions.receiving.payload import payload_of
from sessions.receiving.reasons import UNSAVED_FORM, advice_on, kind_of
from sessions.receiving.written_address import written

SEARCH = ["contact", "itsp_message_id", "reason", "channel__name"]
CHANNELS_OFFERED = 100


@administrator_required
@require_GET
def journal_list(request: UserRequest) -> HttpResponse:
    rows = _rows(request).defer("headers", "body", "channel__credentials").select_related("channel")
    channels = recorded_channels_of(request.user).defer("credentials")[:CHANNELS_OFFERED]
    channel = pk_asked(request, "channel")
    context = {
        "listing": log_listing(request, rows, time="received_at"),
        "is_filtered": bool(request.GET.keys() - {"before", "q"}),
        "channel": Channel.objects.defer("credentials").filter(pk=channel).first() if channel else None,
        "channels": [(one.pk, one.recorded_name) for one in channels],
        "outcomes": WebhookRequest.Outcome.choices,
        "sources": WebhookRequest.Source.choices,
        "kinds": [(kind.value or "other", kind.label) for kind in WebhookRequest.Kind],
        "sinces": Since.choices,
        "failed": _rows(request).filter(outcome=WebhookRequest.Outcome.FAILED).count(),
        "held": _rows(request).filter(outcome=WebhookRequest.Outcome.HELD).count(),
    }
    return render(request, "sessions/receiving/journal_list.html", context)


@administrator_required
@require_GET
def journal_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(pk)
    context = {
        "row": row,
        "payload": payload_of(row),
        "advice": advice_on(row.reason),
        "opened_by": _opened_by(row),
        "may_replay": row.outcome in journal.REPLAYABLE and _is_live(row.channel),
        "may_dismiss": row.outcome in {WebhookRequest.Outcome.FAILED, WebhookRequest.Outcome.HELD},
    }
    return render(request, "sessions/receiving/journal_detail.html", context)


@administrator_required
@require_POST
def journal_replay(request: UserRequest, pk: int) -> HttpResponse:
    """Of what is done already, or may not be replayed, the page says so by itself."""
    row = _row(pk)
    if row.outcome in journal.REPLAYABLE:
        replaying.replay(row.pk)
        row.refresh_from_db()
        audit.note(row, audit.Action.REPLAYED, name=str(row.channel))
        if row.outcome in journal.REPLAYABLE:
            messages.warning(request, _("Nothing came of it again: %s") % row.reason)
        else:
            messages.success(request, _("The request was processed."))
    return redirect("journal-detail", pk)


@administrator_required
@require_POST
def journal_replay_failed(request: UserRequest) -> HttpResponse:
    """All that failed among what the URL's filters show; a worker takes them, as it does by itself."""
    count = journal.replay_soon(_rows(request))
    if count:
        nudge("sessions.tasks.retry_webhooks")
        audit.note(WebhookRequest(), audit.Action.REPLAYED, name=_("%s that failed") % count)
    words = ngettext(
        "%(n)d request is processed again now. Reload the page in a moment to see the outcome.",
        "%(n)d requests are processed again now. Reload the page in a moment to see the outcomes.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect(_back_to_list(request, "replay/"))


@administrator_required
@require_POST
def journal_dismiss(request: UserRequest, pk: int) -> HttpResponse:
    row = _row(pk)
    if held.discard(WebhookRequest.objects.filter(pk=row.pk)):
        audit.note(row, audit.Action.DISMISSED, name=str(row.channel))
        messages.success(request, _("The request is held no more, and will not be taken in."))
    elif journal.dismiss(WebhookRequest.objects.filter(pk=row.pk)):
        audit.note(row, audit.Action.DISMISSED, name=str(row.channel))
        messages.success(request, _("The request is tried no more. You can still replay it."))
    return redirect("journal-detail", pk)


@administrator_required
@require_POST
def journal_dismiss_failed(request: UserRequest) -> HttpResponse:
    """Gives up all that failed among what the URL's filters show."""
    count = journal.dismiss(_rows(request))
    if count:
        audit.note(WebhookRequest(), audit.Action.DISMISSED, name=_("%s that failed") % count)
    words = ngettext(
        "%(n)d request is tried no more. You can still replay it.",
        "%(n)d requests are tried no more. You can still replay them.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect(_back_to_list(request, "dismiss/"))


@administrator_required
@require_POST
def journal_discard_held(request: UserRequest) -> HttpResponse:
    """Gives up all that are held among what the URL's filters show: nobody knows who signed them."""
    count = held.discard(_rows(request))
    if count:
        audit.note(WebhookRequest(), audit.Action.DISMISSED, name=_("%s that were held") % count)
    words = ngettext(
        "%(n)d request is held no more, and will not be taken in.",
        "%(n)d requests are held no more, and will not be taken in.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect(_back_to_list(request, "discard/"))


def _back_to_list(request: UserRequest, verb: str) -> str:
    query = request.GET.urlencode()
    return f"{request.path.removesuffix(verb)}{'?' if query else ''}{query}"


def _rows(request: UserRequest) -> QuerySet[WebhookRequest]:
    """Those that the URL's filters ask for."""
    rows = WebhookRequest.objects.all()
    if channel := pk_asked(request, "channel"):
        rows = rows.filter(channel=channel)
    if outcome := asked(request, "outcome", WebhookRequest.Outcome):
        rows = rows.filter(outcome=outcome)
    if source := asked(request, "source", WebhookRequest.Source):
        rows = rows.filter(source=source)
    kind = request.GET.get("kind", "")
    if kind in {*WebhookRequest.Kind.values, "other"} - {""}:
        rows = rows.filter(kind="" if kind == "other" else kind)
    return narrowed(request, rows, time="received_at", search=SEARCH)


def _row(pk: int) -> WebhookRequest:
    return get_object_or_404(WebhookRequest.objects.select_related("channel"), pk=pk)


def _is_live(channel: Channel | None) -> bool:
    return channel is not None and channel.archived_at is None


def _opened_by(row: WebhookRequest) -> User | None:
    """Whoever opened the form that was never saved."""
    if kind_of(row.reason) is not UNSAVED_FORM:
        return None
    token = written(urlsplit(row.url).path).token
    return User.objects.filter(pk=webhook_url.issued_to(token) or 0).first()
