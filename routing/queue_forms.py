"""The form of a message queue: who answers, how, and what happens when nobody does."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import time_zone_field
from routing.forms import ArchivableForm, ExtensionsField
from routing.models import Extension, MessageQueue
from routing.places import key_of, places_but
from routing.schedule import Schedule
from routing.session_timeout import clean_timeout
from routing.sms_field import SmsField


class MessageQueueForm(ArchivableForm[MessageQueue]):
    agents = ExtensionsField(
        label=_("Agents"),
        help_text=_(
            "All the agents in the queue can receive inbound messages of new sessions. "
            "Type a name or an extension number to search."
        ),
    )
    overflow_to = forms.ChoiceField(
        label=_("Overflow to"),
        required=False,
        widget=forms.Select(attrs={"data-searchable": ""}),
        help_text=_("The session moves there once; its history goes with it."),
    )
    has_hours = forms.BooleanField(
        label=_("Open at certain hours only"),
        required=False,
        help_text=_("Otherwise the queue is open around the clock, but for its closed days."),
    )

    class Meta:
        model = MessageQueue
        fields = [
            "name",
            "agents",
            "pickup_mode",
            "assignment",
            "max_open_sessions",
            "alert_after_minutes",
            "overflow_after_minutes",
            "time_zone",
            "closed_reply",
            "session_closing",
            "session_timeout_days",
            "session_timeout_hours",
        ]
        labels = {"pickup_mode": _("Pickup Mode")}
        help_texts = {
            "assignment": _(
                "It is the turn of whoever has not been given a session for longest. Open sessions are "
                "counted over all message queues."
            ),
            "max_open_sessions": _(
                "Whoever has that many open sessions of this queue takes no more of it. What is transferred "
                "to an agent is not limited. Empty: no limit."
            ),
            "alert_after_minutes": _(
                "So long after a contact’s first unanswered text, the queue’s supervisors are told. "
                "Empty: they are not."
            ),
            "overflow_after_minutes": _("So long unanswered and with nobody, the session goes elsewhere."),
            "session_closing": _("Sessions in which nothing happens any more."),
            "session_timeout_days": _("So long without any message, up to 365 days."),
            "closed_reply": _(
                "Sent once per session to who texts while the queue is closed. Never to short codes and "
                "other machines, and never after an agent has written. Empty: nothing is sent."
            ),
        }
        field_classes = {"closed_reply": SmsField}
        widgets = {"closed_reply": forms.Textarea(attrs={"rows": 3, "data-segments": "#segments"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue = self.instance if self.instance.pk else None
        self.fields["pickup_mode"].choices = MessageQueue.PickupMode.choices  # type: ignore[attr-defined]
        for name in ("assignment", "session_closing", "session_timeout_hours"):
            self.fields[name].required = False
        self.fields["time_zone"] = time_zone_field()
        self.fields["time_zone"].help_text = _("Of the opening hours and closed days.")
        self.places = places_but(queue)
        choices = [("", _("Nowhere")), *((key, str(place)) for key, place in self.places.items())]
        self.fields["overflow_to"].choices = choices  # type: ignore[attr-defined]
        self.schedule = Schedule(self.data if self.is_bound else None, queue)  # type: ignore[arg-type]
        if queue:
            self.initial["agents"] = queue.agents.live()
            self.initial["has_hours"] = queue.opening_hours.exists()
            if overflow := queue.overflow_extension or queue.overflow_queue:
                self.initial["overflow_to"] = key_of(overflow)

    def clean(self) -> dict[str, Any]:
        """With `overflow_extension`, `overflow_queue`, `opening_hours` and `closed_days`."""
        cleaned: dict[str, Any] = super().clean() or {}
        self._clean_overflow(cleaned)
        self._clean_schedule(cleaned)
        is_own = cleaned.get("session_closing") == MessageQueue.SessionClosing.OWN
        clean_timeout(self, cleaned, is_wanted=is_own)
        return cleaned

    def clean_assignment(self) -> str:
        """What the queue has, where the form says nothing: it is of no matter in other modes."""
        chosen: str = self.cleaned_data["assignment"] or self.initial.get("assignment", "")
        return chosen or MessageQueue.Assignment.ROUND_ROBIN.value

    def clean_session_closing(self) -> str:
        return self.cleaned_data["session_closing"] or MessageQueue.SessionClosing.CHANNEL.value

    def _clean_overflow(self, cleaned: dict[str, Any]) -> None:
        place = self.places.get(cleaned.pop("overflow_to", ""))
        minutes = cleaned.get("overflow_after_minutes")
        if minutes and not place and "overflow_to" not in self.errors:
            self.add_error("overflow_to", _("Choose where sessions go then, or leave the minutes empty."))
        if place and not minutes and "overflow_after_minutes" not in self.errors:
            self.add_error("overflow_after_minutes", _("Enter after how many minutes."))
        cleaned["overflow_extension"] = place if isinstance(place, Extension) else None
        cleaned["overflow_queue"] = place if isinstance(place, MessageQueue) else None

    def _clean_schedule(self, cleaned: dict[str, Any]) -> None:
        with_hours = cleaned.pop("has_hours", False)
        if not self.schedule.read(with_hours=with_hours):
            self.add_error(None, _("Some opening hours or closed days can’t be used: see below."))
        elif with_hours and not self.schedule.spans:
            self.add_error("has_hours", _("Add the hours of at least one day, or untick this."))
        cleaned["opening_hours"], cleaned["closed_days"] = self.schedule.spans, self.schedule.closed
