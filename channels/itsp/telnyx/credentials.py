"""What an admin enters for a Telnyx account, whose messaging profiles all have one public key."""

import base64
import binascii
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pasted import CodeField

KEY_BYTES = 32
PROFILE_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


def key_bytes(text: str) -> bytes | None:
    """Of a public key as Telnyx shows it; None if it is none."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def check_public_key(text: str) -> None:
    if key_bytes(text) is None:
        raise ValidationError(
            _("A public key has 44 characters, the last being =. Copy it from the Telnyx portal.")
        )


class CredentialsForm(forms.Form):
    api_key = CodeField(
        label=gettext_lazy("API Key"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A V2 API key. Telnyx shows it once, when it is created."),
    )
    messaging_profile_id = CodeField(
        label=gettext_lazy("Messaging Profile ID"),
        validators=[
            RegexValidator(
                PROFILE_ID,
                gettext_lazy(
                    "A profile ID looks like 40017f71-1d2b-4a3c-9e5d-0c6b8a7f9e10. Copy it from the Telnyx "
                    "portal."
                ),
            )
        ],
    )
    public_key = CodeField(
        label=gettext_lazy("Public Key"),
        validators=[check_public_key],
        help_text=gettext_lazy("Telnyx signs its calls; PBX checks their signatures with it."),
    )

    def clean_messaging_profile_id(self) -> str:
        """As Telnyx writes it in its calls."""
        return str(self.cleaned_data["messaging_profile_id"]).lower()

    def clean(self) -> dict[str, Any]:
        return {name: value for name, value in (super().clean() or {}).items() if value}
