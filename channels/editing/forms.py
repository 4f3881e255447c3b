"""The form of a channel, in the setup guide's words."""

from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from channels.itsp import ITSPS
from channels.models import Channel
from routing.forms import ArchivableForm


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
            "rate_unit",
            "message_validity_hours",
        ]
        labels = {"rate_unit": _("Count in")}
        help_texts = {
            "name": _("What you and your colleagues call this channel."),
            "sending_rate": _("The number of messages that PBX can send per second."),
            "session_timeout_days": _("From 1 to 365 days without any message."),
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
        timeout_days = self.initial.get("session_timeout_days", self.instance.session_timeout_days)
        self.initial["close_automatically"] = timeout_days is not None
        if self.initial.get("session_timeout_days") is None:
            self.initial["session_timeout_days"] = 7

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.pop("close_automatically", False):
            self.errors.pop("session_timeout_days", None)  # it isn't shown
            cleaned["session_timeout_days"] = None
        elif not cleaned.get("session_timeout_days") and "session_timeout_days" not in self.errors:
            self.add_error("session_timeout_days", _("Enter a number of days from 1 to 365."))
        return cleaned


def settings_of(channel: Channel) -> dict[str, Any]:
    """What a duplicate of the channel begins with."""
    values = model_to_dict(channel, ChannelForm.Meta.fields)
    return values | {"name": _("%s (copy)") % channel.name[:110]}
