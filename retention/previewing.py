"""What rules would remove if they were saved now, in words; counted up to a limit."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.models import Channel
from imports import retention as imports_retention
from retention import rules
from retention.models import Kind, Way
from retention.rules import Terms
from retention.sweeping import due, others
from sessions.models import Message, MessagingSession

Kept = MessagingSession.Kept
COUNTED_MOST = 100_000


def sentences(terms: Terms, *, channel: Channel | None = None) -> list[str]:
    """One for each kind of which something would go; those of a channel are for its own sessions."""
    now = timezone.now()
    said = [_of_texts(kind, terms, channel, now) for kind in rules.OF_CHANNELS]
    if channel is None:
        said += [_of_rows(kind, terms, now) for kind in Kind if kind not in rules.OF_CHANNELS]
    return [one for some in said for one in some]


def _of_texts(kind: Kind, terms: Terms, channel: Channel | None, now: datetime) -> Iterator[str]:
    """Numbers whose channels have one term are asked for together."""
    together: dict[rules.Term, list[int]] = defaultdict(list)
    for pk, term in rules.by_channel(kind, changed=terms, of=channel).items():
        together[term].append(pk)
    counts: dict[str, int] = defaultdict(int)
    for term, channels in together.items():
        if (before := term.before(now)) is not None:
            counts[term.way] += _count(_texts(kind, before).filter(**_of(kind, channels)))
    for way, count in counts.items():
        yield from _said(kind, way, count)


def _texts(kind: Kind, before: datetime) -> "QuerySet[Any]":
    if kind == Kind.SESSIONS:
        return due.settled(due.closed(before))
    sessions = due.settled(due.with_messages(before))
    return Message.objects.filter(session__in=sessions, created_at__lt=before)


def _of(kind: Kind, channels: list[int]) -> dict[str, list[int]]:
    path = "number__channel__in" if kind == Kind.SESSIONS else "session__number__channel__in"
    return {path: channels}


def _of_rows(kind: Kind, terms: Terms, now: datetime) -> Iterator[str]:
    term = terms[kind]
    before = term.before(now)
    if kind == Kind.JOURNAL:
        count = sum(_count(rows) for rows in others.due_requests(term, now=now))
    elif kind == Kind.IMPORTS:
        count = _count(imports_retention.due(now=now, ended_before=before))
    elif before is None:
        return
    else:
        count = _count(others.due_drafts(before) if kind == Kind.DRAFTS else others.due_entries(before, term))
    yield from _said(kind, term.way, count)


def _count(rows: "QuerySet[Any]") -> int:
    return len(rows.order_by().values_list("pk", flat=True)[: COUNTED_MOST + 1])


def _said(kind: Kind, way: str, count: int) -> Iterator[str]:
    if not count:
        return
    number = _("more than %s") % f"{COUNTED_MOST:,}" if count > COUNTED_MOST else f"{count:,}"
    if way == Way.DELETE:
        words = ngettext("%(kind)s: %(n)s is deleted.", "%(kind)s: %(n)s are deleted.", count)
    else:
        words = ngettext("%(kind)s: %(n)s is anonymised.", "%(kind)s: %(n)s are anonymised.", count)
    yield words % {"kind": kind.label, "n": number}
