"""What the message logs are narrowed by, and where sessions are transferred to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.directions import isolated
from accounts.ids import MAX_ID
from accounts.log_listing import day_field, midnight
from accounts.models import User
from accounts.pasted import cleaned
from channels.access import recorded_channels_of
from channels.models import Number
from routing.models import Extension, MessageQueue
from sessions.inbox.forms import CHOSEN_AT_A_GLANCE
from sessions.models import Tag
from sessions.queries import agents_logged_for, queues_logged_for

CHOSEN = ("channel", "number", "agent", "queue", "tag")  # each by the id of a row


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    FAILED = "failed", _("A message failed")
    CLOSED_BY_ITSELF = "closed_automatically", _("Closed automatically")
    NEVER_ANSWERED = "never_answered", _("Never answered")


@dataclass(frozen=True)
class Asked:
    """The filters that are set and can be read."""

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None  # the first moment after
    sender: str = ""
    recipient: str = ""
    channel: int | None = None
    number: int | None = None
    agent: int | None = None
    queue: int | None = None
    tag: int | None = None
    error: str = ""
    status: str = ""
    session: int | None = None
    is_homeless: bool = False


class LogFilterForm(forms.Form):
    """By GET: each filter is in the URL. What can't be read says so on its field, and narrows nothing."""

    since, until = day_field(_("From")), day_field(_("To"))
    sender = forms.CharField(label=_("Sender"), required=False, max_length=64)
    recipient = forms.CharField(label=_("Recipient"), required=False, max_length=64)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    number = forms.ChoiceField(label=_("Number"), required=False)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    queue = forms.ChoiceField(label=_("Message Queue"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    error = forms.CharField(label=_("Error code"), required=False, max_length=16)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any status")), *Status.choices]
    )
    session = forms.IntegerField(label=_("Session ID"), required=False, min_value=1, max_value=MAX_ID)
    deleted = forms.BooleanField(label=_("Extension or queue was deleted"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = recorded_channels_of(user).defer("credentials")
        numbers = Number.objects.filter(channel__in=channels.order_by().values("pk"))
        live_first = numbers.order_by(F("archived_at").desc(nulls_first=True), "address", "pk")
        self._offer("channel", _("All channels"), [(one.pk, one.recorded_name) for one in channels])
        self._offer("number", _("All numbers"), [(one.pk, _recorded(one)) for one in live_first])
        queues, agents = queues_logged_for(user), agents_logged_for(user)
        self._offer("agent", _("All agents"), [(one.pk, _archivable(one)) for one in agents])
        self._offer("queue", _("All queues"), [(one.pk, _archivable(one)) for one in queues])
        self._offer("tag", _("All tags"), Tag.objects.values_list("pk", "name"))

    def _offer(self, name: str, everything: Any, rows: Any) -> None:
        choice = self.fields[name]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 (for the type)
        choice.choices = [("", everything), *rows]
        if len(choice.choices) > CHOSEN_AT_A_GLANCE:
            choice.widget.attrs |= {"data-searchable": "", "data-none": _("Nothing found")}

    @property
    def is_set(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    @property
    def asked(self) -> Asked:
        self.is_valid()
        data = {name: self.cleaned_data.get(name) for name in self.fields}
        return Asked(
            text=cleaned(self.data.get("q", "")),
            since=midnight(data["since"]) if data["since"] else None,
            until=midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
            sender=data["sender"] or "",
            recipient=data["recipient"] or "",
            **{name: int(chosen) if (chosen := data[name]) else None for name in CHOSEN},
            error=data["error"] or "",
            status=data["status"] or "",
            session=data["session"],
            is_homeless=bool(data["deleted"]),
        )


def _recorded(number: Number) -> str:
    """One that no channel has any more keeps its sessions."""
    return _("%(number)s (removed)") % {"number": number} if number.archived_at else number.address


def _archivable(place: Extension | MessageQueue) -> str:
    return _("%(place)s (deleted)") % {"place": isolated(place)} if place.archived_at else str(place)
