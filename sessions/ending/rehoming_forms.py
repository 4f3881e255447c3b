"""Asks an administrator where sessions go whose place goes away."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from routing.places import places_but
from sessions.actions.transferring import Destination
from sessions.ending.consequences import Consequences


class RehomingForm(forms.Form):
    """Where the open sessions of an extension or a message queue go that goes away."""

    to = forms.ChoiceField(required=False, widget=forms.Select(attrs={"data-searchable": ""}))

    def __init__(
        self, *args: Any, holder: Destination | None, consequences: Consequences, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = places_but(holder)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 (for the type)
        to.required = bool(consequences.stuck)
        to.error_messages["required"] = _("Choose where they go: an extension or a message queue.")
        n = consequences.sessions
        to.label = ngettext("Its %(n)d open session goes to", "Its %(n)d open sessions go to", n) % {"n": n}
        nowhere = _("Choose a place…") if to.required else _("Back to their message queues")
        to.choices = [("", nowhere), *((key, str(place)) for key, place in self.places.items())]

    @property
    def destination(self) -> Destination | None:
        """None: back to their message queues."""
        return self.places.get(self.cleaned_data["to"])
