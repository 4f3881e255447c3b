"""To whom a test text goes, and from which number."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.models import Channel, Number
from sessions.contact_form import ContactForm


class FirstTextForm(ContactForm):
    """The number is asked for only where there is a choice."""

    number = forms.ModelChoiceField(label=_("From"), queryset=Number.objects.none(), empty_label=None)

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = channel.numbers.live().order_by("address")
        field = self.fields["number"]
        field.queryset = numbers  # type: ignore[attr-defined]
        if len(numbers) == 1:
            field.widget = forms.HiddenInput()
            self.initial["number"] = numbers[0].pk
        self.fields["contact"].label = _("Your phone’s number")
        self.order_fields(["contact", "number"])
