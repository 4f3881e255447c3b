"""The channel form and the dialog of one message routing rule, in the setup guide's words."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from channels.itsp import ITSPS
from channels.models import SENDING_RATES, Channel, Number
from channels.phone_numbers import read_number
from routing.forms import ArchivableForm, ExtensionsField
from routing.models import Extension, MessageQueue

EXTENSION, QUEUE = "extension", "queue"


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


class NumberRuleForm(forms.Form):
    """One message routing rule. `taken` are the addresses of the form's other rules.

    After validation `note` says what became of the number's text, "" if it is as it was typed.
    """

    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
        help_text=_(
            "Enter the purchased number in E.164 format ([+][country code][phone number]). "
            "For example, +25402161183."
        ),
    )
    destination = forms.ChoiceField(
        label=_("Destination for Inbound Messaging"),
        choices=[(EXTENSION, _("Extension")), (QUEUE, _("Message Queue"))],
        help_text=_("Specify the destination of inbound messages from the number."),
    )
    extension = forms.ModelChoiceField(
        label=_("Extension"),
        queryset=Extension.objects.live(),
        required=False,
        empty_label=_("Choose an extension…"),
        widget=forms.Select(attrs={"data-searchable": ""}),
        help_text=_("Only the extension user can receive inbound messages from the number."),
    )
    queue = forms.ModelChoiceField(
        label=_("Message Queue"),
        queryset=MessageQueue.objects.live(),
        required=False,
        empty_label=_("Choose a message queue…"),
        widget=forms.Select(attrs={"data-searchable": ""}),
        help_text=_(
            "All the agents in the selected message queue can receive inbound message(s) of new sessions "
            "in the queue. However, only the user who picks up a session will be able to receive and "
            "respond to the follow-up inbound messages in the session."
        ),
    )
    number_rate = forms.TypedChoiceField(
        label=_("Lower rate of this number"),
        choices=[("", _("Only the channel’s rate")), *((rate, str(rate)) for rate in SENDING_RATES)],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Optional. The number of messages that this number alone can send per second."),
    )
    initiators = ExtensionsField(
        label=_("Extensions allowed to create messaging sessions"),
        help_text=_("Select the extensions that are allowed to initiate a messaging session with customers."),
    )

    def __init__(
        self,
        *args: Any,
        channel: Channel | None = None,
        taken: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel, self.taken, self.note = channel, taken, ""

    def clean_number(self) -> str:
        read = read_number(self.cleaned_data["number"], settings.DEFAULT_REGION)
        self.note = read.note
        if read.address in self.taken:
            raise ValidationError(
                _("%(number)s has a rule in this form already."), params=_named(read.address)
            )
        holder = Channel.objects.filter(
            numbers__in=Number.objects.live().filter(address=read.address)
        ).first()
        if holder is not None and holder != self.channel:
            raise ValidationError(
                _("%(number)s belongs to the channel “%(channel)s”. Remove it there first."),
                params=_named(read.address) | {"channel": holder.name},
            )
        return read.address

    def clean(self) -> dict[str, Any]:
        """Keeps the one destination that was asked for."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("destination")
        for field, missing in ((EXTENSION, _("Choose an extension.")), (QUEUE, _("Choose a message queue."))):
            if field != chosen:
                self.errors.pop(field, None)
                cleaned[field] = None
            elif not cleaned.get(field) and field not in self.errors:
                self.add_error(field, missing)
        return cleaned


def _named(address: str) -> dict[str, str]:
    return {"number": address}
