"""What agents write."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from channels.models import Number
from channels.phone_numbers import read_number
from routing.models import Extension
from sessions.actions import MAX_BODY
from sessions.queries import numbers_of


class ReplyForm(forms.Form):
    """A text and the id under which it is accepted once, however often the form is sent."""

    body = forms.CharField(
        label=_("Message"),
        max_length=MAX_BODY,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Write a text…")}),
        error_messages={"required": _("Write something first.")},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NewMessageForm(ReplyForm):
    """A first text to a contact. National input is shown in E.164 before it is used."""

    number = forms.ModelChoiceField(Number.objects.none(), label=_("From"), empty_label=None)
    contact = forms.CharField(
        label=_("To"),
        max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "tel", "placeholder": "+14155550100"}),
    )
    field_order = ("number", "contact", "body", "client_id")

    def __init__(self, *args: Any, agent: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note = ""
        number = self.fields["number"]
        assert isinstance(number, forms.ModelChoiceField)  # noqa: S101 (for the type)
        number.queryset = numbers_of(agent)

    def clean_contact(self) -> str:
        """The address; `note` is set where the input was changed, for the agent to look at first."""
        read = read_number(self.cleaned_data["contact"], settings.DEFAULT_REGION)
        self.note = read.note
        return read.address

    def show_address_read(self) -> None:
        """Puts what was read in the place of what was typed."""
        self.data = QueryDict(mutable=True)
        self.data.update({**self.cleaned_data, "number": self.cleaned_data["number"].pk})
