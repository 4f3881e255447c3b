"""The form of a channel, in the setup guide's words."""

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from channels.itsp import ITSPS
from channels.models import Channel
from routing.forms import ArchivableForm
from routing.session_timeout import clean_timeout
from routing.sms_field import SmsField


class ChannelForm(ArchivableForm[Channel]):
    """All of a channel but its credentials and its rules."""

    itsp = forms.ChoiceField(label=_("ITSP"))
    close_automatically = forms.BooleanField(
        label=_("Close Session Automatically"),
        required=False,
        help_text=_(
            "If you want the system to automatically close the sessions that have been inactive for a "
            "specific period of time."
        ),
    )

    class Meta:
        model = Channel
        fields = [
            "itsp",
            "name",
            "sending_rate",
            "session_timeout_days",
            "session_timeout_hours",
            "keeps_unanswered",
            "closing_text",
            "rate_unit",
            "message_validity_hours",
        ]
        labels = {"rate_unit": _("Count in")}
        field_classes = {"closing_text": SmsField}
        widgets = {"closing_text": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "name": _("What you and your colleagues call this channel."),
            "sending_rate": _("The number of messages that PBX can send per second."),
            "session_timeout_days": _(
                "So long without any message, up to 365 days. Never while a message of the session is to "
                "be sent."
            ),
            "keeps_unanswered": _("Its message queue’s supervisors are told instead, once."),
            "closing_text": _(
                "Sent to the contact when the session is closed automatically. Never to short codes, nor to "
                "who opted out. Empty: nothing is sent."
            ),
            "rate_unit": _(
                "What the Message Sending Rate counts. Long text messages (longer than 160 characters) are "
                "split into several segments, and most service providers limit the segments per second."
            ),
            "message_validity_hours": _(
                "From 1 to 72. A message that waited longer in the queue of PBX expires instead of arriving "
                "late. While the channel is paused or failing, this time stands still."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        itsp = self.fields["itsp"]
        itsp.choices = [(code, itsp.name) for code, itsp in ITSPS.items()]  # type: ignore[attr-defined]
        itsp.disabled = self.instance.pk is not None
        self.fields["session_timeout_hours"].required = False
        timeout_days = self.initial.get("session_timeout_days", self.instance.session_timeout_days)
        self.initial["close_automatically"] = timeout_days is not None
        if self.initial.get("session_timeout_days") is None:
            self.initial["session_timeout_days"] = 7

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        clean_timeout(self, cleaned, is_wanted=cleaned.pop("close_automatically", False))
        return cleaned


def settings_of(channel: Channel) -> dict[str, Any]:
    """What a duplicate of the channel begins with."""
    values = model_to_dict(channel, ChannelForm.Meta.fields)
    return values | {"name": _("%s (copy)") % channel.name[:110]}
