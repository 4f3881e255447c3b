"""The lists' filters: what each leaves, and how those that are on are said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from channels.itsp.delivery import MISSED, DeliveryStatus
from sessions.inbox.asking import (
    FILTERED_BY,
    Asked,
    Mark,
    Show,
    Viewer,
    agents_to_filter,
    numbers_to_filter,
    queues_to_filter,
    tags_to_filter,
)
from sessions.models import Attempt, MessagingSessionQuerySet

MARK_WORDS: dict[Mark, StrPromise] = {
    Mark.UNANSWERED: gettext_lazy("Unanswered"),
    Mark.SCHEDULED: gettext_lazy("Scheduled text"),
    Mark.FAILED: gettext_lazy("Last text failed"),
    Mark.SNOOZED: gettext_lazy("Snoozed"),
}
FIELD_WORDS: dict[str, StrPromise] = {
    "number": gettext_lazy("Number"),
    "queue": gettext_lazy("Message Queue"),
    "agent": gettext_lazy("Agent"),
    "tag": gettext_lazy("Tag"),
}


def filtered(sessions: MessagingSessionQuerySet, asked: Asked) -> MessagingSessionQuerySet:
    """What all filters together leave."""
    columns = {"number": "number", "queue": "queue", "agent": "agent", "tag": "tags"}
    chosen = {columns[name]: value for name in FILTERED_BY if (value := getattr(asked, name))}
    if chosen:
        sessions = sessions.filter(**chosen)
    for mark in asked.marks:
        sessions = _BY_MARK[mark](sessions)
    return sessions


def _scheduled(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Of all attempts few are scheduled, and an index has just these."""
    of_them = Attempt.objects.filter(status=DeliveryStatus.SCHEDULED).values("message__session")
    return sessions.filter(pk__in=of_them)


_BY_MARK: dict[Mark, Callable[[MessagingSessionQuerySet], MessagingSessionQuerySet]] = {
    Mark.UNANSWERED: lambda sessions: sessions.filter(closed_at=None, unanswered_since__isnull=False),
    Mark.SCHEDULED: _scheduled,
    Mark.FAILED: lambda sessions: sessions.filter(last_message__status__in=MISSED),
    Mark.SNOOZED: lambda sessions: sessions.filter(closed_at=None, snoozed_until__isnull=False),
}


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `without` is the query string that takes it off."""

    kind: str
    name: str
    without: str


def chips_of(viewer: Viewer, asked: Asked) -> list[Chip]:
    """One query for each that names a row."""
    chips = []
    for name, rows in _choices(viewer).items():
        if pk := getattr(asked, name):
            row = rows.filter(pk=pk).first()
            chips.append(Chip(str(FIELD_WORDS[name]), str(row or _("gone")), asked.but(**{name: None})))
    for mark in asked.marks:
        others = tuple(one for one in asked.marks if one is not mark)
        chips.append(Chip("", str(MARK_WORDS[mark]), asked.but(marks=others)))
    return chips


def _choices(viewer: Viewer) -> dict[str, QuerySet[Any]]:
    return {
        "number": numbers_to_filter(viewer),
        "queue": queues_to_filter(viewer),
        "agent": agents_to_filter(viewer),
        "tag": tags_to_filter(),
    }


class FilterForm(forms.Form):
    """The dialog: it asks the inbox by GET, so the URL is what is kept and checked."""

    show = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, viewer: Viewer, asked: Asked) -> None:
        show = "" if asked.show is Show.OPEN else asked.show.value
        initial = {"show": show, "q": asked.text, "is": [mark.value for mark in asked.marks]}
        super().__init__(initial=initial | {name: getattr(asked, name) for name in FILTERED_BY})
        for name, rows in _choices(viewer).items():
            if getattr(asked, name) or len(rows[:2]) > (name in ("number", "queue")):  # one is no choice
                self.fields[name] = forms.ModelChoiceField(
                    rows,
                    label=FIELD_WORDS[name],
                    required=False,
                    empty_label=_("All"),
                    widget=forms.Select(attrs={"data-searchable": "", "data-none": _("Nothing found")}),
                )
        self.fields["is"] = forms.MultipleChoiceField(
            label=_("Only sessions that are or have"),
            choices=[(mark.value, words) for mark, words in MARK_WORDS.items()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    @property
    def chosen(self) -> list[forms.BoundField]:
        """The fields in which one of many rows is chosen."""
        return [self[name] for name in FILTERED_BY if name in self.fields]
