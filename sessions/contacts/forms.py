"""A contact of the address book."""

import re
from collections.abc import Collection

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.pasted import cleaned
from channels.phone_numbers import NumberInput, read_number
from sessions.contact_form import ContactForm
from sessions.contacts.lookup import known_senders
from sessions.models import Contact

_NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 _&+\-]{1,11}")


def read_address(text: str, senders: Collection[str]) -> NumberInput:
    """A phone number, or the name of one of the `senders`; raises `ValidationError` in words."""
    text = cleaned(text)
    if not is_name(text):
        return read_number(text, settings.DEFAULT_REGION)
    if text not in senders:
        words = _("“%s” is no phone number, and nobody of this name has texted you.")
        raise ValidationError(words % text, code="invalid")
    return NumberInput(text)


def is_name(text: str) -> bool:
    """Whether a sender can be called so whom one can't answer, such as ACME."""
    return bool(_NAMED_SENDER.fullmatch(cleaned(text)))


class ContactNotesForm(forms.ModelForm[Contact]):
    class Meta:
        model = Contact
        fields = ["name", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}


class NewContactForm(ContactForm):
    """A number with what is known of it. National input is shown in E.164 before it is stored."""

    name = forms.CharField(label=_("Name"), max_length=127)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_contact(self) -> str:
        typed = self.cleaned_data["contact"]
        read = read_address(typed, known_senders([typed]))
        self.note = read.note
        return read.address

    @property
    def values(self) -> dict[str, str]:
        """What the action takes."""
        data = self.cleaned_data
        return {"address": data["contact"], "name": data["name"], "notes": data["notes"]}


class EditContactForm(ContactNotesForm):
    """What is known of a number. The number itself stays, since sessions are found by it."""

    class Meta(ContactNotesForm.Meta):
        model = Contact

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError(_("Enter a name."), code="required")
        return name
