"""The dialog of one message routing rule, in the setup guide's words."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.directions import isolated
from channels.models import SENDING_RATES, Channel, Number
from channels.phone_numbers import read_number
from channels.same_account import have_same_account
from routing.forms import ExtensionsField
from routing.models import Extension, MessageQueue

EXTENSION, QUEUE = "extension", "queue"


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
    standby = forms.ModelChoiceField(
        label=_("Standby channel"),
        queryset=Channel.objects.live().order_by("name"),
        required=False,
        empty_label=_("None"),
        help_text=_(
            "Optional. A channel at another ITSP that has this number, too. Messages leave by it while this "
            "channel fails, or when you say so; inbound ones are taken from either."
        ),
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
        if channel:
            self.fields["standby"].queryset = Channel.objects.live().exclude(pk=channel.pk).order_by("name")  # type: ignore[attr-defined]

    @property
    def may_have_standby(self) -> bool:
        return bool(self["standby"].field.queryset.exists())  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        read = read_number(self.cleaned_data["number"], settings.DEFAULT_REGION)
        self.note = read.note
        if read.address in self.taken:
            raise ValidationError(
                _("%(number)s has a rule in this form already."), params={"number": read.address}
            )
        holder = Channel.objects.filter(
            numbers__in=Number.objects.live().filter(address=read.address)
        ).first()
        if holder is not None and holder != self.channel:
            raise ValidationError(
                _("%(number)s belongs to the channel “%(channel)s”. Remove it there first."),
                params={"number": read.address, "channel": isolated(holder.name)},
            )
        return read.address

    def clean_standby(self) -> Channel | None:
        standby: Channel | None = self.cleaned_data["standby"]
        if standby and self.channel and have_same_account(self.channel, standby):
            raise ValidationError(
                _("“%(name)s” is the same account: both would fail together. Choose one at another ITSP."),
                params={"name": isolated(standby.name)},
            )
        return standby

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
