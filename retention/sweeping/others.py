"""Removes what is no session: webhook requests, drafts, imported files, and entries of the audit log."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import AuditEntry
from imports import retention as imports_retention
from retention import rules
from retention.models import Kind, LegalHold, Way
from retention.rules import Term
from retention.sweeping.pace import Pace
from sessions.bulk import remove
from sessions.models import Attempt, Contact, Draft, WebhookRequest
from sessions.receiving import held

ANONYMOUS: dict[str, Any] = {"name": "", "username": "", "address": None, "user": None, "changes": {}}


def sweep(pace: Pace, *, now: datetime) -> int:
    """Returns how many rows were removed or anonymised."""
    terms = rules.for_all()
    done = sum(_remove(pace, rows) for rows in due_requests(terms[Kind.JOURNAL], now=now))
    held.note_all()
    if (before := terms[Kind.DRAFTS].before(now)) is not None:
        done += _remove(pace, due_drafts(before))
    done += imports_retention.forget(now=now, ended_before=terms[Kind.IMPORTS].before(now))
    audit = terms[Kind.AUDIT]
    if (before := audit.before(now)) is not None:
        done += _remove(pace, due_entries(before, audit), None if _deletes(audit) else _make_anonymous)
    return done


def due_requests(term: Term, *, now: datetime) -> Iterator["QuerySet[WebhookRequest]"]:
    """Of all channels, and of those whose messages or sessions go sooner: a request holds a text's words.

    By the settings alone, what failed and was not replayed yet is kept longer than all else.
    """
    rows = _not_on_hold(WebhookRequest.objects.order_by("received_at", "pk"))
    if (before := term.before(now)) is not None:
        failed = Q(outcome=WebhookRequest.Outcome.FAILED)
        is_default = term == rules.default(Kind.JOURNAL)
        failed_days = settings.WEBHOOK_FAILED_DAYS if is_default else term.days
        very_old = Q(received_at__lt=now - timedelta(days=failed_days or 0))
        yield rows.filter(Q(received_at__lt=before) & ~failed | very_old & failed)
    for channel, days in _sooner(term).items():
        yield rows.filter(channel=channel, received_at__lt=now - timedelta(days=days))


def _not_on_hold(rows: "QuerySet[WebhookRequest]") -> "QuerySet[WebhookRequest]":
    """A status callback is told by the ITSP's id of its text. Most have no hold, and need not ask."""
    held_ones = list(LegalHold.objects.values_list("address", flat=True))
    if not held_ones:
        return rows
    sent = Attempt.objects.filter(lane__contact__in=held_ones, itsp_message_id__isnull=False)
    return rows.exclude(contact__in=held_ones).exclude(itsp_message_id__in=sent.values("itsp_message_id"))


def _sooner(term: Term) -> dict[int, int]:
    """Channels whose texts are kept for less days than requests are."""
    days: dict[int, int] = {}
    for kind in rules.OF_CHANNELS:
        for channel, own in rules.by_channel(kind).items():
            if own.days is not None:
                days[channel] = min(own.days, days.get(channel, own.days))
    return {channel: least for channel, least in days.items() if term.days is None or least < term.days}


def due_drafts(before: datetime) -> "QuerySet[Draft]":
    kept = Draft.objects.exclude(session__contact__in=LegalHold.objects.values("address"))
    return kept.filter(updated_at__lt=before).order_by("updated_at")


def due_entries(before: datetime, term: Term) -> "QuerySet[AuditEntry]":
    held_ones = Contact.objects.filter(address__in=LegalHold.objects.values("address"))
    about_held = Q(kind=Contact._meta.label_lower, object_id__in=held_ones.values("pk"))
    old = AuditEntry.objects.filter(at__lt=before).exclude(about_held, object_id__isnull=False)
    if not _deletes(term):
        old = old.exclude(name="", username="", changes={})
    return old.order_by("at", "pk")


def _deletes(term: Term) -> bool:
    return term.way == Way.DELETE


def _make_anonymous(entries: "QuerySet[AuditEntry]") -> None:
    entries.update(**ANONYMOUS)


def _remove(pace: Pace, due: "QuerySet[Any]", act: Callable[[Any], None] | None = None) -> int:
    done = 0
    while not pace.is_over:
        with pace.batch() as batch, transaction.atomic():
            some = list(due.values_list("pk", flat=True)[: batch.size])
            if act:
                act(due.model._default_manager.filter(pk__in=some))
            else:
                remove(due.model, id=some)
            batch.rows = len(some)
        done += batch.rows
        if batch.rows < batch.size:
            break
    return done
