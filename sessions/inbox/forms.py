"""What agents write."""

import uuid
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from channels.models import Number
from routing.models import Extension
from routing.sms_field import MAX_BODY, SmsField
from sessions.contact_form import ContactForm
from sessions.inbox.later_forms import LaterFields
from sessions.media.file_fields import FilesField
from sessions.queries import numbers_of

CHOSEN_AT_A_GLANCE = 8  # choices; among more one searches

# The page offers contacts while one types, and says how it reads a number.
SUGGESTING = {
    "inputmode": "text",
    "autocomplete": "off",
    "autofocus": True,
    "role": "combobox",
    "aria-autocomplete": "list",
    "aria-controls": "contact-options",
    "aria-expanded": "false",
    "data-suggests": True,
    "hx-get": reverse_lazy("inbox-suggestions"),
    "hx-include": "#id_number",
    "hx-trigger": "load, input changed delay:150ms, chosen, change from:#id_number",
    "hx-target": "#contact-suggestions",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
    "hx-disabled-elt": "unset",  # the form's own is for sending it
}


class ReplyForm(LaterFields):
    """A text and the id under which it is accepted once, however often the form is sent."""

    code = ""  # of the refusal, once there is one

    body = SmsField(
        label=_("Message"),
        max_length=MAX_BODY,
        strip=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("Write a text…")}),
    )
    attachments = FilesField(label=_("Pictures and files"), required=False)
    later = forms.BooleanField(label=_("Send later"), required=False)
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """`due_at` is None for a text that is sent now; the field is not even shown then."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not (cleaned.get("body") or cleaned.get("attachments") or self.errors):
            self.add_error("body", _("Write something first."))
        if not cleaned.pop("later", False):
            self.errors.pop("due_at", None)
            cleaned["due_at"] = None
        else:
            self.when(cleaned)
        return cleaned

    @property
    def written(self) -> dict[str, Any]:
        """What the actions take of it."""
        data = self.cleaned_data
        return {
            "body": data["body"],
            "client_id": str(data["client_id"]),
            "due_at": data["due_at"],
            "until_reply": data["until_reply"],
            "files": data["attachments"],
        }


class DraftForm(forms.Form):
    """What is typed, as which text, and how many milliseconds ago: clocks of devices go wrong.

    `typing`: by hand, just now.
    """

    body = forms.CharField(required=False, max_length=10 * MAX_BODY, strip=False)
    client_id = forms.CharField(required=False, max_length=64)
    age_ms = forms.IntegerField(min_value=0, max_value=10**11)
    typing = forms.BooleanField(required=False)


class NewMessageForm(ReplyForm, ContactForm):
    """A first text to a contact."""

    number = forms.ModelChoiceField(Number.objects.none(), label=_("From"), empty_label=None)
    field_order = ("number", "contact", "body", "attachments", "later", "preset", "due_at", "client_id")

    def __init__(self, *args: Any, agent: Extension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields["number"]
        assert isinstance(number, forms.ModelChoiceField)  # noqa: S101 (for the type)
        number.queryset = numbers_of(agent)
        if len(number.queryset) > CHOSEN_AT_A_GLANCE:
            number.widget.attrs |= {"data-searchable": "", "data-none": _("No such number")}
        self.fields["body"].widget.attrs["data-segments"] = "#segments"
        self.fields["contact"].label = _("To (a number in any format, or a name)")
        self.fields["contact"].widget.attrs |= SUGGESTING
