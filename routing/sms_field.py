"""The form field of what is sent as a text."""

from typing import Any

from django import forms

MAX_BODY = 1600  # characters, the longest text that ITSPs take


class SmsField(forms.CharField):
    """Forms post a line break as two characters, which the ITSP would send, count and charge."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")
