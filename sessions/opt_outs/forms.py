from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.directions import isolated
from channels.models import Number
from sessions.contact_form import ContactForm
from sessions.models import OptOutWord
from sessions.opt_outs.words import key_of, kind_of_key


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


class OptOutWordForm(forms.ModelForm[OptOutWord]):
    """A word that means something already is not added: it would say the same twice, or two things."""

    class Meta:
        model = OptOutWord
        fields = ["word", "kind"]
        widgets = {"word": forms.TextInput(attrs={"placeholder": "HALT", "dir": "auto"})}

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        self.instance.key = key_of(word)
        if not 0 < len(self.instance.key) <= OptOutWord.KEY_MOST:
            raise forms.ValidationError(_("Write one or two words, without a question mark."))
        if kind := kind_of_key(self.instance.key):
            meaning = OptOutWord.Kind(kind).label
            raise forms.ValidationError(
                _("“%(word)s” is understood already: %(meaning)s."),
                params={"word": isolated(word), "meaning": meaning},
            )
        return word
