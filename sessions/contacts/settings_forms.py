"""What administrators decide about contacts, as they write it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directions import isolated
from accounts.tidying import tidy
from sessions.contacts import calling
from sessions.contacts.import_headings import OWN
from sessions.contacts.patterns import OF_NUMBER, known_placeholders, read_pattern
from sessions.contacts.values import live_fields
from sessions.models import ContactField, ContactLink, ContactSettings

Kind = ContactField.Kind
BECOMES_TEXT = {Kind.NUMBER, Kind.DATE, Kind.YES_NO, Kind.CHOICE}  # what fits into a short text


class ContactFieldForm(forms.ModelForm[ContactField]):
    """To be read within `deciding_on_contacts`, when it is posted."""

    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        help_text=gettext_lazy("One on each line, in the order of the list."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = ContactField
        fields = ["name", "kind", "in_pane"]
        help_texts = {
            "name": gettext_lazy("As agents see it, for example Customer no."),
        }
        error_messages = {"name": {"required": gettext_lazy("Give the field a name.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("choices", "\n".join(self.instance.options))

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if set(name) & set("{}"):
            raise ValidationError(_("Leave out { and }: canned replies and links name fields between them."))
        key = name.casefold()
        if key in OWN:
            raise ValidationError(
                _("“%s” is what each contact has anyway. Choose another name.") % isolated(name)
            )
        return name

    def clean_kind(self) -> str:
        kind, before = self.cleaned_data["kind"], self.initial.get("kind")
        fits = kind == Kind.LONG_TEXT or (kind == Kind.TEXT and before in BECOMES_TEXT)
        if self.instance.pk and kind != before and not fits and self.instance.values.exists():
            words = _("Contacts have values of the kind it is. Leave it, or add another field.")
            raise ValidationError(words)
        return str(kind)

    def clean_choices(self) -> list[str]:
        """Without empty lines and twins."""
        lines = filter(None, map(tidy, self.cleaned_data["choices"].splitlines()))
        found: dict[str, str] = {}
        for line in lines:
            found.setdefault(line.casefold(), line)
        options = list(found.values())
        if len(options) > ContactField.OPTIONS_MOST:
            raise ValidationError(_("At most %s choices.") % ContactField.OPTIONS_MOST)
        if any(len(option) > ContactField.OPTION_LENGTH for option in options):
            raise ValidationError(_("At most %s characters on a line.") % ContactField.OPTION_LENGTH)
        return options

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_choice = cleaned.get("kind") == Kind.CHOICE
        if is_choice and not cleaned.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Write the choices, one on each line."))
        self.instance.options = cleaned.get("choices", []) if is_choice else []
        if reason := why_not_live(cleaned.get("name", ""), self.instance.pk):
            self.add_error("name", reason)
        return cleaned


def why_not_live(name: str, pk: int | None) -> str:
    """Why a field can't have its name among the live ones, or be one more of them; "" if it can."""
    others = ContactField.objects.live().exclude(pk=pk or 0)
    if others.filter(key=name.casefold()).exists():
        return _("Another field is called so. Choose another name.")
    if others.count() >= ContactField.MOST:
        return _("There are %s fields already. Archive one first.") % ContactField.MOST
    return ""


class ContactLinkForm(forms.ModelForm[ContactLink]):
    """To be read within `deciding_on_contacts`, when it is posted."""

    class Meta:
        model = ContactLink
        fields = ["label", "pattern"]
        help_texts = {"label": gettext_lazy("What agents click, for example Customer in the CRM.")}
        error_messages = {"label": {"required": gettext_lazy("Give the link a label.")}}
        widgets = {
            "pattern": forms.Textarea(
                attrs={
                    "rows": 2,
                    "dir": "ltr",
                    "spellcheck": "false",
                    "autocapitalize": "off",
                    "placeholder": "https://crm.example.com/search?phone={number}",
                }
            )
        }

    def clean_label(self) -> str:
        return tidy(self.cleaned_data["label"])

    def clean_pattern(self) -> str:
        known = known_placeholders(live_fields())
        return read_pattern(self.cleaned_data["pattern"], schemes=("https", "http"), known=known)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if ContactLink.objects.exclude(pk=self.instance.pk).count() >= ContactLink.MOST:
            self.add_error(None, _("There are %s links already. Delete one first.") % ContactLink.MOST)
        return cleaned


class CallForm(forms.ModelForm[ContactSettings]):
    class Meta:
        model = ContactSettings
        fields = ["call_pattern"]
        labels = {"call_pattern": gettext_lazy("What a click on a number opens")}
        widgets = {
            "call_pattern": forms.TextInput(
                attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
            )
        }

    def clean_call_pattern(self) -> str:
        text = self.cleaned_data["call_pattern"]
        return read_pattern(text, schemes=calling.SCHEMES, known=OF_NUMBER, needs=OF_NUMBER)


CALL_EXAMPLES: Sequence[str] = (
    "tel:{number}",
    "sip:{number}@pbx.example.com",
    "callto:{number}",
    "https://pbx.example.com/dial?to={number}",
)
