"""A date and a time by the clock on the reader's wall, which on two nights a year is no plain matter."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WallClockField(forms.DateTimeField):
    """In the reader's zone, or in `zone` where that is set.

    Of an hour that comes twice it is the first; one that is left out is refused.
    """

    zone: tzinfo | None = None
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "invalid": _("Enter a date and a time."),
        "left_out": _("On this day clocks are put forward and leave this time out. Choose another one."),
    }

    def to_python(self, value: Any) -> datetime | None:
        if not isinstance(value, str) or not (text := value.strip()):
            return None
        try:
            naive = datetime.fromisoformat(text)
            moment = (
                naive if naive.tzinfo else naive.replace(tzinfo=self.zone or timezone.get_current_timezone())
            )
            there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None):
            raise ValidationError(self.error_messages["left_out"], code="left_out")
        return moment.astimezone(UTC)
