"""For how long what is kept: two fields for each kind."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Channel
from channels.phone_numbers import read_number
from retention import previewing, rules
from retention.models import Kind, LegalHold, Rule, Way
from retention.rules import Term, Terms

AS_FOR_ALL = ""
HELPS = {
    Kind.MESSAGES: gettext_lazy("Counted from when each was written, once its session is closed."),
    Kind.SESSIONS: gettext_lazy("Counted from when it was closed; its messages go with it."),
    Kind.JOURNAL: gettext_lazy("They hold texts, too: where messages go sooner, so do they."),
    Kind.DRAFTS: gettext_lazy("What agents have typed and not sent."),
    Kind.IMPORTS: gettext_lazy("With their faulty rows; what was imported stays."),
    Kind.AUDIT: gettext_lazy("Anonymised, they still say what kind of thing was done when."),
}


def _at_least(days: int) -> MinValueValidator:
    if days == 1:
        return MinValueValidator(1)
    words = _("At least %(limit_value)s days: what is younger may still come from the ITSP.")
    return MinValueValidator(days, words)


class Row(NamedTuple):
    """A kind's fields; without `way` it can only be deleted."""

    label: str
    days: BoundField
    way: BoundField | None


class RulesForm(forms.Form):
    """The rules for all, or those that a channel has for itself.

    What would remove something at once is shown first, and saved when that is what was shown.
    """

    def __init__(self, data: Any = None, *, channel: Channel | None = None) -> None:
        super().__init__(data)
        self.channel = channel
        self.sentences: list[str] = []
        self._kinds = tuple(Kind) if channel is None else rules.OF_CHANNELS
        self._stored = rules.for_all() if channel is None else rules.own_of(channel)
        for kind in self._kinds:
            self.fields[f"{kind}_days"] = self._days(kind)
            if kind not in rules.DELETED_ONLY:
                self.fields[f"{kind}_way"] = self._way(kind)

    def _days(self, kind: Kind) -> forms.IntegerField:
        stored = self._stored.get(kind)
        least = rules.least_days(kind)
        return forms.IntegerField(
            label=_("%s: days") % kind.label,
            required=False,
            initial=stored.days if stored else None,
            help_text=HELPS[kind],
            validators=[_at_least(least), MaxValueValidator(Rule.MOST_DAYS)],
            widget=forms.NumberInput(
                attrs={"min": least, "max": Rule.MOST_DAYS, "placeholder": _("for ever")}
            ),
        )

    def _way(self, kind: Kind) -> forms.ChoiceField:
        stored = self._stored.get(kind)
        first = [(AS_FOR_ALL, _("As for all channels"))] if self.channel else []
        initial = stored.way if stored else first[0][0] if first else Way.DELETE
        label = _("%s: then") % kind.label
        return forms.ChoiceField(label=label, required=False, initial=initial, choices=[*first, *Way.choices])

    @property
    def rows(self) -> Iterator[Row]:
        for kind in self._kinds:
            way = None if kind in rules.DELETED_ONLY else self[f"{kind}_way"]
            yield Row(str(kind.label), self[f"{kind}_days"], way)

    @property
    def terms(self) -> Terms:
        given = {
            kind: (self.cleaned_data[f"{kind}_days"], self.cleaned_data.get(f"{kind}_way", ""))
            for kind in self._kinds
        }
        own = {kind: said for kind, said in given.items() if self.channel is None or said[1] != AS_FOR_ALL}
        return {kind: Term(days, way or Way.DELETE) for kind, (days, way) in own.items()}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for kind in self._kinds if self.channel else ():
            if cleaned.get(f"{kind}_days") and cleaned.get(f"{kind}_way") == AS_FOR_ALL:
                self.add_error(f"{kind}_way", _("Choose what becomes of it then, or leave the days empty."))
        return cleaned

    @property
    def mark(self) -> str:
        """By which it is known that what was shown is what is saved."""
        return hashlib.sha256(repr(sorted(self.terms.items())).encode()).hexdigest()

    def asks(self) -> bool:
        """Whether something would go that whoever saves has not been told of."""
        self.sentences = previewing.sentences(self.terms, channel=self.channel)
        return bool(self.sentences) and self.data.get("shown") != self.mark

    def save(self) -> None:
        rules.store(self.terms, channel=self.channel)


class PersonForm(forms.Form):
    """Whose data somebody asks for."""

    number = forms.CharField(
        label=gettext_lazy("Number of the person"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "placeholder": "+14155550100", "autocomplete": "off"}
        ),
    )

    def clean_number(self) -> str:
        return read_number(self.cleaned_data["number"], settings.DEFAULT_REGION).address


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason of the hold"), max_length=LegalHold.REASON_LENGTH, required=False
    )
