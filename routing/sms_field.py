"""The form field of what is sent as a text."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

MAX_BODY = 1600  # characters, the longest text that ITSPs take


class SmsField(forms.CharField):
    """Forms post a line break as two characters, which the ITSP would send, count and charge."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        """As `frontend/portal/too_long.js` says it while somebody types."""
        super().validate(value)
        excess = len(value) - (self.max_length or len(value))
        if excess > 0:
            words = ngettext(
                "Too long by %(n)d character, so it can’t be sent: at most %(most)d are possible.",
                "Too long by %(n)d characters, so it can’t be sent: at most %(most)d are possible.",
                excess,
            )
            raise ValidationError(words % {"n": excess, "most": self.max_length}, code="max_length")
