"""Contact fields as inputs of a form."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from sessions.contacts.values import LONGEST, NO, YES, read_value
from sessions.models import ContactField

Kind = ContactField.Kind
PLAIN = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
WIDGETS: Mapping[str, Callable[[], forms.Widget]] = {
    Kind.TEXT: lambda: forms.TextInput(attrs={"autocomplete": "off"}),
    Kind.LONG_TEXT: lambda: forms.Textarea(attrs={"rows": 3}),
    Kind.NUMBER: lambda: forms.TextInput(attrs={"inputmode": "decimal", **PLAIN}),
    Kind.DATE: lambda: forms.DateInput(attrs={"type": "date"}),
    Kind.YES_NO: forms.Select,
    Kind.CHOICE: forms.Select,
    Kind.EMAIL: lambda: forms.TextInput(attrs={"inputmode": "email", **PLAIN}),
    Kind.WEB: lambda: forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
}


class ValueField(forms.CharField):
    """One value of a contact, as `contacts.values` reads it."""

    def __init__(self, contact_field: ContactField, present: str) -> None:
        super().__init__(
            label=contact_field.name,
            required=False,
            strip=False,
            initial=present,
            widget=WIDGETS[contact_field.kind](),
        )
        self.contact_field, self.present = contact_field, present
        self.max_length = LONGEST.get(Kind(contact_field.kind))  # said while one types; checked by `clean`
        if isinstance(self.widget, forms.Select):
            self.widget.choices = [("", "–"), *self._choices()]

    def _choices(self) -> list[tuple[str, str]]:
        if self.contact_field.kind == Kind.YES_NO:
            return [(YES, _("Yes")), (NO, _("No"))]
        options = self.contact_field.options
        gone = [self.present] if self.present and self.present not in options else []
        return [(option, option) for option in [*options, *gone]]

    def clean(self, value: Any) -> str:
        """What was there stays possible, though it is no choice any more."""
        text = str(value or "")
        return text if text == self.present else read_value(self.contact_field, text)


class WithFields:
    """A form that asks for contact fields, too."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def add_fields(self, fields: Sequence[ContactField], present: Mapping[int, str]) -> None:
        for one in fields:
            self.fields[f"field_{one.pk}"] = ValueField(one, present.get(one.pk, ""))

    @property
    def value_inputs(self) -> list[forms.BoundField]:
        """For the template."""
        named = [name for name, field in self.fields.items() if isinstance(field, ValueField)]
        return [self[name] for name in named]  # type: ignore[index]

    @property
    def field_values(self) -> dict[int, str]:
        """By the field's id, as the action takes them."""
        return {
            field.contact_field.pk: self.cleaned_data[name]
            for name, field in self.fields.items()
            if isinstance(field, ValueField)
        }
