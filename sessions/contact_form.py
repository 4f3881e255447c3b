"""The field in which somebody names a contact by its number."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels.phone_numbers import read_number
from channels.senders import why_not_typed


class ContactForm(forms.Form):
    """An address to text. National input is shown in E.164 before it is used."""

    contact = forms.CharField(
        label=_("To"),
        max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "tel", "placeholder": "+14155550100"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note = ""

    def clean_contact(self) -> str:
        """The address; `note` is set where the input was changed, for whoever typed it to look at first."""
        typed = self.cleaned_data["contact"]
        if words := why_not_typed(typed):
            raise ValidationError(words, code="unanswerable")
        read = read_number(typed, settings.DEFAULT_REGION)
        self.note = read.note
        return read.address

    @property
    def asks(self) -> bool:
        """Whether whoever typed it must look at what was read, and hasn't."""
        return bool(self.note) and self.data.get("shown") != self.cleaned_data["contact"]

    def show_address_read(self) -> None:
        """Puts what was read in the place of what was typed."""
        read = dict.fromkeys(("contact", "shown"), self.cleaned_data["contact"])
        self.data = {name: self.data[name] for name in self.data} | read
