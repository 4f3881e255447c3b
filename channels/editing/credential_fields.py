"""The credentials of a channel's form, as the page shows them: what is needed, and what some accounts have.

A secret is never shown again. An empty field stands for the stored one, so what is optional has a box by
which it is removed.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django import forms
from django.utils.translation import gettext as _

from channels.editing.kept_secrets import KeptSecrets
from channels.itsp.base import Itsp

HIDDEN = "•" * 16  # where a secret is there and can't be shown
_REMOVED = "remove_"


class CredentialField(NamedTuple):
    """`note`: of a secret that an empty field stands for. `removal`: the box's name; "" if there is none.

    `is_made`: we made it for this channel, and it is shown to be copied until the channel is saved.
    """

    bound: forms.BoundField
    note: str = ""
    removal: str = ""
    is_removed: bool = False
    is_made: bool = False

    @property
    def heading(self) -> str:
        """Over this field and those after it, where the form has them in groups."""
        return str(getattr(self.bound.field, "heading", ""))


def is_secret(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


def secrets_of(itsp: Itsp) -> list[str]:
    return [name for name, field in itsp.credentials_form.base_fields.items() if is_secret(field)]


def is_removed(name: str, posted: Mapping[str, str]) -> bool:
    return f"{_REMOVED}{name}" in posted


def keep_typed(kept: KeptSecrets, itsp: Itsp, posted: Mapping[str, str]) -> None:
    """Until this ITSP is chosen again. An empty secret is the one that was typed before."""
    typed = {name: posted.get(name, "") for name in itsp.credentials_form.base_fields}
    secret = secrets_of(itsp)
    hidden = {
        name: value
        for name, value in kept.read().items()
        if name in secret and not typed[name] and not is_removed(name, posted)
    }
    kept.keep(typed | hidden)


def shown(
    form: forms.Form,
    *,
    stored: Collection[str],
    kept: Collection[str],
    posted: Mapping[str, str],
    made: Collection[str],
) -> list[CredentialField]:
    """`stored`: the secrets that are there; `kept`, of these: which were typed in this visit."""
    return [
        CredentialField(bound, is_made=True) if bound.name in made else _shown(bound, stored, kept, posted)
        for bound in form
    ]


def _shown(
    bound: forms.BoundField, stored: Collection[str], kept: Collection[str], posted: Mapping[str, str]
) -> CredentialField:
    if bound.name not in stored:
        return CredentialField(bound)
    bound.field.widget.attrs["placeholder"] = HIDDEN
    note = _("Kept as you typed it, and not shown again. Type only to replace it.")
    if bound.name not in kept:
        note = _("Stored, and not shown again. Leave it empty to keep it.")
    if bound.field.required:
        return CredentialField(bound, note)
    return CredentialField(bound, note, f"{_REMOVED}{bound.name}", is_removed(bound.name, posted))
