from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.models import Number
from sessions.contact_form import ContactForm


class OptOutForm(ContactForm):
    """A contact whom an administrator opts out by hand."""

    number = forms.ModelChoiceField(
        Number.objects.live().filter(channel__archived_at=None).order_by("address"),
        label=_("Number"),
        empty_label=_("Choose a number…"),
        widget=forms.Select(attrs={"data-searchable": ""}),
        help_text=_("The contact gets no more texts from this number. Its other texts are not affected."),
    )
    field_order = ("number", "contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].label = _("Contact")
