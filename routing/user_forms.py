"""The form of a user, with the message queues that a supervisor sees."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import UserForm
from accounts.models import Role
from routing.models import MessageQueue


class RoutedUserForm(UserForm):
    supervised_queues = forms.ModelMultipleChoiceField(
        queryset=MessageQueue.objects.live(),
        label=_("Supervised message queues"),
        required=False,
        help_text=_("The supervisor reads all sessions of these message queues."),
        widget=forms.SelectMultiple(
            attrs={"data-searchable": "", "data-placeholder": _("Search message queues…")}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["supervised_queues"] = self.instance.supervised_queues.live()

    def clean(self) -> dict[str, Any]:
        """Whoever is no supervisor supervises nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("role") != Role.SUPERVISOR:
            cleaned["supervised_queues"] = []
        return cleaned
