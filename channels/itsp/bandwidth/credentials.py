"""What an admin enters for an account at Bandwidth, and what we make ourselves.

Bandwidth signs nothing. It sends the user name and the password that its messaging application was given, so
we make both: nobody chooses a weak one, and no two channels share one.
"""

import base64
import secrets
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from accounts.pasted import CodeField
from channels.itsp.base import Credentials

_USER_BYTES, _PASSWORD_BYTES = 4, 24
_APPLICATION_ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"


def _secret(label: Any, help_text: Any = "", min_length: int = 1) -> CodeField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return CodeField(label=label, widget=widget, help_text=help_text, min_length=min_length)


class CredentialsForm(forms.Form):
    account_id = CodeField(
        label=gettext_lazy("Account ID"),
        validators=[
            RegexValidator(
                r"^[0-9]{4,12}\Z",
                gettext_lazy("An Account ID is a number such as 9900000. Copy it from the Bandwidth App."),
            )
        ],
    )
    application_id = CodeField(
        label=gettext_lazy("Application ID"),
        help_text=gettext_lazy("Of the messaging application that the numbers’ location is linked to."),
        validators=[
            RegexValidator(
                _APPLICATION_ID,
                gettext_lazy("An Application ID has 32 digits and letters in five groups. Copy it whole."),
            )
        ],
    )
    api_user = CodeField(label=gettext_lazy("API user name"), max_length=128)
    api_password = _secret(gettext_lazy("API password"))
    callback_user = CodeField(
        label=gettext_lazy("Callback user name"),
        max_length=64,
        help_text=gettext_lazy("Made by PBX. Enter it at Bandwidth as the callback user ID."),
        validators=[RegexValidator(r"^[^:]+\Z", gettext_lazy("A user name has no colon."))],
    )
    callback_password = _secret(
        gettext_lazy("Callback password"),
        gettext_lazy("Made by PBX. Enter it at Bandwidth as the callback password."),
        min_length=16,
    )


def made_credentials() -> dict[str, str]:
    """The name is as random as it needs to be to tell one channel's password from another's by it."""
    user = f"pbx-{secrets.token_hex(_USER_BYTES)}"
    return {"callback_user": user, "callback_password": secrets.token_urlsafe(_PASSWORD_BYTES)}


def api_login(credentials: Credentials) -> tuple[str, str]:
    return str(credentials["api_user"]), str(credentials["api_password"])


def callback_authorization(credentials: Credentials) -> str:
    """The header that Bandwidth's calls have."""
    login = f"{credentials['callback_user']}:{credentials['callback_password']}"
    return "Basic " + base64.b64encode(login.encode()).decode()
