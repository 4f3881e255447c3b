"""The file, and what its columns mean."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directions import isolated
from imports import card_rows, columns
from imports.columns import ASK, SKIP, Column
from imports.kinds import Kind
from imports.models import Import

TEXT_MOST = 1024 * 1024  # characters that are pasted


class UploadForm(forms.Form):
    """A file, or pasted text."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/tab-separated-values"}),
        help_text=gettext_lazy(
            "As Excel, LibreOffice, Google or other tools save it, with up to 50,000 rows (20 MB)."
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "font-monospace", "spellcheck": "false"}),
    )

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not kind.takes_cards:
            return
        file = self.fields["file"]
        file.label = _("CSV file or vCards")
        file.widget.attrs["accept"] += ",.vcf,.vcard,text/vcard,text/x-vcard"
        file.help_text = _(
            "CSV as Excel, LibreOffice, Google or other tools save it, or a .vcf file as phones and address "
            "books do; up to 50,000 rows or cards (20 MB)."
        )
        self.fields["text"].label = _("Or paste the rows or cards")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if len(data.get("text") or "") > TEXT_MOST:
            raise ValidationError({"text": _("This is too much to paste. Choose it as a file.")})
        if not self.errors and not data.get("file") and not (data.get("text") or "").strip():
            raise ValidationError({"file": _("Choose a file, or paste the rows.")})
        return data

    def refuse(self, error: ValidationError) -> None:
        """Of what was given, since that can't be read."""
        self.add_error("file" if self.cleaned_data.get("file") else "text", error)


class Asked(NamedTuple):
    """A column of the file, with the field that asks what it means."""

    heading: str
    column: Column
    field: forms.BoundField
    is_open: bool


class MappingForm(forms.Form):
    """What each column means. Columns in which nothing stands are left out without a question."""

    has_headings = forms.BooleanField(label=gettext_lazy("The first row names the columns"), required=False)

    def __init__(self, import_: Import, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.import_, self.kind = import_, kind
        self.fields_of_kind = kind.fields()
        self.width = columns.width(import_.columns, has_headings=import_.has_headings)
        self.fields["has_headings"].initial = import_.has_headings
        if [one["heading"] for one in import_.columns] == list(card_rows.HEADER):  # it has no first row
            self.fields["has_headings"].widget = forms.HiddenInput()
        choices = [
            (ASK, _("Choose …")),
            (SKIP, _("Leave out")),
            *((one.name, one.label) for one in self.fields_of_kind),
        ]
        for place, meaning in enumerate(import_.meanings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=columns.heading_of(import_.columns[place], place, has_headings=import_.has_headings),
                choices=choices if meaning == ASK else choices[1:],
                initial=meaning,
                required=False,
            )

    @property
    def asked(self) -> Iterator[Asked]:
        for place, column in enumerate(self.import_.columns[: self.width]):
            if column["filled"] or self.import_.meanings[place] not in (SKIP, ASK):
                field = self[f"column_{place}"]
                yield Asked(str(field.label), column, field, self.import_.meanings[place] == ASK)

    @property
    def empty(self) -> list[str]:
        """The headings of columns in which nothing stands."""
        shown = {one.field.name for one in self.asked}
        found = (self[f"column_{place}"] for place in range(self.width))
        return [str(field.label) for field in found if field.name not in shown]

    @property
    def open_count(self) -> int:
        return sum(one.is_open for one in self.asked)

    @property
    def meanings(self) -> list[str]:
        """What was said; what the page does not ask about stays."""
        return [
            self.cleaned_data.get(f"column_{place}")
            or (ASK if column["filled"] and place < self.width else SKIP)
            for place, column in enumerate(self.import_.columns)
        ]

    def check_all(self) -> bool:
        """Whether it can be started; else the columns say what is missing."""
        counts = Counter(self.meanings)
        labels = {one.name: one.label for one in self.fields_of_kind}
        for place, meaning in enumerate(self.meanings):
            if meaning == ASK:
                self.add_error(f"column_{place}", _("Choose what this column is, or leave it out."))
        for one in self.fields_of_kind:
            if counts[one.name] > 1 and not one.several:
                words = _("Several columns are “%s”. Choose one of them, and leave the others out.")
                self.add_error(None, words % isolated(one.label))
        for names in self.kind.required():
            if not any(counts[name] for name in names):
                words = _("No column is “%s”. Choose the column in which it stands.")
                self.add_error(None, words % _(" or ").join(isolated(labels[name]) for name in names))
        return not self.errors
