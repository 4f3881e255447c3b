"""A contact of the address book."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.directions import isolated
from accounts.forms import time_zone_field
from accounts.pasted import cleaned
from channels.phone_numbers import NumberInput, read_number
from channels.senders import why_not_typed
from channels.written_numbers import is_shortened
from sessions.contact_form import ContactForm
from sessions.contacts import words
from sessions.contacts.lookup import known_senders
from sessions.contacts.value_fields import WithFields
from sessions.contacts.values import live_fields, values_of
from sessions.models import Contact, ContactField

_NAMED_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 _&+\-]{1,11}")


def read_address(text: str, senders: Collection[str]) -> NumberInput:
    """A phone number, or one of the `senders` that are none; raises `ValidationError` in words."""
    text = cleaned(text)
    if why := why_not_typed(text):
        if text in senders:
            return NumberInput(text)
        raise ValidationError(why, code="unanswerable")
    if not is_name(text):
        return read_number(text, settings.DEFAULT_REGION)
    if text not in senders:
        raise ValidationError(words.UNKNOWN_NAME(text=isolated(text)), code="invalid")
    return NumberInput(text)


def is_name(text: str) -> bool:
    """Whether a sender can be called so whom one can't answer, such as ACME."""
    return bool(_NAMED_SENDER.fullmatch(cleaned(text))) and not is_shortened(text)


class ContactNotesForm(WithFields, forms.ModelForm[Contact]):
    """`fields` are the contact fields that can be changed."""

    class Meta:
        model = Contact
        fields = ["name", "notes", "time_zone"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, fields: Sequence[ContactField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = time_zone_field()
        zone.help_text = _("For the times of texts that are sent later.")
        zone.choices = [("", _("As the number tells")), *list(zone.choices)[1:]]  # type: ignore[arg-type]
        self.fields["time_zone"] = zone
        self.add_fields(fields, values_of(self.instance))

    @property
    def said(self) -> dict[str, Any]:
        """What the action takes, beside the address."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "notes": data["notes"],
            "time_zone": data["time_zone"],
            "values": self.field_values,
        }


class NewContactForm(WithFields, ContactForm):
    """A number with what is known of it. National input is shown in E.164 before it is stored."""

    name = forms.CharField(label=_("Name"), max_length=127)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_fields(live_fields(), {})

    def clean_contact(self) -> str:
        typed = self.cleaned_data["contact"]
        read = read_address(typed, known_senders([typed]))
        self.note = read.note
        return read.address

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        said = {"address": data["contact"], "name": data["name"], "notes": data["notes"]}
        return {**said, "values": self.field_values}


class EditContactForm(ContactNotesForm):
    """What is known of a number. The number itself stays, since sessions are found by it."""

    class Meta(ContactNotesForm.Meta):
        model = Contact

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError(_("Enter a name."), code="required")
        return name
